"""Classifying a file of clauses, on all cores or on a cluster, one line out for every line in."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO

from corpus.archives import open_gzip
from corpus.code_hash import code_hash
from corpus.errors import UnsafeSource, UsageError
from corpus.intake import on_disk
from corpus.readers.clause_jsonl import MAX_LINE, parse_line
from corpus.spreading import spread
from corpus.store import sha256_of
from models.clauses import Judgement
from models.encoder import WordMarks
from models.evidence import EvidenceFinder
from models.loading import Model, load_model, load_named_model, named_model
from models.packaging import package_key
from models.vectorising import ClauseText

CHUNK = 1_000
"""Clauses that are judged at a time."""


def classify_file(
    path: Path,
    *,
    write: Callable[[str], None],
    model_folder: Path,
    workers: int = 1,
    cluster: str | None = None,
    done: int = 0,
    on_chunk: Callable[[str, int], None] | None = None,
) -> int:
    """Judge every clause of a JSONL file, in its order.

    Args:
        path: clause JSONL, optionally gzipped.
        write: called with every line of the result.
        model_folder: the model directory.
        workers: number of processes.
        cluster: address of a Dask scheduler whose workers judge instead; see corpus.spreading.
        done: clauses that were judged before, a multiple of CHUNK: these are passed over.
        on_chunk: called after every chunk with the file's name and the number of clauses done.

    Returns:
        How many clauses are judged now, ``done`` among them.

    Raises:
        UnreadableSource: a line is wrong; names file and line.
        UsageError: there is no such file, or the cluster cannot be used.
        WorkLost: see corpus.spreading.spread.
    """
    if not path.is_file():
        raise UsageError(f"{path}: no such file")
    file = on_disk(path)
    load_model(model_folder)  # a wrong model is the user's error here, not a crash in every process
    named = named_model(model_folder)
    count = done
    with open_gzip(file) if path.suffix == ".gz" else file.open() as stream:
        rows = _rows(stream, file.name, done)
        chunks = iter(lambda: list(islice(rows, CHUNK)), [])
        for lines in spread(_judge_chunk, chunks, start=_tools, arguments=named, workers=workers, cluster=cluster):
            for line in lines:
                write(line)
            count += len(lines)
            if on_chunk is not None:
                on_chunk(file.name, count)
    return count


def work_key(path: Path, model_folder: Path) -> str:
    """Sixteen hexadecimal digits of all that the lines of ``classify_file`` depend on: the input, the model, the code.

    Raises:
        UsageError: there is no such file.
        InvalidModel: there is no model.
    """
    if not path.is_file():
        raise UsageError(f"{path}: no such file")
    parts = (sha256_of(path), package_key(model_folder), code_hash("corpus", "models"))
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]


def judge_row(row: dict[str, Any], judged: Judgement, evidence: EvidenceFinder, marks: WordMarks | None) -> dict[str, Any]:
    """The judgement of one clause, as the contract of ``regelruimte classify`` words it."""
    found = evidence.find(clause_text(row), judged.argued, marks)
    return {
        "ref": row["ref"],
        "addressee": judged.addressee,
        "barriers": judged.barriers,
        "relief": judged.relief,
        "decided": list(judged.decided),
        "twijfel": list(judged.doubtful),
        "regelkwalificatie": judged.qualifications,
        "strength": {"any": judged.any_strength, "substantial": judged.substantial, "level": judged.level},
        "evidence": [{"start": e.start, "end": e.end, "text": e.text, "kind": e.kind} for e in found],
    }


def clause_text(row: dict[str, Any]) -> ClauseText:
    """What the models read of a line of clause JSONL."""
    return ClauseText(text=row["text"], heading=row["heading"], title=row["title"], ref=row["ref"])


def _rows(stream: BinaryIO, name: str, passed_over: int) -> Iterator[dict[str, Any]]:
    number = 0
    while line := stream.readline(MAX_LINE + 1):
        number += 1
        if len(line) > MAX_LINE:
            raise UnsafeSource(name, f"longer than the {MAX_LINE // 2**20} MB that one line may be", line=number)
        if line.strip() and passed_over:
            passed_over -= 1
        elif line.strip():
            yield parse_line(line, name=name, number=number)


def _tools(**named: str) -> tuple[Model, EvidenceFinder]:
    model = load_named_model(**named)
    return model, EvidenceFinder(model.clauses)


def _judge_chunk(tools: tuple[Model, EvidenceFinder], chunk: list[dict[str, Any]]) -> list[str]:
    model, evidence = tools
    reading = model.clauses.read([clause_text(row) for row in chunk])
    return [
        json.dumps(judge_row(row, judged, evidence, marks), ensure_ascii=False)
        for row, judged, marks in zip(chunk, model.clauses.judge_all(reading.probabilities), reading.marks, strict=True)
    ]
