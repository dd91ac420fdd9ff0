"""Which activities a clause regulates, beyond the phrases of the list: learnt from sections that readers labelled."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

Floats = npt.NDArray[np.float32]

PHRASES = 0.4
"""How much a phrase of the list is believed beside what was learnt, which has seen the phrases too."""

LEAST = 0.05
"""Below this a clause does not speak of an activity at all: an index of half a million clauses holds only what is said."""


@dataclass(frozen=True)
class RegulatedClassifier:
    """A ridge regression per activity over the stems of a clause (text, heading and title) and the phrases found in it.

    Attributes:
        stems: *shape* (vocabulary, activities).
        phrases: *shape* (activities, activities).
        bias: *shape* (activities,).
    """

    stems: Floats
    phrases: Floats
    bias: Floats

    def matrix(self, words: sp.csr_matrix, phrases: sp.csr_matrix) -> sp.csr_matrix:
        """How strongly each clause speaks of each activity.

        Args:
            words: stems of the clauses, rows of unit length, *shape* (clauses, vocabulary).
            phrases: how strongly phrases of the list say so, *shape* (clauses, activities), 0..1.

        Returns:
            *Shape:* (clauses, activities), float32, 0..1.
        """
        learnt = np.clip(words @ self.stems + phrases @ self.phrases + self.bias, 0, 1)
        both = 1 - (1 - learnt) * (1 - PHRASES * phrases.toarray())
        both[both < LEAST] = 0
        return sp.csr_matrix(both.astype(np.float32))

    def to_arrays(self) -> dict[str, npt.NDArray[np.float16 | np.float32]]:
        """Numbers, weights in half precision."""
        return {"stems": self.stems.astype(np.float16), "phrases": self.phrases.astype(np.float16), "bias": self.bias}

    @classmethod
    def from_arrays(cls, arrays: dict[str, npt.NDArray[np.float32]]) -> RegulatedClassifier:
        """The classifier that to_arrays described."""
        return cls(
            stems=arrays["stems"].astype(np.float32),
            phrases=arrays["phrases"].astype(np.float32),
            bias=arrays["bias"].astype(np.float32),
        )
