"""What each group of signals is worth to the ranking: alone, and left out.

Candidates are found as always; only what ranks them changes. A product of two signals goes with either of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from models.ranking import (
    CONTENT_SIGNALS,
    MEMORY_SIGNALS,
    RECALLED_GRADE,
    TARGETS,
    Asked,
    Grade,
    Memory,
    Query,
    Space,
    candidates,
    rarity_of,
    signals,
)
from training.evaluating import FOLDS, graded_tables
from training.ranking_fitting import Examples, part_of, targets_of
from training.ranking_metrics import interval, ndcg
from training.splits import grouped_folds

GROUPS: dict[str, tuple[str, ...]] = {
    "graders of the clause": tuple(name for name in MEMORY_SIGNALS if name.startswith(("grade", "zero", "room"))),
    "graders of what stands around it": tuple(
        name for name in MEMORY_SIGNALS if name.startswith(("article", "heading", "regulation"))
    ),
    "words": tuple(name for name in CONTENT_SIGNALS if "words" in name),
    "activities": tuple(name for name in CONTENT_SIGNALS if "activit" in name),
    "clause model": tuple(
        name for name in CONTENT_SIGNALS if {"any", "substantial", "stopping", "private", "relief"} & set(name.split("*"))
    ),
    "shape": ("repealed", "length"),
}
"""Signals of models.ranking by where they come from."""

NAMES = (*MEMORY_SIGNALS, *CONTENT_SIGNALS)

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class _Laid:
    """One initiative laid over the candidates of the others' memory."""

    rows: npt.NDArray[np.int64]
    values: Floats  # (rows, NAMES)


def ablation(
    queries: Sequence[Query], grades: Sequence[Grade], space: Space, *, seed: int = 0
) -> dict[str, dict[str, list[float]]]:
    """nDCG@20 on initiatives that were not seen, with some signals only.

    Returns:
        By group "alone" and "removed", each [mean, low, high] with a 95% bootstrap interval over initiatives; and under "all"
        the same of every signal together, as "alone".
    """
    everything = frozenset(NAMES)
    wanted = {("all", "alone"): everything}
    wanted |= {(name, "alone"): frozenset(own) for name, own in GROUPS.items()}
    wanted |= {(name, "removed"): everything - frozenset(own) for name, own in GROUPS.items()}
    found: dict[tuple[str, str], list[float]] = {key: [] for key in wanted}
    gains, _ = graded_tables(len(queries), grades, space)
    for train, test in grouped_folds([str(index) for index in range(len(queries))], folds=FOLDS, seed=seed):
        own, known = part_of(queries, grades, train)
        memory, rarity = Memory(own, known, space), rarity_of(space.features)
        learnt = [_laid(Asked.of(query, memory, rarity, without=n), memory, space) for n, query in enumerate(own)]
        asked = [_laid(Asked.of(queries[index], memory, rarity), memory, space) for index in test]
        judged = targets_of(own, known, space)
        for (name, how), chosen in wanted.items():
            columns = np.array([signal in chosen for signal in NAMES])
            found[name, how] += _measured(learnt, asked, judged, gains[test], columns, seed=seed)
    told: dict[str, dict[str, list[float]]] = {}
    for (name, how), values in found.items():
        told.setdefault(name, {})[how] = list(interval(values))
    return told


def _laid(asked: Asked, memory: Memory, space: Space) -> _Laid:
    rows = candidates(asked, memory, space)
    return _Laid(rows=rows, values=signals(asked, memory, space, rows)[0])


def _measured(
    learnt: Sequence[_Laid],
    asked: Sequence[_Laid],
    judged: Sequence[dict[int, Floats]],
    gains: Floats,
    columns: npt.NDArray[np.bool_],
    *,
    seed: int,
) -> list[float]:
    random, examples = np.random.default_rng(seed), Examples([], [], [])
    for one, own in zip(learnt, judged, strict=True):
        examples.take(np.where(columns, one.values, 0.0), own, one.rows, random, promise=one.values)
    ranker = examples.fit(seed)
    result = []
    for one, gain in zip(asked, gains, strict=True):
        order = np.zeros(len(gain))
        order[one.rows] = ranker.probabilities(np.where(columns, one.values, 0.0))[:, : len(TARGETS) - 1].sum(axis=1)
        if columns[RECALLED_GRADE]:
            order[one.rows] += one.values[:, RECALLED_GRADE]
        result.append(ndcg(order, gain, at=20))
    return result
