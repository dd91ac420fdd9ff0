"""Which labels are worth reading again: where what a model says of unseen clauses contradicts them (confident learning).

Source: Northcutt, Jiang and Chuang 2021, as implemented in cleanlab. It points; people decide by reading.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from models.columns import COLUMN, KINDS
from training.clause_examples import MISSING, ClauseExamples

LEAST = 5
"""Clauses with a kind, and without, from which a model can contradict a label at all."""


@dataclass(frozen=True, kw_only=True)
class Doubt:
    """A label that is worth reading again."""

    ref: str
    kinds: tuple[str, ...]  # the kinds in doubt, most doubtful first
    weight: float  # how far model and label are apart, 0..1


def doubtful_labels(
    data: ClauseExamples, probabilities: npt.NDArray[np.float32], *, kinds: Sequence[str] = KINDS
) -> list[Doubt]:
    """Labels in doubt, most doubtful first.

    Args:
        data: labelled clauses.
        probabilities: what a model said of each without having seen its regulation, *shape* (clauses, columns).
        kinds: that are looked at; clauses of which one of them is not known are left out.
    """
    from cleanlab.filter import find_label_issues

    columns = [COLUMN[name] for name in kinds]
    rows = np.flatnonzero((data.targets[:, columns] != MISSING).all(axis=1))
    doubts: dict[int, list[tuple[float, str]]] = {}
    for name in kinds:
        labels, chance = data.targets[rows, COLUMN[name]], probabilities[rows, COLUMN[name]]
        if min((labels == 1).sum(), (labels == 0).sum()) < LEAST:
            continue
        for place in find_label_issues(
            labels, np.column_stack([1 - chance, chance]), return_indices_ranked_by="self_confidence", n_jobs=1
        ):
            doubts.setdefault(int(place), []).append((abs(float(labels[place] - chance[place])), name))
    found = [
        Doubt(
            ref=data.texts[rows[place]].ref,
            kinds=tuple(name for _, name in sorted(own, reverse=True)),
            weight=max(weight for weight, _ in own),
        )
        for place, own in doubts.items()
    ]
    return sorted(found, key=lambda doubt: (-doubt.weight, doubt.ref))
