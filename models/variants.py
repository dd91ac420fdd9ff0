"""Near-identical clauses of different regulations, which one reader need not read twice."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from sys import intern

from models.words import stems

ALIKE = 0.8
"""Least share of words (Jaccard 1912) that two variants have in common."""


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
    heads: list[tuple[frozenset[str], set[str]]] = []
    for row, text, owner in zip(rows, texts, owners, strict=True):
        words = _words(text)
        for index, (head, members) in enumerate(heads):
            if owner not in members and _alike(words, head):
                groups[index].append(row)
                members.add(owner)
                break
        else:
            groups.append([row])
            heads.append((words, {owner}))
    return groups


def likeness(one: str, other: str) -> float:
    """Share of the words of two clauses that they have in common, 0..1; from ALIKE on they are variants."""
    words, others = _words(one), _words(other)
    return len(words & others) / len(words | others) if words or others else 1.0


@lru_cache(maxsize=4_000)  # the same clauses come up for many initiatives
def _words(text: str) -> frozenset[str]:
    return frozenset(map(intern, stems(text)))


def _alike(one: frozenset[str], other: frozenset[str]) -> bool:
    size, size_of_other = len(one), len(other)
    if not size or size < ALIKE * size_of_other or size_of_other < ALIKE * size:
        return False
    shared = len(one & other)
    return shared >= ALIKE * (size + size_of_other - shared)
