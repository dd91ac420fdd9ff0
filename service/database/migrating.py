"""Bringing a database to the newest shape. Migrations go forwards only, and those that were released never change."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import inspect, text
from sqlalchemy.engine import Connection

from service.database.opening import Database

if TYPE_CHECKING:
    from alembic.config import Config

_LOCK = 71_002
_MIGRATIONS = Path(__file__).parent / "migrations"


def migrate(database: Database) -> str:
    """Carry out the migrations that are missing; returns the revision that the database has then.

    Safe to run from several places at once: one waits for the other.

    Raises:
        UserError: the tables of the queue are not those of an installation of ours.
    """
    from alembic import command  # takes long to import, and mostly nothing is missing

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
        if not inspect(connection).has_table("alembic_version"):
            return None
        found = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
        return None if found is None else str(found)


def newest() -> str:
    """The revision that this version of the service needs: the number of the last migration."""
    return max(path.name[1:5] for path in (_MIGRATIONS / "versions").glob("m[0-9]*.py"))


def _config() -> Config:
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config
