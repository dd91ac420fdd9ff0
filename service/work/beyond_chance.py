"""Whether a share or a distribution changed by more than chance.

Flags of one initiative are alike: one story, read by one model, often judged by one person. Counted as if each stood by itself,
chance would look smaller than it is, and alarms would sound for nothing. So chance is taken over initiatives here: they are
shuffled whole, or their sums make the standard error.

Alarms are looked at again and again, so the bounds are wide: three standard errors, as control charts have (Shewhart 1931,
Economic Control of Quality of Manufactured Product), and one in a hundred for what is shuffled. And what is beyond chance with
many numbers may still be too small to matter, so a change has to be large as well.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from math import log, sqrt

import numpy as np
import numpy.typing as npt

LEAST = 30
"""With fewer on either side nothing is said."""

FEWEST = 5
"""And with fewer initiatives on either side, however many flags they have."""

ERRORS = 3.0
"""Standard errors from which a difference is more than chance."""

MARGIN = 0.05
"""From which a difference of shares, 0..1, is large enough to matter."""

BINS = 10
"""Parts of what was claimed, by probability."""

ALIKE, LARGE_SHIFT = 0.1, 0.25
"""Population stability index below which two distributions are called alike, and above which different (Siddiqi 2006, Credit
Risk Scorecards)."""

SHUFFLES = 499
CHANCE = 0.01

_SEED = 20_240_101  # the same numbers give the same alarm

Counts = npt.NDArray[np.int64]


@dataclass(frozen=True, kw_only=True)
class Shift:
    """How far a distribution moved."""

    value: float  # population stability index, 0 and up
    bound: float  # above this it is large, and more than chance
    now: int  # initiatives
    before: int

    @property
    def beyond_chance(self) -> bool:
        """Whether it is large, and more than chance."""
        return self.value > self.bound

    @property
    def size(self) -> str:
        """In a word: "large", "chance" (large, as it may be by chance), "some" or "none"."""
        if self.beyond_chance:
            return "large"
        return "chance" if self.value > LARGE_SHIFT else "some" if self.value > ALIKE else "none"


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """One thing that came out one way or the other."""

    hit: bool
    p: float = 0.0  # what the model claimed, 0..1: only what it claims alike is compared
    cluster: Hashable  # of what is alike: the initiative


@dataclass(frozen=True, kw_only=True)
class Gap:
    """Two shares beside each other."""

    value: float  # 0..1
    beside: float  # 0..1
    error: float  # standard error of their difference when nothing is the matter
    count: int  # that the value rests on
    count_beside: int

    @property
    def room(self) -> float:
        """By how much they may differ: by chance, or without its mattering."""
        return max(MARGIN, ERRORS * self.error)


def shift(now: Counts, before: Counts) -> Shift | None:
    """How far a distribution moved, and how far it would move by chance.

    The bound is that of a permutation test (Fisher 1935; Phipson and Smyth 2010) over whole initiatives: the stability index of
    few, or of initiatives with many flags each, is large without anything having changed.

    Args:
        now: of every initiative how many fall in every part; *shape* (initiatives, parts).
        before: the same, of others; *shape* (others, parts).

    Returns:
        None when either holds fewer than FEWEST initiatives, or fewer than LEAST things.
    """
    if min(len(now), len(before)) < FEWEST or min(now.sum(), before.sum()) < LEAST:
        return None
    value = stability_index(shares(now), shares(before))
    bound = LARGE_SHIFT
    if value > bound:  # below it no chance need be known
        rng = np.random.default_rng(_SEED)
        together = np.concatenate([now, before])
        whole = together.sum(axis=0)
        by_chance = []
        for _ in range(SHUFFLES):
            part = together[rng.permutation(len(together))[: len(now)]].sum(axis=0)
            by_chance.append(stability_index(shares(part[None]), shares((whole - part)[None])))
        bound = max(bound, float(np.quantile(by_chance, 1 - CHANCE, method="higher")))
    return Shift(value=value, bound=bound, now=len(now), before=len(before))


def stability_index(one: Sequence[float], other: Sequence[float]) -> float:
    """Population stability index of two distributions: below ALIKE they are alike, above LARGE_SHIFT they are not.

    Shares of nothing count as one in a thousand, so that one empty bin does not make all of it infinite.
    """
    pairs = [(max(a, 0.001), max(b, 0.001)) for a, b in zip(one, other, strict=True)]
    return sum((a - b) * log(a / b) for a, b in pairs)


def compared(now: Sequence[Outcome], before: Sequence[Outcome]) -> Gap | None:
    """Shares of hits beside each other, among what was claimed alike.

    Outcomes are put in ten parts by what was claimed, and compared part by part with the weights of Mantel and Haenszel (1959):
    people who judge what is less certain reject more of it, and that is no fault of a model. The error is the larger of theirs
    and of that over initiatives (Liang and Zeger 1986), both as if there were no difference.

    Returns:
        The shares with the same weights on both sides; None when either has fewer than LEAST outcomes, or they come from fewer
        than FEWEST initiatives, in parts that both have.
    """
    shared = [(own, other) for own, other in zip(_parted(now), _parted(before), strict=True) if own and other]
    count, count_beside = (sum(len(pair[side]) for pair in shared) for side in (0, 1))
    clusters = [{one.cluster for pair in shared for one in pair[side]} for side in (0, 1)]
    if min(count, count_beside) < LEAST or min(map(len, clusters)) < FEWEST:
        return None
    weights = [len(own) * len(other) / (len(own) + len(other)) for own, other in shared]
    sums: dict[Hashable, float] = defaultdict(float)
    value = beside = variance = 0.0
    for weight, (own, other) in zip(weights, shared, strict=True):
        whole = len(own) + len(other)
        usual = (_hits(own) + _hits(other)) / whole
        value += weight * _hits(own) / len(own)
        beside += weight * _hits(other) / len(other)
        variance += weight * usual * (1 - usual) * whole / (whole - 1)
        for side, sign in ((own, 1.0), (other, -1.0)):
            for one in side:
                sums[one.cluster] += sign * weight / len(side) * (one.hit - usual)
    error, total = _error(variance, sums), sum(weights)
    return Gap(
        value=value / total, beside=beside / total, error=error / total, count=count, count_beside=count_beside
    )  # fmt: skip


def kept(outcomes: Sequence[Outcome]) -> Gap | None:
    """The share that came true beside the share that was claimed, over all parts together (calibration in the large).

    The sum of what came true is tested against the sum of what was claimed, as Cox (1958) does; the error is the larger of that
    of independent outcomes and of that over initiatives. A model that claims too much in one part and too little in another is
    not found so.

    Returns:
        None with fewer than LEAST outcomes, or from fewer than FEWEST initiatives.
    """
    if len(outcomes) < LEAST or len({one.cluster for one in outcomes}) < FEWEST:
        return None
    sums: dict[Hashable, float] = defaultdict(float)
    for one in outcomes:
        sums[one.cluster] += one.hit - one.p
    number = len(outcomes)
    return Gap(
        value=_hits(outcomes) / number,
        beside=sum(one.p for one in outcomes) / number,
        error=_error(sum(one.p * (1 - one.p) for one in outcomes), sums) / number,
        count=number,
        count_beside=number,
    )


def _error(variance: float, sums: dict[Hashable, float]) -> float:
    """The standard error of a total: of independent outcomes, or of sums of clusters where that is larger."""
    return sqrt(max(variance, sum(one * one for one in sums.values()) * len(sums) / (len(sums) - 1)))


def _parted(outcomes: Sequence[Outcome]) -> list[list[Outcome]]:
    """Outcomes by what was claimed, in BINS parts."""
    parts: list[list[Outcome]] = [[] for _ in range(BINS)]
    for one in outcomes:
        parts[min(int(one.p * BINS), BINS - 1)].append(one)
    return parts


def _hits(outcomes: Sequence[Outcome]) -> int:
    return sum(one.hit for one in outcomes)


def shares(counts: Counts) -> list[float]:
    """Which part of all falls in every part of the distribution. *Shape* of counts: (initiatives, parts)."""
    parts = counts.sum(axis=0)
    return [float(share) for share in parts / max(1, parts.sum())]
