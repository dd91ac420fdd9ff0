"""A whole service for the tests: real SQLite, a real PostgreSQL started for the occasion, the released model, the sample store."""

from __future__ import annotations

import contextlib
import json
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import text
from starlette.testclient import TestClient

from service.api.application import create_app
from service.database.migrating import migrate
from service.database.opening import Database
from service.database.tables import Role
from service.engine import Engine
from service.identity.accounts import add_token, add_user
from service.identity.actor import Scope
from service.identity.organisations import organisation_named
from service.identity.passwords import new_hash
from service.jobs.carrying import World, carry_out
from service.jobs.kinds import KINDS
from service.settings import Settings, settings_of

CHECKOUT = Path(__file__).resolve().parent.parent.parent
SAMPLE = CHECKOUT / "corpus" / "sample"
PASSWORD = "een heel lange zin voor de test"
STORY = json.loads((SAMPLE / "initiatief.json").read_text(encoding="utf-8"))
TOLD = {"titel": STORY["titel"], "omschrijving": STORY["omschrijving"], "gemeente": "Waterveen"}
UNLIMITED = {"checks_per_minute": 0, "submissions_per_minute": 0, "requests_per_minute": 0, "logins_per_minute": 0}


@pytest.fixture(scope="session")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with the regulations of Waterveen and its index."""
    from corpus.adding import add_paths

    folder = tmp_path_factory.mktemp("store") / "store"
    add_paths([SAMPLE / "regelingen"], store=folder, workers=1)
    return folder


@pytest.fixture(scope="session")
def engine(store: Path) -> Engine:
    """The released model over the sample store."""
    made = Engine(settings_of(store=store))
    made.load()
    assert made.problem == ""
    return made


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Server:
    """A PostgreSQL server of our own."""

    programs: Path
    folder: Path
    port: int
    databases: int = 0

    def run(self, *command: str) -> None:
        """Run one of its programs as an ordinary user: it refuses root."""
        words = [str(self.programs / command[0]), *command[1:]]
        if os.geteuid() == 0:
            words = ["runuser", "-u", "postgres", "--", *words]
        subprocess.run(words, check=True, capture_output=True, timeout=120, cwd="/")

    def start(self) -> None:
        """Start; returns when it answers."""
        options = f"-p {self.port} -k {self.folder} -c listen_addresses=127.0.0.1 -c fsync=off -c max_connections=200"
        self.run("pg_ctl", "-D", str(self.folder / "data"), "-o", options, "-l", str(self.folder / "log"), "-w", "start")

    def stop(self, mode: str = "immediate") -> None:
        """Stop at once, as when the power goes."""
        self.run("pg_ctl", "-D", str(self.folder / "data"), "-m", mode, "-w", "stop")

    def new_database(self) -> str:
        """The URL of a new, empty database."""
        self.databases += 1
        name = f"test_{self.databases}"
        admin = Database(f"postgresql+psycopg://postgres@127.0.0.1:{self.port}/postgres")
        with admin.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text(f"CREATE DATABASE {name}"))
        admin.close()
        return f"postgresql+psycopg://postgres@127.0.0.1:{self.port}/{name}"


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Server]:
    """A PostgreSQL server, from the distribution's packages, gone after the tests."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if not found:
        pytest.skip("needs PostgreSQL: apt-get install postgresql")
    folder = Path(tempfile.mkdtemp(prefix="regelruimte-pg-", dir="/tmp"))
    if os.geteuid() == 0:
        shutil.chown(folder, pwd.getpwnam("postgres").pw_uid)
    server = Server(programs=found[-1].parent, folder=folder, port=free_port())
    server.run("initdb", "-D", str(folder / "data"), "-A", "trust", "-U", "postgres", "-E", "UTF8", "--locale", "C.UTF-8")
    server.start()
    yield server
    server.stop()
    shutil.rmtree(folder, ignore_errors=True)


@dataclass
class Service:
    """A service under test, with someone in every role."""

    settings: Settings
    database: Database
    engine: Engine
    client: TestClient
    tokens: dict[str, str] = field(default_factory=dict)
    users: dict[str, str] = field(default_factory=dict)

    def as_(self, who: str, **headers: str) -> dict[str, str]:
        """Headers of someone: a role, a role at another organisation ("beoordelaar-elders"), or "beheerder" for all."""
        return {"Authorization": f"Bearer {self.tokens[who]}", **headers}

    def submit(self, **changes: Any) -> tuple[str, dict[str, str]]:
        """Submit the sample initiative and flag it; its id and the headers of its secret link."""
        reply = self.client.post("/v1/initiatieven", json={**TOLD, **changes})
        assert reply.status_code == 201, reply.text
        self.work()
        return reply.json()["initiatief"]["id"], {"Authorization": f"Bearer {reply.json()['geheimeLink']}"}

    def flags(self, initiative: str, *, who: str = "beoordelaar") -> list[dict[str, Any]]:
        """The first page of flags."""
        reply = self.client.get(f"/v1/initiatieven/{initiative}/signalen", headers=self.as_(who))
        assert reply.status_code == 200, reply.text
        return list(reply.json()["resultaten"])

    def work(self) -> None:
        """Carry out all jobs that wait, here and now."""
        from sqlalchemy import select

        from service.database.tables import Job

        world = World(settings=self.settings, database=self.database, engine=self.engine)
        while True:
            with self.database.reading() as session:
                waiting = session.execute(select(Job.id).where(Job.status == "wachtend").order_by(Job.sequence)).scalars().all()
            if not waiting:
                return
            for job in waiting:
                carry_out(world, job, KINDS)


def people_in(database: Database) -> tuple[dict[str, str], dict[str, str]]:
    """Someone in every role: tokens and ids by role; "-elders" at another organisation; "beheerder" manages all."""
    tokens: dict[str, str] = {}
    users: dict[str, str] = {}
    with database.writing() as session:
        here, elsewhere = organisation_named(session, "Waterveen"), organisation_named(session, "Elders")
        for role in Role:
            for suffix, organisation in (("", here), ("-elders", elsewhere)):
                everything = role is Role.ADMINISTRATOR and not suffix
                user = add_user(
                    session,
                    name=f"Proef {role.value}{suffix}",
                    role=role,
                    email=f"{role.value}{suffix}@waterveen.example",
                    password_hash=new_hash(PASSWORD) if not suffix else None,
                    organisation=None if everything else organisation,
                    by="systeem",
                )
                secret, _ = add_token(session, user, name="proef", scopes=list(Scope), days=1, by="systeem")
                tokens[f"{role.value}{suffix}"], users[f"{role.value}{suffix}"] = secret, user.id
    return tokens, users


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A new, empty database of either kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path_factory.mktemp('database')}/service.db"
    server: Server = request.getfixturevalue("postgresql")
    return server.new_database()


@pytest.fixture(scope="module")
def service(database_url: str, engine: Engine, store: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A service on either database; jobs are carried out by ``Service.work``."""
    data = tmp_path_factory.mktemp("data")
    settings = settings_of(database_url=database_url, store=store, data=data, login_attempts=3, **UNLIMITED)
    database = Database(database_url)
    migrate(database)
    tokens, users = people_in(database)
    app = create_app(settings, engine=engine, run_jobs=False)
    local = ("127.0.0.1", 50000)  # as whoever sits at the machine itself
    with TestClient(app, base_url="http://localhost:8000", raise_server_exceptions=False, client=local) as client:
        yield Service(settings=settings, database=database, engine=engine, client=client, tokens=tokens, users=users)
    database.close()


@dataclass
class Process:
    """The service as a process of its own, as users run it."""

    url: str
    popen: subprocess.Popen[bytes]
    log: Path

    def kill(self) -> None:
        """kill -9"""
        self.popen.kill()
        self.popen.wait(20)

    def stop(self) -> int:
        """SIGTERM; returns the exit code."""
        self.popen.terminate()
        return self.popen.wait(40)

    def ready(self, *, seconds: float = 60) -> Process:
        """Wait until it is ready."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            assert self.popen.poll() is None, self.log.read_text(encoding="utf-8")[-3000:]
            try:
                if httpx.get(f"{self.url}/health/ready", timeout=5).status_code == 200:
                    return self
            except httpx.TransportError:
                pass
            time.sleep(0.1)
        raise AssertionError(f"not ready: {self.log.read_text(encoding='utf-8')[-3000:]}")


@dataclass
class Launcher:
    """Starts processes and ends them with the test."""

    folder: Path
    store: Path
    running: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def start(self, *words: str, **environ: str) -> subprocess.Popen[bytes]:
        """``regelruimte WORDS`` with settings."""
        import sys

        log = self.folder / f"log-{len(self.running)}"
        own = {name: value for name, value in os.environ.items() if not name.startswith("REGELRUIMTE_")}
        unlimited = {f"REGELRUIMTE_{name.upper()}": str(value) for name, value in UNLIMITED.items()}
        own |= {**unlimited, "REGELRUIMTE_DATA": str(self.folder / "data"), "PYTHONPATH": str(CHECKOUT), **environ}
        with log.open("wb") as stream:
            popen = subprocess.Popen(
                [sys.executable, "-m", "service.command_line", *words],
                env=own,
                stdout=stream,
                stderr=stream,
                cwd=self.folder,
                start_new_session=True,
            )
        self.running.append(popen)
        return popen

    def end(self) -> None:
        """End all that still runs, also what a process that was killed left behind."""
        for popen in self.running:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(popen.pid, signal.SIGKILL)
            popen.wait(20)

    def serve(self, database_url: str, *words: str, port: int | None = None, **environ: str) -> Process:
        """``regelruimte serve`` on a port of its own."""
        port = port or free_port()
        number = len(self.running)
        popen = self.start(
            "serve", "--port", str(port), "--database-url", database_url, "--store", str(self.store), *words, **environ
        )
        return Process(url=f"http://127.0.0.1:{port}", popen=popen, log=self.folder / f"log-{number}")

    def worker(self, database_url: str) -> subprocess.Popen[bytes]:
        """``regelruimte worker``"""
        return self.start("worker", "--database-url", database_url, "--store", str(self.store))


@pytest.fixture
def launcher(tmp_path: Path, store: Path, engine: Engine) -> Iterator[Launcher]:
    """Starts processes; the index of the store exists already."""
    made = Launcher(folder=tmp_path, store=store)
    yield made
    made.end()
