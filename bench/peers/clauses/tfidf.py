"""The plain way of scikit-learn: TF-IDF of words and of letters, and a logistic regression per kind."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import scipy.sparse as sp
from safetensors.numpy import load_file, save_file
from sklearn.feature_extraction.text import TfidfVectorizer

from bench.peers.clauses.head import LogisticHead
from bench.peers.registry import Scores, Targets
from bench.peers.texts import documents
from models.vectorising import ClauseText

BLOCKS: dict[str, dict[str, Any]] = {
    "words": {"ngram_range": (1, 2)},
    "letters": {"analyzer": "char_wb", "ngram_range": (3, 5)},
}
MIN_DF = 3
"""Clauses that must hold a word or a run of letters."""


class TfidfPeer:
    """One- and two-word runs, and runs of three to five letters within words."""

    thresholds: Scores | None = None

    def __init__(self) -> None:
        self._blocks: dict[str, TfidfVectorizer] = {}
        # C as in our own fast tier, where it was best; the dual form comes out at the same weights, sooner.
        self._head = LogisticHead(solver="liblinear", C=2.0, dual=True, max_iter=500)

    def fit(self, texts: Sequence[ClauseText], targets: Targets, *, seconds: float) -> str:
        """To the end, whatever it takes."""
        own = documents(texts)
        self._blocks = {name: _vectoriser(min_df=MIN_DF, **settings).fit(own) for name, settings in BLOCKS.items()}
        features = self._features(own)
        self._head.fit(features, targets)
        return f"{features.shape[1]} features"

    def scores(self, texts: Sequence[ClauseText]) -> Scores:
        """Log-odds."""
        return self._head.scores(self._features(documents(texts)))

    def save(self, folder: Path) -> None:
        """Vocabularies as JSON, numbers as safetensors."""
        words = {name: block.get_feature_names_out().tolist() for name, block in self._blocks.items()}
        (folder / "vocabulary.json").write_text(json.dumps(words, ensure_ascii=False), encoding="utf-8")
        save_file({name: block.idf_.astype(np.float32) for name, block in self._blocks.items()}, folder / "idf.safetensors")
        self._head.save(folder)

    def load(self, folder: Path) -> None:
        """The same vectorisers again."""
        words = json.loads((folder / "vocabulary.json").read_text(encoding="utf-8"))
        idf = load_file(folder / "idf.safetensors")
        for name, settings in BLOCKS.items():
            numbered = {word: place for place, word in enumerate(words[name])}
            self._blocks[name] = _vectoriser(vocabulary=numbered, **settings)
            self._blocks[name].idf_ = idf[name]
        self._head.load(folder)

    def size(self, folder: Path) -> int:
        """Of what was saved."""
        return sum(file.stat().st_size for file in folder.iterdir())

    def _features(self, texts: Sequence[str]) -> sp.csr_matrix:
        return sp.hstack([block.transform(texts) for block in self._blocks.values()], format="csr")


def _vectoriser(**settings: Any) -> TfidfVectorizer:
    return TfidfVectorizer(sublinear_tf=True, dtype=np.float32, **settings)
