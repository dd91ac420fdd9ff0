"""Where people differ: the flags, what exactly differs, and a lawyer's decision."""

from __future__ import annotations

import re
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import Depends, Path, Query, Request, Response

from corpus.taxonomy import taxonomy
from models.initiatives import InitiativeText
from service.api.access import Right, Services, ServicesHere
from service.api.messages import BeoordelingInvoer
from service.api.words import Identifier
from service.database.tables import CLOSED, Judgement, Verdict
from service.errors import Outdated
from service.identity.actor import Actor
from service.identity.policies import allowed
from service.pages.forms import read
from service.pages.rendering import page, words
from service.pages.routing import Form, form_of, router, see
from service.pages.wording import activity_name
from service.work.clauses import page_address
from service.work.differences import LATEST, Asked, agreements, choices, count_differing, differing
from service.work.flags import told_text
from service.work.judgements import flag_tag, judge
from service.work.quoting import Law
from service.work.settling import MODEL, Sight, sight_of
from service.work.standing import Question, rejects

routes = router()

Reader = Annotated[Actor, Depends(Right("beoordelingen:lezen"))]
Lawyer = Annotated[Actor, Depends(Right("beoordelingen:beslechten"))]
FlagId = Annotated[Identifier, Path(alias="flag")]
Word = Annotated[str, Query(max_length=100)]

_SHOWN = 25


def asked_of(request: Request) -> Asked:
    """Which differences the query of an address asks for; what is unknown asks for nothing."""
    told = request.query_params
    kind, question = told.get("soort", ""), told.get("verschil", "")
    return Asked(
        settled=told.get("stand") == "beslecht",
        question=question if question in set(Question) else "",
        kind=kind if kind in taxonomy().barrier_codes else "",
        municipality=told.get("gemeente", "")[:100],
    )


def query_of(asked: Asked) -> str:
    """The same as a query; "" for all open differences."""
    told = {"stand": "beslecht" if asked.settled else "", "verschil": asked.question}
    told |= {"soort": asked.kind, "gemeente": asked.municipality}
    query = urlencode({name: value for name, value in told.items() if value})
    return f"?{query}" if query else ""


@routes.get("/verschillen")
def list_differences(
    request: Request, services: ServicesHere, who: Reader, pagina: Annotated[int, Query(ge=1, le=10_000)] = 1
) -> Response:
    """Flags on which people differ, and how far they agree."""
    asked = asked_of(request)
    with services.database.reading() as session:
        found = count_differing(session, who, asked)
        open_ones, settled_ones = (count_differing(session, who, Asked(settled=settled)) for settled in (False, True))
        pages = max(1, -(-found // _SHOWN))
        number = min(pagina, pages)
        shown = differing(session, who, asked, skip=(number - 1) * _SHOWN, limit=_SHOWN)
        choose, agreed = choices(session, who), agreements(session, who)
    services.reading.note("initiatief gelezen", dict.fromkeys(initiative.id for _, initiative in shown))
    law = _law(services)
    return page(
        request,
        "adjudication/list.html",
        who=who,
        shown=[(flag, one, law.quoted(flag.anchor_ref, text=""), told_text(one).titel) for flag, one in shown],
        found=found,
        open_ones=open_ones,
        settled_ones=settled_ones,
        asked=asked,
        query=query_of(asked),
        number=number,
        pages=pages,
        municipalities=choose.municipalities,
        kinds=choose.kinds,
        questions=list(Question),
        agreed=agreed,
        latest=LATEST,
        may_settle=allowed(who, "beoordelingen:beslechten"),
        done=_done(request),
    )


@routes.get("/verschillen/{flag}")
def show_difference(request: Request, services: ServicesHere, who: Reader, identifier: FlagId) -> Response:
    """One flag on which people differ; ``begin`` names whose judgement the form begins with."""
    return _shown(request, services, who, identifier)


@routes.post("/verschillen/{flag}")
def settle(request: Request, services: ServicesHere, who: Lawyer, identifier: FlagId) -> Response:
    """Decide; the next open difference follows."""
    form, t = form_of(request), words(request)
    barrier = form.get("oordeel")
    values = {
        "oordeel": {"ja": "aangepast", "nee": "afgewezen"}.get(barrier, ""),
        "soorten": form.all("soorten") if barrier == "ja" else [],
        "zwaarte": form.get("zwaarte") if barrier == "ja" else "",
        "toelichting": form.get("toelichting"),
    }
    told, faults = read(BeoordelingInvoer, values, t)
    if barrier not in ("ja", "nee"):
        faults["oordeel"] = t("adjudication-fault-verdict")
    if barrier == "ja" and told is not None and not told.soorten:
        faults["soorten"] = t("adjudication-fault-kinds")
    if barrier == "ja" and told is not None and not told.zwaarte:
        faults["zwaarte"] = t("adjudication-fault-strength")
    if faults or told is None:
        return _shown(request, services, who, identifier, form=form, faults=faults, status=400)
    try:
        with services.database.writing() as session:
            sight = sight_of(session, who, identifier)
            decision = sight.decision(
                Verdict(told.oordeel), told.soorten, told.zwaarte, note=told.toelichting, words_of=form.get("woorden", MODEL)
            )
            judge(session, who, identifier, decision, expected=form.get("stand"), adjudication=True)
            left = differing(session, who, asked_of(request), limit=1)
    except Outdated:
        return _shown(request, services, who, identifier, form=form, outdated=True, status=412)
    onward = f"/{left[0][0].id}" if left and not asked_of(request).settled else ""
    query = query_of(asked_of(request))
    return see(f"/verschillen{onward}{query}{'&' if query else '?'}klaar={identifier}")


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
    with services.database.reading() as session:
        sight = sight_of(session, who, identifier)
    judged = sight.judged
    services.reading.note("initiatief gelezen", [judged.initiative.id])
    told = told_text(judged.initiative)
    story = [found for span in sight.suggested.get("story", []) if (found := _in_story(span, told))]
    asked = asked_of(request)
    return page(
        request,
        "adjudication/difference.html",
        who=who,
        status=status,
        sight=sight,
        judged=judged,
        told=told,
        story=story,
        clause=_law(services).quoted(judged.flag.anchor_ref, text=sight.clause.text),
        to=page_address,
        tag=flag_tag(judged.flag, sight.suggestion),
        form=form or _begun(sight, request.query_params.get("begin", "")),
        faults=faults or {},
        outdated=outdated,
        done=_done(request),
        closed=judged.initiative.status in CLOSED,
        query=query_of(asked),
        may_settle=allowed(who, "beoordelingen:beslechten"),
        activity=activity_name(request)(sight.suggested.get("activity", "")),
        rejects=rejects,
        kinds=taxonomy().barriers,
    )


def _in_story(span: dict[str, Any], told: InitiativeText) -> dict[str, int] | None:
    """A span of title and story as one of the story; None for one in the title, or in words that are no longer there."""
    before = len(told.text) - len(told.omschrijving)
    start, end = span["start"] - before, span["end"] - before
    return {"start": start, "end": end} if start >= 0 and told.omschrijving[start:end] == span["text"] else None


def _begun(sight: Sight, whose: str) -> Form:
    """What the form begins with: one judgement, or what all who judged have in common."""
    opinions = sight.judged.standing.opinions
    chosen: list[Judgement] = [one for number, one in enumerate(opinions, start=1) if whose == str(number)]
    if whose == MODEL:
        kinds, strengths, barriers = set(sight.suggested["kinds"]), {sight.suggested["strength"]}, {True}
    else:
        counted = chosen or list(opinions)
        seen = [one for one in counted if not rejects(one)]
        kinds = set.intersection(*(set(one.kinds) for one in seen)) if seen else set()
        strengths, barriers = {one.strength for one in seen}, {not rejects(one) for one in counted}
    pairs = [("soorten", kind) for kind in taxonomy().barrier_codes if kind in kinds]
    if len(barriers) == 1:
        pairs.append(("oordeel", "ja" if True in barriers else "nee"))
    if len(strengths) == 1:
        pairs.append(("zwaarte", str(*strengths)))
    pairs.append(("woorden", whose if whose in sight.pointed else next(iter(sight.pointed), "")))
    return Form(tuple(pairs))


def _done(request: Request) -> str:
    """Which flag was decided just before; "" for none."""
    done = request.query_params.get("klaar", "")
    return done if re.fullmatch(r"[0-9a-f-]{36}", done) else ""


def _law(services: Services) -> Law:
    return Law(None if services.engine.problem else services.engine.loaded.store)
