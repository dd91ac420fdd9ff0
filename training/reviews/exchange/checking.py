"""Whether rows that came from outside are judgements: what a person could not have decided here is refused."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from datetime import date
from typing import Any

from corpus.errors import UnreadableSource, UnsafeSource
from corpus.taxonomy import taxonomy
from training.reviews.rows import About, JudgedRow, Way

MAX_ROWS = 1_000_000
MAX_EVIDENCE = 1_000  # spans of one judgement
MAX_OFFSET = 10_000_000  # ten times the longest real clause
_MAX_NUMBER = 200  # characters of the number of an initiative, a reviewer or a suggestion
_MAX_REF = 1_000

_VERDICTS = frozenset(("bevestigd", "afgewezen", "aangepast", "toegevoegd"))
_ABOUT = frozenset(about.value for about in About)
_WAYS = frozenset(way.value for way in Way)
_SHA256 = re.compile(r"[0-9a-f]{64}")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
# Half a surrogate pair cannot be written as UTF-8, and control characters stand in no number and no ref.
_PLAIN = re.compile(r"[^\x00-\x1f\x7f-\x9f\ud800-\udfff]+")
_REF = re.compile(r"[^\s/]+(?:/[^\s/]+)*")


def row_of(raw: object, *, name: str, line: int | None = None) -> JudgedRow:
    """A row from what a file said of it; the values are those of ``validated``.

    Raises:
        UnreadableSource: it is no judgement.
    """
    if not isinstance(raw, dict):
        raise UnreadableSource(name, "no judgement: not an object", line=line)
    for field in ("soorten", "bewijs"):
        if not isinstance(raw.get(field), list):
            raise UnreadableSource(name, f"no judgement: {field!r} is not a list", line=line)
    if not all(isinstance(span, dict) and _whole(span.get("start")) and _whole(span.get("end")) for span in raw["bewijs"]):
        raise UnreadableSource(name, "no judgement: 'bewijs' is not a list of start and end", line=line)
    try:
        row = JudgedRow.of_json(raw)
    except ValueError as error:
        raise UnreadableSource(name, str(error), line=line) from None
    _check(row, name=name, line=line)
    return row


def validated(rows: Iterable[JudgedRow], *, name: str) -> list[JudgedRow]:
    """The same rows, when each is what the service itself could have written.

    Raises:
        UnreadableSource: one is not; names the number of the row as its line.
        UnsafeSource: there are more than MAX_ROWS.
    """
    found: list[JudgedRow] = []
    for number, row in enumerate(rows, start=1):
        if number > MAX_ROWS:
            raise UnsafeSource(name, f"holds more than {MAX_ROWS:,} judgements")
        _check(row, name=name, line=number)
        found.append(row)
    return found


def _check(row: JudgedRow, *, name: str, line: int | None) -> None:
    for field, holds in _rules(row):
        if not holds:
            told = repr(getattr(row, field))
            shown = told if len(told) <= 80 else told[:77] + "..."
            raise UnreadableSource(name, f"{field!r} cannot be {shown}", line=line)


def _rules(row: JudgedRow) -> Iterable[tuple[str, bool]]:
    """Each field, and whether it holds what it may; a rule may rely on those before it."""
    yield "initiatief", _plain(row.initiatief, _MAX_NUMBER)
    yield "verwijzing", _plain(row.verwijzing, _MAX_REF) and _REF.fullmatch(row.verwijzing) is not None
    yield "versie", _day(row.versie)
    yield "sha256", isinstance(row.sha256, str) and _SHA256.fullmatch(row.sha256) is not None
    yield "oordeel", _one_of(row.oordeel, _VERDICTS)
    kinds = frozenset(taxonomy().barrier_codes)
    yield "soorten", all(_one_of(kind, kinds) for kind in row.soorten) and len(set(row.soorten)) == len(row.soorten)
    yield "soorten", not row.soorten or row.barrier
    yield "zwaarte", _whole(row.zwaarte) and 0 <= row.zwaarte <= 3
    yield "bewijs", len(row.bewijs) <= MAX_EVIDENCE
    yield "bewijs", all(_whole(start) and _whole(end) and 0 <= start < end <= MAX_OFFSET for start, end in row.bewijs)
    yield "beoordelaar", _plain(row.beoordelaar, _MAX_NUMBER)
    yield "beslecht", isinstance(row.beslecht, bool)
    yield "betreft", _one_of(row.betreft, _ABOUT)
    yield "steekproef", _one_of(row.steekproef, _WAYS)
    yield "trekkans", row.trekkans is None or _chance(row.trekkans)
    yield "voorstel", row.voorstel is None or _plain(row.voorstel, _MAX_NUMBER)
    yield "dag", _day(row.dag)


def _plain(value: Any, most: int) -> bool:
    return isinstance(value, str) and len(value) <= most and _PLAIN.fullmatch(value) is not None


def _whole(value: Any) -> bool:
    return type(value) is int  # True is an int to Python, and no offset


def _one_of(value: Any, known: frozenset[str]) -> bool:
    return isinstance(value, str) and value in known


def _chance(value: Any) -> bool:
    return type(value) in (int, float) and math.isfinite(value) and 0 <= value <= 1


def _day(value: Any) -> bool:
    """An ISO date, or nothing: some sources of regulations tell no date."""
    if value == "":
        return True
    if not isinstance(value, str) or _DATE.fullmatch(value) is None:
        return False
    try:
        date.fromisoformat(value)
    except ValueError:
        return False
    return True
