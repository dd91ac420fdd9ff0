"""The queue on PostgreSQL: procrastinate carries the numbers of jobs to any number of workers, on any number of machines."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
from typing import Any

import procrastinate
import psycopg
from procrastinate import RetryStrategy
from procrastinate.exceptions import ConnectorException
from psycopg_pool import PoolTimeout
from sqlalchemy import text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from service.database.opening import database_failed, lock_for
from service.jobs.carrying import MAX_ATTEMPTS, World, carry_out, give_back
from service.jobs.kinds import KINDS
from service.jobs.periodic import start_due

HEARTBEAT_SECONDS = 5
STALLED_SECONDS = 20
"""A worker that has not been heard for so long is dead; its jobs go to another."""

RESTART_SECONDS = 2.0

_log = logging.getLogger(__name__)
_TASK = "regelruimte.uitvoeren"
_LOCK = 71_004


def conninfo(url: str) -> str:
    """A database URL as libpq wants it."""
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)


def defer(session: Session, job_id: str) -> None:
    """Hand the number of a job to the queue, within the transaction of the session."""
    connection: Any = session.connection().connection.driver_connection
    _sender().configure_task(_TASK, connection=connection).defer(job_id=job_id)


# Open jobs that the queue knows nothing of: given up there, or put back from a backup, which holds no queue.
_LEFT = text("""
    SELECT id FROM jobs
    WHERE status IN ('wachtend', 'bezig') AND NOT EXISTS (
        SELECT 1 FROM procrastinate_jobs AS queued
        WHERE queued.task_name = :task AND queued.status IN ('todo', 'doing') AND queued.args ->> 'job_id' = jobs.id
    )
    ORDER BY sequence
""")


def requeue(session: Session) -> int:
    """Hand open jobs to the queue that it does not have, or has no more; returns how many."""
    lock_for(session, _LOCK)
    left = session.execute(_LEFT, {"task": _TASK}).scalars().all()
    give_back(session, no_attempt=False, only=left)
    for job_id in left:
        defer(session, job_id)
    if left:
        _log.warning("jobs that the queue had lost go on", extra={"jobs": len(left)})
    return len(left)


async def work_on(world: World, *, concurrency: int = 1) -> None:
    """Carry out jobs until SIGTERM or SIGINT; what runs then is finished first.

    A worker of procrastinate ends when its database goes away. A new one takes its place until the database is back.
    """
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    stopping = asyncio.create_task(stop.wait())
    unmarked: set[str] = set()
    while not stop.is_set():
        working = asyncio.create_task(_work(world, concurrency, unmarked))
        await asyncio.wait({working, stopping}, return_when=asyncio.FIRST_COMPLETED)
        if stop.is_set():
            working.cancel()  # asks it to finish what it is at, and to begin nothing new
        try:
            await working
        except asyncio.CancelledError:
            break
        except (ConnectorException, psycopg.Error, PoolTimeout, OSError) as error:
            _log.error("the database does not answer; trying again", extra={"error": type(error).__name__})
        if not stop.is_set():
            await asyncio.wait({stopping}, timeout=RESTART_SECONDS)


async def _work(world: World, concurrency: int, unmarked: set[str]) -> None:
    """One life of a worker; ``unmarked`` keeps the jobs of which the database did not take how they went."""
    connector = procrastinate.PsycopgConnector(
        conninfo=conninfo(world.database.url), min_size=1, max_size=4 + concurrency, timeout=5.0, reconnect_timeout=5.0
    )
    app = procrastinate.App(connector=connector)
    # Whatever went wrong: also a database that went away in the middle of the mark that it went wrong.
    retry = RetryStrategy(max_attempts=MAX_ATTEMPTS, exponential_wait=3)

    @app.task(name=_TASK, retry=retry)
    def _carry_out(job_id: str) -> None:
        try:
            if lost := set(unmarked):
                with world.database.writing() as session:
                    give_back(session, no_attempt=True, only=lost)
                unmarked.difference_update(lost)
            carry_out(world, job_id, KINDS)
        except SQLAlchemyError as error:
            if database_failed(error):
                unmarked.add(job_id)
            raise

    @app.periodic(cron="* * * * * */10", periodic_id="stalled")
    @app.task(name="regelruimte.hervatten", queueing_lock="hervatten")
    async def _resume(timestamp: int) -> None:
        for job in await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=STALLED_SECONDS):
            _log.warning("job of a dead worker goes on", extra={"queue_job": job.id})
            with contextlib.suppress(ConnectorException):  # another was first, or it has ended after all; the rest go on
                await app.job_manager.retry_job(job)

    @app.periodic(cron="* * * * *", periodic_id="due")
    @app.task(name="regelruimte.periodiek", queueing_lock="periodiek")
    def _due(timestamp: int) -> None:
        with world.database.writing() as session:
            requeue(session)
        start_due(world)

    async with app.open_async():
        await app.run_worker_async(
            concurrency=concurrency,
            update_heartbeat_interval=HEARTBEAT_SECONDS,
            stalled_worker_timeout=float(STALLED_SECONDS),
            fetch_job_polling_interval=2.0,
            delete_jobs="always",  # how it went stands in our own row; one that is open still is queued anew
            install_signal_handlers=False,
        )


_sending: procrastinate.App | None = None


def _sender() -> procrastinate.App:
    """An app that only words the request: the connection comes from the session."""
    global _sending
    if _sending is None:
        _sending = procrastinate.App(connector=procrastinate.SyncPsycopgConnector())
    return _sending
