"""Refs: stable ids of clauses, built from the numbering that lawyers themselves use.

    BWBR0009755/artikel-95a/lid-1                     a lid
    BWBR0009755/artikel-95b                           an article without leden
    BWBR0027464/bijlage-II/artikel-2/onderdeel-18     an item of a numbered list in an annex
    BWBR0024096/afdeling-25.1/tekst-2                 running text, counted under its numbered heading

A number that occurs twice under the same parent (it happens, in real law) gets ``~2``, ``~3`` in order of appearance.
"""

from __future__ import annotations

import re
import unicodedata

_EDGES = re.compile(r"^[\s.:;,()–-]+|[\s.:;,()–-]+$")
_INNER = re.compile(r"[\s/~]+")


def segment(kind: str, number: str) -> str:
    """One part of a ref: kind in lower case, a hyphen, and the number as the regulation writes it.

    >>> segment("Artikel", " 95a. ")
    'artikel-95a'
    >>> segment("Bijlage", "")
    'bijlage'
    """
    name = _INNER.sub("-", unicodedata.normalize("NFC", kind).strip().lower())
    cleaned = _INNER.sub("-", _EDGES.sub("", unicodedata.normalize("NFC", number)))
    return f"{name}-{cleaned}" if cleaned else name


class RefCounter:
    """Makes the refs of one regulation unique, in order of appearance."""

    def __init__(self) -> None:
        self._seen: dict[str, int] = {}

    def unique(self, ref: str) -> str:
        """The ref itself the first time, ``ref~2`` the second time, and so on."""
        count = self._seen.get(ref, 0) + 1
        self._seen[ref] = count
        return ref if count == 1 else f"{ref}~{count}"


def is_within(ref: str, whole: str) -> bool:
    """Whether a ref is that of a whole (an article, an annex, a regulation), or of a part of it."""
    return ref == whole or ref.startswith(f"{whole}/")
