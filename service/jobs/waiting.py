"""Putting work in the queue, in the transaction of what asks for it: both are kept, or neither."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from service.clock import now
from service.database.tables import Job, JobStatus
from service.identity.actor import Actor


def add_job(session: Session, kind: str, parameters: Mapping[str, Any], *, subject: str = "", by: Actor | None = None) -> Job:
    """Ask for long work.

    On PostgreSQL procrastinate gets the number of the job over the same connection; on SQLite the row itself is the queue.

    Args:
        session: a writing session.
        kind: a name in service.jobs.kinds.KINDS.
        parameters: JSON; never the text of an initiative.
        subject: id of what the work is about.
        by: who asked; None for the service itself.
    """
    job = Job(
        kind=kind,
        parameters=dict(parameters),
        subject=subject,
        status=JobStatus.WAITING.value,
        user_id=by.user_id if by is not None else None,
        created=now(),
    )
    session.add(job)
    session.flush()
    if session.get_bind().dialect.name == "postgresql":
        from service.jobs.postgresql import defer

        defer(session, job.id)
    return job
