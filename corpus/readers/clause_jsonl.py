"""Clause JSONL (optionally gzipped): one clause a line, ``{"ref", "title", "level", "heading", "text"}``.

The format in which other programs hand over clauses that they cut themselves, and in which ``export`` writes them. Refs are
kept as they are; the part before the first slash is the id of the regulation. Files may be larger than memory.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from typing import Any, BinaryIO

from corpus.archives import open_gzip
from corpus.errors import UnreadableSource, UnsafeSource
from corpus.passages import cut
from corpus.records import LEVELS, Clause, Regulation, SourceUnit

FORMAT = "clause-jsonl"

MAX_LINE = 8 * 2**20
"""Longest line that is read, in bytes; the longest real clause (a table of a tax law) is under 1 MB."""

_TEXTS = ("ref", "title", "level", "heading", "text", "lead_in", "official_id", "valid_from", "version_date")


def read(unit: SourceUnit) -> Iterator[Regulation]:
    """The regulations in a JSONL file, each with its clauses in the order of the file.

    Raises:
        UnreadableSource: a line is no JSON object, lacks ref, title or text, has a wrong type, or repeats a ref (with line).
        UnsafeSource: a line is longer than MAX_LINE.
    """
    name = unit.main.name
    with tempfile.TemporaryFile() as plain:
        stream = _seekable(unit, plain)
        places = _places(stream, name)
        for regulation_id, lines in places.items():
            yield _regulation(regulation_id, list(_lines_at(stream, lines, name)), name)


def parse_line(line: bytes, *, name: str, number: int) -> dict[str, Any]:
    """The clause in one line; raises UnreadableSource with the line number."""
    try:
        row = json.loads(line)
    except (ValueError, RecursionError):
        raise UnreadableSource(name, "no valid JSON", line=number) from None
    if not isinstance(row, dict):
        raise UnreadableSource(name, "not a JSON object", line=number)
    for field in _TEXTS:
        if not isinstance(row.setdefault(field, ""), str):
            raise UnreadableSource(name, f'"{field}" is not a text', line=number)
    for field in ("ref", "title", "text"):
        if not row[field].strip():
            raise UnreadableSource(name, f'"{field}" is missing or empty', line=number)
    regulation_id, slash, rest = row["ref"].partition("/")
    if not slash or not regulation_id or not rest or any(character.isspace() for character in row["ref"]):
        raise UnreadableSource(name, f'"ref" is not of the form regulation/clause: {row["ref"][:80]!r}', line=number)
    return row


def _seekable(unit: SourceUnit, plain: Any) -> BinaryIO:
    source = open_gzip(unit.main) if unit.main.name.endswith(".gz") else unit.main.open()
    with source:
        while block := source.read(2**20):
            plain.write(block)
    plain.seek(0)
    stream: BinaryIO = plain
    return stream


def _places(stream: BinaryIO, name: str) -> dict[str, list[tuple[int, int]]]:
    """Where the lines of each regulation are: (offset in bytes, line number)."""
    places: dict[str, list[tuple[int, int]]] = {}
    seen: set[int] = set()
    number = 0
    while True:
        offset = stream.tell()
        line = stream.readline(MAX_LINE + 1)
        if not line:
            break
        number += 1
        if len(line) > MAX_LINE:
            raise UnsafeSource(name, f"longer than the {MAX_LINE // 2**20} MB that one line may be", line=number)
        if number == 1 and line.startswith(b"\xef\xbb\xbf"):
            raise UnreadableSource(name, "begins with a byte-order mark, which JSON does not allow", line=1)
        if not line.strip():
            continue
        ref = parse_line(line, name=name, number=number)["ref"]
        if hash(ref) in seen:
            raise UnreadableSource(name, f"repeats the ref {ref}", line=number)
        seen.add(hash(ref))
        places.setdefault(ref.partition("/")[0], []).append((offset, number))
    if not places:
        raise UnreadableSource(name, "holds no clause")
    return places


def _lines_at(stream: BinaryIO, places: list[tuple[int, int]], name: str) -> Iterator[tuple[int, dict[str, Any]]]:
    for offset, number in places:
        stream.seek(offset)
        yield number, parse_line(stream.readline(), name=name, number=number)


def _regulation(regulation_id: str, rows: list[tuple[int, dict[str, Any]]], name: str) -> Regulation:
    reading_text = "\n".join(row["text"] for _, row in rows)
    clauses, position = [], 0
    for number, row in rows:
        text, spans = cut(reading_text, [(position, position + len(row["text"]))])
        position += len(row["text"]) + 1
        headings = row.get("headings") or ([row["heading"]] if row["heading"] else [])
        if not isinstance(headings, list) or not all(isinstance(heading, str) for heading in headings):
            raise UnreadableSource(name, '"headings" is not a list of texts', line=number)
        clauses.append(
            Clause(
                ref=row["ref"],
                text=text,
                heading=row["heading"],
                headings=tuple(headings),
                lead_in=row["lead_in"],
                official_id=row["official_id"],
                repealed=row.get("repealed") is True,
                valid_from=row["valid_from"],
                spans=spans,
            )
        )
    first = rows[0][1]
    return Regulation(
        id=regulation_id,
        title=first["title"],
        level=first["level"] if first["level"] in LEVELS else "overig",
        clauses=tuple(clauses),
        version_date=first["version_date"],
        valid_from=first["valid_from"],
        format=FORMAT,
        source=name,
        reading_text=reading_text,
    )
