"""TF-IDF over a vocabulary that is known already: what scikit-learn's vectorisers give, without importing scikit-learn.

Importing it takes two seconds, and every start would wait for them. What learns a vocabulary is scikit-learn's.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

_SPACES = re.compile(r"\s\s+")
_WORD = r"(?u)\b\w\w+\b"  # of scikit-learn


class Vectoriser(Protocol):
    """What turns texts into features: one of ours, or a fitted TfidfVectorizer of scikit-learn."""

    @property
    def vocabulary_(self) -> Mapping[str, int]:
        """Column of every feature."""

    @property
    def idf_(self) -> npt.NDArray[Any]:
        """Inverse document frequencies. *Shape:* (features,)."""

    def transform(self, texts: Sequence[str], /) -> sp.csr_matrix:
        """*Shape:* (texts, features)."""

    def get_feature_names_out(self) -> npt.NDArray[Any]:
        """*Shape:* (features,)."""


class Terms:
    """A vectoriser that learns nothing any more; sublinear counts, rows of unit length.

    Attributes:
        vocabulary_, idf_: see Vectoriser.
        measured_: so many features, the first, make a row of unit length; None for all.
    """

    def __init__(
        self,
        words: Sequence[str],
        idf: npt.NDArray[np.float32],
        *,
        ngram_range: tuple[int, int] = (1, 1),
        analyzer: str = "word",
        tokenizer: Callable[[str], list[str]] | None = None,
        token_pattern: str | None = _WORD,
        lowercase: bool = True,
        measured: int | None = None,
    ) -> None:
        """See TfidfVectorizer of scikit-learn for the options.

        Args:
            words: the vocabulary in column order.
            idf: of each.
            analyzer: "word", or "char_wb" for runs of letters within words.
            measured: see the class.
        """
        self.vocabulary_ = {word: index for index, word in enumerate(words)}
        self.idf_, self.measured_ = idf, measured
        self._shortest, self._longest = ngram_range
        self._lowercase = lowercase
        self._split = tokenizer or re.compile(token_pattern or _WORD).findall
        self._letters = analyzer == "char_wb"

    def get_feature_names_out(self) -> npt.NDArray[Any]:
        """The vocabulary in column order."""
        return np.array(list(self.vocabulary_), dtype=object)

    def counted(self, texts: Sequence[str]) -> sp.csr_matrix:
        """How often every feature stands in every text. *Shape:* (texts, features), float32."""
        column, starts, columns, counts = self.vocabulary_.get, [0], list[int](), list[int]()
        for text in texts:
            found = Counter(map(column, self._runs(text.lower() if self._lowercase else text)))
            found.pop(None, None)
            columns += found  # type: ignore[arg-type]  # None is gone
            counts += found.values()
            starts.append(len(columns))
        data, indices = np.array(counts, dtype=np.float32), np.array(columns, dtype=np.int32)
        shape = (len(starts) - 1, len(self.vocabulary_))
        matrix = sp.csr_matrix((data, indices, np.array(starts, dtype=np.int32)), shape=shape)
        matrix.sort_indices()
        return matrix

    def transform(self, texts: Sequence[str]) -> sp.csr_matrix:
        """TF-IDF. *Shape:* (texts, features), float32.

        Features that were added later are as long beside the first as they would be without any length; a row without any of
        the first is of unit length by them.
        """
        matrix = self.counted(texts)
        matrix.data = (np.log(matrix.data) + 1) * self.idf_.astype(np.float32)[matrix.indices]
        if self.measured_ is None or self.measured_ == matrix.shape[1]:
            return unit_rows(matrix)
        first, added = matrix[:, : self.measured_], matrix[:, self.measured_ :]
        lengths, own = _lengths(first), _lengths(added)
        lengths = np.where(lengths > 0, lengths, np.where(own > 0, own, 1.0))
        added.data /= np.repeat(lengths, np.diff(added.indptr)).astype(np.float32)
        return sp.hstack([unit_rows(first), added], format="csr")

    def _runs(self, text: str) -> Iterator[str]:
        if self._letters:
            for word in _SPACES.sub(" ", text).split():
                yield from self._letter_runs(f" {word} ")
            return
        words = self._split(text)
        for length in range(self._shortest, self._longest + 1):
            for start in range(len(words) - length + 1):
                yield words[start] if length == 1 else " ".join(words[start : start + length])

    def _letter_runs(self, word: str) -> Iterator[str]:
        for length in range(self._shortest, self._longest + 1):
            yield word[:length]
            if length >= len(word):
                return  # a short word counts once
            for start in range(1, len(word) - length + 1):
                yield word[start : start + length]


def unit_rows(matrix: sp.csr_matrix) -> sp.csr_matrix:
    """Rows of unit length; those that are empty stay so. *Shape and type:* as given."""
    lengths = _lengths(matrix)
    divisors = np.repeat(np.where(lengths > 0, lengths, 1.0), np.diff(matrix.indptr))
    return sp.csr_matrix(((matrix.data / divisors).astype(matrix.dtype), matrix.indices, matrix.indptr), shape=matrix.shape)


def _lengths(matrix: sp.csr_matrix) -> npt.NDArray[np.float64]:
    rows = np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr))
    squares: npt.NDArray[np.float64] = np.sqrt(
        np.bincount(rows, weights=matrix.data.astype(np.float64) ** 2, minlength=matrix.shape[0])
    )
    return squares
