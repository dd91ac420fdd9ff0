"""The queue on PostgreSQL: procrastinate carries the numbers of jobs to any number of workers, on any number of machines."""

from __future__ import annotations

import asyncio
import logging
import signal
from typing import Any

import procrastinate
import psycopg
from procrastinate import RetryStrategy
from procrastinate.exceptions import ConnectorException
from psycopg_pool import PoolTimeout
from sqlalchemy.engine import make_url
from sqlalchemy.orm import Session

from service.database.opening import Database
from service.jobs.carrying import MAX_ATTEMPTS, World, carry_out
from service.jobs.kinds import KINDS
from service.jobs.periodic import start_due

HEARTBEAT_SECONDS = 5
STALLED_SECONDS = 20
"""A worker that has not been heard for so long is dead; its jobs go to another."""

RESTART_SECONDS = 2.0

_log = logging.getLogger(__name__)
_TASK = "regelruimte.uitvoeren"


def conninfo(url: str) -> str:
    """A database URL as libpq wants it."""
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)


def defer(session: Session, job_id: str) -> None:
    """Hand the number of a job to the queue, within the transaction of the session."""
    connection: Any = session.connection().connection.driver_connection
    _sender().configure_task(_TASK, connection=connection).defer(job_id=job_id)


def install(database: Database) -> None:
    """Make the tables of procrastinate where they are missing."""
    connector = procrastinate.SyncPsycopgConnector(conninfo=conninfo(database.url))
    app = procrastinate.App(connector=connector)
    with app.open():
        row = connector.execute_query_one("SELECT to_regclass('procrastinate_jobs') IS NOT NULL AS there")
        if not row["there"]:
            app.schema_manager.apply_schema()


async def work_on(world: World, *, concurrency: int = 1) -> None:
    """Carry out jobs until SIGTERM or SIGINT; what runs then is finished first.

    A worker of procrastinate ends when its database goes away. A new one takes its place until the database is back.
    """
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    stopping = asyncio.create_task(stop.wait())
    while not stop.is_set():
        working = asyncio.create_task(_work(world, concurrency))
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


async def _work(world: World, concurrency: int) -> None:
    connector = procrastinate.PsycopgConnector(
        conninfo=conninfo(world.database.url), min_size=1, max_size=4 + concurrency, timeout=5.0, reconnect_timeout=5.0
    )
    app = procrastinate.App(connector=connector)
    # Whatever went wrong: also a database that went away in the middle of the mark that it went wrong.
    retry = RetryStrategy(max_attempts=MAX_ATTEMPTS, exponential_wait=3)

    @app.task(name=_TASK, retry=retry)
    def _carry_out(job_id: str) -> None:
        carry_out(world, job_id, KINDS)

    @app.periodic(cron="* * * * * */10", periodic_id="stalled")
    @app.task(name="regelruimte.hervatten", queueing_lock="hervatten")
    async def _resume(timestamp: int) -> None:
        for job in await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=STALLED_SECONDS):
            _log.warning("job of a dead worker goes on", extra={"queue_job": job.id})
            await app.job_manager.retry_job(job)

    @app.periodic(cron="* * * * *", periodic_id="due")
    @app.task(name="regelruimte.periodiek", queueing_lock="periodiek")
    def _due(timestamp: int) -> None:
        start_due(world)

    async with app.open_async():
        await app.run_worker_async(
            concurrency=concurrency,
            update_heartbeat_interval=HEARTBEAT_SECONDS,
            stalled_worker_timeout=float(STALLED_SECONDS),
            fetch_job_polling_interval=2.0,
            delete_jobs="successful",
            install_signal_handlers=False,
        )


_sending: procrastinate.App | None = None


def _sender() -> procrastinate.App:
    """An app that only words the request: the connection comes from the session."""
    global _sending
    if _sending is None:
        _sending = procrastinate.App(connector=procrastinate.SyncPsycopgConnector())
    return _sending
