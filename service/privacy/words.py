"""Folds a text to the plain letters that the rules read, and reads the word lists of names.toml in the same form."""

from __future__ import annotations

import tomllib
import unicodedata
from dataclasses import dataclass
from pathlib import Path

# Letters that Unicode does not take apart into a letter and an accent, and the signs that stand for a plain sign.
_PLAIN = str.maketrans("ıłŁøØđĐæÆœŒßðþĲĳ‐‑‒–—―−’‘ʼ´`", "ilLoOdDaAoOsdtIi-------'''''")


def folded_characters(text: str) -> list[tuple[str, int]]:
    """Give each character that rules read with its offset: no accents or invisible signs, one kind of space and of dash."""
    result = []
    for at, character in enumerate(text):
        if character < "\x7f":
            plain = character if character == "\n" or character >= " " else " "
        else:
            category = unicodedata.category(character)
            if category in ("Mn", "Cf", "Me"):  # an accent on its own (NFD), a soft hyphen: belongs to the letter before it
                continue
            plain = unicodedata.normalize("NFD", character)[0].translate(_PLAIN)
            if category in ("Zs", "Cc", "Co", "Cs"):
                plain = " "
            elif category in ("Zl", "Zp"):
                plain = "\n"
        result.append((plain, at))
    return result


def _plain(text: str) -> str:
    return "".join(character for character, _ in folded_characters(text))


@dataclass(frozen=True, kw_only=True)
class Words:
    """The word lists of names.toml, without accents."""

    firsts: frozenset[str]  # first names that are little else
    also_words: frozenset[str]  # first names that are also a word
    not_names: frozenset[str]
    places: frozenset[str]  # one place may be several words
    counts: frozenset[str]
    road_starts: frozenset[str]
    no_surnames: frozenset[str]
    no_streets: frozenset[str]
    tussenvoegsels: tuple[str, ...]
    organisation_endings: tuple[str, ...]
    opening_words: tuple[str, ...]
    road_or_body_endings: tuple[str, ...]


def _words() -> Words:
    lists = tomllib.loads((Path(__file__).parent / "names.toml").read_text(encoding="utf-8"))
    split = {name: _plain(value).split() for name, value in lists.items()}
    return Words(
        firsts=frozenset(split["first_names"]) - frozenset(split["first_names_also_words"]),
        also_words=frozenset(split["first_names_also_words"]),
        not_names=frozenset(split["not_names"]),
        places=frozenset(place.replace("_", " ") for place in split["places"]),
        road_starts=frozenset(split["road_starts"]),
        no_surnames=frozenset(split["no_surnames"]),
        counts=frozenset(split["counts"]),
        no_streets=frozenset(split["no_streets"]),
        tussenvoegsels=tuple(split["tussenvoegsels"]),
        organisation_endings=tuple(split["organisation_endings"]),
        opening_words=tuple(split["opening_words"]),
        road_or_body_endings=tuple(split["road_or_body_endings"]),
    )


WORDS = _words()
