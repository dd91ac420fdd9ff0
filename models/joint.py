"""What the tiers say together: logistic regressions over the values of both, the turns of phrase and the surroundings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from models.columns import COLUMN, KINDS
from models.context import context_values
from models.phrases import patterns, phrase_counts
from models.vectorising import ClauseText

Floats = npt.NDArray[np.float32]

MOST_COUNTED = 3
"""A turn of phrase that occurs more often than this says nothing new."""

BOUND = 12.0
"""Log-odds beyond this are all the same: certain."""


def sigmoid(values: Floats) -> Floats:
    """Probabilities of log-odds, without overflow."""
    return (1 / (1 + np.exp(-np.clip(values, -30, 30)))).astype(np.float32)


def surroundings(clauses: Sequence[ClauseText], fast: Floats) -> Floats:
    """What both regressions see besides the tiers: turns of phrase, the clauses around, and where the two meet.

    "Niet van toepassing" means an exemption beside a permit and a limit beside a right, so for phrases of exception the
    probabilities of the clauses pointed at are given once more.

    Args:
        clauses: those of one regulation together.
        fast: values of the fast tier, *shape* (clauses, columns).

    Returns:
        *Shape:* (clauses, features), float32.
    """
    texts = [clause.text for clause in clauses]
    phrases = np.minimum(phrase_counts(texts), MOST_COUNTED)
    around = context_values([clause.ref for clause in clauses], texts, sigmoid(fast))
    excepting = [index for index, pattern in enumerate(patterns()) if pattern.sense == "exception"]
    excepts = (phrases[:, excepting].sum(axis=1, keepdims=True) > 0).astype(np.float32)
    meeting = excepts * around[:, [COLUMN[name] for name in KINDS]]
    return np.hstack([phrases, around, meeting])


@dataclass(frozen=True)
class Joint:
    """One logistic regression per column.

    Attributes:
        mean, scale: standardisation of the features, *shape* (features,).
        weights: *shape* (features, columns).
        bias: *shape* (columns,).
    """

    mean: Floats
    scale: Floats
    weights: Floats
    bias: Floats

    def values(self, features: Floats) -> Floats:
        """Log-odds. *Shape:* (clauses, features) to (clauses, columns), float32."""
        return (((features - self.mean) / self.scale) @ self.weights + self.bias).astype(np.float32)


def features_of(tiers: Sequence[Floats], around: Floats) -> Floats:
    """Values of one or both tiers beside the surroundings. *Shape:* (clauses, features), float32."""
    return np.hstack([*(np.clip(values, -BOUND, BOUND) for values in tiers), around]).astype(np.float32)
