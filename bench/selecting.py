"""How many labels active selection saves: labels are asked in two orders, and a model is made of each as they come in.

Every clause of the pool has its label already; an order decides when the model gets to see it. Both orders begin with the
same random fifth, which the model that serves knows before anybody is asked. After every round the fast tier of the barrier
kinds is fitted anew, its thresholds are chosen by cross-validation over the labels asked so far, and it is judged on
regulations of which the pool holds no clause. Two things differ from the model that ships, for both orders alike: words are
weighed once, over the unlabelled texts of the pool, and the regressions are solved in their dual form, which is faster and
comes out at the same weights.
"""

from __future__ import annotations

import json
import time
import warnings
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp
from sklearn.exceptions import ConvergenceWarning
from sklearn.isotonic import IsotonicRegression
from sklearn.linear_model import LogisticRegression

from corpus.labels import clause_labels, join
from corpus.store import Store
from models.columns import BARRIERS, COLUMN, COLUMNS
from models.joint import sigmoid
from models.vectorising import ClauseVectoriser
from training.clause_examples import MISSING, ClauseExamples, clause_examples
from training.clause_fitting import NEVER, REGULARISATION, best_thresholds, platt
from training.reviews.selecting import SelectionConfig, choose, needs_of
from training.splits import frozen, grouped_folds

SHARED = 5_400
"""Labels at the start of the list, chosen before any model was fitted on the others: the pool that is measured on first."""

SHARES = (0.2, 0.25, 0.3, 0.35, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)
"""Of the pool, at which a model is made; the first is drawn at random, and is the same for both orders."""

POOLS = ("shared", "unchosen", "half")
"""What can be asked from, see ``trials``."""

FOLDS = 3
"""Of the cross-validation that calibrates and chooses thresholds."""

Rows = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, kw_only=True)
class Trial:
    """A pool and what is judged on; rows are those of the examples."""

    name: str
    pool: Rows
    test: Rows
    frozen: npt.NDArray[np.bool_]  # of the test: regulation that no model that serves learns from


class Kinds:
    """The regressions of the barrier kinds as fitted on some rows, with calibration and thresholds.

    Attributes:
        thresholds_: probabilities; *shape* (kinds,).
        positives_, f1_: examples of each kind, and F1 in the cross-validation; *shape* (kinds,).
    """

    def __init__(self, features: sp.csr_matrix, targets: npt.NDArray[np.int8], groups: list[str], rows: Rows) -> None:
        own = targets[rows]
        unseen = np.zeros((len(rows), len(BARRIERS)), dtype=np.float32)
        for train, test in grouped_folds([groups[row] for row in rows], folds=FOLDS, seed=0):
            unseen[test] = _values(_fitted(features[rows[train]], own[train]), features[rows[test]])
        self._weights = _fitted(features[rows], own)
        self._slope, self._offset = (part[: len(BARRIERS)] for part in platt(_all_columns(unseen), _all_columns(own, MISSING)))
        chance = sigmoid(unseen * self._slope + self._offset)
        self.thresholds_: Floats = best_thresholds(_all_columns(chance), _all_columns(own, MISSING))[: len(BARRIERS)]
        self.positives_ = own.sum(axis=0)
        self.f1_ = f1_of(own == 1, chance >= self.thresholds_)

    def probabilities(self, features: sp.csr_matrix) -> Floats:
        """Calibrated. *Shape:* (clauses, kinds)."""
        return sigmoid(_values(self._weights, features) * self._slope + self._offset)


def run(
    folder: Path,
    output: Path | None,
    *,
    seeds: int,
    pools: Sequence[str] = POOLS,
    config: SelectionConfig | None = None,
) -> int:
    """Measure, print tables, and write down curves when asked to, pool by pool."""
    began = time.perf_counter()
    config = config or SelectionConfig()
    store = Store(folder)
    data = clause_examples(store, join(store))
    data = data[data.labelled]
    for pool, trial in zip(pools, trials(data, pools), strict=True):
        print(f"{trial.name}: pool of {len(trial.pool)}, judged on {len(trial.test)} clauses of other regulations")
        curves = _curves(data, trial, config, seeds)
        told = {
            "config": asdict(config), "seeds": seeds, "name": trial.name, "pool": len(trial.pool), "test": len(trial.test),
            **_report(curves),
        }  # fmt: skip
        if output is not None:
            output.mkdir(parents=True, exist_ok=True)
            (output / f"selecting-{pool}.json").write_text(json.dumps(told, indent=1) + "\n")
            (output / f"selecting-{pool}.svg").write_text(_plot(told))
    print(f"{time.perf_counter() - began:.0f} s")
    return 0


def trials(data: ClauseExamples, pools: Sequence[str] = POOLS) -> list[Trial]:
    """Pools by their names, with no clause of a frozen regulation, each against all regulations of which it holds no clause.

    The labels that were there first (shared); those that no model chose, which are what a corpus is like (unchosen); and all
    labels of half of the regulations, most of which a model chose because it was unsure of them (half).
    """
    first = {label.ref for label in clause_labels()[:SHARED]}
    unchosen = {label.ref for label in clause_labels() if label.sample in ("spread", "local")}
    names = np.random.default_rng(0).permutation(np.array(sorted(set(data.groups)), dtype=object))
    half = set(names[: len(names) // 2].tolist())
    wanted = {
        "shared": ("shared labels", [text.ref in first for text in data.texts]),
        "unchosen": ("labels that no model chose", [text.ref in unchosen for text in data.texts]),
        "half": ("all labels of half of the regulations", [group in half for group in data.groups]),
    }
    return [_trial(name, data, rows) for name, rows in (wanted[pool] for pool in pools)]


def _trial(name: str, data: ClauseExamples, wanted: Sequence[bool]) -> Trial:
    cold = np.array([frozen(group) for group in data.groups])
    pool = np.flatnonzero(np.array(wanted) & ~cold)
    regulations, families = {data.groups[row] for row in pool}, set(data.families[pool].tolist())
    test = np.array(
        [row for row, group in enumerate(data.groups) if group not in regulations and data.families[row] not in families],
        dtype=np.int64,
    )
    return Trial(name=name, pool=pool, test=test, frozen=cold[test])


def _curves(data: ClauseExamples, trial: Trial, config: SelectionConfig, seeds: int) -> dict[str, list[list[dict[str, float]]]]:
    """Per order and seed, the points of a curve."""
    vectoriser = ClauseVectoriser().fit([data.texts[row] for row in trial.pool])
    pool = vectoriser.transform([data.texts[row] for row in trial.pool]).astype(np.float64)
    test = vectoriser.transform([data.texts[row] for row in trial.test]).astype(np.float64)
    columns = [COLUMN[name] for name in BARRIERS]
    targets, truth = data.targets[trial.pool][:, columns], data.targets[trial.test][:, columns] == 1
    groups = [data.groups[row] for row in trial.pool]
    steps = sorted({round(share * len(trial.pool)) for share in SHARES})
    result: dict[str, list[list[dict[str, float]]]] = {"random": [], "active": []}
    for seed in range(seeds):
        order = np.random.default_rng(seed).permutation(len(trial.pool))
        for name, curves in result.items():
            asked, points = order[: steps[0]], list[dict[str, float]]()
            for step, following in zip(steps, [*steps[1:], 0], strict=True):
                kinds = Kinds(pool, targets, groups, asked)
                guess = kinds.probabilities(test) >= kinds.thresholds_
                points.append({
                    "labels": step,
                    "macro_f1": float(f1_of(truth, guess).mean()),
                    "macro_f1_frozen": float(f1_of(truth[trial.frozen], guess[trial.frozen]).mean()),
                })  # fmt: skip
                if name == "random":
                    asked = order[:following]
                elif following:
                    rest = np.setdiff1d(np.arange(len(trial.pool)), asked)
                    chosen = choose(
                        kinds.probabilities(pool[rest]), kinds.thresholds_, pool[rest],
                        count=following - step, config=config, seed=seed * 1_000_003 + following,
                        needs=needs_of(kinds.positives_, kinds.f1_, config), groups=[groups[row] for row in rest],
                    )  # fmt: skip
                    asked = np.concatenate([asked, rest[chosen.rows]])
            curves.append(points)
    return result


def _report(curves: dict[str, list[list[dict[str, float]]]]) -> dict[str, Any]:
    """Print and return the means over seeds, and the labels that each order asks for the quality that random order comes to."""
    labels = [point["labels"] for point in curves["random"][0]]
    means = {
        name: {
            what: np.mean([[point[what] for point in curve] for curve in own], axis=0)
            for what in ("macro_f1", "macro_f1_frozen")
        }
        for name, own in curves.items()
    }
    print(f"{'labels':>8} {'random':>8} {'active':>8} {'frozen: random':>15} {'active':>8}")
    for place, count in enumerate(labels):
        figures = [means[name][what][place] for what in ("macro_f1", "macro_f1_frozen") for name in ("random", "active")]
        print(f"{count:>8} {figures[0]:>8.3f} {figures[1]:>8.3f} {figures[2]:>15.3f} {figures[3]:>8.3f}")
    smooth = {name: _smooth(labels, own["macro_f1"]) for name, own in means.items()}
    by_seed = [
        {name: _smooth(labels, [point["macro_f1"] for point in curves[name][seed]]) for name in curves}
        for seed in range(len(curves["random"]))
    ]
    needed = []
    print(f"{'macro-F1':>8} {'random':>8} {'active':>8} {'saved':>8} {'of all':>8}   by seed")
    begun, *reached, _ = smooth["random"].tolist()
    for quality in sorted({one for one in reached if one > begun}):
        random, active = (asked_for(labels, smooth[name], quality) for name in ("random", "active"))
        pairs = [[asked_for(labels, own[name], quality) for name in ("random", "active")] for own in by_seed]
        # A seed that begins with this quality in random order, or never comes to it, tells nothing.
        seeds = [1 - own[1] / own[0] if own[0] > 0 else float("nan") for own in pairs]
        saved, of_all = 1 - active / random, (random - active) / (random + labels[0])
        needed.append({
            "macro_f1": quality, "random": random, "active": active, "saved": saved, "saved_of_all_labels": of_all,
            "saved_by_seed": [None if np.isnan(share) else share for share in seeds],
        })  # fmt: skip
        shares = " ".join("-" if np.isnan(share) else f"{share:.0%}" for share in seeds)
        print(f"{quality:>8.3f} {random:>8.0f} {active:>8.0f} {saved:>8.0%} {of_all:>8.0%}   {shares}")
    if needed:
        mean, mean_of_all = (np.mean([one[what] for one in needed]) for what in ("saved", "saved_of_all_labels"))
        print(f"{'mean':>8} {'':>8} {'':>8} {mean:>8.0%} {mean_of_all:>8.0%}")
    return {"curves": curves, "needed": needed}


def asked_for(labels: Sequence[float], quality: Floats, wanted: float) -> float:
    """How many labels are asked, beyond those that both orders begin with, until a curve that never falls has a quality.

    By interpolation; NaN where it does not come to it.
    """
    place = int(np.searchsorted(quality, wanted))
    if place == len(quality):
        return float("nan")
    if place == 0:
        return 0.0
    share = (wanted - quality[place - 1]) / (quality[place] - quality[place - 1])
    return float(labels[place - 1] + share * (labels[place] - labels[place - 1]) - labels[0])


def _smooth(labels: Sequence[float], quality: Any) -> Floats:
    """The nearest curve that never falls (isotonic regression), so that one lucky round does not count as quality reached."""
    return np.asarray(IsotonicRegression().fit_transform(labels, quality))


def f1_of(truth: npt.NDArray[np.bool_], guess: npt.NDArray[np.bool_]) -> npt.NDArray[np.float64]:
    """F1 of every column, 0 where nothing is true or claimed."""
    both = truth.sum(axis=0) + guess.sum(axis=0)
    return np.asarray(2 * (truth & guess).sum(axis=0) / np.maximum(both, 1), dtype=np.float64)


def _all_columns(own: npt.NDArray[Any], fill: float = 0.0) -> npt.NDArray[Any]:
    """The barrier kinds, which come first, with the other columns left empty."""
    whole = np.full((len(own), len(COLUMNS)), fill, dtype=own.dtype)
    whole[:, : len(BARRIERS)] = own
    return whole


def _fitted(features: sp.csr_matrix, targets: npt.NDArray[np.int8]) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    def fit(column: int) -> tuple[npt.NDArray[np.float64], float]:
        if len(set(targets[:, column].tolist())) < 2:
            return np.zeros(features.shape[1]), NEVER
        model = LogisticRegression(
            C=REGULARISATION, solver="liblinear", class_weight="balanced", random_state=0, dual=True, max_iter=200
        )
        return (fitted := model.fit(features, targets[:, column])).coef_[0], float(fitted.intercept_[0])

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # the last digits of a weight
        with ThreadPoolExecutor(2) as threads:  # liblinear works without the interpreter lock
            parts = list(threads.map(fit, range(targets.shape[1])))
    return np.column_stack([weights for weights, _ in parts]), np.array([bias for _, bias in parts])


def _values(fitted: tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]], features: sp.csr_matrix) -> Floats:
    return np.asarray(features @ fitted[0] + fitted[1], dtype=np.float32)


def _plot(told: dict[str, Any]) -> str:
    """Both curves, every seed thin and the mean thick, as SVG."""
    wide, high, edge = 560, 320, 56
    labels = [point["labels"] for point in told["curves"]["random"][0]]
    values = [point["macro_f1"] for curves in told["curves"].values() for curve in curves for point in curve]
    low, top = np.floor(min(values) * 20) / 20, np.ceil(max(values) * 20) / 20

    def line(curve: Any, colour: str, thickness: float) -> str:
        spots = [
            (
                round(float(edge + count / labels[-1] * (wide - 2 * edge)), 1),
                round(float(high - edge - (value - low) / (top - low) * (high - 2 * edge)), 1),
            )
            for count, value in zip(labels, curve, strict=True)
        ]
        path = " ".join(f"{x},{y}" for x, y in spots)
        return f'<polyline fill="none" stroke="{colour}" stroke-width="{thickness}" points="{path}"/>'

    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {wide} {high}" font-family="sans-serif" font-size="11">']
    for step in np.arange(low, top + 0.001, 0.05):
        y = round(float(high - edge - (step - low) / (top - low) * (high - 2 * edge)), 1)
        parts.append(f'<path d="M{edge} {y}H{wide - edge}" stroke="#ddd"/>')
        parts.append(f'<text x="{edge - 6}" y="{y + 4}" text-anchor="end">{step:.2f}</text>')
    for count in range(0, int(labels[-1]) + 1, 1_000):
        x = round(edge + count / labels[-1] * (wide - 2 * edge), 1)
        parts.append(f'<text x="{x}" y="{high - edge + 16}" text-anchor="middle">{count:,}</text>')
    for place, (name, colour) in enumerate((("random", "#999"), ("active", "#06c"))):
        curves = [[point["macro_f1"] for point in curve] for curve in told["curves"][name]]
        parts += [line(curve, colour, 0.4) for curve in curves]
        parts.append(line(np.mean(curves, axis=0), colour, 2))
        parts.append(f'<text x="{wide - edge - 60}" y="{high - edge - 30 + 14 * place}" fill="{colour}">{name} order</text>')
    parts.append(f'<text x="{wide / 2}" y="{high - 8}" text-anchor="middle">labels asked ({told["name"]})</text>')
    parts.append(f'<text x="{edge}" y="{edge - 16}">macro-F1 over 13 barrier kinds, regulations never seen</text></svg>')
    return "\n".join(parts) + "\n"
