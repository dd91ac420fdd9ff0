"""Words as the models see them.

Dutch inflects and compounds: *evenement, evenementen, evenementenvergunning*. Cutting words at six letters brings most of these
together at no cost; beside whole words they did as well as character n-grams in grouped cross-validation.
"""

from __future__ import annotations

import re
from functools import lru_cache

STEM_LENGTH = 6
LONG_STEM_LENGTH = 9

_PLURAL = re.compile(r"(?:en|s|e)$")

_WORD = re.compile(r"[^\W_]+|[:;]")

WORD = re.compile(r"[^\W_]+")
"""A word with a place in its text."""


def stem(word: str) -> str:
    """The first six letters, in lower case."""
    return word.lower()[:STEM_LENGTH]


def words_of(text: str) -> list[str]:
    """All words of a text in lower case; a colon or semicolon is a word, because lists and conditions hang on it."""
    return _WORD.findall(text.lower())


def stems(text: str) -> list[str]:
    """All words of a text as stems."""
    return [word[:STEM_LENGTH] for word in words_of(text)]


@lru_cache(maxsize=2**17)  # a corpus says the same words over and over
def long_stem(word: str) -> str:
    """The first nine letters without a plural ending, in lower case: for words that must not be taken for another one.

    Six letters make "eerste" of "eerstehulppost", which stands in every third clause.
    """
    word = word.lower()
    if len(word) > STEM_LENGTH - 1:
        word = _PLURAL.sub("", word)
    return word[:LONG_STEM_LENGTH]


def long_stems(text: str) -> list[str]:
    """All words of a text as long stems."""
    return [long_stem(word) for word in words_of(text)]
