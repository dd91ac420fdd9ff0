"""Makes the pictures of docs/walkthrough.md, of the sample municipality as it is served now: ``make pictures``.

They go to docs/pictures, which is not kept in the repository.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from service.pages.texts import texts
from tests.browser.looking import NARROW, WIDE, Chromium, Page, found_chromium
from tests.browser.site import Site, sample_site

PICTURES = Path(__file__).resolve().parent / "pictures"
STORY = (
    "Met de buren willen we op zaterdag 27 juni een straatfeest houden. We sluiten de Kuiperstraat af van 14 tot 23 uur. "
    "Er komt een biertap, een bandje speelt tot tien uur en voor de kinderen huren we een springkussen. We zijn met 150 mensen."
)
t = texts("nl")


async def resident(chromium: Chromium, site: Site) -> None:
    """Tells an initiative at a desk, and reads what comes of it on a telephone."""
    async with _visit(chromium, site) as page:
        await page.goto(site.at("/"))
        await page.fill("#titel", "Straatfeest in de Kuiperstraat")
        await page.locator("#omschrijving").press_sequentially(STORY, delay=1)
        await page.fill("#gemeente", "Waterveen")
        await page.wait_for_selector("#gelezen mark:text-is('springkussen')")
        await _picture(page, "bewoner-vertellen")
        await page.get_by_role("button", name=t("submit-send"), exact=True).last.click()
        await page.wait_for_selector("#uitkomst .rr-card--barrier")
        await _picture(page, "bewoner-uitkomst", whole=True)
        await page.set_viewport_size(NARROW)  # type: ignore[arg-type]
        await page.locator("#uitkomst .rr-card--barrier").first.evaluate("(card) => card.scrollIntoView()")
        await _picture(page, "bewoner-telefoon")


async def reviewer(chromium: Chromium, site: Site) -> None:
    """Opens the queue, judges a flag, and looks at the keys."""
    async with _visit(chromium, site, "beoordelaar") as page:
        await page.goto(site.at("/werk"))
        await _picture(page, "beoordelaar-werklijst")
        await page.goto(site.at("/werk/{signaal}"))
        await _picture(page, "beoordelaar-signaal", whole=True)
        await page.keyboard.press("?")
        await _picture(page, "beoordelaar-toetsen")
        await page.keyboard.press("Escape")
        async with page.expect_navigation():
            await page.keyboard.press("b")
        await _picture(page, "beoordelaar-volgende")


async def lawyer(chromium: Chromium, site: Site) -> None:
    """Decides where two reviewers differ, looks the law up, and learns."""
    async with _visit(chromium, site, "jurist") as page:
        for name, address in (
            ("jurist-verschillen", "/verschillen"),
            ("jurist-beslechten", "/verschillen/{verschil}"),
            ("jurist-regeling", "/regelingen/{regeling}"),
            ("jurist-versies", "/regelingen/{regeling}/versies?van=2023-02-01&naar=2024-02-01"),
            ("jurist-praktijk", "/praktijk"),
        ):
            await page.goto(site.at(address))
            await _picture(page, name)


async def administrator(chromium: Chromium, site: Site) -> None:
    """Looks how the model does, and what the public register says of it."""
    async with _visit(chromium, site, "dienstbeheerder") as page:
        for name, address in (
            ("beheerder-modellen", "/modellen"),
            ("beheerder-inzetten", "/modellen/{ander_model}/inzetten"),
            ("beheerder-algoritme", "/over/algoritme"),
        ):
            await page.goto(site.at(address))
            await _picture(page, name)


@asynccontextmanager
async def _visit(chromium: Chromium, site: Site, who: str = "") -> AsyncIterator[Page]:
    """A visit that has been here before: the font is there."""
    async with chromium.page(site, who) as page:
        await page.goto(site.at("/over"))
        await page.evaluate("document.fonts.ready")
        yield page


async def _picture(page: Page, name: str, *, whole: bool = False) -> None:
    await page.evaluate("document.fonts.ready")
    if whole:  # in a window that is high enough: what sticks to the bottom of the window stands at the end of the page
        await page.set_viewport_size({"width": WIDE["width"], "height": await page.evaluate("document.body.scrollHeight")})
    await page.screenshot(path=PICTURES / f"{name}.png")
    if whole:
        await page.set_viewport_size(WIDE)  # type: ignore[arg-type]


def main() -> int:
    """Serve, walk, and leave the pictures."""
    PICTURES.mkdir(exist_ok=True)
    try:
        chromium = Chromium(found_chromium())
    except pytest.skip.Exception as missing:
        print(missing.msg, file=sys.stderr)
        return 1
    chromium.start()
    try:
        with tempfile.TemporaryDirectory(prefix="regelruimte-pictures-") as folder, sample_site(Path(folder)) as site:
            for walk in (resident, reviewer, lawyer, administrator):
                chromium.run(walk(chromium, site))
    finally:
        chromium.stop()
    print(f"{len(list(PICTURES.glob('*.png')))} pictures in {PICTURES}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
