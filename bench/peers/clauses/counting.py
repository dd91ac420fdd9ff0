"""What RegData counts (Al-Ubaydli and McLaughlin 2017): restriction words, here the Dutch ones, by its own program quantgov.

It knows no kinds: a clause with more such words is likelier to be a barrier of any kind.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from quantgov.corpus import Document
from quantgov.nlp import OccurrenceCounter

from bench.peers.registry import TARGETS, Scores, Targets
from models.vectorising import ClauseText

RESTRICTIONS = (
    "moet", "moeten", "dient", "dienen", "verplicht", "verplichting", "verboden", "verbod", "mag niet", "mag geen",
    "mogen niet", "mogen geen", "slechts", "vereist",
)  # fmt: skip
"""Dutch for RegData's shall, must, may not, required and prohibited."""


class WordCount:
    """The count is the score, of every target alike."""

    thresholds: Scores | None = None

    def fit(self, texts: Sequence[ClauseText], targets: Targets, *, seconds: float) -> str:
        """Learns nothing; the bench chooses from which count each kind is told."""
        return f"{len(RESTRICTIONS)} words"

    def scores(self, texts: Sequence[ClauseText]) -> Scores:
        """The number of restriction words."""
        counts = [
            OccurrenceCounter.process_document(
                Document((place,), one.text), RESTRICTIONS, r"\b(?P<match>{})\b", "total", False
            )[-1]
            for place, one in enumerate(texts)
        ]  # fmt: skip
        return np.repeat(np.array(counts, dtype=np.float32)[:, None], len(TARGETS), axis=1)

    def save(self, folder: Path) -> None:
        """Nothing to write."""

    def load(self, folder: Path) -> None:
        """Nothing to read."""

    def size(self, folder: Path) -> int:
        """Of the words."""
        return len(" ".join(RESTRICTIONS).encode())
