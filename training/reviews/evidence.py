"""Evidence between the normalised text, in which a row counts it, and the text as published, in which people see it."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence

from corpus.passages import letter_places

Spans = list[tuple[int, int]]


def shown(text: str, bewijs: Sequence[tuple[int, int]]) -> Spans | None:
    """Where the evidence of a row stands in the text of its clause.

    Args:
        text: of the clause, as published; empty where it is not known.
        bewijs: start and end in the normalised text.

    Returns:
        Start and end in characters of ``text``, one for each; None where one cannot be placed.
    """
    places = letter_places(text) or []
    if any(end > len(places) for _, end in bewijs):
        return None
    return [(places[start], places[end - 1] + 1) for start, end in bewijs]


def counted(text: str, spans: Iterable[tuple[int, int]]) -> Spans | None:
    """The other way: spans of a text as a row counts them; None where one holds no letter or digit.

    Where one character of the text is several of the normalised text ("½" is "1⁄2"), all of them are meant.
    """
    places = letter_places(text) or []
    found = [(bisect_left(places, start), bisect_left(places, end)) for start, end in spans]
    return found if all(start < end for start, end in found) else None
