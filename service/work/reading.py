"""Reading is logged like any other processing of personal data, but in batches: who reads does not wait for a disk.

Nothing is read that cannot be logged: when entries cannot be written for long, reading is refused. What a process has not
written yet is lost when it is killed, a second's worth at the most.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterable
from datetime import datetime

from sqlalchemy.exc import SQLAlchemyError

from service.clock import now
from service.database.opening import Database
from service.errors import Unavailable
from service.work import processing_log

EVERY_SECONDS = 0.5
MOST_WAITING = 10_000

_log = logging.getLogger(__name__)


class ReadingLog:
    """Entries of the processing log that wait to be written."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._waiting: list[tuple[str, str, datetime]] = []  # name, subject, moment
        self._lock = threading.Lock()
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="reading-log", daemon=True)

    def start(self) -> None:
        """Write what is noted, from now on."""
        self._thread.start()

    def stop(self) -> None:
        """Write what is left, and write no more."""
        self._ended.set()
        self._thread.join()

    def note(self, name: str, subjects: Iterable[str]) -> None:
        """Log a processing of each of these initiatives.

        Raises:
            Unavailable: the log has not been written for too long.
        """
        moment = now()
        with self._lock:
            if len(self._waiting) >= MOST_WAITING:
                raise Unavailable("Wat er wordt gelezen kan nu niet worden vastgelegd; probeer het zo nog eens.")
            self._waiting += [(name, subject, moment) for subject in subjects]

    def flush(self) -> None:
        """Write what waits; after a failure it waits on."""
        with self._lock:
            batch, self._waiting = self._waiting, []
        if not batch:
            return
        try:
            with self._database.writing() as session:
                for name, subject, moment in batch:
                    processing_log.log(session, name, subject, started=moment, ended=moment)
        except SQLAlchemyError as error:
            _log.error("reading log not written", extra={"entries": len(batch), "error": type(error).__name__})
            with self._lock:
                self._waiting = batch + self._waiting

    def _run(self) -> None:
        while not self._ended.wait(EVERY_SECONDS):
            self.flush()
        self.flush()
