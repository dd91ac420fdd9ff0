"""Likeness of sentence embeddings, the story compared with every clause: no index is more exact."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from bench.peers.clauses.sentences import BATCH, encoder
from bench.peers.registry import Rows
from bench.peers.texts import documents
from models.vectorising import ClauseText


class Dense:
    """all-MiniLM-L6-v2 and one product of a matrix and a vector."""

    def __init__(self) -> None:
        self._encoder = encoder()

    def build(self, texts: Sequence[ClauseText]) -> None:
        """Embed every clause."""
        self._vectors = self._embedded(documents(texts))

    def search(self, initiative: str, *, most: int) -> Rows:
        """By cosine."""
        likeness = self._vectors @ self._embedded([initiative])[0]
        best = np.argpartition(-likeness, most - 1)[:most] if most < len(likeness) else np.arange(len(likeness))
        return best[np.argsort(-likeness[best], kind="stable")]

    def _embedded(self, texts: list[str]) -> np.ndarray:
        return np.asarray(
            self._encoder.encode(texts, batch_size=BATCH, normalize_embeddings=True, show_progress_bar=False), dtype=np.float32
        )
