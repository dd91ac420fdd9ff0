"""Near-identical clauses of different regulations, which one reader need not read twice."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from sys import intern

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

from models.words import stems

ALIKE = 0.8
"""Least share of words (Jaccard 1912) that two variants have in common."""

BLOCK = 512
"""Clauses that are compared with all before them in one go, so that a long list takes no memory by its square."""


def grouped(rows: Sequence[int], texts: Sequence[str], owners: Sequence[str]) -> list[list[int]]:
    """Put near-identical clauses together.

    Args:
        rows: clauses, best first.
        texts: their texts.
        owners: the regulation of each; clauses of one regulation are never variants of each other.

    Returns:
        Groups in the order of their best clause, which comes first in its group.
    """
    groups: list[list[int]] = []
    members: list[set[str]] = []
    group_of: dict[int, int] = {}  # of every clause that is the first of a group
    told = [_words(text) for text in texts]
    for number, (row, owner, alike) in enumerate(zip(rows, owners, _alike_before(told), strict=True)):
        near = (group_of[other] for other in alike.tolist() if other in group_of)
        group = next((one for one in near if owner not in members[one]), None)
        if group is None:
            group_of[number] = len(groups)
            groups.append([row])
            members.append({owner})
        else:
            groups[group].append(row)
            members[group].add(owner)
    return groups


def likeness(one: str, other: str) -> float:
    """Share of the words of two clauses that they have in common, 0..1; from ALIKE on they are variants."""
    words, others = _words(one), _words(other)
    return len(words & others) / len(words | others) if words or others else 1.0


@lru_cache(maxsize=4_000)  # the same clauses come up for many initiatives
def _words(text: str) -> frozenset[str]:
    return frozenset(map(intern, stems(text)))


def _alike_before(told: Sequence[frozenset[str]]) -> Iterator[npt.NDArray[np.int64]]:
    """For each set of words the places, ascending, of those before it that it is a variant of."""
    sizes = np.array([len(words) for words in told], dtype=np.int64)
    columns = {word: column for column, word in enumerate(dict.fromkeys(word for words in told for word in words))}
    places = [columns[word] for words in told for word in words]
    marks = sp.csr_array(
        (np.ones(len(places), dtype=np.int32), places, np.concatenate([[0], np.cumsum(sizes)])), shape=(len(told), len(columns))
    )
    for start in range(0, len(told), BLOCK):
        end = min(start + BLOCK, len(told))
        shared = (marks[start:end] @ marks[:end].T).toarray()
        alike = (shared >= ALIKE * (sizes[start:end, None] + sizes[:end] - shared)) & (shared > 0)
        for number in range(start, end):
            yield np.flatnonzero(alike[number - start, :number])
