"""Server-sent events: how far a job is."""

from __future__ import annotations

import asyncio
import json
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager

from sqlalchemy import select
from starlette.concurrency import run_in_threadpool
from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from service.api.replies import Taak
from service.database.opening import Database
from service.database.tables import Job, JobStatus
from service.errors import TooManyRequests, Unavailable

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


MOST_STREAMS = 100
MOST_STREAMS_OF_ONE = 20
"""Per address: an organisation has one for all who work there."""


class Streams:
    """The streams that this process has open. Each asks the database again and again, so there is an end to them."""

    def __init__(self) -> None:
        self._open: Counter[str] = Counter()

    @contextmanager
    def place(self, address: str) -> Iterator[None]:
        """A place for one stream, for as long as it is open.

        Raises:
            TooManyRequests: this address has too many.
            Unavailable: all together are too many.
        """
        if self._open[address] >= MOST_STREAMS_OF_ONE:
            raise TooManyRequests("U volgt al te veel taken tegelijk; sluit er een.", retry_after=10)
        if self._open.total() >= MOST_STREAMS:
            raise Unavailable("Er worden nu te veel taken tegelijk gevolgd.", retry_after=10)
        self._open[address] += 1
        try:
            yield
        finally:
            self._open[address] -= 1
            self._open += Counter()  # forgets who has none


class _Stream(StreamingResponse):
    """Takes its place when it is sent, and gives it back however that ends."""

    def __init__(self, streams: Streams, address: str, events: AsyncIterator[str]) -> None:
        super().__init__(events, media_type="text/event-stream", headers={"X-Accel-Buffering": "no"})
        self._streams, self._address = streams, address

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        with self._streams.place(self._address):
            await super().__call__(scope, receive, send)


def progress_of(database: Database, job_id: str, *, streams: Streams, address: str) -> StreamingResponse:
    """An event ``voortgang`` whenever a job has moved on, until it is done; a comment keeps the line open meanwhile."""
    return _Stream(streams, address, _events(database, job_id))


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
