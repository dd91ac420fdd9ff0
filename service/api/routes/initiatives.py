"""/v1/initiatieven"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import Depends, Header, Path, Query, Request, Response
from sqlalchemy import select

from service.api.access import Right, ServicesHere
from service.api.events import EVENT, progress_of
from service.api.messages import GemistInvoer, InitiatiefInvoer, InitiatiefWijziging
from service.api.paging import rows_after
from service.api.replies import Initiatief, InitiatiefIngediend, InitiatiefKort, Signaal
from service.api.routing import (
    EVENTS,
    LISTS,
    After,
    IfMatch,
    IfNoneMatch,
    Limit,
    Page,
    created,
    expected,
    formats,
    page,
    router,
    tagged,
)
from service.api.words import Identifier
from service.database.tables import Anchor, FlagRow, Initiative, Job, Verdict
from service.errors import NotFound
from service.identity.actor import Actor
from service.identity.policies import allowed, visible
from service.work.flags import latest_suggestions, raised, told_chance
from service.work.initiatives import erase, submit, text_of, visible_initiative, withdraw
from service.work.judgements import Decision, add_missed, flag_tag

routes = router("initiatieven")

InitiativeId = Annotated[Identifier, Path(alias="id", description="Nummer van het initiatief.")]
Key = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=200,
        pattern=r"^[\x21-\x7e]+$",
        description="Dezelfde sleutel met hetzelfde initiatief dient maar een keer in (24 uur lang).",
    ),
]


@routes.post("/initiatieven", status_code=201, response_model=InitiatiefIngediend, operation_id="initiatiefIndienen")
def submit_initiative(
    request: Request,
    services: ServicesHere,
    who: Annotated[Actor, Depends(Right("initiatieven:indienen"))],
    told: InitiatiefInvoer,
    key: Key = None,
) -> Any:
    """Dien een initiatief in.

    Het antwoord komt meteen; de signalen maakt een taak. Wie geen account heeft, komt terug met de geheime link (als Bearer).
    """
    address = request.client.host if request.client else ""
    services.limits.check("submissions", address)
    text = text_of({**told.model_dump(mode="json"), "datum": told.datum.isoformat() if told.datum else ""})
    done = submit(services.database, services.settings, text, by=who, key=key, network=address)
    reply = InitiatiefIngediend(initiatief=Initiatief.of(done.initiative), geheime_link=done.secret, taak=done.job_id)
    return created(reply, f"/v1/initiatieven/{done.initiative.id}", tag=str(done.initiative.version))


@routes.get(
    "/initiatieven",
    response_model=Page[InitiatiefKort],
    openapi_extra=formats(*LISTS),
    operation_id="initiatievenLijst",
)
def list_initiatives(
    request: Request,
    services: ServicesHere,
    who: Annotated[Actor, Depends(Right("initiatieven:lijst"))],
    gemeente: Annotated[str | None, Query(max_length=100, description="Alleen van deze gemeente.")] = None,
    status: Annotated[
        Literal["ingediend", "gesignaleerd", "ingetrokken"] | None, Query(description="Alleen met deze status.")
    ] = None,
    sorteer: Annotated[Literal["nieuwste", "oudste"], Query(description="Volgorde.")] = "nieuwste",
    after: After = None,
    limit: Limit = 50,
) -> Any:
    """De initiatieven die u mag zien."""
    query = select(Initiative).where(visible(who))
    if gemeente is not None:
        query = query.where(Initiative.municipality == gemeente.replace("\x00", ""))
    if status is not None:
        query = query.where(Initiative.status == status)
    with services.database.reading() as session:
        rows = rows_after(session, query, Initiative.sequence, after=after, limit=limit, newest=sorteer == "nieuwste")
    services.reading.note("initiatief gelezen", [row.id for row in rows[:limit]])
    return page(request, [(row.sequence, InitiatiefKort.of(row)) for row in rows], limit)


@routes.get("/initiatieven/{id}", response_model=Initiatief, operation_id="initiatiefLezen")
def read_initiative(
    request: Request,
    services: ServicesHere,
    who: Annotated[Actor, Depends(Right("initiatieven:lezen"))],
    identifier: InitiativeId,
    none_match: IfNoneMatch = None,
) -> Any:
    """Een initiatief, met de activiteiten die erin zijn gelezen."""
    with services.database.reading() as session:
        row = visible_initiative(session, who, identifier)
    services.reading.note("initiatief gelezen", [identifier])
    return tagged(request, Initiatief.of(row), str(row.version), none_match=none_match)


@routes.patch("/initiatieven/{id}", response_model=Initiatief, operation_id="initiatiefIntrekken")
def withdraw_initiative(
    request: Request,
    services: ServicesHere,
    who: Annotated[Actor, Depends(Right("initiatieven:intrekken"))],
    identifier: InitiativeId,
    change: InitiatiefWijziging,
    if_match: IfMatch = None,
) -> Any:
    """Trek een initiatief in: niemand beoordeelt het meer. De tekst blijft tot de bewaartermijn om is, of tot u hem wist."""
    with services.database.writing() as session:
        row = withdraw(session, who, identifier, expected_version=expected(if_match))
    return tagged(request, Initiatief.of(row), str(row.version))


@routes.delete("/initiatieven/{id}", status_code=204, operation_id="initiatiefWissen")
def erase_one(
    services: ServicesHere,
    who: Annotated[Actor, Depends(Right("initiatieven:intrekken"))],
    identifier: InitiativeId,
    if_match: IfMatch = None,
) -> Response:
    """Wis een initiatief: alle woorden ervan gaan weg. Wat over bepalingen is beslist, blijft, zonder het verhaal."""
    with services.database.writing() as session:
        erase(session, who, identifier, expected_version=expected(if_match))
    return Response(status_code=204)


@routes.get(
    "/initiatieven/{id}/voortgang",
    openapi_extra=formats(EVENTS),
    operation_id="initiatiefVoortgang",
    responses={200: {"content": {EVENTS: {"schema": EVENT}}}},
    response_class=Response,
)
def follow_initiative(
    request: Request,
    services: ServicesHere,
    who: Annotated[Actor, Depends(Right("initiatieven:lezen"))],
    identifier: InitiativeId,
) -> Response:
    """Volg de taak die de signalen maakt (server-sent events)."""
    with services.database.reading() as session:
        visible_initiative(session, who, identifier)
        job = session.execute(select(Job.id).where(Job.subject == identifier).order_by(Job.sequence.desc()).limit(1)).scalar()
    if job is None:
        raise NotFound("Er is geen taak voor dit initiatief.")
    address = request.client.host if request.client else ""
    return progress_of(services.database, job, streams=services.streams, address=address)


@routes.get(
    "/initiatieven/{id}/signalen",
    response_model=Page[Signaal],
    openapi_extra=formats(*LISTS),
    operation_id="signalenLijst",
)
def list_flags(
    request: Request,
    services: ServicesHere,
    who: Annotated[Actor, Depends(Right("signalen:lezen"))],
    identifier: InitiativeId,
    oordeel: Annotated[Verdict | Literal["geen"] | None, Query(description="Het laatste oordeel.")] = None,
    anker: Annotated[Anchor | None, Query(description="Alleen wie zo staat tegenover de nieuwste versie.")] = None,
    kans_vanaf: Annotated[float, Query(alias="kansVanaf", ge=0, le=1, description="Alleen vanaf deze kans.")] = 0.0,
    actueel: Annotated[bool | None, Query(description="Alleen wat de laatste lezing nog geeft.")] = None,
    steekproef: Annotated[bool | None, Query(description="Alleen wat getrokken is en geen model aanwees.")] = None,
    sorteer: Annotated[Literal["kans", "oudste"], Query(description="Volgorde.")] = "kans",
    after: After = None,
    limit: Limit = 50,
) -> Any:
    """De signalen van een initiatief, het waarschijnlijkste eerst."""
    query = select(FlagRow).where(FlagRow.initiative_id == identifier, told_chance() >= kans_vanaf)
    if oordeel is not None:
        query = query.where(FlagRow.verdict == ("" if oordeel == "geen" else str(oordeel)))
    if anker is not None:
        query = query.where(FlagRow.anchor == anker.value)
    if actueel is not None:
        query = query.where(FlagRow.current.is_(actueel))
    if not allowed(who, "beoordelingen:lezen"):
        query = query.where(raised())  # what was drawn to see what models miss says nothing to who submitted it
    if steekproef is not None:
        query = query.where(FlagRow.sample != "" if steekproef else FlagRow.sample == "")
    with services.database.reading() as session:
        visible_initiative(session, who, identifier)
        if sorteer == "oudste":
            query = query.where(FlagRow.sequence > (after or 0)).order_by(FlagRow.sequence)
        else:
            if after is not None:
                last = session.execute(select(told_chance()).where(FlagRow.sequence == after)).scalar()
                limit_p = -1.0 if last is None else last
                query = query.where((told_chance() < limit_p) | ((told_chance() == limit_p) & (FlagRow.sequence > after)))
            query = query.order_by(told_chance().desc(), FlagRow.sequence)
        rows = session.execute(query.limit(limit + 1)).scalars().all()
        latest = latest_suggestions(session, [row.id for row in rows])
    services.reading.note("initiatief gelezen", [identifier])
    return page(request, [(row.sequence, Signaal.of(row, latest.get(row.id))) for row in rows], limit)


@routes.post("/initiatieven/{id}/signalen", status_code=201, response_model=Signaal, operation_id="signaalToevoegen")
def add_flag(
    services: ServicesHere,
    who: Annotated[Actor, Depends(Right("signalen:toevoegen"))],
    identifier: InitiativeId,
    missed: GemistInvoer,
) -> Any:
    """Voeg een bepaling toe die het model miste."""
    decision = Decision(
        verdict=Verdict.ADDED,
        kinds=tuple(missed.soorten),
        strength=missed.zwaarte,
        evidence=tuple({"start": span.begin, "end": span.einde} for span in missed.bewijs),
        note=missed.toelichting,
    )
    store = services.engine.loaded.store
    with services.database.writing() as session:
        row = add_missed(session, who, visible_initiative(session, who, identifier), store, missed.verwijzing, decision)
    return created(Signaal.of(row, None), f"/v1/signalen/{row.id}", tag=flag_tag(row, None))
