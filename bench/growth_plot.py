"""Growth curves on double logarithmic axes, each with its slope, as SVG."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

_WIDE, _HIGH, _EDGE, _ACROSS = 300, 200, 46, 3


def slope(sizes: Sequence[float], values: Sequence[float]) -> float:
    """The exponent with which values grow with sizes: least squares on logarithms. NaN for fewer than two sizes.

    Raises:
        ValueError: a size or value is not above 0.
    """
    if len(set(sizes)) < 2:
        return math.nan
    if min(*sizes, *values) <= 0:
        raise ValueError("only what is above 0 has a logarithm")
    return float(np.polyfit(np.log(sizes), np.log(values), 1)[0])


def plotted(points: Sequence[Mapping[str, Any]], measures: Mapping[str, str]) -> str:
    """A panel per measure.

    Args:
        points: one per size, ascending: "clauses" and a value above 0 of every measure.
        measures: name in the points, with what stands above its panel.
    """
    rows = math.ceil(len(measures) / _ACROSS)
    box = f"0 0 {_ACROSS * _WIDE} {rows * _HIGH}"
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{box}" font-family="sans-serif" font-size="10">']
    for number, (name, label) in enumerate(measures.items()):
        row, column = divmod(number, _ACROSS)
        parts.append(f'<g transform="translate({column * _WIDE} {row * _HIGH})">')
        parts += _panel([point["clauses"] for point in points], [point[name] for point in points], label)
        parts.append("</g>")
    return "\n".join([*parts, "</svg>"]) + "\n"


def _panel(sizes: list[float], values: list[float], label: str) -> list[str]:
    low, high = math.floor(math.log10(min(values))), math.ceil(math.log10(max(values)))
    high = max(high, low + 1)
    first, last = math.log10(sizes[0]), math.log10(sizes[-1])

    def place(size: float, value: float) -> tuple[float, float]:
        x = _EDGE + (math.log10(size) - first) / max(last - first, 1e-9) * (_WIDE - 1.6 * _EDGE)
        y = _HIGH - _EDGE - (math.log10(value) - low) / (high - low) * (_HIGH - 2 * _EDGE)
        return round(x, 1), round(y, 1)

    parts = [f'<text x="{_EDGE}" y="28">{label}, slope {slope(sizes, values):+.2f}</text>']
    for step in range(low, high + 1):
        _, y = place(sizes[0], 10.0**step)
        parts.append(f'<path d="M{_EDGE} {y}H{_WIDE - 0.6 * _EDGE:.0f}" stroke="#ddd"/>')
        parts.append(f'<text x="{_EDGE - 4}" y="{y + 3}" text-anchor="end">{10.0**step:g}</text>')
    spots = [place(size, value) for size, value in zip(sizes, values, strict=True)]
    parts.append(f'<polyline fill="none" stroke="#06c" points="{" ".join(f"{x},{y}" for x, y in spots)}"/>')
    for size, (x, y) in zip(sizes, spots, strict=True):
        parts.append(f'<circle cx="{x}" cy="{y}" r="2" fill="#06c"/>')
        parts.append(f'<text x="{x}" y="{_HIGH - _EDGE + 14}" text-anchor="middle">{_short(size)}</text>')
    return parts


def _short(size: float) -> str:
    return f"{size / 1e6:g}M" if size >= 1e6 else f"{size / 1e3:g}k"
