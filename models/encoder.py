"""The slow tier: a small transformer that reads whole clauses, run by onnxruntime with eight bits per weight."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

# onnxruntime tells its maker about its use unless this is set before it is imported: nothing leaves this house unasked.
os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")

import onnxruntime

from corpus.errors import InvalidModel
from models.columns import COLUMNS
from models.encoding import framed
from models.vectorising import ClauseText
from models.word_pieces import PairTokenizer

Floats = npt.NDArray[np.float32]

BATCH_TOKENS = 1_024
"""Word pieces that are read at once, padding among them: what the layers make of more does not stay near the processor."""

SLOWER = ["SkipLayerNormFusion"]
"""What onnxruntime would join, and then does more slowly on a processor than the parts by themselves."""


@dataclass(frozen=True)
class WordMarks:
    """How much each word piece of a clause is evidence.

    Attributes:
        starts, ends: offsets in the clause text, characters; *shape* (pieces,).
        scores: log-odds that the piece belongs to the evidence a lawyer would mark; *shape* (pieces,).
    """

    starts: npt.NDArray[np.int32]
    ends: npt.NDArray[np.int32]
    scores: Floats


class EncoderTier:
    """A fitted encoder, opened for reading."""

    def __init__(self, model: bytes, tokenizer: bytes, *, max_length: int, threads: int = 1) -> None:
        """Open an encoder.

        Args:
            model: ONNX, with inputs ``ids`` and ``attention`` and outputs ``values`` and ``evidence``.
            tokenizer: the content of a tokenizer.json.
            max_length: word pieces that are read of a clause; the rest is cut off.
            threads: that one batch is spread over.

        Raises:
            InvalidModel: the files are no encoder for this taxonomy.
        """
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.log_severity_level = 3
        try:
            self._session = onnxruntime.InferenceSession(
                model, options, providers=["CPUExecutionProvider"], disabled_optimizers=SLOWER
            )
            self._tokenizer = PairTokenizer(tokenizer, max_length=max_length)
        except Exception as error:  # both libraries raise bare exceptions of their own kinds
            raise InvalidModel(f"the encoder cannot be opened ({error})") from None
        names = {output.name: output.shape for output in self._session.get_outputs()}
        if set(names) != {"values", "evidence"} or names["values"][-1] not in (len(COLUMNS), None):
            raise InvalidModel("the encoder was trained for another taxonomy")
        self.files = {"encoder.onnx": model, "tokenizer.json": tokenizer}
        self.max_length = max_length

    def values(self, clauses: Sequence[ClauseText]) -> tuple[Floats, list[WordMarks]]:
        """Decision values, and which words carry them.

        Returns:
            (values, marks). *Shape:* (clauses, columns), float32, log-odds; the marks of each clause.
        """
        pairs = [framed(title=clause.title, heading=clause.heading, text=clause.text) for clause in clauses]
        pieces = self._tokenizer.read(pairs)
        values = np.zeros((len(clauses), len(COLUMNS)), dtype=np.float32)
        marks: list[WordMarks | None] = [None] * len(clauses)
        for rows in _batches([len(one.ids) for one in pieces]):
            longest = max(len(pieces[row].ids) for row in rows)
            ids = np.full((len(rows), longest), self._tokenizer.pad, dtype=np.int64)
            attention = np.zeros((len(rows), longest), dtype=np.int64)
            for place, row in enumerate(rows):
                own = pieces[row].ids
                ids[place, : len(own)], attention[place, : len(own)] = own, 1
            values[rows], evidence = self._session.run(["values", "evidence"], {"ids": ids, "attention": attention})
            for place, row in enumerate(rows):
                one = pieces[row]
                scores = evidence[place, one.first : one.first + len(one.starts)].copy()  # and not all of the batch
                marks[row] = WordMarks(starts=one.starts.astype(np.int32), ends=one.ends.astype(np.int32), scores=scores)
        return values, [mark for mark in marks if mark is not None]


def _batches(lengths: Sequence[int]) -> Iterator[list[int]]:
    """Rows of like length together, so that little is padded."""
    batch: list[int] = []
    for row in sorted(range(len(lengths)), key=lambda row: lengths[row]):
        if batch and (len(batch) + 1) * lengths[row] > BATCH_TOKENS:
            yield batch
            batch = []
        batch.append(row)
    if batch:
        yield batch
