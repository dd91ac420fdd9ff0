"""Handing clauses to other programs, and to ``regelruimte classify``: the newest version of every regulation of a store.

FILE.jsonl, FILE.jsonl.gz     a clause a line: {"ref", "title", "level", "heading", "text"}, see corpus.readers.clause_jsonl
FOLDER/part-00000.parquet     the same as columns, CHUNK clauses a partition
"""

from __future__ import annotations

import gzip
import io
import json
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from corpus.spreading import spread
from corpus.store import Store

CHUNK = 20_000
"""Clauses that are written at a time, and in a partition."""

_SCHEMA = pa.schema([(name, pa.string()) for name in ("ref", "title", "level", "heading", "text")])

Row = dict[str, str]


def export_clauses(
    store: Store,
    target: Path,
    *,
    form: str,
    workers: int = 1,
    cluster: str | None = None,
    on_chunk: Callable[[str, int], None] | None = None,
) -> int:
    """Write the clauses of a store in their order, but for those without any text, in which there is nothing to read.

    Args:
        store: whose clauses.
        target: file to write; with "parquet" the folder to make.
        form: "jsonl", "jsonl.gz" or "parquet". The same clauses make the same bytes.
        workers: number of processes.
        cluster: address of a Dask scheduler whose workers do it instead; see corpus.spreading.
        on_chunk: called after every chunk with the target's name and the number of clauses done.

    Returns:
        How many clauses were written.

    Raises:
        UsageError, WorkLost: see corpus.spreading.spread.
        OSError: the target cannot be written.
    """
    done = 0
    if form == "parquet":
        target.mkdir()
    else:
        target.write_bytes(b"")
    pieces = spread(_piece, _chunks(store), start=_form, arguments={"form": form}, workers=workers, cluster=cluster)
    for number, (count, piece) in enumerate(pieces):
        if form == "parquet":
            (target / f"part-{number:05}.parquet").write_bytes(piece)
        else:
            with target.open("ab") as stream:
                stream.write(piece)
        done += count
        if on_chunk is not None:
            on_chunk(target.name, done)
    return done


def _chunks(store: Store) -> Iterator[list[Row]]:
    clauses = store.table(columns=["ref", "heading", "text"])
    entries = list(store.regulations.values())
    regulation = np.repeat(np.arange(len(entries)), [entry.clauses for entry in entries])
    for start in range(0, clauses.num_rows, CHUNK):
        yield [
            {"ref": row["ref"], "title": entries[own].title or entries[own].id, "level": entries[own].level, **row}
            for row, own in zip(clauses.slice(start, CHUNK).to_pylist(), regulation[start : start + CHUNK], strict=True)
        ]


def _form(form: str) -> str:
    return form


def _piece(form: str, rows: list[Row]) -> tuple[int, bytes]:
    rows = [row for row in rows if row["text"].strip()]
    if form == "parquet":
        buffer = io.BytesIO()
        pq.write_table(pa.Table.from_pylist(rows, schema=_SCHEMA), buffer, compression="zstd")
        return len(rows), buffer.getvalue()
    lines = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows).encode()
    return len(rows), gzip.compress(lines, mtime=0) if form == "jsonl.gz" else lines  # members behind each other are one .gz
