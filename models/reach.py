"""How many initiatives meet a clause at all, before anybody looks at one of them.

Much of the law is never met by citizens; a few clauses are met by nearly all. In a regulation that no grader saw, knowing which
is which says more than any likeness of words.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

from models.columns import COLUMNS
from models.joint import softened_log_odds

Floats = npt.NDArray[np.float32]

ODDS_SCALE = 0.15
"""Weight of a log-odds of the clause model beside stems, in fitting: they are some tens of columns of large numbers."""


@dataclass(frozen=True)
class ReachModel:
    """A ridge regression over the stems of a clause, what the clause model says of it, and the activities it speaks of.

    Attributes:
        stems: *shape* (vocabulary,).
        odds: *shape* (columns of the clause model,).
        activities: *shape* (activities,).
        bias: what a clause starts with.
    """

    stems: Floats
    odds: Floats
    activities: Floats
    bias: float

    def expected(self, words: sp.csr_matrix, probabilities: Floats, activities: sp.csr_matrix) -> Floats:
        """The reach of clauses: log(1 + initiatives in a hundred that meet it).

        Args:
            words: stems, rows of unit length, *shape* (clauses, vocabulary).
            probabilities: of the clause model, *shape* (clauses, columns).
            activities: *shape* (clauses, activities), 0..1.

        Returns:
            *Shape:* (clauses,), float32; about 0..4.6, a little below 0 where nobody meets it.
        """
        told = words @ self.stems + log_odds(probabilities) @ self.odds + activities @ self.activities + self.bias
        return np.asarray(told, dtype=np.float32)

    @classmethod
    def none(cls, *, stems: int, activities: int) -> ReachModel:
        """A model that knows nothing: nobody meets anything."""
        none = np.zeros(stems, np.float32), np.zeros(len(COLUMNS), np.float32), np.zeros(activities, np.float32)
        return cls(stems=none[0], odds=none[1], activities=none[2], bias=0.0)

    def to_arrays(self) -> dict[str, npt.NDArray[np.float32]]:
        """Numbers."""
        bias = np.array([self.bias], dtype=np.float32)
        return {"stems": self.stems, "odds": self.odds, "activities": self.activities, "bias": bias}

    @classmethod
    def from_arrays(cls, arrays: dict[str, npt.NDArray[np.float32]]) -> ReachModel:
        """The model that to_arrays described."""
        return cls(arrays["stems"], arrays["odds"], arrays["activities"], float(arrays["bias"][0]))


def log_odds(probabilities: Floats) -> Floats:
    """Log-odds of probabilities, on the scale of ``ODDS_SCALE``, never infinite. *Shape:* as given."""
    return (ODDS_SCALE * softened_log_odds(probabilities)).astype(np.float32)
