"""What more labels would bring: the fast tier on growing shares of the regulations."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from models.columns import COLUMNS
from training.clause_examples import ClauseExamples
from training.clause_fitting import fit_linear, folds_of, platt
from training.clause_measures import headline
from training.ladder import scored

SHARES = (0.125, 0.25, 0.5, 1.0)


def learning_curve(
    data: ClauseExamples, *, seed: int = 0, say: Callable[[str], None] = lambda line: None
) -> list[dict[str, float]]:
    """Quality of the fast tier on one fold of unseen regulations, by number of labels.

    Returns:
        For each of SHARES the number of labels and the headline figures.
    """
    train, test = folds_of(data, seed=seed)[0]
    order = np.random.default_rng(seed).permutation(sorted({data.groups[row] for row in train}))
    points = []
    for share in SHARES:
        chosen = set(order[: max(1, round(share * len(order)))].tolist())
        rows = np.array([row for row in train if data.groups[row] in chosen], dtype=np.int64)
        tier = fit_linear(data[rows])
        values = np.zeros((len(data), len(COLUMNS)), dtype=np.float32)
        values[test] = tier.values([data.texts[row] for row in test])
        slope, offset = platt(values[test], data.targets[test])
        points.append({"labels": float(len(rows)), **headline(scored(data, test, values[test] * slope + offset))})
        say(f"learning curve: {len(rows)} labels")
    return points
