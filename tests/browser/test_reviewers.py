"""A reviewer at a keyboard: judges, takes back, meets a colleague; at most two round trips a flag. Also without scripts."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import pytest

from service.pages.texts import texts
from tests.browser.looking import Chromium, Page, axe_faults, focused, follow, listen
from tests.browser.site import PEOPLE, Site
from tests.web.conftest import PASSWORD

t = texts("nl")
OPEN_WORK = "/werk"


@dataclass
class Desk:
    """The page that a reviewer works at, and what was asked of the service for it."""

    page: Page
    asked: list[str] = field(default_factory=list)  # methods, of pages and parts of them
    complaints: list[str] = field(default_factory=list)

    async def press(self, key: str) -> None:
        """A key that changes nothing but this page."""
        await self.page.keyboard.press(key)
        await focused(self.page)

    async def go(self, key: str) -> None:
        """A key that judges: the next page says what was done, and there the focus is."""
        async with self.page.expect_navigation():
            await self.page.keyboard.press(key)
        await focused(self.page)

    async def follow(self, key: str) -> None:
        """A key that follows a link: the focus begins at the top of the new page, as everywhere."""
        async with self.page.expect_navigation():
            await self.page.keyboard.press(key)

    async def tab_to(self, selector: str) -> None:
        """Tab until something has the focus; all on the way must show it."""
        for _ in range(80):
            if await self.page.evaluate("(selector) => document.activeElement.matches(selector)", selector):
                return
            await self.press("Tab")
        raise AssertionError(f"{selector} is not reached by Tab")

    @property
    def flag(self) -> str:
        """The id of the flag that is open."""
        return urlsplit(self.page.url).path.rpartition("/")[2]


@asynccontextmanager
async def desk(chromium: Chromium, site: Site, who: str, address: str = OPEN_WORK) -> AsyncIterator[Desk]:
    async with chromium.page(site, who) as page:
        made = Desk(page=page, complaints=listen(page))
        page.on("request", lambda request: made.asked.append(request.method) if "/bestanden/" not in request.url else None)
        await page.goto(site.at(address))
        yield made


def judged(site: Site, flag: str) -> list[str]:
    """What was decided of a flag, in order."""
    rows = site.ask("GET", f"/v1/signalen/{flag}/beoordelingen", "beoordelaar")["resultaten"]
    return [row["oordeel"] for row in rows]


@pytest.mark.timeout(180)
def test_ten_flags_with_the_keyboard_only(chromium: Chromium, site: Site) -> None:
    decided: dict[str, list[str]] = {}

    async def walk() -> None:
        async with desk(chromium, site, "beoordelaar") as at:
            await at.press("j")
            await at.press("j")
            await at.press("k")
            await at.follow("Enter")
            for key, verdict in itertools.islice(
                itertools.cycle((("b", "bevestigd"), ("w", "afgewezen"), ("a", "aangepast"))), 10
            ):
                flag = at.flag
                if key == "a":
                    await at.press("a")
                    await at.tab_to("input[name=soorten]:not(:checked)")
                    await at.press("Space")
                    await at.tab_to("button[value=aangepast]")
                    await at.go("Enter")
                else:
                    await at.go(key)
                assert at.flag != flag, "the next flag follows by itself"
                decided[flag] = [verdict]
            # The last one is taken back, judged again, and another is skipped.
            await at.go("u")
            assert at.flag == flag
            await at.go("w")
            decided[flag] += ["teruggenomen", "afgewezen"]
            skipped = at.flag
            await at.follow("]")
            assert at.flag != skipped
            await at.follow("[")
            assert at.flag == skipped
            await at.press("n")
            await at.page.keyboard.type("b is hier gewoon een letter")
            assert at.flag == skipped
            assert at.complaints == []

    chromium.run(walk())
    assert len(decided) == 10
    assert {flag: judged(site, flag) for flag in decided} == decided


@pytest.mark.timeout(60)
def test_help_tells_the_keys_and_gives_the_focus_back(chromium: Chromium, site: Site) -> None:
    async def walk() -> None:
        async with desk(chromium, site, "beoordelaar", "/werk/{signaal}") as at:
            await at.press("Tab")
            before = await focused(at.page)
            await at.press("?")
            dialog = at.page.locator("dialog#sneltoetsen")
            assert await dialog.is_visible()
            for key in "bwaunt":
                assert await dialog.locator("kbd", has_text=key).count() > 0
            await at.press("Escape")
            assert not await dialog.is_visible() and await focused(at.page) == before
            # Who speaks to a computer switches single keys off (WCAG 2.1.4); they stay off on the next page.
            await at.press("?")
            await at.tab_to("input[name=sneltoetsen]")
            await at.press("Space")
            await at.press("Escape")
            await at.page.reload()
            flag = at.flag
            await at.page.keyboard.press("w")
            await at.page.wait_for_timeout(300)
            assert at.flag == flag

    chromium.run(walk())
    assert "afgewezen" not in judged(site, site.places["signaal"])


@pytest.mark.timeout(60)
def test_all_of_a_page_is_reached_and_shows_the_focus(chromium: Chromium, site: Site) -> None:
    async def walk() -> None:
        async with desk(chromium, site, "beoordelaar", "/werk/{signaal}") as at:
            reached = []
            for _ in range(120):
                await at.page.keyboard.press("Tab")
                if await at.page.evaluate("document.activeElement === document.body"):
                    break  # past the end, as the address bar would have it
                reached.append(await focused(at.page))
            assert any('value="bevestigd"' in html for html in reached) and any('value="afgewezen"' in html for html in reached)

    chromium.run(walk())


@pytest.mark.timeout(60)
def test_a_colleague_was_first(chromium: Chromium, site: Site, axe: str) -> None:
    async def walk() -> str:
        async with desk(chromium, site, "beoordelaar") as at:
            await at.press("j")
            await at.follow("Enter")
            flag = at.flag
            site.ask(
                "POST", f"/v1/signalen/{flag}/beoordelingen", "collega", {"oordeel": "afgewezen", "toelichting": "Geldt niet."}
            )
            await at.go("b")
            assert at.flag == flag
            alert = at.page.locator("main [role=alert]")
            told = await alert.inner_text()
            assert PEOPLE["collega"][0] in told and "Geldt niet." in told
            assert await at.page.evaluate("document.activeElement.closest('[role=alert]') !== null")
            await at.page.evaluate(axe)
            assert await axe_faults(at.page) == []
            return flag

    assert judged(site, chromium.run(walk())) == ["afgewezen"]


@pytest.mark.timeout(60)
def test_many_at_once_and_all_taken_back(chromium: Chromium, site: Site) -> None:
    async def walk() -> list[str]:
        async with desk(chromium, site, "beoordelaar") as at:
            for _ in range(3):
                await at.press("j")
                await at.press("x")
            ticked = [
                value.partition(" ")[0]
                for value in await at.page.locator("input[name=signaal]:checked").evaluate_all(
                    "(all) => all.map((one) => one.value)"
                )
            ]
            assert len(ticked) == 3
            await at.go("b")
            assert [judged(site, flag)[-1] for flag in ticked] == ["bevestigd"] * 3
            await at.go("u")
            return ticked

    assert [judged(site, flag)[-2:] for flag in chromium.run(walk())] == [["bevestigd", "teruggenomen"]] * 3


@pytest.mark.timeout(180)
def test_a_hundred_flags_at_two_round_trips_each(chromium: Chromium, site: Site) -> None:
    async def walk() -> list[int]:
        async with desk(chromium, site, "collega") as at:
            await at.press("j")
            await at.follow("Enter")
            trips = []
            for number in range(100):
                at.asked.clear()
                flag = at.flag
                await at.go("bw"[number % 2])
                assert at.flag != flag
                trips.append(len(at.asked))
            return trips

    trips = chromium.run(walk())
    assert len(trips) == 100 and max(trips) <= 2


@pytest.mark.timeout(60)
def test_without_scripts(chromium: Chromium, site: Site) -> None:
    async def walk() -> str:
        async with chromium.page(site, scripts=False) as page:
            await page.goto(site.at("/werk/{signaal}"))  # leads to the log-in, and from there back
            await page.fill("#email", "jurist@waterveen.example")
            await page.fill("#wachtwoord", PASSWORD)
            await follow(page, page.get_by_role("button", name=t("login-enter")))
            assert urlsplit(page.url).path == f"/werk/{site.places['signaal']}"
            await follow(page, page.get_by_role("link", name=t("nav-queue"), exact=True))
            await follow(page, page.locator("main [data-row] a").first)
            flag = urlsplit(page.url).path.rpartition("/")[2]
            await page.fill("#toelichting", "Gezien zonder scripts.")
            await follow(page, page.locator("button[name=oordeel][value=bevestigd]"))
            assert urlsplit(page.url).path != f"/werk/{flag}"
            assert t("review-undo") in await page.locator("main").inner_text()
            return flag

    flag = chromium.run(walk())
    rows = site.ask("GET", f"/v1/signalen/{flag}/beoordelingen", "jurist")["resultaten"]
    assert (rows[-1]["oordeel"], rows[-1]["toelichting"]) == ("bevestigd", "Gezien zonder scripts.")


@pytest.mark.timeout(60)
def test_in_english_the_law_stays_dutch(chromium: Chromium, site: Site) -> None:
    async def walk() -> None:
        async with chromium.page(site, "beoordelaar", language="en") as page:
            await page.goto(site.at("/werk/{signaal}"))
            assert await page.get_attribute("html", "lang") == "en"
            law = page.locator("#bepaling-tekst")
            assert await law.evaluate(
                "(one) => (one.closest('[lang]') || one.querySelector('[lang]')).lang !== 'en' || one.querySelector('[lang=nl]') !== null"
            )
            assert texts("en")("nav-queue") in await page.locator("header").inner_text()

    chromium.run(walk())
