"""/v1/taken, /v1/momentopnamen and /v1/modellen"""

from __future__ import annotations

from pathlib import Path as FilePath
from typing import Annotated, Any, Literal

from fastapi import Depends, Path, Query, Request, Response
from sqlalchemy import select

from service.api.access import Right, Services, ServicesHere
from service.api.events import EVENT, progress_of
from service.api.messages import TaakInvoer
from service.api.paging import rows_after
from service.api.replies import Model, Momentopname, Taak
from service.api.routing import EVENTS, LINES, LISTS, After, IfNoneMatch, Limit, Page, created, formats, page, router, tagged
from service.api.words import Identifier
from service.database.tables import Job, SnapshotRow, new_id
from service.errors import NotFound
from service.identity.actor import Actor
from service.identity.policies import visible_jobs
from service.jobs.waiting import add_job
from service.work import audit
from service.work.model_choice import known_models
from service.work.snapshots import told_lines

routes = router("taken")
JobId = Annotated[Identifier, Path(alias="id", description="Nummer van de taak.")]


@routes.get("/taken", response_model=Page[Taak], openapi_extra=formats(*LISTS), operation_id="takenLijst")
def list_jobs(
    request: Request,
    services: ServicesHere,
    who: Annotated[Actor, Depends(Right("taken:lezen"))],
    soort: Annotated[str | None, Query(max_length=30, description="Soort taak.")] = None,
    status: Annotated[
        Literal["wachtend", "bezig", "klaar", "mislukt"] | None, Query(description="Alleen met deze status.")
    ] = None,
    after: After = None,
    limit: Limit = 50,
) -> Any:
    """Lang werk, het nieuwste eerst: dat over initiatieven die u mag zien; alles voor wie de dienst beheert."""
    query = select(Job).where(visible_jobs(who))
    if soort is not None:
        query = query.where(Job.kind == soort.replace("\x00", ""))
    if status is not None:
        query = query.where(Job.status == status)
    with services.database.reading() as session:
        rows = rows_after(session, query, Job.sequence, after=after, limit=limit, newest=True)
    return page(request, [(row.sequence, Taak.of(row)) for row in rows], limit)


@routes.post("/taken", status_code=201, response_model=Taak, operation_id="taakStarten")
def start_job(services: ServicesHere, who: Annotated[Actor, Depends(Right("taken:starten"))], told: TaakInvoer) -> Any:
    """Begin lang werk: regelingen ophalen, opnieuw signaleren, een momentopname, een steekproef, een nieuw model."""
    parameters = told.model_dump(exclude={"soort"})
    if told.soort == "hertrainen":
        parameters["kenmerk"] = new_id()  # of this run alone: a worker that goes on with it knows it by that
    kind = "importeren" if told.soort in ("ophalen", "inlezen") else told.soort
    with services.database.writing() as session:
        job = add_job(session, kind, parameters, by=who)
        audit.record(session, who, "taak.gestart", f"taak:{job.id}", {"soort": job.kind, **parameters})
    return created(Taak.of(job), f"/v1/taken/{job.id}")


@routes.get("/taken/{id}", response_model=Taak, operation_id="taakLezen")
def read_job(
    request: Request,
    services: ServicesHere,
    who: Annotated[Actor, Depends(Right("taken:lezen"))],
    identifier: JobId,
    none_match: IfNoneMatch = None,
) -> Any:
    """Een taak."""
    row = _job(services, who, identifier)
    return tagged(request, Taak.of(row), f"{row.status}-{row.attempts}-{row.progress}", none_match=none_match)


@routes.get(
    "/taken/{id}/voortgang",
    openapi_extra=formats(EVENTS),
    operation_id="taakVoortgang",
    responses={200: {"content": {EVENTS: {"schema": EVENT}}}},
    response_class=Response,
)
def follow_job(
    request: Request, services: ServicesHere, who: Annotated[Actor, Depends(Right("taken:lezen"))], identifier: JobId
) -> Response:
    """Volg een taak (server-sent events)."""
    address = request.client.host if request.client else ""
    return progress_of(services.database, _job(services, who, identifier).id, streams=services.streams, address=address)


def _job(services: Services, who: Actor, identifier: str) -> Job:
    with services.database.reading() as session:
        row = session.execute(select(Job).where(Job.id == identifier, visible_jobs(who))).scalar_one_or_none()
    if row is None:
        raise NotFound("Deze taak bestaat niet, of u mag haar niet zien.")
    return row


snapshots = router("momentopnamen")
SnapshotId = Annotated[Identifier, Path(alias="id", description="Nummer van de momentopname.")]


@snapshots.get(
    "/momentopnamen", response_model=Page[Momentopname], openapi_extra=formats(*LISTS), operation_id="momentopnamenLijst"
)
def list_snapshots(
    request: Request,
    services: ServicesHere,
    who: Annotated[Actor, Depends(Right("momentopnamen:lezen"))],
    after: After = None,
    limit: Limit = 50,
) -> Any:
    """De momentopnamen, de nieuwste eerst."""
    with services.database.reading() as session:
        rows = rows_after(session, select(SnapshotRow), SnapshotRow.sequence, after=after, limit=limit, newest=True)
    return page(request, [(row.sequence, Momentopname.of(row)) for row in rows], limit)


@snapshots.get("/momentopnamen/{id}", response_model=Momentopname, operation_id="momentopnameLezen")
def read_snapshot(
    request: Request,
    services: ServicesHere,
    who: Annotated[Actor, Depends(Right("momentopnamen:lezen"))],
    identifier: SnapshotId,
    none_match: IfNoneMatch = None,
) -> Any:
    """Een momentopname."""
    row = _snapshot(services, identifier)
    return tagged(request, Momentopname.of(row), row.sha256, none_match=none_match)


@snapshots.get(
    "/momentopnamen/{id}/inhoud",
    openapi_extra=formats(LINES),
    operation_id="momentopnameInhoud",
    responses={200: {"content": {LINES: {"schema": {"type": "string"}}}}},
    response_class=Response,
)
def read_snapshot_content(
    services: ServicesHere, who: Annotated[Actor, Depends(Right("momentopnamen:inhoud"))], identifier: SnapshotId
) -> Response:
    """De inhoud van een momentopname: een beoordeling per regel (JSONL), met de gepseudonimiseerde tekst die er nog is.

    De sha256 gaat over de regels zonder titel, omschrijving en gemeente: wat gewist is, wordt niet meer verteld.
    """
    row = _snapshot(services, identifier)
    path: FilePath = services.settings.data / row.file
    if not path.is_file():
        raise NotFound("De inhoud van deze momentopname is er niet meer.")
    with services.database.writing() as session:
        content = "".join(told_lines(session, row, path))
    headers = {"Content-Disposition": f'attachment; filename="momentopname-{row.sha256[:12]}.jsonl"'}
    return Response(content, media_type=LINES, headers=headers)


def _snapshot(services: Services, identifier: str) -> SnapshotRow:
    with services.database.reading() as session:
        row = session.execute(select(SnapshotRow).where(SnapshotRow.id == identifier)).scalar_one_or_none()
    if row is None:
        raise NotFound("Deze momentopname bestaat niet.")
    return row


models = router("modellen")


@models.get("/modellen", response_model=Page[Model], openapi_extra=formats(*LISTS), operation_id="modellenLijst")
def list_models(
    request: Request,
    services: ServicesHere,
    who: Annotated[Actor, Depends(Right("openbaar"))],
    after: After = None,
    limit: Limit = 50,
) -> Any:
    """Het model dat dient en de modellen die ernaast staan."""
    rows = [(number, one) for number, one in enumerate(_models(services), start=1) if number > (after or 0)]
    return page(request, rows[: limit + 1], limit)


@models.get("/modellen/{versie}", response_model=Model, operation_id="modelLezen")
def read_model(
    request: Request,
    services: ServicesHere,
    who: Annotated[Actor, Depends(Right("openbaar"))],
    versie: Annotated[str, Path(max_length=50, description="Versie van het model.")],
    none_match: IfNoneMatch = None,
) -> Any:
    """Een model: waaruit het is gemaakt en hoe goed het is."""
    for one in _models(services):
        if one.versie == versie:
            return tagged(request, one, f"{one.versie}-{one.dient}", none_match=none_match)
    raise NotFound("Dit model bestaat niet.")


def _models(services: Services) -> list[Model]:
    serving = "" if services.engine.problem else services.engine.loaded.model_version
    return [
        Model(versie=one.version, dient=one.serving, soort="signaleren", gemaakt=one.manifest)
        for one in known_models(services.settings, serving=serving)
    ]
