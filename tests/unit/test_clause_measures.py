"""Measures, worked out by hand on a few clauses."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from corpus.errors import InvalidModel
from models.columns import COLUMN, COLUMNS
from training.clause_measures import (
    Unseen,
    calibration_error,
    changes,
    confusions,
    headline,
    intervals,
    per_kind,
    qualification_f1,
    reliability,
    token_f1,
)
from training.unseen_files import load_unseen, save_unseen


def said(rows: list[tuple[set[str], set[str]]], *, groups: list[str] | None = None) -> Unseen:
    """Clauses with the columns that a reader gave and that a model decided (with certainty)."""
    targets = np.zeros((len(rows), len(COLUMNS)), dtype=np.int8)
    decided = np.zeros((len(rows), len(COLUMNS)), dtype=bool)
    for row, (truth, guess) in enumerate(rows):
        targets[row, [COLUMN[name] for name in truth]] = 1
        decided[row, [COLUMN[name] for name in guess]] = True
    return Unseen(
        refs=[f"R{row}/artikel-1" for row in range(len(rows))],
        groups=groups or [f"R{row}" for row in range(len(rows))],
        targets=targets,
        probabilities=decided.astype(np.float32),
        decided=decided,
        level=decided[:, [COLUMN[name] for name in ("any", "substantial", "stopping")]].sum(axis=1),
        evidence=[[(0, 10)]] + [None] * (len(rows) - 1),
        found=[[(5, 15)]] + [None] * (len(rows) - 1),
    )


ROWS = [
    ({"private", "verbod", "any"}, {"private", "verbod", "any"}),
    ({"private", "verbod", "any"}, {"private", "gebod", "any"}),
    ({"private", "vrijstelling"}, {"private", "vrijstelling"}),
    ({"government"}, {"private", "gebod"}),
]


def test_the_headline() -> None:
    figures = headline(said(ROWS))
    assert figures["macro_f1_barriers"] == pytest.approx((2 / 3) / 13)
    assert figures["macro_f1_kinds"] == pytest.approx((2 / 3 + 1) / 18)
    assert figures["micro_f1_kinds"] == pytest.approx(2 * 2 / (3 + 4))
    assert figures["accuracy_addressee"] == 0.75
    assert figures["auc_any_strength"] == 1.0
    assert figures["token_f1_evidence"] == 0.5


def test_each_kind() -> None:
    by_kind = {row["kind"]: row for row in per_kind(said(ROWS))}
    assert (by_kind["verbod"]["precision"], by_kind["verbod"]["recall"], by_kind["verbod"]["positives"]) == (1.0, 0.5, 2)
    assert by_kind["gebod"]["precision"] == 0.0 and by_kind["vrijstelling"]["f1"] == 1.0


def test_intervals_are_over_regulations() -> None:
    """With one regulation there is nothing to draw from: the interval is the value."""
    for value, low, high in intervals(said(ROWS, groups=["R"] * 4), resamples=5).values():
        assert value == pytest.approx(low) == pytest.approx(high)
    value, low, high = intervals(said(ROWS), resamples=50)["micro_f1_kinds"]
    assert low < value < high


def test_what_is_taken_for_what() -> None:
    found = {(row["label"], row["model"]): row["count"] for row in confusions(said(ROWS))}
    assert found[("verbod", "gebod")] == 1 and found[("(nothing)", "gebod")] == 1


def test_gains_and_losses_clause_by_clause() -> None:
    before, after = said(ROWS), said([ROWS[0], (ROWS[1][0], ROWS[1][0]), (ROWS[2][0], {"private"}), ROWS[3]])
    told = changes(before, after)
    assert {(row["ref"], row["kind"]) for row in told["gains"]} == {("R1/artikel-1", "verbod"), ("R1/artikel-1", "gebod")}
    assert [(row["ref"], row["kind"], row["label"]) for row in told["losses"]] == [("R2/artikel-1", "vrijstelling", "yes")]


def test_calibration() -> None:
    truth, probability = np.array([1, 0, 1, 1]), np.array([0.95, 0.95, 0.05, 0.05])
    assert calibration_error(truth, probability) == pytest.approx((abs(0.95 - 0.5) + abs(0.05 - 1)) / 2)
    assert reliability(truth, probability) == [(pytest.approx(0.05), 1.0, 2), (pytest.approx(0.95), 0.5, 2)]


def test_evidence_counts_characters() -> None:
    assert token_f1([[(0, 4)], None, [(2, 6)]], [[(0, 4)], [(0, 9)], None]) == pytest.approx(2 * 4 / (4 + 8))


def test_qualifications_where_they_are_known() -> None:
    unseen = said([({"Verbod"}, {"Verbod"}), ({"Toegestaan"}, {"AndersGeduid"}), ({"Zorgplicht"}, {"Zorgplicht"})])
    found = qualification_f1(unseen)
    assert found["accuracy"] == pytest.approx(2 / 3) and found["macro_f1_common"] == pytest.approx(1 / 6)
    assert len(found["f1"]) == 8


def test_kept_and_read_again(tmp_path: Path) -> None:
    unseen = said(ROWS)
    save_unseen(unseen, tmp_path)
    assert headline(load_unseen(tmp_path)) == pytest.approx(headline(unseen), nan_ok=True)
    assert changes(unseen, load_unseen(tmp_path)) == {"gains": [], "losses": []}
    with pytest.raises(InvalidModel, match="cannot be read"):
        load_unseen(tmp_path / "elsewhere")
