"""Which words of a clause carry its kinds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from models.clauses import ClauseModel
from models.columns import COLUMN, RELIEFS
from models.dutch import sentences
from models.encoder import WordMarks
from models.phrases import find_phrases
from models.vectorising import ClauseText
from models.words import WORD, stem

MIN_WORDS, MAX_WORDS = 2, 8
"""Length of a phrase of evidence: what the guide asks of a reader."""

MOST = 2
"""Phrases of evidence of a clause."""

LESSER = 0.5
"""A second phrase counts when it has at least this share of the weight of the first."""

PHRASE_BONUS = 0.5
"""How much a turn of phrase of the same kind adds to the weight of each of its words, in mean absolute weights."""

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """A phrase of a clause that speaks for a kind."""

    start: int  # offset in the clause text, characters
    end: int
    text: str
    kind: str


class EvidenceFinder:
    """Finds the phrases to which a clause model owes its decisions.

    Where the slow tier read a clause, its marks say which words are evidence; elsewhere the weights of the fast tier do. Which
    kind a phrase speaks for is asked of the fast tier, whose weights are words.
    """

    def __init__(self, model: ClauseModel) -> None:
        self._weights = model.fast.weights
        self._least = model.evidence_least
        self._vocabularies: dict[str, dict[str, int]] = {}
        self._offsets: dict[str, int] = {}
        self._idf = {name: block.idf_ for name, block in model.fast.vectoriser.blocks_.items()}
        start = 0
        for name, block in model.fast.vectoriser.blocks_.items():
            self._vocabularies[name] = dict(block.vocabulary_ if hasattr(block, "vocabulary_") else block.vocabulary)
            self._offsets[name] = start
            start += len(self._vocabularies[name])

    def find(self, clause: ClauseText, kinds: Sequence[str], marks: WordMarks | None = None) -> list[Evidence]:
        """The phrases that speak most for the kinds of a clause, strongest first; none when no word does.

        Args:
            clause: what was read.
            kinds: that were decided, most important first.
            marks: of the slow tier, where it read the clause.
        """
        words = [(match.group().lower(), match.start(), match.end()) for match in WORD.finditer(clause.text)]
        if not kinds or len(words) < MIN_WORDS:
            return []
        kinds = sorted(kinds, key=lambda kind: kind in RELIEFS)  # stable: barriers first, each group by importance
        by_kind = {kind: self._word_values([word for word, _, _ in words], COLUMN[kind]) for kind in kinds}
        if marks is not None and len(marks.scores):
            values, price = _word_marks(words, marks) - self._least, 0.0
        else:
            values = by_kind[kinds[0]] + _bonus(clause.text, words, kinds[0], by_kind[kinds[0]])
            price = max(float(np.mean(np.abs(values))), 1e-9)
        found: list[Evidence] = []
        weights: list[float] = []
        for first, last, weight in _best_windows(values - price, _sentence_of(clause.text, words)):
            if weights and weight < LESSER * weights[0]:
                break
            start, end = words[first][1], words[last][2]
            kind = max(kinds, key=lambda kind: float(by_kind[kind][first : last + 1].sum()))
            found.append(Evidence(start=start, end=end, text=clause.text[start:end], kind=kind))
            weights.append(weight)
        return found

    def _word_values(self, words: Sequence[str], column: int) -> Floats:
        """The weights of the n-grams that each word is part of, shared equally among their words."""
        values = np.zeros(len(words))
        weights = self._weights[:, column]
        forms = {"words": (list(words), 3), "stems": ([stem(word) for word in words], 2)}
        for name, (sequence, longest) in forms.items():
            vocabulary, offset, idf = self._vocabularies[name], self._offsets[name], self._idf[name]
            for length in range(1, longest + 1):
                for start in range(len(sequence) - length + 1):
                    index = vocabulary.get(" ".join(sequence[start : start + length]))
                    if index is not None:
                        values[start : start + length] += weights[offset + index] * idf[index] / length
        return values


def _bonus(text: str, words: Sequence[tuple[str, int, int]], kind: str, values: Floats) -> Floats:
    bonus = np.zeros(len(words))
    for phrase in find_phrases(text):
        if phrase.kind == kind:
            for place, (_, start, end) in enumerate(words):
                if start < phrase.end and end > phrase.start:
                    bonus[place] = PHRASE_BONUS * float(np.mean(np.abs(values)))
    return bonus


def _word_marks(words: Sequence[tuple[str, int, int]], marks: WordMarks) -> Floats:
    """The highest score among the pieces of each word; far below anything for words past the end of what was read."""
    scores = np.full(len(words), -30.0)
    place = 0
    for start, end, score in zip(marks.starts, marks.ends, marks.scores, strict=True):
        while place < len(words) and words[place][2] <= start:
            place += 1
        if place < len(words) and words[place][1] < end:
            scores[place] = max(scores[place], float(score))
    return scores


def _sentence_of(text: str, words: Sequence[tuple[str, int, int]]) -> list[int]:
    ends = [end for _, end in sentences(text)]
    place, numbers = 0, []
    for _, start, _ in words:
        while place < len(ends) - 1 and start >= ends[place]:
            place += 1
        numbers.append(place)
    return numbers


def _best_windows(values: Floats, sentence: Sequence[int]) -> list[tuple[int, int, float]]:
    """First word, last word and weight of the heaviest windows within one sentence, disjoint, heaviest first."""
    sums = np.concatenate([[0.0], np.cumsum(values)])
    candidates = []
    for start in range(len(values)):
        for end in range(start + MIN_WORDS, min(start + MAX_WORDS, len(values)) + 1):
            if sentence[end - 1] == sentence[start] and sums[end] > sums[start]:
                candidates.append((float(sums[end] - sums[start]), start, end - 1))
    chosen: list[tuple[int, int, float]] = []
    for weight, first, last in sorted(candidates, key=lambda one: (-one[0], one[1], one[2])):
        if all(last < a or first > b for a, b, _ in chosen):
            chosen.append((first, last, weight))
            if len(chosen) == MOST:
                break
    return chosen
