"""What differs between two snapshots."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.command_line import main
from training.reviews.difference import difference
from training.reviews.rows import JudgedRow, lines_of

ROW = JudgedRow(
    initiatief="i1", verwijzing="BWBR0000001/artikel-1", versie="2020-01-01", sha256="a" * 64, oordeel="bevestigd",
    soorten=("verbod",), zwaarte=2, bewijs=((0, 4),), beoordelaar="r1", beslecht=False, dag="2026-01-02",
)  # fmt: skip


def test_added_removed_and_changed() -> None:
    taken_back, kept, second = replace(ROW, beoordelaar="r2"), replace(ROW, initiatief="i2"), replace(ROW, beslecht=True)
    other = replace(ROW, oordeel="afgewezen", soorten=(), zwaarte=0, bewijs=())
    found = difference([ROW, taken_back, kept], [kept, other, second])
    assert found.added == (second,) and found.removed == (taken_back,) and found.changed == ((ROW, other),)


def test_another_suggestion_or_day_is_no_other_judgement() -> None:
    assert difference([ROW], [replace(ROW, voorstel="s9", dag="2026-03-03")]).changed == ()


@given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from("xyz"), st.sampled_from([1, 2, 3])), max_size=12))
def test_back_is_the_mirror_of_there(told: list[tuple[str, str, int]]) -> None:
    rows = [replace(ROW, initiatief=i, beoordelaar=r, zwaarte=z) for i, r, z in told]
    half = len(rows) // 2
    there, back = difference(rows[:half], rows[half:]), difference(rows[half:], rows[:half])
    assert there.added == back.removed and there.removed == back.added
    assert {(a, b) for a, b in there.changed} == {(b, a) for a, b in back.changed}
    assert difference(rows, rows).counts() == {"added": {}, "removed": {}, "changed": {}}


def test_the_command_counts_and_tells(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    old, new = tmp_path / "old.jsonl", tmp_path / "new.jsonl"
    old.write_text("".join(lines_of([ROW])), encoding="utf-8")
    new.write_text("".join(lines_of([replace(ROW, zwaarte=3), replace(ROW, beoordelaar="r2")])), encoding="utf-8")
    assert main(["snapshots", "diff", str(old), str(new)], {}) == 0
    assert [line.split()[:2] for line in capsys.readouterr().out.splitlines()] == [
        ["added", "1"],
        ["removed", "0"],
        ["changed", "1"],
    ]
    assert main(["snapshots", "diff", str(old), str(new), "--json"], {}) == 0
    assert json.loads(capsys.readouterr().out)["changed"][0]["after"]["zwaarte"] == 3
    assert main(["snapshots", "diff", str(old), str(tmp_path / "none.jsonl")], {}) == 2
    assert "no such file" in capsys.readouterr().err
