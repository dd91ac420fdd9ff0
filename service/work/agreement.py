"""How far people agree: Krippendorff's alpha, with an interval.

K. Krippendorff, Content Analysis (4th edition, 2018), chapter 12. Alpha is 1 where all agree and 0 where they agree as often as
chance would have it; any number of people may have judged a unit, and units that fewer than two judged say nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

RESAMPLES = 2_000
LEVEL = 0.95
"""Share of the resamples that an interval holds."""

LEAST = 10
"""Units below which no interval is given: so few, drawn again, hardly differ from themselves."""

_SEED = 20_240_101  # the same judgements give the same interval

Scale = Literal["nominal", "ordinal"]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Agreement:
    """How far people agree on one question."""

    alpha: float | None  # at most 1; None where all said the same of all units, or nobody judged one twice
    low: float | None  # of the interval; None where it cannot be told
    high: float | None
    units: int  # that two people or more judged
    apart: int  # units among them on which not all said the same


def agreement(units: Sequence[Sequence[int]], *, values: int, scale: Scale) -> Agreement:
    """Alpha over units.

    Args:
        units: what each person said of a unit, 0..values - 1; one list a unit.
        values: how many values there are.
        scale: whether values are names, or stand in an order.
    """
    judged = [unit for unit in units if len(unit) >= 2]
    pairs = np.array([_pairs(unit, values) for unit in judged]).reshape(len(judged), values * values)
    alpha = float(_alphas(pairs.sum(axis=0, keepdims=True), values, scale)[0]) if judged else np.nan
    low, high = _interval(pairs, values, scale) if len(judged) >= LEAST and np.isfinite(alpha) else (None, None)
    return Agreement(
        alpha=alpha if np.isfinite(alpha) else None,
        low=low,
        high=high,
        units=len(judged),
        apart=sum(len(set(unit)) > 1 for unit in judged),
    )


def _pairs(unit: Sequence[int], values: int) -> Floats:
    """The coincidence matrix of one unit, flat: pairs of what different people said, each person weighing 1."""
    counts = np.bincount(np.asarray(unit), minlength=values).astype(float)
    matrix = np.outer(counts, counts) - np.diag(counts)
    flat: Floats = (matrix / (len(unit) - 1)).ravel()
    return flat


def _alphas(pairs: Floats, values: int, scale: Scale) -> Floats:
    """Alpha of several coincidence matrices.

    Args:
        pairs: *shape* (matrices, values * values).

    Returns:
        *Shape* (matrices,); NaN where only one value occurs.
    """
    matrices = pairs.reshape(-1, values, values)
    totals = matrices.sum(axis=2)
    distance = _nominal(values) if scale == "nominal" else _ordinal(totals)
    size = totals.sum(axis=1)
    observed = (matrices * distance).sum(axis=(1, 2))
    # Of n values each is paired with the n - 1 others, never with itself: on the diagonal the distance is 0.
    expected = (totals[:, :, None] * totals[:, None, :] * distance).sum(axis=(1, 2)) / np.maximum(size - 1, 1)
    with np.errstate(divide="ignore", invalid="ignore"):
        alphas: Floats = np.where(expected > 0, 1 - observed / expected, np.nan)
    return alphas


def _nominal(values: int) -> Floats:
    different: Floats = 1.0 - np.eye(values)
    return different


def _ordinal(totals: Floats) -> Floats:
    """Squared distance of two ranks: by how many values lie between them, half of their own included."""
    upto = totals.cumsum(axis=1)
    middle = upto - totals / 2
    distance: Floats = (middle[:, :, None] - middle[:, None, :]) ** 2
    return distance


def _interval(pairs: Floats, values: int, scale: Scale) -> tuple[float | None, float | None]:
    """Percentile bootstrap (Efron 1979) over units."""
    # Units on which the same was said are alike, and there are few ways to say: drawing those is drawing units, but quick.
    alike, counts = np.unique(pairs, axis=0, return_counts=True)
    drawn = np.random.default_rng(_SEED).multinomial(len(pairs), counts / len(pairs), size=RESAMPLES)
    told = _alphas(drawn @ alike, values, scale)
    told = told[np.isfinite(told)]
    if len(told) < RESAMPLES / 2:
        return None, None  # a value so rare that most resamples lack it
    low, high = np.quantile(told, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return float(low), float(high)
