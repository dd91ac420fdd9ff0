"""Labels: whole, without law text, and joined to the clauses they were given to."""

from __future__ import annotations

import json
from importlib.resources import files
from pathlib import Path

import pytest

from corpus.activities import activities
from corpus.adding import add_paths
from corpus.labels import (
    aliases,
    clause_labels,
    graded_pairs,
    initiatives,
    join,
    judged_regulations,
    locate,
    official_labels,
    second_grades,
    section_labels,
)
from corpus.passages import normalised, text_hash
from corpus.store import Store
from corpus.taxonomy import taxonomy

CHECKOUT = Path(__file__).resolve().parents[2]
SAMPLE = CHECKOUT / "corpus/sample"


def rows(path: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_labels_are_valid_and_of_no_reserved_regulation() -> None:
    known = taxonomy()
    text = files("corpus.labels").joinpath("reserved.txt").read_text(encoding="utf-8")
    reserved = {line.split("\t")[0] for line in text.splitlines() if not line.startswith("#")}
    assert len(reserved) == 20
    for label in clause_labels():
        assert label.ref.partition("/")[0] not in reserved
        assert set(label.barriers) <= set(known.barrier_codes) and set(label.relief) <= set(known.relief_codes)
        assert label.addressee in ("private", "government", "none") and 0 <= label.strength <= 3
        assert len(label.sha256) == 64
        assert all(0 <= start < end for start, end in label.evidence)
    for pair in graded_pairs():
        assert pair.ref.partition("/")[0] not in reserved
        assert pair.grade in (0, 1, 2, 3, "R")
    graded = {(pair.initiative, pair.ref) for pair in graded_pairs()}
    assert set(second_grades()) <= graded and len(second_grades()) >= 1_000
    assert set(second_grades().values()) == {0, 1, 2, 3, "R"}
    for section in section_labels():
        own = {ref.partition("/")[0] for ref in section.refs}
        assert len(own) == 1 and not own & reserved
        assert set(section.activities) <= set(activities().codes) and len(section.sha256) == 64
    assert len({one.id for one in initiatives()}) == len(initiatives())
    assert len(judged_regulations()) > 90


def test_no_label_carries_text_of_a_law() -> None:
    for name in (
        "clauses.jsonl",
        "clauses-2.jsonl",
        "clauses-3.jsonl",
        "clauses-4.jsonl",
        "second_readings.jsonl",
        "aliases.jsonl",
        "sections.jsonl",
    ):
        for row in map(json.loads, files("corpus.labels").joinpath(name).read_text(encoding="utf-8").splitlines()):
            assert not {"text", "heading", "title"} & set(row)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    folder = tmp_path_factory.mktemp("store") / "S"
    add_paths([SAMPLE / "regelingen"], store=folder)
    return Store(folder)


def test_the_sample_is_labelled_and_graded(store: Store) -> None:
    """Every label and grade of Waterveen meets its clause with the same text, and evidence lies within it."""
    known = taxonomy()
    clauses = {clause.ref: clause for entry in store.regulations.values() for clause in store.clauses(entry.id)}
    assert len(clauses) >= 250
    labels = rows(SAMPLE / "clauses.jsonl")
    assert {label["ref"] for label in labels} == set(clauses)
    for label in labels:
        clause = clauses[str(label["ref"])]
        assert label["sha256"] == text_hash(clause.text)
        assert set(label["barriers"]) <= set(known.barrier_codes) and set(label["relief"]) <= set(known.relief_codes)  # type: ignore[call-overload]
        for start, end in label["evidence"]:  # type: ignore[attr-defined]
            assert 0 <= start < end <= len(normalised(clause.text))
    pairs, told = rows(SAMPLE / "pairs.jsonl"), rows(SAMPLE / "initiatives.jsonl")
    assert len(told) == 12
    assert {pair["initiative"] for pair in pairs} == {one["id"] for one in told}
    assert all(pair["sha256"] == text_hash(clauses[str(pair["ref"])].text) for pair in pairs)


def test_official_labels_load_from_stop(store: Store) -> None:
    found = list(official_labels(store))
    assert {title for _, title, _ in found} == {
        "Omgevingsplan gemeente Waterveen (uittreksel)",
        "Waterschapsverordening Waterveen en Omstreken (uittreksel)",
    }
    assert {value for _, _, values in found for value in values} == set(taxonomy().qualification_codes)


def test_locating_says_why_not(store: Store) -> None:
    clause = store.clauses("CVDR900003")[1]
    found = locate(
        store,
        [
            (clause.ref, text_hash(clause.text)),
            (clause.ref, "0" * 64),
            ("CVDR900003/artikel-99", "0" * 64),
            ("BWBR1/a", "0" * 64),
        ],
    )
    assert list(found.values()) == [
        clause,
        "the clause has another text in this version or cutting",
        "no clause with this ref in this version or cutting",
        "the regulation is not in the store",
    ]
    assert not join(store).joined


def test_at_least_97_in_100_labels_meet_their_clause_in_real_law(shared: Path, tmp_path: Path) -> None:
    """The whole of shared/sources; evidence must lie within the text it was taken from."""
    report = add_paths([shared / "sources"], store=tmp_path / "S")
    assert report.clauses >= 400_000
    store = Store(tmp_path / "S")
    wanted = {(label.ref, label.sha256) for label in clause_labels()} | {(pair.ref, pair.sha256) for pair in graded_pairs()}
    found = locate(store, wanted)
    missed = [key for key, clause in found.items() if isinstance(clause, str)]
    assert len(missed) <= 0.03 * len(wanted)
    for label in clause_labels():
        clause = found[label.ref, label.sha256]
        if not isinstance(clause, str):
            assert all(end <= len(normalised(clause.text)) for _, end in label.evidence)
    moved = [clause.ref for (ref, _), clause in found.items() if not isinstance(clause, str) and clause.ref != ref]
    assert moved and set(moved) <= set(aliases().values())
