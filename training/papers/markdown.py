"""Pieces of a paper in Dutch: headings, tables, and figures as the Dutch write them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence


def figure(value: float, *, digits: int = 3) -> str:
    """A figure with a decimal comma: 0,709."""
    return f"{value:.{digits}f}".replace(".", ",")


def number(value: float) -> str:
    """A count with points between thousands: 28.992."""
    return f"{int(value):,}".replace(",", ".")


def share(value: float) -> str:
    """A share in whole percents: 62%."""
    return f"{value * 100:.0f}%"


def between(low: float, high: float) -> str:
    """An interval."""
    return f"{figure(low)} tot {figure(high)}"


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table; empty when it has no rows. The first column holds words, the others figures."""
    lines = ["| " + " | ".join(_cell(cell) for cell in row) + " |" for row in rows]
    if not lines:
        return ""
    rule = "|---|" + "---:|" * (len(heads) - 1)
    return "\n".join(["| " + " | ".join(heads) + " |", rule, *lines])


def points(lines: Iterable[str]) -> str:
    """A list."""
    return "\n".join(f"- {line}" for line in lines)


def paper(parts: Iterable[str]) -> str:
    """A whole paper: parts with a blank line between; empty parts are left out."""
    return "\n\n".join(part.strip() for part in parts if part.strip()) + "\n"


def _cell(text: str) -> str:
    return " ".join(text.replace("|", "\\|").split())
