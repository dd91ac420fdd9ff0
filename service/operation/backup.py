"""Backups: one archive with every table as JSON lines and the data folder; the same for SQLite and PostgreSQL.

    backup.json             format, revision of the database, rows of every table, last hash of the audit trail, and the
                            SHA-256 of every other file
    tables/NAME.jsonl       rows in order
    data/...                snapshots and models

Only its owner may read it. A backup is read in one transaction: it shows the database as it was at one moment, while the
service runs. A backup of one kind of database can be put back into the other. The store is not in it: its texts come from the
official sources, or from ``corpus add``.
"""

from __future__ import annotations

import hashlib
import io
import json
import shutil
import tarfile
import tempfile
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import Any

from sqlalchemy import Table, func, insert, select, text
from sqlalchemy.orm import Session

from corpus.errors import UserError
from service.clock import now
from service.database.migrating import migrate, newest, revision
from service.database.opening import Database
from service.database.tables import Base, DateTime
from service.jobs.carrying import give_back
from service.settings import Settings
from service.work import audit

FORMAT = 1
_LEFT_OUT = frozenset({"sessions", "idempotency_keys"})
"""Log-ins and keys of requests are not worth keeping: people log in again, and a request is repeated within a day."""

_FOLDERS = ("momentopnamen", "modellen")

_BATCH = 500


def backup(settings: Settings, file: Path) -> dict[str, int]:
    """Write a backup; the file appears only when it is complete.

    Returns:
        Rows by table.

    Raises:
        UserError: the database has another revision, or the file cannot be written.
    """
    database = Database(settings.database_url)
    if revision(database) != newest():
        raise UserError("the database does not have the shape that this version needs; run: regelruimte migrate")
    temporary = file.with_name(f".{file.name}.tmp")
    rows: dict[str, int] = {}
    hashes: dict[str, str] = {}  # by name in the archive
    try:
        temporary.touch(mode=0o600)
        temporary.chmod(0o600)  # also one that an earlier backup left, cut off
        with tarfile.open(temporary, "w:gz") as archive, database.reading() as session:
            if not database.is_sqlite:
                session.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"))
            for table in _tables():
                with tempfile.TemporaryFile() as stream:
                    rows[table.name] = _write_rows(session, table, stream)
                    _add_stream(archive, f"tables/{table.name}.jsonl", stream, hashes)
            for path in _data_files(settings.data):
                with path.open("rb") as stream:
                    stream.seek(0, io.SEEK_END)
                    _add_stream(archive, f"data/{path.relative_to(settings.data)}", stream, hashes)
            about = {
                "format": FORMAT,
                "revision": newest(),
                "made": now().isoformat(),
                "rows": rows,
                "sha256": hashes,
                "audit_head": audit.head(session),
            }
            _add_bytes(archive, "backup.json", json.dumps(about, indent=1).encode())
        temporary.replace(file)
    except OSError as error:
        raise UserError(f"{file}: cannot be written ({error.strerror})") from None
    finally:
        temporary.unlink(missing_ok=True)
        database.close()
    return rows


def restore(settings: Settings, file: Path) -> dict[str, int]:
    """Put a backup into an empty database, in one transaction: all of it, or nothing. Jobs that ran then wait again.

    Returns:
        Rows by table.

    Raises:
        UserError: the file is no backup, is damaged, is of a newer version, or the database is not empty.
    """
    database = Database(settings.database_url)
    try:
        with tarfile.open(file, "r:gz") as archive:
            about = json.loads(_content(archive, "backup.json"))
            if about["format"] != FORMAT or about["revision"] > newest():
                raise UserError(f"{file}: was made by a newer version; restore it with that version")
            _check(archive, about["sha256"])
            migrate(database)
            with database.writing() as session:
                _refuse_full(session)
                rows = {table.name: _put_back(session, table, archive) for table in _tables() if table.name in about["rows"]}
                give_back(session, no_attempt=False)
                if not database.is_sqlite:
                    from service.jobs.postgresql import requeue

                    _set_counters(session)
                    requeue(session)
                if audit.verify(session)[1] or audit.head(session) != about["audit_head"]:
                    raise UserError(f"{file}: the audit trail in it is not whole; nothing was put back")
                _put_files_back(archive, settings.data)
    except FileNotFoundError:
        raise UserError(f"{file}: no such file") from None
    except (tarfile.TarError, EOFError, KeyError, ValueError, OSError) as error:
        raise UserError(f"{file}: is no whole backup ({type(error).__name__})") from None
    finally:
        database.close()
    return rows


def _tables() -> list[Table]:
    return [table for table in Base.metadata.sorted_tables if table.name not in _LEFT_OUT]


def _write_rows(session: Session, table: Table, stream: Any) -> int:
    key = table.primary_key.columns.values()[0]
    count = 0
    for row in session.execute(select(table).order_by(key)).mappings().yield_per(_BATCH):
        values = {name: value.isoformat() if isinstance(value, datetime) else value for name, value in row.items()}
        stream.write(json.dumps(values, ensure_ascii=False).encode() + b"\n")
        count += 1
    return count


def _data_files(folder: Path) -> list[Path]:
    found = [path for name in _FOLDERS for path in sorted((folder / name).rglob("*"))]
    return [path for path in found if path.is_file() and not path.is_symlink()]


def _check(archive: tarfile.TarFile, hashes: dict[str, str]) -> None:
    """Refuse an archive in which a file is missing, was added or differs."""
    members = {member.name: member for member in archive if member.name != "backup.json"}
    if members.keys() != hashes.keys():
        name = min(members.keys() ^ hashes.keys())
        raise UserError(f"{name}: is missing from the backup, or was added to it; nothing was put back")
    for name, member in members.items():
        if ".." in PurePosixPath(name).parts:
            raise UserError(f"{name}: lies outside the backup; nothing was put back")
        stream = archive.extractfile(member) if member.isfile() else None
        if stream is None or hashlib.file_digest(stream, "sha256").hexdigest() != hashes[name]:  # type: ignore[arg-type]
            raise UserError(f"{name}: differs from its recorded hash; nothing was put back")


def _put_files_back(archive: tarfile.TarFile, folder: Path) -> None:
    """The names were checked; ``extractall`` learnt to refuse what lies outside only in Python 3.11.4."""
    folder.mkdir(parents=True, exist_ok=True)
    for member in archive.getmembers():
        if not member.isfile() or not member.name.startswith("data/"):
            continue
        target = folder / member.name.removeprefix("data/")
        target.parent.mkdir(parents=True, exist_ok=True)
        source = archive.extractfile(member)
        assert source is not None, "a file has content"
        with source, target.open("wb") as sink:
            shutil.copyfileobj(source, sink)


def _put_back(session: Session, table: Table, archive: tarfile.TarFile) -> int:
    content = _content(archive, f"tables/{table.name}.jsonl")
    moments = [column.name for column in table.columns if isinstance(column.type, DateTime)]
    count = 0
    for batch in _batches(content):
        for row in batch:
            for name in moments:
                row[name] = datetime.fromisoformat(row[name]) if row[name] else None
        session.execute(insert(table), batch)
        count += len(batch)
    return count


def _batches(content: bytes) -> Iterator[list[dict[str, Any]]]:
    lines = [json.loads(line) for line in content.splitlines() if line]
    for start in range(0, len(lines), _BATCH):
        yield lines[start : start + _BATCH]


def _refuse_full(session: Session) -> None:
    for table in _tables():
        if session.execute(select(func.count()).select_from(table)).scalar():
            raise UserError(f"the database is not empty (table {table.name}); a backup is put back into an empty one")


def _set_counters(session: Session) -> None:
    """PostgreSQL counts on its own: go on after the highest number that was put back."""
    for table in _tables():
        if "sequence" in table.columns:
            counter = f"pg_get_serial_sequence('{table.name}', 'sequence')"
            highest = f"(SELECT coalesce(max(sequence), 0) + 1 FROM {table.name})"
            session.execute(text(f"SELECT setval({counter}, {highest}, false)"))


def _content(archive: tarfile.TarFile, name: str) -> bytes:
    stream = archive.extractfile(name)
    if stream is None:
        raise KeyError(name)
    return stream.read()


def _add_stream(archive: tarfile.TarFile, name: str, stream: Any, hashes: dict[str, str]) -> None:
    """Add what a file holds up to where it stands."""
    entry = tarfile.TarInfo(name)
    entry.size = stream.tell()
    stream.seek(0)
    hashes[name] = hashlib.file_digest(stream, "sha256").hexdigest()
    stream.seek(0)
    archive.addfile(entry, stream)


def _add_bytes(archive: tarfile.TarFile, name: str, content: bytes) -> None:
    entry = tarfile.TarInfo(name)
    entry.size = len(content)
    archive.addfile(entry, io.BytesIO(content))
