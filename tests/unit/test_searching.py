"""Clauses are found by words and by their official identifier, without going through the store for each."""

from __future__ import annotations

from pathlib import Path

import pytest

from corpus.adding import add_paths
from corpus.errors import UnknownRef, UsageError
from corpus.searching import search
from corpus.store import Store

SAMPLE = Path(__file__).resolve().parent.parent.parent / "corpus" / "sample" / "regelingen"


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    """The regulations of the sample municipality."""
    folder = tmp_path_factory.mktemp("store")
    add_paths([SAMPLE], store=folder, workers=1)
    return Store(folder)


def plainly(store: Store, words: list[str]) -> list[str]:
    """The same, clause by clause."""
    held = [
        clause
        for regulation in store.regulations
        for clause in store.clauses(regulation)
        if all(word.casefold() in f"{clause.heading} {clause.text}".casefold() for word in words)
    ]
    return [clause.ref for clause in sorted(held, key=lambda clause: len(clause.text))]


@pytest.mark.parametrize(
    "text",
    ["vergunning", "VERGUNNING", "evenement vergunning", "de", "de de het", "burgemeester de openbare weg", "zzq", "de zzq"],
)
def test_every_word_is_held_shortest_first(store: Store, text: str) -> None:
    expected = plainly(store, text.split())
    assert [hit.ref for hit in search(store, text, top=10_000)] == expected
    assert [hit.ref for hit in search(store, text, top=3)] == expected[:3]


def test_no_word_is_no_question(store: Store) -> None:
    with pytest.raises(UsageError):
        search(store, "?!", top=3)


def test_what_is_looked_up_is_put_together_once(store: Store) -> None:
    assert store.texts is store.texts
    assert store.texts["ref"].to_pylist() == [
        clause.ref for regulation in store.regulations for clause in store.clauses(regulation)
    ]


def test_every_clause_is_found_by_its_ref(store: Store) -> None:
    for regulation, entry in store.regulations.items():
        for row, clause in enumerate(store.clauses(regulation)):
            assert store.clause(clause.ref) == store.clause_at(entry, row) == clause
    with pytest.raises(UnknownRef):
        store.clause(f"{next(iter(store.regulations))}/artikel-999999")
