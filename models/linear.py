"""The fast tier: a linear classifier over sparse word features, one output per column."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from models.vectorising import ClauseText, ClauseVectoriser

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True)
class LinearTier:
    """Reads ten thousand clauses a second, word by word.

    Attributes:
        vectoriser: fitted features.
        weights: *shape* (features, columns), float32.
        bias: *shape* (columns,).
        slope, offset: Platt scaling (Platt 1999) of the values, *shape* (columns,).
    """

    vectoriser: ClauseVectoriser
    weights: Floats
    bias: Floats
    slope: Floats
    offset: Floats

    def values(self, clauses: Sequence[ClauseText]) -> Floats:
        """Calibrated log-odds. *Shape:* (clauses, columns), float32."""
        values = self.vectoriser.transform(clauses) @ self.weights + self.bias
        return np.asarray(values * self.slope + self.offset, dtype=np.float32)
