"""Measuring a ranker on initiatives, and on regulations, of which it saw no grade."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from sklearn.utils.parallel import Parallel, delayed

from models.ranking import (
    TARGETS,
    Asked,
    Grade,
    LinearRanker,
    Memory,
    Query,
    Ranking,
    Rows,
    Space,
    candidates,
    rarity_of,
    signals,
)
from training.ranking_fitting import fit_new, fit_ranker, part_of
from training.ranking_metrics import calibration_error, interval, ndcg, precision, recall
from training.splits import grouped_folds

FOLDS = 6

REGULATION_FOLDS = 5
"""Parts of the regulations that are hidden in turn: a fifth is about what a new store adds to those that graders know."""

Floats = npt.NDArray[np.float64]
Reached = Callable[[Space, Sequence[Grade], frozenset[str]], Space]


def evaluate_ranking(
    queries: Sequence[Query],
    grades: Sequence[Grade],
    space: Space,
    *,
    without: Callable[[frozenset[str]], Space] | None = None,
    reached: Reached | None = None,
    seed: int = 0,
) -> dict[str, dict[str, list[float]]]:
    """Cross-validation by initiative, and again with whole regulations hidden.

    Args:
        queries: the graded initiatives.
        grades: what was said of which clause.
        space: the clauses of the judged regulations.
        without: the same space as a model sees it that learnt nothing of some regulations; None for the space as it is.
        reached: a space with the reach of its clauses as some grades tell it, no grade and no reading being known of some
            regulations; None for the reach that the space has.
        seed: of the folds.

    Returns:
        For "unseen_initiatives"; "unseen_regulations" (all clauses together, each ranked as if its regulation were new);
        "unseen_regulations_alone" (a new fifth of the regulations by itself, where an initiative meets any of it); and
        "nearest" (the ten most like training initiatives by words alone, the best baseline, on the same folds), every measure
        as [mean, low, high] with a 95% bootstrap interval over initiatives.
    """
    gains, room = graded_tables(len(queries), grades, space)
    seen, unseen = _Answers.empty(len(queries), len(space)), _Answers.empty(len(queries), len(space))
    nearest = np.zeros((len(queries), len(space)))
    regulations = [ref.partition("/")[0] for ref in space.refs]
    parts = []
    for _, hidden_rows in grouped_folds(regulations, folds=min(REGULATION_FOLDS, len(set(regulations))), seed=seed):
        hidden = frozenset(regulations[row] for row in hidden_rows)
        parts.append((hidden, without(hidden) if without is not None else space))
    folds = list(grouped_folds([str(index) for index in range(len(queries))], folds=FOLDS, seed=seed))
    answers = Parallel(n_jobs=min(len(folds), len(os.sched_getaffinity(0))))(
        delayed(_answered)(queries, grades, space, parts, reached, train, test, seed) for train, test in folds
    )
    for fold in answers:
        for index, (ranking, strangers, plain) in fold.items():
            seen.put(index, ranking)
            nearest[index] = plain
            for stranger in strangers:
                unseen.put(index, stranger)
    alone = [
        (unseen.order[index, inside].astype(np.float64), gains[index, inside])
        for inside in (space.among(hidden) for hidden, _ in parts)
        for index in range(len(queries))
        if (gains[index, inside] >= 1).any()
    ]
    return {
        "unseen_initiatives": _measures(seen, gains, room),
        "unseen_regulations": _measures(unseen, gains, room),
        "unseen_regulations_alone": _measures_of_pairs(alone),
        "nearest": _measures_of_order(nearest, gains),
    }


def _answered(
    queries: Sequence[Query],
    grades: Sequence[Grade],
    space: Space,
    parts: Sequence[tuple[frozenset[str], Space]],
    reached: Reached | None,
    train: Rows,
    test: Rows,
    seed: int,
) -> dict[int, tuple[_Answer, list[_Answer], Floats]]:
    """One fold: for each of its initiatives the ranking, that of every part of the regulations as strangers, the baseline."""
    own, known = part_of(queries, grades, train)
    # Some judged regulations hold no grade: the memory does not know them, and their reach counts.
    seen = reached(space, known, frozenset()) if reached is not None else space
    ranker, memory = fit_ranker(own, known, seen, seed=seed), Memory(own, known, seen)
    plain = {index: np.zeros(len(space)) for index in test}
    for index in test:
        plain[index][memory.rows] = _nearest(queries[index], memory)
    strangers: dict[int, list[_Answer]] = {index: [] for index in test}
    for hidden, part in parts:
        # Neither the memory nor the weights of the ranker may know a grade of these regulations.
        outside = [grade for grade in known if grade.ref.partition("/")[0] not in hidden]
        strange = reached(part, outside, hidden) if reached is not None else part
        inside = strange.among(hidden)
        new = fit_new(own, outside, strange.at(np.flatnonzero(~inside)), seed=seed)
        partial, rarity = Memory(own, outside, strange), rarity_of(strange.features)
        for index in test:
            asked = Asked.of(queries[index], partial, rarity)
            rows = candidates(asked, partial, strange)
            rows = rows[inside[rows]]
            strangers[index].append(_Answer.as_new(new, asked, partial, strange, rows))
    return {
        int(index): (_Answer.of(ranker.rank(queries[index], memory, seen)), strangers[index], plain[index]) for index in test
    }


@dataclass(frozen=True)
class _Answer:
    """What is kept of a ranking."""

    rows: Rows
    probabilities: Floats
    order: Floats

    @classmethod
    def of(cls, ranking: Ranking) -> _Answer:
        return cls(rows=ranking.rows, probabilities=ranking.probabilities, order=ranking.order)

    @classmethod
    def as_new(cls, new: LinearRanker, asked: Asked, memory: Memory, space: Space, rows: Rows) -> _Answer:
        """Of clauses of which the memory holds nothing."""
        probabilities = new.probabilities(signals(asked, memory, space, rows)[1])
        return cls(rows=rows, probabilities=probabilities, order=probabilities[:, :3].sum(axis=1))


def _nearest(query: Query, memory: Memory) -> Floats:
    """The plain baseline: grades of the ten initiatives with the most like words, weighed by likeness."""
    like = (memory.own_words @ query.own_words.T).toarray().ravel()
    weights = np.zeros_like(like)
    best = np.argsort(-like)[:10]
    weights[best] = like[best]
    result: Floats = np.asarray(weights @ memory.graded).ravel()[:-1]
    return result


def graded_tables(count: int, grades: Sequence[Grade], space: Space) -> tuple[Floats, npt.NDArray[np.bool_]]:
    """Grades of every clause for every initiative, and which give room. *Shape:* both (initiatives, clauses)."""
    rows = {ref: row for row, ref in enumerate(space.refs)}
    gains, room = np.zeros((count, len(space))), np.zeros((count, len(space)), dtype=bool)
    for grade in grades:
        if grade.ref in rows:
            gains[grade.initiative, rows[grade.ref]] = grade.value
            room[grade.initiative, rows[grade.ref]] = grade.room
    return gains, room


@dataclass(frozen=True)
class _Answers:
    """Rankings of all initiatives, filled in as the folds go by."""

    probabilities: npt.NDArray[np.float32]  # (initiatives, clauses, targets)
    order: npt.NDArray[np.float32]  # (initiatives, clauses)

    @classmethod
    def empty(cls, initiatives: int, clauses: int) -> _Answers:
        return cls(np.zeros((initiatives, clauses, len(TARGETS)), np.float32), np.zeros((initiatives, clauses), np.float32))

    def put(self, index: int, ranking: _Answer) -> None:
        """Keep the answers on some clauses; one that was no candidate stays at nought."""
        self.probabilities[index, ranking.rows] = ranking.probabilities
        self.order[index, ranking.rows] = ranking.order


def _measures(answers: _Answers, gains: Floats, room: npt.NDArray[np.bool_]) -> dict[str, list[float]]:
    order = answers.order.astype(np.float64)
    measures = _measures_of_order(order, gains)
    by_room = answers.probabilities[:, :, TARGETS.index("room")].astype(np.float64)
    measures["room_recall_50"] = list(interval([recall(one, wanted, at=50) for one, wanted in zip(by_room, room, strict=True)]))
    listed = [np.argsort(-one)[:100] for one in order]
    claimed = np.concatenate([one[top, 0] for one, top in zip(answers.probabilities, listed, strict=True)]).astype(np.float64)
    truth = np.concatenate([one[top] >= 1 for one, top in zip(gains, listed, strict=True)])
    measures["calibration_error_100"] = [calibration_error(claimed, truth)] * 3
    return measures


def _measures_of_order(order: Floats, gains: Floats) -> dict[str, list[float]]:
    return _measures_of_pairs(list(zip(order, gains, strict=True)))


def _measures_of_pairs(pairs: Sequence[tuple[Floats, Floats]]) -> dict[str, list[float]]:
    return {
        "ndcg_20": list(interval([ndcg(one, gain, at=20) for one, gain in pairs])),
        "recall_100": list(interval([recall(one, gain >= 2, at=100) for one, gain in pairs])),
        "precision_10": list(interval([precision(one, gain >= 1, at=10) for one, gain in pairs])),
    }
