"""Regulations and clauses, for everybody."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Query, Request, Response
from starlette.concurrency import run_in_threadpool

from corpus.comparing import Change, compare
from corpus.errors import UnknownRef, UsageError
from corpus.records import LEVELS
from corpus.references.linking import clause_address, official_address
from corpus.searching import SearchHit, search
from corpus.store import Store
from corpus.taxonomy import taxonomy
from models.explaining import place_of
from service.api.access import Right, Services, ServicesHere
from service.identity.actor import Actor
from service.identity.policies import allowed
from service.pages.rendering import address, page
from service.pages.routing import router, see
from service.work.clauses import clause_page, first_within, flags_on, page_address, stretches
from service.work.regulations import (
    article_of,
    authorities,
    coverage,
    linker_of,
    list_regulations,
    page_of_article,
    regulation_page,
)

routes = router()

Anybody = Annotated[Actor, Depends(Right("openbaar"))]
Words = Annotated[str, Query(max_length=200)]
Number = Annotated[int, Query(ge=1, le=1_000_000)]
Day = Annotated[str, Query(pattern=r"^(\d{4}-\d{2}-\d{2})?$")]

_FEW, _MANY = 5, 50
"""Clauses that a search among regulations shows, and those on a page of clauses."""

_MOST_FOUND = 1000


@routes.get("/regelingen")
async def list_all(
    request: Request,
    services: ServicesHere,
    who: Anybody,
    zoek: Words = "",
    niveau: Annotated[str, Query(max_length=20)] = "",
    gezag: Words = "",
    pagina: Number = 1,
) -> Response:
    """Regulations by name, level and authority; with words, also the first clauses that hold them."""
    store = services.engine.loaded.store
    hits = await _found(services, store, zoek) if zoek.strip() else []

    def shown() -> Response:
        return page(
            request,
            "law/list.html",
            who=who,
            listed=list_regulations(store, words=zoek, level=niveau, authority=gezag, page=pagina),
            coverage=coverage(store),
            levels=LEVELS,
            authorities=authorities(store),
            asked={"zoek": zoek, "niveau": niveau, "gezag": gezag},
            hits=hits[:_FEW],
            found=len(hits),
            most=_MOST_FOUND,
            place_of=place_of,
            heading_of=lambda ref: store.clause(ref).heading,
            at=lambda number: address(request, pagina=number),
            to=page_address,
        )

    return await run_in_threadpool(shown)


@routes.get("/bepalingen")
async def search_clauses(
    request: Request, services: ServicesHere, who: Anybody, zoek: Words = "", pagina: Number = 1
) -> Response:
    """All clauses that hold some words."""
    store = services.engine.loaded.store
    hits = await _found(services, store, zoek) if zoek.strip() else []
    pages = max(1, -(-len(hits) // _MANY))
    number = min(pagina, pages)
    return page(
        request,
        "law/search.html",
        who=who,
        asked=zoek,
        hits=hits[(number - 1) * _MANY : number * _MANY],
        found=len(hits),
        most=_MOST_FOUND,
        number=number,
        pages=pages,
        place_of=place_of,
        heading_of=lambda ref: store.clause(ref).heading,
        at=lambda number: address(request, pagina=number),
        to=page_address,
    )


@routes.get("/regelingen/{identifier}")
def read_regulation(
    request: Request,
    services: ServicesHere,
    who: Anybody,
    identifier: str,
    versie: Day = "",
    soort: Annotated[str, Query(max_length=30)] = "",
    artikel: Annotated[str, Query(max_length=50)] = "",
    pagina: Number = 1,
) -> Response:
    """A regulation with its clauses in order."""
    loaded = services.engine.loaded
    version = versie or None
    missing = False
    if artikel.strip():
        found = page_of_article(loaded.store, identifier, artikel, version=version)
        if found is not None:
            query = f"?pagina={found[0]}" + (f"&versie={versie}" if versie else "")
            return see(f"{page_address(identifier)}{query}#{anchor(found[1])}")
        missing = True
    known = kind if (kind := soort) in {one.code for one in (*taxonomy().barriers, *taxonomy().reliefs)} else ""
    shown = regulation_page(loaded, identifier, version=version, kind=known, page=pagina)
    linker = linker_of(loaded.store)
    return page(
        request,
        "law/regulation.html",
        who=who,
        shown=shown,
        texts={one.clause.ref: stretches(one.clause.text, linker.links(one.clause), ()) for one in shown.shown},
        versions=[entry for entry in loaded.store.versions if entry.id == identifier],
        source=official_address(shown.entry),
        place_of=place_of,
        asked={"versie": versie, "soort": known, "artikel": artikel},
        missing=missing,
        is_relief=lambda code: code in taxonomy().relief_codes,
        anchor=anchor,
        number_of=number_of,
        at=lambda number: address(request, pagina=number),
        to=page_address,
    )


@routes.get("/regelingen/{identifier}/versies")
def read_versions(
    request: Request, services: ServicesHere, who: Anybody, identifier: str, van: Day = "", naar: Day = "", pagina: Number = 1
) -> Response:
    """The versions of a regulation, and what changed between two of them."""
    store = services.engine.loaded.store
    entry = store.entry(identifier)
    versions = sorted((one for one in store.versions if one.id == identifier), key=lambda one: one.version_date, reverse=True)
    compared = []
    if van and naar:
        older, newer = (store.clauses(identifier, version_date=day) for day in (van, naar))
        compared = compare(older, newer)
    changed = [one for one in compared if one.change is not Change.SAME]
    pages = max(1, -(-len(changed) // _MANY))
    number = min(pagina, pages)
    return page(
        request,
        "law/versions.html",
        who=who,
        entry=entry,
        versions=versions,
        asked={"van": van, "naar": naar},
        counts={change.value: sum(one.change is change for one in compared) for change in Change},
        compared=changed[(number - 1) * _MANY : number * _MANY],
        number=number,
        pages=pages,
        place_of=place_of,
        at=lambda number: address(request, pagina=number),
        to=page_address,
    )


@routes.get("/bepalingen/{ref:path}")
def read_clause(
    request: Request,
    services: ServicesHere,
    who: Anybody,
    ref: str,
    versie: Day = "",
    elders: Annotated[str, Query(max_length=5)] = "",
) -> Response:
    """One clause, in its article."""
    if "/" not in ref:
        return see(page_address(ref))
    loaded = services.engine.loaded
    version = versie or None
    try:
        shown = clause_page(loaded, ref, version=version, elsewhere=bool(elders))
    except UnknownRef:
        first = first_within(loaded.store, ref, version=version)
        if first is None:
            raise
        return see(page_address(first) + (f"?versie={versie}" if versie else ""))
    flags = None
    if allowed(who, "beoordelingen:lezen"):
        with services.database.reading() as session:
            flags = flags_on(session, services.reading, who, ref)
    return page(
        request,
        "law/clause.html",
        who=who,
        shown=shown,
        heading=f"{(where := place_of(ref, '').rstrip(', '))[:1].upper()}{where[1:]}",
        flags=flags,
        may_judge=allowed(who, "beoordelingen:schrijven"),
        source=clause_address(shown.clause, shown.entry),
        place_of=place_of,
        qualifications={one.code: one for one in taxonomy().qualifications},
        defined=lambda code: taxonomy().kind(code),
        is_relief=lambda code: code in taxonomy().relief_codes,
        anchor=anchor,
        number_of=number_of,
        article=article_of(ref),
        to=page_address,
    )


def anchor(ref: str) -> str:
    """Where a clause stands on the page of its regulation."""
    return ref.partition("/")[2].replace("/", "_")


def number_of(ref: str) -> str:
    """The number of a lid, or of an item in a list; "" for an article as a whole."""
    kind, _, number = ref.rpartition("/")[2].partition("~")[0].partition("-")
    return "" if kind == "artikel" else number


async def _found(services: Services, store: Store, words: str) -> list[SearchHit]:
    try:
        return await services.crowd.carry_out(lambda: search(store, words, top=_MOST_FOUND))
    except UsageError:
        return []  # no word in it: nothing holds it
