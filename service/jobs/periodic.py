"""Work that nobody asks for: it is due because time has passed or a file has changed."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.clock import now
from service.database.tables import IdempotencyKey, Initiative, InitiativeStatus, Job, JobStatus, LoginSession
from service.jobs.carrying import World
from service.jobs.outdated import not_waiting, read_with_older
from service.jobs.waiting import add_job

KEYS_KEPT = timedelta(hours=24)
"""How long an Idempotency-Key is remembered."""

STUCK_AFTER = timedelta(days=1)
"""A job that is open for so long keeps nobody from asking again: doing it twice changes nothing."""


def start_due(world: World) -> None:
    """Ask for what is due: texts past their time, initiatives read with an older model or corpus.

    Old keys, sessions and jobs go at once.
    """
    if world.engine.changed():
        world.engine.load()
    with world.database.writing() as session:
        session.query(IdempotencyKey).filter(IdempotencyKey.created < now() - KEYS_KEPT).delete()
        session.query(LoginSession).filter(LoginSession.expires < now()).delete()
        kept = timedelta(days=world.settings.job_days)
        session.query(Job).filter(Job.finished < now() - kept, Job.status.not_in(_OPEN)).delete()
        past = select(Initiative.id).where(Initiative.keep_until < now(), Initiative.story.is_not(None)).limit(1)
        if session.execute(past).scalar() and not _asked(session, "bewaartermijn"):
            add_job(session, "bewaartermijn", {})
        if not world.engine.problem:
            older = select(Initiative.id).where(
                Initiative.status == InitiativeStatus.FLAGGED.value, read_with_older(world.engine.loaded), not_waiting()
            )
            if session.execute(older.limit(1)).scalar() and not _asked(session, "hersignaleren"):
                add_job(session, "hersignaleren", {"ouder": True})


_OPEN = (JobStatus.WAITING.value, JobStatus.RUNNING.value)


def _asked(session: Session, kind: str) -> bool:
    asked = select(Job.id).where(Job.kind == kind, Job.status.in_(_OPEN), Job.created > now() - STUCK_AFTER)
    return session.execute(asked.limit(1)).scalar() is not None
