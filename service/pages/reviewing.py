"""One flag before a reviewer, who judges it and goes on to the next."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import Path, Request, Response
from starlette.background import BackgroundTask

from corpus.taxonomy import taxonomy
from models.explaining import place_of
from service.api.access import Services, ServicesHere
from service.api.messages import BeoordelingInvoer
from service.api.words import Identifier
from service.database.tables import Verdict
from service.errors import Conflict, Outdated
from service.identity.actor import Actor
from service.pages.forms import read
from service.pages.law import anchor, number_of
from service.pages.queue import Reviewer, law_of, queue_address, wanted_of
from service.pages.rendering import page, words
from service.pages.routing import Form, form_of, router, see
from service.pages.wording import activity_name
from service.work.claims import claim, others_at
from service.work.clauses import page_address
from service.work.judgements import Decision, judge, visible_flag
from service.work.queue import beside, next_open, still_open
from service.work.review import Sight, own_judgement, review_of, took_back
from training.reviews.rows import About

routes = router()

FlagId = Annotated[Identifier, Path(alias="flag")]

_SPAN = re.compile(r"(\d{1,7})-(\d{1,7})")

SIGNALS = {
    "similar": ("words-near", "words-wide", "words-near*any"),
    "usual": ("words-everyone",),
    "own": ("words-own",),
    "activity": ("activities", "sharpest-activity", "activities*any", "words-near*activities"),
    "barrier": ("any", "substantial", "stopping"),
    "private": ("private",),
    "relief": ("relief", "activities*relief"),
    "reach": ("reach", "reach*activities", "reach*words-near"),
    "shape": ("repealed", "length"),
    "judged": ("grade-near-log", "grade-near", "grade-wide", "grade-everyone"),
    "spared": ("zero-near", "room-near", "room-everyone"),
    "around": (
        *("article-near", "article-everyone", "heading-near", "heading-everyone"),
        *("regulation-near", "regulation-everyone"),
    ),
}
"""What models.ranking weighs, by how it is told: some thirty numbers are a dozen reasons."""


@routes.get("/werk/{flag}")
def show_flag(request: Request, services: ServicesHere, who: Reviewer, identifier: FlagId) -> Response:
    """A flag with all there is to see of it; ``gedaan`` names what this person did just before."""
    return _shown(request, services, who, identifier)


@routes.post("/werk/{flag}")
def judge_flag(request: Request, services: ServicesHere, who: Reviewer, identifier: FlagId) -> Response:
    """Judge; the next open flag follows."""
    form, wanted, t = form_of(request), wanted_of(request), words(request)
    corrected = form.get("oordeel") == Verdict.CORRECTED.value
    values = {"oordeel": form.get("oordeel"), "toelichting": form.get("toelichting")}
    if form.get("oordeel") == Verdict.REJECTED.value and form.get("betreft") == About.CLAUSE.value:
        values["betreft"] = About.CLAUSE.value
    if corrected:
        values |= corrected_in(form)
    told, faults = read(BeoordelingInvoer, values, t)
    if corrected and not form.all("soorten"):
        faults["soorten"] = t("review-fault-kinds")
    if told is None or faults:
        return _shown(request, services, who, identifier, form=form, faults=faults, status=400)
    decision = Decision(
        verdict=Verdict(told.oordeel),
        about=About(told.betreft),
        kinds=tuple(told.soorten),
        strength=told.zwaarte,
        evidence=tuple({"start": span.begin, "end": span.einde} for span in told.bewijs),
        note=told.toelichting,
    )
    try:
        with services.database.writing() as session:
            made = judge(session, who, identifier, decision, expected=form.get("versie"))
            onward = next_open(session, who, wanted, *visible_flag(session, who, identifier))
    except Outdated:
        return _shown(request, services, who, identifier, form=form, outdated=True, status=412)
    return see(queue_address(wanted, f"/{onward}" if onward else "", gedaan=made.id))


@routes.post("/werk/{flag}/terugnemen")
def take_back(request: Request, services: ServicesHere, who: Reviewer, identifier: FlagId) -> Response:
    """Take back one's own last judgement of a flag, which is then shown again.

    The form names it: sent twice, it does not take back the one before too.
    """
    decision = Decision(verdict=Verdict.TAKEN_BACK, takes_back=form_of(request).get("oordeel"))
    try:
        with services.database.writing() as session:
            done = judge(session, who, identifier, decision).id
    except Conflict:
        with services.database.reading() as session:
            if not took_back(session, who, decision.takes_back or ""):
                raise
        done = None  # the form was sent twice; the flag tells what stands
    return see(queue_address(wanted_of(request), f"/{identifier}", gedaan=done))


def corrected_in(form: Form) -> dict[str, Any]:
    """Kinds, strength and words that were chosen, as the interface names them."""
    spans = [found.groups() for value in form.all("bewijs") if (found := _SPAN.fullmatch(value))]
    return {
        "soorten": form.all("soorten"),
        "zwaarte": form.get("zwaarte"),
        "bewijs": [{"begin": int(start), "einde": int(end)} for start, end in spans],
    }


def _shown(
    request: Request,
    services: Services,
    who: Actor,
    identifier: str,
    *,
    form: Form | None = None,
    faults: dict[str, str] | None = None,
    outdated: bool = False,
    status: int = 200,
) -> Response:
    wanted, store = wanted_of(request), services.engine.loaded.store
    with services.database.reading() as session:
        sight = review_of(session, who, identifier, store)
        before, after = beside(session, who, wanted, sight.flag, sight.initiative)
        left = still_open(session, who, wanted)
        others = others_at(session, who, {sight.initiative.id}).get(sight.initiative.id, [])
        last = own_judgement(session, who, request.query_params.get("gedaan", "")) if form is None else None
    services.reading.note("initiatief gelezen", [sight.initiative.id])
    response = page(
        request,
        "review/flag.html",
        who=who,
        status=status,
        sight=sight,
        before=before,
        after=after,
        left=left,
        others=others,
        last=last,
        form=form or _begun(sight),
        adjusting=form is not None and form.get("oordeel") == Verdict.CORRECTED.value,
        faults=faults or {},
        outdated=outdated,
        signals=_signals(sight.suggested.get("signals", ())),
        barriers=taxonomy().barriers,
        is_relief=lambda code: code in taxonomy().relief_codes,
        to=lambda path="", **more: queue_address(wanted, path, **more),
        clause_at=page_address,
        quoted=law_of(services).quoted,
        place_of=place_of,
        number_of=number_of,
        anchor=anchor,
        activity_name=activity_name(request),
    )
    # After the answer, so that nobody waits for it: that somebody looks at this is worth no wait.
    response.background = BackgroundTask(claim, services.database, who, sight.initiative.id)
    return response


def _begun(sight: Sight) -> Form:
    """What a correction begins with: what stands, or else what the model says."""
    counts = sight.standing.final
    told = counts if counts is not None and counts.verdict != Verdict.REJECTED.value else None
    kinds: Sequence[str] = told.kinds if told is not None else sight.suggested["kinds"]
    strength = told.strength if told is not None else sight.suggested["strength"]
    chosen = [("bewijs", f"{one['start']}-{one['end']}") for one in sight.choices if one["chosen"]]
    return Form((*(("soorten", kind) for kind in kinds), ("zwaarte", str(strength)), *chosen))


def _signals(told: Sequence[dict[str, Any]]) -> list[str]:
    """Reasons in the order of what they weigh, each once."""
    names = {signal: name for name, signals in SIGNALS.items() for signal in signals}
    ordered = sorted(told, key=lambda one: -float(one["share"]))
    return list(dict.fromkeys(names[one["name"]] for one in ordered if one["name"] in names))
