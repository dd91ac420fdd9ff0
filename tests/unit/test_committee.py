"""Models that learnt from other regulations each."""

from __future__ import annotations

import numpy as np
import scipy.sparse as sp

from models.columns import BARRIERS
from training.clause_examples import MISSING
from training.reviews.committee import MEMBERS, Committee, Regressions, f1_of

KINDS = len(BARRIERS)


def taught(count: int = 240) -> tuple[sp.csr_matrix, np.ndarray, list[str]]:
    """Clauses of which the first word tells the first kind everywhere, and the second word the second kind in a few regulations."""
    rng = np.random.default_rng(0)
    words = (rng.random((count, 6)) < 0.4).astype(np.float64)
    groups = [f"regulation {row % 12}" for row in range(count)]
    targets = np.zeros((count, KINDS), dtype=np.int8)
    targets[:, 0] = words[:, 0] == 1
    few = np.array([row % 12 < 4 for row in range(count)])
    targets[:, 1] = (words[:, 1] == 1) & few
    return sp.csr_matrix(words), targets, groups


def test_members_agree_on_what_all_regulations_teach_and_differ_on_what_some_do() -> None:
    features, targets, groups = taught()
    committee = Committee.fit(features, targets, groups)
    apart = committee.disagreement(features)
    assert len(committee.members) == MEMBERS and apart.shape == targets.shape
    assert apart.min() >= 0 and apart.max() <= 0.5
    assert apart[:, 1].mean() > 3 * apart[:, 0].mean()
    assert committee.f1[0] == 1 > committee.f1[1]


def test_a_kind_without_example_is_never_claimed_and_nobody_differs_on_it() -> None:
    features, targets, groups = taught()
    committee = Committee.fit(features, targets, groups)
    assert not committee.disagreement(features)[:, 2:].any()
    assert committee.positives[2:].sum() == 0 and not committee.f1[2:].any()


def test_what_is_not_known_teaches_nothing() -> None:
    features, targets, _ = taught()
    known = np.arange(len(targets)) % 2 == 0
    some = targets.copy()
    some[~known, 0] = MISSING
    fitted, only = Regressions.fit(features, some), Regressions.fit(features[known], targets[known])
    assert np.allclose(fitted.weights[:, 0], only.weights[:, 0], atol=1e-3)


def test_the_same_labels_make_the_same_committee() -> None:
    one, other = (Committee.fit(*taught()) for _ in range(2))
    features = taught()[0]
    assert np.array_equal(one.disagreement(features), other.disagreement(features))


def test_f1_of_every_column() -> None:
    truth = np.array([[1, 0, 0], [1, 0, 1], [0, 0, 1]], dtype=bool)
    guess = np.array([[1, 0, 0], [0, 0, 0], [1, 0, 0]], dtype=bool)
    assert f1_of(truth, guess).tolist() == [0.5, 0.0, 0.0]
