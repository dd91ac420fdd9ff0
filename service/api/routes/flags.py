"""/v1/signalen and /v1/beoordelingen"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import Depends, Path, Query, Request, Response
from sqlalchemy import select

from service.api.access import Right, ServicesHere
from service.api.messages import BeoordelingInvoer
from service.api.paging import rows_after
from service.api.replies import Beoordeling, Signaal, SignaalVolledig, Voorstel
from service.api.routing import LISTS, After, IfMatch, IfNoneMatch, Limit, Page, created, formats, page, router, tag_of, tagged
from service.api.words import Identifier
from service.database.tables import ClauseText, FlagRow, Initiative, Judgement, Suggestion, Verdict
from service.errors import NotFound
from service.identity.actor import Actor
from service.identity.policies import visible
from service.work.flags import latest_suggestions
from service.work.judgements import Decision, flag_tag, judge, visible_flag
from training.reviews.rows import About

routes = router("signalen")

FlagId = Annotated[Identifier, Path(alias="id", description="Nummer van het signaal.")]


@routes.get("/signalen/{id}", response_model=SignaalVolledig, operation_id="signaalLezen")
def read_flag(
    request: Request,
    services: ServicesHere,
    who: Annotated[Actor, Depends(Right("signalen:lezen"))],
    identifier: FlagId,
    none_match: IfNoneMatch = None,
) -> Any:
    """Een signaal, met de bepaling zoals die luidde en het nieuwste voorstel. De ETag telt oordelen en noemt het voorstel."""
    with services.database.reading() as session:
        row, initiative = visible_flag(session, who, identifier)
        suggestion = latest_suggestions(session, [row.id]).get(row.id)
        clause = session.get_one(ClauseText, suggestion.clause_sha256 if suggestion else row.clause_sha256)
    services.reading.note("initiatief gelezen", [initiative.id])  # a suggestion quotes its words
    short = Signaal.of(row, suggestion)
    reply = SignaalVolledig(**short.model_dump(by_alias=False), tekst=clause.text, opschrift=clause.heading)
    return tagged(request, reply, flag_tag(row, suggestion), none_match=none_match)


@routes.get(
    "/signalen/{id}/voorstellen", response_model=Page[Voorstel], openapi_extra=formats(*LISTS), operation_id="voorstellenLijst"
)
def list_suggestions(
    request: Request,
    services: ServicesHere,
    who: Annotated[Actor, Depends(Right("signalen:lezen"))],
    identifier: FlagId,
    after: After = None,
    limit: Limit = 50,
) -> Any:
    """Wat opeenvolgende modellen van dit signaal zeiden, het oudste eerst."""
    with services.database.reading() as session:
        _, initiative = visible_flag(session, who, identifier)
        query = select(Suggestion).where(Suggestion.flag_id == identifier)
        rows = rows_after(session, query, Suggestion.sequence, after=after, limit=limit)
    services.reading.note("initiatief gelezen", [initiative.id])
    return page(request, [(row.sequence, Voorstel.of(row)) for row in rows], limit)


@routes.get(
    "/signalen/{id}/beoordelingen",
    response_model=Page[Beoordeling],
    openapi_extra=formats(*LISTS),
    operation_id="beoordelingenVanSignaal",
)
def list_judgements_of(
    request: Request,
    services: ServicesHere,
    who: Annotated[Actor, Depends(Right("beoordelingen:lezen"))],
    identifier: FlagId,
    after: After = None,
    limit: Limit = 50,
) -> Any:
    """De beoordelingen van een signaal, de oudste eerst."""
    with services.database.reading() as session:
        visible_flag(session, who, identifier)
        query = select(Judgement).where(Judgement.flag_id == identifier)
        rows = rows_after(session, query, Judgement.sequence, after=after, limit=limit)
    return page(request, [(row.sequence, Beoordeling.of(row)) for row in rows], limit)


@routes.post("/signalen/{id}/beoordelingen", status_code=201, response_model=Beoordeling, operation_id="signaalBeoordelen")
def judge_flag(
    services: ServicesHere,
    who: Annotated[Actor, Depends(Right("beoordelingen:schrijven"))],
    identifier: FlagId,
    told: BeoordelingInvoer,
    if_match: IfMatch = None,
) -> Any:
    """Beoordeel een signaal. Met If-Match wordt geweigerd wat op een verouderd beeld berust."""
    return _judged(services, who, identifier, told, if_match, adjudication=False)


@routes.post("/signalen/{id}/beslechtingen", status_code=201, response_model=Beoordeling, operation_id="signaalBeslechten")
def adjudicate_flag(
    services: ServicesHere,
    who: Annotated[Actor, Depends(Right("beoordelingen:beslechten"))],
    identifier: FlagId,
    told: BeoordelingInvoer,
    if_match: IfMatch = None,
) -> Any:
    """Beslecht als jurist waar beoordelaars het oneens zijn."""
    return _judged(services, who, identifier, told, if_match, adjudication=True)


def _judged(
    services: ServicesHere, who: Actor, identifier: str, told: BeoordelingInvoer, if_match: str | None, *, adjudication: bool
) -> Response:
    decision = Decision(
        verdict=Verdict(told.oordeel),
        about=About(told.betreft),
        kinds=tuple(told.soorten),
        strength=told.zwaarte,
        evidence=tuple({"start": span.begin, "end": span.einde} for span in told.bewijs),
        note=told.toelichting,
        suggestion_id=told.voorstel,
    )
    with services.database.writing() as session:
        seen = tag_of(if_match) if if_match is not None else None
        row = judge(session, who, identifier, decision, expected=seen, adjudication=adjudication)
        flag, _ = visible_flag(session, who, identifier)
        tag = flag_tag(flag, latest_suggestions(session, [identifier]).get(identifier))
    return created(Beoordeling.of(row), f"/v1/beoordelingen/{row.id}", tag=tag)


@routes.get(
    "/beoordelingen", response_model=Page[Beoordeling], openapi_extra=formats(*LISTS), operation_id="beoordelingenLijst"
)
def list_judgements(
    request: Request,
    services: ServicesHere,
    who: Annotated[Actor, Depends(Right("beoordelingen:lezen"))],
    oordeel: Annotated[Verdict | None, Query(description="Alleen met dit oordeel.")] = None,
    sorteer: Annotated[Literal["nieuwste", "oudste"], Query(description="Volgorde.")] = "nieuwste",
    after: After = None,
    limit: Limit = 50,
) -> Any:
    """Alle beoordelingen die u mag zien."""
    query = (
        select(Judgement)
        .join(FlagRow, FlagRow.id == Judgement.flag_id)
        .join(Initiative, Initiative.id == FlagRow.initiative_id)
        .where(visible(who))
    )
    if oordeel is not None:
        query = query.where(Judgement.verdict == oordeel.value)
    with services.database.reading() as session:
        rows = rows_after(session, query, Judgement.sequence, after=after, limit=limit, newest=sorteer == "nieuwste")
    return page(request, [(row.sequence, Beoordeling.of(row)) for row in rows], limit)


@routes.get("/beoordelingen/{id}", response_model=Beoordeling, operation_id="beoordelingLezen")
def read_judgement(
    request: Request,
    services: ServicesHere,
    who: Annotated[Actor, Depends(Right("beoordelingen:lezen"))],
    identifier: Annotated[Identifier, Path(alias="id", description="Nummer van de beoordeling.")],
    none_match: IfNoneMatch = None,
) -> Any:
    """Een beoordeling."""
    with services.database.reading() as session:
        row = session.execute(select(Judgement).where(Judgement.id == identifier)).scalar_one_or_none()
        if row is None:
            raise NotFound("Deze beoordeling bestaat niet, of u mag haar niet zien.")
        visible_flag(session, who, row.flag_id)
    return tagged(request, Beoordeling.of(row), "1", none_match=none_match)
