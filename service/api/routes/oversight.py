"""/v1/audit and /v1/statistieken"""

from __future__ import annotations

from collections import Counter
from typing import Annotated, Any

from fastapi import Depends, Query, Request
from sqlalchemy import func, select

from service.api.access import Right, ServicesHere
from service.api.paging import rows_after
from service.api.replies import AuditControle, AuditRegel, Statistieken
from service.api.routing import LISTS, After, Limit, Page, formats, page, router
from service.database.tables import AuditEntry, FlagRow, Initiative, Judgement, Verdict
from service.identity.actor import Actor
from service.identity.policies import visible
from service.work import audit
from service.work.flags import raised
from service.work.judgements import standing_only

routes = router("toezicht")
Auditor = Annotated[Actor, Depends(Right("audit:lezen"))]


@routes.get("/audit", response_model=Page[AuditRegel], openapi_extra=formats(*LISTS), operation_id="auditLijst")
def list_audit(
    request: Request,
    services: ServicesHere,
    who: Auditor,
    handeling: Annotated[str | None, Query(max_length=60, description="Alleen deze handeling.")] = None,
    onderwerp: Annotated[str | None, Query(max_length=120, description="Alleen dit onderwerp.")] = None,
    after: After = None,
    limit: Limit = 50,
) -> Any:
    """Wie wat deed, het nieuwste eerst."""
    query = select(AuditEntry)
    if handeling is not None:
        query = query.where(AuditEntry.action == handeling.replace("\x00", ""))
    if onderwerp is not None:
        query = query.where(AuditEntry.subject == onderwerp.replace("\x00", ""))
    with services.database.reading() as session:
        rows = rows_after(session, query, AuditEntry.sequence, after=after, limit=limit, newest=True)
    return page(request, [(row.sequence, AuditRegel.of(row)) for row in rows], limit)


@routes.get("/audit/controle", response_model=AuditControle, operation_id="auditControleren")
def verify_audit(services: ServicesHere, who: Auditor) -> Any:
    """Ga na of het audit-spoor heel is."""
    with services.database.reading() as session:
        count, problems = audit.verify(session)
        return AuditControle(heel=not problems, regels=count, laatste_hash=audit.head(session), problemen=problems[:100])


@routes.get("/statistieken", response_model=Statistieken, operation_id="statistieken")
def statistics(services: ServicesHere, who: Annotated[Actor, Depends(Right("statistieken:lezen"))]) -> Any:
    """Tellingen over wat u mag zien."""
    with services.database.reading() as session:
        own = select(FlagRow).join(Initiative, Initiative.id == FlagRow.initiative_id).where(visible(who), raised()).subquery()
        by_status = session.execute(
            select(Initiative.status, func.count()).where(visible(who)).group_by(Initiative.status)
        ).all()
        flags = session.execute(select(func.count()).select_from(own)).scalar() or 0
        judged = session.execute(
            select(Judgement.verdict, Judgement.kinds, own.c.ref)
            .join(own, own.c.id == Judgement.flag_id)
            .where(standing_only())
            .order_by(Judgement.sequence)
        ).all()
    agreed = [(kinds, ref) for verdict, kinds, ref in judged if verdict != Verdict.REJECTED.value]
    clauses = Counter(ref for _, ref in agreed)
    return Statistieken(
        initiatieven={row[0]: row[1] for row in by_status},
        signalen=flags,
        beoordelingen=dict(Counter(verdict for verdict, _, _ in judged)),
        soorten=dict(Counter(kind for kinds, _ in agreed for kind in kinds)),
        bepalingen=[{"verwijzing": ref, "aantal": count} for ref, count in clauses.most_common(20)],
    )
