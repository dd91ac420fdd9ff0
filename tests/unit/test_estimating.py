"""The estimate of docs/scaling.md is what its assumptions say, and rates become hours."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from docs.estimating import AUTHORITIES, CLAUSES_PER_REGULATION, clause_table, estimate, main, time_table

SCALING = (Path(__file__).resolve().parents[2] / "docs/scaling.md").read_text(encoding="utf-8")


def test_the_documentation_holds_the_table_and_the_assumptions() -> None:
    assert clause_table() in SCALING
    for one in AUTHORITIES:
        low, middle, high = one.others
        assert f"{one.count} {one.name}" in SCALING and f"{low}, {middle} or {high}" in SCALING
    assert "{}, {} or {} clauses".format(*CLAUSES_PER_REGULATION) in SCALING


def test_the_estimate_adds_up() -> None:
    rows = estimate()
    assert rows["water boards"][0] == 21 * (562 + 60 * 23)
    assert all(rows["all"][column] == sum(rows[one.name][column] for one in AUTHORITIES) for column in range(3))
    assert all(low < middle < high for low, middle, high in rows.values())


def test_rates_become_hours(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "rates.json").write_text(json.dumps({"classify": 100.0}))
    assert main([str(tmp_path / "rates.json"), "--clauses", "720000"]) == 0
    assert capsys.readouterr().out.endswith(time_table({"classify": 100.0}, clauses=720_000) + "\n")
    assert "| classify | 100 | 2.0 | 1.0 |" in time_table({"classify": 100}, clauses=720_000, processes=(1, 2))
