"""Fitting the detector of activities, and measuring it on sentences that it has not seen."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import average_precision_score

from corpus.activities import Activities, ToldActivity
from models.activities import ActivityModel
from models.activity_classifier import ActivityClassifier, unfitted_blocks
from training.splits import grouped_folds

REGULARISATION = 20.0
"""C of the regressions: a dozen examples an activity, on features of unit length."""

FOLDS = 5


def fit_activity_classifier(told: Sequence[ToldActivity], known: Activities) -> ActivityClassifier:
    """Fit on sentences; the lay phrases of the list are examples as well."""
    texts = [one.text for one in told] + [phrase for activity in known.all for phrase in activity.lay]
    sets = [set(one.activities) for one in told] + [{activity.code} for activity in known.all for _ in activity.lay]
    targets = np.array([[code in own for code in known.codes] for own in sets], dtype=np.int8)
    blocks = unfitted_blocks()
    features = sp.hstack([block.fit_transform(texts) for block in blocks.values()], format="csr")
    weights = np.zeros((features.shape[1], len(known.codes)), dtype=np.float32)
    bias = np.full(len(known.codes), -10.0, dtype=np.float32)
    for column in range(len(known.codes)):
        if targets[:, column].any():
            model = LogisticRegression(C=REGULARISATION, solver="liblinear", random_state=0)
            model.fit(features, targets[:, column])
            weights[:, column], bias[column] = model.coef_[0], model.intercept_[0]
    return ActivityClassifier(blocks=blocks, weights=weights, bias=bias)


def measure_activities(told: Sequence[ToldActivity], known: Activities, *, seed: int = 0) -> dict[str, dict[str, float]]:
    """Cross-validation over sentences: phrases alone, the classifier alone, and both as they are shipped.

    Returns:
        For each way the micro-averaged precision, recall and F1 at 0.3 (from where an activity is told), and the mean over the
        activities of the average precision.
    """
    truth = np.array([[code in one.activities for code in known.codes] for one in told], dtype=bool)
    plain = ActivityModel(known)
    phrases = np.vstack([plain.vector(plain.told(one.text)) for one in told])
    learnt, both = np.zeros_like(phrases), np.zeros_like(phrases)
    for train, test in grouped_folds([str(row) for row in range(len(told))], folds=FOLDS, seed=seed):
        classifier = fit_activity_classifier([told[row] for row in train], known)
        learnt[test] = classifier.probabilities([told[row].text for row in test])
        whole = ActivityModel(known, classifier)
        both[test] = np.vstack([whole.vector(whole.told(told[row].text)) for row in test])
    return {name: _measures(truth, values) for name, values in (("phrases", phrases), ("learnt", learnt), ("both", both))}


def _measures(truth: npt.NDArray[np.bool_], values: npt.NDArray[np.float32]) -> dict[str, float]:
    said = values >= ActivityModel.TOLD
    hit = int((truth & said).sum())
    precision, recall = hit / max(1, int(said.sum())), hit / max(1, int(truth.sum()))
    known = [column for column in range(truth.shape[1]) if truth[:, column].any()]
    return {
        "precision": precision,
        "recall": recall,
        "f1": 2 * precision * recall / max(precision + recall, 1e-9),
        "mean_average_precision": float(np.mean([average_precision_score(truth[:, c], values[:, c]) for c in known])),
    }
