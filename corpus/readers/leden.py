"""Dividing the text of an article into its leden, and the text of an annex into its numbered items."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

# "1. De", "2a. Het", "4.Voor"; not "1.000 euro", "2.1. Toets", "1°. de": those are amounts, sections and list items.
_LID = re.compile(r"^[ \t]*(\d{1,3}[a-z]{0,2})\.[ \t]*(?=[^\d\s])", re.MULTILINE)
_ITEM = re.compile(r"^[ \t]*(\d{1,3}[a-z]?(?:\.\d{1,3}[a-z]?)*)\.?[ \t]+(?=\S)|^[ \t]*(\d{1,3})\.(?=[^\d\s])", re.MULTILINE)
_NUMBER = re.compile(r"(\d+)([a-z]*)")


REPEALED = re.compile(
    r"[\[(]?\s*(?:vervallen|materieel uitgewerkt)(?:\s+(?:per\s+[\d-]+|door\s+\w+))?\s*[\])]?\.?\s*", re.IGNORECASE
)
"""What stands in the place of a repealed clause."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Part:
    """A numbered part of a body of text."""

    number: str  # "2a"; empty for the text above the first number
    start: int  # offset of the text after the number
    end: int


def leden(text: str, start: int, end: int) -> list[Part]:
    """The leden of an article.

    A number starts a lid when it continues the count of leden; a list that starts again at 1 within a lid belongs to that
    lid. Where both readings are possible the punctuation before the number decides: a lid ends its sentence, an item does
    not.

    Args:
        text: the reading text.
        start: where the body of the article begins.
        end: where it ends.

    Returns:
        Parts in order. The first has an empty number and holds what stands above the first lid (often nothing). An article
        whose numbered lines stand under a lead-in that ends with a colon has no leden: it is one part.
    """
    found = list(_LID.finditer(text, start, end))
    if not found:
        return [Part(number="", start=start, end=end)]
    lead_in = text[start : found[0].start()].strip()
    if lead_in.endswith(":"):
        return [Part(number="", start=start, end=end)]
    kept = list(_continuing(text, start, found))
    parts = [Part(number="", start=start, end=found[0].start())]
    for match, following in zip(kept, [*kept[1:], None], strict=True):
        parts.append(Part(number=match[1], start=match.end(), end=following.start() if following else end))
    return parts


def items(text: str, start: int, end: int) -> list[Part]:
    """The numbered first-level items of running text (annexes, policy rules), with the text above them first."""
    parts: list[Part] = []
    position, number, last = start, "", (0, "")
    for match in _ITEM.finditer(text, start, end):
        label = match[1] or match[2]
        order = _order(label)
        if "." not in label and number and "." not in number and order <= last:
            continue  # a nested list
        parts.append(Part(number=number, start=position, end=match.start()))
        position, number, last = match.end(), label, order
    parts.append(Part(number=number, start=position, end=end))
    return parts


def _continuing(text: str, start: int, found: list[re.Match[str]]) -> Iterator[re.Match[str]]:
    last: tuple[int, str] | None = None
    nested = 0  # last number of the list within the current lid
    for match in found:
        order = _order(match[1])
        if last is None:
            last = order
            yield match
            continue
        if order[1] == "e" and last[1] != "d":
            continue  # "2e." counts items ("tweede"), unless lid 2d went before
        continues_list = nested > 0 and order == (nested + 1, "")
        continues_leden = order > last
        if continues_leden and (not continues_list or _ends_sentence(text, start, match.start())):
            last, nested = order, 0
            yield match
        else:
            nested = order[0]


def _order(number: str) -> tuple[int, str]:
    match = _NUMBER.match(number)
    return (int(match[1]), match[2]) if match else (0, "")


def _ends_sentence(text: str, start: int, end: int) -> bool:
    return text[max(start, end - 200) : end].rstrip().endswith((".", "|"))
