"""/v1/regelingen, /v1/bepalingen and /v1/activiteiten: what is public by nature"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import Depends, Path, Query, Request
from starlette.concurrency import run_in_threadpool

from corpus.activities import activities
from corpus.errors import UsageError
from corpus.passages import text_hash
from corpus.searching import search
from corpus.store import Store
from service.api.access import Right, ServicesHere
from service.api.replies import Activiteit, Bepaling, BepalingKort, Regeling
from service.api.routing import LISTS, After, IfNoneMatch, Limit, Page, formats, page, router, tagged
from service.errors import NotFound
from service.identity.actor import Actor

routes = router("regelgeving")
Public = Annotated[Actor, Depends(Right("openbaar"))]

MAX_FOUND = 1000
"""Clauses that a search looks through at the most; who needs more asks more precisely."""


@routes.get("/regelingen", response_model=Page[Regeling], openapi_extra=formats(*LISTS), operation_id="regelingenLijst")
def list_regulations(
    request: Request,
    services: ServicesHere,
    who: Public,
    niveau: Annotated[Literal["rijk", "provincie", "gemeente", "waterschap"] | None, Query(description="Wiens regels.")] = None,
    zoek: Annotated[str | None, Query(max_length=200, description="Woorden uit de titel.")] = None,
    after: After = None,
    limit: Limit = 50,
) -> Any:
    """De regelingen in de verzameling."""
    words = (zoek or "").casefold().split()
    found = [
        (number, entry)
        for number, entry in enumerate(services.engine.loaded.store.regulations.values(), start=1)
        if (niveau is None or entry.level == niveau) and all(word in entry.title.casefold() for word in words)
    ]
    shown = [(number, Regeling.of(entry)) for number, entry in found if number > (after or 0)]
    return page(request, shown[: limit + 1], limit)


@routes.get("/regelingen/{id}", response_model=Regeling, operation_id="regelingLezen")
def read_regulation(
    request: Request,
    services: ServicesHere,
    who: Public,
    identifier: Annotated[str, Path(alias="id", max_length=100, description="Nummer van de regeling, als BWBR0005537.")],
    none_match: IfNoneMatch = None,
) -> Any:
    """Een regeling: waar zij vandaan komt en wanneer zij geldt."""
    entry = services.engine.loaded.store.entry(identifier)
    return tagged(request, Regeling.of(entry), f"{entry.version_date}-{entry.source_sha256[:16]}", none_match=none_match)


@routes.get("/bepalingen", response_model=Page[BepalingKort], openapi_extra=formats(*LISTS), operation_id="bepalingenLijst")
async def list_clauses(
    request: Request,
    services: ServicesHere,
    who: Public,
    zoek: Annotated[str | None, Query(max_length=200, description="Woorden die alle in de bepaling staan.")] = None,
    regeling: Annotated[str | None, Query(max_length=100, description="Alleen deze regeling, in volgorde.")] = None,
    jci: Annotated[str | None, Query(max_length=300, description="Officiële identificatie (JCI 1.3, wId).")] = None,
    after: After = None,
    limit: Limit = 50,
) -> Any:
    """Bepalingen: alle, gezocht met woorden, per regeling, of met hun officiële identificatie."""
    store, start = services.engine.loaded.store, after or 0
    if jci is not None:
        rows = await run_in_threadpool(_by_official_id, store, jci)
    elif regeling is not None:
        rows = await run_in_threadpool(_within, store, regeling, zoek or "")
    elif zoek is not None:
        most = min(MAX_FOUND, start + limit + 1)
        rows = await services.crowd.carry_out(lambda: _by_words(store, zoek, most=most))
    else:
        rows = await run_in_threadpool(_in_order, store, start, limit + 1)
        return page(request, list(enumerate(rows, start=start + 1)), limit)
    numbered = list(enumerate(rows, start=1))[start : start + limit + 1]
    return page(request, numbered, limit)


def _in_order(store: Store, start: int, count: int) -> list[BepalingKort]:
    titles = store.regulations.titles()
    rows = store.texts.select(["ref", "text"]).slice(start, count).to_pylist() if start < 2**31 else []
    return [
        BepalingKort(verwijzing=row["ref"], regeling=own, titel=titles[own], fragment=row["text"][:200])
        for row in rows
        for own in [row["ref"].partition("/")[0]]
    ]


def _within(store: Store, regulation: str, words: str) -> list[BepalingKort]:
    wanted, entry = words.casefold().split(), store.entry(regulation)
    return [
        BepalingKort(verwijzing=row["ref"], regeling=entry.id, titel=entry.title, fragment=row["text"][:200])
        for row in store.rows(entry)
        if all(word in row["text"].casefold() for word in wanted)
    ]


def _by_words(store: Store, words: str, *, most: int) -> list[BepalingKort]:
    try:
        hits = search(store, words, top=most)
    except UsageError:
        return []  # no word in it: nothing holds it
    return [
        BepalingKort(verwijzing=hit.ref, regeling=hit.ref.partition("/")[0], titel=hit.title, fragment=hit.excerpt)
        for hit in hits
    ]


def _by_official_id(store: Store, official: str) -> list[BepalingKort]:
    import pyarrow.compute as pc  # see corpus.store

    table = store.texts.select(["ref", "official_id", "text"])
    found = table.filter(pc.equal(table["official_id"], official)).to_pylist() if table.num_rows else []
    return [
        BepalingKort(
            verwijzing=row["ref"],
            regeling=row["ref"].partition("/")[0],
            titel=store.entry(row["ref"].partition("/")[0]).title,
            fragment=row["text"][:200],
        )
        for row in found
    ]


@routes.get("/bepalingen/{verwijzing:path}", response_model=Bepaling, operation_id="bepalingLezen")
def read_clause(
    request: Request,
    services: ServicesHere,
    who: Public,
    verwijzing: Annotated[str, Path(max_length=300, description="Verwijzing, als BWBR0005537/artikel-1:1/lid-1.")],
    versie: Annotated[str | None, Query(pattern=r"^\d{4}-\d{2}-\d{2}$", description="Datum van een versie.")] = None,
    none_match: IfNoneMatch = None,
) -> Any:
    """Een bepaling."""
    store = services.engine.loaded.store
    if "/" not in verwijzing:
        raise NotFound("Dit is geen verwijzing naar een bepaling.")
    clause = store.clause(verwijzing, version_date=versie)
    entry = store.entry(verwijzing.partition("/")[0], version_date=versie)
    sha256 = text_hash(clause.text)
    return tagged(request, Bepaling.of(clause, entry, sha256), sha256, none_match=none_match)


@routes.get("/activiteiten", response_model=Page[Activiteit], openapi_extra=formats(*LISTS), operation_id="activiteitenLijst")
def list_activities(request: Request, who: Public, after: After = None, limit: Limit = 50) -> Any:
    """De activiteiten die herkend worden."""
    rows = [
        (number, Activiteit(id=one.code, naam=one.name_nl, naam_engels=one.name_en, groep=one.group))
        for number, one in enumerate(activities().all, start=1)
        if number > (after or 0)
    ]
    return page(request, rows[: limit + 1], limit)


@routes.get("/activiteiten/{code}", response_model=Activiteit, operation_id="activiteitLezen")
def read_activity(
    request: Request,
    who: Public,
    code: Annotated[str, Path(max_length=100, description="Code van de activiteit, als alcohol-schenken.")],
    none_match: IfNoneMatch = None,
) -> Any:
    """Een activiteit."""
    known = activities()
    for one in known.all:
        if one.code == code:
            reply = Activiteit(id=one.code, naam=one.name_nl, naam_engels=one.name_en, groep=one.group)
            return tagged(request, reply, known.version, none_match=none_match)
    raise NotFound("Deze activiteit bestaat niet.")
