"""Bringing a database to the newest shape. Migrations go forwards only, and those that were released never change."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text
from sqlalchemy.engine import Connection

from service.database.opening import Database

_LOCK = 71_002


def migrate(database: Database) -> str:
    """Carry out the migrations that are missing; returns the revision that the database has then.

    Safe to run from several places at once: one waits for the other.

    Raises:
        UserError: the tables of the queue are not those of an installation of ours.
    """
    config = _config()
    with database.engine.connect() as connection:
        if database.is_sqlite:
            config.attributes["connection"] = connection.execution_options(writing=True)
            command.upgrade(config, "head")
            connection.commit()
        else:
            from service.jobs.queue_tables import install

            with _alone(connection):
                config.attributes["connection"] = connection
                command.upgrade(config, "head")
                connection.commit()
                install(connection)
    return newest()


@contextmanager
def _alone(connection: Connection) -> Iterator[None]:
    """Hold the lock of migrations, and no limit of time: neither on waiting for it nor on a long migration."""
    connection.execute(text("SET statement_timeout = 0"))
    connection.execute(text("SELECT pg_advisory_lock(:number)"), {"number": _LOCK})
    connection.commit()
    try:
        yield
    finally:
        # A session in a failed transaction obeys nothing but this.
        connection.rollback()
        connection.execute(text("SELECT pg_advisory_unlock(:number)"), {"number": _LOCK})
        connection.execute(text("RESET statement_timeout"))
        connection.commit()


def revision(database: Database) -> str | None:
    """The revision that a database has; None for an empty one."""
    with database.engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def newest() -> str:
    """The revision that this version of the service needs."""
    return ScriptDirectory.from_config(_config()).get_current_head() or ""


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config
