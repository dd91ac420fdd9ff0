"""Near-identical clauses: legislators copy, and a copy on the other side of a split would flatter the model."""

from __future__ import annotations

import zlib
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from models.words import words_of

SHINGLE, HASHES, BANDS = 4, 64, 16
"""Words in a row that are compared; minima kept of each clause; groups of minima of which one must agree (Broder 1997)."""

LIKENESS = 0.75
"""Share of shingles in common from which two clauses count as copies."""

_PRIME = (1 << 61) - 1


def copies(texts: Sequence[str]) -> npt.NDArray[np.int64]:
    """The number of the family of copies that every text belongs to; a text without copies is a family of its own.

    Returns:
        *Shape:* (texts,), numbers from 0.
    """
    rng = np.random.default_rng(0)
    factors = rng.integers(1, 1 << 31, HASHES, dtype=np.uint64)
    shifts = rng.integers(0, 1 << 31, HASHES, dtype=np.uint64)
    family = np.arange(len(texts))
    buckets: dict[tuple[int, bytes], int] = {}
    shingled = [_shingles(text) for text in texts]

    def root(index: int) -> int:
        while family[index] != index:
            family[index] = family[family[index]]
            index = int(family[index])
        return index

    for index, shingles in enumerate(shingled):
        hashed = np.array([zlib.crc32(shingle.encode()) for shingle in shingles], dtype=np.uint64)
        minima = ((hashed[:, None] * factors + shifts) % np.uint64(_PRIME)).min(axis=0)
        for band, part in enumerate(minima.reshape(BANDS, -1)):
            key = (band, part.tobytes())
            first = buckets.setdefault(key, index)
            if root(first) != root(index) and _alike(shingled[first], shingles):
                family[root(index)] = root(first)
    return np.unique([root(index) for index in range(len(texts))], return_inverse=True)[1]


def _shingles(text: str) -> set[str]:
    words = words_of(text)
    return {" ".join(words[start : start + SHINGLE]) for start in range(max(1, len(words) - SHINGLE + 1))}


def _alike(one: set[str], other: set[str]) -> bool:
    shared = len(one & other)
    return shared >= LIKENESS * (len(one) + len(other) - shared)
