"""Tables in the terminal and in Markdown: a line a peer, and why somebody is missing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from bench.peers.spread import Spread, rounded

Column = tuple[str, Callable[[dict[str, Any]], Any]]


def markdown(rows: Sequence[dict[str, Any]], name: str, columns: Sequence[Column]) -> str:
    """A table.

    Args:
        rows: each with ``name``; one with ``skipped`` says why in place of figures.
        name: key of what the row is about.
        columns: heading, and what stands there: text, a number, a Spread, or (value, low, high).
    """
    lines = ["| | " + " | ".join(heading for heading, _ in columns) + " |", "|---" * (len(columns) + 1) + "|"]
    for row in rows:
        if "skipped" in row:
            lines.append(f"| {row[name]} | skipped: {row['skipped']}" + " |" * len(columns))
        else:
            lines.append(f"| {row[name]} | " + " | ".join(_told(value(row)) for _, value in columns) + " |")
    return "\n".join(lines)


def _told(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, Spread):
        return value.told()
    if isinstance(value, list | tuple):
        middle, low, high = value
        return f"{middle:.3f} [{low:.3f}, {high:.3f}]"
    return rounded(value) if isinstance(value, float) else str(value)
