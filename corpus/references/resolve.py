"""From a citation to the refs that it points at.

In two steps, because a store must not be rewritten when a regulation is added to it: ``symbolic`` says what a citation
points at in the words of its text (kept with the clause); ``resolve_target`` looks that up in the store of the moment.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from corpus.identifiers import segment
from corpus.references.names import NameIndex

if TYPE_CHECKING:
    from corpus.references.grammar import Citation

MAX_RANGE = 500
"""A longer range ("artikelen 1 tot en met 9999") is a mistake in the text; only its ends are looked for."""

LAST = "laatste"
"""Number in a path for "het laatste lid"; which one that is, is known when the path is looked up."""

_PARENT = re.compile(r"(?:de|het) \w+", re.IGNORECASE)
# "E-5", "4:25", "10.29a", "77gg": what comes before the last number, that number, and the letters behind it.
_NUMBER = re.compile(r"(?P<before>(?:[^\W\d]+[ .-]?)?(?:\d+\w*[.:])*)(?P<number>\d+)(?P<letters>[A-Za-z]{0,2})°?")
_ROMAN = re.compile(r"[IVXLC]+")
_ROMAN_VALUES = (("C", 100), ("XC", 90), ("L", 50), ("XL", 40), ("X", 10), ("IX", 9), ("V", 5), ("IV", 4), ("I", 1))
_ALPHABET = "abcdefghijklmnopqrstuvwxyz"
# In the order of the law: 77, 77a, ..., 77z, 77aa, 77bb, ...
_SUFFIXES = ["", *_ALPHABET, *(letter * 2 for letter in _ALPHABET)]
_WITH_LEDEN = ("artikel", "aanwijzing")
# Parts that lie within a clause where they are no clause of their own.
_WITHIN = ("lid", "onderdeel")


@dataclass(frozen=True, kw_only=True)
class SymbolicTarget:
    """What a citation points at, without knowing which regulations there are."""

    regulation: str = ""  # "": the own one; "de wet": the parent; else the text in which its name stands
    path: str  # ref without the regulation: "artikel-5/lid-1"
    through: str = ""  # number of the last of a range that begins with the last part of the path


def symbolic(citation: Citation, *, own_ref: str) -> tuple[SymbolicTarget, ...]:
    """What a citation in the clause ``own_ref`` points at, relative words made absolute.

    Returns:
        The targets in the order of the citation; none where a relative citation points at nothing ("het vorige lid" in
        a first lid, "het eerste lid" outside any article).
    """
    own = own_ref.split("/")[1:]
    article = _article_of(own)
    heads: list[tuple[str, str]]  # (path, number of the last of a range)
    leden, leden_through = citation.leden, citation.leden_through
    if citation.articles:
        place = _place(citation)
        if citation.through:
            first, last = citation.articles
            heads = [("/".join([*place, segment("artikel", first)]), _cleaned("artikel", last))]
        else:
            heads = [("/".join([*place, segment("artikel", number)]), "") for number in citation.articles]
    elif citation.relative:
        stepped = _relative(citation.relative, own, article)
        if stepped is None:
            return ()
        heads = [stepped]
    elif citation.annex or citation.division:
        heads = [("/".join(_place(citation)), "")]
    elif leden:
        if not article:
            return ()
        heads = [("/".join(article), "")]
    elif own:
        # Only an item: of the lid, or of the list, that the citation stands in.
        heads = [("/".join(own[:-1] if own[-1].startswith("onderdeel") else own), "")]
    else:
        return ()
    targets = _below(heads, "lid", leden, through=leden_through)
    # An item of an item ("a/2°") lies within the first: clauses are never smaller than that.
    items = tuple(dict.fromkeys(item.partition("/")[0] for item in citation.onderdelen))
    targets = _below(targets, "onderdeel", items, through=citation.onderdelen_through and len(items) == 2)
    return tuple(
        SymbolicTarget(regulation=citation.regulation, path=path, through=through) for path, through in targets if path
    )


def resolve(
    citation: Citation,
    *,
    own_ref: str,
    names: NameIndex,
    parent: str | None,
    has: Callable[[str], bool],
) -> tuple[str, ...]:
    """The refs that a citation points at, as far as the store holds them.

    Args:
        citation: as found in the text of the clause ``own_ref``.
        own_ref: ref of that clause.
        names: the regulations of the store by name.
        parent: id of the regulation that the own one is based on ("de wet", "het besluit"); None if unknown.
        has: whether the store has a ref: of a clause, or of an article or annex of which it holds parts.

    Returns:
        Refs without repetition, in the order of the citation. A whole article is its prefix (``BWBR1/artikel-5``), also
        where only its leden are clauses; what is smaller than a clause is the clause that contains it.
    """
    refs: dict[str, None] = {}
    for target in symbolic(citation, own_ref=own_ref):
        for ref in resolve_target(target, own_ref=own_ref, names=names, parent=parent, has=has):
            refs[ref] = None
    return tuple(refs)


def resolve_target(
    target: SymbolicTarget,
    *,
    own_ref: str,
    names: NameIndex,
    parent: str | None,
    has: Callable[[str], bool],
) -> tuple[str, ...]:
    """The refs of one kept target, as far as the store holds them now; arguments and result as of ``resolve``."""
    own_regulation, *own = own_ref.split("/")
    segments = target.path.split("/")
    if not target.regulation:
        # Within an annex that has articles, "artikel 3" is that of the annex if there is one.
        if own and own[0].startswith("bijlage") and segments[0] != own[0]:
            refs = _existing(f"{own_regulation}/{own[0]}", segments, target.through, has)
            if refs:
                return refs
        return _in_regulation(own_regulation, segments, target.through, has)
    if _PARENT.fullmatch(target.regulation):
        return _in_regulation(parent, segments, target.through, has) if parent else ()
    article = next((part.partition("-")[2] for part in segments if part.startswith("artikel-")), "")
    match = names.match(target.regulation, article=article)
    if match is None:
        return ()
    refs = _in_regulation(match[0], segments, target.through, has)
    if not refs and ":" in article:
        # "6:162 BW" is article 162 of Boek 6.
        at = segments.index(f"artikel-{article}")
        within_book = [*segments[:at], f"artikel-{article.partition(':')[2]}", *segments[at + 1 :]]
        refs = _existing(match[0], within_book, target.through.rpartition(":")[2], has)
    return refs


def _place(citation: Citation) -> list[str]:
    """Path of the annex and, where nothing smaller is cited, the division."""
    place = []
    if citation.annex:
        place.append(segment(*_split(citation.annex)))
    if citation.division and not citation.articles:
        place += [segment(*_split(part)) for part in citation.division.split(", ")]
    return place


def _split(name: str) -> tuple[str, str]:
    kind, _, number = name.partition(" ")
    return kind, number


def _cleaned(kind: str, number: str) -> str:
    """A number as it stands in a ref."""
    return segment(kind, number)[len(kind) + 1 :]


def _article_of(own: list[str]) -> list[str]:
    """The path of the article that a clause lies in; empty for running text and lists."""
    article = list(own)
    while article and article[-1].partition("-")[0] not in _WITH_LEDEN:
        article.pop()
    return article


def _relative(relative: str, own: list[str], article: list[str]) -> tuple[str, str] | None:
    """Path, and last number of a range, of "dit artikel", "het vorige lid", "de voorgaande leden"."""
    if not article:
        return None
    path = "/".join(article)
    step, what = relative.split()
    if what.startswith("artikel"):
        kind, _, number = article[-1].partition("-")
        if step == "dit":
            return path, ""
        if step == "vorige":
            # How many articles go before is not said: those of the same run of numbers, from the first.
            match = _NUMBER.fullmatch(number)
            first = f"{match.group('before')}1" if match else ""
            last = _stepped(number, -1)
            return ("/".join([*article[:-1], f"{kind}-{first}"]), last) if last else None
        other = _stepped(number, -1 if step == "vorig" else 1)
        return ("/".join([*article[:-1], f"{kind}-{other}"]), "") if other else None
    lid = next((part.partition("-")[2] for part in own[len(article) :] if part.startswith("lid-")), "")
    if not lid:
        return (path, "") if step == "dit" else None
    if step == "dit":
        return f"{path}/lid-{lid}", ""
    other = _stepped(lid, 1 if step == "volgend" else -1)
    if not other:
        return None
    return (f"{path}/lid-1", other) if step == "vorige" else (f"{path}/lid-{other}", "")


def _stepped(number: str, step: int) -> str:
    """The number before or after: "2" for "3" and "2a", "2a" for "2b", "4:24" for "4:25"; empty if there is none."""
    match = _NUMBER.fullmatch(number.partition("~")[0])
    if match is None:
        return ""
    before, value, letters = match.group("before"), int(match.group("number")), match.group("letters")
    if letters and step < 0:
        if len(letters) > 1:
            return ""
        return f"{before}{value}" if letters == "a" else f"{before}{value}{chr(ord(letters) - 1)}"
    stepped = value + step
    return f"{before}{stepped}" if stepped > 0 else ""


def _below(heads: list[tuple[str, str]], kind: str, numbers: tuple[str, ...], *, through: bool) -> list[tuple[str, str]]:
    """Put parts below every path; a range of articles keeps no parts (they would belong to its last)."""
    if not numbers:
        return heads
    targets: list[tuple[str, str]] = []
    for path, last in heads:
        if last:
            targets.append((path, last))
        elif through:
            targets.append((f"{path}/{segment(kind, numbers[0])}", _cleaned(kind, numbers[1])))
        else:
            targets += [(f"{path}/{segment(kind, number)}", "") for number in numbers]
    return targets


def _in_regulation(regulation: str, segments: list[str], through: str, has: Callable[[str], bool]) -> tuple[str, ...]:
    """As _existing, where "bijlage 2" may be what the regulation calls "Bijlage II", and the other way round."""
    refs = _existing(regulation, segments, through, has)
    kind, _, number = segments[0].partition("-")
    if refs or kind != "bijlage" or not number:
        return refs
    if _ROMAN.fullmatch(number):
        other = str(_value_of_roman(number))
    elif number.isascii() and number.isdecimal() and 0 < int(number) < MAX_RANGE:
        other = _roman(int(number))
    else:
        return ()
    return _existing(regulation, [f"{kind}-{other}", *segments[1:]], through, has)


def _existing(regulation: str, segments: list[str], through: str, has: Callable[[str], bool]) -> tuple[str, ...]:
    """The refs of a path that exist; for each that does not, the nearest part around it that does."""
    *above, last = segments
    base = "/".join([regulation, *above])
    kind, _, number = last.partition("-")
    if number == LAST:
        found = _last_of(f"{base}/{kind}", has)
        wanted = [found] if found else []
    elif through:
        wanted = [ref for each in _between(number, through) if has(ref := f"{base}/{kind}-{each}")]
    else:
        wanted = [f"{base}/{last}"] if has(f"{base}/{last}") else []
    if wanted:
        return tuple(wanted)
    # An item or a lid that is no clause of its own lies in the part around it; an article does not.
    if above and kind in _WITHIN:
        return _existing(regulation, above, "", has)
    return ()


def _last_of(prefix: str, has: Callable[[str], bool]) -> str:
    number = 0
    while number < MAX_RANGE and has(f"{prefix}-{number + 1}"):
        number += 1
    return f"{prefix}-{number}" if number else ""


def _between(first: str, last: str) -> Iterator[str]:
    """Every number that may stand between two, both included: 4, 4a, 4b, ..., 6; I, II, III; a, b, c."""
    if _ROMAN.fullmatch(first) and _ROMAN.fullmatch(last):
        lower, upper = _value_of_roman(first), _value_of_roman(last)
        yield from (_roman(value) for value in range(lower, min(upper, lower + MAX_RANGE) + 1))
        return
    suffixes = [suffix.upper() for suffix in _SUFFIXES] if f"{first}{last}".isupper() else _SUFFIXES
    if first in suffixes and last in suffixes:
        yield from suffixes[suffixes.index(first) : suffixes.index(last) + 1]
        return
    begin, end = _NUMBER.fullmatch(first), _NUMBER.fullmatch(last)
    if (
        begin is None
        or end is None
        or begin.group("before") != end.group("before")
        or begin.group("letters") not in suffixes
        or end.group("letters") not in suffixes
        or int(end.group("number")) - int(begin.group("number")) > MAX_RANGE
    ):
        yield first
        yield last
        return
    before, lower, upper = begin.group("before"), int(begin.group("number")), int(end.group("number"))
    for value in range(lower, upper + 1):
        start = suffixes.index(begin.group("letters")) if value == lower else 0
        stop = suffixes.index(end.group("letters")) + 1 if value == upper else len(suffixes)
        yield from (f"{before}{value}{suffix}" for suffix in suffixes[start:stop])


def _value_of_roman(number: str) -> int:
    value = 0
    for sign, worth in _ROMAN_VALUES:
        while number.startswith(sign):
            number = number[len(sign) :]
            value += worth
    return value


def _roman(value: int) -> str:
    signs = ""
    for sign, worth in _ROMAN_VALUES:
        while value >= worth:
            signs += sign
            value -= worth
    return signs
