"""What everybody may know of the service."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

import pytest

from service.pages.texts import LANGUAGES, texts
from service.work.processing_log import REGISTER
from tests.web.browsing import changed
from tests.web.conftest import Service
from tests.web.test_pages_law import links_of, seen, words_of

PAGES = ("/over", "/over/algoritme", "/over/toegankelijkheid", "/over/privacy")


def test_what_is_searched_comes_from_the_store(service: Service) -> None:
    tree = seen(service, "/over")
    assert "5 regelingen met 586 bepalingen. De nieuwste versie is van 1 januari 2025." in words_of(tree)
    rows = {row[0]: row[1:] for row in ([cell.text_content() for cell in tr] for tr in tree.xpath("//tbody/tr"))}
    assert rows == {"Gemeente": ["4", "549", "1 januari 2025"], "Waterschap": ["1", "37", "1 januari 2024"]}


@pytest.mark.parametrize("address", PAGES)
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_link_of_ours_leads_somewhere(service: Service, address: str, language: str) -> None:
    tree = seen(service, f"{address}?taal={language}")
    assert tree.get("lang") == language
    assert len(tree.xpath("//h1")) == 1
    levels = [int(heading.tag[1]) for heading in tree.xpath("//main//*[self::h1 or self::h2 or self::h3]")]
    assert all(after <= before + 1 for before, after in zip(levels, levels[1:], strict=False))
    for link in links_of(tree).values():
        if not urlsplit(link).scheme:
            assert service.client.get(link).status_code == 200, link


def test_the_register_entry_has_the_fields_of_the_standard(service: Service) -> None:
    tree = seen(service, "/over/algoritme")
    fields = {term.text_content() for term in tree.xpath("//dt")}
    wanted = "Naam, Korte beschrijving, Organisatie, Thema, Status, Publicatiecategorie, Contact, Doel, Gevolg voor mensen, Afwegingen, "
    wanted += "Menselijke tussenkomst, Risicobeheer, Wettelijke basis, Toetsen vooraf, Gegevens, Techniek, Leverancier"
    assert set(wanted.split(", ")) <= fields
    assert service.engine.loaded.model_version in links_of(tree)
    assert all(told.text_content().strip() for told in tree.xpath("//dd"))


def test_what_is_kept_follows_the_settings(service: Service) -> None:
    with changed(service, retention_days=99, session_hours=7, contact_email="help@waterveen.example") as client:
        text = client.get("/over/privacy").text
        assert re.search(r"\b99 dagen", text) and re.search(r"\b7 uur", text)
        assert "mailto:help@waterveen.example" in text
        assert "mailto:help@waterveen.example" in client.get("/over/toegankelijkheid").text


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_processing_has_a_name(language: str) -> None:
    for identifier in REGISTER.values():
        assert texts(language)(f"processing-{identifier.rpartition('/')[2]}")  # type: ignore[arg-type]


def test_they_are_there_when_nothing_is_loaded(service: Service) -> None:
    engine = service.engine
    kept, engine._loaded = engine._loaded, None
    try:
        assert "Er zijn nu geen regelingen geladen." in words_of(seen(service, "/over"))
        for address in PAGES[1:]:
            seen(service, address)
        assert "Er dient nu geen model." in words_of(seen(service, "/modellen"))
        seen(service, "/regelingen", status=503)
    finally:
        engine._loaded = kept
