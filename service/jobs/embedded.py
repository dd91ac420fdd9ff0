"""The queue of the embedded database: the table of jobs itself, and one thread of the serving process."""

from __future__ import annotations

import logging
import threading
import time

from sqlalchemy import select, update
from sqlalchemy.exc import OperationalError

from service.database.tables import Job, JobStatus
from service.jobs.carrying import Gone, World, carry_out
from service.jobs.kinds import KINDS
from service.jobs.periodic import start_due

_IDLE_SECONDS = 0.2
_PERIOD_SECONDS = 60.0
_log = logging.getLogger(__name__)


class EmbeddedWorker:
    """Carries out jobs one by one, oldest first."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="jobs", daemon=True)

    def start(self) -> None:
        """Begin. What a killed process left half-way waits again: there is only one of us."""
        with self._world.database.writing() as session:
            running = update(Job).where(Job.status == JobStatus.RUNNING.value)
            session.execute(running.values(status=JobStatus.WAITING.value))
        self._thread.start()

    def stop(self, *, timeout: float = 20.0) -> None:
        """Finish the job at hand, and no more."""
        self._stop.set()
        self._thread.join(timeout)

    def _run(self) -> None:
        again: dict[str, float] = {}  # job → when it may be tried again
        due = time.monotonic() + _PERIOD_SECONDS
        while not self._stop.is_set():
            try:
                if time.monotonic() >= due:
                    due = time.monotonic() + _PERIOD_SECONDS
                    start_due(self._world)
                if not self._next(again):
                    self._stop.wait(_IDLE_SECONDS)
            except OperationalError:
                _log.error("database does not answer; trying again")
                self._stop.wait(2.0)

    def _next(self, again: dict[str, float]) -> bool:
        with self._world.database.reading() as session:
            waiting = session.execute(
                select(Job.id).where(Job.status == JobStatus.WAITING.value).order_by(Job.sequence).limit(50)
            ).scalars()
            job_id = next((one for one in waiting if again.get(one, 0.0) <= time.monotonic()), None)
        if job_id is None:
            return False
        try:
            carry_out(self._world, job_id, KINDS)
            again.pop(job_id, None)
        except Gone:
            tries = 1 + sum(1 for _ in again)
            again[job_id] = time.monotonic() + min(60.0, 3.0 * tries)
        return True
