"""What was searched, and what was not: an honest list beside every answer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from corpus.places import province_of, provinces
from corpus.schema import RegulationEntry
from models.initiatives import InitiativeText
from models.words import WORD

_LISTED = 40
"""Levels with more regulations than this are counted, not listed."""


@dataclass(frozen=True, kw_only=True)
class Coverage:
    """Which regulations were searched for an initiative, and which kinds of regulation the store lacks."""

    searched: tuple[str, ...]
    missing: tuple[str, ...]

    @classmethod
    def of(cls, here: Sequence[RegulationEntry], initiative: InitiativeText) -> Coverage:
        """The coverage of the regulations that can bind an initiative."""
        searched: list[str] = []
        counts = Counter(entry.level for entry in here)
        for level, count in counts.items():
            entries = [entry for entry in here if entry.level == level]
            if count > _LISTED:
                dates = sorted({entry.version_date for entry in entries if entry.version_date})
                period = f", versies van {dates[0]} tot en met {dates[-1]}" if dates else ""
                searched.append(f"{count} regelingen van niveau {level}{period}")
            else:
                searched += [f"{entry.title} ({entry.id})" for entry in entries]
        newest = max((entry.version_date for entry in here), default="")
        own = any(entry.level == "gemeente" and entry.authority for entry in here)
        return cls(searched=tuple(searched), missing=tuple(_missing(counts, initiative, own=own, newest=newest)))

    def to_json(self) -> dict[str, Any]:
        """As the contract of ``regelruimte flag`` words it."""
        return {"searched": list(self.searched), "missing": list(self.missing)}


def applies(entry: RegulationEntry, initiative: InitiativeText) -> bool:
    """Whether a regulation can bind an initiative: at its place, on its day."""
    return applies_at(entry, initiative.gemeente) and in_force(entry, initiative.datum)


def applies_at(entry: RegulationEntry, municipality: str) -> bool:
    """Whether a regulation can bind in a municipality.

    Regulations of the state bind everywhere. One of a municipality or province whose maker is known binds there only. Which
    water board a municipality lies in is not known here, so theirs are never left out.
    """
    if not municipality or not entry.authority:
        return True
    if entry.level == "gemeente":
        return _spaced(municipality) in _maker(entry.authority, entry.title)
    if entry.level == "provincie":
        province = province_of(municipality)
        known = _named_provinces(entry.authority, entry.title)
        return not province or not known or province in known
    return True


@lru_cache(maxsize=100_000)  # every place asks it of every local regulation
def _maker(authority: str, title: str) -> str:
    return _spaced(f"{authority} {title}")


@lru_cache(maxsize=10_000)
def _named_provinces(authority: str, title: str) -> tuple[str, ...]:
    return tuple(name for name in provinces() if _spaced(name) in _maker(authority, title))


def _spaced(words: str) -> str:
    """Whole words only, so that Ede is not found in Enschede."""
    return " ".join(["", *WORD.findall(words.casefold()), ""])


def in_force(entry: RegulationEntry, day: str) -> bool:
    """Whether a version is in force on a day (ISO), as far as its dates tell; on any day when none is asked."""
    if not day:
        return True
    return (not entry.valid_from or entry.valid_from <= day) and (not entry.valid_until or day <= entry.valid_until)


def _missing(counts: Counter[str], initiative: InitiativeText, *, own: bool, newest: str) -> list[str]:
    place = initiative.gemeente
    missing = []
    if initiative.datum and newest and newest < initiative.datum:
        missing.append(f"wat na {newest} is gewijzigd: zo oud is de nieuwste versie in de verzameling")
    if not place:
        missing.append("de plaats is niet genoemd: welke plaatselijke regels gelden, is niet bekend")
    if not counts["gemeente"] or (place and not own):
        missing.append(f"geen regelingen van de gemeente {place} geladen" if place else "geen gemeentelijke regelingen geladen")
    for level, name in (("waterschap", "een waterschap"), ("provincie", "een provincie"), ("rijk", "het Rijk")):
        if not counts[level]:
            missing.append(f"geen regelingen van {name} geladen")
    return missing
