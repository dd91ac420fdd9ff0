"""How long it takes to find and rank the clauses for one initiative, as the corpus grows.

Every corpus is the index of a real store, cut off or repeated to a number of clauses. Times are compared within one run with
one pass over the word matrix of the same corpus: what a finder without lists would have to do at least.
"""

from __future__ import annotations

import json
import resource
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from corpus.store import Store
from models.flagging import Flagger
from models.index import build_index
from models.loading import Model, load_model, released_folder
from models.packaging import package_key
from models.ranking import Memory, Space

SIZES = (10_000, 100_000, 400_000, 2_000_000)
ROUNDS = 2
"""How often every graded initiative is asked."""


def run(folder: Path, output: Path | None) -> int:
    """Measure, print a table, and write it down when asked to."""
    store = Store(folder)
    model = load_model()
    began = time.perf_counter()
    index = build_index(store, model_folder=released_folder(), key=package_key(released_folder()), workers=2)
    built = time.perf_counter() - began
    began = time.perf_counter()
    flagger = Flagger(store, model, index)
    flagger.rank_text(model.graded_texts[0])
    started = time.perf_counter() - began
    print(f"index {built:.0f} s (0 when it was there), start {started:.1f} s, resident {_resident():.2f} GB")
    points = [_point(flagger.space, model, "store")]
    points += [_point(_sized(flagger.space, size), model, "made") for size in SIZES]
    print(f"{'clauses':>10} {'p50 ms':>8} {'p95 ms':>8} {'one pass ms':>12} {'candidates':>11} {'resident GB':>12}")
    for point in points:
        print(
            f"{point['clauses']:>10} {point['p50_ms']:>8.1f} {point['p95_ms']:>8.1f} {point['one_pass_ms']:>12.1f}"
            f" {point['candidates']:>11.0f} {point['resident_gb']:>12.2f}"
        )
    if output is not None:
        output.mkdir(parents=True, exist_ok=True)
        told = {"index_s": built, "start_s": started, "points": points}
        (output / "finding.json").write_text(json.dumps(told, indent=1) + "\n")
        (output / "finding.svg").write_text(_plot(points[1:]))
    return 0


def _point(space: Space, model: Model, name: str) -> dict[str, Any]:
    memory = Memory([model.query(text) for text in model.graded_texts], model.grades, space, profiles=model.profiles)
    model.ranker.rank(model.query(model.graded_texts[0]), memory, space)
    times, found = [], []
    for _ in range(ROUNDS):
        for place, text in enumerate(model.graded_texts):
            began = time.perf_counter()
            ranking = model.ranker.rank(model.query(text), memory, space, without=place)
            times.append(time.perf_counter() - began)
            found.append(len(ranking.rows))
    dense = np.random.default_rng(0).random(space.features.words.shape[1], dtype=np.float32)
    passes = []
    for _ in range(3):
        began = time.perf_counter()
        space.features.words @ dense
        passes.append(time.perf_counter() - began)
    return {
        "corpus": name,
        "clauses": len(space),
        "p50_ms": float(np.quantile(times, 0.5) * 1000),
        "p95_ms": float(np.quantile(times, 0.95) * 1000),
        "one_pass_ms": float(np.median(passes) * 1000),
        "candidates": float(np.mean(found)),
        "resident_gb": _resident(),
    }


def _sized(space: Space, size: int) -> Space:
    """The first clauses of a space, or the whole of it several times over, every time as other regulations."""
    repeated, own = space.at(np.arange(size) % len(space)), len(space)
    copies = [ref if row < own else f"copy{row // own}-{ref}" for row, ref in enumerate(repeated.refs)]
    return replace(repeated, refs=copies)


def _resident() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6


def _plot(points: list[dict[str, Any]]) -> str:
    """The curve on double logarithmic axes, as SVG."""
    wide, high, edge = 560, 320, 56
    sizes = [np.log10(point["clauses"]) for point in points]
    values = [max(point[name], 0.1) for point in points for name in ("p50_ms", "p95_ms", "one_pass_ms")]
    low, top = np.floor(np.log10(min(values))), np.ceil(np.log10(max(values)))

    def place(size: float, value: float) -> tuple[float, float]:
        x = edge + (size - sizes[0]) / (sizes[-1] - sizes[0]) * (wide - 2 * edge)
        y = high - edge - (np.log10(max(value, 0.1)) - low) / (top - low) * (high - 2 * edge)
        return round(float(x), 1), round(float(y), 1)

    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {wide} {high}" font-family="sans-serif" font-size="11">']
    for step in range(int(low), int(top) + 1):
        _, y = place(sizes[0], 10.0**step)
        parts.append(f'<path d="M{edge} {y}H{wide - edge}" stroke="#ddd"/><text x="{edge - 6}" y="{y + 4}" text-anchor="end">')
        parts.append(f"{10.0**step:g} ms</text>")
    for size, point in zip(sizes, points, strict=True):
        x, _ = place(size, 1)
        parts.append(f'<text x="{x}" y="{high - edge + 16}" text-anchor="middle">{point["clauses"]:,}</text>')
    for name, colour, label in (("p50_ms", "#06c", "p50"), ("p95_ms", "#c60", "p95"), ("one_pass_ms", "#999", "one pass")):
        spots = [place(size, point[name]) for size, point in zip(sizes, points, strict=True)]
        parts.append(f'<polyline fill="none" stroke="{colour}" points="{" ".join(f"{x},{y}" for x, y in spots)}"/>')
        parts.append(f'<text x="{spots[-1][0] + 4}" y="{spots[-1][1]}" fill="{colour}">{label}</text>')
    parts.append(f'<text x="{wide / 2}" y="{high - 8}" text-anchor="middle">clauses</text></svg>')
    return "\n".join(parts) + "\n"
