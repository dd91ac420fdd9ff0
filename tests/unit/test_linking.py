"""Where the references of the sample municipality lead, and back."""

from __future__ import annotations

from pathlib import Path

import pytest

from corpus.adding import add_paths
from corpus.references.linking import Linker, clause_address, official_address
from corpus.schema import RegulationEntry
from corpus.store import Store

SAMPLE = Path(__file__).resolve().parents[2] / "corpus" / "sample" / "regelingen"


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    folder = tmp_path_factory.mktemp("linking") / "store"
    add_paths([SAMPLE], store=folder, workers=1)
    return Store(folder)


@pytest.fixture(scope="module")
def linker(store: Store) -> Linker:
    return Linker(store)


@pytest.mark.parametrize(
    ("ref", "words", "to"),
    [
        # a lid of the same article
        ("CVDR900001/artikel-1:3/lid-3", "eerste lid", "CVDR900001/artikel-1:3/lid-1"),
        # an article that consists of leden
        ("CVDR900001/artikel-1:3/lid-3", "artikel 2:4", "CVDR900001/artikel-2:4"),
        # another regulation of the same municipality, by its name
        ("CVDR900002/artikel-1", "artikel 1:1", "CVDR900001/artikel-1:1"),
        # an item is read in the lid around it
        ("CVDR900002/artikel-10/lid-2", "eerste lid, onder b", "CVDR900002/artikel-10/lid-1"),
        # several articles: the first
        ("gm9999/artikel-1.5/lid-1", "artikelen 2.2, 3.1 en 4.4", "gm9999/artikel-2.2"),
        # marked up in the source, and not in the store
        ("CVDR900001/artikel-1:2/lid-3", "artikel 4:5 van de Algemene wet bestuursrecht", "https://wetten.overheid.nl/jci1.3:c:BWBR0005537&artikel=4:5"),
    ],
)  # fmt: skip
def test_references_lead_somewhere(store: Store, linker: Linker, ref: str, words: str, to: str) -> None:
    clause = store.clause(ref)
    found = {clause.text[link.start : link.end]: link.ref or link.address for link in linker.links(clause)}
    assert found[words] == to


def test_links_lie_apart_and_lead_to_what_is_there(store: Store, linker: Linker) -> None:
    for regulation in store.regulations:
        for clause in store.clauses(regulation):
            links = linker.links(clause)
            assert all(one.end <= other.start for one, other in zip(links, links[1:], strict=False))
            assert all(bool(link.ref) != bool(link.address) for link in links)
            assert all(linker.holds(link.ref) for link in links if link.ref)
            assert all(link.ref != clause.ref for link in links)


def test_what_refers_to_a_clause(linker: Linker) -> None:
    within = linker.referring_within("CVDR900001/artikel-2:4/lid-1")
    assert "CVDR900001/artikel-2:3/lid-5" in within  # names the lid
    assert "CVDR900001/artikel-1:3/lid-3" in within  # names the article
    assert not any(ref.startswith("CVDR900001/artikel-2:4/") for ref in within)
    assert linker.referring_from_elsewhere("CVDR900001/artikel-1:1", most=5) == ["CVDR900002/artikel-1"]
    assert linker.referring_from_elsewhere("CVDR900001/artikel-1:1", most=0) == []


def entry(**told: str) -> RegulationEntry:
    return RegulationEntry(**{"title": "Wet", "level": "rijk", **told})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("told", "address"),
    [
        ({"id": "BWBR0005537"}, "https://wetten.overheid.nl/BWBR0005537"),
        ({"id": "CVDR680781"}, "https://lokaleregelgeving.overheid.nl/CVDR680781"),
        ({"id": "gm1", "official_id": "/akn/nl/act/gm1/2024/x"}, "https://identifier.overheid.nl/akn/nl/act/gm1/2024/x"),
        ({"id": "x1", "address": "https://voorbeeld.example/x"}, "https://voorbeeld.example/x"),
        # a file may say anything: only what a browser may follow
        ({"id": "x1", "address": "javascript:alert(1)"}, ""),
    ],
)
def test_official_addresses(told: dict[str, str], address: str) -> None:
    assert official_address(entry(**told)) == address


def test_a_clause_of_national_law_has_an_address_of_its_own(store: Store) -> None:
    local = store.clause("CVDR900001/artikel-1:1")
    assert clause_address(local, store.entry("CVDR900001")) == "https://lokaleregelgeving.overheid.nl/CVDR900001/1"
