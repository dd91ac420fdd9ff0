"""The lines of a snapshot, as the service writes them: keys sorted, so the same rows are the same bytes and the same hash."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from corpus.errors import UnreadableSource, UnsafeSource
from training.reviews.exchange import files
from training.reviews.exchange.checking import row_of, validated
from training.reviews.rows import JudgedRow, lines_of

MAX_LINE = 2**20
"""Longest line that is read, in bytes: a judgement with the most evidence that is read is far shorter."""


def write(rows: Sequence[JudgedRow], texts: Mapping[str, str], target: Path) -> None:
    """Write rows to a file; texts are not written."""
    with files.new(target) as temporary, temporary.open("w", encoding="utf-8", newline="\n") as stream:
        stream.writelines(lines_of(rows))


def read(source: Path) -> list[JudgedRow]:
    """The rows in a file; what stands beside them, as in a snapshot with what was told, is left out.

    Raises:
        UnreadableSource: a line is no judgement; names file and line.
    """
    files.check_size(source)
    return validated(_rows(source), name=str(source))


def _rows(source: Path) -> Iterator[JudgedRow]:
    number = 0
    try:
        with source.open("rb") as stream:
            while line := stream.readline(MAX_LINE + 1):
                number += 1
                if len(line) > MAX_LINE:
                    raise UnsafeSource(str(source), "longer than the 1 MB that one line may be", line=number)
                if line.strip():
                    yield row_of(json.loads(line), name=str(source), line=number)
    except OSError as error:
        raise UnreadableSource(str(source), f"cannot be read ({error.strerror})") from None
    except (ValueError, RecursionError):
        raise UnreadableSource(str(source), "no valid JSON", line=number) from None
