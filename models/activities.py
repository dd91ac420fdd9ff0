"""Which activities an initiative is about, and which activities a clause regulates.

Both sides look for phrases of the activity list, word by word as stems, so that "vuurkorven" finds "vuurkorf" and, among
clauses, "evenementenvergunning" finds "evenement". A phrase that several activities share speaks less for each of them. On the
side of the initiative a classifier of sentences finds what no phrase of the list says.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

from corpus.activities import Activities, activities
from models.activity_classifier import ActivityClassifier
from models.dutch import sentences
from models.regulated import RegulatedClassifier
from models.terms import Terms
from models.vectorising import ClauseText
from models.words import STEM_LENGTH, WORD, long_stems, stem, stems, words_of

MAX_WORDS = 5
_ONE_WORD, _MORE_WORDS = 0.45, 0.7
_HEADING, _TITLE = 1.0, 0.7
_ENDING = 3
"""Letters at the end of a known word that may differ: "vuurkorf", "vuurkorven"."""


@dataclass(frozen=True, kw_only=True)
class Mention:
    """A phrase in the initiative that speaks for an activity."""

    start: int  # offset in the initiative's text, characters
    end: int
    text: str


@dataclass(frozen=True, kw_only=True)
class DetectedActivity:
    """An activity that the initiative seems to be about."""

    code: str
    name: str  # Dutch
    name_en: str
    p: float  # 0..1, a noisy-or over the phrases found and what the sentences tell
    evidence: tuple[Mention, ...]


@dataclass(frozen=True, kw_only=True)
class Told:
    """What was read in a story."""

    text: str
    mentions: dict[int, list[tuple[Mention, float]]]  # activity → phrases, each with its weight
    sentences: list[tuple[int, int]]  # start and end, characters
    learnt: npt.NDArray[np.float32]  # P(the sentence tells the activity), (sentences, activities)


class ActivityModel:
    """Finds activities in initiatives and in clauses."""

    TOLD = 0.3
    """Probability from which an activity is told to people."""

    def __init__(
        self,
        known: Activities | None = None,
        classifier: ActivityClassifier | None = None,
        regulated: RegulatedClassifier | None = None,
    ) -> None:
        """Look for phrases; also by what was learnt of sentences (classifier) and of sections of regulation (regulated)."""
        self.known = known or activities()
        self.classifier = classifier
        self.regulated = regulated
        self.codes = self.known.codes
        self._lay = _weights({i: activity.lay for i, activity in enumerate(self.known.all)})
        self._lay_words: dict[tuple[str, ...], set[tuple[str, ...]]] = defaultdict(set)
        for activity in self.known.all:
            for text in activity.lay:
                whole = tuple(words_of(text))[:MAX_WORDS]
                self._lay_words[tuple(stem(word) for word in whole)].add(whole)
        legal = _weights({i: activity.legal for i, activity in enumerate(self.known.all)}, long_stems)
        phrases = sorted(legal)
        self._phrases = Terms(
            [" ".join(phrase) for phrase in phrases],
            np.ones(len(phrases), dtype=np.float32),
            tokenizer=long_stems,
            lowercase=False,
            ngram_range=(1, MAX_WORDS),
        )
        links = [(row, column, weight) for row, phrase in enumerate(phrases) for column, weight in legal[phrase].items()]
        rows, columns, values = zip(*links, strict=True)
        self._legal = sp.csr_matrix(
            (np.array(values, dtype=np.float32), (rows, columns)), shape=(len(phrases), len(self.codes))
        )

    def detect(self, text: str, *, at_least: float = TOLD) -> list[DetectedActivity]:
        """Activities of an initiative with the words that prove them, most certain first."""
        return self.detected(self.told(text), at_least=at_least)

    def detected(self, told: Told, *, at_least: float = TOLD) -> list[DetectedActivity]:
        """As ``detect``, of a text that was read already."""
        text, mentions, spans, learnt = told.text, told.mentions, told.sentences, told.learnt
        p = self.vector(told)
        detected = []
        for index in np.flatnonzero(p >= max(at_least, 1e-6)):
            activity = self.known.all[index]
            proof = sorted((mention for mention, _ in mentions.get(int(index), [])), key=lambda mention: mention.start)
            if not proof and self.classifier is not None:
                start, end = spans[int(learnt[:, index].argmax())]
                proof = _found_in(text, start, self.classifier.strongest(text[start:end], int(index)))
            detected.append(
                DetectedActivity(
                    code=activity.code,
                    name=activity.name_nl,
                    name_en=activity.name_en,
                    p=round(float(p[index]), 4),
                    evidence=tuple(proof),
                )
            )
        return sorted(detected, key=lambda one: (-one.p, one.code))

    def told(self, text: str) -> Told:
        """Read a story once: its phrases, its sentences, and what the classifier says of each."""
        spans = sentences(text)
        if self.classifier is None:
            learnt = np.zeros((len(spans), len(self.codes)), dtype=np.float32)
        else:
            learnt = self.classifier.probabilities([text[start:end] for start, end in spans])
        return Told(text=text, mentions=self._mentions(text), sentences=spans, learnt=learnt)

    def vector(self, told: Told) -> npt.NDArray[np.float32]:
        """P(activity) for every activity. *Shape:* (activities,)."""
        return self._combined(told.mentions, told.learnt)

    def _combined(
        self, mentions: dict[int, list[tuple[Mention, float]]], learnt: npt.NDArray[np.float32]
    ) -> npt.NDArray[np.float32]:
        """A noisy-or over the phrases found and what the sentences tell."""
        doubt: npt.NDArray[np.float32] = 1 - learnt.max(axis=0, initial=0.0)
        for index, found in mentions.items():
            for weight in {stem(mention.text): weight for mention, weight in found}.values():
                doubt[index] *= 1 - weight
        return (1 - doubt).astype(np.float32)

    def clause_matrix(self, clauses: Sequence[ClauseText], words: sp.csr_matrix) -> sp.csr_matrix:
        """How strongly each clause speaks of each activity, in its text, heading and title.

        Args:
            clauses: which.
            words: their stems, *shape* (clauses, vocabulary).

        Returns:
            *Shape:* (clauses, activities), float32, 0..1.
        """
        phrases = self.phrase_matrix(clauses)
        return phrases if self.regulated is None else self.regulated.matrix(words, phrases)

    def phrase_matrix(self, clauses: Sequence[ClauseText]) -> sp.csr_matrix:
        """The same by the phrases of the list alone."""
        text = self._holding([clause.text for clause in clauses]) @ self._legal
        heading = self._holding([clause.heading for clause in clauses]) @ self._legal
        titles = sorted({clause.title for clause in clauses})
        place = {title: index for index, title in enumerate(titles)}
        title = (self._holding(titles) @ self._legal)[[place[clause.title] for clause in clauses]]
        total = (text + _HEADING * heading + _TITLE * title).tocsr()
        total.data = (1 - np.exp(-total.data)).astype(np.float32)
        return total

    def _holding(self, texts: Sequence[str]) -> sp.csr_matrix:
        """Which phrases stand in which texts. *Shape:* (texts, phrases), 0 or 1."""
        counts = self._phrases.counted(texts)
        counts.data[:] = 1
        return counts

    def _mentions(self, text: str) -> dict[int, list[tuple[Mention, float]]]:
        tokens = list(WORD.finditer(text))
        words = [stem(token.group()) for token in tokens]
        found: dict[int, list[tuple[Mention, float]]] = defaultdict(list)
        for start in range(len(words)):
            for length in range(1, min(MAX_WORDS, len(words) - start) + 1):
                phrase = tuple(words[start : start + length])
                weights = self._lay.get(phrase)
                if weights and self._really(phrase, [token.group().lower() for token in tokens[start : start + length]]):
                    begin, end = tokens[start].start(), tokens[start + length - 1].end()
                    mention = Mention(start=begin, end=end, text=text[begin:end])
                    for index, weight in weights.items():
                        found[index].append((mention, weight))
        return found

    def _really(self, phrase: tuple[str, ...], words: list[str]) -> bool:
        """Whether words with these stems are the words of a phrase: "straat" has the stem of "straatfeest", but is not it."""
        return any(
            all(
                word.startswith(known[: max(len(known) - _ENDING, min(len(known), STEM_LENGTH))])
                for known, word in zip(whole, words, strict=True)
            )
            for whole in self._lay_words[phrase]
        )


def _found_in(text: str, start: int, words: Sequence[str]) -> list[Mention]:
    """Where some words stand in a text, from an offset on."""
    found = []
    for word in words:
        place = text.find(word, start) if word else -1
        if place >= 0:
            found.append(Mention(start=place, end=place + len(word), text=word))
    return found


def _weights(
    phrases: dict[int, tuple[str, ...]], stemmed: Callable[[str], list[str]] = stems
) -> dict[tuple[str, ...], dict[int, float]]:
    """How much each phrase (as stems) speaks for each activity."""
    owners: dict[tuple[str, ...], set[int]] = defaultdict(set)
    for index, texts in phrases.items():
        for text in texts:
            words = tuple(stemmed(text))
            if words:
                owners[words[:MAX_WORDS]].add(index)
    return {
        words: {index: (_ONE_WORD if len(words) == 1 else _MORE_WORDS) / len(indices) ** 0.5 for index in indices}
        for words, indices in owners.items()
    }
