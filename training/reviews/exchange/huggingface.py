"""Hugging Face: a folder with a data set card and Parquet, as ``datasets.load_dataset(folder)`` reads it. Holds no texts.

Columns are the fields of a row; evidence is a list of ``{"start", "end"}``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from corpus.errors import UnreadableSource, UnsafeSource
from training.reviews.exchange import files
from training.reviews.exchange.card import card_of
from training.reviews.exchange.checking import MAX_EVIDENCE, MAX_ROWS, row_of, validated
from training.reviews.rows import JudgedRow

FILE = "data/train-00000-of-00001.parquet"  # the name by which ``datasets`` knows that these are rows to train on
_BATCH = 1_000
_MAX_TEXT = 4_000  # bytes of one value: the longest that ``checking`` allows


def write(rows: Sequence[JudgedRow], texts: Mapping[str, str], target: Path) -> None:
    """Write rows to a folder; texts are not written."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    table = pa.Table.from_pylist([row.to_json() for row in rows], schema=_schema())
    with files.new(target) as temporary:
        (temporary / "data").mkdir(parents=True)
        pq.write_table(table, temporary / FILE)
        (temporary / "README.md").write_text(card_of(len(rows)), encoding="utf-8")


def read(source: Path) -> list[JudgedRow]:
    """The rows in a folder: in its Parquet files, by name.

    Raises:
        UnreadableSource: there are none, or a file holds something else.
    """
    parts = sorted(source.glob("data/*.parquet"))
    if not parts:
        raise UnreadableSource(str(source), "no folder with data/*.parquet")
    return validated((row for part in parts for row in _rows(part)), name=str(source))


def _rows(part: Path) -> Iterator[JudgedRow]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    name = str(part)
    files.check_size(part)
    number = 0
    try:
        with pq.ParquetFile(part) as opened:
            _check(opened, name)
        # A text that comes back a million times is kept once, so a small file cannot fill the memory.
        with pq.ParquetFile(part, read_dictionary=["soorten.list.element", *_texts()]) as opened:
            for batch in opened.iter_batches(_BATCH, columns=_schema().names):
                _check_texts(batch, name)
                for raw in batch.to_pylist():
                    number += 1
                    yield row_of(raw, name=name, line=number)
    except (pa.ArrowException, OSError, ValueError, OverflowError, KeyError):  # a column is not there
        raise UnreadableSource(name, "no Parquet that can be read") from None


def _check(opened: Any, name: str) -> None:
    """Whether the columns are those of judgements, and what they say of their size is within bounds."""
    told = {field.name: field.type for field in opened.schema_arrow}
    for field in _schema():
        if told.get(field.name) != field.type:
            raise UnreadableSource(name, f"has no column {field.name!r} of {field.type}")
    metadata = opened.metadata
    groups = [metadata.row_group(number) for number in range(metadata.num_row_groups)]
    if metadata.num_rows > MAX_ROWS or sum(group.total_byte_size for group in groups) > files.MAX_BYTES:
        raise UnsafeSource(name, f"holds more than {MAX_ROWS:,} judgements, or {files.MAX_BYTES // 2**20} MB")
    values = [(group.column(place).num_values, group.num_rows) for group in groups for place in range(group.num_columns)]
    if any(held > MAX_EVIDENCE * rows for held, rows in values):
        raise UnsafeSource(name, f"holds lists of more than {MAX_EVIDENCE:,}")


def _check_texts(batch: Any, name: str) -> None:
    import pyarrow.compute as pc

    for field, column in zip(batch.schema.names, batch.columns, strict=True):
        values = column.flatten() if field == "soorten" else column
        dictionary = getattr(values, "dictionary", None)
        if dictionary is not None and (pc.max(pc.binary_length(dictionary)).as_py() or 0) > _MAX_TEXT:
            raise UnsafeSource(name, f"{field!r} holds a value of more than {_MAX_TEXT:,} bytes")


def _texts() -> list[str]:
    import pyarrow as pa

    return [field.name for field in _schema() if field.type == pa.string()]


def _schema() -> Any:
    import pyarrow as pa

    text, span = pa.string(), pa.struct([("start", pa.int64()), ("end", pa.int64())])
    return pa.schema(
        [
            ("initiatief", text),
            ("verwijzing", text),
            ("versie", text),
            ("sha256", text),
            ("oordeel", text),
            ("soorten", pa.list_(text)),
            ("zwaarte", pa.int64()),
            ("bewijs", pa.list_(span)),
            ("beoordelaar", text),
            ("beslecht", pa.bool_()),
            ("betreft", text),
            ("steekproef", text),
            ("trekkans", pa.float64()),
            ("voorstel", text),
            ("dag", text),
        ]
    )
