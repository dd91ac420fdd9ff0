"""What to ask reviewers next: the clauses whose answer teaches the model most, mixed with a random audit.

The active part looks for clauses that the model is unsure of or that may hold a kind, most of all a kind that it knows few
examples of or decides badly (uncertainty sampling, Lewis and Gale 1994, per kind), that its tiers disagree on (query by
committee, Seung et al. 1992), and that many initiatives meet. It asks no two near-identical clauses, and few of one regulation.

The random part keeps the measuring honest: it is drawn before anything else, from the whole pool, with no regard to what a
model thinks, so what it finds can be weighed by ``Chosen.inclusion`` (Horvitz and Thompson 1952).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

from models.joint import softened_log_odds
from training.reviews.rows import Way

Floats = npt.NDArray[np.floating[Any]]
Rows = npt.NDArray[np.int64]

LEAST_ROOM = 0.05
"""Room for improvement that a kind keeps, however well it is decided."""

BLOCK = 256
"""Candidates that are compared with what was chosen in one go."""

MOST_COMPARED = 50_000
"""Candidates among which distinct ones are looked for. Without a bound, a pool of almost nothing but copies takes minutes."""


@dataclass(frozen=True, kw_only=True)
class SelectionConfig:
    """What counts for how much. The defaults are those of the measured table in docs/learning-from-reviews.md."""

    audit: float = 0.2  # share of the questions that is drawn at random, 0..1
    uncertainty: float = 1.0  # of closeness to the threshold of a kind
    expected: float = 0.3  # of the probability of a kind: positives teach more than negatives
    disagreement: float = 1.0  # of the distance between what the tiers say
    rarity: float = 0.5  # exponent of 1 / (positives known of a kind)
    weakness: float = 1.0  # exponent of 1 - F1 of a kind
    influence: float = 0.5  # exponent of the weight of a clause
    likeness: float = 0.8  # cosine from which two clauses are one question; over 1 switches it off
    per_group: int = 25  # most active questions of one group, such as a regulation

    def __post_init__(self) -> None:
        """Validate.

        Raises:
            ValueError: a share is no share, a weight is negative, or nothing may be asked.
        """
        if not 0 <= self.audit <= 1:
            raise ValueError("the share of the audit is from 0 to 1")
        if min(self.uncertainty, self.expected, self.disagreement, self.rarity, self.weakness, self.influence) < 0:
            raise ValueError("weights and exponents are 0 or more")
        if self.likeness <= 0 or self.per_group < 1:
            raise ValueError("likeness is over 0, and at least one question of a group may be asked")


@dataclass(frozen=True, kw_only=True)
class Chosen:
    """Questions in the order to ask them: active ones most instructive first, with the audit in between at random places.

    Attributes:
        rows: of the pool; *shape* (questions,), no row twice.
        ways: how each was chosen, a value of ``Way``.
        inclusion: probability with which the random part held the clause; NaN for what was not drawn. *Shape:* (questions,).
    """

    rows: Rows
    ways: tuple[str, ...]
    inclusion: npt.NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.rows)


def choose(
    probabilities: Floats,
    thresholds: Floats,
    features: sp.csr_matrix,
    *,
    count: int,
    config: SelectionConfig,
    seed: int,
    needs: Floats | None = None,
    groups: Sequence[str] | None = None,
    disagreement: Floats | None = None,
    influence: Floats | None = None,
) -> Chosen:
    """Choose questions from the pool of clauses that were not asked yet.

    The random part is a simple random sample without replacement of ``round(audit * count)`` clauses of the whole pool, so
    every clause had the same chance to be in it: that number / the size of the pool. The rules against near-identical clauses
    and against many of one group bind the active part only; where they leave too few of the ``MOST_COMPARED`` best they give
    way, the one on groups first.

    Args:
        probabilities: calibrated; *shape* (clauses, kinds).
        thresholds: from which a kind is decided; *shape* (kinds,).
        features: of the words of every clause; *shape* (clauses, features), 0 or more.
        count: of questions; all of the pool where it is smaller.
        config: what counts for how much.
        seed: the same seed chooses the same questions.
        needs: how much each kind needs examples, see ``needs_of``; from the probabilities when left out. *Shape:* (kinds,).
        groups: of every clause, such as its regulation; no rule on groups when left out.
        disagreement: distance between the probabilities of two tiers, see ``disagreement_of``; *shape* (clauses, kinds).
        influence: weight of every clause, such as how many initiatives meet it; *shape* (clauses,), 0 or more.

    Raises:
        ValueError: shapes do not belong together, or count is negative.
    """
    size = len(probabilities)
    if count < 0 or features.shape[0] != size or probabilities.shape[1:] != thresholds.shape:
        raise ValueError("one row of features and of probabilities a clause, one threshold a kind, and a count of 0 or more")
    if any(given is not None and len(given) != size for given in (groups, disagreement, influence)):
        raise ValueError("groups, disagreement and influence have one value a clause")
    count = min(count, size)
    rng = np.random.default_rng(seed)
    drawn = rng.permutation(size)[: round(config.audit * count)]
    score = scores(probabilities, thresholds, config, needs=needs, disagreement=disagreement, influence=influence)
    active = _varied(score, features, drawn, count - len(drawn), config, groups)
    rows, random = np.empty(count, dtype=np.int64), np.zeros(count, dtype=bool)
    random[rng.permutation(count)[: len(drawn)]] = True
    rows[random], rows[~random] = drawn, active
    return Chosen(
        rows=rows,
        ways=tuple((Way.RANDOM if by_chance else Way.ACTIVE).value for by_chance in random),
        inclusion=np.where(random, len(drawn) / max(1, size), np.nan),
    )


def scores(
    probabilities: Floats,
    thresholds: Floats,
    config: SelectionConfig,
    *,
    needs: Floats | None = None,
    disagreement: Floats | None = None,
    influence: Floats | None = None,
) -> npt.NDArray[np.float64]:
    """How much the answer about each clause would teach; arguments as those of ``choose``. *Shape:* (clauses,), 0 or more."""
    if needs is None:
        needs = needs_of(probabilities.sum(axis=0), np.zeros_like(thresholds), config)
    near = 1 / (1 + np.exp(softened_log_odds(thresholds) - softened_log_odds(probabilities)))
    value = config.uncertainty * 4 * near * (1 - near) + config.expected * probabilities  # both from 0 to 1
    if disagreement is not None:
        value = value + config.disagreement * disagreement
    result = np.asarray(value @ needs, dtype=np.float64)
    if influence is not None:
        result *= np.asarray(influence, dtype=np.float64) ** config.influence
    return result


def needs_of(positives: Floats, f1: Floats, config: SelectionConfig) -> npt.NDArray[np.float64]:
    """How much each kind needs examples: the fewer are known and the worse it is decided, the more.

    Args:
        positives: labelled examples of each kind; *shape* (kinds,).
        f1: of each kind, in cross-validation over the labelled clauses; *shape* (kinds,).
        config: the exponents.

    Returns:
        *Shape:* (kinds,), adding up to 1.
    """
    weights = np.maximum(positives, 1.0) ** -config.rarity * np.maximum(1 - f1, LEAST_ROOM) ** config.weakness
    return np.asarray(weights / weights.sum(), dtype=np.float64)


def disagreement_of(fast: Floats, slow: Floats) -> Floats:
    """How far the tiers are apart, 0..1, and 0 where the slow tier has not read (NaN). *Shape:* (clauses, kinds), as both."""
    return np.nan_to_num(np.abs(fast - slow), nan=0.0)


def _varied(
    score: npt.NDArray[np.float64],
    features: sp.csr_matrix,
    drawn: Rows,
    count: int,
    config: SelectionConfig,
    groups: Sequence[str] | None,
) -> Rows:
    """The rows of highest score, none like another or like one that was drawn, and few of one group; best first."""
    left = np.ones(len(score), dtype=bool)
    left[drawn] = False
    order = np.argsort(-score, kind="stable")
    order = order[left[order]][: max(MOST_COMPARED, count)]
    taken: list[int] = []
    crowded: list[int] = []  # of a group that was asked enough
    copies: list[int] = []
    asked: Counter[str] = Counter()
    known = _unit(features[drawn])
    start = 0
    while len(taken) < count and start < len(order):
        block = order[start : start + BLOCK]
        start += BLOCK
        vectors = _unit(features[block])
        alike = _like(vectors, known, config.likeness).any(axis=1)
        copies += block[alike].tolist()
        block, vectors = block[~alike], vectors[~alike]
        among = _like(vectors, vectors, config.likeness)
        added: list[int] = []
        for place, row in enumerate(block.tolist()):
            if len(taken) == count:
                break
            if among[place, added].any():
                copies.append(row)
            elif groups is not None and asked[groups[row]] >= config.per_group:
                crowded.append(row)
            else:
                taken.append(row)
                added.append(place)
                if groups is not None:
                    asked[groups[row]] += 1
        known = sp.vstack([known, vectors[added]], format="csr")
    rest = (crowded + copies)[: count - len(taken)]
    return np.array(taken + rest, dtype=np.int64)


def _like(some: sp.csr_matrix, others: sp.csr_matrix, likeness: float) -> npt.NDArray[np.bool_]:
    """Whether the cosine of rows of unit length reaches a bound. *Shape:* (some, others)."""
    if likeness > 1 or not others.shape[0]:
        return np.zeros((some.shape[0], others.shape[0]), dtype=bool)
    return np.asarray((some @ others.T).toarray() >= likeness)


def _unit(vectors: sp.csr_matrix) -> sp.csr_matrix:
    """Rows of unit length; a row of zeros stays one, and is like nothing."""
    length = np.sqrt(np.asarray(vectors.multiply(vectors).sum(axis=1)).ravel())
    return sp.diags_array(1 / np.where(length > 0, length, 1.0)).dot(vectors).tocsr()
