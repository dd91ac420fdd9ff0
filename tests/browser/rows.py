"""Every page and every state of one: where it is, for whom, and how to come there."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from tests.browser.looking import Page, follow

Step = Callable[[Page], Awaitable[None]]


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
    button = page.locator("main form .utrecht-button--primary-action").first
    await button.evaluate("(button) => { button.form.noValidate = true; }")
    await follow(page, button)


async def wrong_password(page: Page) -> None:
    await page.fill("#email", "an@waterveen.example")
    await page.fill("#wachtwoord", "dit klopt niet")
    await submit_form(page)


async def short_password(page: Page) -> None:
    await page.fill("#wachtwoord", "kort")
    await submit_form(page)


async def read_along(page: Page) -> None:
    """What is read while one writes."""
    await page.fill("#titel", "Straatfeest")
    await page.locator("#omschrijving").press_sequentially("We zetten de straat af en er komt een biertap. ", delay=5)
    await page.wait_for_selector("mark")


def pressed(key: str, *, goes: bool = False) -> Step:
    """A key, and the page that it may lead to."""

    async def press(page: Page) -> None:
        if not goes:
            await page.keyboard.press(key)
            return
        async with page.expect_navigation():
            await page.keyboard.press(key)

    return press


ROWS = (
    # Somebody who wants to start something.
    Row(address="/"),
    Row(address="/", state="leeg verstuurd", then=submit_form),
    Row(address="/", state="al schrijvend gelezen", then=read_along),
    Row(address="/mijn/{klaar}"),
    Row(address="/mijn/{bekeken}", state="bekeken door de gemeente"),
    Row(address="/mijn/{wachtend}", state="nog niet gelezen"),
    Row(address="/mijn/{ingetrokken}", state="ingetrokken"),
    Row(address="/mijn/{gewist}", state="gewist", status=404),
    Row(address="/mijn/{klaar}/intrekken"),
    Row(address="/mijn/{klaar}/wissen"),
    Row(address="/mijn", who="indiener"),
    Row(address="/mijn", who="beoordelaar", state="niets ingediend"),
    # The law.
    Row(address="/regelingen"),
    Row(address="/regelingen?zoek=evenement"),
    Row(address="/regelingen?zoek=bestaatniet", state="niets gevonden"),
    Row(address="/regelingen/{regeling}"),
    Row(address="/regelingen/{regeling}?soort=vergunningplicht", state="met een soort"),
    Row(address="/regelingen/BWBR0000000", state="onbekend", status=404),
    Row(address="/regelingen/{regeling}/versies"),
    Row(address="/regelingen/{regeling}/versies?van=2023-02-01&naar=2024-02-01", state="vergeleken"),
    Row(address="/bepalingen?zoek=evenement"),
    Row(address="/bepalingen?zoek=bestaatniet", state="niets gevonden"),
    Row(address="/bepalingen/{verwijzing}"),
    Row(address="/bepalingen/{verwijzing}", who="beoordelaar"),
    # What anybody may know of it.
    Row(address="/modellen"),
    Row(address="/modellen", who="dienstbeheerder"),
    Row(address="/modellen/{model}"),
    Row(address="/modellen/bestaat-niet", state="onbekend", status=404),
    Row(address="/modellen/{model}/inzetten", who="dienstbeheerder", state="dient al"),
    Row(address="/modellen/{ander_model}/inzetten", who="dienstbeheerder"),
    Row(address="/modellen/{ander_model}/inzetten", who="dienstbeheerder", state="zonder reden", then=submit_form),
    Row(address="/modellen/{model}/inzetten", who="jurist", state="mag niet", status=403),
    Row(address="/over"),
    Row(address="/over/algoritme"),
    Row(address="/over/toegankelijkheid"),
    Row(address="/over/privacy"),
    # Reviewers, lawyers, and who learns from them.
    Row(address="/werk", who="beoordelaar"),
    Row(address="/werk?oordeel=bevestigd", who="jurist", state="met een filter"),
    Row(address="/werk?gemeente=Nergens", who="beoordelaar", state="niets te doen"),
    Row(address="/werk/{signaal}", who="beoordelaar"),
    Row(address="/werk", who="beoordelaar", state="niets aangekruist", then=pressed("b", goes=True)),
    Row(address="/werk", who="beoordelaar", state="met de toetsen", then=pressed("?")),
    Row(address="/werk/{signaal}", who="beoordelaar", state="met de toetsen", then=pressed("?")),
    Row(address="/werk/{signaal}", who="beoordelaar", state="bij het aanpassen", then=pressed("a")),
    Row(address="/werk/{te_beoordelen}", who="beoordelaar", state="net beoordeeld", then=pressed("b", goes=True)),
    Row(address="/werk/{beoordeeld}", who="jurist", state="beoordeeld"),
    Row(address="/werk/{signaal}/toevoegen", who="beoordelaar"),
    Row(address="/werk/{signaal}/toevoegen?zoek=evenement", who="beoordelaar", state="gevonden"),
    Row(address="/werk/{signaal}", who="beheerder", state="mag niet", status=403),
    Row(address="/verschillen", who="jurist"),
    Row(address="/verschillen", who="beoordelaar", state="leest mee"),
    Row(address="/verschillen?stand=beslecht", who="jurist", state="niets beslecht"),
    Row(address="/verschillen/{verschil}", who="jurist"),
    Row(address="/verschillen/{verschil}", who="jurist", state="leeg verstuurd", then=submit_form),
    Row(address="/verschillen/{verschil}", who="beoordelaar", state="leest mee"),
    Row(address="/praktijk", who="beoordelaar"),
    Row(address="/praktijk", who="dienstbeheerder", state="van alle organisaties"),
    Row(address="/praktijk?soort=financieel", who="jurist", state="met een filter"),
    Row(address="/praktijk/oordelen", who="beoordelaar"),
    Row(address="/praktijk/ruimte", who="beoordelaar"),
    Row(address="/praktijk/ruimte", who="beheerder", state="leest mee"),
    Row(address="/praktijk/ruimte/{gebruikt}", who="beoordelaar"),
    Row(address="/praktijk/vergelijken", who="jurist"),
    Row(address="/praktijk/vergelijken?activiteit=evenement", who="jurist", state="een activiteit"),
    # Whoever works here.
    Row(address="/aanmelden"),
    Row(address="/aanmelden?verder=%2Fwerk", state="met een wachtwoord dat niet klopt", then=wrong_password),
    Row(address="/wachtwoord/{wachtwoordlink}"),
    Row(address="/wachtwoord/{wachtwoordlink}", state="te kort", then=short_password),
    Row(address="/bestaat-niet", state="niet gevonden", status=404),
    Row(address="/afmelden", state="geen bladzijde", status=405),
)
