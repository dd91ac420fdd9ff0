"""The ranker on a small world that can be worked out by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import scipy.sparse as sp

from models.columns import COLUMNS
from models.index import ClauseFeatures
from models.ranking import (
    CONTENT_SIGNALS,
    MEMORY_SIGNALS,
    REACH_SIGNALS,
    Asked,
    Grade,
    LinearRanker,
    Memory,
    Query,
    Ranker,
    Space,
    signals,
)
from training.ranking_fitting import fit_ranker
from training.ranking_metrics import calibration_error, interval, ndcg, precision, recall
from training.splits import grouped_folds

TOPICS = 6
CLAUSES_PER_TOPIC = 12


def world(seed: int = 0) -> tuple[list[Query], list[Grade], Space]:
    """Six topics in three regulations; clauses and initiatives of a topic share words and an activity; even clauses obstruct."""
    random = np.random.default_rng(seed)
    refs, headings, words, activities, grades, queries = [], [], [], [], [], []
    for topic in range(TOPICS):
        for number in range(CLAUSES_PER_TOPIC):
            refs.append(f"R{topic // 2}/artikel-{topic}.{number}")
            headings.append(f"topic {topic}")
            words.append(np.eye(TOPICS)[topic] + 0.1 * random.random(TOPICS))
            activities.append(np.eye(TOPICS)[topic])
    probabilities = np.full((len(refs), len(COLUMNS)), 0.1, dtype=np.float32)
    probabilities[::2, COLUMNS.index("any")] = 0.9
    for index in range(18):
        topic = index % TOPICS
        vector = np.eye(TOPICS)[topic] + 0.1 * random.random(TOPICS)
        row = sp.csr_matrix(vector / np.linalg.norm(vector))
        queries.append(Query(words=row, own_words=row, activities=np.eye(TOPICS, dtype=np.float32)[topic]))
        for number in range(0, CLAUSES_PER_TOPIC, 2):
            ref = f"R{topic // 2}/artikel-{topic}.{number}"
            grades.append(Grade(initiative=index, ref=ref, value=2.0 if number else 0.0, room=number == 0))
    matrix = np.array(words)
    matrix /= np.linalg.norm(matrix, axis=1, keepdims=True)
    space = Space(
        refs=refs,
        headings=headings,
        repealed=np.zeros(len(refs), dtype=bool),
        lengths=np.full(len(refs), 100, dtype=np.int32),
        features=ClauseFeatures(
            probabilities=probabilities,
            words=sp.csr_matrix(matrix.astype(np.float32)),
            activities=sp.csr_matrix(np.array(activities, dtype=np.float32)),
            reach=np.zeros(len(refs), dtype=np.float32),
        ),
    )
    return queries, grades, space


def test_a_topic_is_recognised_in_a_regulation_with_grades_and_in_one_without() -> None:
    queries, grades, space = world()
    ranker = fit_ranker(queries[:-TOPICS], [g for g in grades if g.initiative < 12], space)
    known = [g for g in grades if g.initiative < 12]
    for index in range(12, 18):
        topic = index % TOPICS
        wanted = {row for row, ref in enumerate(space.refs) if f"artikel-{topic}." in ref}
        for hidden in (frozenset[str](), frozenset({f"R{topic // 2}"})):
            memory = Memory(queries[:-TOPICS], known, space, hidden=hidden)
            ranking = ranker.rank(queries[index], memory, space)
            best = ranking.rows[np.argsort(-ranking.order, kind="stable")]
            assert set(best[:5].tolist()) <= wanted, (index, hidden)


def test_probabilities_are_probabilities_and_never_rise_with_the_grade() -> None:
    queries, grades, space = world()
    ranking = fit_ranker(queries, grades, space).rank(queries[0], Memory(queries, grades, space), space, without=0)
    probability = ranking.probabilities
    assert probability.shape == (len(ranking.rows), 4) and 0 < len(ranking.rows) <= len(space)
    assert ((probability >= 0) & (probability <= 1)).all()
    assert (np.diff(probability[:, :3], axis=1) <= 1e-12).all()


def test_an_initiative_left_out_says_nothing_of_itself() -> None:
    queries, grades, space = world()
    alone = [g for g in grades if g.initiative == 0]
    memory = Memory(queries, alone, space)
    rows, rarity = np.arange(len(space)), np.ones(TOPICS)
    with_itself, _ = signals(Asked.of(queries[0], memory, rarity), memory, space, rows)
    without, _ = signals(Asked.of(queries[0], memory, rarity, without=0), memory, space, rows)
    assert with_itself[:, 1].max() > 0
    assert without[:, 1].max() == 0


def test_reach_stands_in_its_own_columns_where_no_grader_was() -> None:
    queries, grades, space = world()
    reach = np.random.default_rng(3).random(len(space)).astype(np.float32)
    space = replace(space, features=replace(space.features, reach=reach))
    memory, rows = Memory(queries, grades, space), np.arange(len(space))
    known, new = signals(Asked.of(queries[0], memory, np.ones(TOPICS)), memory, space, rows)
    assert known.shape[1] == len(MEMORY_SIGNALS) + len(CONTENT_SIGNALS)
    named = dict(zip((*CONTENT_SIGNALS, *REACH_SIGNALS), new.T, strict=True))
    assert named["reach"].tolist() == reach.tolist()
    assert named["reach*activities"].tolist() == (reach * named["activities"]).tolist()
    assert named["reach*words-near"].tolist() == (reach * named["words-near"]).tolist()


def test_reach_is_told_as_a_reason_only_where_it_speaks_for_a_clause() -> None:
    queries, grades, space = world()
    reach = np.where(np.arange(len(space)) % 2, 1.0, 0.0).astype(np.float32)
    space = replace(space, features=replace(space.features, reach=reach))
    names = (*CONTENT_SIGNALS, *REACH_SIGNALS)
    weights = np.zeros((len(names), 4))
    weights[names.index("reach")], weights[names.index("reach*activities")] = 1.0, -0.5
    mean = np.zeros(len(names))
    mean[names.index("reach")], mean[names.index("reach*activities")] = 0.5, 3.0
    new = LinearRanker(mean=mean, scale=np.ones(len(names)), weights=weights, bias=np.zeros(4))
    ranker = Ranker(known=fit_ranker(queries, grades, space).known, new=new, rarity=np.ones(TOPICS))
    nobody = Memory(queries, [], space)
    ranking = ranker.judge(ranker.ask(queries[0], nobody), nobody, space, np.arange(len(space)))
    told = ranker.why(ranking, nobody, np.arange(len(space)))
    assert all(not reasons for reasons in told[::2]), "a small reach speaks for nothing, whatever the products weigh"
    assert all([name for name, _ in reasons] == ["reach"] for reasons in told[1::2])


def test_hidden_regulations_are_unknown() -> None:
    queries, grades, space = world()
    memory = Memory(queries, grades, space, hidden=frozenset({"R1"}))
    assert memory.known == {"R0", "R2"}
    assert {ref.split("/")[0] for ref, known in zip(space.refs, memory.known_rows, strict=True) if not known} == {"R1"}


def test_ndcg_by_hand() -> None:
    gains = np.array([3.0, 0.0, 1.0, 0.0])
    assert ndcg(np.array([4.0, 3.0, 2.0, 1.0]), gains) == pytest.approx((3 + 1 / 2) / (3 + 1 / np.log2(3)))
    assert ndcg(np.array([4.0, 1.0, 3.0, 1.0]), gains) == pytest.approx(1.0)
    assert ndcg(np.array([1.0, 2.0, 3.0, 4.0]), np.zeros(4)) == 0.0


def test_recall_and_precision_by_hand() -> None:
    order, relevant = np.array([5.0, 4.0, 3.0, 2.0]), np.array([True, False, True, True])
    assert recall(order, relevant, at=2) == pytest.approx(1 / 3)
    assert precision(order, relevant, at=2) == pytest.approx(1 / 2)
    assert np.isnan(recall(order, np.zeros(4, dtype=bool), at=2))


def test_calibration_error() -> None:
    truth = np.array([True] * 30 + [False] * 70)
    assert calibration_error(np.full(100, 0.3), truth, bins=1) == pytest.approx(0.0)
    assert calibration_error(np.full(100, 0.8), truth, bins=1) == pytest.approx(0.5)


def test_interval_holds_the_mean() -> None:
    mean, low, high = interval([0.1, 0.5, 0.9, float("nan")])
    assert mean == pytest.approx(0.5)
    assert low < mean < high


@pytest.mark.parametrize("folds", [2, 3, 5])
def test_a_group_is_never_on_both_sides(folds: int) -> None:
    groups = [f"g{index % 7}" for index in range(100)]
    tested = []
    for train, test in grouped_folds(groups, folds=folds, seed=1):
        assert not {groups[row] for row in train} & {groups[row] for row in test}
        tested += test.tolist()
    assert sorted(tested) == list(range(100))
