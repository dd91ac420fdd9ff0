"""How a clause is laid before an encoder: as a pair of what stands above it and its own words."""

from __future__ import annotations

MAX_TITLE, MAX_HEADING = 70, 110
"""Characters of the regulation's title and of the heading that an encoder is shown; the text itself matters more."""


def framed(*, title: str, heading: str, text: str) -> tuple[str, str]:
    """Title and heading; text. Offsets of the second sequence are offsets in the clause."""
    return f"{title[:MAX_TITLE]} | {heading[:MAX_HEADING]}", text
