"""One served municipality and one browser for all tests of this folder."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from service.pages.assets import is_dressed
from tests.browser.looking import Chromium, found_chromium
from tests.browser.site import Site, sample_site
from tests.npm import npm_folder

HERE = Path(__file__).resolve().parent


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """All in one process where tests run in several: another would serve and look at everything once more."""
    if config.pluginmanager.hasplugin("xdist"):
        for item in items:
            if item.path.is_relative_to(HERE):
                item.add_marker(pytest.mark.xdist_group("browser"))


@pytest.fixture(scope="session")
def chromium() -> Iterator[Chromium]:
    made = Chromium(found_chromium())
    made.start()
    yield made
    made.stop()


@pytest.fixture(scope="session")
def site(chromium: Chromium, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The sample municipality; tests that judge take initiatives of their own."""
    if not is_dressed():
        pytest.skip("needs the NL Design System: make pages")
    with sample_site(tmp_path_factory.mktemp("site")) as made:
        yield made


@pytest.fixture(scope="session")
def axe() -> str:
    """The source of axe-core."""
    return (npm_folder(HERE, "--omit=optional") / "axe-core" / "axe.min.js").read_text(encoding="utf-8")
