"""The clause classifier: addressee, barrier and relief kinds, strength, rule qualification and evidence of any clause.

A cascade. The fast tier reads every clause. Where it thinks it unlikely that there is anything, a kind or any strength, that is
the answer; everything else is read again by the slow tier, and what both said is weighed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from models.columns import ADDRESSEES, BARRIERS, COLUMN, COLUMNS, KINDS, QUALIFICATIONS, RELIEFS, STRENGTHS
from models.encoder import EncoderTier, WordMarks
from models.joint import Curve, Joint, sigmoid
from models.linear import LinearTier
from models.vectorising import ClauseText

Floats = npt.NDArray[np.float32]

DOUBT = 0.15
"""Distance in probability from the threshold within which a kind is in doubt (twijfel)."""


@dataclass(frozen=True, kw_only=True)
class Judgement:
    """What the model says of one clause; every probability lies in 0..1 and is calibrated on unseen regulations.

    Kinds are decided, and in doubt, by what ``Reading.probabilities`` says of them.
    """

    addressee: dict[str, float]
    barriers: dict[str, float]
    relief: dict[str, float]
    decided: tuple[str, ...]  # kinds over their threshold, most probable first
    doubtful: tuple[str, ...]  # kinds too near their threshold to rely on, most probable first
    qualifications: dict[str, float]
    any_strength: float  # P(strength >= 1)
    substantial: float  # P(strength >= 2)
    level: int  # 0..3

    @property
    def argued(self) -> tuple[str, ...]:
        """The kinds that evidence is shown for: those decided; where there are none, those in doubt."""
        return self.decided or self.doubtful


@dataclass(frozen=True)
class Reading:
    """What the cascade made of a run of clauses.

    Attributes:
        probabilities: *shape* (clauses, columns). The addressees sum to 1, so do the qualifications; strengths never rise with
            the level. Those of kinds are for deciding: people are told them by ``ClauseModel.told``.
        read_twice: which clauses the slow tier read, *shape* (clauses,).
        marks: evidence marks of those clauses, None for the others.
    """

    probabilities: Floats
    read_twice: npt.NDArray[np.bool_]
    marks: list[WordMarks | None]


@dataclass(frozen=True)
class ClauseModel:
    """The cascade.

    Attributes:
        fast: reads every clause.
        thresholds: probability from which a kind or strength is decided, *shape* (columns,).
        slow: reads again what is not settled; None in a model that was trained without an encoder.
        joint: weighs both tiers; None without a slow tier.
        curve: what the chance of a kind is told as; None tells it as it is.
        plain: a clause of which the fast tier thinks it less likely than this that it holds anything is settled by it.
        evidence_least: log-odds from which a word piece is evidence.
    """

    fast: LinearTier
    thresholds: Floats
    slow: EncoderTier | None = None
    joint: Joint | None = None
    curve: Curve | None = None
    plain: float = 0.0
    evidence_least: float = 0.0

    def read(self, clauses: Sequence[ClauseText]) -> Reading:
        """Read clauses, each by itself."""
        marks: list[WordMarks | None] = [None] * len(clauses)
        if not clauses:
            return Reading(probabilities=np.zeros((0, len(COLUMNS)), np.float32), read_twice=np.zeros(0, bool), marks=marks)
        fast = self.fast.values(clauses)
        values = fast.copy()
        twice = np.zeros(len(clauses), dtype=bool)
        if self.slow is not None and self.joint is not None:
            twice = not_settled(values, self.plain)
            rows = np.flatnonzero(twice)
            slow, found = self.slow.values([clauses[int(row)] for row in rows])
            values[rows] = self.joint.values(fast[rows], slow)
            for row, mark in zip(rows, found, strict=True):
                marks[row] = mark
        return Reading(probabilities=consistent(sigmoid(values)), read_twice=twice, marks=marks)

    def at_first_sight(self, clauses: Sequence[ClauseText]) -> Floats:
        """Probabilities of the fast tier alone, thirty times as fast: what a whole store is indexed and ranked by.

        *Shape:* (clauses, columns), as ``Reading.probabilities``.
        """
        if not clauses:
            return np.zeros((0, len(COLUMNS)), dtype=np.float32)
        return consistent(sigmoid(self.fast.values(clauses)))

    def probabilities(self, clauses: Sequence[ClauseText]) -> Floats:
        """See ``Reading.probabilities``."""
        return self.read(clauses).probabilities

    def told(self, probabilities: Floats) -> Floats:
        """Probabilities as people are told them: of so many clauses with a kind at 0.8, eight in ten hold it.

        *Shape:* (clauses, columns), as ``Reading.probabilities``.
        """
        return probabilities if self.curve is None else by_curve(probabilities, self.curve)

    def judge(self, probabilities: Floats) -> Judgement:
        """Put one row of ``probabilities`` into words."""
        return next(self.judge_all(probabilities[np.newaxis]))

    def judge_all(self, probabilities: Floats) -> Iterator[Judgement]:
        """Put every row of ``probabilities`` into words."""
        over, near = probabilities >= self.thresholds, in_doubt(probabilities, self.thresholds)
        levels = over[:, [COLUMN[name] for name in STRENGTHS]].sum(axis=1).tolist()
        rounded = np.round(self.told(probabilities).astype(np.float64), 4).tolist()
        for row, decided, doubtful, level in zip(rounded, over.tolist(), near.tolist(), levels, strict=True):
            told = (place for place in _KINDS if decided[place] or doubtful[place])
            by_chance = sorted(told, key=lambda place: -row[place])
            yield Judgement(
                addressee={name: row[COLUMN[name]] for name in ADDRESSEES},
                barriers={name: row[COLUMN[name]] for name in BARRIERS},
                relief={name: row[COLUMN[name]] for name in RELIEFS},
                decided=tuple(COLUMNS[place] for place in by_chance if decided[place]),
                doubtful=tuple(COLUMNS[place] for place in by_chance if doubtful[place]),
                qualifications={name: row[COLUMN[name]] for name in QUALIFICATIONS},
                any_strength=row[COLUMN["any"]],
                substantial=row[COLUMN["substantial"]],
                level=level,
            )


def not_settled(fast: Floats, plain: float) -> npt.NDArray[np.bool_]:
    """Which clauses the slow tier has to read: what the fast tier says of kinds and of any strength is taken together.

    As if these were independent, which they are not: what counts is the order. Of all clauses of national law the slow tier
    then reads two thirds, and judges as well as with three quarters chosen by the most probable kind alone.

    Args:
        fast: log-odds of the fast tier, *shape* (clauses, columns).
        plain: see ``ClauseModel``.

    *Shape:* (clauses,).
    """
    nothing = np.prod(1.0 - sigmoid(fast)[:, _TELLING].astype(np.float64), axis=1)
    settled: npt.NDArray[np.bool_] = 1.0 - nothing < plain
    return ~settled


def in_doubt(probabilities: Floats, thresholds: Floats) -> npt.NDArray[np.bool_]:
    """Which probabilities lie too near their threshold to rely on. *Shape:* as given."""
    near: npt.NDArray[np.bool_] = np.abs(probabilities - thresholds) < np.minimum(DOUBT, thresholds / 2)
    return near


def by_curve(probabilities: Floats, curve: Curve) -> Floats:
    """Probabilities with those of kinds as a curve tells them. *Shape:* (clauses, columns), as given."""
    result = probabilities.copy()
    result[:, _KINDS] = curve.probabilities(probabilities[:, _KINDS])
    return result


def consistent(probabilities: Floats) -> Floats:
    """Addressees and qualifications made to sum to 1, strengths to not rise with the level. *Shape:* as given."""
    result = probabilities.copy()
    for names in (ADDRESSEES, QUALIFICATIONS):
        columns = [COLUMN[name] for name in names]
        result[:, columns] /= np.maximum(result[:, columns].sum(axis=1, keepdims=True), 1e-9)
    steps = [COLUMN[name] for name in STRENGTHS]
    result[:, steps] = np.minimum.accumulate(result[:, steps], axis=1)
    return result


_KINDS = [COLUMN[name] for name in KINDS]
_TELLING = [COLUMN[name] for name in (*KINDS, STRENGTHS[0])]
