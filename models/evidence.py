"""Which words of a clause carry its kind."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.clauses import ClauseModel
from models.columns import COLUMN
from models.vectorising import ClauseText
from models.words import pipeline, stem

MIN_WORDS, MAX_WORDS = 2, 8


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """A phrase of a clause that speaks for a kind."""

    start: int  # offset in the clause text, characters
    end: int
    text: str
    kind: str


class EvidenceFinder:
    """Finds the phrase to which a linear clause model owes most of its decision.

    Every word gets the weight of the n-grams it is part of, shared equally among their words; the phrase is the window of
    2 to 8 words within one sentence with the largest sum, after a price per word that keeps it short.
    """

    def __init__(self, model: ClauseModel) -> None:
        self._model = model
        self._columns: dict[str, int] = {}
        start = 0
        for name, block in model.vectoriser.blocks_.items():
            self._columns[name] = start
            start += len(block.vocabulary_ if hasattr(block, "vocabulary_") else block.vocabulary)
        self._vocabularies = {
            name: dict(block.vocabulary_ if hasattr(block, "vocabulary_") else block.vocabulary)
            for name, block in model.vectoriser.blocks_.items()
        }

    def find(self, clause: ClauseText, kind: str) -> Evidence | None:
        """The phrase that speaks most for a kind; None when no word does."""
        tokens = [token for token in pipeline()(clause.text) if not token.is_space]
        words = [(token.idx, token.idx + len(token.text), token.lower_) for token in tokens if token.text[:1].isalnum()]
        if len(words) < MIN_WORDS:
            return None
        values = self._word_values([word for _, _, word in words], COLUMN[kind])
        sentence = np.cumsum([bool(token.is_sent_start) for token in tokens])
        of_word = [int(sentence[i]) for i, token in enumerate(tokens) if token.text[:1].isalnum()]
        best = self._best_window(values, of_word)
        if best is None:
            return None
        start, end = words[best[0]][0], words[best[1]][1]
        return Evidence(start=start, end=end, text=clause.text[start:end], kind=kind)

    def _word_values(self, words: list[str], column: int) -> np.ndarray:
        values = np.zeros(len(words))
        weights = self._model.weights[:, column]
        idf = {name: block.idf_ for name, block in self._model.vectoriser.blocks_.items()}
        forms = {"words": (words, 3), "stems": ([stem(word) for word in words], 2)}
        for name, (sequence, longest) in forms.items():
            vocabulary, offset = self._vocabularies[name], self._columns[name]
            for length in range(1, longest + 1):
                for start in range(len(sequence) - length + 1):
                    index = vocabulary.get(" ".join(sequence[start : start + length]))
                    if index is not None:
                        values[start : start + length] += weights[offset + index] * idf[name][index] / length
        return values

    def _best_window(self, values: np.ndarray, sentence: list[int]) -> tuple[int, int] | None:
        price = max(float(np.mean(np.abs(values))), 1e-9)
        sums = np.concatenate([[0.0], np.cumsum(values - price)])
        best, best_value = None, 0.0
        for start in range(len(values)):
            for end in range(start + MIN_WORDS, min(start + MAX_WORDS, len(values)) + 1):
                if sentence[end - 1] == sentence[start] and sums[end] - sums[start] > best_value:
                    best, best_value = (start, end - 1), float(sums[end] - sums[start])
        return best
