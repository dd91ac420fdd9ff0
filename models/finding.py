"""Which clauses are worth a closer look: a few thousand out of half a million.

An inverted index (Zobel and Moffat 2006) with impact-ordered lists: for every stem, and for every activity, the clauses of
which it says most, weighed by how much a clause promises to matter at all (a barrier or a relief, and not repealed). Lists are
cut off, so the work for one initiative depends on the length of its lists and hardly on the size of the store. A list is put
together, out of those of the parts of a store, when it is first asked for.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from models.impact import ImpactOrder
from models.index import ClauseFeatures

Floats = npt.NDArray[np.float32]

LISTED = 3_000
"""Clauses kept for every stem and every activity."""

LISTS = 3_000
"""Lists that are kept when they were put together: at most 24 kilobytes each."""

STEMS = 60
"""Stems that are looked up for one initiative, the heaviest first."""

BY_WORDS, BY_ACTIVITY = 2_500, 1_500
"""Clauses that each way of looking may bring."""

SAMPLED = 50_000
"""Rows off which is read where the best begin."""


class ImpactLists:
    """The best rows of every column, over all parts of a store.

    Args:
        parts: of each part its impact order, and for every row of it the row among all, *shape* (rows of the part,): -1 for one
            that was replaced. None where both are the same.
        listed: how many rows a column keeps.
    """

    def __init__(self, parts: Sequence[tuple[ImpactOrder, npt.NDArray[np.int32] | None]], *, listed: int = LISTED) -> None:
        self._parts = parts
        self._listed = listed
        self.best = lru_cache(maxsize=LISTS)(self._best)

    def _best(self, column: int) -> tuple[npt.NDArray[np.int32], Floats]:
        """The rows of largest impact of a column, ascending, with their impact; of equal ones the first rows."""
        pieces = [self._living(order, row_of, column) for order, row_of in self._parts]
        rows, impacts = (np.concatenate(both) for both in zip(*pieces, strict=True))
        if len(rows) > self._listed:
            chosen = np.lexsort((rows, -impacts))[: self._listed]
            rows, impacts = rows[chosen], impacts[chosen]
        place = np.argsort(rows)  # scores are then added from front to back, which memory likes
        return rows[place], impacts[place]

    def _living(
        self, order: ImpactOrder, row_of: npt.NDArray[np.int32] | None, column: int
    ) -> tuple[npt.NDArray[np.int32], Floats]:
        """The first rows of a list that are in use, as many as are kept."""
        start, end = order.starts[column], order.starts[column + 1]
        if row_of is None:
            end = min(end, start + self._listed)
            return order.rows[start:end], order.impacts[start:end]
        window = self._listed
        while True:
            rows = row_of[order.rows[start : min(start + window, end)]]
            living = np.flatnonzero(rows >= 0)[: self._listed]
            if len(living) == self._listed or start + window >= end:
                return rows[living], order.impacts[start + living]
            window *= 2  # rows that were replaced took places in the list


class Finder:
    """Candidates for an initiative, from the features of all clauses."""

    def __init__(self, features: ClauseFeatures, repealed: npt.NDArray[np.bool_]) -> None:
        self._size = len(repealed)
        self._words, self._activities = (ImpactLists(parts) for parts in features.impact_orders(repealed))

    def candidates(self, directions: npt.NDArray[Any], activities: npt.NDArray[Any]) -> npt.NDArray[np.bool_]:
        """Which rows words or activities bring. *Shape:* (clauses,).

        Args:
            directions: what is looked for in words, *shape* (directions, vocabulary).
            activities: P(activity) of the initiative, *shape* (activities,).
        """
        marked = np.zeros(self._size, dtype=bool)
        for direction in directions:
            stems = np.argpartition(-direction, min(STEMS, len(direction)) - 1)[:STEMS]
            marked |= _best(self._scores(self._words, stems[direction[stems] > 0], direction), BY_WORDS)
        marked |= _best(self._scores(self._activities, np.flatnonzero(activities > 0), activities), BY_ACTIVITY)
        return marked

    def _scores(self, lists: ImpactLists, chosen: npt.NDArray[np.int64], weights: npt.NDArray[Any]) -> npt.NDArray[np.float64]:
        """Sum over some lists, each times its weight, for every row. *Shape:* (rows,)."""
        if not len(chosen):
            return np.zeros(self._size)
        rows, impacts = zip(*(lists.best(int(column)) for column in chosen), strict=True)
        factors = np.repeat(weights[chosen], [len(own) for own in rows])
        added = np.bincount(np.concatenate(rows), weights=np.concatenate(impacts) * factors, minlength=self._size)
        return added.astype(np.float64, copy=False)


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
