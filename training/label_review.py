"""Which labels are worth reading again: where what a model says of unseen clauses contradicts them (confident learning).

Source: Northcutt, Jiang and Chuang 2021, as implemented in cleanlab. It points; people decide by reading.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from models.columns import COLUMN, KINDS
from training.clause_examples import ClauseExamples


@dataclass(frozen=True, kw_only=True)
class Doubt:
    """A label that is worth reading again."""

    ref: str
    kinds: tuple[str, ...]  # the kinds in doubt, most doubtful first
    weight: float  # how far model and label are apart, 0..1


def doubtful_labels(data: ClauseExamples, probabilities: npt.NDArray[np.float32]) -> list[Doubt]:
    """Labels in doubt, most doubtful first.

    Args:
        data: labelled clauses.
        probabilities: what a model said of each without having seen its regulation, *shape* (clauses, columns).

    Raises:
        UsageError: the extra ``train`` is not installed.
    """
    from training.extras import require_training_extra

    require_training_extra()
    from cleanlab.filter import find_label_issues

    rows = data.labelled
    doubts: dict[int, list[tuple[float, str]]] = {}
    for name in KINDS:
        labels, chance = data.targets[rows, COLUMN[name]], probabilities[rows, COLUMN[name]]
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
