"""Which clauses are worth a closer look: a few thousand out of half a million.

An inverted index (Zobel and Moffat 2006) with impact-ordered lists: for every stem, and for every activity, the clauses of
which it says most, weighed by how much a clause promises to matter at all (a barrier or a relief, and not repealed). Lists are
cut off, so the work for one initiative depends on the length of its lists and hardly on the size of the store.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

from models.columns import COLUMN, RELIEFS
from models.index import ClauseFeatures

Floats = npt.NDArray[np.float32]
Rows = npt.NDArray[np.int64]

LISTED = 3_000
"""Clauses kept for every stem and every activity."""

STEMS = 60
"""Stems that are looked up for one initiative, the heaviest first."""

BY_WORDS, BY_ACTIVITY = 2_500, 1_500
"""Clauses that each way of looking may bring."""


@dataclass(frozen=True)
class Lists:
    """For every column of a matrix its best rows, best first, as in a compressed sparse column matrix.

    Attributes:
        starts: *shape* (columns + 1,).
        rows, weights: *shape* (entries,).
    """

    starts: npt.NDArray[np.int64]
    rows: npt.NDArray[np.int32]
    weights: Floats

    def scores(self, columns: Rows, weights: npt.NDArray[Any], size: int) -> Floats:
        """Sum over some columns, each times its weight, for every row. *Shape:* (size,)."""
        places = [np.arange(self.starts[column], self.starts[column + 1]) for column in columns]
        if not places:
            return np.zeros(size, dtype=np.float32)
        inside = np.concatenate(places)
        factor = np.repeat(weights, [len(place) for place in places])
        return np.bincount(self.rows[inside], weights=self.weights[inside] * factor, minlength=size).astype(np.float32)


class Finder:
    """Candidates for an initiative, from the features of all clauses."""

    def __init__(self, features: ClauseFeatures, repealed: npt.NDArray[np.bool_]) -> None:
        self._size = len(repealed)
        worth = promise(features)
        worth[repealed] = 0.0
        self._words = impact_lists(features.words, worth)
        self._activities = impact_lists(features.activities, worth)

    def candidates(self, directions: npt.NDArray[Any], activities: npt.NDArray[Any]) -> Rows:
        """Rows that words or activities bring, ascending.

        Args:
            directions: what is looked for in words, *shape* (directions, vocabulary).
            activities: P(activity) of the initiative, *shape* (activities,).
        """
        found = []
        for direction in directions:
            heaviest = np.argsort(-direction)[:STEMS]
            heaviest = heaviest[direction[heaviest] > 0]
            found.append(_best(self._words.scores(heaviest, direction[heaviest], self._size), BY_WORDS))
        named = np.flatnonzero(activities > 0)
        found.append(_best(self._activities.scores(named, activities[named], self._size), BY_ACTIVITY))
        return np.unique(np.concatenate(found))


def promise(features: ClauseFeatures) -> Floats:
    """How much clauses promise to matter to anybody: the larger of P(any strength) and P(any relief). *Shape:* (clauses,)."""
    columns = [COLUMN["any"], *(COLUMN[name] for name in RELIEFS)]
    largest: Floats = np.asarray(features.probabilities[:, columns], dtype=np.float32).max(axis=1)
    return largest


def impact_lists(matrix: sp.csr_matrix, worth: Floats, *, listed: int = LISTED) -> Lists:
    """The best rows of every column: by value times the worth of the row.

    Args:
        matrix: *shape* (rows, columns), not negative.
        worth: *shape* (rows,).
        listed: how many rows a column keeps.
    """
    by_column = matrix.tocsc()
    impact = by_column.data * worth[by_column.indices]
    starts, kept = [0], []
    for column in range(by_column.shape[1]):
        start, end = by_column.indptr[column], by_column.indptr[column + 1]
        own = impact[start:end]
        place = np.argpartition(-own, listed - 1)[:listed] if end - start > listed else np.arange(end - start)
        place = place[own[place] > 0]
        kept.append(start + place)
        starts.append(starts[-1] + len(place))
    chosen = np.concatenate(kept) if kept else np.zeros(0, dtype=np.int64)
    return Lists(
        starts=np.array(starts, dtype=np.int64),
        rows=by_column.indices[chosen].astype(np.int32),
        weights=impact[chosen].astype(np.float32),
    )


def _best(scores: Floats, count: int) -> Rows:
    found = np.flatnonzero(scores)
    if len(found) > count:
        found = found[np.argpartition(-scores[found], count - 1)[:count]]
    return found
