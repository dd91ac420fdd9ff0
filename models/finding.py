"""Which clauses are worth a closer look: a few thousand out of half a million.

An inverted index (Zobel and Moffat 2006) with impact-ordered lists: for every stem, and for every activity, the clauses of
which it says most, weighed by how much a clause promises to matter at all (a barrier or a relief, and not repealed). Lists are
cut off, so the work for one initiative depends on the length of its lists and hardly on the size of the store.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

from models.columns import COLUMN, RELIEFS
from models.index import ClauseFeatures

Floats = npt.NDArray[np.float32]

LISTED = 3_000
"""Clauses kept for every stem and every activity."""

STEMS = 60
"""Stems that are looked up for one initiative, the heaviest first."""

BY_WORDS, BY_ACTIVITY = 2_500, 1_500
"""Clauses that each way of looking may bring."""

SAMPLED = 50_000
"""Rows off which is read where the best begin."""


class Finder:
    """Candidates for an initiative, from the features of all clauses."""

    def __init__(self, features: ClauseFeatures, repealed: npt.NDArray[np.bool_]) -> None:
        self._size = len(repealed)
        worth = promise(features)
        worth[repealed] = 0.0
        self._words = impact_lists(features.words, worth)
        self._activities = impact_lists(features.activities, worth)

    def candidates(self, directions: npt.NDArray[Any], activities: npt.NDArray[Any]) -> npt.NDArray[np.bool_]:
        """Which rows words or activities bring. *Shape:* (clauses,).

        Args:
            directions: what is looked for in words, *shape* (directions, vocabulary).
            activities: P(activity) of the initiative, *shape* (activities,).
        """
        marked = np.zeros(self._size, dtype=bool)
        for direction in directions:
            stems = np.argpartition(-direction, min(STEMS, len(direction)) - 1)[:STEMS]
            marked |= _best(_scores(self._words, stems[direction[stems] > 0], direction), BY_WORDS)
        marked |= _best(_scores(self._activities, np.flatnonzero(activities > 0), activities), BY_ACTIVITY)
        return marked


def promise(features: ClauseFeatures) -> Floats:
    """How much clauses promise to matter to anybody: the larger of P(any strength) and P(any relief). *Shape:* (clauses,)."""
    columns = [COLUMN["any"], *(COLUMN[name] for name in RELIEFS)]
    largest: Floats = np.asarray(features.probabilities[:, columns], dtype=np.float32).max(axis=1)
    return largest


def impact_lists(matrix: sp.csr_matrix, worth: Floats, *, listed: int = LISTED) -> sp.csr_matrix:
    """The best rows of every column: by value times the worth of the row.

    Args:
        matrix: *shape* (rows, columns), not negative.
        worth: *shape* (rows,).
        listed: how many rows a column keeps.

    Returns:
        *Shape:* (columns, rows), float32: in each row the list of one column.
    """
    by_column = matrix.tocsc()
    impact = by_column.data * worth[by_column.indices]
    starts, kept = [0], []
    for start, end in pairwise(by_column.indptr):
        own = impact[start:end]
        place = np.argpartition(-own, listed - 1)[:listed] if end - start > listed else np.arange(end - start)
        place = np.sort(place[own[place] > 0])  # scores are then added from front to back, which memory likes
        kept.append(start + place)
        starts.append(starts[-1] + len(place))
    chosen = np.concatenate(kept) if kept else np.zeros(0, dtype=np.int64)
    return sp.csr_matrix(
        (impact[chosen].astype(np.float32), by_column.indices[chosen].astype(np.int32), np.array(starts, dtype=np.int32)),
        shape=matrix.shape[::-1],
    )


def _scores(lists: sp.csr_matrix, chosen: npt.NDArray[np.int64], weights: npt.NDArray[Any]) -> npt.NDArray[np.float64]:
    """Sum over some lists, each times its weight, for every row. *Shape:* (rows,)."""
    some = lists[chosen]
    factors = np.repeat(weights[chosen], np.diff(some.indptr))
    return np.bincount(some.indices, weights=some.data * factors, minlength=lists.shape[1]).astype(np.float64, copy=False)


def _best(scores: npt.NDArray[np.float64], count: int) -> npt.NDArray[np.bool_]:
    """Which scores are among the highest, all above 0: so many, or about so many of a large store. *Shape:* as scores.

    Where to cut is read off a part of the rows, spread evenly: to sort all of them would take longer than to score them.
    """
    step = max(1, len(scores) // SAMPLED)
    sample = scores[::step]
    sample = sample[sample > 0]
    most = count // step
    if len(sample) <= most:
        return scores > 0
    least = float(np.partition(sample, len(sample) - most)[len(sample) - most])
    return scores >= least
