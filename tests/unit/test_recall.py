"""The estimate of recall: its interval covers the truth, and it moves the way the judgements point."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from service.work.recall import Part, estimate


def judged(size: int, barriers: int, number: int, rng: np.random.Generator) -> Part:
    """A part of which chance put so many before people."""
    return Part(size=size, judged=number, barriers=int(rng.hypergeometric(barriers, size - barriers, number)))


@pytest.mark.parametrize(
    ("flagged", "missed"),
    [
        # (how many there are, barriers among them, judged): a good model, much judged
        ([(100, 20, 40), (100, 60, 40), (100, 90, 40)], [(1_000, 40, 150), (20_000, 40, 150)]),
        # few judged, one bin of flags not at all large
        ([(30, 6, 10), (80, 70, 20)], [(900, 90, 60)]),
        # a model that misses as much as it finds
        ([(200, 60, 50)], [(1_000, 50, 100), (3_000, 30, 100)]),
    ],
)
def test_the_interval_covers_the_truth(flagged: list[tuple[int, int, int]], missed: list[tuple[int, int, int]]) -> None:
    rng = np.random.default_rng(1)
    hits, misses = sum(part[1] for part in flagged), sum(part[1] for part in missed)
    truth = hits / (hits + misses)
    rounds, covered = 300, 0
    for _ in range(rounds):
        found, not_found = ([judged(*part, rng) for part in parts] for parts in (flagged, missed))
        value, low, high = estimate(found, not_found)
        assert 0 <= low <= value <= high <= 1
        covered += low <= truth <= high
    assert covered / rounds >= 0.9


def test_when_nothing_was_missed_among_what_was_judged_something_may_be_missed_still() -> None:
    found = [Part(size=100, judged=50, barriers=40)]
    value, low, high = estimate(found, [Part(size=1_000, judged=50, barriers=0)])
    assert 0.5 < low < value < 1 and high < 1
    # far fewer judged: far less is known
    fewer = estimate(found, [Part(size=1_000, judged=10, barriers=0)])
    assert fewer[1] < low
    # a larger pool hides more
    assert estimate(found, [Part(size=20_000, judged=50, barriers=0)])[0] < value


def test_who_judged_everything_knows_everything() -> None:
    value, low, high = estimate([Part(size=40, judged=40, barriers=30)], [Part(size=60, judged=60, barriers=10)])
    assert value == low == high == pytest.approx(30 / 40)


def test_more_that_is_missed_is_less_recall_and_more_that_is_confirmed_is_more() -> None:
    flags = Part(size=200, judged=60, barriers=40)
    by_missed = [estimate([flags], [Part(size=1_000, judged=50, barriers=barriers)]) for barriers in range(0, 51, 5)]
    by_found = [
        estimate([Part(size=200, judged=60, barriers=barriers)], [Part(size=1_000, judged=50, barriers=5)])
        for barriers in range(0, 61, 6)
    ]
    for place in range(3):  # the estimate and both bounds
        assert all(one[place] > other[place] for one, other in itertools.pairwise(by_missed))
        assert all(one[place] < other[place] for one, other in itertools.pairwise(by_found))


def test_the_same_judgements_give_the_same_interval() -> None:
    parts = [Part(size=100, judged=20, barriers=9)], [Part(size=500, judged=30, barriers=2)]
    assert estimate(*parts) == estimate(*parts)
