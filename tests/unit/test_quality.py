"""What is kept of how good a model is."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest

from corpus.errors import InvalidModel
from models.columns import KINDS
from models.loading import released_folder
from models.quality import FILE, load_quality, save_quality
from training.quality import measure_quality
from training.unseen_files import load_unseen


def test_it_is_measured_from_what_the_model_said_of_unseen_clauses(tmp_path: Path) -> None:
    unseen = load_unseen(released_folder())
    few = unseen.only(np.arange(0, len(unseen.refs), 20))
    quality = measure_quality(few, curve=[{"labels": 10.0, "macro_f1_barriers": 0.4}], before=("0.0.1", few), resamples=5)
    assert all(measure.low <= measure.high for measure in quality.measures)
    assert [row.kind for row in quality.kinds] == list(KINDS)
    assert sum(point.number for point in quality.calibration) == quality.clauses * len(KINDS)
    assert quality.against is not None and (quality.against.gains, quality.against.losses) == ({}, {})
    save_quality(quality, tmp_path)
    assert load_quality(tmp_path) == quality


def test_what_ships_belongs_to_the_model_that_ships() -> None:
    quality = load_quality(released_folder())
    assert quality is not None
    unseen = load_unseen(released_folder())
    assert quality.clauses == len(unseen.labelled)
    again = measure_quality(unseen, resamples=1)
    assert [m.value for m in again.measures] == pytest.approx([m.value for m in quality.measures])
    assert again.kinds == quality.kinds
    assert again.calibration == quality.calibration


def test_a_model_without_it_is_whole(tmp_path: Path) -> None:
    assert load_quality(tmp_path) is None


def test_half_a_file_is_refused(tmp_path: Path) -> None:
    quality = load_quality(released_folder())
    assert quality is not None
    save_quality(dataclasses.replace(quality, against=None), tmp_path)
    path = tmp_path / FILE
    path.write_text(path.read_text(encoding="utf-8")[:-20], encoding="utf-8")
    with pytest.raises(InvalidModel, match=r"quality\.json"):
        load_quality(tmp_path)
