"""What would change a flag: which activity of the story, were it left out, takes the flag away.

A counterfactual that is worked out and not guessed (Wachter et al. 2017): the activity and the words that prove it are taken
out of the story, and the same clauses are ranked once more.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from models.activities import DetectedActivity

TRIED = 6
"""Activities of a story that are left out one by one, the surest first."""

FALLEN = 0.5
"""A flag has fallen when no more than this share of its probability is left."""

LISTED = 2
"""Changes told of one flag."""


@dataclass(frozen=True, kw_only=True)
class Change:
    """An activity without which a flag falls."""

    activity: DetectedActivity
    p: float  # what is left of the probability that the clause obstructs, 0..1

    def to_json(self) -> dict[str, Any]:
        """As one entry of "changes" of a flag."""
        words = list(dict.fromkeys(mention.text for mention in self.activity.evidence))
        return {"without": self.activity.code, "name": self.activity.name, "words": words, "p": self.p}


def changes(
    found: Sequence[DetectedActivity], before: npt.NDArray[np.float64], after: Sequence[npt.NDArray[np.float64]]
) -> list[list[Change]]:
    """The changes of every flag, the largest first.

    Args:
        found: activities that were left out, one by one.
        before: P(the clause obstructs) of every flag.
        after: the same without each of the activities.
    """
    told: list[list[Change]] = [[] for _ in before]
    for activity, left in zip(found, after, strict=True):
        for place in np.flatnonzero(left <= FALLEN * before):
            told[place].append(Change(activity=activity, p=round(float(left[place]), 4)))
    return [sorted(own, key=lambda change: change.p)[:LISTED] for own in told]


def told_without(text: str, activity: DetectedActivity) -> str:
    """A story with the words that prove an activity blanked out; every other word keeps its place."""
    letters = list(text)
    for mention in activity.evidence:
        letters[mention.start : mention.end] = " " * (mention.end - mention.start)
    return "".join(letters)
