"""Backups: one archive with every table as JSON lines and the data folder; the same for SQLite and PostgreSQL.

    backup.json             format, revision of the database, rows and SHA-256 of every table, last hash of the audit trail
    tables/NAME.jsonl       rows in order
    data/...                snapshots and models

A backup is read in one transaction: it shows the database as it was at one moment, while the service runs. A backup of one kind
of database can be put back into the other. The store is not in it: its texts come from the official sources, or from
``corpus add``.
"""

from __future__ import annotations

import hashlib
import io
import json
import tarfile
import tempfile
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Table, func, insert, select, text
from sqlalchemy.orm import Session

from corpus.errors import UserError
from service.clock import now
from service.database.migrating import migrate, newest, revision
from service.database.opening import Database
from service.database.tables import Base, DateTime
from service.settings import Settings
from service.work import audit

FORMAT = 1
_LEFT_OUT = frozenset({"sessions"})
"""Log-ins are not worth keeping: people log in again."""

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
    hashes: dict[str, str] = {}
    try:
        with tarfile.open(temporary, "w:gz") as archive, database.reading() as session:
            if not database.is_sqlite:
                session.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"))
            for table in _tables():
                with tempfile.TemporaryFile() as stream:
                    rows[table.name] = _write_rows(session, table, stream)
                    hashes[table.name] = _add_stream(archive, f"tables/{table.name}.jsonl", stream)
            about = {
                "format": FORMAT,
                "revision": newest(),
                "made": now().isoformat(),
                "rows": rows,
                "sha256": hashes,
                "audit_head": audit.head(session),
            }
            _add_bytes(archive, "backup.json", json.dumps(about, indent=1).encode())
            for folder in ("momentopnamen", "modellen"):
                if (settings.data / folder).is_dir():
                    archive.add(settings.data / folder, arcname=f"data/{folder}")
        temporary.replace(file)
    except OSError as error:
        raise UserError(f"{file}: cannot be written ({error.strerror})") from None
    finally:
        temporary.unlink(missing_ok=True)
        database.close()
    return rows


def restore(settings: Settings, file: Path) -> dict[str, int]:
    """Put a backup into an empty database, in one transaction: all of it, or nothing.

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
            migrate(database)
            with database.writing() as session:
                _refuse_full(session)
                rows = {
                    table.name: _put_back(session, table, archive, about) for table in _tables() if table.name in about["rows"]
                }
                if not database.is_sqlite:
                    _set_counters(session)
                if audit.verify(session)[1] or audit.head(session) != about["audit_head"]:
                    raise UserError(f"{file}: the audit trail in it is not whole; nothing was put back")
            settings.data.mkdir(parents=True, exist_ok=True)
            members = [member for member in archive.getmembers() if member.name.startswith("data/")]
            for member in members:
                member.name = member.name.removeprefix("data/")
            archive.extractall(settings.data, members=members, filter="data")
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


def _put_back(session: Session, table: Table, archive: tarfile.TarFile, about: dict[str, Any]) -> int:
    content = _content(archive, f"tables/{table.name}.jsonl")
    if hashlib.sha256(content).hexdigest() != about["sha256"][table.name]:
        raise UserError(f"{table.name}: differs from its recorded hash; nothing was put back")
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


def _add_stream(archive: tarfile.TarFile, name: str, stream: Any) -> str:
    digest = hashlib.sha256()
    size = stream.tell()
    stream.seek(0)
    while block := stream.read(1 << 20):
        digest.update(block)
    stream.seek(0)
    entry = tarfile.TarInfo(name)
    entry.size = size
    archive.addfile(entry, stream)
    return digest.hexdigest()


def _add_bytes(archive: tarfile.TarFile, name: str, content: bytes) -> None:
    entry = tarfile.TarInfo(name)
    entry.size = len(content)
    archive.addfile(entry, io.BytesIO(content))
