"""Which clauses matter to an initiative: signals, and a linear ranker over them.

The signals of a clause for an initiative:

- what graders said of it, of its article and of its heading, for the initiatives most like this one (*memory*);
- how like it is, in words, to the clauses that mattered to those initiatives (*profile*);
- whether it regulates an activity of the initiative (*activities*);
- what the clause model says of it (*clause*);
- how many initiatives meet it at all (*reach*), where graders were not.

Two rankers are trained: one for regulations of which graders have seen clauses, one, without memory, for all others, trained by
hiding whole regulations. Otherwise a new regulation would look as if nothing in it had ever mattered.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Hashable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

from models.columns import COLUMN, RELIEFS
from models.finding import Finder
from models.index import ClauseFeatures
from models.joint import softened_log_odds
from models.terms import unit_rows

Floats = npt.NDArray[np.float64]
Rows = npt.NDArray[np.int64]

NEIGHBOURS = 10
"""How many like initiatives the memory asks."""

SPOKEN = 0.3
"""Weight from which a clause counts as speaking of an activity."""

REMEMBERED = 1_500
"""Clauses that the memory may bring as candidates."""

TARGETS = ("any", "substantial", "stopping", "room")
"""P(grade >= 1), P(grade >= 2), P(grade = 3), P(grade = R)."""


CONTENT_SIGNALS = (
    "words-near", "words-wide", "words-everyone", "words-own", "activities", "sharpest-activity", "any", "substantial",
    "stopping", "private", "relief", "repealed", "length", "words-near*any", "activities*any", "words-near*activities",
    "activities*relief",
)  # fmt: skip
"""What a clause says and is about, in the order of the columns of ``signals``."""

REACH_SIGNALS = ("reach", "reach*activities", "reach*words-near")
"""How many initiatives meet a clause at all. Where graders were they said so themselves; elsewhere it stands in for them."""

MEMORY_SIGNALS = (
    "grade-near-log", "grade-near", "grade-wide", "grade-everyone", "zero-near", "room-near", "room-everyone", "article-near",
    "article-everyone", "heading-near", "heading-everyone", "regulation-near", "regulation-everyone",
)  # fmt: skip
"""What graders said of a clause and around it. With memory these come first, then CONTENT_SIGNALS."""

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
    """All clauses that can be flagged, with their groups. Rows belong together; those of a regulation follow each other."""

    refs: Sequence[str]
    headings: Sequence[str]
    repealed: npt.NDArray[np.bool_]
    lengths: npt.NDArray[np.int32]  # characters
    features: ClauseFeatures

    def __len__(self) -> int:
        return len(self.refs)

    def at(self, rows: Rows) -> Space:
        """The space of the clauses in some rows; a row may come more than once."""
        return Space(
            refs=[self.refs[row] for row in rows],
            headings=[self.headings[row] for row in rows],
            repealed=self.repealed[rows],
            lengths=self.lengths[rows],
            features=self.features.at(rows),
        )

    @cached_property
    def finder(self) -> Finder:
        """Finds candidates in this space."""
        return Finder(self.features, self.repealed)

    @cached_property
    def regulations(self) -> dict[str, int]:
        """Number of every regulation, in order of appearance."""
        return {name: number for number, name in enumerate(dict.fromkeys(ref.partition("/")[0] for ref in self.refs))}

    @cached_property
    def regulation(self) -> npt.NDArray[np.int32]:
        """Number of the regulation of every row."""
        return np.array([self.regulations[ref.partition("/")[0]] for ref in self.refs], dtype=np.int32)

    @cached_property
    def article(self) -> npt.NDArray[np.int32]:
        """Number of the article of every row."""
        return _numbered([ref.partition("/lid-")[0] for ref in self.refs])

    @cached_property
    def head(self) -> npt.NDArray[np.int32]:
        """Number of regulation and heading together of every row."""
        return _numbered([(r.partition("/")[0], heading) for r, heading in zip(self.refs, self.headings, strict=True)])

    def within(self, regulation: str) -> range:
        """The rows of a regulation; none of one that is not here."""
        number = self.regulations.get(regulation, len(self.regulations))
        start, end = np.searchsorted(self.regulation, [number, number + 1])
        return range(int(start), int(end))

    def rows_of(self, refs: Iterable[str]) -> dict[str, int]:
        """The rows of clauses by ref; refs that are not here are left out."""
        wanted: dict[str, set[str]] = defaultdict(set)
        for ref in refs:
            wanted[ref.partition("/")[0]].add(ref)
        found: dict[str, int] = {}
        for regulation, own in wanted.items():
            rows = self.within(regulation)
            found |= {ref: row for row, ref in zip(rows, self.refs[rows.start : rows.stop], strict=True) if ref in own}
        return found

    def among(self, regulations: Collection[str]) -> npt.NDArray[np.bool_]:
        """Which rows belong to some regulations. *Shape:* (clauses,)."""
        chosen = np.array([name in regulations for name in self.regulations], dtype=bool)
        return chosen[self.regulation] if len(self.refs) else np.zeros(0, dtype=bool)


@dataclass(frozen=True)
class Query:
    """An initiative as the ranker sees it."""

    words: sp.csr_matrix  # (1, vocabulary), unit length: in the vocabulary of clauses
    own_words: sp.csr_matrix  # (1, own vocabulary), unit length: in the vocabulary of initiatives
    activities: npt.NDArray[np.float32]  # (activities,), 0..1


@dataclass(frozen=True)
class Queries:
    """Initiatives as the ranker compares others with them."""

    own_words: sp.csr_matrix  # (initiatives, own vocabulary), rows of unit length
    activities: npt.NDArray[np.float32]  # (initiatives, activities), 0..1

    @classmethod
    def of(cls, queries: Sequence[Query]) -> Queries:
        """Several queries together."""
        return cls(
            own_words=sp.vstack([query.own_words for query in queries], format="csr"),
            activities=np.vstack([query.activities for query in queries]),
        )


class Memory:
    """Graded initiatives, laid over the clauses of a space.

    Args:
        queries: the graded initiatives, together or one by one.
        grades: what was said of which clause; refs that the space does not hold are left out.
        space: the clauses.
        hidden: regulations whose grades are not used.
        profiles: the words of the clauses that mattered to each initiative, *shape* (initiatives, vocabulary); worked out
            from the space when not given. A store may lack the regulations that the graders searched.
    """

    def __init__(
        self,
        queries: Queries | Sequence[Query],
        grades: Sequence[Grade],
        space: Space,
        *,
        hidden: frozenset[str] = frozenset(),
        profiles: sp.csr_matrix | None = None,
    ) -> None:
        together = queries if isinstance(queries, Queries) else Queries.of(queries)
        self.own_words, self.activities = together.own_words, together.activities
        self.size = len(self.activities)
        used = [grade for grade in grades if grade.ref.partition("/")[0] not in hidden]
        self.known = frozenset(grade.ref.partition("/")[0] for grade in used)
        rows = space.rows_of({grade.ref for grade in used})
        used = [grade for grade in used if grade.ref in rows]
        who = np.array([grade.initiative for grade in used], dtype=np.int64)
        row = np.array([rows[grade.ref] for grade in used], dtype=np.int64)
        value = np.array([grade.value for grade in used])
        room = np.array([float(grade.room) for grade in used])
        self.rows, place = np.unique(row, return_inverse=True)
        self._place = np.full(len(space), len(self.rows), dtype=np.int32)
        self._place[self.rows] = np.arange(len(self.rows))
        shape = (self.size, len(self.rows) + 1)  # the last, empty, column is for clauses without any grade
        self.graded = sp.csr_matrix((value, (who, place)), shape=shape)
        self.room = sp.csr_matrix((room, (who, place)), shape=shape)
        self.zero = sp.csr_matrix(((value == 0) & (room == 0), (who, place)), shape=shape, dtype=float)
        self.profiles = self.graded[:, :-1] @ space.features.at(self.rows).words if profiles is None else profiles
        self.known_rows = space.among(self.known)
        self._groups = {
            name: self._group(who, row, value, of_row)
            for name, of_row in (("article", space.article), ("heading", space.head), ("regulation", space.regulation))
        }
        self._useful, of_row = self._group(who, row, value + room, space.article)
        self._beside = np.flatnonzero(of_row < self._useful.shape[1] - 1)
        self._article = of_row[self._beside]

    def _group(
        self, who: Rows, row: Rows, value: Floats, of_row: npt.NDArray[np.int32]
    ) -> tuple[sp.csr_matrix, npt.NDArray[np.int32]]:
        """Sums of grades per group, and the group of every row (the last, empty, group for rows of ungraded groups)."""
        known, place = np.unique(of_row[row], return_inverse=True)
        code = np.full(int(of_row.max(initial=0)) + 1, len(known), dtype=np.int32)
        code[known] = np.arange(len(known))
        sums = sp.csr_matrix((value, (who, place)), shape=(self.size, len(known) + 1))
        sums.data = np.minimum(sums.data, 20.0)
        return sums, code[of_row]

    def said(self, weights: Floats, what: sp.csr_matrix, rows: Rows) -> Floats:
        """Weighted mean over the initiatives of what graders said of the clauses in some rows. *Shape:* (rows,)."""
        result: Floats = np.asarray(weights @ what).ravel()[self._place[rows]]
        return result

    def said_around(self, weights: Floats, group: str, rows: Rows) -> Floats:
        """As ``said``, of everything in the same article, under the same heading or in the same regulation."""
        sums, of_row = self._groups[group]
        result: Floats = np.asarray(weights @ sums).ravel()[of_row[rows]]
        return result

    def remembered(self, weights: Floats, count: int) -> Rows:
        """Rows of the articles in which like initiatives met most, barriers and room, at most so many."""
        scores = np.asarray(weights @ self._useful).ravel()[self._article]
        best = np.argsort(-scores, kind="stable")[:count]
        return self._beside[best[scores[best] > 0]]

    def likeness(self, query: Query, *, without: int | None = None) -> Floats:
        """How like each graded initiative is, 0..1; 0 for the one that is left out. *Shape:* (size,)."""
        words = (self.own_words @ query.own_words.T).toarray().ravel()
        length = np.linalg.norm(self.activities, axis=1) * np.linalg.norm(query.activities)
        shared = np.divide(self.activities @ query.activities, length, out=np.zeros(self.size), where=length > 0)
        like: Floats = words + 0.5 * shared
        if without is not None:
            like[without] = 0.0
        return like


@dataclass(frozen=True)
class Neighbourhood:
    """How much each graded initiative has to say about another one; every row of weights sums to 1.

    Attributes:
        near: the few most like it. *Shape:* (size,), as the others.
        wide: all, by the square of their likeness.
        everyone: all alike.
    """

    near: Floats
    wide: Floats
    everyone: Floats

    @classmethod
    def of(cls, query: Query, memory: Memory, *, without: int | None = None) -> Neighbourhood:
        """The neighbourhood of an initiative; one graded initiative can be told to keep silent (itself, in training)."""
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
        return cls(near=near, wide=wide, everyone=everyone)


@dataclass(frozen=True)
class Asked:
    """An initiative laid beside the memory: everything about it that does not depend on the clause.

    Attributes:
        activities: P(activity) times its rarity, *shape* (activities,).
        around: who in the memory speaks, and how loud.
        directions: words of what mattered to the near ones, to all by likeness and to everyone, and its own words;
            *shape* (4, vocabulary), each of unit length.
    """

    activities: Floats
    around: Neighbourhood
    directions: Floats

    @classmethod
    def of(cls, query: Query, memory: Memory, rarity: Floats, *, without: int | None = None) -> Asked:
        """See Neighbourhood.of and rarity_of."""
        around = Neighbourhood.of(query, memory, without=without)
        profiles = sp.csr_matrix(np.vstack([around.near, around.wide, around.everyone])) @ memory.profiles
        directions = sp.vstack([unit_rows(profiles), query.words]).toarray()
        return cls(activities=query.activities * rarity, around=around, directions=directions)


def rarity_of(features: ClauseFeatures) -> Floats:
    """How little clauses speak of every activity: inverse document frequency, mean 1. *Shape:* (activities,).

    Of "association" half the law speaks, of "mill" three clauses: a match on the second says more.
    """
    spoken = np.asarray((features.activities > SPOKEN).sum(axis=0)).ravel()
    rarity = np.log(1 + features.activities.shape[0] / (1 + spoken))
    result: Floats = rarity / max(float(rarity.mean()), 1e-9)
    return result


def candidates(asked: Asked, memory: Memory, space: Space) -> Rows:
    """Rows of the clauses worth ranking: what words, activities and memory bring. Ascending."""
    near, wide, _, own = asked.directions
    marked = space.finder.candidates(np.vstack([near, wide, own]), asked.activities)
    marked[memory.remembered(asked.around.wide, REMEMBERED)] = True
    return np.flatnonzero(marked)


def signals(asked: Asked, memory: Memory, space: Space, rows: Rows) -> tuple[Floats, Floats]:
    """The signals of some clauses for one initiative.

    Returns:
        Signals with memory, *shape* (rows, MEMORY_SIGNALS and CONTENT_SIGNALS), and without, *shape* (rows, CONTENT_SIGNALS and
        REACH_SIGNALS).
    """
    around = asked.around
    features = space.features.at(rows)
    near_profile, wide_profile, general_profile, lexical = (features.words @ asked.directions.T).T
    regulated = features.activities
    by_activity = regulated @ asked.activities
    sharpest = _largest(regulated, asked.activities)
    named = ("any", "substantial", "stopping", "private", *RELIEFS)
    probability = features.probabilities[:, [COLUMN[name] for name in named]]
    odds = dict(zip(named, softened_log_odds(probability.T.astype(np.float64)), strict=True))
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
        space.repealed[rows].astype(float),
        np.log(space.lengths[rows] + 1.0),
    ]
    content += [content[0] * content[6], content[4] * content[6], content[0] * content[4], content[4] * relief]
    here = memory.said(around.near, memory.graded, rows)
    recalled = [
        _log(here, 0.02),
        here,
        _log(memory.said(around.wide, memory.graded, rows), 0.01),
        _log(memory.said(around.everyone, memory.graded, rows), 0.01),
        _log(memory.said(around.near, memory.zero, rows), 0.02),
        _log(memory.said(around.near, memory.room, rows), 0.02),
        _log(memory.said(around.everyone, memory.room, rows), 0.01),
    ]
    for group in ("article", "heading", "regulation"):
        recalled += [_log(memory.said_around(around.near, group, rows), 0.1)]
        recalled += [_log(memory.said_around(around.everyone, group, rows), 0.05)]
    reach = features.reach.astype(np.float64)
    reached = [reach, reach * content[4], reach * content[0]]
    return np.column_stack(recalled + content), np.column_stack(content + reached)


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

    @cached_property
    def _slopes(self) -> Floats:
        """Weights of signals as they are, not standardised."""
        slopes: Floats = self.weights / self.scale[:, None]
        return slopes

    def shares(self, values: Floats) -> Floats:
        """What every signal adds to the log-odds of the first target, against its mean. *Shape:* as values."""
        result: Floats = ((values - self.mean) / self.scale) * self.weights[:, 0]
        return result

    def probabilities(self, values: Floats) -> Floats:
        """P(target) for rows of signals. *Shape:* (rows, targets), 0..1."""
        scores = values @ self._slopes + (self.bias - self.mean @ self._slopes)
        result: Floats = 1 / (1 + np.exp(-np.clip(scores, -30, 30)))
        result[:, :3] = np.minimum.accumulate(result[:, :3], axis=1)
        return result


@dataclass(frozen=True)
class Ranking:
    """What a ranker says of the candidates.

    Attributes:
        rows: of the candidates in the space, ascending, *shape* (candidates,).
        probabilities: P(target) per candidate, *shape* (candidates, len(TARGETS)), 0..1.
        order: what they are ordered by, *shape* (candidates,): the expected grade plus the grade that the nearest initiatives
            remember. Adding the latter, which is also a signal, ranked better than either alone in cross-validation.
        with_memory, content: the signals that were weighed, see ``signals``.
    """

    rows: Rows
    probabilities: Floats
    order: Floats
    with_memory: Floats
    content: Floats


@dataclass(frozen=True)
class Ranker:
    """The two rankers, each for its own regulations."""

    known: LinearRanker  # regulations of which the memory holds grades
    new: LinearRanker  # all others
    rarity: Floats  # of every activity, *shape* (activities,)

    def ask(self, query: Query, memory: Memory, *, without: int | None = None) -> Asked:
        """Lay an initiative beside the memory."""
        return Asked.of(query, memory, self.rarity, without=without)

    def rank(self, query: Query, memory: Memory, space: Space, *, without: int | None = None) -> Ranking:
        """Find the candidates among the clauses of the space for one initiative, and rank them."""
        asked = self.ask(query, memory, without=without)
        return self.judge(asked, memory, space, candidates(asked, memory, space))

    def why(self, ranking: Ranking, memory: Memory, places: Rows, *, most: int = 3) -> list[list[tuple[str, float]]]:
        """The signals that speak most for the clauses at some places of a ranking.

        Returns:
            For each place the names of signals with what they add to the log-odds, largest first.
        """
        known, new = self.known.shares(ranking.with_memory[places]), self.new.shares(ranking.content[places])
        told = []
        reach = [(*CONTENT_SIGNALS, *REACH_SIGNALS).index(name) for name in REACH_SIGNALS]
        # Three columns are one thing; where it is small, its share may be positive and yet say nothing for the clause.
        summed = np.where(ranking.content[places, reach[0]] > self.new.mean[reach[0]], new[:, reach].sum(axis=1), 0.0)
        new[:, reach] = 0.0
        new[:, reach[0]] = summed
        for number, row in enumerate(ranking.rows[places]):
            names: tuple[str, ...] = (*CONTENT_SIGNALS, *REACH_SIGNALS)
            shares = new[number]
            if memory.known_rows[row]:
                names, shares = (*MEMORY_SIGNALS, *CONTENT_SIGNALS), known[number]
            best = [int(column) for column in np.argsort(-shares)[:most] if shares[column] > 0]
            told.append([(names[column], round(float(shares[column]), 3)) for column in best])
        return told

    def judge(self, asked: Asked, memory: Memory, space: Space, rows: Rows) -> Ranking:
        """Rank some clauses only."""
        with_memory, content = signals(asked, memory, space, rows)
        probabilities = np.where(
            memory.known_rows[rows, None], self.known.probabilities(with_memory), self.new.probabilities(content)
        )
        recalled = with_memory[:, RECALLED_GRADE]
        return Ranking(
            rows=rows,
            probabilities=probabilities,
            order=probabilities[:, :3].sum(axis=1) + recalled,
            with_memory=with_memory,
            content=content,
        )


def _numbered(names: Sequence[Hashable]) -> npt.NDArray[np.int32]:
    number = {name: place for place, name in enumerate(dict.fromkeys(names))}
    return np.array([number[name] for name in names], dtype=np.int32)


def _largest(matrix: sp.csr_matrix, weights: Floats) -> Floats:
    """The largest entry of every row, each times the weight of its column; 0 for an empty row. *Shape:* (rows,)."""
    largest = np.zeros(matrix.shape[0])
    filled = np.flatnonzero(np.diff(matrix.indptr))
    if len(filled):
        largest[filled] = np.maximum.reduceat(matrix.data * weights[matrix.indices], matrix.indptr[filled])
    return largest


def _log(value: Floats, floor: float) -> Floats:
    """Logarithm that starts at 0, so that a small value is told apart from none."""
    result: Floats = np.log1p(np.maximum(value, 0) / floor)
    return result
