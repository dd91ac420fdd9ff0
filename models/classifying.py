"""Classifying a file of clauses, on all cores, one line out for every line in."""

from __future__ import annotations

import json
import multiprocessing
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO

from corpus.archives import open_gzip
from corpus.errors import UnsafeSource, UsageError
from corpus.intake import on_disk
from corpus.readers.clause_jsonl import MAX_LINE, parse_line
from models.encoder import WordMarks
from models.evidence import EvidenceFinder
from models.loading import Model, load_model
from models.vectorising import ClauseText

CHUNK = 1_000
"""Clauses that are judged at a time."""


def classify_file(
    path: Path,
    *,
    write: Callable[[str], None],
    model_folder: Path,
    workers: int = 1,
    on_chunk: Callable[[str, int], None] | None = None,
) -> int:
    """Judge every clause of a JSONL file, in its order.

    Args:
        path: clause JSONL, optionally gzipped.
        write: called with every line of the result.
        model_folder: the model directory.
        workers: number of processes.
        on_chunk: called after every chunk with the file's name and the number of clauses done.

    Returns:
        How many clauses were judged.

    Raises:
        UnreadableSource: a line is wrong; names file and line.
        UsageError: there is no such file.
    """
    if not path.is_file():
        raise UsageError(f"{path}: no such file")
    file = on_disk(path)
    load_model(model_folder)  # a wrong model is the user's error here, not a crash in every process
    count = 0
    with open_gzip(file) if path.suffix == ".gz" else file.open() as stream:
        rows = _rows(stream, file.name)
        chunks = iter(lambda: list(islice(rows, CHUNK)), [])
        for lines in _judged(chunks, model_folder, workers):
            for line in lines:
                write(line)
            count += len(lines)
            if on_chunk is not None:
                on_chunk(file.name, count)
    return count


def judge_row(
    row: dict[str, Any], probabilities: Any, model: Model, evidence: EvidenceFinder, marks: WordMarks | None
) -> dict[str, Any]:
    """The judgement of one clause, as the contract of ``regelruimte classify`` words it."""
    judged = model.clauses.judge(probabilities)
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


def _rows(stream: BinaryIO, name: str) -> Iterator[dict[str, Any]]:
    number = 0
    while line := stream.readline(MAX_LINE + 1):
        number += 1
        if len(line) > MAX_LINE:
            raise UnsafeSource(name, f"longer than the {MAX_LINE // 2**20} MB that one line may be", line=number)
        if line.strip():
            yield parse_line(line, name=name, number=number)


def _judged(chunks: Iterator[list[dict[str, Any]]], model_folder: Path, workers: int) -> Iterator[list[str]]:
    first, second = next(chunks, []), next(chunks, [])
    ahead = [chunk for chunk in (first, second) if chunk]
    if workers == 1 or not second:
        _start_worker(model_folder)
        for chunk in [*ahead, *chunks]:
            yield _judge_chunk(chunk)
        return
    context = multiprocessing.get_context("forkserver")
    with context.Pool(workers, initializer=_start_worker, initargs=(model_folder,)) as pool:
        yield from pool.imap(_judge_chunk, _chained(ahead, chunks))


def _chained(ahead: list[list[dict[str, Any]]], rest: Iterator[list[dict[str, Any]]]) -> Iterator[list[dict[str, Any]]]:
    yield from ahead
    yield from rest


_tools: tuple[Model, EvidenceFinder] | None = None


def _start_worker(model_folder: Path) -> None:
    global _tools
    model = load_model(model_folder)
    _tools = (model, EvidenceFinder(model.clauses))


def _judge_chunk(chunk: list[dict[str, Any]]) -> list[str]:
    assert _tools is not None, "the worker has not started"
    model, evidence = _tools
    reading = model.clauses.read([clause_text(row) for row in chunk])
    return [
        json.dumps(judge_row(row, own, model, evidence, marks), ensure_ascii=False)
        for row, own, marks in zip(chunk, reading.probabilities, reading.marks, strict=True)
    ]
