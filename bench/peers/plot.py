"""Quality against speed, as SVG: the higher and the further to the right, the better."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import numpy as np

WIDE, HIGH, EDGE = 640, 360, 56


def quality_and_speed(points: Sequence[tuple[str, float, float]], *, across: str, up: str) -> str:
    """A plot with a logarithmic axis of speed.

    Args:
        points: (name, speed, quality 0..1); ours are those whose name begins with Regelruimte.
        across, up: what the axes show.
    """
    low, top = (step(np.log10([speed for _, speed, _ in points])) for step in (_floor, _ceiling))
    best = max(0.1, np.ceil(max(quality for _, _, quality in points) * 10) / 10)

    def place(speed: float, quality: float) -> tuple[float, float]:
        x = EDGE + (np.log10(speed) - low) / (top - low) * (WIDE - 2 * EDGE)
        return round(float(x), 1), round(float(HIGH - EDGE - quality / best * (HIGH - 2 * EDGE)), 1)

    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDE} {HIGH}" font-family="sans-serif" font-size="11">']
    for step in range(low, top + 1):
        x, bottom = place(10.0**step, 0)
        parts.append(f'<path d="M{x} {EDGE}V{bottom}" stroke="#eee"/>')
        parts.append(f'<text x="{x}" y="{bottom + 16}" text-anchor="middle">{10.0**step:g}</text>')
    for tenth in range(round(best * 10) + 1):
        x, y = place(10.0**low, tenth / 10)
        parts.append(f'<path d="M{x} {y}H{WIDE - EDGE}" stroke="#ddd"/>')
        parts.append(f'<text x="{x - 6}" y="{y + 4}" text-anchor="end">{tenth / 10:.1f}</text>')
    for name, speed, quality in points:
        x, y = place(speed, quality)
        colour = "#06c" if name.startswith("Regelruimte") else "#c60"
        side = ("end", x - 8) if x > WIDE * 0.6 else ("start", x + 8)
        parts.append(f'<circle cx="{x}" cy="{y}" r="4" fill="{colour}"/>')
        parts.append(f'<text x="{side[1]}" y="{y - 6}" text-anchor="{side[0]}" fill="{colour}">{escape(name)}</text>')
    parts.append(f'<text x="{WIDE / 2}" y="{HIGH - 8}" text-anchor="middle">{escape(across)}</text>')
    parts.append(f'<text x="{EDGE}" y="{EDGE - 16}">{escape(up)}</text></svg>')
    return "\n".join(parts) + "\n"


def _floor(values: np.ndarray) -> int:
    return int(np.floor(values.min()))


def _ceiling(values: np.ndarray) -> int:
    return int(np.floor(values.max())) + 1
