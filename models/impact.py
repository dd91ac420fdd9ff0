"""Impact order: for every stem and every activity, its clauses, those first of which it says most (Zobel and Moffat 2006).

It says most where it weighs most in the clause, times how much the clause promises to matter to anybody at all.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

from models.columns import COLUMN, RELIEFS

Floats = npt.NDArray[np.float32]

SORTED = 4_000_000
"""Entries that are put in order at a time: bounds the memory that it takes."""


@dataclass(frozen=True)
class ImpactOrder:
    """The rows of every column of a matrix, by falling impact; equal ones by rising row.

    Attributes:
        impacts: above 0, *shape* (entries,).
        rows: of which, *shape* (entries,).
        starts: where the entries of each column begin, and the end, *shape* (columns + 1,).
    """

    impacts: Floats
    rows: npt.NDArray[np.int32]
    starts: npt.NDArray[np.int64]


def promise(probabilities: npt.NDArray[np.floating]) -> Floats:
    """How much clauses promise to matter to anybody: the larger of P(any strength) and P(any relief).

    Args:
        probabilities: of the clause model, *shape* (clauses, columns).

    Returns:
        *Shape:* (clauses,), 0..1.
    """
    columns = [COLUMN["any"], *(COLUMN[name] for name in RELIEFS)]
    largest: Floats = np.asarray(probabilities[:, columns], dtype=np.float32).max(axis=1)
    return largest


def impact_order(matrix: sp.csr_matrix, worth: Floats) -> ImpactOrder:
    """Put the rows of every column in order of value times the worth of the row; those of no worth are left out.

    Args:
        matrix: *shape* (rows, columns), not negative.
        worth: *shape* (rows,).
    """
    by_column = matrix.tocsc()
    impacts = (by_column.data * worth[by_column.indices]).astype(np.float32, copy=False)
    kept = impacts > 0
    starts = np.concatenate([[0], np.cumsum(kept)])[by_column.indptr].astype(np.int64)
    impacts, rows = impacts[kept], by_column.indices[kept].astype(np.int32, copy=False)
    first, columns = 0, len(starts) - 1
    while first < columns:
        end = max(first + 1, int(np.searchsorted(starts, starts[first] + SORTED, side="right")) - 1)
        span = slice(starts[first], starts[end])
        order = np.lexsort((-impacts[span], np.repeat(np.arange(end - first), np.diff(starts[first : end + 1]))))
        impacts[span], rows[span] = impacts[span][order], rows[span][order]
        first = end
    return ImpactOrder(impacts, rows, starts)
