"""Rankings are measured with what they may know: some signals and not the others, or nothing of a regulation."""

from __future__ import annotations

from collections.abc import Sequence

import joblib
import numpy as np
import pytest
import scipy.sparse as sp

from models.columns import COLUMNS
from models.index import ClauseFeatures
from models.ranking import CONTENT_SIGNALS, MEMORY_SIGNALS, Grade, Query, Space
from training.ablation import GROUPS, ablation
from training.evaluating import FOLDS, evaluate_ranking


def test_every_signal_has_a_group() -> None:
    assert {name for own in GROUPS.values() for name in own} == {*MEMORY_SIGNALS, *CONTENT_SIGNALS}


@pytest.fixture
def material() -> tuple[list[Query], list[Grade], Space]:
    """Graders mark clauses 7 and 27 for everybody, in two of six regulations; words and activities are noise."""
    made = np.random.default_rng(0)
    clauses, people = 60, 12
    words = sp.csr_matrix(made.random((clauses, 20)).astype(np.float32))
    space = Space(
        refs=[f"R{row // 10}/artikel-{row}" for row in range(clauses)],
        headings=["kop"] * clauses,
        repealed=np.zeros(clauses, dtype=bool),
        lengths=np.full(clauses, 100, dtype=np.int32),
        features=ClauseFeatures(
            probabilities=np.full((clauses, len(COLUMNS)), 0.5, dtype=np.float32),
            words=words,
            activities=sp.csr_matrix(made.random((clauses, 4)).astype(np.float32)),
            reach=np.zeros(clauses, dtype=np.float32),
        ),
    )
    queries = [
        Query(words=words[row], own_words=words[row], activities=made.random(4).astype(np.float32)) for row in range(people)
    ]
    grades = [
        Grade(initiative=one, ref=space.refs[row], value=3.0 if row in (7, 27) else 0.0, room=row == 8)
        for one in range(people)
        for row in (7, 8, 27, 28)
    ]
    return queries, grades, space


def test_signals_that_tell_nothing_are_worth_nothing(material: tuple[list[Query], list[Grade], Space]) -> None:
    found = ablation(*material)
    assert set(found) == {"all", *GROUPS}
    assert found["all"]["alone"][0] > 0.95
    assert found["graders of the clause"]["alone"][0] > 0.95
    assert found["clause model"]["alone"][0] < 0.7  # it says the same of all
    for told in found.values():
        assert all(0 <= low <= mean <= high <= 1 for mean, low, high in told.values())


def test_a_regulation_that_is_hidden_is_ranked_without_its_grades(material: tuple[list[Query], list[Grade], Space]) -> None:
    queries, grades, space = material
    asked: list[frozenset[str]] = []

    def without(hidden: frozenset[str]) -> Space:
        asked.append(hidden)
        return space

    found = evaluate_ranking(queries, grades, space, without=without)
    assert sorted(name for hidden in asked for name in hidden) == sorted(space.regulations)  # each is hidden once
    assert found["unseen_initiatives"]["ndcg_20"][0] > 0.95
    assert found["unseen_regulations"]["ndcg_20"][0] < 0.7  # nothing but noise is left to go by
    assert 0 < found["unseen_regulations_alone"]["ndcg_20"][0] < 0.9
    assert found["nearest"]["ndcg_20"][0] > 0.95
    assert found["unseen_initiatives"]["room_recall_50"] == [1.0, 1.0, 1.0]


def test_reach_is_told_without_what_is_hidden_and_without_the_tested_initiatives(
    material: tuple[list[Query], list[Grade], Space],
) -> None:
    queries, grades, space = material
    asked: list[tuple[int, frozenset[str]]] = []

    def reached(given: Space, known: Sequence[Grade], hidden: frozenset[str]) -> Space:
        assert not {grade.ref.partition("/")[0] for grade in known} & hidden
        asked.append((len({grade.initiative for grade in known}), hidden))
        return given

    with joblib.parallel_config(backend="threading"):  # what is asked is to be seen here
        evaluate_ranking(queries, grades, space, reached=reached)
    parts = {hidden for _, hidden in asked}
    assert frozenset() in parts and {name for hidden in parts for name in hidden} == set(space.regulations)
    assert len(asked) == FOLDS * len(parts)
    assert sorted({initiatives for initiatives, _ in asked})[-1] < len(queries)
