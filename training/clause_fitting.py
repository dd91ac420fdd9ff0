"""Fitting the clause model: one logistic regression per column, calibrated and cut off on regulations it did not see."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score

from corpus.labels import JoinedLabel
from models.clauses import ClauseModel
from models.columns import ADDRESSEES, BARRIERS, COLUMN, COLUMNS, QUALIFICATIONS, RELIEFS
from models.vectorising import ClauseText, ClauseVectoriser
from training.splits import grouped_folds

REGULARISATION = 2.0
"""C of the logistic regressions: best of 0.3, 0.7, 2 and 3 in grouped cross-validation."""

FOLDS = 5
MISSING = -1
"""In a target matrix: this column is not known for this clause."""

Targets = npt.NDArray[np.int8]


@dataclass(frozen=True, kw_only=True)
class ClauseExamples:
    """Clauses with what is known of them."""

    texts: list[ClauseText]
    targets: Targets  # (clauses, len(COLUMNS)); 1, 0 or MISSING
    groups: list[str]  # regulation of each clause

    def __len__(self) -> int:
        return len(self.texts)


def examples(labels: Sequence[JoinedLabel], official: Sequence[tuple[ClauseText, str, tuple[str, ...]]] = ()) -> ClauseExamples:
    """Training examples.

    Args:
        labels: labels by the guide, joined to their clauses; they say nothing of rule qualifications.
        official: (clause, id of the regulation, official qualifications), of which only those with one value count: where
            an authority gave several, it is not known which belongs to which sentence. They say nothing of kinds.
    """
    texts, groups, rows = [], [], []
    for joined in labels:
        row = np.full(len(COLUMNS), MISSING, dtype=np.int8)
        row[: COLUMN[QUALIFICATIONS[0]]] = 0
        strength = joined.label.strength
        names = [*joined.label.barriers, *joined.label.relief, joined.label.addressee]
        names += [name for name, least in (("any", 1), ("substantial", 2), ("stopping", 3)) if strength >= least]
        row[[COLUMN[name] for name in names]] = 1
        texts.append(ClauseText(text=joined.clause.text, heading=joined.clause.heading, title=joined.title))
        groups.append(joined.clause.ref.partition("/")[0])
        rows.append(row)
    for text, regulation, values in official:
        if len(values) == 1 and values[0] in QUALIFICATIONS:
            row = np.full(len(COLUMNS), MISSING, dtype=np.int8)
            row[[COLUMN[name] for name in QUALIFICATIONS]] = 0
            row[COLUMN[values[0]]] = 1
            texts.append(text)
            groups.append(regulation)
            rows.append(row)
    return ClauseExamples(texts=texts, targets=np.array(rows), groups=groups)


def fit_clause_model(data: ClauseExamples, *, seed: int = 0) -> ClauseModel:
    """Fit, calibrate and choose thresholds.

    Calibration (Platt 1999) and thresholds come from decision values on regulations outside the fold; the weights that
    ship are fitted on everything.
    """
    unseen = unseen_decisions(data, seed=seed)
    vectoriser = ClauseVectoriser().fit(data.texts)
    weights, bias = _fit_columns(vectoriser.transform(data.texts), data.targets)
    slope, offset, thresholds = calibrate(unseen, data.targets)
    return ClauseModel(vectoriser=vectoriser, weights=weights, bias=bias, slope=slope, offset=offset, thresholds=thresholds)


def unseen_decisions(data: ClauseExamples, *, seed: int = 0) -> npt.NDArray[np.float32]:
    """Decision values for every clause by models that saw nothing of its regulation. *Shape:* (clauses, columns)."""
    values = np.zeros((len(data), len(COLUMNS)), dtype=np.float32)
    for train, test in grouped_folds(data.groups, folds=min(FOLDS, len(set(data.groups))), seed=seed):
        vectoriser = ClauseVectoriser().fit([data.texts[row] for row in train])
        features = vectoriser.transform([data.texts[row] for row in train])
        weights, bias = _fit_columns(features, data.targets[train])
        values[test] = vectoriser.transform([data.texts[row] for row in test]) @ weights + bias
    return values


def calibrate(
    values: npt.NDArray[np.float32], targets: Targets
) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32], npt.NDArray[np.float32]]:
    """Platt scaling and the threshold of best F1 for every column, from decision values on unseen regulations."""
    slope = np.ones(len(COLUMNS), dtype=np.float32)
    offset = np.zeros(len(COLUMNS), dtype=np.float32)
    thresholds = np.full(len(COLUMNS), 0.5, dtype=np.float32)
    for column in range(len(COLUMNS)):
        known = targets[:, column] != MISSING
        truth, value = targets[known, column], values[known, column]
        if len(set(truth)) < 2:
            slope[column], offset[column] = 0.0, -6.0  # never seen: never claimed
            continue
        platt = LogisticRegression(C=1e3).fit(value[:, None], truth)
        slope[column], offset[column] = platt.coef_[0, 0], platt.intercept_[0]
        probability = 1 / (1 + np.exp(-(value * slope[column] + offset[column])))
        candidates = np.unique(np.quantile(probability, np.linspace(0.3, 0.999, 200)))
        scores = [f1_score(truth, probability >= candidate, zero_division=0) for candidate in candidates]
        thresholds[column] = candidates[int(np.argmax(scores))]
    return slope, offset, thresholds


def _fit_columns(features: sp.csr_matrix, targets: Targets) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
    def fit(column: int) -> tuple[npt.NDArray[np.float32], float]:
        known = np.flatnonzero(targets[:, column] != MISSING)
        truth = targets[known, column]
        if len(set(truth)) < 2:
            return np.zeros(features.shape[1], dtype=np.float32), -6.0
        model = LogisticRegression(C=REGULARISATION, solver="liblinear", class_weight="balanced", random_state=0)
        model.fit(features[known], truth)
        return model.coef_[0].astype(np.float32), float(model.intercept_[0])

    with ThreadPoolExecutor(2) as pool:  # liblinear works without the interpreter lock
        fitted = list(pool.map(fit, range(len(COLUMNS))))
    return np.column_stack([weights for weights, _ in fitted]), np.array([bias for _, bias in fitted], dtype=np.float32)


def macro_f1(values: npt.NDArray[np.float32], data: ClauseExamples, *, seed: int = 1) -> dict[str, float]:
    """Quality on unseen regulations, with thresholds chosen on other regulations than those they are judged on."""
    labelled = np.flatnonzero(data.targets[:, 0] != MISSING)
    predicted = np.zeros((len(data), len(COLUMNS)), dtype=bool)
    groups = [data.groups[row] for row in labelled]
    for train, test in grouped_folds(groups, folds=FOLDS, seed=seed):
        slope, offset, thresholds = calibrate(values[labelled[train]], data.targets[labelled[train]])
        probability = 1 / (1 + np.exp(-(values[labelled[test]] * slope + offset)))
        predicted[labelled[test]] = probability >= thresholds
    truth, guess = data.targets[labelled], predicted[labelled]
    per_kind = {n: float(f1_score(truth[:, COLUMN[n]], guess[:, COLUMN[n]], zero_division=0)) for n in (*BARRIERS, *RELIEFS)}
    addressee = [COLUMN[name] for name in ADDRESSEES]
    right = truth[:, addressee].argmax(axis=1) == values[labelled][:, addressee].argmax(axis=1)
    return {
        "macro_f1_barriers": float(np.mean([per_kind[name] for name in BARRIERS])),
        "macro_f1_kinds": float(np.mean(list(per_kind.values()))),
        "f1_any_strength": float(f1_score(truth[:, COLUMN["any"]], guess[:, COLUMN["any"]])),
        "accuracy_addressee": float(right.mean()),
        **{f"f1_{name}": score for name, score in per_kind.items()},
    }
