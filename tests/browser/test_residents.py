"""A resident in a real browser: tells an initiative, reads what comes of it, prints it, takes it back. Also without scripts."""

from __future__ import annotations

import pytest
from pypdfium2 import PdfDocument

from service.pages.texts import LANGUAGES, Language, texts
from tests.browser.looking import WIDE, Chromium, Page, focused, follow, listen
from tests.browser.site import Site

STORY = (
    "Op zaterdag sluiten we met de buren onze straat af voor een feest. Er komt een biertap, een bandje speelt tot elf uur, "
    "en voor de kinderen huren we een springkussen. We rekenen op 120 mensen."
)


async def outcome(page: Page) -> None:
    """Wait for what was found, by loading again as somebody without scripts does."""
    for _ in range(40):
        if await page.locator("#uitkomst h2").count() > 1:
            return
        await page.wait_for_timeout(250)
        await page.reload()
    raise AssertionError("nothing was found in time")


@pytest.mark.timeout(120)
@pytest.mark.parametrize("language", LANGUAGES)
def test_without_scripts(chromium: Chromium, site: Site, language: Language) -> None:
    t = texts(language)

    async def walk() -> None:
        async with chromium.page(site, language=language, scripts=False) as page:
            await page.goto(site.at("/"))
            await page.fill("#titel", "Straatfeest")
            await page.fill("#omschrijving", STORY)
            await page.fill("#gemeente", "Waterveen")
            await follow(page, page.get_by_role("button", name=t("submit-read")))
            assert "biertap" in await page.locator("main mark").all_inner_texts()
            assert await page.input_value("#omschrijving") == STORY
            await follow(page, page.get_by_role("button", name=t("submit-send")))
            assert "/mijn/rl_" in page.url
            link = page.url
            await outcome(page)
            told = await page.locator("main").inner_text()
            assert "Straatfeest" in told and await page.input_value("#geheime-link") == page.url
            assert await page.locator(".rr-card--barrier").count() > 0
            # Buttons that need a script are not shown to who has none.
            assert not await page.get_by_role("button", name=t("outcome-copy")).is_visible()
            await follow(page, page.get_by_role("link", name=t("outcome-erase")))
            await follow(page, page.locator("main form button[type=submit]"))
            assert t("submit-erased") in await page.locator("main").inner_text()
            gone = await page.goto(link)
            assert gone is not None and gone.status == 404

    chromium.run(walk())


@pytest.mark.timeout(120)
def test_with_the_keyboard_only(chromium: Chromium, site: Site) -> None:
    async def walk() -> None:
        async with chromium.page(site) as page:
            complaints = listen(page)
            await page.goto(site.at("/"))
            await page.keyboard.press("Tab")
            assert await page.locator(":focus").inner_text() == texts("nl")("skip")
            await page.keyboard.press("Enter")
            assert await page.evaluate("document.activeElement.id") == "inhoud"
            for field, told in (("titel", "Straatfeest"), ("omschrijving", STORY), ("gemeente", "Waterveen")):
                await _tab_to(page, field)
                await page.keyboard.type(told)
            await page.wait_for_selector("#gelezen mark")
            assert await page.evaluate("document.activeElement.id") == "gemeente"  # what appears beside it takes no focus
            await page.keyboard.press("Enter")  # sends, as forms everywhere
            await page.wait_for_url("**/mijn/rl_*")
            await page.wait_for_selector("#uitkomst .rr-card--barrier")  # by itself
            assert complaints == []

    chromium.run(walk())


async def _tab_to(page: Page, wanted: str) -> None:
    """Press Tab until what has this id or text has the focus."""
    for _ in range(20):
        if wanted in await page.evaluate("[document.activeElement.id, document.activeElement.textContent.trim()]"):
            return
        await page.keyboard.press("Tab")
        await focused(page)
    raise AssertionError(f"{wanted} is not reached by Tab")


@pytest.mark.timeout(60)
def test_a_mistake_takes_the_focus_and_leads_to_its_field(chromium: Chromium, site: Site) -> None:
    async def walk() -> None:
        async with chromium.page(site) as page:
            await page.goto(site.at("/"))
            await page.get_by_role("button", name=texts("nl")("submit-send")).click()
            await page.wait_for_selector("[role=alert]")
            assert await page.evaluate("document.activeElement.closest('[role=alert]') !== null")
            await page.locator("[role=alert] a").first.press("Enter")
            assert await page.evaluate("document.activeElement.id") == "titel"
            assert await page.get_attribute("#titel", "aria-invalid") == "true"

    chromium.run(walk())


@pytest.mark.timeout(60)
def test_printed_it_holds_all_that_was_found(chromium: Chromium, site: Site) -> None:
    async def printed() -> tuple[str, list[str]]:
        async with chromium.page(site, size=WIDE) as page:
            await page.goto(site.at("/mijn/{klaar}"))
            barriers = await page.locator(".rr-card--barrier h3, .rr-card--barrier h4").all_inner_texts()
            pdf = await page.pdf(format="A4")
        return " ".join(" ".join(sheet.get_textpage().get_text_range() for sheet in PdfDocument(pdf)).split()), barriers

    text, barriers = chromium.run(printed())
    assert "Zomerfeest in de Kuiperstraat" in text and "juridisch advies" in text
    assert barriers and [heading for heading in barriers if " ".join(heading.split()) not in text] == []
    # The menu and the secret link are of no use on paper, and the link would give whoever finds it access.
    assert texts("nl")("nav-law") not in text and "rl_" not in text


@pytest.mark.timeout(60)
def test_the_secret_link_goes_nowhere_else(chromium: Chromium, site: Site) -> None:
    """No page of it sends its own address along, and nothing on it comes from elsewhere."""

    async def walk() -> tuple[list[str], list[str]]:
        async with chromium.page(site) as page:
            referrers: list[str] = []
            asked: list[str] = []
            page.on("request", lambda request: asked.append(request.url))
            page.on("request", lambda request: referrers.append(request.headers.get("referer", "")))
            await page.goto(site.at("/mijn/{klaar}"))
            await page.get_by_role("link", name=texts("nl")("nav-law"), exact=True).first.click()
            await page.wait_for_url("**/regelingen")
            return referrers, asked

    referrers, asked = chromium.run(walk())
    assert [told for told in referrers if "rl_" in told] == []
    assert [address for address in asked if not address.startswith(site.url)] == []
