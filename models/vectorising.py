"""Sparse word features of clauses, saved as plain vocabularies and numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

from models.terms import Runs, Terms, Vectoriser, Vocabulary
from models.words import stems

_OPENING_WORDS = 8
_SETTINGS: dict[str, dict[str, Any]] = {
    "words": {"ngram_range": (1, 3), "min_df": 4, "token_pattern": r"(?u)\b\w+\b|[:;]"},
    "stems": {"ngram_range": (1, 2), "min_df": 4, "tokenizer": stems, "token_pattern": None, "lowercase": False},
    "headings": {"ngram_range": (1, 2), "min_df": 3},
    "opening": {"ngram_range": (1, 3), "min_df": 2},
}
_WEIGHTS = {"words": 1.0, "stems": 1.0, "headings": 0.5, "opening": 0.7}


@dataclass(frozen=True, kw_only=True)
class ClauseText:
    """What the clause model reads of a clause."""

    text: str
    heading: str = ""
    title: str = ""  # of the regulation
    ref: str = ""  # by which it is recognised in reports; no model reads it


class ClauseVectoriser:
    """Four blocks of TF-IDF features side by side: words, stems, heading and title, and how the clause opens.

    Attributes:
        blocks_: the fitted vectorisers by name.
    """

    def __init__(self) -> None:
        self.blocks_: dict[str, Vectoriser] = {}

    def fit(self, clauses: Sequence[ClauseText], *, more: int = 0) -> ClauseVectoriser:
        """Learn vocabularies and document frequencies.

        Args:
            clauses: from two to four of which, by block, a feature must stand in.
            more: in so many more it must.
        """
        for name, settings in _SETTINGS.items():
            self.blocks_[name] = unfitted(settings | {"min_df": settings["min_df"] + more}).fit(_documents(name, clauses))
        return self

    def transform(self, clauses: Sequence[ClauseText]) -> sp.csr_matrix:
        """Features.

        Returns:
            *Shape:* (clauses, features), float32, each block with rows of unit length times its weight.
        """
        blocks = [_WEIGHTS[name] * _transformed(block, _documents(name, clauses)) for name, block in self.blocks_.items()]
        return sp.hstack(blocks, format="csr")

    @property
    def feature_names(self) -> list[str]:
        """Name of every feature, with its block in front: ``words:het is verboden``."""
        return [f"{name}:{feature}" for name, block in self.blocks_.items() for feature in block.get_feature_names_out()]

    def extended(self, clauses: Sequence[ClauseText], *, more: int = 0) -> ClauseVectoriser:
        """This vectoriser with what it lacks of some clauses behind its own features, which keep their values to the bit.

        So weights that were fitted on it hold for the other one as well (``places_of``), and others can be fitted on all of it.

        Args:
            clauses: from which features are added.
            more: see ``fit``; keeps a model small that is extended again and again.
        """
        fresh, made = ClauseVectoriser().fit(clauses, more=more), ClauseVectoriser()
        for name, settings in _SETTINGS.items():
            block, other = self.blocks_[name], fresh.blocks_[name]
            words = block.get_feature_names_out().tolist()
            names, known = other.get_feature_names_out(), set(words)
            new = [place for place, word in enumerate(names) if word not in known]
            idf = np.concatenate([block.idf_, other.idf_[new]]).astype(np.float32)
            made.blocks_[name] = restored(settings, [*words, *names[new].tolist()], idf, measured=_measured(block))
        return made

    def places_of(self, narrower: ClauseVectoriser) -> npt.NDArray[np.int64]:
        """Where the features of the vectoriser that this one extends stand among those of this one. *Shape:* (features,)."""
        found, start = [], 0
        for name, block in self.blocks_.items():
            found.append(start + np.arange(len(narrower.blocks_[name].idf_)))
            start += len(block.idf_)
        return np.concatenate(found)

    @property
    def measured(self) -> dict[str, int]:
        """By block how many of its features, the first, make a row of unit length; those that were added later do not count."""
        return {name: _measured(block) for name, block in self.blocks_.items()}

    def to_arrays(self) -> tuple[dict[str, list[str]], dict[str, npt.NDArray[np.float32]]]:
        """Vocabulary and inverse document frequencies of every block, in column order."""
        words = {name: block.get_feature_names_out().tolist() for name, block in self.blocks_.items()}
        return words, {name: block.idf_.astype(np.float32) for name, block in self.blocks_.items()}

    @classmethod
    def from_arrays(
        cls,
        words: Mapping[str, Sequence[str] | Vocabulary],
        idf: dict[str, npt.NDArray[np.float32]],
        measured: Mapping[str, int] | None = None,
    ) -> ClauseVectoriser:
        """The vectoriser that to_arrays and ``measured`` described; None where nothing was added later."""
        vectoriser = cls()
        for name, settings in _SETTINGS.items():
            vectoriser.blocks_[name] = restored(settings, words[name], idf[name], measured=(measured or {}).get(name))
        return vectoriser


def runs_of(vectoriser: Vectoriser) -> Runs:
    """The features of a vectoriser over words, as runs of words."""
    if isinstance(vectoriser, Terms):
        return vectoriser.runs
    terms: list[str] = vectoriser.get_feature_names_out().tolist()
    return Runs.of(Vocabulary.of(terms), max(term.count(" ") for term in terms) + 1)


def restored(
    settings: Mapping[str, Any], words: Sequence[str] | Vocabulary, idf: npt.NDArray[np.float32], *, measured: int | None = None
) -> Terms:
    """A fitted vectoriser from its settings, its vocabulary in column order and its inverse document frequencies."""
    fixed = {key: value for key, value in settings.items() if key != "min_df"}
    return Terms(words, idf, measured=measured, **fixed)


def unfitted(settings: Mapping[str, Any]) -> Any:
    """A vectoriser of scikit-learn that has still to learn its vocabulary."""
    from sklearn.feature_extraction.text import TfidfVectorizer  # takes seconds to import, and is for training

    return TfidfVectorizer(sublinear_tf=True, dtype=np.float32, **settings)


def _measured(block: Vectoriser) -> int:
    """How many features make a row of unit length."""
    measured = getattr(block, "measured_", None)
    return len(block.idf_) if measured is None else int(measured)


def _transformed(vectoriser: Vectoriser, documents: Sequence[str]) -> sp.csr_matrix:
    """What a vectoriser makes of documents, each read once: many clauses stand under the same heading."""
    places = {document: place for place, document in enumerate(dict.fromkeys(documents))}
    matrix = vectoriser.transform(list(places))
    return matrix if len(places) == len(documents) else matrix[[places[document] for document in documents]]


def _documents(block: str, clauses: Sequence[ClauseText]) -> list[str]:
    if block == "headings":
        return [f"{clause.heading} . {clause.title}" for clause in clauses]
    if block == "opening":
        return [" ".join(clause.text.split(maxsplit=_OPENING_WORDS)[:_OPENING_WORDS]) for clause in clauses]
    return [clause.text for clause in clauses]
