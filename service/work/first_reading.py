"""What is read in a story while somebody still writes it. Nothing of it is kept."""

from __future__ import annotations

from dataclasses import dataclass

from models.activities import Mention
from service.engine import Loaded
from service.work.places import local_rules

MOST = 20_000
"""Characters that are read while somebody waits, as many as a quick check takes."""

FEWEST = 10
"""Letters from which there is something to read, as of an initiative."""


@dataclass(frozen=True, kw_only=True)
class ActivityRead:
    """An activity, with the words that tell it."""

    code: str
    p: float  # 0..1
    words: tuple[str, ...]  # each once


@dataclass(frozen=True, kw_only=True)
class FirstReading:
    """What is read in a story."""

    text: str  # title and story, as far as they were read
    spans: tuple[Mention, ...]  # words in it that tell an activity
    activities: tuple[ActivityRead, ...]  # most certain first
    short: bool  # whether there is too little to read
    cut: bool  # whether the story is longer than what was read
    municipality: str
    local_rules: int  # how many regulations of that municipality there are to search


def first_reading(loaded: Loaded, *, title: str, story: str, municipality: str) -> FirstReading:
    """Read a story that may be half finished.

    Args:
        loaded: what to read with.
        title, story, municipality: as they were typed so far, cleaned.
    """
    whole = ". ".join(part.strip() for part in (title, story) if part.strip())
    text = whole[:MOST]
    short = sum(letter.isalpha() for letter in text) < FEWEST
    found = [] if short else loaded.flagger.activities_in(text)
    place = municipality.strip()
    return FirstReading(
        text=text,
        spans=tuple(mention for one in found for mention in one.evidence),
        activities=tuple(
            ActivityRead(code=one.code, p=one.p, words=tuple({m.text.casefold(): m.text for m in one.evidence}.values()))
            for one in found
        ),
        short=short,
        cut=len(whole) > MOST,
        municipality=place,
        local_rules=local_rules(loaded.store, place) if place else 0,
    )
