"""Replaces what points at a person in an initiative (names, addresses, numbers) by numbered stand-ins such as ``[naam 1]``.

Rules and lists, no model: they miss names that no rule knows, so a person still reads a text before it is published.
``pseudonymised`` works in rounds on a folded copy of the text (no accents, plain spaces and dashes). In each round every kind
of rule runs once, and each find becomes one private character; rounds end when nothing is found. A stand-in in the input
becomes the same character, so a second call starts where the first one ended and changes nothing. Every rule reads a bounded
window, so the time grows with the length of the text.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from service.privacy import addresses, naming, numbers
from service.privacy.words import folded_characters

KINDS = ("EMAIL", "IBAN", "GEBOORTEDATUM", "BSN", "TELEFOON", "KENTEKEN", "ADRES", "NAAM")
MASKS = {kind: chr(0xE000 + position) for position, kind in enumerate(KINDS)}  # one private character for each kind
STAND_IN = re.compile(rf"\[({'|'.join(kind.lower() for kind in KINDS)}) ([0-9]{{1,9}})\]")
MOST_ROUNDS = 50  # ordinary texts need two or three; a bound keeps the time linear whatever comes in

Span = tuple[int, int]
Finder = Callable[[str], Iterator[Span]]


@dataclass(frozen=True, kw_only=True)
class Replacement:
    """One stretch of the original text and what stands there now."""

    start: int  # offsets in the original text: text[start:end] == Replacement.text
    end: int
    kind: str  # one of KINDS
    text: str
    stand_in: str  # "[naam 1]"; the same person or number has the same stand-in within one text


@dataclass(frozen=True, kw_only=True)
class Pseudonymised:
    """The text with stand-ins, and what they replaced in the order of the text. Whoever keeps the second undoes the first."""

    text: str
    replacements: tuple[Replacement, ...]


@dataclass(frozen=True, kw_only=True)
class Folded:
    """A copy of the text that rules can read, and where each of its characters comes from."""

    text: str
    starts: tuple[int, ...]  # offset in the original of each character; one more at the end, so starts[i + 1] is an end


def pseudonymised(text: str) -> Pseudonymised:
    """Give the text with a numbered stand-in for every name, address and number of a person that the rules find."""
    folded, highest = _without_stand_ins(folded_characters(text), len(text))
    found: list[tuple[int, int, str, str]] = []
    for _ in range(MOST_ROUNDS):
        before = len(found)
        for kind, finder in FINDERS:
            spans = list(finder(folded.text))
            found += [(folded.starts[a], folded.starts[b], kind, folded.text[a:b]) for a, b in spans]
            folded = _masked(folded, [(a, b, kind) for a, b in spans])
        spans = list(naming.mentions(folded.text, [plain for _, _, kind, plain in found if kind == "NAAM"]))
        found += [(folded.starts[a], folded.starts[b], "NAAM", folded.text[a:b]) for a, b in spans]
        folded = _masked(folded, [(a, b, "NAAM") for a, b in spans])
        if len(found) == before:
            break
    found.sort()
    people = naming.Numbering(highest["NAAM"])
    given: dict[str, dict[str, int]] = {kind: {} for kind in KINDS}
    replacements = []
    for start, end, kind, plain in found:
        if kind == "NAAM":
            number = people.number_of(plain)
        else:
            key = "".join(filter(str.isalnum, plain.casefold()))
            number = given[kind].setdefault(key, highest[kind] + len(given[kind]) + 1)
        stand_in = f"[{kind.lower()} {number}]"
        replacements.append(Replacement(start=start, end=end, kind=kind, text=text[start:end], stand_in=stand_in))
    parts, position = [], 0
    for replacement in replacements:
        parts += [text[position : replacement.start], replacement.stand_in]
        position = replacement.end
    return Pseudonymised(text="".join([*parts, text[position:]]), replacements=tuple(replacements))


def pseudonymised_parts(title: str, story: str) -> tuple[str, str]:
    """Title and story, read as one text: a person who is named in full in the one is known in the other."""
    told = pseudonymised(f"{title}{_BETWEEN}{story}")
    length = len(title)
    for replacement in told.replacements:
        if replacement.start < len(title) < replacement.end:
            return pseudonymised(title).text, pseudonymised(story).text
        if replacement.end <= len(title):
            length += len(replacement.stand_in) - len(replacement.text)
    return told.text[:length], told.text[length + len(_BETWEEN) :]


_BETWEEN = "\n\n"


def _without_stand_ins(characters: list[tuple[str, int]], length: int) -> tuple[Folded, dict[str, int]]:
    """Mask the stand-ins that are in the text already; also give the highest number in use for each kind."""
    folded = Folded(text="".join(c for c, _ in characters), starts=(*(at for _, at in characters), length))
    highest = dict.fromkeys(KINDS, 0)
    spans = []
    for match in STAND_IN.finditer(folded.text):
        kind = match[1].upper()
        highest[kind] = max(highest[kind], int(match[2]))
        spans.append((match.start(), match.end(), kind))
    return _masked(folded, spans), highest


def _masked(folded: Folded, spans: list[tuple[int, int, str]]) -> Folded:
    """Put the private character of its kind in the place of each span; spans are sorted and do not overlap."""
    if not spans:
        return folded
    parts: list[str] = []
    starts: list[int] = []
    position = 0
    for start, end, kind in spans:
        parts += [folded.text[position:start], MASKS[kind]]
        starts += [*folded.starts[position:start], folded.starts[start]]
        position = end
    parts.append(folded.text[position:])
    starts += folded.starts[position:]
    return Folded(text="".join(parts), starts=tuple(starts))


FINDERS: tuple[tuple[str, Finder], ...] = (
    ("EMAIL", numbers.emails),
    ("IBAN", numbers.ibans),
    ("GEBOORTEDATUM", numbers.births),
    ("BSN", numbers.bsns),
    ("TELEFOON", numbers.telephones),
    ("KENTEKEN", numbers.plates),
    ("ADRES", addresses.addresses),
    ("NAAM", naming.names),
)
