"""From the words behind a citation to the regulation that they name.

Regulations are cited by their citation title ("de Wet milieubeheer", "het Besluit omgevingsrecht"), seldom by the whole
official heading, and by abbreviations that everybody is supposed to know. The words behind a citation run on after the
name ("de Wet milieubeheer van toepassing is"), so the longest title that they begin with is meant.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from functools import cache
from pathlib import Path

MAX_WORDS = 25
"""Titles are recognised by at most this many words."""

# A word of a title, with the marks that hold it together: "veiligheidsregio's", "2006/123", "drank-", "7:15a".
_WORD = re.compile(r"\w+(?:[-'’./:]\w+)*-?")
_FIRST_WORD = re.compile(rf"[\s'‘’\"“”„«(\[]*({_WORD.pattern})")
# "Reglement verkeersregels en verkeerstekens 1990 (RVV 1990)": cited with and without what stands between brackets.
_OWN_ABBREVIATION = re.compile(r"(?P<title>.+) \((?P<short>[A-Z][\w.-]*[A-Z][\w.-]*(?: \d{4})?)\)")
_APOSTROPHES = str.maketrans({"’": "'", "‘": "'"})
# What every regulation is called: no name by itself.
_GENERIC = re.compile(
    r"wet|besluit|regeling|verordening|reglement|beschikking|rijkswet|wetboek|verdrag|boek|richtlijn|statuut|statuten|keur|"
    r"algemene|tijdelijke|overeenkomst|protocol|bijlage|instructie|circulaire|beleidsregels?"
)
# Words that make another regulation of the one before them: "Mediawet 2008", "Wet veiligheidsregio's BES".
_OTHER = re.compile(r"\s(?:1[89]\d\d|20\d\d|BES)\b")
_BOOK_OF_CODE = re.compile(
    r"[Bb]oek (?P<book>\d+[aA]?)(?:,? (?:van het )?(?:BW\b|(?:Nederlandse? )?Burgerlijk Wetboek\b))?"
    r"|(?:Burgerlijk Wetboek\b|BW\b(?!-))(?:,? [Bb]oek (?P<later>\d+[aA]?)\b)?"
)
_BOOK_OF_ARTICLE = re.compile(r"(\d+[aA]?):\d")


class NameIndex:
    """Finds the regulation that a text begins with the name of.

    Args:
        regulations: (regulation id, citation title, aliases); aliases are other titles and official abbreviations.
            Where two regulations have one name, the first passed has it: pass those in force, and of one's own
            municipality, first.
    """

    def __init__(self, regulations: Iterable[tuple[str, str, Iterable[str]]]) -> None:
        self._ids: dict[str, str] = {}  # name, folded -> regulation id
        self._lengths: dict[str, set[int]] = {}  # first word of names -> their lengths in words
        self._capital: set[str] = set()  # abbreviations, folded: only meant where they are written with a capital
        for regulation, title, aliases in regulations:
            self._add(regulation, title)
            for alias in aliases:
                self._add(regulation, alias)
            if own := _OWN_ABBREVIATION.fullmatch(title):
                self._add(regulation, own.group("title"))
                self._add(regulation, own.group("short"))
        for abbreviation, titles in abbreviations().items():
            known = next((self._ids[name] for title in titles if (name := _folded(title)) in self._ids), None)
            name = _folded(abbreviation)
            if known is not None and name not in self._ids:
                self._add(known, abbreviation)
        # Longest first: the first name that fits is the longest.
        self._orders = {first: sorted(lengths, reverse=True) for first, lengths in self._lengths.items()}

    def match(self, window: str, *, article: str = "") -> tuple[str, int] | None:
        """The regulation whose name the window begins with.

        Args:
            window: text from the first letter of the name on; it may run on behind the name.
            article: number of the cited article; "6:162" says which book of the Burgerlijk Wetboek is meant.

        Returns:
            The regulation id and the length of the name in the window (characters); None if no name fits.
        """
        book = _BOOK_OF_CODE.match(window)
        if book is not None:
            number = book.group("book") or book.group("later")
            if number is None and (of_article := _BOOK_OF_ARTICLE.match(article)):
                number = of_article.group(1)
            regulation = self._ids.get(_folded(f"Burgerlijk Wetboek Boek {number}")) if number else None
            if regulation is not None:
                return regulation, book.end()
        first = _FIRST_WORD.match(window)
        if first is None:
            return None
        lengths = self._orders.get(_fold_word(first.group(1)))
        if lengths is None:
            return None
        words: list[str] = []
        ends: list[int] = []
        for word in _WORD.finditer(window, first.start(1)):
            words.append(_fold_word(word.group()))
            ends.append(word.end())
            if len(words) == lengths[0]:
                break
        for length in lengths:
            if length > len(words):
                continue
            name = " ".join(words[:length])
            regulation = self._ids.get(name)
            if regulation is None or _OTHER.match(window, ends[length - 1]):
                continue
            if name in self._capital and not first.group(1)[0].isupper():
                continue
            return regulation, ends[length - 1]
        return None

    def __len__(self) -> int:
        """Number of names."""
        return len(self._ids)

    def _add(self, regulation: str, name: str) -> None:
        words = [_fold_word(word) for word in _WORD.findall(name)[:MAX_WORDS]]
        if not words or (len(words) == 1 and _GENERIC.fullmatch(words[0])):
            return
        folded = " ".join(words)
        if self._ids.setdefault(folded, regulation) == regulation:
            self._lengths.setdefault(words[0], set()).add(len(words))
            # "WVB" and "Awb" are abbreviations, "Warmtewet" is a title.
            if len(words) == 1 and name[:1].isupper() and (len(folded) <= 5 or not name[1:].islower()):
                self._capital.add(folded)


@cache
def abbreviations() -> dict[str, tuple[str, ...]]:
    """The well-known abbreviations of abbreviations.toml, with their official titles, preferred title first."""
    content = Path(__file__).with_name("abbreviations.toml").read_bytes()
    return {short: tuple(titles) for short, titles in tomllib.loads(content.decode())["titles"].items()}


def _fold_word(word: str) -> str:
    return word.casefold().translate(_APOSTROPHES)


def _folded(name: str) -> str:
    return " ".join(_fold_word(word) for word in _WORD.findall(name)[:MAX_WORDS])
