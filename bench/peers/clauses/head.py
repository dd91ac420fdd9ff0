"""A logistic regression per target, as scikit-learn's users make it, kept without pickle."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from safetensors.numpy import load_file, save_file
from sklearn.linear_model import LogisticRegression

from bench.peers.registry import Scores, Targets


class LogisticHead:
    """Weights over whatever features; ``settings`` are those of scikit-learn's LogisticRegression."""

    def __init__(self, **settings: Any) -> None:
        self._settings = settings
        self._weights = self._bias = np.zeros(0, dtype=np.float32)

    def fit(self, features: Any, targets: Targets) -> None:
        """*Shapes:* (clauses, features), (clauses, targets). A target that all or none have gets the same score everywhere."""
        weights = np.zeros((features.shape[1], targets.shape[1]), dtype=np.float32)
        bias = np.zeros(targets.shape[1], dtype=np.float32)
        for column, truth in enumerate(targets.T):
            if truth.min() != truth.max():
                fitted = LogisticRegression(class_weight="balanced", random_state=0, **self._settings).fit(features, truth)
                weights[:, column], bias[column] = fitted.coef_[0], fitted.intercept_[0]
        self._weights, self._bias = weights, bias

    def scores(self, features: Any) -> Scores:
        """Log-odds. *Shape:* (clauses, targets)."""
        return np.asarray(features @ self._weights + self._bias, dtype=np.float32)

    def save(self, folder: Path) -> None:
        """Write the weights."""
        save_file({"weights": self._weights, "bias": self._bias}, folder / "head.safetensors")

    def load(self, folder: Path) -> None:
        """Read the weights."""
        arrays = load_file(folder / "head.safetensors")
        self._weights, self._bias = arrays["weights"], arrays["bias"]
