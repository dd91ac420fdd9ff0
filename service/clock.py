"""What time it is. Order never depends on it: rows are ordered by sequence numbers, for clocks jump."""

from __future__ import annotations

from datetime import UTC, datetime


def now() -> datetime:
    """The time in UTC, to the microsecond."""
    return datetime.now(UTC)
