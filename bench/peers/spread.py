"""A figure that was measured several times."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Spread:
    """Median, lowest, highest, and how often it was measured."""

    median: float
    low: float
    high: float
    times: int

    @classmethod
    def of(cls, values: Sequence[float]) -> Spread:
        """Of at least one value."""
        return cls(float(np.median(values)), float(min(values)), float(max(values)), len(values))

    def told(self, digits: int = 3) -> str:
        """As "12.3 (11.9-12.8)", to so many significant digits."""
        return f"{rounded(self.median, digits)} ({rounded(self.low, digits)}-{rounded(self.high, digits)})"


def rounded(value: float, digits: int = 3) -> str:
    """A number to so many significant digits, without an exponent."""
    if value == 0 or not np.isfinite(value):
        return f"{value:g}"
    places = max(0, digits - 1 - int(np.floor(np.log10(abs(value)))))
    return f"{round(value, digits - 1 - int(np.floor(np.log10(abs(value))))):.{places}f}"
