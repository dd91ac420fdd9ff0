"""Opening the database: one way for SQLite and PostgreSQL, reading and writing told apart."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, create_engine, event, text
from sqlalchemy.engine import Connection, make_url
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import Session, sessionmaker

_BUSY_SECONDS = 15

_STATEMENTS_OWN = ("SQLITE_ERROR", "57014")
"""SQLite's word for a wrong statement, PostgreSQL's for one that took too long: those come back when it is tried again."""


class Database:
    """A database that sessions are opened on.

    Writing on SQLite begins with BEGIN IMMEDIATE: two writers queue up instead of failing half-way. Readers are never held up.
    """

    def __init__(self, url: str) -> None:
        """Prepare; nothing is opened before the first session."""
        self.url = url
        self.is_sqlite = url.startswith("sqlite")
        self.engine = _sqlite_engine(url) if self.is_sqlite else _postgresql_engine(url)
        self._read = sessionmaker(self.engine, expire_on_commit=False)
        writing = self.engine.execution_options(writing=True) if self.is_sqlite else self.engine
        self._write = sessionmaker(writing, expire_on_commit=False)

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session that changes nothing."""
        with self._read() as session:
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """A session whose changes are kept together when the block ends, or not at all."""
        with self._write.begin() as session:
            yield session

    def alive(self) -> bool:
        """Whether the database answers."""
        with self.reading() as session:
            return bool(session.execute(text("SELECT 1")).scalar() == 1)

    def close(self) -> None:
        """Let go of all connections."""
        self.engine.dispose()


def database_failed(error: BaseException) -> bool:
    """Whether it was the database that failed (away, full, locked), not what was asked of it: that passes by itself."""
    if isinstance(error, PoolTimeout) or (isinstance(error, DBAPIError) and error.connection_invalidated):
        return True
    if not isinstance(error, OperationalError | InterfaceError):
        return False
    return getattr(error.orig, "sqlite_errorname", getattr(error.orig, "sqlstate", None)) not in _STATEMENTS_OWN


def lock_for(session: Session, number: int) -> None:
    """Hold a lock until the transaction ends: what is done under it happens one by one, over all processes.

    SQLite has one writer at a time already.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": number})


def _postgresql_engine(url: str) -> Engine:
    return create_engine(
        url,
        pool_pre_ping=True,  # a connection that died with the server is replaced, not handed out
        pool_size=10,
        max_overflow=20,
        pool_timeout=10,
        hide_parameters=True,  # what a statement carries may be personal, and errors are logged
        connect_args={"connect_timeout": 5, "options": "-c statement_timeout=30000 -c timezone=UTC"},
    )


def _sqlite_engine(url: str) -> Engine:
    file = make_url(url).database
    if file and file != ":memory:":
        Path(file).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(
        url,
        hide_parameters=True,  # as above
        connect_args={"timeout": _BUSY_SECONDS, "check_same_thread": False},
        pool_size=10,
        max_overflow=30,
    )

    @event.listens_for(engine, "connect")
    def _connect(connection: sqlite3.Connection, record: Any) -> None:
        connection.isolation_level = None  # we begin transactions ourselves, below
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", f"busy_timeout={_BUSY_SECONDS * 1000}"):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        writing = connection.get_execution_options().get("writing", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")

    return engine
