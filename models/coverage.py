"""What was searched, and what was not: an honest list beside every answer."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from corpus.listing import Listing
from corpus.places import province_of, provinces
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
    def of(cls, listed: Listing, here: Sequence[bool], initiative: InitiativeText) -> Coverage:
        """The coverage of the regulations that can bind an initiative; see ``binding``."""
        levels, dates, authorities = (listed.column(name) for name in ("level", "version_date", "authority"))
        by_level: dict[str, list[int]] = {}
        for row, (level, binds) in enumerate(zip(levels, here, strict=True)):
            if binds:
                by_level.setdefault(level, []).append(row)
        searched: list[str] = []
        for level, rows in by_level.items():
            if len(rows) > _LISTED:
                known = {dates[row] for row in rows} - {""}
                period = f", versies van {min(known)} tot en met {max(known)}" if known else ""
                searched.append(f"{len(rows)} regelingen van niveau {level}{period}")
            else:
                names, titles = listed.column("id"), listed.column("title")
                searched += [f"{titles[row]} ({names[row]})" for row in rows]
        newest = max((dates[row] for rows in by_level.values() for row in rows), default="")
        own = any(authorities[row] for row in by_level.get("gemeente", ()))
        return cls(searched=tuple(searched), missing=tuple(_missing(by_level, initiative, own=own, newest=newest)))

    def to_json(self) -> dict[str, Any]:
        """As the contract of ``regelruimte flag`` words it."""
        return {"searched": list(self.searched), "missing": list(self.missing)}


def binding(listed: Listing, initiative: InitiativeText) -> list[bool]:
    """Whether each regulation can bind an initiative: at its place, and on its day by its dates. *Shape:* (regulations,)."""
    place, day = initiative.gemeente, initiative.datum
    told = zip(*(listed.column(name) for name in ("level", "authority", "title")), strict=True)
    here = [reaches(level, authority, title, place) for level, authority, title in told]
    if not day:
        return here
    periods = zip(*(listed.column(name) for name in ("valid_from", "valid_until")), strict=True)
    return [
        binds and (not first or first <= day) and (not last or day <= last)
        for binds, (first, last) in zip(here, periods, strict=True)
    ]


def reaches(level: str, authority: str, title: str, municipality: str) -> bool:
    """Whether a regulation, by what is listed of it, can bind in a municipality.

    Regulations of the state bind everywhere. One of a municipality or province whose maker is known binds there only. Which
    water board a municipality lies in is not known here, so theirs are never left out.
    """
    if not municipality or not authority:
        return True
    if level == "gemeente":
        return _spaced(municipality) in _maker(authority, title)
    if level == "provincie":
        province = province_of(municipality)
        known = _named_provinces(authority, title)
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


def _missing(levels: Collection[str], initiative: InitiativeText, *, own: bool, newest: str) -> list[str]:
    place = initiative.gemeente
    missing = []
    if initiative.datum and newest and newest < initiative.datum:
        missing.append(f"wat na {newest} is gewijzigd: zo oud is de nieuwste versie in de verzameling")
    if not place:
        missing.append("de plaats is niet genoemd: welke plaatselijke regels gelden, is niet bekend")
    if "gemeente" not in levels or (place and not own):
        missing.append(f"geen regelingen van de gemeente {place} geladen" if place else "geen gemeentelijke regelingen geladen")
    for level, name in (("waterschap", "een waterschap"), ("provincie", "een provincie"), ("rijk", "het Rijk")):
        if level not in levels:
            missing.append(f"geen regelingen van {name} geladen")
    return missing
