"""TF-IDF over a vocabulary that is known already: what scikit-learn's vectorisers give, without importing scikit-learn.

Importing it takes two seconds, and every start would wait for them. What learns a vocabulary is scikit-learn's.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import repeat
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

Places = npt.NDArray[np.int64]

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
        rows, columns = self._lettered(texts) if self._letters else self._worded(texts)
        width = len(self.vocabulary_)
        places, counts = np.unique(rows * width + columns, return_counts=True)
        starts = np.searchsorted(places, np.arange(len(texts) + 1) * width).astype(np.int32)
        indices = (places % width).astype(np.int32) if width else np.zeros(0, np.int32)
        return sp.csr_matrix((counts.astype(np.float32), indices, starts), shape=(len(texts), width))

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

    def _worded(self, texts: Sequence[str]) -> tuple[Places, Places]:
        """Row and column of every run of words that is a feature: of all texts at once, from every word one word farther."""
        known = self._known_runs
        number, words, lengths = known.words.get, list[int](), np.zeros(len(texts), dtype=np.int64)
        for row, text in enumerate(texts):
            split = self._split(text.lower() if self._lowercase else text)
            lengths[row] = len(split)
            words += map(number, split, repeat(-1))
        ids, row_of = np.array(words, dtype=np.int64), np.repeat(np.arange(len(texts)), lengths)
        starts = np.flatnonzero(ids >= 0)
        runs = ids[starts]
        rows, columns = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)]
        for length in range(1, self._longest + 1):
            if length > 1:
                last = starts + length - 1
                inside = last < len(ids)
                inside[inside] &= row_of[last[inside]] == row_of[starts[inside]]
                runs, starts = known.longer(length, runs[inside], ids[last[inside]], starts[inside])
            found = known.columns[length - 1][runs]
            if length >= self._shortest:
                rows.append(row_of[starts[found >= 0]])
                columns.append(found[found >= 0])
        return np.concatenate(rows), np.concatenate(columns)

    @cached_property
    def _known_runs(self) -> _Runs:
        return _Runs.of(list(self.vocabulary_), self._longest)

    def _lettered(self, texts: Sequence[str]) -> tuple[Places, Places]:
        rows, columns = list[int](), list[int]()
        for row, text in enumerate(texts):
            plain = _SPACES.sub(" ", text.lower() if self._lowercase else text)
            found = [self.vocabulary_.get(run, -1) for word in plain.split() for run in self._letter_runs(f" {word} ")]
            columns += found
            rows += [row] * len(found)
        known = np.array(columns, dtype=np.int64) >= 0
        return np.array(rows, dtype=np.int64)[known], np.array(columns, dtype=np.int64)[known]

    def _letter_runs(self, word: str) -> Iterator[str]:
        for length in range(self._shortest, self._longest + 1):
            yield word[:length]
            if length >= len(word):
                return  # a short word counts once
            for start in range(1, len(word) - length + 1):
                yield word[start : start + length]


@dataclass(frozen=True)
class _Runs:
    """The runs of words in a vocabulary as a tree: a run of some words is a shorter one and a word after it.

    Attributes:
        words: the number of every word.
        columns: by length of the run, the column of each; -1 where it only begins longer ones.
        steps: by length from 2, ascending: shorter run times ``len(words)`` plus the number of the word.
    """

    words: dict[str, int]
    columns: list[Places]
    steps: list[Places]

    @classmethod
    def of(cls, vocabulary: Sequence[str], longest: int) -> _Runs:
        said = " ".join(vocabulary).split(" ") if vocabulary else []
        words = {word: number for number, word in enumerate(dict.fromkeys(said))}
        lengths = np.fromiter(map(str.count, vocabulary, repeat(" ")), dtype=np.int64, count=len(vocabulary)) + 1
        flat = np.fromiter(map(words.__getitem__, said), dtype=np.int64, count=len(said))
        firsts = np.cumsum(lengths) - lengths
        runs, columns, steps = flat[firsts] if len(flat) else flat, list[Places](), list[Places]()
        for length in range(1, longest + 1):
            at_least = np.flatnonzero(lengths >= length)
            if length == 1:
                count = len(words)
            else:
                keys = runs[at_least] * len(words) + flat[firsts[at_least] + length - 1]
                step, runs[at_least] = np.unique(keys, return_inverse=True)
                steps.append(step)
                count = len(step)
            column = np.full(count, -1, dtype=np.int64)
            whole = np.flatnonzero(lengths == length)
            column[runs[whole]] = whole
            columns.append(column)
        return cls(words=words, columns=columns, steps=steps)

    def longer(self, length: int, runs: Places, words: Places, starts: Places) -> tuple[Places, Places]:
        """Runs of this length that shorter ones become by a word more, and where they start; none for the others."""
        step = self.steps[length - 2]
        keys = np.where(words >= 0, runs * len(self.words) + words, -1)
        place = np.searchsorted(step, keys)
        known = np.flatnonzero(step[np.minimum(place, len(step) - 1)] == keys) if len(step) else np.zeros(0, np.int64)
        return place[known], starts[known]


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
