"""What stands around a clause: the leden it refers to, and its neighbours in the article.

"Het eerste lid is niet van toepassing op ..." lifts a permit, takes away a right, or neither; only the first lid can tell.
A clause is therefore read a second time with what the model made of the clauses that it points at.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

import numpy as np
import numpy.typing as npt

from corpus.references.grammar import find_citations
from corpus.references.resolve import symbolic

Floats = npt.NDArray[np.float32]

MAX_TARGETS = 12
"""A clause that points at more than this sums up a chapter; none of it says how to read the clause."""

_POINTS = re.compile(r"\b(?:lid|leden|artikel|artikelen)\b", re.IGNORECASE)
_LID = re.compile(r"/lid-[^/]+$")


def article_of(ref: str) -> str:
    """The ref of the article (or other whole) that a clause is a lid of; the clause's own where it has no leden."""
    return _LID.sub("", ref)


def pointed_at(refs: Sequence[str], texts: Sequence[str], *, rows: Collection[int] | None = None) -> list[list[int]]:
    """Which of the given clauses each clause refers to, by place in the sequence; its own regulation only.

    Args:
        refs: of the clauses; "" where a clause has none.
        texts: of the clauses.
        rows: which clauses it is asked of; None for all. The others get an empty list.
    """
    place = {ref: index for index, ref in enumerate(refs) if ref}
    leden: dict[str, list[int]] = {}
    for ref, index in place.items():
        leden.setdefault(article_of(ref), []).append(index)
    found: list[list[int]] = []
    for index, (ref, text) in enumerate(zip(refs, texts, strict=True)):
        own: dict[int, None] = {}
        if ref and (rows is None or index in rows) and _POINTS.search(text):
            regulation = ref.partition("/")[0]
            for citation in find_citations(text):
                for target in symbolic(citation, own_ref=ref):
                    if target.regulation:
                        continue
                    path = f"{regulation}/{target.path}"
                    for other in [place[path]] if path in place else leden.get(path, []):
                        if other != index:
                            own[other] = None
        found.append(list(own) if len(own) <= MAX_TARGETS else [])
    return found


def context_values(refs: Sequence[str], texts: Sequence[str], probabilities: Floats) -> Floats:
    """What the model made of the surroundings of each clause.

    Args:
        refs, texts: of the clauses, those of one regulation together.
        probabilities: *shape* (clauses, columns).

    Returns:
        *Shape:* (clauses, 2 * columns + 2), float32: the highest value of each column among the clauses pointed at; that
        among the other leden of the article; whether there are any of the first, of the second. Zeros where there are none.
    """
    count, columns = probabilities.shape
    result = np.zeros((count, 2 * columns + 2), dtype=np.float32)
    leden: dict[str, list[int]] = {}
    for index, ref in enumerate(refs):
        if ref:
            leden.setdefault(article_of(ref), []).append(index)
    for index, targets in enumerate(pointed_at(refs, texts)):
        if targets:
            result[index, :columns] = probabilities[targets].max(axis=0)
            result[index, -2] = 1
        others = [other for other in leden.get(article_of(refs[index]), []) if other != index] if refs[index] else []
        if others:
            result[index, columns : 2 * columns] = probabilities[others].max(axis=0)
            result[index, -1] = 1
    return result
