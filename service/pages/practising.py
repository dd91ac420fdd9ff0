"""What practice teaches: clauses that stop initiatives, where people do not follow the model, room that worked, other rules."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from fastapi import Depends, Path, Query, Request, Response
from starlette.concurrency import run_in_threadpool

from corpus.activities import activities
from corpus.taxonomy import taxonomy
from models.explaining import place_of
from service.api.access import Right, Services, ServicesHere
from service.api.routing import CSV, LINES, csv_of
from service.api.words import Identifier
from service.identity.actor import Actor, Standing
from service.identity.organisations import place_key
from service.identity.policies import allowed
from service.pages.rendering import address, page
from service.pages.routing import form_of, router, see
from service.pages.wording import activity_name
from service.work.authorities import Asks, AuthorityRules, SideBySide, compared, known_activity, levels_in, side_by_side
from service.work.clauses import page_address
from service.work.flags import told_text
from service.work.places import own_municipalities
from service.work.practice import (
    ENOUGH,
    SHARE_FROM,
    Fact,
    Share,
    Wanted,
    chosen,
    facts,
    missed,
    rejected_clauses,
    rejected_kinds,
    stops,
    with_waiting,
)
from service.work.quoting import Law
from service.work.room_uses import tell_used, usable, usable_flag, used_room

routes = router()

Staff = Annotated[Actor, Depends(Right("statistieken:lezen"))]
Reviewer = Annotated[Actor, Depends(Right("beoordelingen:schrijven"))]
FlagId = Annotated[Identifier, Path(alias="flag")]
Form = Annotated[str, Query(alias="vorm", pattern="^(csv|jsonl)?$")]
Word = Annotated[str, Query(max_length=100)]

_DRAWN = 10
"""Bars in a chart; the table behind it goes on."""

_ASKED = 10
"""Confirmed barriers of which is asked what came."""


@routes.get("/praktijk")
def show_stops(request: Request, services: ServicesHere, who: Staff, form: Form = "") -> Response:
    """Clauses that stop most initiatives."""
    wanted, law = wanted_of(request), _law(services)
    with services.database.reading() as session:
        known = facts(session, who)
        found = with_waiting(session, who, stops(chosen(known, wanted)))
    if form:
        rows = [
            {
                "verwijzing": one.ref,
                "bepaling": law.quoted(one.ref, text="").place,
                "soorten": ", ".join(one.kinds),
                "initiatieven_tegengehouden": one.confirmed,
                "initiatieven_afgewezen": one.rejected,
                "initiatieven_te_beoordelen": one.waiting,
                f"elders_tegengehouden_vanaf_{ENOUGH}": one.elsewhere,
            }
            for one in found
        ]
        return download("bepalingen-die-tegenhouden", rows, form)
    return page(
        request,
        "practice/stops.html",
        who=who,
        found=[(one, law.quoted(one.ref, text="")) for one in found],
        drawn=_DRAWN,
        **_filters(request, who, known, wanted),
    )


@routes.get("/praktijk/oordelen")
def show_rejections(request: Request, services: ServicesHere, who: Staff, form: Form = "", tabel: Word = "") -> Response:
    """Where people do not follow the model."""
    wanted, law = wanted_of(request), _law(services)
    with services.database.reading() as session:
        known = facts(session, who)
    about = chosen(known, wanted)
    clauses, kinds = rejected_clauses(about), rejected_kinds(about)
    if form and tabel == "soorten":
        return download("afgewezen-soorten", [{"soort": one.of, **_told(one)} for one in kinds], form)
    if form:
        rows = [{"verwijzing": one.of, "bepaling": law.quoted(one.of, text="").place, **_told(one)} for one in clauses]
        return download("afgewezen-bepalingen", rows, form)
    return page(
        request,
        "practice/rejections.html",
        who=who,
        clauses=[(one, law.quoted(one.of, text="")) for one in clauses],
        kinds=kinds,
        missed=missed(about),
        share_from=SHARE_FROM,
        **_filters(request, who, known, wanted),
    )


@routes.get("/praktijk/ruimte")
def show_room(request: Request, services: ServicesHere, who: Staff, form: Form = "") -> Response:
    """Room that was used before."""
    wanted, law = wanted_of(request), _law(services)
    may_tell = allowed(who, "beoordelingen:schrijven")
    with services.database.reading() as session:
        known = facts(session, who)
        found = used_room(session, who, wanted)
        asked = usable(session, who, limit=_ASKED) if may_tell and not form else []
    if form:
        rows = [
            {
                "ruimte": one.room,
                "soort": one.kind,
                "belemmering": one.barrier,
                "gemeente": place.municipality,
                "initiatieven": place.initiatives,
                "laatst": place.last.date().isoformat(),
            }
            for one in found
            for place in one.places
        ]
        return download("ruimte-die-is-gebruikt", rows, form)
    services.reading.note("initiatief gelezen", dict.fromkeys(one.initiative.id for one in asked))
    return page(
        request,
        "practice/room.html",
        who=who,
        found=[(one, law.quoted(one.room), law.quoted(one.barrier, text="")) for one in found],
        asked=[(one, law.quoted(one.flag.anchor_ref, text=""), told_text(one.initiative).titel) for one in asked],
        may_tell=may_tell,
        done=request.query_params.get("klaar") == "ja",
        **_filters(request, who, known, wanted),
    )


@routes.get("/praktijk/ruimte/{flag}")
def ask_used(request: Request, services: ServicesHere, who: Reviewer, identifier: FlagId) -> Response:
    """What came of one confirmed barrier: which room was used."""
    with services.database.reading() as session:
        one = usable_flag(session, who, identifier)
    services.reading.note("initiatief gelezen", [one.initiative.id])
    law = _law(services)
    return page(
        request,
        "practice/used.html",
        who=who,
        one=one,
        title=told_text(one.initiative).titel,
        barrier=law.quoted(one.flag.anchor_ref),
        room=[(law.quoted(ref), kind) for ref, kind in one.room],
        to=page_address,
    )


@routes.post("/praktijk/ruimte/{flag}")
def tell_room(request: Request, services: ServicesHere, who: Reviewer, identifier: FlagId) -> Response:
    """Keep which room was used."""
    with services.database.writing() as session:
        tell_used(session, who, identifier, form_of(request).all("ruimte"))
    return see("/praktijk/ruimte?klaar=ja")


@routes.get("/praktijk/vergelijken")
async def compare_authorities(
    request: Request,
    services: ServicesHere,
    who: Staff,
    form: Form = "",
    activiteit: Word = "",
    niveau: Word = "",
    van: Word = "",
    naar: Word = "",
) -> Response:
    """One activity under the rules of different authorities."""
    loaded = services.engine.loaded
    levels = await run_in_threadpool(levels_in, loaded)
    level = niveau if niveau in levels else next(iter(levels), "")
    activity = activiteit if known_activity(activiteit) else ""

    def compare() -> tuple[tuple[AuthorityRules, ...], AuthorityRules | None, AuthorityRules | None, SideBySide | None]:
        found = compared(loaded, activity, level) if activity and level else ()
        with services.database.reading() as session:
            one, other = _pair(found, van, naar, own_municipalities(session, who))
        return found, one, other, side_by_side(loaded, activity, level, one, other) if one and other and not form else None

    # Without an activity there is nothing to read, so nobody need wait for a place.
    found, one, other, beside = await (services.crowd.carry_out(compare) if activity and level else run_in_threadpool(compare))
    if form:
        return await run_in_threadpool(download, f"vergelijking-{activity}", [_compared_row(one) for one in found], form)
    named = activity_name(request)
    return await run_in_threadpool(
        page,
        request,
        "practice/compare.html",
        who=who,
        found=found,
        groups={asks: [rules for rules in found if rules.asks is asks] for asks in Asks},
        levels=levels,
        level=level,
        activity=activity,
        options=sorted(((code, named(code)) for code in activities().codes), key=lambda option: option[1].casefold()),
        activity_name=named,
        first=one,
        second=other,
        beside=beside,
        asks=list(Asks),
        tab="vergelijken",
        to=page_address,
        place_of=lambda rule: place_of(rule.ref, rule.title),
        export=lambda kind: address(request, vorm=kind),
    )


def wanted_of(request: Request) -> Wanted:
    """What the query of an address asks for; what is unknown asks for nothing."""
    told = request.query_params
    activity, kind = told.get("activiteit", ""), told.get("soort", "")
    return Wanted(
        activity=activity if known_activity(activity) else "",
        kind=kind if kind in taxonomy().barrier_codes else "",
        municipality=told.get("gemeente", "")[:100],
    )


def download(name: str, rows: Sequence[Mapping[str, Any]], form: str) -> Response:
    """A table to keep, as CSV or as JSON lines."""
    content = csv_of(rows) if form == "csv" else "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    headers = {"Content-Disposition": f'attachment; filename="{name}.{form}"'}
    return Response(content, media_type=CSV if form == "csv" else LINES, headers=headers)


def _filters(request: Request, who: Actor, known: Sequence[Fact], wanted: Wanted) -> dict[str, Any]:
    """What every page of practice needs: what can be chosen, what was, and where the table can be had."""
    named, own = activity_name(request), [one for one in known if one.own]
    codes = {one.activity for one in known if one.activity and (one.own or one.activity == wanted.activity)}
    return {
        "wanted": wanted,
        "activities": sorted(((code, named(code)) for code in codes), key=lambda option: option[1].casefold()),
        "barriers": [kind.code for kind in taxonomy().barriers],
        "municipalities": sorted({one.municipality for one in own if one.municipality}, key=str.casefold),
        "initiatives": len({one.initiative_id for one in chosen(own, wanted)}),
        "judged": len(chosen(own, wanted)),
        "enough": ENOUGH,
        "of_all": who.standing is Standing.SERVICE_ADMINISTRATOR,
        "tab": request.url.path.removeprefix("/praktijk").strip("/"),
        "to": page_address,
        "export": lambda kind, **more: address(request, vorm=kind, **more),
    }


def _told(one: Share) -> dict[str, Any]:
    low, high = one.interval or (None, None)
    return {
        "beoordeeld": one.judged,
        "afgewezen": one.rejected,
        "aandeel": one.share,
        "aandeel_laag": low,
        "aandeel_hoog": high,
        "elders_beoordeeld": one.elsewhere_judged,
        "elders_afgewezen": one.elsewhere_rejected,
    }


def _compared_row(one: AuthorityRules) -> dict[str, Any]:
    rules = {"vergunning": one.permit, "melding": one.notification, "vrij": one.free}
    told = {name: rule.ref if rule else "" for name, rule in rules.items()}
    return {"gezag": one.name, "vraagt": one.asks.value, **told, "bepalingen": one.clauses, "regelingen": one.regulations}


def _pair(
    found: Sequence[AuthorityRules], one: str, other: str, home: Sequence[str]
) -> tuple[AuthorityRules | None, AuthorityRules | None]:
    """Whose rules are put side by side: as asked; otherwise one's own, or the heaviest, beside the lightest of others."""
    named = {rules.name: rules for rules in found}
    first = named.get(one) or next((rules for rules in found if place_key(rules.name) in home), found[-1] if found else None)
    lightest = next((rules for rules in found if first is not None and rules.name != first.name), None)
    second = named.get(other)
    return first, second if second is not None and first is not None and second.name != first.name else lightest


def _law(services: Services) -> Law:
    return Law(None if services.engine.problem else services.engine.loaded.store)
