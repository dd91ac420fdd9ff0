"""How easily Dutch reads: the formula of Douma (1960), and the length of sentences."""

from __future__ import annotations

import re
from dataclasses import dataclass

_SENTENCE = re.compile(r"(?<=[.!?])\s+|\n+")
_WORD = re.compile(r"[A-Za-zÀ-ɏ’'-]+|\d+")
_SYLLABLE = re.compile(r"aai|ooi|oei|eeuw|ieuw|[aeiouyéëïöüè]{1,2}|ij", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True)
class Readability:
    """What is measured of a text."""

    ease: float  # Flesch-Douma, about 0 (hard) to 100 (easy)
    longest: int  # words of the longest sentence
    mean: float  # words of a sentence


def syllables(word: str) -> int:
    """Groups of vowels, at least one."""
    return max(1, len(_SYLLABLE.findall(word)))


def readability(text: str) -> Readability:
    """Measure a text: 206.84 - 0.77 * syllables per 100 words - 0.93 * words per sentence."""
    lengths = [len(_WORD.findall(sentence)) for sentence in _SENTENCE.split(text)]
    lengths = [length for length in lengths if length]
    words = _WORD.findall(text)
    mean = len(words) / len(lengths)
    ease = 206.84 - 77 * sum(syllables(word) for word in words) / len(words) - 0.93 * mean
    return Readability(ease=ease, longest=max(lengths), mean=mean)
