"""A real browser, and what there is to see of a page in it."""

from __future__ import annotations

import asyncio
import shutil
import threading
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar

import pytest

from service.api.access import COOKIE
from service.pages.routing import LANGUAGE_COOKIE
from tests.browser.site import Site

try:
    from playwright.async_api import Browser, BrowserContext, Locator, Page, Playwright, Request, async_playwright
except ImportError:
    pytest.skip("needs Playwright", allow_module_level=True)

Result = TypeVar("Result")

WIDE, NARROW = {"width": 1280, "height": 900}, {"width": 360, "height": 740}
AXE = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"], "resultTypes": ["violations"]}

_WRONG_SIZE = """() => [...document.querySelectorAll("input, button, select, textarea")].filter((one) => {
  if (one.type === "hidden" || one.disabled || one.closest("[hidden], [aria-hidden=true], dialog:not([open]), details:not([open])")) return false;
  const style = getComputedStyle(one), box = one.getBoundingClientRect();
  const drawn = style.appearance !== "none" || parseFloat(style.borderWidth) > 0 || style.backgroundColor !== "rgba(0, 0, 0, 0)" || one.textContent.trim();
  return style.visibility !== "visible" || parseFloat(style.opacity) < 0.5 || box.width < 20 || box.height < 20 || !drawn;
}).map((one) => one.outerHTML.slice(0, 200))"""
"""Fields and buttons that are there and cannot be seen: axe does not look at how they are drawn."""

_FAULTS = """async (options) => (await axe.run(document, options)).violations.flatMap((fault) => fault.nodes.map((node) =>
  `${fault.id}: ${node.html.slice(0, 160)} (${[...node.any, ...node.all, ...node.none].map((part) => part.message).join("; ").slice(0, 200)})`))"""
"""Put in words in the page: to hand over all that axe found in order takes longer than to find it."""

_TOO_WIDE = """() => {
  const most = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= most) return [];
  return [...document.querySelectorAll("body *")].filter((one) => one.getBoundingClientRect().right > most + 1 && !one.closest(".rr-scroll"))
    .map((one) => one.tagName + "." + one.className).slice(0, 5).concat(["page"]);
}"""


@dataclass(kw_only=True)
class Seen:
    """What there was to see of one page, in one language."""

    status: int
    language: str
    title: str
    headings: list[str]  # texts of h1
    complaints: list[str] = field(default_factory=list)  # of the browser's console
    too_wide: list[str] = field(default_factory=list)  # what makes the page scroll sideways at 360 px
    hidden: list[str] = field(default_factory=list)  # fields that cannot be seen
    faults: list[str] = field(default_factory=list)  # by axe


class Chromium:
    """Debian's Chromium, driven from a thread of its own: tests stay free to run an event loop themselves."""

    def __init__(self, executable: str) -> None:
        self._executable = executable
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="browser", daemon=True)
        self._playwright: Playwright | None = None
        self._browser: Browser | None = None

    def start(self) -> None:
        """Open the browser."""

        async def started() -> None:
            self._playwright = await async_playwright().start()
            self._browser = await self._playwright.chromium.launch(
                executable_path=self._executable, args=["--no-sandbox", "--disable-gpu"]
            )

        self._thread.start()
        self.run(started())

    def stop(self) -> None:
        """Close it."""

        async def stopped() -> None:
            if self._browser is not None:
                await self._browser.close()
            if self._playwright is not None:
                await self._playwright.stop()

        self.run(stopped())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(20)
        self._loop.close()

    def run(self, doing: Coroutine[Any, Any, Result], *, seconds: float = 300) -> Result:
        """What a coroutine comes to, in the thread of the browser."""
        return asyncio.run_coroutine_threadsafe(doing, self._loop).result(seconds)

    @asynccontextmanager
    async def visit(
        self, site: Site, who: str = "", *, language: str = "nl", size: dict[str, int] = WIDE, scripts: bool = True
    ) -> AsyncIterator[BrowserContext]:
        """A visit of its own, logged in as someone of ``Site.cookies``; its pages share what was fetched."""
        assert self._browser is not None
        context = await self._browser.new_context(
            viewport=size,  # type: ignore[arg-type]
            java_script_enabled=scripts,
            reduced_motion="reduce",
            locale="nl-NL",
        )
        cookies = {LANGUAGE_COOKIE: language} | ({COOKIE: site.cookies[who]} if who else {})
        await context.add_cookies([{"name": name, "value": value, "url": site.url} for name, value in cookies.items()])
        context.set_default_timeout(15_000)
        try:
            yield context
        finally:
            await context.close()

    @asynccontextmanager
    async def page(self, site: Site, who: str = "", **visit: Any) -> AsyncIterator[Page]:
        """An empty page of a visit of its own."""
        async with self.visit(site, who, **visit) as context:
            yield await context.new_page()


def found_chromium() -> str:
    """The program; the test that asks is skipped where there is none."""
    for name in ("chromium", "chromium-browser", "google-chrome"):
        if found := shutil.which(name):
            return found
    pytest.skip("needs Chromium: apt-get install chromium")


async def follow(page: Page, what: Locator) -> None:
    """Click on a link or a button that leads to a page, and wait until that page is there: a click by itself does not."""
    async with page.expect_navigation():
        await what.click()


async def look(page: Page, status: int, *, axe: str) -> Seen:
    """Look at the page that is open, wide and narrow."""
    complaints: list[str] = []
    root = page.locator("html")
    seen = Seen(
        status=status,
        language=await root.get_attribute("lang") or "",
        title=await page.title(),
        headings=await page.locator("h1").all_inner_texts(),
        complaints=complaints,
    )
    await page.evaluate(axe)
    for size in (WIDE, NARROW):
        await page.set_viewport_size(size)  # type: ignore[arg-type]
        if size is NARROW:
            seen.too_wide = await page.evaluate(_TOO_WIDE)
        width = size["width"]
        seen.hidden += [f"{width}: {one}" for one in await page.evaluate(_WRONG_SIZE)]
        seen.faults += [f"{width}: {one}" for one in await axe_faults(page)]
    return seen


async def axe_faults(page: Page) -> list[str]:
    """What axe-core, which the page has been given, finds wrong; a line for each element."""
    return list(await page.evaluate(_FAULTS, AXE))


def listen(page: Page) -> list[str]:
    """What the console of a page complains of from now on, breaches of the content security policy among it."""
    complaints: list[str] = []

    def failed(request: Request) -> None:
        if request.failure != "net::ERR_ABORTED":  # the browser gave it up itself, for it went on to another page
            complaints.append(f"{request.url}: {request.failure}")

    page.on("console", lambda message: complaints.append(message.text) if message.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("requestfailed", failed)
    return complaints


async def focused(page: Page) -> str:
    """The element with the focus, as HTML; it must be there, and be seen to have it."""
    found = await page.evaluate("""() => {
      const one = document.activeElement, style = getComputedStyle(one), box = one.getBoundingClientRect();
      return {body: one === document.body, html: one.outerHTML.slice(0, 200), outline: parseFloat(style.outlineWidth),
        drawn: style.outlineStyle !== "none" || style.boxShadow !== "none", id: one.id, seen: box.bottom > 0 && box.top < innerHeight}; }""")
    assert not found["body"], "the focus is lost"
    assert found["drawn"] or found["id"] == "inhoud", f"the focus does not show: {found['html']}"
    assert found["seen"], f"what has the focus is out of sight: {found['html']}"
    return str(found["html"])
