"""Regulations and clauses as people read them."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import lxml.html
import pytest
from starlette.testclient import TestClient

from corpus.adding import add_paths
from service.api.application import create_app
from service.engine import Engine
from service.settings import settings_of
from tests.web.conftest import SAMPLE, UNLIMITED, Service

CLAUSE = "/bepalingen/CVDR900001/artikel-2:4/lid-1"


def seen(service: Service, address: str, *, who: str = "", status: int = 200) -> lxml.html.HtmlElement:
    """A page as a tree."""
    reply = service.client.get(address, headers=service.as_(who) if who else {})
    service.client.cookies.clear()
    assert reply.status_code == status, reply.text
    return lxml.html.fromstring(reply.text)


def words_of(tree: lxml.html.HtmlElement, path: str = "//main") -> str:
    """What a person reads there."""
    return " ".join(" ".join(part.text_content() for part in tree.xpath(path)).split())


def links_of(tree: lxml.html.HtmlElement) -> dict[str, str]:
    return {" ".join(link.text_content().split()): link.get("href") for link in tree.xpath("//main//a")}


def test_regulations_by_name_level_and_authority(service: Service) -> None:
    everything = seen(service, "/regelingen")
    assert "5 regelingen met 586 bepalingen" in words_of(everything)
    assert links_of(everything)["Legesverordening Waterveen 2024"] == "/regelingen/CVDR900002"
    assert "1 regeling gevonden" in words_of(seen(service, "/regelingen?niveau=waterschap"))
    assert "4 regelingen gevonden" in words_of(seen(service, "/regelingen?gezag=Waterveen"))
    named = seen(service, "/regelingen?zoek=leges+2024")
    assert [link.text_content() for link in named.xpath("//p[@class='rr-card__title']/a")] == [
        "Legesverordening Waterveen 2024"
    ]
    assert "Geen regeling heeft deze woorden" in words_of(seen(service, "/regelingen?zoek=ruimteschip"))


def test_words_find_clauses_too(service: Service) -> None:
    found = seen(service, "/regelingen?zoek=evenement+burgemeester")
    count = int(re.search(r"(\d+) bepalingen met al deze woorden", words_of(found)).group(1))  # type: ignore[union-attr]
    assert count > 5
    assert links_of(found)[f"Bekijk alle {count} bepalingen"] == "/bepalingen?zoek=evenement%20burgemeester"
    all_of_them = seen(service, "/bepalingen?zoek=evenement+burgemeester")
    assert len(all_of_them.xpath("//li[@data-row]")) == min(count, 50)
    nothing = seen(service, "/bepalingen?zoek=%3F%21")
    assert "Geen bepaling heeft al deze woorden" in words_of(nothing)


def test_a_long_list_of_clauses_has_pages(service: Service) -> None:
    first = seen(service, "/bepalingen?zoek=de")
    assert "Bladzijde 1 van" in words_of(first)
    second = seen(service, links_of(first)["Volgende bladzijde"])
    assert "Bladzijde 2 van" in words_of(second)
    assert not set(links_of(first)) & {name for name in links_of(second) if name.startswith("artikel")}


def test_a_regulation_is_read_in_order_page_by_page(service: Service) -> None:
    first = seen(service, "/regelingen/CVDR900001")
    assert first.xpath("string(//h1)") == "Algemene plaatselijke verordening Waterveen 2024"
    shown = [row.get("id") for row in first.xpath("//div[@data-row]")]
    assert shown[:3] == ["artikel-1:1", "artikel-1:2_lid-1", "artikel-1:2_lid-2"]
    assert len(shown) == 50
    headings = [heading.text_content() for heading in first.xpath("//h3 | //h4")]
    assert headings[:2] == ["Hoofdstuk 1 Algemene bepalingen", "Artikel 1:1 Begrippen"]
    assert links_of(first)["Bekijk de officiële tekst"] == "https://lokaleregelgeving.overheid.nl/CVDR900001/1"
    every = [
        row.get("id")
        for page in range(1, 9)
        for row in seen(service, f"/regelingen/CVDR900001?pagina={page}").xpath("//div[@data-row]")
    ]
    assert len(every) == len(set(every)) == 397


def test_the_table_of_contents_leads_to_every_article(service: Service) -> None:
    tree = seen(service, "/regelingen/CVDR900001")
    lines = tree.xpath("//nav[@aria-labelledby='inhoudsopgave']//a")
    assert len(lines) > 100
    for line in (lines[0], lines[60], lines[-1]):
        address, _, anchor = line.get("href").partition("#")
        assert seen(service, address).xpath(f"//*[@id='{anchor}']"), line.get("href")


def test_someone_goes_to_an_article_by_its_number(service: Service) -> None:
    for typed in ("2:4", "artikel 2:4", " Artikel 2:4 "):
        reply = service.client.get("/regelingen/CVDR900001", params={"artikel": typed}, follow_redirects=False)
        assert (reply.status_code, reply.headers["location"]) == (303, "/regelingen/CVDR900001?pagina=1#artikel-2:4_lid-1")
    tree = seen(service, "/regelingen/CVDR900001?artikel=99:9")
    assert "Artikel 99:9 staat niet in deze regeling." in words_of(tree)


def test_clauses_of_one_kind(service: Service) -> None:
    tree = seen(service, "/regelingen/CVDR900001?soort=ontheffing")
    assert tree.xpath("//div[@data-row]")
    assert all("ruimte: ontheffing" in words_of(row, ".") for row in tree.xpath("//div[@data-row]"))
    assert not tree.xpath("//div[@data-row]//*[@style]")


def test_a_clause_with_what_the_model_says(service: Service) -> None:
    tree = seen(service, CLAUSE)
    assert tree.xpath("string(//h1)") == "Artikel 2:4, eerste lid"
    assert "regel: vergunningplicht" in words_of(tree)
    marked = [mark.text_content() for mark in tree.xpath("//mark")]
    assert any("evenement" in words and "vergunning" in words for words in marked)
    leden = [words_of(part, ".") for part in tree.xpath("//div[contains(@class, 'rr-clause')][@class!='rr-clause__body']")]
    assert len(leden) == 4
    assert "CVDR900001_1&artikel=2:4&lid=1" in words_of(tree)
    assert "artikel 2:4, tweede lid" in " ".join(links_of(tree))  # room in the same article
    assert len(tree.xpath("//section[@aria-labelledby='lezing']//tbody/tr")) == 18
    assert tree.xpath("//section[@aria-labelledby='signalen']") == []


def test_references_are_followed_both_ways(service: Service) -> None:
    tree = seen(service, "/bepalingen/CVDR900001/artikel-1:3/lid-3")
    assert links_of(tree)["artikel 2:4"] == "/bepalingen/CVDR900001/artikel-2:4"
    reply = service.client.get("/bepalingen/CVDR900001/artikel-2:4", follow_redirects=False)
    assert (reply.status_code, reply.headers["location"]) == (303, CLAUSE)
    referring = words_of(seen(service, CLAUSE), "//section[@aria-labelledby='verwijzingen']")
    assert "artikel 1:3, derde lid" in referring
    elsewhere = seen(service, "/bepalingen/CVDR900001/artikel-1:1?elders=ja")
    assert "artikel 1, Legesverordening Waterveen 2024" in words_of(elsewhere, "//div[@id='elders']")


def test_what_an_authority_says_of_its_own_rule(service: Service) -> None:
    assert "Verbod (zegt de overheid zelf)" in words_of(seen(service, "/bepalingen/ws9999/artikel-2.1/lid-3"))


def test_english_pages_mark_what_is_dutch(service: Service) -> None:
    tree = seen(service, f"{CLAUSE}?taal=en")
    assert tree.get("lang") == "en"
    assert "rule: permit requirement" in words_of(tree)
    for element in tree.xpath("//h1 | //*[contains(@class, 'rr-law')]"):
        assert element.get("lang") == "nl"


def test_flags_on_a_clause_are_for_staff_that_may_see_them(service: Service) -> None:
    initiative, _ = service.submit()
    ref = service.flags(initiative)[0]["verwijzing"]
    address = f"/bepalingen/{ref}"
    own = seen(service, address, who="beoordelaar")
    assert any(link.startswith("/werk/") for link in links_of(own).values())
    assert "nog niet beoordeeld" in words_of(own, "//section[@aria-labelledby='signalen']")
    elsewhere = seen(service, address, who="beoordelaar-elders")
    assert "Er zijn geen signalen" in words_of(elsewhere, "//section[@aria-labelledby='signalen']")
    for who in ("", "indiener"):
        assert seen(service, address, who=who).xpath("//section[@aria-labelledby='signalen']") == []


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/regelingen/CVDR1", 404),
        ("/regelingen/CVDR900001?versie=2001-01-01", 404),
        ("/regelingen/CVDR900001?versie=vroeger", 400),
        ("/regelingen/CVDR900001?pagina=0", 400),
        ("/regelingen/CVDR900001/versies?van=2001-01-01&naar=2024-02-01", 404),
        ("/bepalingen/CVDR900001/artikel-99", 404),
        ("/bepalingen/CVDR1", 404),
    ],
)
def test_what_is_not_there(service: Service, address: str, status: int) -> None:
    assert seen(service, address, status=status).xpath("string(//h1)")


@pytest.fixture(scope="module")
def two_versions(service: Service, store: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """A service whose store holds a second version of one regulation."""
    folder = tmp_path_factory.mktemp("versions")
    shutil.copytree(store, folder / "store")
    text = (SAMPLE / "regelingen" / "apv-waterveen.xml").read_text(encoding="utf-8")
    changed = (
        text.replace("2024-02-01", "2025-03-01")
        .replace("CVDR900001_1", "CVDR900001_2")
        .replace("binnen zes weken nadat", "binnen vier weken nadat")
    )
    (folder / "apv.xml").write_text(changed, encoding="utf-8")
    add_paths([folder / "apv.xml"], store=folder / "store", workers=1)
    settings = settings_of(**{**service.settings.model_dump(), "store": folder / "store", **UNLIMITED})
    engine = Engine(settings)
    engine.load()
    with TestClient(create_app(settings, engine=engine, run_jobs=False), base_url="http://localhost:8000") as client:
        yield client


def test_versions_are_compared_word_by_word(two_versions: TestClient) -> None:
    tree = lxml.html.fromstring(two_versions.get("/regelingen/CVDR900001/versies?van=2024-02-01&naar=2025-03-01").text)
    assert "396 gelijk" in words_of(tree)
    assert "1 gewijzigd" in words_of(tree)
    (gone,), (come,) = tree.xpath("//del"), tree.xpath("//ins")
    assert words_of(gone, ".") == "[weg: zes]"
    assert words_of(come, ".") == "[nieuw: vier]"
    same = lxml.html.fromstring(two_versions.get("/regelingen/CVDR900001/versies?van=2024-02-01&naar=2024-02-01").text)
    assert "niets veranderd" in words_of(same)


def test_an_old_version_says_that_it_is_old(two_versions: TestClient) -> None:
    tree = lxml.html.fromstring(two_versions.get("/regelingen/CVDR900001?versie=2024-02-01").text)
    assert "Dit is een oude versie" in words_of(tree)
    assert not tree.xpath("//*[contains(@class, 'utrecht-status-badge')]")
    clause = lxml.html.fromstring(two_versions.get("/bepalingen/CVDR900001/artikel-1:3/lid-1?versie=2024-02-01").text)
    assert "binnen zes weken" in words_of(clause)
    assert "Van een oude tekst zegt het model niets" in words_of(clause)
    assert not clause.xpath("//mark")


def test_one_version_has_nothing_to_compare(service: Service) -> None:
    assert "maar één versie" in words_of(seen(service, "/regelingen/CVDR900002/versies"))
