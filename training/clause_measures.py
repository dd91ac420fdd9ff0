"""How good a clause model is, from what it said of clauses whose regulation it had not seen."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.metrics import average_precision_score, f1_score, roc_auc_score

from models.columns import ADDRESSEES, BARRIERS, COLUMN, KINDS, QUALIFICATIONS

Floats = npt.NDArray[np.float32]
Spans = Sequence[tuple[int, int]]

LIKELY = 0.1
"""Chance from which a kind counts in ``ece_likely_kinds``."""

BINS = 10
"""Of the reliability plot, and of the expected calibration error (Naeini et al. 2015)."""

RESAMPLES = 200
"""Of the bootstrap. Whole regulations are drawn, because clauses of one regulation are alike."""

COMMON_QUALIFICATIONS = tuple(name for name in QUALIFICATIONS if name not in ("Gebod", "Verbod"))
"""The six values that an authority gives often enough to measure."""


@dataclass(frozen=True, kw_only=True)
class Unseen:
    """What was said of clauses by models that had seen nothing of their regulation.

    Attributes:
        refs: of the clauses.
        groups: regulation of each clause.
        targets: *shape* (clauses, columns); 1, 0, or -1 where it is not known.
        probabilities: *shape* (clauses, columns), calibrated on other regulations.
        decided: *shape* (clauses, columns); over the threshold that was chosen on other regulations.
        level: strength that was decided, 0..3; *shape* (clauses,).
        evidence, found: spans in the clause text that the reader marked, and that the model found; None: not asked.
    """

    refs: Sequence[str]
    groups: Sequence[str]
    targets: npt.NDArray[np.int8]
    probabilities: Floats
    decided: npt.NDArray[np.bool_]
    level: npt.NDArray[np.int64]
    evidence: Sequence[Spans | None]
    found: Sequence[Spans | None]

    def only(self, rows: npt.NDArray[np.int64]) -> Unseen:
        """A part of the clauses."""
        return Unseen(
            refs=[self.refs[row] for row in rows],
            groups=[self.groups[row] for row in rows],
            targets=self.targets[rows],
            probabilities=self.probabilities[rows],
            decided=self.decided[rows],
            level=self.level[rows],
            evidence=[self.evidence[row] for row in rows],
            found=[self.found[row] for row in rows],
        )

    @property
    def labelled(self) -> npt.NDArray[np.int64]:
        """Rows of clauses that were labelled by the guide."""
        return np.flatnonzero(self.targets[:, COLUMN[ADDRESSEES[0]]] >= 0)


def headline(unseen: Unseen) -> dict[str, float]:
    """The figures that sum it up; clauses labelled by the guide only.

    Macro-F1 over the 13 barrier kinds and over all 18 kinds, micro-F1, AUC of "any strength", accuracy of the addressee,
    quadratic kappa of the strength, expected calibration error over all kinds, and over those that are told a chance of LIKELY
    or more (of most it is sure that they are not there, and right; which these are the model says, so two models have others),
    token-F1 of the evidence.
    """
    part = unseen.only(unseen.labelled)
    kinds, barriers = [COLUMN[name] for name in KINDS], [COLUMN[name] for name in BARRIERS]
    truth, guess = part.targets[:, kinds] == 1, part.decided[:, kinds]
    scores = f1_of(truth, guess)
    anything = COLUMN["any"]
    chances = part.probabilities[:, kinds]
    likely = chances >= LIKELY
    addressees = [COLUMN[name] for name in ADDRESSEES]
    right = part.targets[:, addressees].argmax(axis=1) == part.probabilities[:, addressees].argmax(axis=1)
    strength = part.targets[:, [COLUMN[name] for name in ("any", "substantial", "stopping")]].sum(axis=1)
    return {
        "macro_f1_barriers": float(scores[: len(barriers)].mean()),
        "macro_f1_kinds": float(scores.mean()),
        "micro_f1_kinds": float(f1_score(truth, guess, average="micro", zero_division=0)),
        "auc_any_strength": _auc(part.targets[:, anything], part.probabilities[:, anything]),
        "accuracy_addressee": float(right.mean()),
        "kappa_strength": quadratic_kappa(strength, part.level),
        "ece_kinds": calibration_error(truth.ravel(), chances.ravel()),
        "ece_likely_kinds": calibration_error(truth[likely], chances[likely]) if likely.any() else float("nan"),
        "ece_any_strength": calibration_error(part.targets[:, anything] == 1, part.probabilities[:, anything]),
        "token_f1_evidence": token_f1(part.evidence, part.found),
    }


def intervals(unseen: Unseen, *, seed: int = 0, resamples: int = RESAMPLES) -> dict[str, tuple[float, float, float]]:
    """Each headline figure with its 95 % interval (percentile bootstrap over regulations): value, low, high."""
    part = unseen.only(unseen.labelled)
    members: dict[str, list[int]] = {}
    for row, group in enumerate(part.groups):
        members.setdefault(group, []).append(row)
    rows_of = [np.array(rows) for rows in members.values()]
    rng = np.random.default_rng(seed)
    drawn: dict[str, list[float]] = {}
    for _ in range(resamples):
        sample = np.concatenate([rows_of[place] for place in rng.integers(0, len(rows_of), len(rows_of))])
        for name, value in headline(part.only(sample)).items():
            drawn.setdefault(name, []).append(value)
    values = headline(part)
    bounds = {name: np.nanpercentile(samples, [2.5, 97.5]) for name, samples in drawn.items()}
    return {name: (value, float(bounds[name][0]), float(bounds[name][1])) for name, value in values.items()}


def per_kind(unseen: Unseen) -> list[dict[str, Any]]:
    """Precision, recall, F1, average precision and number of positives of every kind."""
    part = unseen.only(unseen.labelled)
    rows = []
    for name in KINDS:
        truth, guess = part.targets[:, COLUMN[name]] == 1, part.decided[:, COLUMN[name]]
        chance = part.probabilities[:, COLUMN[name]]
        hit = int((truth & guess).sum())
        rows.append({
            "kind": name,
            "positives": int(truth.sum()),
            "precision": hit / max(1, int(guess.sum())),
            "recall": hit / max(1, int(truth.sum())),
            "f1": float(f1_of(truth[:, None], guess[:, None])[0]),
            "average_precision": float(average_precision_score(truth, chance)) if truth.any() else 0.0,
            "ece": calibration_error(truth, chance),
        })  # fmt: skip
    return rows


def qualification_f1(unseen: Unseen) -> dict[str, Any]:
    """F1 of every official rule qualification and their macro mean over the common ones, where an authority gave one."""
    columns = [COLUMN[name] for name in QUALIFICATIONS]
    rows = np.flatnonzero(unseen.targets[:, columns[0]] >= 0)
    truth = unseen.targets[rows][:, columns].argmax(axis=1)
    guess = unseen.probabilities[rows][:, columns].argmax(axis=1)
    scores = {
        name: float(f1_score(truth == place, guess == place, zero_division=0)) if len(rows) else 0.0
        for place, name in enumerate(QUALIFICATIONS)
    }
    return {
        "clauses": len(rows),
        "macro_f1_common": float(np.mean([scores[name] for name in COMMON_QUALIFICATIONS])),
        "accuracy": float((truth == guess).mean()) if len(rows) else 0.0,
        "f1": scores,
    }


def calibration_error(truth: npt.NDArray[Any], probability: npt.NDArray[Any]) -> float:
    """Expected calibration error: mean distance of claimed and seen frequency over ten bins, weighted by size."""
    gaps = sum(count * abs(claimed - seen) for claimed, seen, count in reliability(truth, probability))
    return float(gaps / max(1, len(truth)))


def reliability(truth: npt.NDArray[Any], probability: npt.NDArray[Any]) -> list[tuple[float, float, int]]:
    """(mean probability, share that was true, number) of every bin that is not empty."""
    place = np.minimum((np.asarray(probability) * BINS).astype(int), BINS - 1)
    points = []
    for number in range(BINS):
        inside = place == number
        if inside.any():
            points.append((float(np.mean(probability[inside])), float(np.mean(truth[inside])), int(inside.sum())))
    return points


def token_f1(evidence: Sequence[Spans | None], found: Sequence[Spans | None]) -> float:
    """F1 over the characters that are evidence, of clauses in which a reader marked any.

    Characters instead of words: readers and model need not agree on where a word ends.
    """
    hit = said = wanted = 0
    for own, other in zip(evidence, found, strict=True):
        if not own:
            continue
        truth, guess = _inside(own), _inside(other or [])
        hit += len(truth & guess)
        said += len(guess)
        wanted += len(truth)
    return 2 * hit / (said + wanted) if said + wanted else float("nan")


def confusions(unseen: Unseen, *, examples: int = 3) -> list[dict[str, Any]]:
    """What is taken for what: a kind that was missed in clauses where another was claimed wrongly, most frequent first."""
    part = unseen.only(unseen.labelled)
    counts: Counter[tuple[str, str]] = Counter()
    shown: dict[tuple[str, str], list[str]] = {}
    for row in range(len(part.refs)):
        missed = [name for name in KINDS if part.targets[row, COLUMN[name]] == 1 and not part.decided[row, COLUMN[name]]]
        claimed = [name for name in KINDS if part.targets[row, COLUMN[name]] != 1 and part.decided[row, COLUMN[name]]]
        for pair in [(m, c) for m in missed or ["(nothing)"] for c in claimed or ["(nothing)"] if m != c]:
            counts[pair] += 1
            shown.setdefault(pair, []).append(part.refs[row])
    return [
        {"label": label, "model": said, "count": count, "examples": shown[label, said][:examples]}
        for (label, said), count in counts.most_common(25)
    ]


def changes(before: Unseen, after: Unseen) -> dict[str, list[dict[str, str]]]:
    """Clause by clause, which decisions on kinds became right and which became wrong; both over the same labels."""
    earlier = {ref: row for row, ref in enumerate(before.refs)}
    gains: list[dict[str, str]] = []
    losses: list[dict[str, str]] = []
    for row, ref in enumerate(after.refs):
        old = earlier.get(ref)
        if old is None:
            continue
        for name in KINDS:
            column = COLUMN[name]
            truth = after.targets[row, column]
            if truth < 0 or before.decided[old, column] == after.decided[row, column]:
                continue
            entry = {"ref": ref, "kind": name, "label": "yes" if truth else "no"}
            (gains if after.decided[row, column] == (truth == 1) else losses).append(entry)
    return {"gains": gains, "losses": losses}


def quadratic_kappa(one: npt.NDArray[Any], other: npt.NDArray[Any]) -> float:
    """Quadratically weighted kappa (Cohen 1968) of two strengths, 0..3; not a number where both are always the same."""
    seen = np.zeros((4, 4))
    np.add.at(seen, (one, other), 1)
    distance = np.subtract.outer(np.arange(4), np.arange(4)) ** 2
    expected = np.outer(seen.sum(axis=1), seen.sum(axis=0)) / max(1, seen.sum())
    by_chance = float((distance * expected).sum())
    return 1 - float((distance * seen).sum()) / by_chance if by_chance else float("nan")


def f1_of(truth: npt.NDArray[np.bool_], guess: npt.NDArray[np.bool_]) -> npt.NDArray[np.float64]:
    """F1 of every column. scikit-learn's checks cost more than the sum, and the bootstrap asks hundreds of times."""
    hit = (truth & guess).sum(axis=0)
    total: npt.NDArray[np.float64] = truth.sum(axis=0) + guess.sum(axis=0)
    scores = np.zeros(truth.shape[1])
    np.divide(2 * hit, total, out=scores, where=total > 0)
    return scores


def _auc(truth: npt.NDArray[Any], probability: npt.NDArray[Any]) -> float:
    return float(roc_auc_score(truth, probability)) if 0 < truth.sum() < len(truth) else float("nan")


def _inside(spans: Spans) -> set[int]:
    return {place for start, end in spans for place in range(start, end)}
