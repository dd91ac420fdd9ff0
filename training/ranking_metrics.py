"""How good a ranking of clauses is, against grades."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


def ndcg(order: Floats, gains: Floats, *, at: int = 20) -> float:
    """Normalised discounted cumulative gain (Järvelin and Kekäläinen 2002), linear gains.

    Args:
        order: what the clauses are ordered by, *shape* (clauses,).
        gains: the grade of each clause, 0..3, *shape* (clauses,).
        at: how many clauses are looked at.

    Returns:
        0..1; 0 when no clause has a grade.
    """
    top = np.argsort(-order, kind="stable")[:at]
    discount = 1 / np.log2(np.arange(2, at + 2))
    ideal = np.sort(gains)[::-1][:at]
    best = float((ideal * discount[: len(ideal)]).sum())
    return float((gains[top] * discount[: len(top)]).sum()) / best if best else 0.0


def recall(order: Floats, relevant: npt.NDArray[np.bool_], *, at: int) -> float:
    """Share of the relevant clauses that stand among the first; nan when none is relevant."""
    if not relevant.any():
        return float("nan")
    return float(relevant[np.argsort(-order, kind="stable")[:at]].sum() / relevant.sum())


def precision(order: Floats, relevant: npt.NDArray[np.bool_], *, at: int) -> float:
    """Share of the first clauses that are relevant."""
    return float(relevant[np.argsort(-order, kind="stable")[:at]].mean())


def calibration_error(probability: Floats, truth: npt.NDArray[np.bool_], *, bins: int = 15) -> float:
    """Expected calibration error (Naeini et al. 2015) over bins that hold equally many clauses, 0..1."""
    order = np.argsort(probability)
    parts = np.array_split(order, bins)
    gaps = [abs(probability[part].mean() - truth[part].mean()) * len(part) for part in parts if len(part)]
    return float(sum(gaps) / len(probability))


def interval(values: list[float], *, seed: int = 0, draws: int = 2000) -> tuple[float, float, float]:
    """Mean with a 95% bootstrap interval over initiatives: (mean, low, high); nan values are left out."""
    known = np.array([value for value in values if not np.isnan(value)])
    means = np.random.default_rng(seed).choice(known, size=(draws, len(known))).mean(axis=1)
    return float(known.mean()), float(np.quantile(means, 0.025)), float(np.quantile(means, 0.975))
