"""Labels of the regulations of the sample municipality, for tests."""

from __future__ import annotations

import json
from pathlib import Path

from corpus.labels import ClauseLabel

SAMPLE = Path(__file__).resolve().parents[1] / "corpus/sample"


def sample_labels() -> list[ClauseLabel]:
    """Every label of corpus/sample/clauses.jsonl."""
    rows = [json.loads(line) for line in (SAMPLE / "clauses.jsonl").read_text(encoding="utf-8").splitlines()]
    return [
        ClauseLabel(**{**row, **{name: tuple(map(tuple, row[name])) if name == "evidence" else tuple(row[name])
                                 for name in ("barriers", "relief", "evidence")}})
        for row in rows
    ]  # fmt: skip
