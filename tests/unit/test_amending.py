"""A store that was amended answers exactly as one that was built whole, however its parts were merged, and opens as fast."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from corpus.adding import add_paths
from corpus.schema import RegulationEntry
from corpus.store import PartFile, Store
from corpus.store_writer import MAX_PARTS, to_merge
from models.flagging import Flagger
from models.impact import impact_order, promise
from models.indexing import build_index
from models.initiatives import InitiativeText
from models.loading import Model, load_model, released_folder

ASKED = (
    InitiativeText(id="a", titel="Straatfeest", omschrijving="met muziek, een biertap en een springkussen"),
    InitiativeText(id="b", titel="Moestuin", omschrijving="we houden kippen en bouwen een schuur aan het water"),
)
TOPICS = (
    "een evenement te houden met muziek",
    "alcohol te schenken op straat",
    "kippen te houden in een tuin",
    "een schuur te bouwen aan het water",
)


def clauses(regulation: int, version: int) -> list[dict[str, Any]]:
    """Nine clauses; other numbers in every version, and one clause more from the second on."""
    return [
        {
            "ref": f"CVDR{regulation}/artikel-{number // 2}/lid-{number % 2 + 1}",
            "title": f"Verordening {regulation}",
            "level": "gemeente",
            "heading": f"Hoofdstuk {number // 4}",
            "text": f"Het is verboden zonder vergunning van het college {TOPICS[(regulation + number) % 4]}, "
            f"met meer dan {10 * version + number} personen.",
            "version_date": f"202{version}-01-01",
        }
        for number in range(9 + (version > 0))
    ]


def add(store: Path, *many: list[dict[str, Any]]) -> None:
    source = store.parent / "source.jsonl"
    source.write_text("".join(json.dumps(row) + "\n" for own in many for row in own), encoding="utf-8")
    add_paths([source], store=store, workers=1)


@pytest.fixture(scope="module")
def model() -> Model:
    return load_model()


def opened(folder: Path, model: Model) -> Flagger:
    store = Store(folder)
    index = build_index(store, model_folder=released_folder(), describe=model.describe)
    return Flagger(store, model, index)


@pytest.mark.parametrize("amended", [1, MAX_PARTS + 2], ids=["one part beside", "parts merged"])
def test_an_amended_store_ranks_as_one_that_was_built_whole(tmp_path: Path, model: Model, amended: int) -> None:
    old = [clauses(number, 0) for number in range(6)]
    add(tmp_path / "amended", *old)
    before = opened(tmp_path / "amended", model)
    for number in range(amended):
        add(tmp_path / "amended", clauses(number % 6, 1 + number // 6))
        if number % 5 == 0:
            opened(tmp_path / "amended", model)
    newest = [clauses(own, max([0, *(1 + n // 6 for n in range(amended) if n % 6 == own)])) for own in range(6)]
    add(tmp_path / "whole", *newest)
    one, other = opened(tmp_path / "amended", model), opened(tmp_path / "whole", model)
    assert list(one.space.refs) == list(other.space.refs) != list(before.space.refs)
    for asked in ASKED:
        ranked, expected = one.rank(asked), other.rank(asked)
        assert len(expected.rows)
        np.testing.assert_array_equal(ranked.rows, expected.rows)
        np.testing.assert_array_equal(ranked.order, expected.order)
        assert one.flag(asked, brief=True)["flags"] == other.flag(asked, brief=True)["flags"]


def test_a_store_in_parts_has_the_features_and_groups_of_its_clauses(tmp_path: Path, model: Model) -> None:
    add(tmp_path / "S", *(clauses(number, 0) for number in range(4)))
    opened(tmp_path / "S", model)
    add(tmp_path / "S", clauses(2, 1))
    space = opened(tmp_path / "S", model).space
    rows = np.array([35, 3, 20, 3, 22])
    for name in ("words", "activities"):
        both = getattr(space.features.at(rows), name), getattr(space.features, name)[rows]
        assert (both[0] != both[1]).nnz == 0
    for asked in (rows, slice(3, 30), np.array([], dtype=np.int64)):
        told = space.features.probabilities_of(asked)
        assert told.dtype == np.float32 and np.array_equal(told, space.features.at(asked).probabilities)
        assert np.array_equal(told, space.features.probabilities[asked])
    speaking, weights = space.features.speaking(model.activities.codes.index("alcohol-schenken"))
    column = space.features.activities[:, [model.activities.codes.index("alcohol-schenken")]].toarray().ravel()
    assert speaking.tolist() == np.flatnonzero(column).tolist() and weights.tolist() == column[speaking].tolist()
    assert space.rows_of(["CVDR2/artikel-4/lid-2", "CVDR2/none", "none/none"]) == {"CVDR2/artikel-4/lid-2": 27}
    assert [space.refs[row] for row in space.article[18:20]] == ["CVDR2/artikel-0/lid-1"] * 2
    assert space.refs[space.head[27]] == "CVDR2/artikel-4/lid-1"
    assert space.regulation[[0, 17, 18, 27, 28]].tolist() == [0, 1, 2, 2, 3]


def test_only_what_is_new_in_an_amended_regulation_is_described(tmp_path: Path, model: Model) -> None:
    rows = clauses(1, 0)
    add(tmp_path / "S", rows)
    opened(tmp_path / "S", model)
    asked: list[str] = []

    def describe(chunk: list[Any]) -> Any:
        asked.extend(clause.text for clause in chunk)
        return model.describe(chunk)

    changed = [row | {"version_date": "2024-01-01"} for row in rows]
    changed[4] |= {"text": "Dit mag voortaan."}
    add(tmp_path / "S", changed)
    build_index(Store(tmp_path / "S"), model_folder=released_folder(), describe=describe)
    assert asked == ["Dit mag voortaan."]


def test_lists_hold_the_impact_of_every_clause_in_order(tmp_path: Path, model: Model) -> None:
    add(tmp_path / "S", *(clauses(number, 0) for number in range(3)))
    features = opened(tmp_path / "S", model).space.features
    order = impact_order(features.words, promise(features.probabilities))
    dense = features.words.toarray() * promise(features.probabilities)[:, None]
    for column in range(dense.shape[1]):
        own = slice(order.starts[column], order.starts[column + 1])
        expected = np.argsort(-dense[:, column], kind="stable")[: np.count_nonzero(dense[:, column])]
        assert order.rows[own].tolist() == expected.tolist()


@pytest.mark.parametrize(
    ("sizes", "merged"),
    [
        ([400_000] + [500] * (MAX_PARTS - 1), 0),  # not too many
        ([400_000] + [500] * MAX_PARTS, MAX_PARTS),  # the small ones, not the large one
        ([400_000, 90_000] + [10] * (MAX_PARTS - 1), MAX_PARTS - 1),
        ([10_000] + [500] * MAX_PARTS, MAX_PARTS + 1),  # as much was added as the large one holds
        ([2**number for number in range(MAX_PARTS + 1)], 2),  # two at the least
    ],
)
def test_small_parts_are_merged(sizes: list[int], merged: int) -> None:
    parts = [PartFile(file=str(number), sha256="", rows=size) for number, size in enumerate(sizes)]
    versions = [RegulationEntry(id=part.file, title="", level="", part=part.file, clauses=part.rows) for part in parts]
    taken = to_merge(parts, versions)
    assert len(taken) == merged


def test_when_most_was_replaced_all_is_written_anew() -> None:
    parts = [PartFile(file=name, sha256="", rows=10) for name in "abc"]
    versions = [RegulationEntry(id=name, title="", level="", part=name, clauses=4) for name in "abc"]
    assert to_merge(parts, versions) == {"a", "b", "c"}
