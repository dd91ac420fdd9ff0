"""The queue of the embedded database: the table of jobs itself, and one thread of one process."""

from __future__ import annotations

import fcntl
import logging
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.engine import make_url

from service.database.tables import Job, JobStatus
from service.jobs.carrying import Gone, World, carry_out, give_back
from service.jobs.kinds import KINDS
from service.jobs.periodic import start_due

_IDLE_SECONDS = 0.2
_TROUBLE_SECONDS = 2.0
_PERIOD_SECONDS = 60.0
_log = logging.getLogger(__name__)


class EmbeddedWorker:
    """Carries out jobs one by one, oldest first. Of several over one database one works, until it ends."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="jobs", daemon=True)
        self._interrupted = False
        self._due = time.monotonic() + _PERIOD_SECONDS
        self._again: dict[str, tuple[int, float]] = {}  # job → how often it failed here, when it may be tried again

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self, *, timeout: float = 20.0) -> None:
        """Finish the job at hand, and no more."""
        self._stop.set()
        self._thread.join(timeout)

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                with self._only_one() as ours:
                    if ours:
                        self._work()
                if not ours:
                    self._stop.wait(_TROUBLE_SECONDS)
            except Exception as error:  # whatever it is: without this thread no job is ever done
                self._interrupted = True
                _log.error("work was interrupted; going on", extra={"error": type(error).__name__})
                self._stop.wait(_TROUBLE_SECONDS)

    @contextmanager
    def _only_one(self) -> Iterator[bool]:
        """Whether nobody else works: a lock that ends with the thread or process that holds it, however it ends."""
        file = make_url(self._world.database.url).database
        if not file or file == ":memory:":
            yield True
            return
        with Path(f"{file}-jobs").open("w", encoding="ascii") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                yield False
                return
            yield True

    def _work(self) -> None:
        with self._world.database.writing() as session:
            # There is only one of us, and we are at nothing: whoever was at it has been killed, or could not mark how it went.
            give_back(session, no_attempt=self._interrupted)
        self._interrupted = False
        while not self._stop.is_set():
            if time.monotonic() >= self._due:
                self._due = time.monotonic() + _PERIOD_SECONDS
                start_due(self._world)
            if not self._next():
                self._stop.wait(_IDLE_SECONDS)

    def _next(self) -> bool:
        later = [job for job, (_, when) in self._again.items() if when > time.monotonic()]
        waiting = select(Job.id).where(Job.status == JobStatus.WAITING.value, Job.id.not_in(later))
        with self._world.database.reading() as session:
            job_id = session.execute(waiting.order_by(Job.sequence).limit(1)).scalar_one_or_none()
        if job_id is None:
            return False
        try:
            carry_out(self._world, job_id, KINDS)
            self._again.pop(job_id, None)
        except Gone:
            failed = self._again.get(job_id, (0, 0.0))[0] + 1
            self._again[job_id] = (failed, time.monotonic() + min(60.0, 1.5 * 2**failed))
        return True
