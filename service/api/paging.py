"""Pages of what stands in the database: everything has a number that only grows, and a cursor is such a number."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from sqlalchemy import Select
from sqlalchemy.orm import InstrumentedAttribute, Session

Row = TypeVar("Row")


def rows_after(
    session: Session,
    query: Select[Row],
    number: InstrumentedAttribute[int],
    *,
    after: int | None,
    limit: int,
    newest: bool = False,
) -> Sequence[Row]:
    """The rows of one page, and one more when there is a next page.

    Args:
        session: to read with.
        query: which rows.
        number: the column that orders them.
        after: the cursor; None for the first page.
        limit: rows on a page.
        newest: whether the highest number comes first.
    """
    if after is not None:
        query = query.where(number < after if newest else number > after)
    return session.execute(query.order_by(number.desc() if newest else number).limit(limit + 1)).scalars().all()
