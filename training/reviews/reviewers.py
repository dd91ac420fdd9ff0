"""Whose judgements stand out: who is further from what model and colleagues say than the others are, beyond chance.

Someone who clicks at random, has misread the guide or means harm shows in the same way. It accuses nobody: it names whose
judgements a person should look at before a model learns from them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from models.columns import BARRIERS
from training.reviews.gold import ClauseGold, Source, last_of_everybody
from training.reviews.rows import JudgedRow

LEAST = 30
"""Judgements from which something can be said of a reviewer."""

SUSPECT = 4.0
"""Standard errors above all others together: by chance less than one reviewer in thirty thousand."""

FAR = 0.05
"""And at least so much further, in nats a kind: with thousands of judgements a harmless habit is beyond chance as well."""

OFTEN = 0.1
"""The same for the share of judgements that the guide, a lawyer or colleagues contradict."""


@dataclass(frozen=True, kw_only=True)
class Reviewer:
    """How one reviewer judges beside the others."""

    number: str
    judged: int  # clauses of which the model says something
    surprise: float  # beyond what the model expects of the truth, nats a kind; about the same for all who judge with care
    others: float  # the same, of all others together
    distance: float  # between the two, standard errors
    checked: int  # clauses that the guide, a lawyer or a majority of colleagues spoke of as well
    contradicted: int  # of those, how many were told otherwise
    usual: float  # share that is contradicted of all others together, 0..1
    excess: float  # of the own share over that, standard errors

    @property
    def suspect(self) -> bool:
        """Whether a person should look at the judgements before a model learns from them.

        What people and the guide contradict says most; where nobody else spoke of the clauses, the model has to tell.
        """
        by_model = self.judged >= LEAST and self.distance >= SUSPECT and self.surprise - self.others >= FAR
        share = self.contradicted / max(1, self.checked)
        by_people = self.checked >= LEAST and self.excess >= SUSPECT and share - self.usual >= OFTEN
        return by_model or by_people


def reviewers_of(
    rows: Sequence[JudgedRow],
    said: Callable[[str], npt.NDArray[np.float32] | None],
    gold: Mapping[str, ClauseGold],
) -> list[Reviewer]:
    """All reviewers, those that stand out most first.

    Args:
        rows: judgements in the order of judging.
        said: P(kind) of the barrier kinds of a clause by the hash of its text, *shape* (13,), of a model that did not learn
            from these judgements; None where it said nothing.
        gold: by hash of the text.
    """
    last: dict[str, dict[str, JudgedRow]] = {}
    for row in rows:
        if row.speaks_of_clause and not row.beslecht:
            last.setdefault(row.beoordelaar, {})[row.sha256] = row
    # Of each clause once: what somebody says of it for five initiatives is one opinion, and not five independent ones.
    own = {number: list(told.values()) for number, told in last.items()}
    surprises = {number: _surprises(told, said) for number, told in own.items()}
    checks = {number: _contradicted(told, rows, gold) for number, told in own.items()}
    found = []
    for number in own:
        mine = surprises[number]
        rest = np.concatenate([other for name, other in surprises.items() if name != number] or [np.zeros(0)])
        checked, contradicted = checks[number]
        usual, excess = _excess(checks[number], [other for name, other in checks.items() if name != number])
        found.append(
            Reviewer(
                number=number,
                judged=len(mine),
                surprise=_mean(mine),
                others=_mean(rest),
                distance=_distance(mine, rest),
                checked=checked,
                contradicted=contradicted,
                usual=usual,
                excess=excess,
            )  # fmt: skip
        )
    return sorted(found, key=lambda one: (-max(one.distance, one.excess), one.number))


def _surprises(rows: Sequence[JudgedRow], said: Callable[[str], npt.NDArray[np.float32] | None]) -> npt.NDArray[np.float64]:
    """How much more each judgement surprises a model than the model itself expects to be: log loss less entropy, a kind."""
    found = []
    for row in rows:
        chance = said(row.sha256)
        if chance is not None:
            p = np.clip(chance.astype(np.float64), 0.005, 0.995)
            truth = np.array([kind in row.soorten for kind in BARRIERS])
            loss = -np.where(truth, np.log(p), np.log(1 - p))
            entropy = -(p * np.log(p) + (1 - p) * np.log(1 - p))
            found.append(float((loss - entropy).mean()))
    return np.array(found, dtype=np.float64)


def _contradicted(told: Sequence[JudgedRow], rows: Sequence[JudgedRow], gold: Mapping[str, ClauseGold]) -> tuple[int, int]:
    """(checked, contradicted): beside the guide and lawyers, or else a majority of colleagues without this voice."""
    of_text: dict[str, list[JudgedRow]] = {}
    mine = {row.sha256 for row in told}
    for row in rows:
        if row.sha256 in mine and row.speaks_of_clause:
            of_text.setdefault(row.sha256, []).append(row)
    checked = contradicted = 0
    for row in told:
        known = gold.get(row.sha256)
        if known is not None and known.source is not Source.MAJORITY:
            barrier = bool(known.kinds)
        else:
            others = [one.barrier for one in last_of_everybody(of_text[row.sha256]) if one.beoordelaar != row.beoordelaar]
            if not others or sum(others) * 2 == len(others):
                continue
            barrier = sum(others) * 2 > len(others)
        checked += 1
        contradicted += barrier != row.barrier
    return checked, contradicted


def _mean(values: npt.NDArray[np.float64]) -> float:
    return float(values.mean()) if len(values) else 0.0


def _distance(mine: npt.NDArray[np.float64], rest: npt.NDArray[np.float64]) -> float:
    """Difference of means over its standard error (Welch 1947)."""
    if len(mine) < 2 or len(rest) < 2:
        return 0.0
    error = np.sqrt(mine.var(ddof=1) / len(mine) + rest.var(ddof=1) / len(rest))
    return float((mine.mean() - rest.mean()) / error) if error > 0 else 0.0


def _excess(mine: tuple[int, int], others: Sequence[tuple[int, int]]) -> tuple[float, float]:
    """Share of all others together that is contradicted, and how far the own one lies above it (two proportions, pooled)."""
    checked, contradicted = sum(one for one, _ in others), sum(other for _, other in others)
    if not checked or not mine[0]:
        return 0.0, 0.0
    usual, whole = contradicted / checked, (contradicted + mine[1]) / (checked + mine[0])
    error = np.sqrt(whole * (1 - whole) * (1 / checked + 1 / mine[0]))
    return usual, float((mine[1] / mine[0] - usual) / error) if error > 0 else 0.0
