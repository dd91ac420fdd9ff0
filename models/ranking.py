"""Which clauses matter to an initiative: signals, and a linear ranker over them.

The signals of a clause for an initiative:

- what graders said of it, of its article and of its heading, for the initiatives most like this one (*memory*);
- how like it is, in words, to the clauses that mattered to those initiatives (*profile*);
- whether it regulates an activity of the initiative (*activities*);
- what the clause model says of it (*clause*).

Two rankers are trained: one for regulations of which graders have seen clauses, one, without memory, for all others, trained by
hiding whole regulations. Otherwise a new regulation would look as if nothing in it had ever mattered.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp
from sklearn.preprocessing import normalize

from models.columns import COLUMN, RELIEFS
from models.index import ClauseFeatures

Floats = npt.NDArray[np.float64]

NEIGHBOURS = 10
"""How many like initiatives the memory asks."""

TARGETS = ("any", "substantial", "stopping", "room")
"""P(grade >= 1), P(grade >= 2), P(grade = 3), P(grade = R)."""


RECALLED_GRADE = 1
"""Column of the signals with memory that holds the mean grade among the nearest initiatives."""


@dataclass(frozen=True, kw_only=True)
class Grade:
    """What a grader said of one clause for one initiative."""

    initiative: int  # index in the memory
    ref: str
    value: float  # 0..3; 0 for room as well
    room: bool


@dataclass(frozen=True)
class Space:
    """All clauses that can be flagged, with their groups. Rows belong together."""

    refs: list[str]
    headings: list[str]
    repealed: npt.NDArray[np.bool_]
    lengths: npt.NDArray[np.int32]  # characters
    features: ClauseFeatures

    def __len__(self) -> int:
        return len(self.refs)


@dataclass(frozen=True)
class Query:
    """An initiative as the ranker sees it."""

    words: sp.csr_matrix  # (1, vocabulary), unit length: in the vocabulary of clauses
    own_words: sp.csr_matrix  # (1, own vocabulary), unit length: in the vocabulary of initiatives
    activities: npt.NDArray[np.float32]  # (activities,), 0..1


class Memory:
    """Graded initiatives, laid over the clauses of a space.

    Args:
        queries: one per graded initiative.
        grades: what was said of which clause; refs that the space does not hold are left out.
        space: the clauses.
        hidden: regulations whose grades are not used.
        profiles: the words of the clauses that mattered to each initiative, *shape* (initiatives, vocabulary); worked out
            from the space when not given. A store may lack the regulations that the graders searched.
    """

    def __init__(
        self,
        queries: Sequence[Query],
        grades: Sequence[Grade],
        space: Space,
        *,
        hidden: frozenset[str] = frozenset(),
        profiles: sp.csr_matrix | None = None,
    ) -> None:
        self.size = len(queries)
        self.own_words = sp.vstack([query.own_words for query in queries], format="csr")
        self.activities = np.vstack([query.activities for query in queries]) if queries else np.zeros((0, 0))
        self._space = space
        used = [grade for grade in grades if grade.ref.partition("/")[0] not in hidden]
        self.known = frozenset(grade.ref.partition("/")[0] for grade in used)
        rows = _rows_of(space.refs, {grade.ref for grade in used})
        used = [grade for grade in used if grade.ref in rows]
        who = np.array([grade.initiative for grade in used], dtype=np.int64)
        row = np.array([rows[grade.ref] for grade in used], dtype=np.int64)
        value = np.array([grade.value for grade in used])
        room = np.array([float(grade.room) for grade in used])
        zero = np.array([float(grade.value == 0 and not grade.room) for grade in used])
        shape = (self.size, len(space))
        self.graded = sp.csr_matrix((value, (who, row)), shape=shape)
        self.room = sp.csr_matrix((room, (who, row)), shape=shape)
        self.zero = sp.csr_matrix((zero, (who, row)), shape=shape)
        self.profiles = self.graded @ space.features.words if profiles is None else profiles
        self.known_rows = np.array([ref.partition("/")[0] in self.known for ref in space.refs], dtype=bool)
        self.groups = {
            "article": self._group(who, row, value, np.array([_article(ref) for ref in space.refs], dtype=object)),
            "heading": self._group(
                who,
                row,
                value,
                np.array(
                    [f"{r.partition('/')[0]}|{h}" for r, h in zip(space.refs, space.headings, strict=True)],
                    dtype=object,
                ),
            ),
            "regulation": self._group(who, row, value, np.array([r.partition("/")[0] for r in space.refs], dtype=object)),
        }

    def _group(
        self, who: npt.NDArray[np.int64], row: npt.NDArray[np.int64], value: Floats, names: npt.NDArray[np.object_]
    ) -> tuple[sp.csr_matrix, npt.NDArray[np.int64]]:
        """Sums of grades per group, and the group of every row (the last, empty, group for rows of ungraded groups)."""
        code = {name: index for index, name in enumerate(dict.fromkeys(names[row]))}
        of_row = np.array([code.get(name, len(code)) for name in names], dtype=np.int64)
        sums = sp.csr_matrix((value, (who, of_row[row])), shape=(self.size, len(code) + 1))
        sums.data = np.minimum(sums.data, 20.0)
        return sums, of_row

    def likeness(self, query: Query, *, without: int | None = None) -> Floats:
        """How like each graded initiative is, 0..1; 0 for the one that is left out. *Shape:* (size,)."""
        words = (self.own_words @ query.own_words.T).toarray().ravel()
        length = np.linalg.norm(self.activities, axis=1) * np.linalg.norm(query.activities)
        shared = np.divide(self.activities @ query.activities, length, out=np.zeros(self.size), where=length > 0)
        like: Floats = words + 0.5 * shared
        if without is not None:
            like[without] = 0.0
        return like


def signals(query: Query, memory: Memory, space: Space, *, without: int | None = None) -> tuple[Floats, Floats]:
    """The signals of every clause for one initiative.

    Args:
        query: the initiative.
        memory: graded initiatives.
        space: the clauses.
        without: index of a graded initiative that must not speak (itself, in training).

    Returns:
        Signals with memory, *shape* (clauses, 30), and without, *shape* (clauses, 17).
    """
    like = memory.likeness(query, without=without)
    near = np.zeros_like(like)
    nearest = np.argsort(-like)[:NEIGHBOURS]
    near[nearest] = like[nearest]
    near /= max(near.sum(), 1e-9)
    wide = like**2 / max((like**2).sum(), 1e-9)
    others = memory.size - (0 if without is None else 1)
    everyone = np.full(memory.size, 1 / max(others, 1))
    if without is not None:
        everyone[without] = 0.0

    graded = memory.graded
    profiles = sp.vstack([sp.csr_matrix(weights) @ memory.profiles for weights in (near, wide, everyone)])
    directions = sp.vstack([normalize(profiles), query.words]).toarray().T
    near_profile, wide_profile, general_profile, lexical = (space.features.words @ directions).T
    by_activity = space.features.activities @ query.activities
    sharpest = np.asarray(space.features.activities.multiply(query.activities[None, :]).max(axis=1).todense()).ravel()

    probability = np.asarray(space.features.probabilities, dtype=np.float64)
    odds = {name: _logit(probability[:, COLUMN[name]]) for name in ("any", "substantial", "stopping", "private", *RELIEFS)}
    relief = np.max([odds[name] for name in RELIEFS], axis=0)
    content = [
        _log(near_profile, 0.05),
        _log(wide_profile, 0.05),
        _log(general_profile, 0.05),
        _log(lexical, 0.02),
        _log(by_activity, 0.1),
        sharpest,
        odds["any"],
        odds["substantial"],
        odds["stopping"],
        odds["private"],
        relief,
        space.repealed.astype(float),
        np.log(space.lengths + 1.0),
    ]
    content += [content[0] * content[6], content[4] * content[6], content[0] * content[4], content[4] * relief]

    here = near @ graded
    recalled = [_log(here, 0.02), here, _log(wide @ graded, 0.01), _log(everyone @ graded, 0.01)]
    recalled += [_log(near @ memory.zero, 0.02), _log(near @ memory.room, 0.02), _log(everyone @ memory.room, 0.01)]
    for sums, of_row in memory.groups.values():
        recalled += [_log((near @ sums)[of_row], 0.1), _log((everyone @ sums)[of_row], 0.05)]
    return np.column_stack(recalled + content), np.column_stack(content)


@dataclass(frozen=True)
class LinearRanker:
    """Logistic regressions over signals, one per target in TARGETS.

    Attributes:
        mean, scale: standardisation of the signals, *shape* (signals,).
        weights: *shape* (signals, targets); bias: *shape* (targets,).
    """

    mean: Floats
    scale: Floats
    weights: Floats
    bias: Floats

    def probabilities(self, values: Floats) -> Floats:
        """P(target) for rows of signals. *Shape:* (rows, targets), 0..1."""
        scores = ((values - self.mean) / self.scale) @ self.weights + self.bias
        result: Floats = 1 / (1 + np.exp(-np.clip(scores, -30, 30)))
        result[:, :3] = np.minimum.accumulate(result[:, :3], axis=1)
        return result


@dataclass(frozen=True)
class Ranking:
    """What a ranker says of every clause.

    Attributes:
        probabilities: P(target) per clause, *shape* (clauses, len(TARGETS)), 0..1.
        order: what clauses are ordered by, *shape* (clauses,): the expected grade plus the grade that the nearest initiatives
            remember. Adding the latter, which is also a signal, ranked better than either alone in cross-validation.
    """

    probabilities: Floats
    order: Floats


@dataclass(frozen=True)
class Ranker:
    """The two rankers, each for its own regulations."""

    known: LinearRanker  # regulations of which the memory holds grades
    new: LinearRanker  # all others

    def rank(self, query: Query, memory: Memory, space: Space, *, without: int | None = None) -> Ranking:
        """Rank every clause of the space for one initiative."""
        with_memory, content = signals(query, memory, space, without=without)
        probabilities = np.where(
            memory.known_rows[:, None], self.known.probabilities(with_memory), self.new.probabilities(content)
        )
        recalled = with_memory[:, RECALLED_GRADE]
        return Ranking(probabilities=probabilities, order=probabilities[:, :3].sum(axis=1) + recalled)


def _rows_of(refs: list[str], wanted: set[str]) -> dict[str, int]:
    return {ref: row for row, ref in enumerate(refs) if ref in wanted}


def _article(ref: str) -> str:
    return ref.partition("/lid-")[0]


def _logit(probability: Floats) -> Floats:
    result: Floats = np.log((probability + 0.01) / (1.01 - probability))
    return result


def _log(value: Floats, floor: float) -> Floats:
    """Logarithm that starts at 0, so that a small value is told apart from none."""
    result: Floats = np.log1p(np.maximum(value, 0) / floor)
    return result
