"""spaCy's text classifiers for labels that do not exclude each other, on a blank Dutch pipeline: nothing is downloaded."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import spacy
from spacy.training import Example

from bench.peers.registry import TARGETS, Scores, Targets
from bench.peers.texts import documents
from models.vectorising import ClauseText

EPOCHS = 10
"""At the most; the ensemble is stopped by time long before on a small machine."""

BATCH = 128

LONGEST = 2_000
"""Letters that are read of a clause; a few clauses are whole tables."""

_LINEAR = {"@architectures": "spacy.TextCatBOW.v3", "exclusive_classes": False, "ngram_size": 2, "no_output_layer": False}


class BagOfWords:
    """``textcat_multilabel`` with a linear model over one- and two-word runs."""

    thresholds: Scores | None = None

    def __init__(self) -> None:
        self._pipeline = spacy.blank("nl")

    def config(self) -> dict[str, Any]:
        """Of the component; empty for spaCy's default."""
        return {"model": {**_LINEAR, "length": 262_144}}

    def fit(self, texts: Sequence[ClauseText], targets: Targets, *, seconds: float) -> str:
        """Ten rounds over the labels, or as many as there is time for."""
        deadline = time.perf_counter() + seconds
        self._pipeline = spacy.blank("nl")
        component = self._pipeline.add_pipe("textcat_multilabel", config=self.config())
        for name in TARGETS:
            component.add_label(name)  # type: ignore[attr-defined]
        examples = [
            Example.from_dict(doc, {"cats": {name: float(value) for name, value in zip(TARGETS, own, strict=True)}})
            for doc, own in zip(self._documents(texts), targets, strict=True)
        ]
        optimizer = self._pipeline.initialize(lambda: examples[:1_000])
        rng, seen = np.random.default_rng(0), 0
        for _ in range(EPOCHS):
            order = rng.permutation(len(examples))
            for rows in (order[start : start + BATCH] for start in range(0, len(order), BATCH)):
                self._pipeline.update([examples[row] for row in rows], sgd=optimizer, drop=0.2)
                seen += len(rows)
                if time.perf_counter() > deadline:
                    return f"{seen / len(examples):.1f} rounds, then time was up"
        return f"{EPOCHS} rounds"

    def scores(self, texts: Sequence[ClauseText]) -> Scores:
        """Probabilities, not calibrated."""
        told = self._pipeline.pipe(self._documents(texts))
        return np.array([[doc.cats[name] for name in TARGETS] for doc in told], dtype=np.float32)

    def save(self, folder: Path) -> None:
        """spaCy's own way."""
        self._pipeline.to_disk(folder)

    def load(self, folder: Path) -> None:
        """spaCy's own way."""
        self._pipeline = spacy.load(folder)

    def size(self, folder: Path) -> int:
        """Of what was saved."""
        return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())

    def _documents(self, texts: Sequence[ClauseText]) -> list[Any]:
        return [self._pipeline.make_doc(text[:LONGEST]) for text in documents(texts)]


class Ensemble(BagOfWords):
    """spaCy's default: the linear model together with a network of words in context."""

    def config(self) -> dict[str, Any]:
        """Its default."""
        return {}
