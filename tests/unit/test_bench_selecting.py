"""The arithmetic of the bench on the order of asking."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.sparse as sp

from bench.__main__ import main
from bench.selecting import POOLS, Kinds, _report, asked_for, f1_of
from models.columns import BARRIERS


def test_labels_asked_are_read_off_the_curve() -> None:
    labels, quality = [100, 200, 400], np.array([0.1, 0.3, 0.4], dtype=np.float32)
    assert asked_for(labels, quality, 0.2) == pytest.approx(50)
    assert asked_for(labels, quality, 0.35) == pytest.approx(200)
    assert asked_for(labels, quality, 0.05) == 0
    assert asked_for(labels, quality, float(quality[-1])) == pytest.approx(300)
    assert np.isnan(asked_for(labels, quality, 0.5))


def test_what_is_saved_is_told_of_what_is_asked_and_of_all_labels(capsys: pytest.CaptureFixture[str]) -> None:
    def curve(*values: float) -> list[dict[str, float]]:
        return [{"labels": n, "macro_f1": f, "macro_f1_frozen": f} for n, f in zip((100, 200, 300, 400), values, strict=True)]

    told = _report({"random": [curve(0.1, 0.2, 0.3, 0.4)], "active": [curve(0.1, 0.3, 0.35, 0.4)]})
    assert [round(one["random"]) for one in told["needed"]] == [100, 200]
    assert [round(one["active"]) for one in told["needed"]] == [50, 100]
    assert [one["saved"] for one in told["needed"]] == pytest.approx([0.5, 0.5])
    assert [one["saved_of_all_labels"] for one in told["needed"]] == pytest.approx([50 / 200, 100 / 300])
    assert "50%" in capsys.readouterr().out


def test_a_seed_that_begins_with_a_quality_tells_nothing_of_what_it_saves() -> None:
    low, high = ([{"labels": n, "macro_f1": f, "macro_f1_frozen": f} for n, f in zip((100, 200, 300, 400), told, strict=True)]
                 for told in ((0.1, 0.2, 0.3, 0.4), (0.3, 0.3, 0.3, 0.4)))  # fmt: skip
    first, *_ = _report({"random": [low, high], "active": [low, low]})["needed"]
    assert first["saved_by_seed"] == [pytest.approx(1 - 150 / 150), None]


def test_a_quality_that_both_begin_with_asks_for_nothing() -> None:
    flat = [{"labels": n, "macro_f1": 0.2, "macro_f1_frozen": 0.2} for n in (100, 200, 300, 400)]
    assert _report({"random": [flat], "active": [flat]})["needed"] == []


def test_f1_of_every_column() -> None:
    truth = np.array([[1, 0, 0], [1, 0, 1], [0, 0, 1]], dtype=bool)
    guess = np.array([[1, 0, 0], [0, 0, 0], [1, 0, 0]], dtype=bool)
    assert f1_of(truth, guess).tolist() == [0.5, 0.0, 0.0]


def test_kinds_learn_a_word_and_never_claim_what_had_no_example() -> None:
    rng = np.random.default_rng(0)
    targets = np.zeros((120, len(BARRIERS)), dtype=np.int8)
    targets[:, 0] = rng.random(120) < 0.4
    noise = rng.random((120, 5))
    features = sp.csr_matrix(np.column_stack([targets[:, 0], noise]))
    kinds = Kinds(features, targets, [f"regulation {row % 12}" for row in range(120)], np.arange(90))
    decided = kinds.probabilities(features[90:]) >= kinds.thresholds_
    assert np.array_equal(decided[:, 0], targets[90:, 0] == 1)
    assert not decided[:, 1:].any()
    assert kinds.positives_[0] == targets[:90, 0].sum() and kinds.f1_[0] == 1


def test_the_command_offers_the_pools_that_there_are(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.argv", ["bench", "selecting", "--help"])
    with pytest.raises(SystemExit):
        main()
    assert f"{{{','.join(POOLS)}}}" in capsys.readouterr().out
