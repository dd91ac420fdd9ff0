"""Work that nobody asks for: it is due because time has passed or a file has changed."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.clock import now
from service.database.tables import IdempotencyKey, Initiative, InitiativeStatus, Job, JobStatus, LoginSession
from service.jobs.carrying import World
from service.jobs.waiting import add_job

KEYS_KEPT = timedelta(hours=24)
"""How long an Idempotency-Key is remembered."""


def start_due(world: World) -> None:
    """Ask for what is due: texts past their time, initiatives read with an older model or corpus, old keys and sessions."""
    if world.engine.changed():
        world.engine.load()
    with world.database.writing() as session:
        session.query(IdempotencyKey).filter(IdempotencyKey.created < now() - KEYS_KEPT).delete()
        session.query(LoginSession).filter(LoginSession.expires < now()).delete()
        past = select(Initiative.id).where(Initiative.keep_until < now(), Initiative.story.is_not(None)).limit(1)
        if session.execute(past).scalar() and not _asked(session, "bewaartermijn"):
            add_job(session, "bewaartermijn", {})
        if not world.engine.problem:
            loaded = world.engine.loaded
            older = select(Initiative.id).where(
                Initiative.status == InitiativeStatus.FLAGGED.value,
                (Initiative.corpus != loaded.corpus) | (Initiative.model_version != loaded.model_version),
            )
            if session.execute(older.limit(1)).scalar() and not _asked(session, "hersignaleren", "signaleren"):
                add_job(session, "hersignaleren", {})


def _asked(session: Session, *kinds: str) -> bool:
    open_statuses = (JobStatus.WAITING.value, JobStatus.RUNNING.value)
    return (
        session.execute(select(Job.id).where(Job.kind.in_(kinds), Job.status.in_(open_statuses)).limit(1)).scalar() is not None
    )
