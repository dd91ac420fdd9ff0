"""Quantities in a story ("150 mensen", "tot 23 uur") and limits in a clause ("ten hoogste 50 personen"), side by side.

A story and a clause are compared only where both speak of the same thing in the same unit. What a limit is a limit *of* is not
worked out: so a comparison is shown beside a flag and decides nothing.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, cast

Bound = Literal["at_most", "less_than", "at_least", "more_than"]


@dataclass(frozen=True, kw_only=True)
class Quantity:
    """A number with a unit in a text."""

    value: float  # in the base unit of its dimension
    dimension: str  # key of DIMENSIONS
    start: int  # offset in the text, characters
    end: int
    text: str


@dataclass(frozen=True, kw_only=True)
class Limit:
    """A quantity that a clause sets as a bound."""

    bound: Bound
    quantity: Quantity
    text: str  # the words of the bound with the quantity


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """A stated quantity beside a limit of the same dimension."""

    stated: Quantity
    limit: Limit
    within: bool  # whether what is stated keeps to the bound


DIMENSIONS: dict[str, dict[str, float]] = {
    "personen": {
        "personen": 1, "persoon": 1, "mensen": 1, "man": 1, "bezoekers": 1, "gasten": 1, "deelnemers": 1, "bewoners": 1,
        "kinderen": 1, "vrijwilligers": 1, "toeschouwers": 1, "leden": 1, "aanwezigen": 1,
    },
    "dieren": {"dieren": 1, "kippen": 1, "hennen": 1, "schapen": 1, "geiten": 1, "paarden": 1, "koeien": 1, "varkens": 1},
    "oppervlakte (m²)": {"m2": 1, "m²": 1, "vierkante meter": 1, "are": 100, "hectare": 10_000, "ha": 10_000},
    "inhoud (m³)": {"m3": 1, "m³": 1, "kubieke meter": 1, "liter": 0.001, "l": 0.001},
    "lengte (m)": {"mm": 0.001, "cm": 0.01, "centimeter": 0.01, "m": 1, "meter": 1, "km": 1_000, "kilometer": 1_000},
    "duur (dagen)": {"dagen": 1, "dag": 1, "etmaal": 1, "weken": 7, "week": 7, "maanden": 30, "maand": 30},
    "bedrag (euro)": {"euro": 1, "€": 1},
    "vermogen (kW)": {"w": 0.001, "watt": 0.001, "kw": 1, "kilowatt": 1, "mw": 1_000},
    "geluid (dB)": {"db": 1, "db(a)": 1, "dba": 1, "decibel": 1},
    "gewicht (kg)": {"gram": 0.001, "kg": 1, "kilo": 1, "kilogram": 1, "ton": 1_000},
}  # fmt: skip
"""Units of every dimension in its base unit. Words for people count as one unit: a guest is a visitor is a person."""

_UNITS = {unit: (name, factor) for name, units in DIMENSIONS.items() for unit, factor in units.items()}

_SMALL = [
    "nul", "een", "twee", "drie", "vier", "vijf", "zes", "zeven", "acht", "negen", "tien", "elf", "twaalf", "dertien",
    "veertien", "vijftien", "zestien", "zeventien", "achttien", "negentien",
]  # fmt: skip
_LARGE = {
    "twintig": 20, "dertig": 30, "veertig": 40, "vijftig": 50, "zestig": 60, "zeventig": 70, "tachtig": 80, "negentig": 90,
    "honderd": 100, "tweehonderd": 200, "driehonderd": 300, "vierhonderd": 400, "vijfhonderd": 500, "duizend": 1_000,
}  # fmt: skip
_NUMERALS = {word: number for number, word in enumerate(_SMALL)} | _LARGE

_UNIT = "|".join(re.escape(unit) for unit in sorted(_UNITS, key=len, reverse=True))
_NUMBER = r"\d{1,3}(?:[.\u00a0 ]\d{3})+(?:,\d+)?|\d+(?:[.,]\d+)?"
_WORDS = "|".join(sorted(_NUMERALS, key=len, reverse=True))
_FOUND = re.compile(
    rf"(?P<euro>€)\s?(?P<amount>{_NUMBER})|"
    rf"(?<![\w.,])(?P<number>{_NUMBER}|\b(?:{_WORDS})\b)[\s\u00a0]*(?P<unit>{_UNIT})(?![\w²³])",
    re.IGNORECASE,
)

_BOUNDS: tuple[tuple[str, Bound], ...] = (
    (r"(?:niet|geen)\s+meer\s+(?:dan|bedraagt\s+dan)|ten\s+hoogste|hoogstens|maximaal|maximum\s+van|"
     r"niet\s+(?:langer|groter|hoger|verder)\s+dan|tot\s+en\s+met|beperkt\s+tot", "at_most"),
    (r"minder\s+dan|kleiner\s+dan|lager\s+dan|korter\s+dan", "less_than"),
    (r"ten\s*minste|minimaal|minstens|niet\s+(?:minder|kleiner|lager|korter)\s+dan", "at_least"),
    (r"meer\s+dan|groter\s+dan|hoger\s+dan|langer\s+dan|boven\s+de", "more_than"),
)  # fmt: skip
_BOUND = re.compile("|".join(f"(?P<{name}>{pattern})" for pattern, name in _BOUNDS), re.IGNORECASE)
_BETWEEN = 25
"""Characters between the words of a bound and its number, at most."""


def quantities(text: str) -> list[Quantity]:
    """All numbers with a unit that stands in DIMENSIONS, in order."""
    found = []
    for match in _FOUND.finditer(text):
        unit = (match["euro"] or match["unit"]).lower()
        dimension, factor = _UNITS[unit]
        value = _value(match["amount"] or match["number"]) * factor
        found.append(Quantity(value=value, dimension=dimension, start=match.start(), end=match.end(), text=match.group()))
    return found


@lru_cache(maxsize=4_000)  # the same clauses are flagged for many initiatives
def limits(text: str) -> tuple[Limit, ...]:
    """The quantities that directly follow the words of a bound."""
    found = []
    for quantity in quantities(text):
        before = list(_BOUND.finditer(text, max(0, quantity.start - 60), quantity.start))
        between = text[before[-1].end() : quantity.start] if before else ""
        if before and len(between) <= _BETWEEN and not re.search(r"[.;:\d]", between):
            bound = cast(Bound, before[-1].lastgroup)
            found.append(Limit(bound=bound, quantity=quantity, text=text[before[-1].start() : quantity.end]))
    return tuple(found)


def compared(stated: Sequence[Quantity], clause: str) -> list[Comparison]:
    """Every limit of a clause beside the largest stated quantity of its dimension."""
    result = []
    for limit in limits(clause):
        alike = [one for one in stated if one.dimension == limit.quantity.dimension]
        if alike:
            largest = max(alike, key=lambda one: one.value)
            result.append(Comparison(stated=largest, limit=limit, within=_within(largest.value, limit)))
    return result


def _within(value: float, limit: Limit) -> bool:
    of = limit.quantity.value
    return {"at_most": value <= of, "less_than": value < of, "at_least": value >= of, "more_than": value > of}[limit.bound]


def _value(text: str) -> float:
    if text.lower() in _NUMERALS:
        return float(_NUMERALS[text.lower()])
    digits = re.sub(r"[\u00a0 ]", "", text)
    if re.fullmatch(r"\d{1,3}(?:\.\d{3})+(?:,\d+)?", digits):
        digits = digits.replace(".", "")
    return float(digits.replace(",", "."))
