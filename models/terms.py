"""TF-IDF over a vocabulary that is known already: what scikit-learn's vectorisers give, without importing scikit-learn.

Importing it takes two seconds, and every start would wait for them. What learns a vocabulary is scikit-learn's.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice, repeat
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
        known: the vocabulary in column order.
        idf_: see Vectoriser.
        measured_: so many features, the first, make a row of unit length; None for all.
    """

    def __init__(
        self,
        words: Sequence[str] | Vocabulary,
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
        self.known = words if isinstance(words, Vocabulary) else Vocabulary.of(words)
        self.idf_, self.measured_ = idf, measured
        self._shortest, self._longest = ngram_range
        self._lowercase = lowercase
        self._split = tokenizer or re.compile(token_pattern or _WORD).findall
        self._letters = analyzer == "char_wb"

    @cached_property
    def vocabulary_(self) -> dict[str, int]:
        """Column of every feature."""
        return {term: column for column, term in enumerate(self.known.terms())}

    @cached_property
    def runs(self) -> Runs:
        """The features as runs of words; of no use where they are runs of letters."""
        return Runs.of(self.known, self._longest)

    def get_feature_names_out(self) -> npt.NDArray[Any]:
        """The vocabulary in column order."""
        return np.array(self.known.terms(), dtype=object)

    def counted(self, texts: Sequence[str]) -> sp.csr_matrix:
        """How often every feature stands in every text. *Shape:* (texts, features), float32."""
        rows, columns = self._lettered(texts) if self._letters else self._worded(texts)
        width = len(self.known)
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
        number, words, lengths = self.runs.words.get, list[int](), np.zeros(len(texts), dtype=np.int64)
        for row, text in enumerate(texts):
            split = self._split(text.lower() if self._lowercase else text)
            lengths[row] = len(split)
            words += map(number, split, repeat(-1))
        row_of = np.repeat(np.arange(len(texts)), lengths)
        rows, columns = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)]
        for length, starts, found in self.runs.within(np.array(words, dtype=np.int64), row_of):
            if length >= self._shortest:
                rows.append(row_of[starts])
                columns.append(found)
        return np.concatenate(rows), np.concatenate(columns)

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


@dataclass(frozen=True, eq=False)
class Vocabulary:
    """Terms of one or more words in an order, written by their words: most words stand in many terms.

    Attributes:
        words: every word, once.
        flat: numbers of the words of all terms, one term after the other; *shape* (words of all terms,), integers.
        lengths: words of each term; *shape* (terms,), integers from 1.
    """

    words: Sequence[str]
    flat: npt.NDArray[Any]
    lengths: npt.NDArray[Any]

    def __post_init__(self) -> None:
        """Raises ValueError: these are no terms."""
        if any(array.ndim != 1 or array.dtype.kind not in "iu" for array in (self.flat, self.lengths)):
            raise ValueError("terms are told by lists of whole numbers")
        if not all(isinstance(word, str) for word in self.words) or len(set(self.words)) != len(self.words):
            raise ValueError("a word that is none, or stands twice")
        if (len(self.lengths) and self.lengths.min() < 1) or int(self.lengths.sum(dtype=np.int64)) != len(self.flat):
            raise ValueError("terms of other lengths than there are words")
        if len(self.flat) and not 0 <= self.flat.min() <= self.flat.max() < len(self.words):
            raise ValueError("a term of words that are not there")

    @classmethod
    def of(cls, terms: Sequence[str]) -> Vocabulary:
        """Some terms, their words divided by a space each."""
        said = " ".join(terms).split(" ") if terms else []
        numbers = {word: number for number, word in enumerate(dict.fromkeys(said))}
        lengths = np.fromiter(map(str.count, terms, repeat(" ")), dtype=np.int64, count=len(terms)) + 1
        flat = np.fromiter(map(numbers.__getitem__, said), dtype=np.int64, count=len(said))
        return cls(list(numbers), _narrow(flat), _narrow(lengths))

    def __len__(self) -> int:
        return len(self.lengths)

    def terms(self) -> list[str]:
        """The terms as they were given."""
        said = map(self.words.__getitem__, self.flat.tolist())
        return [" ".join(islice(said, length)) for length in self.lengths.tolist()]


@dataclass(frozen=True, eq=False)
class Runs:
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
    def of(cls, vocabulary: Vocabulary, longest: int) -> Runs:
        """Those of at most so many words."""
        words = {word: number for number, word in enumerate(vocabulary.words)}
        lengths, flat = vocabulary.lengths.astype(np.int64), vocabulary.flat.astype(np.int64)
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

    def within(self, ids: Places, row_of: Places | None = None) -> Iterator[tuple[int, Places, npt.NDArray[np.int64]]]:
        """The runs that are features, in words one after the other, by length.

        Args:
            ids: numbers of the words, -1 for one that is not known. *Shape:* (words,).
            row_of: text of each word, for no run goes from one into the next; None for one text. *Shape:* (words,).

        Yields:
            How many words they have, the first word of each, and the column of each, both *shape* (runs,).
        """
        starts = np.flatnonzero(ids >= 0)
        runs = ids[starts]
        for length, columns in enumerate(self.columns, 1):
            if length > 1:
                last = starts + length - 1
                inside = last < len(ids)
                if row_of is not None:
                    inside[inside] &= row_of[last[inside]] == row_of[starts[inside]]
                runs, starts = self._longer(length, runs[inside], ids[last[inside]], starts[inside])
            found = columns[runs]
            yield length, starts[found >= 0], found[found >= 0]

    def _longer(self, length: int, runs: Places, words: Places, starts: Places) -> tuple[Places, Places]:
        """Runs of this length that shorter ones become by a word more, and where they start; none for the others."""
        step = self.steps[length - 2]
        keys = np.where(words >= 0, runs * len(self.words) + words, -1)
        place = np.searchsorted(step, keys)
        known = np.flatnonzero(step[np.minimum(place, len(step) - 1)] == keys) if len(step) else np.zeros(0, np.int64)
        return place[known], starts[known]


def _narrow(values: Places) -> npt.NDArray[Any]:
    """The same numbers, from 0, in the fewest bytes."""
    return values.astype(np.min_scalar_type(values.max(initial=0)))


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
