"""Growth curves: copies that differ, and slopes that are those of the curve."""

from __future__ import annotations

import json
import math
import re
from pathlib import Path

import pytest

from bench import growth
from bench.growth import MEASURES, altered, copies, memory, run, written
from bench.growth_plot import plotted, slope
from corpus.adding import add_paths

ROWS = [
    {"ref": "R1/artikel-1", "title": "Wet 1", "level": "rijk", "heading": "", "text": "Ten hoogste 9 personen, of 12."},
    {"ref": "R1/artikel-2", "title": "Wet 1", "level": "rijk", "heading": "", "text": "Het is verboden."},
]


@pytest.fixture
def store(tmp_path: Path) -> Path:
    (tmp_path / "a.jsonl").write_text("".join(json.dumps(row) + "\n" for row in ROWS))
    add_paths([tmp_path / "a.jsonl"], store=tmp_path / "S", workers=1)
    return tmp_path / "S"


def test_copies_are_other_regulations_with_other_texts(store: Path) -> None:
    made = list(copies(store, 5))
    assert len({row["ref"] for row in made}) == len({row["text"] for row in made}) == 5
    assert [row["text"] for row in made[2:4]] == ["Ten hoogste 10 personen, of 12.", "Het is verboden. Plaats 1."]
    assert {row["ref"].partition("/")[0] for row in made} == {"copy0-R1", "copy1-R1", "copy2-R1"}
    assert altered("Artikel 7", 0) == "Artikel 7"


def test_no_regulation_is_in_two_files(store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(growth, "PER_FILE", 3)
    written(copies(store, 11), tmp_path / "F")
    files = [path.read_text(encoding="utf-8").splitlines() for path in sorted((tmp_path / "F").iterdir())]
    assert [len(lines) for lines in files] == [4, 4, 3]
    owners = [{json.loads(line)["ref"].partition("/")[0] for line in lines} for lines in files]
    assert sum(len(own) for own in owners) == len(set.union(*owners))


@pytest.mark.parametrize("power", [-0.5, 0.0, 1.0, 1.5])
def test_slope(power: float) -> None:
    sizes = [10, 40, 160, 1000]
    assert slope(sizes, [3 * size**power for size in sizes]) == pytest.approx(power)
    assert math.isnan(slope([10], [3]))


def test_what_is_not_above_zero_has_no_slope() -> None:
    with pytest.raises(ValueError, match="above 0"):
        slope([10, 20], [0, 1])


def test_the_plot_states_every_slope() -> None:
    points = [{"clauses": size, "a": size / 10, "b": 5.0} for size in (10_000, 40_000, 1_000_000)]
    drawn = plotted(points, {"a": "first", "b": "second"})
    assert "first, slope +1.00" in drawn and re.search(r"second, slope [+-]0\.00", drawn)
    assert drawn.count("<polyline") == 2 and "1M" in drawn and "40k" in drawn


def test_memory_tells_mapped_files_apart() -> None:
    held = memory()
    assert held["private_gb"] > 0 and held["mapped_gb"] > 0


def test_two_sizes_are_made_and_asked(store: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(store, tmp_path / "out", [20, 60]) == 0
    told = json.loads((tmp_path / "out/growth.json").read_text())
    assert [point["clauses"] for point in told["points"]] == [20, 60]
    assert set(told["slopes"]) == set(MEASURES) and all(point[name] > 0 for point in told["points"] for name in MEASURES)
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["growth.json", "growth.svg"]
    assert "to the power" in capsys.readouterr().out
