"""The files that pages ask for: dressed and plain, kept by browsers, small, and nothing of them from elsewhere."""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urljoin

import lxml.html
import pytest
from starlette.testclient import TestClient

from service.api.application import create_app
from service.engine import Engine
from service.pages import assets as module
from service.pages.assets import Asset, assets, is_dressed, styles
from service.pages.rendering import SECURITY
from service.settings import settings_of
from tests.web.test_pages_texts import NAMES_OF, html_of

TEMPLATES = [name for name in NAMES_OF if name.endswith(".html")]
MOST = 150_000
"""Bytes over the line of a first visit: the page and all that it links."""


@pytest.fixture(scope="module")
def browser(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    settings = settings_of(database_url=f"sqlite:///{tmp_path_factory.mktemp('database')}/service.db", requests_per_minute=0)
    with TestClient(create_app(settings, engine=engine, run_jobs=False), base_url=settings.origin) as client:
        yield client


@pytest.fixture
def dressed() -> None:
    if not is_dressed():
        pytest.skip("needs the NL Design System: make pages")


@pytest.fixture
def undressed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """As where npm is missing."""
    monkeypatch.setattr(module, "INSTALLED", tmp_path / "missing")
    assets.cache_clear()
    yield
    assets.cache_clear()


def linked(browser: TestClient, address: str) -> dict[str, bytes]:
    """All that a browser fetches for a page: address → what came over the line."""
    sent: dict[str, bytes] = {}

    def fetch(what: str) -> str:
        with browser.stream("GET", what, headers={"Accept-Encoding": "gzip"}) as reply:
            assert reply.status_code == 200, what
            sent[what] = b"".join(reply.iter_raw())
        text = gzip.decompress(sent[what]) if reply.headers.get("content-encoding") == "gzip" else sent[what]
        return text.decode("utf-8", errors="replace")

    document = lxml.html.document_fromstring(fetch(address))
    for reference in document.xpath("//link[@rel='stylesheet' or @rel='icon']/@href | //script/@src | //img/@src"):
        text = fetch(reference)
        if reference.endswith(".css"):
            for inner in re.findall(r"url\(['\"]?([^'\")]+)['\"]?\)", text):
                if not inner.startswith(("data:", "#")):
                    fetch(urljoin(reference, inner))
    return sent


def test_dressed(browser: TestClient, dressed: None) -> None:
    text = browser.get("/aanmelden").text
    assert "NL Design System" not in text
    names = [address.rpartition("/")[2] for address in styles()]
    assert names == ["font.css", "theme.css", "components.css", "regelruimte.css"]
    assert all(address in text for address in styles())


def test_plain(browser: TestClient, undressed: None) -> None:
    page = browser.get("/aanmelden")
    assert page.status_code == 200 and "Zonder het NL Design System" in page.text
    assert "Without the NL Design System" in browser.get("/aanmelden?taal=en").text
    assert [address.rpartition("/")[2] for address in styles()] == ["plain.css", "regelruimte.css"]
    assert set(linked(browser, "/aanmelden?taal=nl")) >= set(styles())


def test_fonts_are_found_where_the_stylesheet_says(browser: TestClient, dressed: None) -> None:
    fonts = [address for address in linked(browser, "/aanmelden") if ".woff2" in address]
    assert len(fonts) == 2
    for address in fonts:
        reply = browser.get(address)
        assert reply.headers["content-type"] == "font/woff2" and reply.content[:4] == b"wOF2"
        assert "immutable" in reply.headers["cache-control"]


def test_the_theme_is_one_of_the_stylesheet(browser: TestClient, dressed: None) -> None:
    theme = lxml.html.document_fromstring(browser.get("/aanmelden").content).get("class")
    assert f".{theme}" in assets()["theme.css"].content.decode()


@pytest.mark.parametrize("name", ["regelruimte.css", "regelruimte.js", "icon.svg"])
def test_kept_for_ever_and_packed(browser: TestClient, name: str) -> None:
    asset = assets()[name]
    packed = browser.get(asset.address, headers={"Accept-Encoding": "br, gzip"})
    plain = browser.get(asset.address, headers={"Accept-Encoding": "identity"})
    refused = browser.get(asset.address, headers={"Accept-Encoding": "gzip;q=0"})
    assert packed.headers["content-encoding"] == "gzip" and "content-encoding" not in plain.headers
    assert "content-encoding" not in refused.headers
    assert packed.content == plain.content == asset.content
    for reply in (packed, plain):
        assert reply.headers["cache-control"] == "public, max-age=31536000, immutable"
        assert reply.headers["vary"] == "Accept-Encoding"
        assert reply.headers["x-content-type-options"] == "nosniff"


def test_what_another_version_asks_is_answered_and_not_kept(browser: TestClient) -> None:
    """While a new version comes up beside the old one, its pages may ask the old one for their files."""
    reply = browser.get("/bestanden/0123456789abcdef/regelruimte.css")
    assert reply.status_code == 200 and reply.headers["cache-control"] == "no-cache"


@pytest.mark.parametrize("name", ["none.css", "..%2Fassets.py", "regelruimte.css%00"])
def test_no_other_files(browser: TestClient, name: str) -> None:
    assert browser.get(f"/bestanden/{'0' * 16}/{name}").status_code == 404


def test_the_address_changes_with_the_content(tmp_path: Path) -> None:
    def read(content: str) -> Asset:
        path = tmp_path / "one.css"
        path.write_text(content, encoding="utf-8")
        return module._read(path)

    assert read("a {}").address != read("b {}").address
    assert read("a {}").address == read("a {}").address


def test_weight_of_a_first_visit(browser: TestClient, dressed: None) -> None:
    for address in ("/aanmelden", "/"):
        if browser.get(address).status_code == 200:
            weights = {part: len(content) for part, content in linked(browser, address).items()}
            assert sum(weights.values()) <= MOST, weights


def test_policy_lets_nothing_in() -> None:
    allowed = dict(part.strip().partition(" ")[::2] for part in SECURITY.split(";"))
    assert allowed.pop("default-src") == allowed.pop("base-uri") == allowed.pop("frame-ancestors") == "'none'"
    assert set(allowed.values()) == {"'self'"}


@pytest.mark.parametrize("name", TEMPLATES)
def test_nothing_inline_and_nothing_from_elsewhere(name: str) -> None:
    """The policy forbids it, so it would not work."""
    for element in html_of(NAMES_OF[name]).iter():
        if not isinstance(element.tag, str):
            continue
        assert element.tag != "style" and not (element.tag == "script" and "src" not in element.attrib)
        assert [key for key in element.attrib if key == "style" or key.startswith(("on", "hx-on"))] == []
        fetched = element.get("src", "") if element.tag != "link" else element.get("href", "")
        assert "//" not in fetched
