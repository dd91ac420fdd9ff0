"""The tables of procrastinate. It keeps no record of which of its migrations a database has had, so we do."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from procrastinate.schema import SchemaManager
from sqlalchemy import text
from sqlalchemy.engine import Connection

from corpus.errors import UserError

_MARK = "regelruimte: tables of procrastinate up to "
"""Begins the comment on its table of jobs; the name of its newest migration follows."""


def install(connection: Connection) -> None:
    """Make the tables, or bring older ones to the shape of the installed procrastinate.

    Args:
        connection: to PostgreSQL, alone at it (see service.database.migrating).

    Raises:
        UserError: there are such tables already, and they are not ours.
    """
    files = sorted(Path(SchemaManager.get_migrations_path()).glob("*.sql"))
    there, comment = connection.execute(
        text("SELECT to_regclass('procrastinate_jobs') IS NOT NULL, obj_description(to_regclass('procrastinate_jobs'))")
    ).one()
    if not there:
        _execute(connection, SchemaManager.get_schema(), files[-1].name)
    elif not (comment or "").startswith(_MARK):
        raise UserError("the database holds tables of procrastinate that are not ours; give Regelruimte its own database")
    else:
        had = comment.removeprefix(_MARK)
        for file in files:
            if file.name > had:
                _execute(connection, file.read_text(encoding="utf-8"), file.name)


def _execute(connection: Connection, statements: str, mark: str) -> None:
    """A script of many statements and its mark: both, or neither."""
    driver: Any = connection.connection.driver_connection
    driver.execute(statements)  # not through SQLAlchemy, which sends one statement at a time
    connection.execute(text(f"COMMENT ON TABLE procrastinate_jobs IS '{_MARK}{mark}'"))
    connection.commit()
