"""Carrying a job out: the same on both databases.

A job may be carried out more than once (a worker was killed after the work and before its mark): every kind of work is written
so that doing it again changes nothing.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import case, select, update
from sqlalchemy.orm import Session

from corpus.errors import UserError
from service.clock import now
from service.database.opening import Database, database_failed
from service.database.tables import Job, JobStatus
from service.engine import Engine
from service.errors import ServiceError, Unavailable
from service.settings import Settings

MAX_ATTEMPTS = 5
"""After so many failures a job is given up; a person sees why."""

_REPORT_SECONDS = 0.5

_log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class World:
    """What work needs."""

    settings: Settings
    database: Database
    engine: Engine


Report = Callable[[float, str], None]
"""Tells how far work is: a share 0..1 and a few Dutch words."""

Work = Callable[[World, Mapping[str, Any], Report], dict[str, Any]]
"""A kind of work: parameters in, result out."""


class Gone(Exception):
    """A job that failed and may be tried again."""


def carry_out(world: World, job_id: str, kinds: Mapping[str, Work]) -> bool:
    """Do a job that waits, or that a dead worker left half-way.

    Returns:
        Whether there was something to do.

    Raises:
        Gone: it failed for a reason that may pass; it waits again.
        SQLAlchemyError: the database failed before how it went could be marked; see ``give_back``.
    """
    with world.database.writing() as session:
        job = session.execute(select(Job).where(Job.id == job_id).with_for_update()).scalar_one_or_none()
        if job is None or job.status in (JobStatus.DONE.value, JobStatus.FAILED.value):
            return False
        if job.attempts >= MAX_ATTEMPTS:
            # It never came to an end, not even to a failure: it kills whoever carries it out.
            job.status, job.message, job.finished = JobStatus.FAILED.value, "het werk kwam nooit tot een einde", now()
            return True
        job.status, job.attempts, job.heartbeat = JobStatus.RUNNING.value, job.attempts + 1, now()
        kind, parameters, attempts = job.kind, dict(job.parameters), job.attempts
    try:
        result = kinds[kind](world, parameters, _reporter(world, job_id))
    except Unavailable as error:
        _finish(world, job_id, JobStatus.WAITING, str(error), no_attempt=True)
        raise Gone(f"{kind} {job_id}: {error}") from error
    except (UserError, ServiceError) as error:
        _finish(world, job_id, JobStatus.FAILED, str(error))
        _log.warning("job failed", extra={"job": job_id, "kind": kind, "reason": str(error)})
        return True
    except Exception as error:
        # Its message may quote what it worked on: the log gets the traceback without it, the job the type only.
        _log.error("job broke", extra={"job": job_id, "kind": kind, "error": type(error).__name__, "attempt": attempts})
        passing = database_failed(error)
        given_up = attempts >= MAX_ATTEMPTS and not passing
        status = JobStatus.FAILED if given_up else JobStatus.WAITING
        _finish(world, job_id, status, f"fout: {type(error).__name__}", no_attempt=passing)
        if given_up:
            return True
        raise Gone(f"{kind} {job_id}: {type(error).__name__}") from error
    _finish(world, job_id, JobStatus.DONE, "", result)
    return True


def give_back(session: Session, *, no_attempt: bool, only: Collection[str] | None = None) -> None:
    """Let jobs that are marked as running wait again.

    Args:
        session: a writing session.
        no_attempt: it was the database that failed; True takes back that it counted as an attempt.
        only: ids; None for all.
    """
    running = update(Job).where(Job.status == JobStatus.RUNNING.value)
    if only is not None:
        running = running.where(Job.id.in_(only))
    attempts = case((Job.attempts > 0, Job.attempts - 1), else_=0) if no_attempt else Job.attempts
    session.execute(running.values(status=JobStatus.WAITING.value, attempts=attempts))


def _finish(
    world: World,
    job_id: str,
    status: JobStatus,
    message: str,
    result: dict[str, Any] | None = None,
    *,
    no_attempt: bool = False,
) -> None:
    with world.database.writing() as session:
        job = session.execute(select(Job).where(Job.id == job_id).with_for_update()).scalar_one()
        job.status, job.message, job.heartbeat = status.value, message[:500], now()
        job.attempts -= no_attempt
        if status in (JobStatus.DONE, JobStatus.FAILED):
            job.finished = now()
        if status is JobStatus.DONE:
            job.progress, job.result = 1.0, result or {}


def _reporter(world: World, job_id: str) -> Report:
    last = 0.0

    def report(share: float, message: str) -> None:
        nonlocal last
        if time.monotonic() - last < _REPORT_SECONDS and share < 1:
            return
        last = time.monotonic()
        with world.database.writing() as session:
            job = session.execute(select(Job).where(Job.id == job_id)).scalar_one()
            job.progress, job.message, job.heartbeat = min(max(share, 0.0), 1.0), message[:500], now()

    return report
