"""Every page and every state of one: where it is, for whom, and how to come there."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.async_api import Page

Step = Callable[["Page"], Awaitable[None]]


@dataclass(frozen=True, kw_only=True)
class Row:
    """One page in one state."""

    address: str  # names between braces are filled in with Site.places
    who: str = ""  # of site.PEOPLE; "" for somebody without account
    state: str = ""
    status: int = 200
    then: Step | None = None  # what brings the page into this state

    @property
    def name(self) -> str:
        return " ".join(part for part in (self.address, self.who, self.state) if part)


async def submit_form(page: Page) -> None:
    """Send the main form as it is, past the browser's own checks."""
    await page.locator("main form").first.evaluate("(form) => { form.noValidate = true; }")
    async with page.expect_navigation():
        await page.locator("main form button[type=submit]").first.click()


async def wrong_password(page: Page) -> None:
    await page.fill("#email", "an@waterveen.example")
    await page.fill("#wachtwoord", "dit klopt niet")
    await submit_form(page)


async def short_password(page: Page) -> None:
    await page.fill("#wachtwoord", "kort")
    await submit_form(page)


ROWS = (
    Row(address="/aanmelden"),
    Row(address="/aanmelden?verder=%2Fwerk", state="met een wachtwoord dat niet klopt", then=wrong_password),
    Row(address="/wachtwoord/{wachtwoordlink}"),
    Row(address="/wachtwoord/{wachtwoordlink}", state="te kort", then=short_password),
    Row(address="/bestaat-niet", state="niet gevonden", status=404),
)
