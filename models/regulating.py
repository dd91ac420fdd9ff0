"""Which clauses of a store speak of an activity."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from models.columns import COLUMN
from models.ranking import Space

SPEAKS = 0.3
"""How strongly a clause speaks of an activity, 0..1, to be one on that activity. On labelled sections of regulations that were
not learnt from, 57% of what is told from here on is right, and 69% of what readers named is told (phrases alone: 31%, 47%)."""


@dataclass(frozen=True, kw_only=True)
class Regulating:
    """A clause on an activity, as the index of the store holds it."""

    ref: str
    weight: float  # how strongly it speaks of the activity, 0..1
    promise: float  # at first sight, the largest probability of the kinds that were asked for, 0..1


def regulating(space: Space, activity: int, kinds: Sequence[str]) -> list[Regulating]:
    """The clauses in force on an activity, in the order of the store.

    Args:
        space: of the store.
        activity: its column in the features.
        kinds: what is looked for in them.
    """
    rows, weights = space.features.speaking(activity)
    chosen = (weights >= SPEAKS) & ~space.repealed[rows]
    rows, weights = rows[chosen], weights[chosen]
    probabilities = space.features.probabilities_of(rows)
    promise = probabilities[:, [COLUMN[kind] for kind in kinds]].max(axis=1)
    return [
        Regulating(ref=space.refs[int(row)], weight=float(weight), promise=float(own))
        for row, weight, own in zip(rows, weights, promise, strict=True)
    ]
