"""Which words of a clause carry its kinds."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from models.clauses import ClauseModel
from models.columns import COLUMN, RELIEFS
from models.dutch import ENDING, sentences
from models.encoder import WordMarks
from models.phrases import find_phrases
from models.vectorising import ClauseText, runs_of
from models.words import WORD, stem

MIN_WORDS, MAX_WORDS = 2, 8
"""Length of a phrase of evidence: what the guide asks of a reader."""

MOST = 2
"""Phrases of evidence of a clause."""

LESSER = 0.5
"""A second phrase counts when it has at least this share of the weight of the first."""

PHRASE_BONUS = 0.5
"""How much a turn of phrase of the same kind adds to the weight of each of its words, in mean absolute weights."""

LONGEST = 3
"""Words in the longest run that the fast tier weighs."""

_FORMS: dict[str, Callable[[str], str]] = {"words": str, "stems": stem}
"""What is weighed of the words of a clause, by block of features."""

_AHEAD = 80
"""Characters after what was read that still tell something: whether a sentence ends there, and which words come next."""

Floats = npt.NDArray[np.float64]
Spans = npt.NDArray[np.int64]
"""Start and end of words in a text, characters; *shape* (words, 2)."""


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
        blocks = model.fast.vectoriser.blocks_
        self._idf = {name: block.idf_.astype(float) for name, block in blocks.items()}
        self._offsets = dict(zip(blocks, np.cumsum([0, *map(len, self._idf.values())]).tolist(), strict=False))
        self._known = {name: runs_of(blocks[name]) for name in _FORMS}

    def find(self, clause: ClauseText, kinds: Sequence[str], marks: WordMarks | None = None) -> list[Evidence]:
        """The phrases that speak most for the kinds of a clause, strongest first; none when no word does.

        Args:
            clause: what was read.
            kinds: that were decided, most important first.
            marks: of the slow tier, where it read the clause.
        """
        if not kinds:
            return []
        if marks is not None and not len(marks.scores):
            marks = None  # what stands above the clause left no room for any of its text
        if marks is not None and marks.scores.max() <= self._least:
            return []
        text = clause.text if marks is None else _read_of(clause.text, int(marks.ends[-1]))
        words = np.array([match.span() for match in WORD.finditer(text)], dtype=np.int64).reshape(-1, 2)
        if len(words) < MIN_WORDS:
            return []
        kinds = sorted(kinds, key=lambda kind: kind in RELIEFS)  # stable: barriers first, each group by importance
        columns = [COLUMN[kind] for kind in kinds]
        if marks is not None:
            values, price = _word_marks(words, marks) - self._least, 0.0
        else:
            values = self._word_values(clause.text, words, columns[0])
            values += _bonus(clause.text, words, kinds[0], values)
            price = max(float(np.mean(np.abs(values))), 1e-9)
        if values.max() <= price:
            return []
        found: list[Evidence] = []
        weights: list[float] = []
        for first, last, weight in _best_windows(values - price, text, words):
            if weights and weight < LESSER * weights[0]:
                break
            start, end = int(words[first, 0]), int(words[last, 1])
            # The fast tier's weights are asked for only where something hangs on them: for whole clauses they cost as much as
            # half of the slow tier.
            speaks = int(self._weights_of(clause.text, words, columns, first, last).argmax()) if len(kinds) > 1 else 0
            found.append(Evidence(start=start, end=end, text=clause.text[start:end], kind=kinds[speaks]))
            weights.append(weight)
        return found

    def _word_values(self, text: str, words: Spans, column: int) -> Floats:
        """The weights of the n-grams that each word is part of, shared equally among the words of each. *Shape:* (words,)."""
        runs, values = self._runs(text, words, 0, len(words) - 1), np.zeros(len(words))
        shared = self._weights[runs.rows, column] * runs.shares
        for step in range(LONGEST):
            within = runs.lengths > step
            np.add.at(values, runs.starts[within] + step, shared[within])
        return values

    def _weights_of(self, text: str, words: Spans, columns: Sequence[int], first: int, last: int) -> Floats:
        """What the words of a phrase weigh together, shared likewise with the words around it. *Shape:* (columns,)."""
        runs = self._runs(text, words, first, last)
        ends = np.minimum(runs.starts + runs.lengths, last + 1)
        inside = np.maximum(ends - np.maximum(runs.starts, first), 0)
        weights: Floats = (runs.shares * inside) @ self._weights[np.ix_(runs.rows, np.array(columns))]
        return weights

    def _runs(self, text: str, words: Spans, first: int, last: int) -> _Runs:
        """The runs of words that the fast tier weighs, those among some words and those that reach beyond them."""
        begin = max(0, first - LONGEST + 1)
        nearby = [text[start:end].lower() for start, end in words[begin : last + LONGEST].tolist()]
        rows, starts, lengths, shares = list[Spans](), list[Spans](), list[Spans](), list[Floats]()
        for name, form in _FORMS.items():
            number = self._known[name].words.get
            ids = np.array([number(form(word), -1) for word in nearby], dtype=np.int64)
            for length, found, columns in self._known[name].within(ids):
                rows.append(self._offsets[name] + columns)
                starts.append(begin + found)
                lengths.append(np.full(len(found), length))
                shares.append(self._idf[name][columns] / length)
        return _Runs(np.concatenate(rows), np.concatenate(starts), np.concatenate(lengths), np.concatenate(shares))


@dataclass(frozen=True)
class _Runs:
    """Runs of words that the fast tier weighs.

    Attributes:
        rows: of its weights.
        starts: first word of each, from 0.
        lengths: words of each.
        shares: what each of its words has of it, but for its weight.
    """

    rows: npt.NDArray[np.int64]
    starts: npt.NDArray[np.int64]
    lengths: npt.NDArray[np.int64]
    shares: Floats


def _bonus(text: str, words: Spans, kind: str, values: Floats) -> Floats:
    bonus = np.zeros(len(words))
    for phrase in find_phrases(text):
        if phrase.kind == kind:
            within = (words[:, 0] < phrase.end) & (words[:, 1] > phrase.start)
            bonus[within] = PHRASE_BONUS * float(np.mean(np.abs(values)))
    return bonus


def _read_of(text: str, end: int) -> str:
    """As much of a text as was read, when its last piece ends there, and the few words that stand beside that."""
    word = WORD.match(text, end + _AHEAD)
    return text[: word.end() if word else end + _AHEAD]


def _word_marks(words: Spans, marks: WordMarks) -> Floats:
    """The highest score among the pieces of each word; far below anything for words past the end of what was read."""
    scores = np.full(len(words), -30.0)
    # A piece belongs to the first word that ends behind its start, if that word starts before its end.
    place = np.searchsorted(words[:, 1], marks.starts, side="right")
    within = place < len(words)
    within[within] = words[place[within], 0] < marks.ends[within]
    np.maximum.at(scores, place[within], marks.scores[within])
    return scores


def _sentence_of(text: str, words: Spans) -> npt.NDArray[np.int64]:
    """Number of the sentence that each word starts in. *Shape:* (words,)."""
    if not ENDING.search(text, int(words[0, 1]), int(words[-1, 0])):
        return np.zeros(len(words), dtype=np.int64)
    ends = np.array([end for _, end in sentences(text)], dtype=np.int64)
    return np.minimum(np.searchsorted(ends, words[:, 0], side="right"), max(len(ends) - 1, 0))


def _best_windows(values: Floats, text: str, words: Spans) -> list[tuple[int, int, float]]:
    """First word, last word and weight of the heaviest windows within one sentence, disjoint, heaviest first."""
    heavy = np.flatnonzero(values > 0)  # without one of these no window weighs anything
    if not len(heavy):
        return []
    begin = max(0, int(heavy[0]) - MAX_WORDS + 1)
    values, words = values[begin : int(heavy[-1]) + MAX_WORDS], words[begin : int(heavy[-1]) + MAX_WORDS]
    of, count = _sentence_of(text, words), len(values)
    sums = np.concatenate([[0.0], np.cumsum(values)])
    # One row per length, one column per first word; windows that run out of the text or the sentence weigh nothing.
    lengths, firsts = np.arange(MIN_WORDS, MAX_WORDS + 1)[:, None], np.arange(count)
    ends = np.minimum(firsts + lengths, count)
    within = (firsts + lengths <= count) & (of[ends - 1] == of)
    weights = np.where(within, sums[ends] - sums[:-1], -np.inf)
    chosen: list[tuple[int, int, float]] = []
    while len(chosen) < MOST:
        row, first = divmod(int(np.argmax(weights)), count)
        weight, last = float(weights[row, first]), first + row + MIN_WORDS - 1
        if weight <= 0:
            break
        chosen.append((begin + first, begin + last, weight))
        weights[(firsts <= last) & (firsts + lengths - 1 >= first)] = -np.inf
    return chosen
