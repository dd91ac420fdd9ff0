"""The arithmetic of the bench on the order of asking."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.sparse as sp

from bench.selecting import Kinds, f1_of, labels_needed
from models.columns import BARRIERS


def test_labels_needed_is_read_off_the_curve() -> None:
    labels, quality = [100.0, 200.0, 400.0], np.array([0.1, 0.3, 0.4], dtype=np.float32)
    assert labels_needed(labels, quality, 0.2) == pytest.approx(150)
    assert labels_needed(labels, quality, 0.35) == pytest.approx(300)
    assert labels_needed(labels, quality, 0.05) == 100
    assert labels_needed(labels, quality, float(quality[-1])) == pytest.approx(400)
    assert np.isnan(labels_needed(labels, quality, 0.5))


def test_f1_of_every_column() -> None:
    truth = np.array([[1, 0, 0], [1, 0, 1], [0, 0, 1]], dtype=bool)
    guess = np.array([[1, 0, 0], [0, 0, 0], [1, 0, 0]], dtype=bool)
    assert f1_of(truth, guess).tolist() == [0.5, 0.0, 0.0]


def test_kinds_learn_a_word_and_never_claim_what_had_no_example() -> None:
    rng = np.random.default_rng(0)
    targets = np.zeros((120, len(BARRIERS)), dtype=np.int8)
    targets[:, 0] = rng.random(120) < 0.4
    noise = rng.random((120, 5))
    features = sp.csr_matrix(np.column_stack([targets[:, 0], noise]))
    kinds = Kinds(features, targets, [f"regulation {row % 12}" for row in range(120)], np.arange(90))
    decided = kinds.probabilities(features[90:]) >= kinds.thresholds_
    assert np.array_equal(decided[:, 0], targets[90:, 0] == 1)
    assert not decided[:, 1:].any()
    assert kinds.positives_[0] == targets[:90, 0].sum() and kinds.f1_[0] == 1
