"""tantivy, the search engine in Rust that is built as Lucene is, through its Python package; the index is kept in memory."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import tantivy

from bench.peers.registry import Rows
from models.loading import word_documents
from models.vectorising import ClauseText
from models.words import WORD

HEAP = 128 * 2**20
"""Bytes that its writer may hold."""


class Tantivy:
    """With Dutch stems; the words of the story are joined by "or"."""

    def build(self, texts: Sequence[ClauseText]) -> None:
        """Over text, heading and title."""
        schema = tantivy.SchemaBuilder()
        schema.add_text_field("text", tokenizer_name="dutch")
        schema.add_unsigned_field("row", stored=True)
        self._index = tantivy.Index(schema.build())
        self._index.register_tokenizer(
            "dutch",
            tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple())
            .filter(tantivy.Filter.lowercase())
            .filter(tantivy.Filter.stopword("dutch"))
            .filter(tantivy.Filter.stemmer("dutch"))
            .build(),
        )
        writer = self._index.writer(heap_size=HEAP)
        for row, text in enumerate(word_documents(texts)):
            writer.add_document(tantivy.Document(text=text, row=row))
        writer.commit()
        writer.wait_merging_threads()
        self._index.reload()

    def search(self, initiative: str, *, most: int) -> Rows:
        """The whole story is the question, without the marks that its query language knows."""
        words = " ".join(word for word in WORD.findall(initiative.lower()))
        searcher = self._index.searcher()
        hits = searcher.search(self._index.parse_query(words, ["text"]), most).hits
        return np.array([searcher.doc(address)["row"][0] for _, address in hits], dtype=np.int64)
