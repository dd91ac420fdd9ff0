"""How many initiatives meet a clause: what is learnt, from whom, and what a hidden regulation may not tell."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
import scipy.sparse as sp

from corpus.adding import add_paths
from corpus.labels import reach_labels, reserved_regulations
from corpus.store import Store
from models.columns import COLUMNS
from models.index import ClauseFeatures
from models.ranking import Grade, Space
from models.reach import ReachModel
from models.vectorising import ClauseText
from training.reach_fitting import READ, ReachExamples, fit_reach, graded_examples, read_examples, unseen_reach

SAMPLE = Path(__file__).resolve().parents[2] / "corpus/sample/regelingen"
STEMS, ACTIVITIES = 6, 3


def space(regulations: int, *, seed: int = 0) -> Space:
    """Ten clauses in each regulation; the first stem says that everybody meets it."""
    made = np.random.default_rng(seed)
    count = regulations * 10
    words = made.random((count, STEMS)) * 0.2
    words[:, 0] = np.arange(count) % 2
    return Space(
        refs=[f"R{row // 10}/artikel-{row % 10}" for row in range(count)],
        headings=[""] * count,
        repealed=np.zeros(count, dtype=bool),
        lengths=np.full(count, 100, dtype=np.int32),
        features=ClauseFeatures(
            probabilities=made.random((count, len(COLUMNS))).astype(np.float32),
            words=sp.csr_matrix(words.astype(np.float32)),
            activities=sp.csr_matrix(made.random((count, ACTIVITIES)).astype(np.float32)),
            reach=np.zeros(count, dtype=np.float32),
        ),
    )


def graded(where: Space, *, people: int = 20) -> list[Grade]:
    """Every initiative meets every clause with the first stem."""
    return [
        Grade(initiative=one, ref=ref, value=2.0 if row % 2 else 0.0, room=False)
        for one in range(people)
        for row, ref in enumerate(where.refs)
    ]


def test_clauses_that_all_meet_are_told_from_those_that_nobody_meets_in_a_regulation_never_seen() -> None:
    where = space(8)
    known = graded_examples(graded(where), where)
    assert known.targets.tolist() == pytest.approx([np.log1p(100 * (row % 2)) for row in range(80)])
    told = unseen_reach(known, where)
    assert told[1::2].min() > told[::2].max() + 1


def test_what_stands_in_a_hidden_regulation_changes_nothing() -> None:
    where = space(8)
    known = graded_examples(graded(where), where)
    hidden = {"R2", "R5"}
    lied = ReachExamples(
        known.regulations, known.columns, np.where(np.isin(known.regulations, list(hidden)), 4.6 - known.targets, known.targets)
    )
    assert unseen_reach(known.without(hidden), where).tolist() == unseen_reach(lied.without(hidden), where).tolist()
    assert len(known.without(hidden)) == 60


def test_a_model_comes_back_from_its_numbers_and_without_examples_says_nothing() -> None:
    where = space(4)
    features = where.features
    fitted = fit_reach(graded_examples(graded(where), where), stems=STEMS, activities=ACTIVITIES)
    back = ReachModel.from_arrays(fitted.to_arrays())
    first = fitted.expected(features.words, features.probabilities, features.activities)
    assert back.expected(features.words, features.probabilities, features.activities).tolist() == first.tolist()
    none = fit_reach(graded_examples([], where).without({"R0", "R1", "R2", "R3"}), stems=STEMS, activities=ACTIVITIES)
    assert not none.expected(features.words, features.probabilities, features.activities).any()


def test_a_store_that_holds_no_clause_that_was_read_says_nothing(tmp_path: Path) -> None:
    add_paths([SAMPLE], store=tmp_path / "S", workers=1)

    def describe(clauses: Sequence[ClauseText]) -> ClauseFeatures:
        raise AssertionError(f"{len(clauses)} clauses to describe")

    assert len(read_examples(Store(tmp_path / "S"), describe, columns=7)) == 0


def test_labels_that_ship_are_of_regulations_that_may_be_learnt_from() -> None:
    labels = reach_labels()
    assert len(labels) == len({label.ref for label in labels}) == 16_000
    assert {label.reach for label in labels} == set(range(len(READ)))
    assert not {label.ref.partition("/")[0] for label in labels} & reserved_regulations()
    assert not (Path(__file__).resolve().parents[2] / "corpus/labels/reach.jsonl").read_text(encoding="utf-8").count('"text"')
