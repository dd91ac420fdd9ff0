"""The statistics of alarms: silent while nothing changes, also where flags of one initiative are alike; heard when it does."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from service.work.beyond_chance import ERRORS, FEWEST, LARGE_SHIFT, LEAST, MARGIN, Gap, Outcome, compared, kept, shift

ROUNDS = 400
SELDOM = 0.05

Rng = np.random.Generator


def judged(
    rng: Rng, initiatives: int, flags: int, *, odds: float = 0.0, alike: float = 1.0, name: str = "", high: float = 0.95
) -> list[Outcome]:
    """Flags of initiatives, rejected as often as was claimed; odds: how much more often (log); alike: how much initiatives vary."""
    found = []
    for number in range(initiatives):
        of_initiative = rng.normal(0.0, alike)
        for p in rng.uniform(0.05, high, size=flags):
            logit = np.log((1 - p) / p) + of_initiative + odds
            found.append(Outcome(hit=bool(rng.random() < 1 / (1 + np.exp(-logit))), p=float(p), cluster=f"{name}{number}"))
    return found


def higher(gap: Gap | None) -> bool:
    assert gap is not None
    return gap.value > gap.beside + gap.room


def share_of(rounds: int, sounds: Callable[[Rng], bool]) -> float:
    rng = np.random.default_rng(7)
    return sum(sounds(rng) for _ in range(rounds)) / rounds


@pytest.mark.parametrize(
    ("initiatives", "flags", "alike"),
    [
        # every flag by itself
        (40, 1, 0.0),
        # few initiatives, each with many flags that are judged alike
        (5, 20, 1.5),
        (12, 20, 1.5),
        # many
        (60, 10, 1.0),
    ],
)
def test_rejections_that_do_not_change_seldom_sound(initiatives: int, flags: int, alike: float) -> None:
    def sounds(rng: Rng) -> bool:
        own, other = (judged(rng, initiatives, flags, alike=alike, name=name) for name in "ab")
        return higher(compared(own, other))

    assert share_of(ROUNDS, sounds) <= SELDOM


def test_counted_one_by_one_they_would_sound_for_nothing() -> None:
    """Why initiatives are counted whole."""

    def sounds(rng: Rng) -> bool:
        sides = [judged(rng, 12, 20, alike=1.5, name=name) for name in "ab"]
        own, other = (
            [Outcome(hit=one.hit, p=one.p, cluster=(side, number)) for number, one in enumerate(outcomes)]
            for side, outcomes in enumerate(sides)
        )
        return higher(compared(own, other))

    assert share_of(ROUNDS, sounds) > SELDOM


def test_more_rejections_sound() -> None:
    def sounds(rng: Rng) -> bool:
        return higher(compared(judged(rng, 30, 10, odds=2.0, name="a"), judged(rng, 30, 10, name="b")))

    assert share_of(100, sounds) >= 0.9


def test_fewer_rejections_do_not_sound() -> None:
    def sounds(rng: Rng) -> bool:
        return higher(compared(judged(rng, 30, 10, odds=-2.0, name="a"), judged(rng, 30, 10, name="b")))

    assert share_of(100, sounds) == 0.0


def test_judging_what_is_less_certain_is_no_fault_of_the_model() -> None:
    """Whoever judges only low probabilities rejects far more, and nothing got worse."""
    raised = []

    def sounds(rng: Rng) -> bool:
        own, other = judged(rng, 30, 20, alike=0.5, high=0.4, name="a"), judged(rng, 30, 20, alike=0.5, name="b")
        raised.append(np.mean([one.hit for one in own]) - np.mean([one.hit for one in other]))
        return higher(compared(own, other))

    assert share_of(200, sounds) <= SELDOM
    assert np.mean(raised) > 0.2


@pytest.mark.parametrize(("hits", "others", "error"), [(25, 15, (0.5 * 0.5 * 2 / 40 * 80 / 79) ** 0.5), (0, 0, 0.0)])
def test_two_shares_by_hand(hits: int, others: int, error: float) -> None:
    """One part, 40 of either kind, every outcome by itself: the test of two proportions."""
    own = [Outcome(hit=number < hits, cluster=("a", number)) for number in range(40)]
    other = [Outcome(hit=number < others, cluster=("b", number)) for number in range(40)]
    gap = compared(own, other)
    assert gap is not None
    assert (gap.value, gap.beside, gap.count, gap.count_beside) == (hits / 40, others / 40, 40, 40)
    assert gap.error == pytest.approx(error, abs=1e-9)
    assert gap.room == max(MARGIN, ERRORS * gap.error)


def test_what_only_one_side_claims_is_not_compared() -> None:
    own = [Outcome(hit=True, p=0.9, cluster=number) for number in range(LEAST)]
    assert compared(own, [Outcome(hit=False, p=0.1, cluster=number) for number in range(LEAST)]) is None


@pytest.mark.parametrize(
    ("number", "clusters", "told"),
    [(LEAST, FEWEST, True), (LEAST - 1, FEWEST, False), (LEAST, FEWEST - 1, False), (0, 1, False)],
)
def test_below_a_least_number_nothing_is_said(number: int, clusters: int, told: bool) -> None:
    outcomes = [Outcome(hit=True, p=0.5, cluster=place % clusters) for place in range(number)]
    assert (kept(outcomes) is not None) is told
    assert (compared(outcomes, outcomes) is not None) is told
    counts = np.array([[len([one for one in outcomes if one.cluster == cluster])] for cluster in range(clusters)])
    assert (shift(counts, counts) is not None) is told


@pytest.mark.parametrize(
    ("initiatives", "flags", "alike", "odds", "low", "high"),
    [
        # claims come true: as often as claimed, with more chance than independent flags have
        (20, 10, 0.0, 0.0, 0.0, SELDOM),
        (12, 20, 0.5, 0.0, 0.0, SELDOM),
        # and not
        (30, 10, 0.5, 1.2, 0.9, 1.0),
        (30, 10, 0.5, -1.2, 0.9, 1.0),
    ],
)
def test_claims_that_come_true(initiatives: int, flags: int, alike: float, odds: float, low: float, high: float) -> None:
    def sounds(rng: Rng) -> bool:
        rejected = judged(rng, initiatives, flags, alike=alike, odds=odds)
        gap = kept([Outcome(hit=not one.hit, p=one.p, cluster=one.cluster) for one in rejected])
        assert gap is not None
        off = abs(gap.value - gap.beside) > gap.room
        if off and odds:
            assert (gap.value < gap.beside) is (odds > 0)
        return off

    assert low <= share_of(200, sounds) <= high


def spread(rng: Rng, initiatives: int, flags: int, *, alike: float, moved: float = 0.0) -> np.ndarray:
    """Flags of initiatives by probability; *shape* (initiatives, 10)."""
    middles = np.clip(rng.normal(0.35 + moved, alike, size=initiatives), 0.0, 1.0)
    rows = []
    for middle in middles:
        p = np.clip(rng.normal(middle, 0.15, size=flags), 0.0, 0.999)
        rows.append(np.bincount((p * 10).astype(int), minlength=10))
    return np.array(rows)


@pytest.mark.parametrize(
    ("now", "before", "flags", "alike"),
    [
        # few initiatives with many flags: the index alone is often large
        (5, 8, 60, 0.2),
        (10, 40, 60, 0.2),
        # one thing an initiative
        (30, 30, 1, 0.2),
        (300, 300, 1, 0.2),
    ],
)
def test_a_spread_that_does_not_change_seldom_sounds(now: int, before: int, flags: int, alike: float) -> None:
    large = 0

    def sounds(rng: Rng) -> bool:
        nonlocal large
        found = shift(spread(rng, now, flags, alike=alike), spread(rng, before, flags, alike=alike))
        assert found is not None
        assert (found.now, found.before) == (now, before)
        large += found.value > LARGE_SHIFT  # what the index alone would call an alarm
        return found.value > found.bound

    assert share_of(200, sounds) <= SELDOM
    if now <= 10:
        assert large > 2 * SELDOM * 200


@pytest.mark.parametrize(("now", "before", "flags"), [(20, 60, 40), (60, 60, 1)])
def test_a_spread_that_moved_sounds(now: int, before: int, flags: int) -> None:
    def sounds(rng: Rng) -> bool:
        found = shift(spread(rng, now, flags, alike=0.1, moved=0.3), spread(rng, before, flags, alike=0.1))
        assert found is not None
        return found.value > found.bound

    assert share_of(30, sounds) >= 0.9
