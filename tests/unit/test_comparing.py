"""Two versions of a regulation beside each other."""

from __future__ import annotations

import pytest

from corpus.comparing import Change, compare, word_runs
from corpus.records import Clause


def clauses(**texts: str) -> list[Clause]:
    return [Clause(ref=f"R/artikel-{name.removeprefix('a')}", text=text) for name, text in texts.items()]


OLD = clauses(a1="Het is verboden te parkeren.", a2="Het college beslist binnen acht weken.", a3="Honden lopen aan de lijn.")


@pytest.mark.parametrize(
    ("newer", "told"),
    [
        # nothing happened
        (OLD, ["artikel-1 gelijk", "artikel-2 gelijk", "artikel-3 gelijk"]),
        # typography is no change
        (clauses(a1="Het is verboden te parkeren .", a2=OLD[1].text, a3=OLD[2].text), ["artikel-1 gelijk", "artikel-2 gelijk", "artikel-3 gelijk"]),
        # a term was shortened
        (clauses(a1=OLD[0].text, a2="Het college beslist binnen zes weken.", a3=OLD[2].text), ["artikel-1 gelijk", "artikel-2 gewijzigd", "artikel-3 gelijk"]),
        # one went: it is told where it stood
        (clauses(a1=OLD[0].text, a3=OLD[2].text), ["artikel-1 gelijk", "artikel-2 vervallen", "artikel-3 gelijk"]),
        # the last went
        (clauses(a1=OLD[0].text, a2=OLD[1].text), ["artikel-1 gelijk", "artikel-2 gelijk", "artikel-3 vervallen"]),
        # one came
        (clauses(a1=OLD[0].text, a1b="Fietsen mogen wel.", a2=OLD[1].text, a3=OLD[2].text), ["artikel-1 gelijk", "artikel-1b nieuw", "artikel-2 gelijk", "artikel-3 gelijk"]),
        # renumbered: its words came along, so nothing is called new or gone
        (clauses(a1=OLD[0].text, a2=OLD[1].text, a4=OLD[2].text), ["artikel-1 gelijk", "artikel-2 gelijk", "artikel-4 verplaatst"]),
        # two changed places in the text, and one went
        (clauses(a3=OLD[2].text, a1=OLD[0].text), ["artikel-2 vervallen", "artikel-3 gelijk", "artikel-1 gelijk"]),
        # all went
        ([], ["artikel-1 vervallen", "artikel-2 vervallen", "artikel-3 vervallen"]),
    ],
)  # fmt: skip
def test_what_became_of_clauses(newer: list[Clause], told: list[str]) -> None:
    compared = compare(OLD, newer)
    assert sorted(f"{one.ref.partition('/')[2]} {one.change.value}" for one in compared) == sorted(told)
    assert len({one.ref for one in compared}) == len(compared)


def test_what_went_stands_where_it_stood() -> None:
    assert [one.change for one in compare(OLD, clauses(a1=OLD[0].text, a3=OLD[2].text))] == [
        Change.SAME,
        Change.REMOVED,
        Change.SAME,
    ]


def test_words_stay_go_and_come() -> None:
    runs = word_runs("Het college beslist binnen acht weken.", "Het college beslist snel binnen zes weken.")
    assert "".join(run.text for run in runs if run.kind != "added") == "Het college beslist binnen acht weken."
    assert "".join(run.text for run in runs if run.kind != "removed") == "Het college beslist snel binnen zes weken."
    assert {run.text.strip() for run in runs if run.kind == "removed"} == {"acht"}
    assert {run.text.strip() for run in runs if run.kind == "added"} == {"snel", "zes"}


def test_texts_without_end_are_replaced_whole() -> None:
    runs = word_runs("oud " * 3000, "nieuw " * 3000)
    assert [run.kind for run in runs] == ["removed", "added"]


def test_where_a_moved_clause_stood() -> None:
    (moved,) = [
        one for one in compare(OLD, clauses(a1=OLD[0].text, a2=OLD[1].text, a9=OLD[2].text)) if one.change is Change.MOVED
    ]
    assert (moved.before, moved.ref, moved.runs) == ("R/artikel-3", "R/artikel-9", ())
