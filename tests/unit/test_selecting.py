"""What is asked next: how many, by which way, with what chance, and nothing twice."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
import scipy.sparse as sp

from training.reviews.rows import Way
from training.reviews.selecting import Chosen, SelectionConfig, choose, disagreement_of, needs_of, scores

KINDS = 4
THRESHOLDS = np.full(KINDS, 0.4, dtype=np.float32)
PLAIN = SelectionConfig()
ALL_ACTIVE = SelectionConfig(audit=0.0)


def pool(size: int, *, seed: int = 0) -> tuple[npt.NDArray[np.float32], sp.csr_matrix]:
    """Probabilities, mostly low, and sparse features that no two clauses share."""
    rng = np.random.default_rng(seed)
    features = sp.random_array((size, 500), density=0.03, rng=rng, dtype=np.float32).tocsr()
    return rng.beta(0.3, 3, (size, KINDS)).astype(np.float32), sp.csr_matrix(features)


def distinct(size: int) -> sp.csr_matrix:
    """Every clause is about something else."""
    return sp.csr_matrix(sp.eye_array(size, dtype=np.float32).tocsr())


def asked(size: int, count: int, config: SelectionConfig = PLAIN, *, seed: int = 0, **given: Any) -> Chosen:
    probabilities, features = pool(size)
    return choose(probabilities, THRESHOLDS, features, count=count, config=config, seed=seed, **given)


@pytest.mark.parametrize(
    ("size", "count", "questions"),
    [
        (300, 40, 40),
        (300, 1, 1),
        (300, 0, 0),
        (300, 300, 300),  # the whole pool
        (30, 40, 30),  # more than there is
        (0, 40, 0),  # everything was asked
    ],
)
def test_as_many_as_wanted_and_none_twice(size: int, count: int, questions: int) -> None:
    for config in (PLAIN, ALL_ACTIVE, SelectionConfig(audit=1.0), SelectionConfig(per_group=1)):
        chosen = asked(size, count, config, groups=["one regulation"] * size)
        assert len(chosen) == len(chosen.ways) == len(chosen.inclusion) == questions
        assert len(set(chosen.rows.tolist())) == questions
        assert set(chosen.rows.tolist()) <= set(range(size))


def test_a_seed_decides() -> None:
    one, same, other = (asked(300, 50, seed=seed) for seed in (7, 7, 8))
    assert np.array_equal(one.rows, same.rows) and one.ways == same.ways
    assert not np.array_equal(one.rows, other.rows)


@pytest.mark.parametrize(("share", "by_chance"), [(0.0, 0), (0.2, 10), (0.5, 25), (1.0, 50)])
def test_share_and_chance_of_the_audit(share: float, by_chance: int) -> None:
    chosen = asked(400, 50, SelectionConfig(audit=share))
    random = np.array(chosen.ways) == Way.RANDOM
    assert Counter(chosen.ways) == Counter({Way.RANDOM.value: by_chance, Way.ACTIVE.value: 50 - by_chance})
    assert np.all(chosen.inclusion[random] == by_chance / 400)
    assert np.isnan(chosen.inclusion[~random]).all()


def test_every_clause_is_drawn_as_often_as_its_inclusion_says() -> None:
    """Also the clauses that the active part wants, and those that are each other's copies."""
    probabilities, features = pool(40)
    features = sp.csr_matrix(sp.vstack([features[:20], features[:20]]).tocsr())
    probabilities[0] = THRESHOLDS
    rounds, times, together, claimed = 500, np.zeros(40), 0, set()
    for seed in range(rounds):
        chosen = choose(probabilities, THRESHOLDS, features, count=20, config=PLAIN, seed=seed, groups=["a"] * 30 + ["b"] * 10)
        drawn = chosen.rows[np.array(chosen.ways) == Way.RANDOM]
        times[drawn] += 1
        together += {0, 20} <= set(drawn.tolist())
        claimed |= set(chosen.inclusion[~np.isnan(chosen.inclusion)].tolist())
    assert claimed == {4 / 40}
    spread = np.sqrt(0.1 * 0.9 / rounds)
    assert np.abs(times / rounds - 0.1).max() < 4.5 * spread
    assert times.sum() == 4 * rounds
    pairs = 4 * 3 / (40 * 39)  # of simple random sampling: two given clauses are drawn together
    assert abs(together / rounds - pairs) < 4.5 * np.sqrt(pairs / rounds)


def test_what_the_audit_finds_weighed_by_inclusion_is_unbiased() -> None:
    probabilities, features = pool(200)
    barrier = np.random.default_rng(1).random(200) < probabilities.max(axis=1)
    estimates = []
    for seed in range(400):
        chosen = choose(probabilities, THRESHOLDS, features, count=50, config=SelectionConfig(audit=0.4), seed=seed)
        random = ~np.isnan(chosen.inclusion)
        estimates.append(float((barrier[chosen.rows[random]] / chosen.inclusion[random]).sum()))
    error = np.std(estimates) / np.sqrt(len(estimates))
    assert abs(np.mean(estimates) - barrier.sum()) < 4 * error
    assert barrier[asked(200, 50, ALL_ACTIVE).rows].mean() > 1.5 * barrier.mean()  # the active part would have been biased


def test_the_first_questions_hold_as_much_audit_as_the_last() -> None:
    """Who stops halfway has answered a random sample too."""
    halves = np.array([[way == Way.RANDOM for way in asked(300, 50, seed=seed).ways] for seed in range(150)])
    assert abs(halves[:, :25].mean() - 0.2) < 0.02


def test_near_identical_clauses_are_asked_once() -> None:
    features = sp.csr_matrix(sp.vstack([distinct(30)] * 5).tocsr())
    features.data += np.random.default_rng(0).random(len(features.data)).astype(np.float32)  # length does not matter
    probabilities = np.tile(np.linspace(0.02, 0.4, 30, dtype=np.float32)[:, None], (5, KINDS))
    chosen = choose(probabilities, THRESHOLDS, features, count=30, config=ALL_ACTIVE, seed=0)
    assert len(set((chosen.rows % 30).tolist())) == 30
    active = choose(probabilities, THRESHOLDS, features, count=20, config=PLAIN, seed=0)
    random = np.array(active.ways) == Way.RANDOM
    assert not set((active.rows[random] % 30).tolist()) & set((active.rows[~random] % 30).tolist())
    free = choose(probabilities, THRESHOLDS, features, count=30, config=SelectionConfig(audit=0.0, likeness=1.01), seed=0)
    assert len(set((free.rows % 30).tolist())) == 6  # the best, five times each
    short = choose(probabilities, THRESHOLDS, features, count=100, config=ALL_ACTIVE, seed=0)
    assert len(set((short.rows[:30] % 30).tolist())) == 30  # copies last, when there is nothing else


def test_clauses_without_words_are_no_copies_of_each_other() -> None:
    probabilities, _ = pool(10)
    chosen = choose(probabilities, THRESHOLDS, sp.csr_matrix((10, 5), dtype=np.float32), count=10, config=ALL_ACTIVE, seed=0)
    assert np.array_equal(chosen.rows, np.argsort(-scores(probabilities, THRESHOLDS, ALL_ACTIVE), kind="stable"))


def test_at_most_some_of_a_regulation() -> None:
    groups = ["large"] * 250 + [f"small {number}" for number in range(50)]
    probabilities, _ = pool(300)
    probabilities[:250] = THRESHOLDS  # all of the large one would be asked first
    given = {"groups": groups, "seed": 0, "count": 40}
    capped = choose(probabilities, THRESHOLDS, distinct(300), config=SelectionConfig(audit=0.0, per_group=5), **given)
    assert Counter(groups[row] for row in capped.rows)["large"] == 5
    free = choose(probabilities, THRESHOLDS, distinct(300), config=SelectionConfig(audit=0.0, per_group=300), **given)
    assert Counter(groups[row] for row in free.rows)["large"] == 40


def test_first_comes_what_teaches_most() -> None:
    low, high = 0.02, 0.98
    probabilities = np.full((5, KINDS), low, dtype=np.float32)
    probabilities[1, 0] = 0.4  # on the threshold
    probabilities[2, 0] = high  # surely holds it
    probabilities[3, 0] = 0.25  # near the threshold
    order = choose(probabilities, THRESHOLDS, distinct(5), count=5, config=ALL_ACTIVE, seed=0, needs=np.ones(KINDS))
    assert order.rows[:2].tolist() == [1, 3] and order.rows[2] == 2
    expected = SelectionConfig(audit=0.0, uncertainty=0.0, expected=1.0)
    assert choose(
        probabilities, THRESHOLDS, distinct(5), count=1, config=expected, seed=0, needs=np.ones(KINDS)
    ).rows.tolist() == [2]


def test_rare_and_weak_kinds_need_examples() -> None:
    needs = needs_of(np.array([100.0, 4.0, 100.0, 0.0]), np.array([0.8, 0.8, 0.2, 0.0]), PLAIN)
    assert needs.sum() == pytest.approx(1)
    assert needs[3] > needs[1] > needs[0] and needs[2] == pytest.approx(4 * needs[0])
    perfect = needs_of(np.array([1.0, 1.0]), np.array([1.0, 1.0]), PLAIN)
    assert perfect.tolist() == [0.5, 0.5]
    probabilities = np.full((2, KINDS), 0.02, dtype=np.float32)
    probabilities[0, 0] = probabilities[1, 1] = 0.4
    for wanted, weights in ((0, [3.0, 1, 1, 1]), (1, [1, 3.0, 1, 1])):
        chosen = choose(probabilities, THRESHOLDS, distinct(2), count=1, config=ALL_ACTIVE, seed=0, needs=np.array(weights))
        assert chosen.rows.tolist() == [wanted]


def test_what_the_tiers_disagree_on_and_what_many_initiatives_meet_goes_first() -> None:
    probabilities = np.full((6, KINDS), 0.1, dtype=np.float32)
    slow = probabilities.copy()
    slow[3, 2], slow[5] = 0.9, np.nan  # the slow tier has not read the last
    apart = disagreement_of(probabilities, slow)
    assert apart[3, 2] == pytest.approx(0.8) and not apart[5].any()
    meets = np.array([1, 1, 9, 1, 0, 1])
    given = {"count": 6, "config": ALL_ACTIVE, "seed": 0}
    assert choose(probabilities, THRESHOLDS, distinct(6), disagreement=apart, **given).rows[0] == 3
    reached = choose(probabilities, THRESHOLDS, distinct(6), influence=meets, **given).rows
    assert reached[0] == 2 and reached[-1] == 4
    values = scores(probabilities, THRESHOLDS, ALL_ACTIVE, influence=meets)
    assert values[2] == pytest.approx(3 * values[0]) and values[4] == 0


@pytest.mark.parametrize(
    "wrong",
    [{"audit": 1.1}, {"audit": -0.1}, {"uncertainty": -1.0}, {"influence": -0.5}, {"likeness": 0.0}, {"per_group": 0}],
)
def test_a_configuration_that_makes_no_sense(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError):
        SelectionConfig(**wrong)


def test_what_does_not_belong_together() -> None:
    probabilities, features = pool(20)
    for wrong in (
        {"features": features[:10]},
        {"thresholds": THRESHOLDS[:2]},
        {"count": -1},
        {"groups": ["a"]},
        {"influence": np.ones(3)},
        {"disagreement": probabilities[:4]},
    ):
        given = {"thresholds": THRESHOLDS, "features": features, "count": 5, "config": PLAIN, "seed": 0} | wrong
        with pytest.raises(ValueError):
            choose(probabilities, given.pop("thresholds"), given.pop("features"), **given)


@pytest.mark.parametrize("seed", range(3))
def test_choosing_in_blocks_is_choosing_one_by_one(seed: int) -> None:
    """Against the plain way: take the best that is like none and of no crowded group."""
    rng = np.random.default_rng(seed)
    probabilities = rng.beta(0.3, 3, (900, KINDS)).astype(np.float32)
    dense = (rng.random((60, 40)) < 0.2).astype(np.float32)[rng.integers(0, 60, 900)]
    dense[rng.random((900, 40)) < 0.05] = 1
    groups = [f"regulation {number}" for number in rng.integers(0, 60, 900)]
    config = SelectionConfig(audit=0.1, per_group=6, likeness=0.85)
    chosen = choose(probabilities, THRESHOLDS, sp.csr_matrix(dense), count=250, config=config, seed=seed, groups=groups)
    random = np.array(chosen.ways) == Way.RANDOM
    unit = dense / np.linalg.norm(dense, axis=1, keepdims=True)
    expected: list[int] = []
    drawn = chosen.rows[random].tolist()
    for row in np.argsort(-scores(probabilities, THRESHOLDS, config), kind="stable").tolist():
        crowded = sum(groups[other] == groups[row] for other in expected) >= 6
        if len(expected) < 225 and row not in drawn and not crowded and (unit[[*drawn, *expected]] @ unit[row]).max() < 0.85:
            expected.append(row)
    assert len(expected) > 150
    assert chosen.rows[~random][: len(expected)].tolist() == expected
