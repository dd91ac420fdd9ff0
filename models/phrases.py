"""Finds the turns of phrase of patterns.toml: as features, as weak labels and as explanation."""

from __future__ import annotations

import re
import tomllib
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from spacy.tokens import Doc


@dataclass(frozen=True, kw_only=True)
class Phrase:
    """A turn of phrase in a text."""

    name: str  # of the pattern: "verbod-zonder"
    sense: str  # deontic, condition, exception, ...
    kind: str  # the kind it is a weak label for, or ""
    start: int  # offset in the text, characters
    end: int


@dataclass(frozen=True, kw_only=True)
class Pattern:
    """An entry of patterns.toml."""

    name: str
    sense: str
    kind: str
    source: str
    any: tuple[str, ...]


@cache
def patterns() -> tuple[Pattern, ...]:
    """All patterns in the order of the file, which is the order of the features."""
    return tuple(
        Pattern(
            name=entry["name"],
            sense=entry["sense"],
            kind=entry.get("kind", ""),
            source=entry.get("source", ""),
            any=tuple(entry["any"]),
        )
        for entry in tomllib.loads(files("models").joinpath("patterns.toml").read_text(encoding="utf-8"))["pattern"]
    )


def find_phrases(text: str) -> list[Phrase]:
    """Every turn of phrase in a text, in order; of overlapping finds of one pattern the first and longest."""
    words = [(match.group().lower(), match.start(), match.end()) for match in _WORD.finditer(text)]
    found = []
    for name, spans in _spans([word for word, _, _ in words]).items():
        pattern = _by_name()[name]
        for first, last in spans:
            found.append(
                Phrase(name=name, sense=pattern.sense, kind=pattern.kind, start=words[first][1], end=words[last - 1][2])
            )
    return sorted(found, key=lambda phrase: (phrase.start, phrase.end, phrase.name))


def phrase_counts(texts: Sequence[str]) -> npt.NDArray[np.float32]:
    """How often every pattern occurs in every text.

    Returns:
        *Shape:* (texts, patterns), float32.
    """
    counts = np.zeros((len(texts), len(patterns())), dtype=np.float32)
    column = {pattern.name: index for index, pattern in enumerate(patterns())}
    for row, text in enumerate(texts):
        for name, spans in _spans(_WORD.findall(text.lower())).items():
            counts[row, column[name]] = len(spans)
    return counts


def weak_kinds(text: str) -> set[str]:
    """The kinds that the turns of phrase point at, without weighing them: the baseline "patterns only"."""
    return {phrase.kind for phrase in find_phrases(text) if phrase.kind}


def mark_phrases(doc: Doc) -> Doc:
    """The spaCy component ``legal_phrases``: the finds become ``doc.spans["legal_phrases"]``, labelled with the pattern."""
    spans = [doc.char_span(p.start, p.end, label=p.name, alignment_mode="expand") for p in find_phrases(doc.text)]
    doc.spans["legal_phrases"] = [span for span in spans if span is not None]
    return doc


_WORD = re.compile(r"[^\W_]+|[^\w\s]")
_STOPS = frozenset(".;:")
"""A gap does not run past these."""


def _spans(words: list[str]) -> dict[str, list[tuple[int, int]]]:
    """First word and the one after the last of every find, by pattern."""
    found: dict[str, list[tuple[int, int]]] = {}
    for place, word in enumerate(words):
        for name, steps in _starting_with(word):
            own = found.get(name)
            if own is not None and place < own[-1][1]:
                continue
            end = _end(words, place + 1, steps, 1)
            if end is not None:
                found.setdefault(name, []).append((place, end))
    return found


def _end(words: list[str], place: int, steps: Sequence[Step], step: int) -> int | None:
    """Where a phrase ends whose words before ``step`` end at ``place``; None when it does not go on so."""
    if step == len(steps):
        return place
    form = steps[step]
    if isinstance(form, int):
        for skipped in range(form + 1):
            if place + skipped > len(words) or (skipped and words[place + skipped - 1] in _STOPS):
                return None
            end = _end(words, place + skipped, steps, step + 1)
            if end is not None:
                return end
        return None
    if place < len(words) and _is(words[place], form):
        return _end(words, place + 1, steps, step + 1)
    return None


Form = frozenset[str] | re.Pattern[str]
"""What one word may be. Most forms are plain words, and a start does not wait for hundreds of patterns to be compiled."""

Step = int | Form
"""One word, or a gap of at most so many words."""


def _is(word: str, form: Form) -> bool:
    return word in form if isinstance(form, frozenset) else form.fullmatch(word) is not None


def compiled(phrase: str) -> tuple[Step, ...]:
    """A phrase in the language of patterns.toml as steps.

    Raises:
        ValueError: the phrase is empty or begins with a gap.
    """
    steps: list[Step] = []
    for word in phrase.split():
        if word.startswith("_"):
            steps.append(int(word[1:] or 1))
        else:
            choices = word.split("|")
            forms = "|".join(re.escape(choice).replace(r"\*", r"\w*") for choice in choices)
            steps.append(re.compile(forms) if "*" in word else frozenset(choices))
    if not steps or isinstance(steps[0], int):
        raise ValueError(f"a phrase begins with a word: {phrase!r}")
    return tuple(steps)


@cache
def _by_name() -> dict[str, Pattern]:
    return {pattern.name: pattern for pattern in patterns()}


@cache
def _compiled() -> tuple[tuple[str, tuple[Step, ...]], ...]:
    return tuple((pattern.name, compiled(phrase)) for pattern in patterns() for phrase in pattern.any)


@cache
def _by_first() -> tuple[dict[str, list[int]], list[tuple[int, re.Pattern[str]]]]:
    """Places in ``_compiled`` of phrases that begin with a plain word, by that word, and of those that begin with a pattern."""
    plain: dict[str, list[int]] = defaultdict(list)
    others = []
    for place, (_, steps) in enumerate(_compiled()):
        first = steps[0]
        assert not isinstance(first, int), "compiled refuses phrases that begin with a gap"
        if isinstance(first, frozenset):
            for word in first:
                plain[word].append(place)
        else:
            others.append((place, first))
    return plain, others


@lru_cache(maxsize=200_000)  # words repeat: most of a text is answered from here
def _starting_with(word: str) -> tuple[tuple[str, tuple[Step, ...]], ...]:
    plain, others = _by_first()
    places = [*plain.get(word, ()), *(place for place, form in others if form.fullmatch(word))]
    return tuple(_compiled()[place] for place in sorted(places))
