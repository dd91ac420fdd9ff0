"""Fitting what tells how many initiatives meet a clause, from readers who said so and from grades."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp
from sklearn.linear_model import Ridge

from corpus.labels import reach_labels
from corpus.passages import text_hash
from corpus.store import Store
from models.index import ClauseFeatures
from models.ranking import Grade, Space
from models.reach import ReachModel, log_odds
from models.vectorising import ClauseText
from training.splits import grouped_folds

READ = (0.0, 1.0, 4.0, 10.0, 40.0)
"""Initiatives in a hundred that a reader means with 0 (none), 1 (perhaps one), 2 (some), 3 (many) and 4 (nearly all)."""

RIDGE = 10.0
"""Strength of the regularisation: best of 3, 10 and 30 on regulations without labels."""

FOLDS = 5

Floats = npt.NDArray[np.float32]
Describe = Callable[[Sequence[ClauseText]], ClauseFeatures]


@dataclass(frozen=True)
class ReachExamples:
    """Clauses of which it is known how many initiatives meet them; rows belong together.

    Attributes:
        regulations: of every clause.
        columns: what a ``ReachModel`` weighs, *shape* (clauses, columns).
        targets: log(1 + initiatives in a hundred), *shape* (clauses,).
    """

    regulations: npt.NDArray[np.str_]
    columns: sp.csr_matrix
    targets: npt.NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.targets)

    def without(self, regulations: Collection[str]) -> ReachExamples:
        """Those of other regulations."""
        kept = ~np.isin(self.regulations, list(regulations))
        return ReachExamples(self.regulations[kept], self.columns[kept], self.targets[kept])

    def __add__(self, other: ReachExamples) -> ReachExamples:
        return ReachExamples(
            np.concatenate([self.regulations, other.regulations]),
            sp.vstack([self.columns, other.columns], format="csr"),
            np.concatenate([self.targets, other.targets]),
        )


def read_examples(store: Store, describe: Describe, *, columns: int) -> ReachExamples:
    """What readers said, of the clauses that stand in the store as they were read.

    Args:
        store: where the clauses are.
        describe: what a model knows of clauses.
        columns: what a ``ReachModel`` weighs, for a store that holds none of the clauses.
    """
    labels = {label.ref: label for label in reach_labels()}
    ids = {ref.partition("/")[0] for ref in labels}
    table = store.table(columns=["ref", "text", "heading"], ids=ids)
    titles = store.regulations.titles()
    clauses: list[ClauseText] = []
    targets: list[float] = []
    for ref, text, heading in zip(*(table[name].to_pylist() for name in ("ref", "text", "heading")), strict=True):
        label = labels.get(ref)
        if label is not None and label.sha256 == text_hash(text):
            clauses.append(ClauseText(text=text, heading=heading, title=titles[ref.partition("/")[0]], ref=ref))
            targets.append(READ[label.reach])
    return ReachExamples(
        regulations=np.array([clause.ref.partition("/")[0] for clause in clauses], dtype=np.str_),
        columns=columns_of(describe(clauses)) if clauses else sp.csr_matrix((0, columns), dtype=np.float32),
        targets=np.log1p(np.array(targets, dtype=np.float64)),
    )


def graded_examples(grades: Sequence[Grade], space: Space) -> ReachExamples:
    """The clauses of the judged regulations, with how many in a hundred of the initiatives with a grade they obstruct."""
    initiatives = len({grade.initiative for grade in grades})
    rows = {ref: row for row, ref in enumerate(space.refs)}
    met = np.zeros(len(space))
    for grade in grades:
        if grade.value >= 1 and grade.ref in rows:
            met[rows[grade.ref]] += 1
    return ReachExamples(
        regulations=np.array([ref.partition("/")[0] for ref in space.refs], dtype=np.str_),
        columns=columns_of(space.features),
        targets=np.log1p(100 * met / max(initiatives, 1)),
    )


def columns_of(features: ClauseFeatures) -> sp.csr_matrix:
    """What a ``ReachModel`` weighs. *Shape:* (clauses, vocabulary + columns + activities)."""
    odds = sp.csr_matrix(log_odds(np.asarray(features.probabilities, dtype=np.float32)))
    return sp.hstack([features.words, odds, features.activities], format="csr")


def fit_reach(examples: ReachExamples, *, stems: int, activities: int) -> ReachModel:
    """Fit to examples; without any, nobody meets anything.

    Args:
        examples: what is known.
        stems: size of the vocabulary.
        activities: number of activities.
    """
    size = examples.columns.shape[1]
    weights, bias = np.zeros(size, dtype=np.float32), 0.0
    if len(examples):
        fitted = Ridge(alpha=RIDGE, solver="lsqr").fit(examples.columns, examples.targets)
        weights, bias = fitted.coef_.astype(np.float32), float(fitted.intercept_)
    return ReachModel(
        stems=weights[:stems], odds=weights[stems : size - activities], activities=weights[size - activities :], bias=bias
    )


def unseen_reach(examples: ReachExamples, space: Space, *, seed: int = 0) -> Floats:
    """The reach of every clause of a space, as told by a model that saw no example of its regulation. *Shape:* (clauses,)."""
    result = np.zeros(len(space), dtype=np.float32)
    features, names = space.features, [ref.partition("/")[0] for ref in space.refs]
    for _, rows in grouped_folds(names, folds=min(FOLDS, len(set(names))), seed=seed):
        hidden = {names[row] for row in rows}
        model = fit_reach(examples.without(hidden), stems=features.words.shape[1], activities=features.activities.shape[1])
        result[rows] = model.expected(features.words[rows], features.probabilities[rows], features.activities[rows])
    return result
