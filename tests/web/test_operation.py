"""Operation: commands, backups that can be put back, migrations, measures, a clean end."""

from __future__ import annotations

import gc
import hashlib
import io
import json
import os
import shutil
import sqlite3
import stat
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from procrastinate.schema import SchemaManager
from sqlalchemy import select, text, update
from sqlalchemy.exc import DBAPIError

from corpus.errors import UserError
from service.command_line import main
from service.database.migrating import _config, migrate, newest, revision
from service.database.opening import Database
from service.database.tables import Base, DateTime, Job
from service.jobs.waiting import add_job
from service.settings import settings_of
from service.work import audit
from tests.web.conftest import PASSWORD, TOLD, Launcher, Server, Service


@pytest.fixture(params=["sqlite", "postgresql"])
def other_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Another empty database, of either kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/other.db"
    server: Server = request.getfixturevalue("postgresql")
    return server.new_database()


def rows_of(database: Database) -> dict[str, list[Any]]:
    with database.reading() as session:
        return {
            table.name: [tuple(row) for row in session.execute(select(table).order_by(*table.primary_key.columns))]
            for table in Base.metadata.sorted_tables
            if table.name not in ("sessions", "idempotency_keys")
        }


def test_a_backup_is_put_back_into_either_database(service: Service, other_url: str, tmp_path: Path) -> None:
    service.client.post("/v1/initiatieven", json=TOLD, headers={"Idempotency-Key": "sleutel-van-iemand"})
    identifier, link = service.submit()
    flag = service.flags(identifier)[0]
    service.client.post(
        f"/v1/signalen/{flag['id']}/beoordelingen", json={"oordeel": "bevestigd"}, headers=service.as_("jurist")
    )
    service.client.post("/v1/taken", json={"soort": "momentopname"}, headers=service.as_("beheerder"))
    service.work()
    file = tmp_path / "backup.tar.gz"
    environ = {"REGELRUIMTE_DATA": str(service.settings.data)}
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("REGELRUIMTE_DATA", environ["REGELRUIMTE_DATA"])
        assert main(["backup", str(file), "--database-url", service.settings.database_url], os.environ) == 0
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        patched.setenv("REGELRUIMTE_DATA", str(tmp_path / "data"))
        assert main(["restore", str(file), "--database-url", other_url], os.environ) == 0
        # Into a database that is not empty nothing is put back.
        assert main(["restore", str(file), "--database-url", other_url], os.environ) == 1
    other = Database(other_url)
    kept, served = rows_of(other), rows_of(service.database)
    logged = kept["processing_log"]
    assert logged
    assert logged == served["processing_log"][: len(logged)]  # what was read before may be logged after
    assert {**kept, "processing_log": []} == {**served, "processing_log": []}
    with other.reading() as session:
        assert audit.verify(session)[1] == []
    with other.writing() as session:
        audit.record(session, "systeem", "proef", "proef:1")  # counting goes on where the backup ended
    other.close()
    assert list((tmp_path / "data" / "momentopnamen").iterdir())


def test_jobs_of_a_backup_go_on(service: Service, other_url: str, tmp_path: Path) -> None:
    with service.database.writing() as session:
        waits, runs = (add_job(session, "momentopname", {}) for _ in range(2))
        runs.status = "bezig"
    file = tmp_path / "backup.tar.gz"
    assert main(["backup", str(file), "--database-url", service.settings.database_url], os.environ) == 0
    with tarfile.open(file) as archive:
        assert not [name for name in archive.getnames() if "idempotency" in name or "session" in name]
    assert main(["restore", str(file), "--database-url", other_url], os.environ) == 0
    other = Database(other_url)
    with other.reading() as session:
        assert {waits.id, runs.id} <= set(session.execute(select(Job.id).where(Job.status == "wachtend")).scalars())
        if not other.is_sqlite:
            todo = session.execute(text("SELECT args ->> 'job_id' FROM procrastinate_jobs WHERE status = 'todo'")).scalars()
            assert {waits.id, runs.id} <= set(todo)
    other.close()
    service.work()
    with service.database.writing() as session:
        session.execute(update(Job).where(Job.id == runs.id).values(status="mislukt"))


@pytest.mark.parametrize("damage", ["cut", "changed", "no backup", "newer", "file", "extra", "outside"])
def test_a_damaged_backup_puts_nothing_back(
    service: Service, tmp_path: Path, damage: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    service.submit()
    file = tmp_path / "backup.tar.gz"
    monkeypatch.setenv("REGELRUIMTE_DATA", str(tmp_path / "data"))
    (tmp_path / "data" / "modellen" / "1").mkdir(parents=True)
    (tmp_path / "data" / "modellen" / "1" / "manifest.json").write_text("{}", encoding="utf-8")
    assert main(["backup", str(file), "--database-url", service.settings.database_url], os.environ) == 0
    monkeypatch.setenv("REGELRUIMTE_DATA", str(tmp_path / "data-back"))
    if damage == "cut":
        file.write_bytes(file.read_bytes()[:2000])
    elif damage == "no backup":
        file.write_bytes(b"niets")
    else:
        with tarfile.open(file) as archive:
            content = {member.name: archive.extractfile(member).read() for member in archive if member.isfile()}  # type: ignore[union-attr]
        if damage == "changed":
            content["tables/audit.jsonl"] = content["tables/audit.jsonl"].replace(
                b"initiatief.ingediend", b"initiatief.gestolen"
            )
        elif damage == "file":
            content["data/modellen/1/manifest.json"] = b"[]"
        elif damage == "outside":
            content["data/modellen/../../../buiten"] = b"x"
            about = json.loads(content["backup.json"])
            about["sha256"]["data/modellen/../../../buiten"] = hashlib.sha256(b"x").hexdigest()
            content["backup.json"] = json.dumps(about).encode()
        elif damage == "extra":
            content["data/modellen/1/meer.json"] = b"{}"
        else:
            content["backup.json"] = json.dumps({**json.loads(content["backup.json"]), "revision": "9999"}).encode()
        with tarfile.open(file, "w:gz") as archive:
            for name, part in content.items():
                entry = tarfile.TarInfo(name)
                entry.size = len(part)
                archive.addfile(entry, io.BytesIO(part))
    target = f"sqlite:///{tmp_path}/target.db"
    assert main(["restore", str(file), "--database-url", target], os.environ) == 1
    assert "Traceback" not in capsys.readouterr().err
    assert not (tmp_path / "data-back").exists()
    if (tmp_path / "target.db").exists() and sqlite3.connect(tmp_path / "target.db").execute(
        "SELECT 1 FROM sqlite_master"
    ).fetchone():
        database = Database(target)
        assert all(not rows for rows in rows_of(database).values())
        database.close()


def test_migrations_make_the_tables_of_the_code(database_url: str) -> None:
    database = Database(database_url)
    migrate(database)
    assert revision(database) == newest()
    assert migrate(database) == newest()

    def same_type(context: Any, inspected: Any, column: Any, found: Any, wanted: Any) -> bool | None:
        return False if isinstance(wanted, DateTime) else None

    ours = set(Base.metadata.tables)

    def only_ours(thing: Any, name: str | None, kind: str, reflected: bool, other: Any) -> bool:
        return name in ours if kind == "table" else True

    with database.engine.connect() as connection:
        options = {"compare_type": same_type, "include_object": only_ours}
        assert compare_metadata(MigrationContext.configure(connection, opts=options), Base.metadata) == []
    database.close()


def test_the_newest_revision_is_what_alembic_would_go_to(tmp_path: Path) -> None:
    assert newest() == ScriptDirectory.from_config(_config()).get_current_head()
    database = Database(f"sqlite:///{tmp_path}/new.db")
    assert revision(database) is None, "nothing is in it yet"
    database.close()


def test_many_may_migrate_at_once(postgresql: Server, launcher: Launcher, tmp_path: Path) -> None:
    """As when every replica of a new release starts with it."""
    url = postgresql.new_database()
    processes = [launcher.start("migrate", "--database-url", url) for _ in range(3)]
    codes = [process.wait(120) for process in processes]
    told = [(tmp_path / f"log-{number}").read_text(encoding="utf-8") for number in range(3)]
    assert codes == [0, 0, 0], told
    database = Database(url)
    assert revision(database) == newest()
    with database.reading() as session:
        assert session.execute(text("SELECT count(*) FROM procrastinate_jobs")).scalar() == 0
    database.close()


def test_a_migration_that_fails_holds_up_nobody(postgresql: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    database = Database(postgresql.new_database())
    limits: list[str] = []

    def failing(config: Any, target: str) -> None:
        connection = config.attributes["connection"]
        limits.append(connection.execute(text("SHOW statement_timeout")).scalar())
        connection.execute(text("SELECT 1 FROM nergens"))

    with monkeypatch.context() as patched:
        patched.setattr("alembic.command.upgrade", failing)
        with pytest.raises(DBAPIError, match="nergens"):
            migrate(database)
    assert limits == ["0"], "a long migration would be ended"
    with database.reading() as session:
        assert session.execute(text("SHOW statement_timeout")).scalar() != "0"
    other = Database(database.url)
    assert migrate(other) == newest()
    other.close()
    database.close()


def test_the_tables_of_the_queue_are_brought_up_to_date(
    postgresql: Server, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    database = Database(postgresql.new_database())
    migrate(database)
    migrations = tmp_path / "migrations"
    shutil.copytree(SchemaManager.get_migrations_path(), migrations)
    (migrations / "98.00.00_01_more.sql").write_text(
        "CREATE TABLE procrastinate_more (a int); INSERT INTO procrastinate_more VALUES (1);"
    )
    (migrations / "99.00.00_01_most.sql").write_text("INSERT INTO procrastinate_more VALUES (2);")
    monkeypatch.setattr(SchemaManager, "get_migrations_path", staticmethod(lambda: str(migrations)))
    for _ in range(2):
        migrate(database)
        with database.reading() as session:
            assert list(session.execute(text("SELECT a FROM procrastinate_more ORDER BY a")).scalars()) == [1, 2]
    with database.writing() as session:
        session.execute(text("COMMENT ON TABLE procrastinate_jobs IS NULL"))
    with pytest.raises(UserError, match="its own database"):
        migrate(database)
    database.close()


def test_a_service_refuses_a_database_without_its_migrations(
    postgresql: Server, store: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    url = postgresql.new_database()
    assert main(["serve", "--database-url", url, "--store", str(store)], os.environ) == 1
    assert "regelruimte migrate" in capsys.readouterr().err
    assert gc.isenabled()


def test_commands_for_people(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    database = ["--database-url", f"sqlite:///{tmp_path}/people.db"]
    add = ["user", "add", "an@waterveen.example", "--name", "An", "--role", "beoordelaar", "--organisation", "Waterveen"]
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{PASSWORD}\n"))
    assert main([*add, *database], os.environ) == 0
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{PASSWORD}\n"))
    assert main([*add, *database], os.environ) == 1
    assert "al een gebruiker" in capsys.readouterr().err
    monkeypatch.setattr("sys.stdin", io.StringIO("kort\n"))
    short = ["user", "add", "bo@waterveen.example", "--name", "Bo", "--role", "jurist"]
    assert main([*short, *database], os.environ) == 1
    assert main(["user", "token", "an@waterveen.example", "--name", "x", "--scope", "lezen", *database], os.environ) == 0
    assert capsys.readouterr().out.startswith("rt_")
    assert main(["user", "token", "niemand@waterveen.example", "--name", "x", "--scope", "lezen", *database], os.environ) == 1
    assert main(["user", "list", *database], os.environ) == 0
    assert "an@waterveen.example" in capsys.readouterr().out
    assert main(["user", "export", "an@waterveen.example", *database], os.environ) == 0
    assert json.loads(capsys.readouterr().out)["gebruiker"]["naam"] == "An"
    assert main(["user", "erase", "an@waterveen.example", *database], os.environ) == 0
    assert main(["user", "export", "an@waterveen.example", *database], os.environ) == 1
    capsys.readouterr()
    assert main(["audit", "verify", *database], os.environ) == 0
    head = capsys.readouterr().out.split()[-1]
    assert main(["audit", "verify", "--head", head, *database], os.environ) == 0
    assert main(["audit", "verify", "--head", "f" * 64, *database], os.environ) == 1
    capsys.readouterr()
    assert main(["audit", "processing", *database], os.environ) == 0
    entry = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert entry["attributes"]["dpl.core.processing_activity_id"]
    assert main(["retention", *database], os.environ) == 0
    assert main(["worker", *database], os.environ) == 2


def test_measures(service: Service) -> None:
    service.submit()
    service.client.post("/v1/toetsen", json=TOLD)
    text_ = service.client.get("/metrics").text
    assert 'regelruimte_requests_total{method="POST",route="/v1/toetsen",status="200"}' in text_
    assert "regelruimte_flags_shown_total" in text_
    assert 'regelruimte_model_info{corpus="' in text_
    assert 'regelruimte_jobs{kind="signaleren",status="klaar"}' in text_


def test_measures_may_ask_a_token(service: Service) -> None:
    from starlette.testclient import TestClient

    from service.api.application import create_app

    closed = settings_of(database_url=service.settings.database_url, metrics_token="meten-is-weten")
    with TestClient(create_app(closed, engine=service.engine, run_jobs=False)) as client:
        assert client.get("/metrics").status_code == 401
        assert client.get("/metrics", headers={"Authorization": "Bearer meten-is-weten"}).status_code == 200


@pytest.fixture
def busy(launcher: Launcher, tmp_path: Path) -> Iterator[tuple[Launcher, str]]:
    yield launcher, f"sqlite:///{tmp_path}/busy.db"


@pytest.mark.slow
def test_several_processes_and_a_clean_end(busy: tuple[Launcher, str]) -> None:
    launcher, url = busy
    process = launcher.serve(url, REGELRUIMTE_WORKERS="2").ready()
    statuses = [httpx.post(f"{process.url}/v1/toetsen", json=TOLD, timeout=60).status_code for _ in range(6)]
    assert statuses == [200] * 6
    counted = httpx.get(f"{process.url}/metrics", timeout=30).text
    line = next(line for line in counted.splitlines() if line.startswith("regelruimte_flags_shown_total"))
    assert float(line.split()[-1]) > 0
    assert process.stop() in (0, -15)


def test_the_database_keeps_time_in_utc(service: Service) -> None:
    service.submit()
    with service.database.reading() as session:
        moment = session.execute(text("SELECT created FROM initiatives ORDER BY sequence DESC LIMIT 1")).scalar()
    assert moment is not None
