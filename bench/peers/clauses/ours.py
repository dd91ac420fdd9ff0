"""The released model as it is: no clause model that serves has learnt from the frozen regulations that all are tested on."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from bench.peers.registry import TARGETS, Scores, Targets
from models.columns import COLUMN
from models.joint import sigmoid
from models.loading import load_model, released_folder
from models.vectorising import ClauseText

_COLUMNS = [COLUMN[name] for name in TARGETS]
_WHOLE = (
    "clauses.safetensors",
    "columns.json",
    "vocabulary.json",
    "vocabulary.safetensors",
    "cascade.json",
    "encoder.onnx",
    "tokenizer.json",
)


class Whole:
    """The cascade, as ``regelruimte classify`` reads with it; marks of evidence are part of its answer and of its time."""

    files: tuple[str, ...] = _WHOLE

    def __init__(self) -> None:
        self._model = load_model().clauses
        self.thresholds: Scores | None = self._model.thresholds[_COLUMNS]

    def fit(self, texts: Sequence[ClauseText], targets: Targets, *, seconds: float) -> str:
        """Learns nothing here."""
        return "released, not trained in this run"

    def scores(self, texts: Sequence[ClauseText]) -> Scores:
        """Probabilities."""
        return np.asarray(self._model.read(texts).probabilities[:, _COLUMNS], dtype=np.float32)

    def save(self, folder: Path) -> None:
        """Nothing to write."""

    def load(self, folder: Path) -> None:
        """Loaded when it was made."""

    def size(self, folder: Path) -> int:
        """Of the files that the clause model reads; the vocabulary is shared with search."""
        return sum((released_folder() / name).stat().st_size for name in self.files)


class FastTier(Whole):
    """The fast tier alone, with the thresholds of the whole: what a store is indexed by."""

    files = _WHOLE[:4]

    def scores(self, texts: Sequence[ClauseText]) -> Scores:
        """Probabilities at first sight."""
        return np.asarray(self._model.at_first_sight(texts)[:, _COLUMNS], dtype=np.float32)


class SlowTier(Whole):
    """The slow tier alone, of every clause, with the thresholds of the whole."""

    files = _WHOLE[-2:]

    def scores(self, texts: Sequence[ClauseText]) -> Scores:
        """Probabilities as the encoder has them, not calibrated."""
        assert self._model.slow is not None, "the released model has one"
        return sigmoid(self._model.slow.values(texts)[0][:, _COLUMNS])
