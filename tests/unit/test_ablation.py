"""What signals are worth is measured with what it says it is: some of them, and nothing of the others."""

from __future__ import annotations

import numpy as np
import scipy.sparse as sp

from models.columns import COLUMNS
from models.index import ClauseFeatures
from models.ranking import CONTENT_SIGNALS, MEMORY_SIGNALS, Grade, Query, Space
from training.ablation import GROUPS, ablation


def test_every_signal_has_a_group() -> None:
    assert {name for own in GROUPS.values() for name in own} == {*MEMORY_SIGNALS, *CONTENT_SIGNALS}


def test_signals_that_tell_nothing_are_worth_nothing() -> None:
    """Graders mark the same clause for everybody; words and activities are noise."""
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
        ),
    )
    queries = [
        Query(words=words[row], own_words=words[row], activities=made.random(4).astype(np.float32)) for row in range(people)
    ]
    grades = [
        Grade(initiative=one, ref=space.refs[row], value=3.0 if row == 7 else 0.0, room=False)
        for one in range(people)
        for row in (7, 8)
    ]
    found = ablation(queries, grades, space)
    assert set(found) == {"all", *GROUPS}
    assert found["all"]["alone"][0] > 0.95
    assert found["graders of the clause"]["alone"][0] > 0.95
    assert found["clause model"]["alone"][0] < 0.6  # it says the same of all
    for told in found.values():
        assert all(0 <= low <= mean <= high <= 1 for mean, low, high in told.values())
