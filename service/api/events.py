"""Server-sent events: how far a job is."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator

from sqlalchemy import select
from starlette.concurrency import run_in_threadpool
from starlette.responses import StreamingResponse

from service.api.replies import Taak
from service.database.opening import Database
from service.database.tables import Job, JobStatus

EVENT = {
    "type": "object",
    "required": ["data"],
    "properties": {
        "event": {"type": "string", "enum": ["voortgang"]},
        "data": {"type": "string", "contentMediaType": "application/json", "description": "Een Taak."},
    },
}
"""Schema of one event, for the OpenAPI document."""

_POLL_SECONDS = 0.4
_LONGEST_SECONDS = 300.0
"""A browser reconnects by itself after this; no connection lasts for ever."""


def progress_of(database: Database, job_id: str) -> StreamingResponse:
    """An event ``voortgang`` whenever a job has moved on, until it is done; a comment keeps the line open meanwhile."""
    return StreamingResponse(_events(database, job_id), media_type="text/event-stream", headers={"X-Accel-Buffering": "no"})


async def _events(database: Database, job_id: str) -> AsyncIterator[str]:
    last, quiet, end = "", 0.0, time.monotonic() + _LONGEST_SECONDS
    while time.monotonic() < end:
        job = await run_in_threadpool(_job, database, job_id)
        if job is None:
            return
        told = json.dumps(Taak.of(job).model_dump(mode="json", by_alias=True), ensure_ascii=False)
        if told != last:
            yield f"event: voortgang\ndata: {told}\n\n"
            last, quiet = told, 0.0
        if job.status in (JobStatus.DONE.value, JobStatus.FAILED.value):
            return
        quiet += _POLL_SECONDS
        if quiet >= 15:
            yield ": nog bezig\n\n"
            quiet = 0.0
        await asyncio.sleep(_POLL_SECONDS)


def _job(database: Database, job_id: str) -> Job | None:
    with database.reading() as session:
        return session.execute(select(Job).where(Job.id == job_id)).scalar_one_or_none()
