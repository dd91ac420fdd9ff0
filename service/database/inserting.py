"""INSERT ... ON CONFLICT, which both databases have and SQLAlchemy words for each by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy.orm import Session

if TYPE_CHECKING:
    from sqlalchemy.dialects import postgresql, sqlite


def insert(session: Session, table: type[Any]) -> postgresql.Insert | sqlite.Insert:
    """An insert into a table, in the dialect of the database; only that dialect is imported."""
    if session.get_bind().dialect.name == "postgresql":
        from sqlalchemy.dialects import postgresql

        return postgresql.insert(table)
    from sqlalchemy.dialects import sqlite

    return sqlite.insert(table)
