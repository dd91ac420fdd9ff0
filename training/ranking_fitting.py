"""Fitting the ranker: every graded initiative asks the memory of all the others, and the ranker learns what to believe."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

from models.ranking import (
    TARGETS,
    Asked,
    Grade,
    LinearRanker,
    Memory,
    Query,
    Ranker,
    Rows,
    Space,
    candidates,
    rarity_of,
    signals,
)

HARD, SAMPLED = 300, 600
"""Unjudged candidates that each initiative learns from: those that look most like barriers, and a random sample of the rest."""

REGULARISATION = 0.3
ROUNDS = 3
"""How often each initiative is shown with other regulations hidden."""

NEVER = -10.0
"""Log-odds of a target that no example has."""

Floats = npt.NDArray[np.float64]


@dataclass
class Examples:
    """What a ranker learns from: signals of clauses, with what graders said of them."""

    signals: list[Floats]
    targets: list[Floats]
    weights: list[Floats]

    def take(
        self,
        values: Floats,
        judged: dict[int, Floats],
        rows: Rows,
        random: np.random.Generator,
        *,
        promise: Floats | None = None,
    ) -> None:
        """Add the candidates of one initiative: judged and hard ones, and a weighted sample of the others.

        So probabilities hold for all candidates. Judged clauses that are no candidates stay out: without others like them they
        would teach that silence is a good sign.

        Args:
            values: their signals, *shape* (rows, signals).
            judged: what graders said, by row.
            rows: the candidates.
            random: for the sample.
            promise: signals of which the first four say which are hard; None for ``values``.
        """
        # The first signals of either ranker are the plainest ones.
        hope = (values if promise is None else promise)[:, :4].sum(axis=1)
        sure = np.zeros(len(rows), dtype=bool)
        sure[np.argsort(-hope)[:HARD]] = True
        sure |= np.isin(rows, list(judged))
        rest = np.flatnonzero(~sure)
        sampled = random.choice(rest, size=min(SAMPLED, len(rest)), replace=False)
        taken = np.concatenate([np.flatnonzero(sure), sampled])
        self.signals.append(values[taken])
        self.targets.append(np.array([judged.get(int(row), np.zeros(len(TARGETS))) for row in rows[taken]]))
        weight = len(rest) / max(len(sampled), 1)
        self.weights.append(np.concatenate([np.ones(int(sure.sum())), np.full(len(sampled), weight)]))

    def fit(self, seed: int) -> LinearRanker:
        """A logistic regression per target."""
        values, targets, weights = (np.concatenate(part) for part in (self.signals, self.targets, self.weights))
        scaler = StandardScaler().fit(values, sample_weight=weights)
        scale = np.where(scaler.scale_ > 1e-9, scaler.scale_, 1.0)
        scaled = (values - scaler.mean_) / scale
        fitted = [_fit_target(scaled, targets[:, column], weights, seed) for column in range(len(TARGETS))]
        return LinearRanker(
            mean=scaler.mean_,
            scale=scale,
            weights=np.column_stack([coefficients for coefficients, _ in fitted]),
            bias=np.array([bias for _, bias in fitted]),
        )


def _fit_target(values: Floats, target: Floats, weights: Floats, seed: int) -> tuple[Floats, float]:
    if len(set(target)) < 2:
        return np.zeros(values.shape[1]), NEVER  # no example: never claimed
    model = LogisticRegression(C=REGULARISATION, max_iter=1000, random_state=seed)
    model.fit(values, target, sample_weight=weights)
    return model.coef_[0], float(model.intercept_[0])


def fit_ranker(queries: Sequence[Query], grades: Sequence[Grade], space: Space, *, seed: int = 0) -> Ranker:
    """Fit both rankers.

    Args:
        queries: the graded initiatives.
        grades: what was said of which clause; clauses of judged regulations that nobody named count as not relevant.
        space: the clauses of the regulations that the graders searched, and no others.
        seed: of the sampling.
    """
    return Ranker(
        known=fit_known(queries, grades, space, seed=seed),
        new=fit_new(queries, grades, space, seed=seed),
        rarity=rarity_of(space.features),
    )


def fit_known(queries: Sequence[Query], grades: Sequence[Grade], space: Space, *, seed: int = 0) -> LinearRanker:
    """The ranker for regulations of which the memory holds grades."""
    random, examples = np.random.default_rng(seed), Examples([], [], [])
    judged = targets_of(queries, grades, space)
    memory, rarity = Memory(queries, grades, space), rarity_of(space.features)
    for index, query in enumerate(queries):
        asked = Asked.of(query, memory, rarity, without=index)
        rows = candidates(asked, memory, space)
        with_memory, _ = signals(asked, memory, space, rows)
        examples.take(with_memory, judged[index], rows, random)
    return examples.fit(seed)


def fit_new(queries: Sequence[Query], grades: Sequence[Grade], space: Space, *, seed: int = 0) -> LinearRanker:
    """The ranker for all others: half of the regulations are hidden, and what was said of those is to be foretold."""
    random, examples = np.random.default_rng(seed), Examples([], [], [])
    judged = targets_of(queries, grades, space)
    names, rarity = sorted(space.regulations), rarity_of(space.features)
    for _ in range(ROUNDS):
        hidden = frozenset(random.permutation(np.array(names, dtype=object))[: len(names) // 2].tolist())
        partial = Memory(queries, grades, space, hidden=hidden)
        inside = space.among(hidden)
        for index, query in enumerate(queries):
            asked = Asked.of(query, partial, rarity, without=index)
            rows = candidates(asked, partial, space)
            rows = rows[inside[rows]]
            _, content = signals(asked, partial, space, rows)
            examples.take(content, judged[index], rows, random)
    return examples.fit(seed)


def part_of(
    queries: Sequence[Query], grades: Sequence[Grade], chosen: npt.NDArray[np.int64]
) -> tuple[list[Query], list[Grade]]:
    """Some of the initiatives with what was said for them; grades point into the part."""
    place = {int(index): number for number, index in enumerate(chosen)}
    own = [
        Grade(initiative=place[grade.initiative], ref=grade.ref, value=grade.value, room=grade.room)
        for grade in grades
        if grade.initiative in place
    ]
    return [queries[index] for index in chosen], own


def targets_of(queries: Sequence[Query], grades: Sequence[Grade], space: Space) -> list[dict[int, Floats]]:
    """Per initiative which targets hold of the rows that were graded for it."""
    rows = {ref: row for row, ref in enumerate(space.refs)}
    targets: list[dict[int, Floats]] = [{} for _ in queries]
    for grade in grades:
        if grade.ref in rows:
            values = [grade.value >= 1, grade.value >= 2, grade.value >= 3, grade.room]
            targets[grade.initiative][rows[grade.ref]] = np.array(values, dtype=float)
    return targets
