"""Krippendorff's alpha: against published examples, against a second way of computing it, and what must hold of any."""

from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.work.agreement import LEAST, Agreement, Scale, agreement

# K. Krippendorff, "Computing Krippendorff's Alpha-Reliability" (2011), example C: four observers, twelve units, values 1-5,
# and places where an observer said nothing.
OBSERVERS = ("123321412...", "1233224125.3", ".3332342251.", "12332441251.")
UNITS = [[int(said) - 1 for said in unit if said != "."] for unit in zip(*OBSERVERS, strict=True)]

# The same, example A: two observers, ten units, two values.
BINARY = [[int(a), int(b)] for a, b in zip("0100000010", "1110010000", strict=True)]


@pytest.mark.parametrize(
    ("units", "values", "scale", "published"),
    [
        (BINARY, 2, "nominal", 0.095),
        (UNITS, 5, "nominal", 0.743),
        (UNITS, 5, "ordinal", 0.815),
    ],
)
def test_published_examples(units: list[list[int]], values: int, scale: Scale, published: float) -> None:
    assert agreement(units, values=values, scale=scale).alpha == pytest.approx(published, abs=0.0005)


def test_by_hand() -> None:
    """Two units: one agreed (0, 0), one not (0, 1). Three 0 and one 1: expected disagreement 2 * 3 * 1 / 3, observed 2."""
    assert agreement([[0, 0], [0, 1]], values=2, scale="nominal") == Agreement(alpha=0.0, low=None, high=None, units=2, apart=1)


def slowly(units: list[list[int]], scale: Scale) -> float | None:
    """Alpha by its definition: the mean distance within units, over the mean distance of any two values."""
    judged = [unit for unit in units if len(unit) >= 2]
    every = [value for unit in judged for value in unit]

    def distance(a: int, b: int) -> float:
        if scale == "nominal":
            return float(a != b)
        low, high = min(a, b), max(a, b)
        between = sum(low <= value <= high for value in every)
        return float(between - (every.count(low) + every.count(high)) / 2) ** 2 if a != b else 0.0

    if not every:
        return None
    observed = sum(sum(2 * distance(a, b) for a, b in combinations(unit, 2)) / (len(unit) - 1) for unit in judged) / len(every)
    expected = sum(2 * distance(a, b) for a, b in combinations(every, 2)) / (len(every) * (len(every) - 1))
    return 1 - observed / expected if expected else None


UNIT = st.lists(st.integers(0, 3), max_size=4)


@given(units=st.lists(UNIT, max_size=12), scale=st.sampled_from(["nominal", "ordinal"]))
def test_two_ways_of_computing_agree(units: list[list[int]], scale: Scale) -> None:
    found, expected = agreement(units, values=4, scale=scale).alpha, slowly(units, scale)
    assert (found is None) == (expected is None)
    if expected is not None:
        assert found == pytest.approx(expected)


@given(units=st.lists(UNIT, min_size=LEAST, max_size=30), scale=st.sampled_from(["nominal", "ordinal"]))
def test_what_holds_of_any(units: list[list[int]], scale: Scale) -> None:
    found = agreement(units, values=4, scale=scale)
    turned = agreement([unit[::-1] for unit in reversed(units)], values=4, scale=scale)
    assert turned.units == found.units and turned.apart == found.apart
    if found.alpha is None:
        assert turned.alpha is None
    else:
        assert turned.alpha == pytest.approx(found.alpha)
        assert found.alpha <= 1
        assert found.apart or found.alpha == pytest.approx(1)
    if found.low is not None and found.high is not None:
        assert found.low <= found.high <= 1


def test_all_alike_says_nothing() -> None:
    assert agreement([[1, 1]] * 20, values=2, scale="nominal").alpha is None
    assert agreement([[1], [0], []], values=2, scale="nominal") == Agreement(alpha=None, low=None, high=None, units=0, apart=0)


def test_few_units_have_no_interval_and_many_have_a_narrower_one() -> None:
    few = agreement([[0, 0], [1, 1], [0, 1]], values=2, scale="nominal")
    assert (few.low, few.high) == (None, None)
    some, many = (agreement([[0, 0], [1, 1], [0, 1]] * times, values=2, scale="nominal") for times in (5, 100))
    assert some.low is not None and some.high is not None and many.low is not None and many.high is not None
    assert some.low < some.alpha < some.high  # type: ignore[operator]
    assert many.high - many.low < some.high - some.low
    assert many == agreement([[0, 0], [1, 1], [0, 1]] * 100, values=2, scale="nominal")
