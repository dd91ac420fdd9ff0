"""A clause that the model missed: looked for in the store, and added to an initiative with a judgement."""

from __future__ import annotations

import contextlib
from typing import Annotated

from fastapi import Depends, Query, Request, Response
from starlette.concurrency import run_in_threadpool

from corpus.errors import UnknownRef, UsageError
from corpus.records import Clause
from corpus.references.jci import parse_jci, ref_of
from corpus.searching import SearchHit, search
from corpus.store import Store
from corpus.taxonomy import taxonomy
from models.dutch import sentences
from models.explaining import place_of
from service.api.access import Right, Services, ServicesHere
from service.api.messages import GemistInvoer
from service.database.tables import CLOSED, Verdict
from service.errors import Conflict
from service.identity.actor import Actor
from service.pages.forms import read
from service.pages.queue import queue_address, wanted_of
from service.pages.rendering import page, words
from service.pages.reviewing import FlagId, corrected_in
from service.pages.routing import Form, form_of, router, see
from service.work.clauses import first_within, page_address
from service.work.flags import told_text
from service.work.judgements import Decision, add_missed, visible_flag
from service.work.review import last_of

routes = router()

Adder = Annotated[Actor, Depends(Right("signalen:toevoegen"))]

_MOST_FOUND = 30


@routes.get("/werk/{flag}/toevoegen")
async def look_for(
    request: Request,
    services: ServicesHere,
    who: Adder,
    identifier: FlagId,
    zoek: Annotated[str, Query(max_length=300)] = "",
    bepaling: Annotated[str, Query(max_length=300)] = "",
) -> Response:
    """Look for a clause by words, ref or official identifier; ``bepaling`` is the one that was chosen."""
    store = services.engine.loaded.store
    chosen = await run_in_threadpool(_clause, store, bepaling or zoek)
    hits: list[SearchHit] = []
    if chosen is None and zoek.strip():
        hits = await services.crowd.carry_out(lambda: _found(store, zoek))
    return await run_in_threadpool(_shown, request, services, who, identifier, words_asked=zoek, clause=chosen, hits=hits)


@routes.post("/werk/{flag}/toevoegen")
def add(request: Request, services: ServicesHere, who: Adder, identifier: FlagId) -> Response:
    """Add a clause; back to the flag from which it was looked for."""
    form, store, t = form_of(request), services.engine.loaded.store, words(request)
    values = corrected_in(form) | {"verwijzing": form.get("verwijzing"), "toelichting": form.get("toelichting")}
    told, faults = read(GemistInvoer, values, t)
    if not form.all("soorten"):
        faults["soorten"] = t("review-fault-kinds")
    if not form.get("zwaarte"):
        faults["zwaarte"] = t("review-fault-strength")
    clause = _clause(store, form.get("verwijzing"))
    if told is None or faults or clause is None:
        return _shown(request, services, who, identifier, clause=clause, form=form, faults=faults, status=400)
    decision = Decision(
        verdict=Verdict.ADDED,
        kinds=tuple(told.soorten),
        strength=told.zwaarte,
        evidence=tuple({"start": span.begin, "end": span.einde} for span in told.bewijs),
        note=told.toelichting,
    )
    try:
        with services.database.writing() as session:
            _, initiative = visible_flag(session, who, identifier)
            made = add_missed(session, who, initiative, store, clause.ref, decision)
            judgement = last_of(session, who, made)
    except Conflict:
        return _shown(request, services, who, identifier, clause=clause, form=form, refused=True, status=409)
    return see(queue_address(wanted_of(request), f"/{identifier}", gedaan=judgement.id))


def _shown(
    request: Request,
    services: Services,
    who: Actor,
    identifier: str,
    *,
    words_asked: str = "",
    clause: Clause | None = None,
    hits: list[SearchHit] | None = None,
    form: Form | None = None,
    faults: dict[str, str] | None = None,
    refused: bool = False,
    status: int = 200,
) -> Response:
    store, wanted = services.engine.loaded.store, wanted_of(request)
    with services.database.reading() as session:
        _, initiative = visible_flag(session, who, identifier)
    services.reading.note("initiatief gelezen", [initiative.id])
    return page(
        request,
        "review/adding.html",
        who=who,
        status=status,
        identifier=identifier,
        title=told_text(initiative).titel,
        asked=words_asked,
        clause=clause,
        entry=store.entry(clause.ref.partition("/")[0]) if clause is not None else None,
        whole=_sentences(clause.text) if clause is not None else [],
        hits=hits or [],
        most=_MOST_FOUND,
        asked_filters=wanted.query,
        form=form or Form(()),
        faults=faults or {},
        refused=refused,
        closed=initiative.status in CLOSED,
        barriers=taxonomy().barriers,
        place_of=place_of,
        heading_of=lambda ref: store.clause(ref).heading,
        to=lambda path="", **more: queue_address(wanted, path, **more),
        clause_at=page_address,
    )


def _sentences(text: str) -> list[dict[str, object]]:
    return [{"start": a, "end": b, "text": text[a:b].strip()} for a, b in sentences(text) if text[a:b].strip()]


def _clause(store: Store, named: str) -> Clause | None:
    """The clause that a ref or an official identifier names; of an article as a whole its first lid."""
    name = named.strip()
    with contextlib.suppress(ValueError):  # when it is no JCI it may be a ref
        name = ref_of(parse_jci(name))
    if "/" not in name or " " in name:
        return None
    try:
        return store.clause(name)
    except UnknownRef:
        try:
            first = first_within(store, name, version=None)
        except UnknownRef:
            return None
        return store.clause(first) if first is not None else None


def _found(store: Store, asked: str) -> list[SearchHit]:
    try:
        return search(store, asked, top=_MOST_FOUND)
    except UsageError:
        return []  # no word in it: nothing holds it
