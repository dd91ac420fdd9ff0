"""SetFit (Tunstall et al. 2022): the encoder learns from pairs of clauses of a few labels; the head from all labels."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from datasets import Dataset
from setfit import SetFitModel, Trainer, TrainingArguments
from transformers import TrainerCallback

from bench.peers.clauses.sentences import SentencePeer, encoder
from bench.peers.registry import Targets
from bench.peers.texts import documents
from models.columns import BARRIERS
from models.vectorising import ClauseText

SHOTS = 16
"""Clauses of every kind, and of none, that the encoder learns from."""


class SetFitPeer(SentencePeer):
    """As SentencePeer, with an encoder of its own."""

    _tuned = ""

    def fit(self, texts: Sequence[ClauseText], targets: Targets, *, seconds: float) -> str:
        """The encoder once, within the time; the head on all labels each time."""
        if not self._known:
            self._tuned = self._tune(texts, targets, seconds)
        return f"{self._tuned}; {super().fit(texts, targets, seconds=seconds)}"

    def save(self, folder: Path) -> None:
        """Encoder and head."""
        self._encoder.save(str(folder / "encoder"))
        super().save(folder)

    def load(self, folder: Path) -> None:
        """Encoder and head."""
        self._encoder = encoder(folder / "encoder")
        super().load(folder)

    def size(self, folder: Path) -> int:
        """Of what was saved."""
        return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())

    def _tune(self, texts: Sequence[ClauseText], targets: Targets, seconds: float) -> str:
        rng = np.random.default_rng(0)
        kinds = targets[:, : len(BARRIERS)]  # without "any": nearly all pairs would have that in common
        columns = [*kinds.T, kinds.max(axis=1) == 0]
        rows = sorted({int(row) for column in columns for row in rng.permutation(np.flatnonzero(column))[:SHOTS]})
        shown = Dataset.from_dict({
            "text": documents([texts[row] for row in rows]), "label": kinds[rows].astype(int).tolist(),
        })  # fmt: skip
        model = SetFitModel(model_body=self._encoder, multi_target_strategy="one-vs-rest")
        with TemporaryDirectory() as scratch:
            settings = TrainingArguments(
                output_dir=scratch, batch_size=16, num_epochs=1, sampling_strategy="undersampling", save_strategy="no",
                report_to="none", logging_strategy="no", show_progress_bar=False,
            )  # fmt: skip
            trainer = Trainer(model=model, args=settings, train_dataset=shown)
            clock = _Clock(seconds)
            trainer.add_callback(clock)
            trainer.train_embeddings(shown["text"], shown["label"], args=settings)
        return f"encoder: {clock.steps} steps of 16 pairs of {len(rows)} clauses"


class _Clock(TrainerCallback):  # type: ignore[misc]  # transformers is not looked into
    """Stops when time is up."""

    def __init__(self, seconds: float) -> None:
        self._deadline = time.perf_counter() + seconds
        self.steps = 0

    def on_step_end(self, args: Any, state: Any, control: Any, **others: Any) -> None:
        self.steps = state.global_step
        control.should_training_stop = time.perf_counter() > self._deadline
