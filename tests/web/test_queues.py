"""The two queues: nothing that was asked for stays undone, whatever becomes of a worker, and nobody does the work of another."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import OperationalError

from service.database.migrating import migrate
from service.database.opening import Database
from service.database.tables import Job
from service.engine import Engine
from service.jobs import carrying, embedded
from service.jobs.carrying import Report, World
from service.jobs.embedded import EmbeddedWorker
from service.jobs.postgresql import _work, requeue
from service.jobs.waiting import add_job
from service.settings import settings_of
from tests.web.conftest import Server
from tests.web.test_faults import until


@pytest.fixture
def world(tmp_path: Path, store: Path, engine: Engine, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """An embedded database; its workers do not wait long after trouble."""
    monkeypatch.setattr(embedded, "_TROUBLE_SECONDS", 0.05)
    settings = settings_of(database_url=f"sqlite:///{tmp_path}/queue.db", store=store, data=tmp_path / "data")
    database = Database(settings.database_url)
    migrate(database)
    yield World(settings=settings, database=database, engine=engine)
    database.close()


def ask(world: World, number: int = 1) -> list[str]:
    with world.database.writing() as session:
        return [add_job(session, "momentopname", {}).id for _ in range(number)]


def done(world: World) -> list[Job]:
    with world.database.reading() as session:
        return list(session.execute(select(Job).where(Job.status == "klaar")).scalars())


@pytest.fixture
def worker(world: World) -> Iterator[EmbeddedWorker]:
    """A worker that runs."""
    made = EmbeddedWorker(world)
    yield made
    made.stop()


@pytest.mark.parametrize("trouble", [RuntimeError("x"), OperationalError("x", {}, Exception("x"))])
def test_a_mark_that_fails_loses_no_job(
    world: World, worker: EmbeddedWorker, monkeypatch: pytest.MonkeyPatch, trouble: Exception
) -> None:
    """As when the disk is full: the work was done, and how it went could not be written. Often, for it is no attempt."""
    failures = iter(range(carrying.MAX_ATTEMPTS + 1))
    finish = carrying._finish

    def failing(*words: Any, **named: Any) -> None:
        if next(failures, None) is not None:
            raise trouble
        finish(*words, **named)

    monkeypatch.setattr(carrying, "_finish", failing)
    ask(world, 3)
    worker.start()
    assert until(lambda: len(done(world)) == 3, seconds=60)
    assert {job.attempts for job in done(world)} == {1}


def test_trouble_beside_the_jobs_ends_no_worker(world: World, worker: EmbeddedWorker, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = threading.Event()

    def broken(world: World) -> None:
        asked.set()
        raise RuntimeError("x")

    monkeypatch.setattr(embedded, "start_due", broken)
    worker._due = 0.0
    worker.start()
    assert asked.wait(30)
    ask(world)
    assert until(lambda: len(done(world)) == 1, seconds=60)


def test_of_two_embedded_workers_one_works(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker that was stopped may still be at its job when the next one starts, in this process or another."""
    begun, go_on, times = threading.Event(), threading.Event(), []

    def slow(world: World, parameters: Mapping[str, Any], report: Report) -> dict[str, Any]:
        times.append(1)
        begun.set()
        assert go_on.wait(60)
        return {}

    monkeypatch.setitem(embedded.KINDS, "momentopname", slow)
    ask(world)
    first, second = EmbeddedWorker(world), EmbeddedWorker(world)
    first.start()
    assert begun.wait(30)
    first.stop(timeout=0)
    second.start()
    ask(world)
    assert not until(lambda: len(times) > 1, seconds=1)
    go_on.set()
    assert until(lambda: len(done(world)) == 2, seconds=60), "nobody took the place of the worker that ended"
    second.stop()
    assert len(times) == 2


@pytest.fixture
def queue(postgresql: Server) -> Iterator[Database]:
    """A PostgreSQL database with the tables in it."""
    made = Database(postgresql.new_database())
    migrate(made)
    yield made
    made.close()


def test_a_job_that_the_queue_lost_is_queued_again(queue: Database) -> None:
    with queue.writing() as session:
        lost, given_up, known = (add_job(session, "momentopname", {}) for _ in range(3))
        lost.status = "bezig"
    with queue.writing() as session:
        remove = "DELETE FROM procrastinate_jobs WHERE args ->> 'job_id' = :id"
        session.execute(text(remove), {"id": lost.id})
        change = "UPDATE procrastinate_jobs SET status = 'failed' WHERE args ->> 'job_id' = :id"
        session.execute(text(change), {"id": given_up.id})
    with queue.writing() as session:
        assert requeue(session) == 2
    with queue.writing() as session:
        assert requeue(session) == 0
        todo = "SELECT args ->> 'job_id' FROM procrastinate_jobs WHERE status = 'todo' ORDER BY 1"
        assert list(session.execute(text(todo)).scalars()) == sorted([lost.id, given_up.id, known.id])
        assert set(session.execute(select(Job.status)).scalars()) == {"wachtend"}


def test_two_who_look_at_once_queue_a_lost_job_once(queue: Database) -> None:
    with queue.writing() as session:
        add_job(session, "momentopname", {})
        session.flush()
        session.execute(text("DELETE FROM procrastinate_jobs"))
    found: list[int] = []

    def look() -> None:
        with queue.writing() as session:
            found.append(requeue(session))

    threads = [threading.Thread(target=look) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(found) == [0, 0, 0, 0, 0, 1]


def test_a_mark_that_fails_is_no_attempt_on_postgresql(
    queue: Database, store: Path, engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = World(settings=settings_of(database_url=queue.url, store=store, data=tmp_path), database=queue, engine=engine)
    failures = iter(range(1))
    finish = carrying._finish

    def failing(*words: Any, **named: Any) -> None:
        if next(failures, None) is not None:
            raise OperationalError("x", {}, Exception("x"))
        finish(*words, **named)

    monkeypatch.setattr(carrying, "_finish", failing)
    ask(world)

    async def work() -> None:
        working = asyncio.create_task(_work(world, 1, set()))
        while not done(world):
            await asyncio.sleep(0.1)
        working.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await working

    asyncio.run(asyncio.wait_for(work(), 120))
    assert [job.attempts for job in done(world)] == [1]
