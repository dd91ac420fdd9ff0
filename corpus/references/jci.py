"""JCI: the identifier of national regulation (Juriconnect, "Standaard logische links naar wetgeving", 1.3.1).

    jci1.3:c:BWBR0005537&hoofdstuk=4&artikel=4:25&lid=1&z=2020-01-01&g=2020-01-01
    └version │ └regulation └parts, outermost first      └seen on     └valid on
             └ c: one consolidated text, v: a collection of versions (then s and e bound the period)

Version 1.0 was often written without ``jci`` in front, and publishers put identifiers in addresses; both are read.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date as calendar_date
from urllib.parse import quote, unquote

from corpus.identifiers import segment

VERSIONS = ("1.0", "1.1", "1.2", "1.3", "1.31")

_REGULATION = re.compile(r"BWB[RVW]\d{5,7}")
_PART_NAME = re.compile(r"[a-z]+(?:-[a-z]+)*")
_JCI = re.compile(r"(?<![\w.])(?:jci)?(\d[\d.]*):([A-Za-z]):(\w+)", re.IGNORECASE)
_ESCAPED_JCI = re.compile(r"(?:jci)?\d[\d.]*%3a\w%3abwb", re.IGNORECASE)
_DATE_NAMES = ("s", "e", "z", "g")

# Parts of a JCI that are parts of a ref, and how a ref calls them. Other parts (hoofdstuk, titeldeel, afdeling, ...)
# place an article, but do not identify it: refs leave them out unless there is nothing smaller.
_IDENTIFYING = {
    "bijlage": "bijlage",
    "aanwijzing": "aanwijzing",
    "artikel": "artikel",
    "lid": "lid",
    "o": "onderdeel",
}
_DIVISIONS = {
    "boek": "boek",
    "deel": "deel",
    "hoofdstuk": "hoofdstuk",
    "titeldeel": "titel",
    "afdeling": "afdeling",
    "paragraaf": "paragraaf",
    "sub-paragraaf": "sub-paragraaf",
}
_JCI_NAMES = {kind: name for name, kind in (_IDENTIFYING | _DIVISIONS).items()} | {"titeldeel": "titeldeel"}
# The article numbers of the Kieswet ("K 8") have a space: a JCI writes it as "K_8", a ref as "K-8".
_SPACED_NUMBER = re.compile(r"([A-Z][a-z]?)-(\d+\w*)")
# Longest first: "sub-paragraaf-2.1" is not a "sub" numbered "paragraaf-2.1".
_SEGMENT = re.compile(rf"({'|'.join(sorted(_JCI_NAMES, key=len, reverse=True))})(?:-([^~]+))?(?:~\d+)?")


@dataclass(frozen=True, kw_only=True)
class Jci:
    """One Juriconnect identifier; invalid ones cannot be made.

    Raises:
        ValueError: any field is outside the standard; the message says which.
    """

    version: str = "1.3"  # one of VERSIONS
    kind: str = "c"  # "c" or "v"
    id: str  # BWBR0005537
    parts: tuple[tuple[str, str], ...] = ()  # (name, value) in order; a name may recur: o=A, o=1
    z: str = ""  # zichtdatum: the text as it was known on this day; ISO date or empty
    g: str = ""  # geldigheidsdatum: the text as it was valid on this day; ISO date or empty
    s: str = ""  # first day of the period of a collection; ISO date or empty
    e: str = ""  # last day of the period of a collection; ISO date or empty

    def __post_init__(self) -> None:
        if self.version not in VERSIONS:
            raise ValueError(f"not a JCI version: {self.version!r} (known: {', '.join(VERSIONS)})")
        if self.kind not in ("c", "v"):
            raise ValueError(f"not a kind of JCI: {self.kind!r} (c is a consolidated text, v a collection of versions)")
        if not _REGULATION.fullmatch(self.id):
            raise ValueError(f"not a BWB identifier: {self.id!r}")
        for name, value in self.parts:
            if not _PART_NAME.fullmatch(name) or name in _DATE_NAMES:
                raise ValueError(f"not the name of a part of a regulation: {name!r}")
            if not value:
                raise ValueError(f"the part {name!r} has no number")
            if any("\ud800" <= character <= "\udfff" for character in value):
                raise ValueError(f"the number of the part {name!r} is not Unicode text")
        for name in _DATE_NAMES:
            _check_date(name, getattr(self, name))


def parse_jci(text: str) -> Jci:
    """Read an identifier, bare or inside an address (https://wetten.overheid.nl/jci1.3:c:BWBR0005537&artikel=1:3).

    Args:
        text: the identifier; ``&amp;`` for ``&`` and an address in which it is percent-encoded as a whole are accepted.

    Returns:
        The identifier; parts in the order of the text, dates (wherever they stand) in their own fields.

    Raises:
        ValueError: there is no identifier in the text, or it breaks the standard.
    """
    wanted = text.strip()
    match = _JCI.search(wanted)
    if match is None and _ESCAPED_JCI.search(wanted):
        wanted = unquote(wanted)
        match = _JCI.search(wanted)
    if match is None:
        raise ValueError(f"no JCI in {_shown(text)} (a JCI looks like jci1.3:c:BWBR0005537&artikel=4:25)")
    if match.start() and wanted[match.start() - 1] not in "/=:":
        raise ValueError(f"{_shown(text)} is neither a JCI nor an address that contains one")
    # What follows ? or # belongs to the address, not to the identifier.
    tail = re.split(r"[?#]", wanted[match.end() :].replace("&amp;", "&"), maxsplit=1)[0].removesuffix("/")
    if tail and not tail.startswith("&"):
        raise ValueError(f"{_shown(text)}: expected & after {match.group()}, found {tail[0]!r}")
    if re.search(r"[\s\"'<>]", tail):
        raise ValueError(f"{_shown(text)}: spaces and quotation marks must be percent-encoded")
    parts: list[tuple[str, str]] = []
    dates: dict[str, str] = {}
    for pair in filter(None, tail.split("&")):
        name, equals, escaped = pair.partition("=")
        if not equals:
            raise ValueError(f"{_shown(text)}: expected name=number, found {pair!r}")
        try:
            value = unquote(escaped, errors="strict")
        except UnicodeDecodeError:
            raise ValueError(f"{_shown(text)}: {escaped!r} is not percent-encoded UTF-8") from None
        if name not in _DATE_NAMES:
            parts.append((name, value))
        elif name in dates:
            raise ValueError(f"{_shown(text)}: the date {name!r} occurs twice")
        elif not value:
            raise ValueError(f"{_shown(text)}: the date {name!r} is empty")
        else:
            dates[name] = value
    version, kind, regulation = match.groups()
    return Jci(version=version, kind=kind.lower(), id=regulation.upper(), parts=tuple(parts), **dates)


def format_jci(jci: Jci) -> str:
    """The identifier as text: parts in order, then the dates; everything but letters, digits and ``-._~:`` encoded.

    ``parse_jci(format_jci(jci)) == jci`` for every identifier.
    """
    fields = [f"{name}={quote(value, safe=':')}" for name, value in jci.parts]
    fields += [f"{name}={day}" for name in _DATE_NAMES if (day := getattr(jci, name))]
    return "&".join([f"jci{jci.version}:{jci.kind}:{jci.id}", *fields])


def ref_of(jci: Jci) -> str:
    """The ref of the same bepaling: ``BWBR0005537/artikel-4:25/lid-1``.

    Chapters and the like are left out, because refs do not have them, unless the identifier names nothing smaller:
    then the innermost one is kept (``BWBR0005537/afdeling-3.5``).

    Raises:
        ValueError: a number has no place in a ref (it is blank).
    """
    segments = [_segment(_IDENTIFYING[name], value) for name, value in jci.parts if name in _IDENTIFYING]
    if not segments:
        segments = [_segment(_DIVISIONS[name], value) for name, value in jci.parts if name in _DIVISIONS][-1:]
    return "/".join([jci.id, *segments])


def jci_of(ref: str, *, date: str) -> Jci:
    """The JCI 1.3 of a ref of national regulation.

    Args:
        ref: ``BWBR0005537/artikel-4:25/lid-1``. Repetition marks (``~2``) and running text (``tekst-2``) have no
            counterpart in the standard: the identifier then points at what contains them.
        date: ISO date for both z and g; empty for an identifier without dates.

    Raises:
        ValueError: not a ref, not of a national regulation, or not a date.
    """
    regulation, *segments = ref.split("/")
    parts: list[tuple[str, str]] = []
    for part in segments:
        if part.startswith("tekst-"):
            break
        match = _SEGMENT.fullmatch(part)
        if match is None:
            raise ValueError(f"{ref!r}: JCI has no name for {part!r}")
        kind, number = match.groups()
        # A part without number ("bijlage") is the first of its kind: the register numbers it 1.
        parts.append((_JCI_NAMES[kind], _SPACED_NUMBER.sub(r"\1_\2", number) if number else "1"))
    return Jci(id=regulation, parts=tuple(parts), z=date, g=date)


def jci_text(ref: str, *, date: str) -> str:
    """The JCI 1.3 of a ref as text, or of what contains it where the standard has no name for its last parts.

    ``format_jci(jci_of(ref))`` without its checks, which cost more than reading the clause: for refs that a reader made.

    Args:
        ref: ``BWBR0005537/artikel-4:25/lid-1``.
        date: ISO date for both z and g; empty for an identifier without dates.
    """
    regulation, *parts = ref.partition("~")[0].split("/")
    fields = []
    for part in parts:
        kind, _, number = part.partition("-")
        if kind not in _JCI_NAMES:
            break
        fields.append(f"{_JCI_NAMES[kind]}={quote(number or '1', safe=':')}")
    dates = [f"z={date}", f"g={date}"] if date else []
    return "&".join([f"jci1.3:c:{regulation}", *fields, *dates])


def _segment(kind: str, value: str) -> str:
    made = segment(kind, value.replace("_", " "))
    if made == kind:
        raise ValueError(f"{kind} {value!r} has no number")
    return made


def _check_date(name: str, value: str) -> None:
    if not value:
        return
    try:
        proper = calendar_date.fromisoformat(value).isoformat() == value
    except ValueError:
        proper = False
    if not proper:
        raise ValueError(f"the date {name}={value!r} is not written as 2020-01-31")


def _shown(text: str) -> str:
    return repr(text if len(text) <= 80 else f"{text[:77]}...")
