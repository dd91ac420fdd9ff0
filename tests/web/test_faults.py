"""What a machine can do to a service: kill it, take its database away, fill its disk. Nothing that was acknowledged is lost."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import func, select

from models.loading import released_folder
from service.database.migrating import migrate
from service.database.opening import Database
from service.database.tables import FlagRow, Initiative, Job, Judgement, Suggestion
from service.engine import Engine
from service.settings import settings_of
from service.work import audit
from tests.web.conftest import TOLD, Launcher, Process, Server, people_in

GRACEFUL = (0, -15)
"""After its last answer the server ends by the signal that asked it to, as programs should."""

pytestmark = pytest.mark.timeout(300)


@dataclass
class Writers:
    """Threads that submit and judge until they are told to stop, and remember what was acknowledged."""

    url: str
    tokens: dict[str, str]
    flag: str | None = None
    submitted: list[str] = field(default_factory=list)
    judged: list[str] = field(default_factory=list)
    refused: list[int] = field(default_factory=list)
    broken: int = 0
    _stop: threading.Event = field(default_factory=threading.Event)
    _threads: list[threading.Thread] = field(default_factory=list)

    def start(self, number: int = 4) -> Writers:
        """Begin."""
        for which in range(number):
            thread = threading.Thread(target=self._write, args=(which,), daemon=True)
            thread.start()
            self._threads.append(thread)
        return self

    def stop(self) -> None:
        """End."""
        self._stop.set()
        for thread in self._threads:
            thread.join(30)

    def _write(self, which: int) -> None:
        count = 0
        with httpx.Client(base_url=self.url, timeout=20) as client:
            while not self._stop.is_set():
                count += 1
                try:
                    self._one(client, which, count)
                except httpx.TransportError:
                    self.broken += 1
                    time.sleep(0.05)

    def _one(self, client: httpx.Client, which: int, count: int) -> None:
        if self.flag is not None and count % 2:
            headers = {"Authorization": f"Bearer {self.tokens['beoordelaar']}"}
            reply = client.post(f"/v1/signalen/{self.flag}/beoordelingen", json={"oordeel": "bevestigd"}, headers=headers)
            kept = self.judged
        else:
            key = {"Idempotency-Key": f"schrijver-{which}-{count}"}
            reply = client.post("/v1/initiatieven", json={**TOLD, "titel": f"Feest {which} {count}"}, headers=key)
            kept = self.submitted
        if reply.status_code == 201:
            body = reply.json()
            kept.append(body["id"] if "id" in body else body["initiatief"]["id"])
        else:
            self.refused.append(reply.status_code)
            time.sleep(0.05)


def until(true: Callable[[], bool], *, seconds: float) -> bool:
    """Wait until something is so."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if true():
            return True
        time.sleep(0.2)
    return False


def open_jobs(database: Database) -> int:
    with database.reading() as session:
        return session.execute(select(func.count()).select_from(Job).where(Job.status.in_(("wachtend", "bezig")))).scalar() or 0


def assert_whole(database: Database, writers: Writers) -> None:
    """All that was acknowledged is there, once; every job was done; the audit trail is whole."""
    with database.reading() as session:
        kept = set(session.execute(select(Initiative.id)).scalars())
        judged = set(session.execute(select(Judgement.id)).scalars())
        failed = session.execute(select(Job.kind, Job.message).where(Job.status == "mislukt")).all()
        flagged = set(session.execute(select(FlagRow.initiative_id).distinct()).scalars())
        doubled = session.execute(
            select(Suggestion.flag_id, func.count())
            .group_by(Suggestion.flag_id, Suggestion.model_version, Suggestion.corpus)
            .having(func.count() > 1)
        ).all()
        count, problems = audit.verify(session)
    lost = [one for one in writers.submitted if one not in kept] + [one for one in writers.judged if one not in judged]
    print(
        f"acknowledged {len(writers.submitted)} initiatives and {len(writers.judged)} judgements; lost {len(lost)}; audit {count}"
    )
    assert lost == []
    assert [one for one in writers.submitted if one not in flagged] == []
    assert failed == []
    assert doubled == []
    assert problems == []


@pytest.fixture
def sqlite(tmp_path: Path) -> Iterator[Database]:
    """A SQLite database with people in it."""
    made = Database(f"sqlite:///{tmp_path}/service.db")
    migrate(made)
    yield made
    made.close()


@pytest.fixture
def postgres(postgresql: Server) -> Iterator[Database]:
    """A PostgreSQL database with the tables in it."""
    made = Database(postgresql.new_database())
    migrate(made)
    yield made
    made.close()


def first_flag(process: Process, tokens: dict[str, str]) -> str:
    """Submit one initiative and wait for its first flag."""
    made = httpx.post(f"{process.url}/v1/initiatieven", json=TOLD, timeout=30).json()
    address = f"{process.url}/v1/initiatieven/{made['initiatief']['id']}/signalen?limiet=1"
    headers = {"Authorization": f"Bearer {tokens['beoordelaar']}"}
    assert until(lambda: bool(httpx.get(address, headers=headers, timeout=30).json()["resultaten"]), seconds=60)
    flag: str = httpx.get(address, headers=headers, timeout=30).json()["resultaten"][0]["id"]
    return flag


@pytest.mark.slow
def test_kill_9_of_the_embedded_service_loses_nothing(launcher: Launcher, sqlite: Database) -> None:
    tokens, _ = people_in(sqlite)
    process = launcher.serve(sqlite.url).ready()
    port = int(process.url.rpartition(":")[2])
    writers = Writers(url=process.url, tokens=tokens, flag=first_flag(process, tokens)).start()
    for _ in range(3):
        time.sleep(1.5)
        process.kill()  # in the middle of writes and of a job: there is always one
        process = launcher.serve(sqlite.url, port=port).ready()
    time.sleep(1)
    writers.stop()
    assert writers.submitted
    assert writers.judged
    assert writers.broken > 0
    assert until(lambda: open_jobs(sqlite) == 0, seconds=120)
    assert process.stop() in GRACEFUL
    assert_whole(sqlite, writers)


@pytest.mark.slow
def test_kill_9_of_server_and_workers_loses_nothing(launcher: Launcher, postgres: Database) -> None:
    tokens, _ = people_in(postgres)
    workers = [launcher.worker(postgres.url) for _ in range(2)]
    process = launcher.serve(postgres.url).ready()
    port = int(process.url.rpartition(":")[2])
    writers = Writers(url=process.url, tokens=tokens, flag=first_flag(process, tokens)).start()
    for _ in range(3):
        time.sleep(1.5)
        workers[0].kill()
        process.kill()
        workers = [*workers[1:], launcher.worker(postgres.url)]
        process = launcher.serve(postgres.url, port=port).ready()
    time.sleep(1)
    writers.stop()
    assert writers.submitted
    assert writers.broken > 0
    assert until(lambda: open_jobs(postgres) == 0, seconds=150), "a job of a killed worker was not taken over"
    assert_whole(postgres, writers)
    for worker in workers:
        worker.terminate()
    assert [worker.wait(40) for worker in workers] == [0, 0]
    assert process.stop() in GRACEFUL


@pytest.mark.slow
def test_the_database_goes_away_for_half_a_minute(launcher: Launcher, postgresql: Server, postgres: Database) -> None:
    tokens, _ = people_in(postgres)
    worker = launcher.worker(postgres.url)
    process = launcher.serve(postgres.url).ready()
    writers = Writers(url=process.url, tokens=tokens, flag=first_flag(process, tokens)).start(2)
    time.sleep(2)
    postgresql.stop()
    try:
        time.sleep(1)
        reply = httpx.get(f"{process.url}/v1/initiatieven", headers={"Authorization": f"Bearer {tokens['jurist']}"}, timeout=30)
        assert reply.status_code == 503
        assert reply.headers["content-type"] == "application/problem+json"
        assert httpx.get(f"{process.url}/health/ready", timeout=30).status_code == 503
        assert httpx.get(f"{process.url}/health/live", timeout=30).status_code == 200
        # What needs no database goes on.
        assert httpx.post(f"{process.url}/v1/toetsen", json=TOLD, timeout=30).status_code == 200
        time.sleep(29)
    finally:
        postgresql.start()
    process.ready()
    before = len(writers.submitted)
    assert until(lambda: len(writers.submitted) > before, seconds=30), "nothing was accepted after the database came back"
    writers.stop()
    assert set(writers.refused) == {503}
    assert process.popen.poll() is None
    assert worker.poll() is None, "the worker did not outlive the database"
    assert until(lambda: open_jobs(postgres) == 0, seconds=120)
    assert_whole(postgres, writers)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of twelve megabytes."""
    folder = tmp_path / "disk"
    folder.mkdir()
    if os.geteuid() != 0 or subprocess.run(["mount", "-t", "tmpfs", "-o", "size=12m", "tmpfs", folder], check=False).returncode:
        pytest.skip("needs the right to mount a small file system")
    yield folder
    # Out of sight at once, and gone with the last file that is open on it: nothing that still runs can hinder the end of a test.
    subprocess.run(["umount", "--lazy", folder], check=True)


@pytest.fixture
def on_small_disk(small_disk: Path, launcher: Launcher) -> Iterator[Database]:
    """A database on that disk; the processes that use it end before the disk goes, whatever became of the test."""
    made = Database(f"sqlite:///{small_disk}/service.db")
    migrate(made)
    yield made
    launcher.end()
    made.close()


@pytest.mark.slow
def test_a_full_disk_refuses_and_loses_nothing(launcher: Launcher, small_disk: Path, on_small_disk: Database) -> None:
    database = on_small_disk
    tokens, _ = people_in(database)
    process = launcher.serve(database.url).ready()
    filler = small_disk / "vulling"
    writers = Writers(url=process.url, tokens=tokens).start(2)
    time.sleep(1)
    with contextlib.suppress(OSError), filler.open("wb") as stream:
        while True:
            stream.write(b"x" * 4096)
            stream.flush()
    assert until(lambda: 503 in writers.refused, seconds=60)
    assert httpx.get(f"{process.url}/v1/regelingen", timeout=30).status_code == 200
    writers.stop()
    assert set(writers.refused) == {503}
    subprocess.run(["mount", "-o", "remount,size=200m", small_disk], check=True)
    filler.unlink(missing_ok=True)
    again = Writers(url=process.url, tokens=tokens).start(1)
    assert until(lambda: bool(again.submitted), seconds=30), "nothing was accepted after there was room again"
    again.stop()
    assert until(lambda: open_jobs(database) == 0, seconds=120)
    assert process.stop() in GRACEFUL
    writers.submitted += again.submitted
    assert_whole(database, writers)


def test_a_damaged_model_does_not_serve(launcher: Launcher, sqlite: Database, tmp_path: Path) -> None:
    model = tmp_path / "model"
    shutil.copytree(released_folder(), model)
    damaged = model / "clauses.safetensors"
    content = bytearray(damaged.read_bytes())
    content[len(content) // 2] ^= 1
    damaged.write_bytes(content)
    process = launcher.serve(sqlite.url, "--model", str(model))
    assert until(lambda: _status(f"{process.url}/health/live") == 200, seconds=60)
    assert _status(f"{process.url}/health/ready") == 503
    reply = httpx.post(f"{process.url}/v1/toetsen", json=TOLD, timeout=30)
    assert reply.status_code == 503
    assert str(model) not in reply.text


def test_a_damaged_model_leaves_the_old_one_serving(store: Path, tmp_path: Path) -> None:
    model = tmp_path / "model"
    shutil.copytree(released_folder(), model)
    engine = Engine(settings_of(store=store, model=model))
    engine.load()
    before = engine.loaded
    (model / "manifest.json").write_text("{}", encoding="utf-8")
    assert engine.changed()
    engine.load()
    assert engine.problem == ""
    assert engine.loaded is before


def _status(address: str) -> Any:
    try:
        return httpx.get(address, timeout=10).status_code
    except httpx.TransportError:
        return None
