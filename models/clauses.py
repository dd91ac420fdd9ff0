"""The clause classifier: addressee, barrier and relief kinds, strength, rule qualification and evidence of any clause."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from models.columns import ADDRESSEES, BARRIERS, COLUMN, COLUMNS, KINDS, QUALIFICATIONS, RELIEFS
from models.vectorising import ClauseText, ClauseVectoriser

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, kw_only=True)
class Judgement:
    """What the model says of one clause; every probability lies in 0..1 and is calibrated on unseen regulations."""

    addressee: dict[str, float]
    barriers: dict[str, float]
    relief: dict[str, float]
    decided: tuple[str, ...]  # kinds over their threshold, most probable first
    qualifications: dict[str, float]
    any_strength: float  # P(strength >= 1)
    substantial: float  # P(strength >= 2)
    level: int  # 0..3


@dataclass(frozen=True)
class ClauseModel:
    """A linear classifier over sparse word features, with one calibrated output per column.

    Attributes:
        vectoriser: fitted features.
        weights: *shape* (features, columns), float32.
        bias: *shape* (columns,).
        slope, offset: Platt scaling (Platt 1999) of the decision values, *shape* (columns,).
        thresholds: probability from which a kind is decided, *shape* (columns,).
    """

    vectoriser: ClauseVectoriser
    weights: Floats
    bias: Floats
    slope: Floats
    offset: Floats
    thresholds: Floats

    def probabilities(self, clauses: Sequence[ClauseText]) -> Floats:
        """Calibrated probabilities.

        Returns:
            *Shape:* (clauses, len(COLUMNS)), 0..1. The three addressees sum to 1; strengths never rise with the level.
        """
        if not clauses:
            return np.zeros((0, len(COLUMNS)), dtype=np.float32)
        values = self.vectoriser.transform(clauses) @ self.weights + self.bias
        result: Floats = (1 / (1 + np.exp(-(values * self.slope + self.offset)))).astype(np.float32)
        addressees = [COLUMN[name] for name in ADDRESSEES]
        result[:, addressees] /= result[:, addressees].sum(axis=1, keepdims=True)
        steps = [COLUMN["any"], COLUMN["substantial"], COLUMN["stopping"]]
        result[:, steps] = np.minimum.accumulate(result[:, steps], axis=1)
        return result

    def judge(self, probabilities: Floats) -> Judgement:
        """Put one row of ``probabilities`` into words."""
        by_name = {name: round(float(value), 4) for name, value in zip(COLUMNS, probabilities, strict=True)}
        decided = [name for name in KINDS if probabilities[COLUMN[name]] >= self.thresholds[COLUMN[name]]]
        level = sum(bool(probabilities[COLUMN[n]] >= self.thresholds[COLUMN[n]]) for n in ("any", "substantial", "stopping"))
        return Judgement(
            addressee={name: by_name[name] for name in ADDRESSEES},
            barriers={name: by_name[name] for name in BARRIERS},
            relief={name: by_name[name] for name in RELIEFS},
            decided=tuple(sorted(decided, key=lambda name: -by_name[name])),
            qualifications={name: by_name[name] for name in QUALIFICATIONS},
            any_strength=by_name["any"],
            substantial=by_name["substantial"],
            level=level,
        )
