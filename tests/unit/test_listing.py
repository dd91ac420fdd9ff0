"""The regulations of a store by column: the newest of each, and what can bind where and when."""

from __future__ import annotations

from dataclasses import replace

import pytest

from corpus.listing import Listing
from corpus.schema import RegulationEntry, regulation_table
from models.coverage import Coverage, binding, reaches
from models.initiatives import InitiativeText

OLD = RegulationEntry(id="R1", title="Eerste", level="rijk", version_date="2020-01-01", clauses=3)
OTHER = RegulationEntry(id="R2", title="Tweede", level="gemeente", authority="Ede", aliases=("de Tweede",), clauses=2)
NEW = replace(OLD, title="Eerste, gewijzigd", version_date="2024-01-01", valid_from="2024-01-01", clauses=4)
PROVINCE = RegulationEntry(
    id="R3", title="Omgevingsverordening", level="provincie", authority="Overijssel", valid_until="2025-12-31"
)


def listing(*entries: RegulationEntry) -> Listing:
    return Listing(regulation_table(entries))


def initiative(place: str = "", day: str = "") -> InitiativeText:
    return InitiativeText(id="x", titel="", omschrijving="", gemeente=place, datum=day)


def test_the_newest_of_each_stands_where_the_first_came() -> None:
    listed = listing(OLD, OTHER, NEW)
    assert list(listed) == ["R1", "R2"] and len(listed) == 2
    assert listed["R1"] == NEW and listed["R2"] == OTHER
    assert list(listed.values()) == [NEW, OTHER] and dict(listed.items()) == {"R1": NEW, "R2": OTHER}
    assert listed.column("title") == ("Eerste, gewijzigd", "Tweede") and listed.column("clauses") == (4, 2)
    assert listed.titles() == {name: entry.title for name, entry in listed.items()}
    assert listed.versions == (OLD, OTHER, NEW)
    assert "R2" in listed and "R9" not in listed and listed.get("R9") is None
    with pytest.raises(KeyError):
        listed["R9"]


def test_an_older_version_that_is_added_later_is_not_the_newest() -> None:
    assert listing(NEW, OLD)["R1"] == NEW


def test_a_column_that_a_store_does_not_have_yet_holds_the_default() -> None:
    listed = Listing(regulation_table([OLD, OTHER]).drop_columns(["licence", "valid_from"]))
    assert listed.column("valid_from") == ("", "") and listed["R2"].licence == ""


def test_many_that_are_looked_up_one_by_one_are_made_together(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("corpus.listing.LOOKED_UP", 1)
    listed = listing(OLD, OTHER, NEW)
    assert [listed[name] for name in ("R1", "R2", "R1")] == [NEW, OTHER, NEW]
    with pytest.raises(KeyError):
        listed["R9"]


def test_nothing_is_listed_of_an_empty_store() -> None:
    assert len(listing()) == 0 and listing().column("start") == () and binding(listing(), initiative("Ede")) == []


@pytest.mark.parametrize(
    ("place", "day", "expected"),
    [
        ("", "", [True, True, True]),
        ("Ede", "", [True, True, False]),
        ("Waterveen", "", [True, False, True]),  # no place of a province that is listed: never left out
        ("Enschede", "", [True, False, True]),
        ("Goes", "", [True, False, False]),
        ("", "2023-12-31", [False, True, True]),
        ("", "2024-01-01", [True, True, True]),
        ("", "2025-12-31", [True, True, True]),
        ("", "2026-01-01", [True, True, False]),
        ("Goes", "2023-06-01", [False, False, False]),
    ],
)
def test_a_regulation_binds_at_its_place_while_it_is_in_force(place: str, day: str, expected: list[bool]) -> None:
    assert binding(listing(OLD, OTHER, NEW, PROVINCE), initiative(place, day)) == expected


@pytest.mark.parametrize(
    ("level", "authority", "title", "place", "expected"),
    [
        ("provincie", "Overijssel", "Omgevingsverordening", "Haaksbergen", True),
        ("provincie", "Overijssel", "Omgevingsverordening", "Waterveen", True),  # a place that is not listed: never left out
        ("provincie", "Overijssel", "Omgevingsverordening", "Goes", False),
        ("gemeente", "Waterveen", "Algemene plaatselijke verordening", "Waterveen", True),
        ("gemeente", "Waterveen", "Algemene plaatselijke verordening", "", True),
        ("gemeente", "Waterveen", "Algemene plaatselijke verordening", "Elders", False),
        ("gemeente", "", "Algemene plaatselijke verordening", "Elders", True),
        ("waterschap", "Waterveen en Omstreken", "Waterschapsverordening", "Elders", True),
        ("rijk", "Minister", "Wet", "Elders", True),
        ("gemeente", "Enschede", "Verordening mededelingen", "Enschede", True),
        ("gemeente", "Enschede", "Verordening mededelingen", "Ede", False),
        ("gemeente", "Etten-Leur", "Verordening mededelingen", "etten-leur", True),
        ("gemeente", "Etten-Leur", "Verordening mededelingen", "Leuren", False),
    ],
)
def test_where_a_regulation_reaches(level: str, authority: str, title: str, place: str, expected: bool) -> None:
    assert reaches(level, authority, title, place) is expected


def test_what_was_searched_is_what_binds() -> None:
    listed, there = listing(NEW, OTHER, PROVINCE), initiative("Goes", "2024-06-01")
    told = Coverage.of(listed, binding(listed, there), there)
    assert told.searched == ("Eerste, gewijzigd (R1)",)
    assert (
        "geen regelingen van de gemeente Goes geladen" in told.missing
        and "geen regelingen van het Rijk geladen" not in told.missing
    )


def test_many_of_a_level_are_counted() -> None:
    listed = listing(*(replace(OLD, id=f"R{number}", version_date=f"20{number:02}-01-01") for number in range(10, 60)))
    told = Coverage.of(listed, [True] * 50, initiative())
    assert told.searched == ("50 regelingen van niveau rijk, versies van 2010-01-01 tot en met 2059-01-01",)
