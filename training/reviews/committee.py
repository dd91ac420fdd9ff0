"""Models of the barrier kinds that learnt from other regulations each: where they differ, an answer teaches most.

Query by committee (Seung et al. 1992). The members are those of a grouped cross-validation, so they come for nothing where one
is made anyhow, and what each says of the regulations that it did not see tells how far it can be believed.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression

from models.columns import BARRIERS, COLUMNS
from models.joint import sigmoid
from training.clause_examples import MISSING
from training.clause_fitting import NEVER, REGULARISATION, expected_thresholds, platt
from training.splits import grouped_folds

MEMBERS = 3

Floats = npt.NDArray[np.float32]
Targets = npt.NDArray[np.int8]
Rows = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Regressions:
    """A logistic regression per barrier kind.

    Attributes:
        weights: *shape* (features, kinds).
        bias: *shape* (kinds,).
    """

    weights: npt.NDArray[np.float64]
    bias: npt.NDArray[np.float64]

    @classmethod
    def fit(cls, features: sp.csr_matrix, targets: Targets, *, threads: int = 1) -> Regressions:
        """Learn.

        *Shape:* (clauses, features), and (clauses, kinds) of 1, 0 or MISSING. A kind without example is never said.
        With more threads than one it is faster, and its last digits differ from time to time: they share their chance.
        """

        def fit(column: int) -> tuple[npt.NDArray[np.float64], float]:
            known = targets[:, column] != MISSING
            own = targets[known, column]
            if len(set(own.tolist())) < 2:
                return np.zeros(features.shape[1]), NEVER
            # In the dual form it is faster, and comes out at the same weights.
            model = LogisticRegression(
                C=REGULARISATION, solver="liblinear", class_weight="balanced", random_state=0, dual=True, max_iter=200
            )
            return (fitted := model.fit(features[known], own)).coef_[0], float(fitted.intercept_[0])

        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)  # the last digits of a weight
            with ThreadPoolExecutor(threads) as pool:  # liblinear works without the interpreter lock
                parts = list(pool.map(fit, range(targets.shape[1])))
        return cls(np.column_stack([weights for weights, _ in parts]), np.array([bias for _, bias in parts]))

    def values(self, features: sp.csr_matrix) -> Floats:
        """Log-odds, not calibrated. *Shape:* (clauses, kinds)."""
        return np.asarray(features @ self.weights + self.bias, dtype=np.float32)


@dataclass(frozen=True)
class Committee:
    """What cross-validation leaves.

    Attributes:
        members: each learnt without one part of the regulations.
        slope, offset: calibration (Platt) of what they say; *shape* (kinds,).
        thresholds: probabilities from which a kind is decided, as retraining chooses them; *shape* (kinds,).
        positives, f1: examples of each kind, and how well it is decided on regulations that were not seen; *shape* (kinds,).
    """

    members: tuple[Regressions, ...]
    slope: Floats
    offset: Floats
    thresholds: Floats
    positives: npt.NDArray[np.float64]
    f1: npt.NDArray[np.float64]

    @classmethod
    def fit(cls, features: sp.csr_matrix, targets: Targets, groups: Sequence[str], *, threads: int = 1) -> Committee:
        """Learn.

        Args:
            features: *shape* (clauses, features).
            targets: *shape* (clauses, barrier kinds); 1, 0 or MISSING.
            groups: of every clause its regulation; there are at least ``MEMBERS``.
            threads: see ``Regressions.fit``.
        """
        unseen, members = np.zeros(targets.shape, dtype=np.float32), list[Regressions]()
        for train, test in grouped_folds(list(groups), folds=MEMBERS, seed=0):
            members.append(Regressions.fit(features[train], targets[train], threads=threads))
            unseen[test] = members[-1].values(features[test])
        slope, offset = (part[: len(BARRIERS)] for part in platt(_all_columns(unseen), _all_columns(targets, MISSING)))
        chances = sigmoid(unseen * slope + offset)
        thresholds = expected_thresholds(_all_columns(chances), _all_columns(targets, MISSING))[: len(BARRIERS)]
        known, positives = targets != MISSING, (targets == 1).sum(axis=0).astype(np.float64)
        thresholds[positives == 0] = 0.5  # and no chance is as high
        return cls(
            members=tuple(members),
            slope=slope,
            offset=offset,
            thresholds=thresholds,
            positives=positives,
            f1=f1_of(targets == 1, (chances >= thresholds) & known),
        )

    def disagreement(self, features: sp.csr_matrix) -> Floats:
        """Standard deviation of the probabilities that the members give. *Shape:* (clauses, kinds), 0..0.5."""
        said = np.stack([sigmoid(member.values(features) * self.slope + self.offset) for member in self.members])
        return np.asarray(said.std(axis=0), dtype=np.float32)


def f1_of(truth: npt.NDArray[np.bool_], guess: npt.NDArray[np.bool_]) -> npt.NDArray[np.float64]:
    """F1 of every column, 0 where nothing is true or claimed."""
    both = truth.sum(axis=0) + guess.sum(axis=0)
    return np.asarray(2 * (truth & guess).sum(axis=0) / np.maximum(both, 1), dtype=np.float64)


def _all_columns(own: npt.NDArray[Any], fill: float = 0.0) -> npt.NDArray[Any]:
    """The barrier kinds, which come first, with the other columns left empty."""
    whole = np.full((len(own), len(COLUMNS)), fill, dtype=own.dtype)
    whole[:, : len(BARRIERS)] = own
    return whole
