"""BM25 in numpy (bm25s), with the Snowball stemmer for Dutch and the stop words that the library has."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import bm25s
import numpy as np
import Stemmer

from bench.peers.registry import Rows
from models.loading import word_documents
from models.vectorising import ClauseText


class Bm25s:
    """With the library's own parameters."""

    def __init__(self) -> None:
        self._stemmer = Stemmer.Stemmer("dutch")
        self._index = bm25s.BM25()

    def build(self, texts: Sequence[ClauseText]) -> None:
        """Over text, heading and title."""
        self._index.index(self._words(word_documents(texts)), show_progress=False)

    def search(self, initiative: str, *, most: int) -> Rows:
        """The whole story is the question."""
        found, _ = self._index.retrieve(self._words([initiative]), k=most, show_progress=False)
        return np.asarray(found[0], dtype=np.int64)

    def _words(self, texts: list[str]) -> Any:
        return bm25s.tokenize(texts, stopwords="nl", stemmer=self._stemmer, show_progress=False)
