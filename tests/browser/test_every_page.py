"""Every page in every state, in both languages, wide and narrow: there, readable, reachable, and without a complaint."""

from __future__ import annotations

import asyncio

import pytest

from service.pages.application import page_routes
from service.pages.texts import LANGUAGES, Language, texts
from tests.browser.looking import BrowserContext, Chromium, Seen, listen, look
from tests.browser.rows import ROWS, Row
from tests.browser.site import Site

AT_ONCE = 3
"""Visits at a time: more than there are cores only makes each slower."""

SHARE = 8
"""Pages of one visit, so that no visit lasts while others are done."""

LONGEST = 540
"""Seconds for all of it, on a machine that has much else to do."""

CASES = [(row, language) for row in ROWS for language in LANGUAGES]


@pytest.fixture(scope="module")
def seen(chromium: Chromium, site: Site, axe: str) -> dict[tuple[Row, str], Seen | Exception]:
    """What there was to see of every row; looked at together, for that takes a third of the time."""
    found: dict[tuple[Row, str], Seen | Exception] = {}
    free = asyncio.Semaphore(AT_ONCE)

    async def visit(context: BrowserContext, row: Row) -> Seen | Exception:
        page = await context.new_page()
        complaints = listen(page)
        try:
            reply = await page.goto(site.at(row.address))
            assert reply is not None
            if row.then is not None:
                await row.then(page)
            told = await look(page, reply.status, axe=axe)
        except Exception as error:  # belongs to this row, and not to those beside it
            return error
        finally:
            await page.close()
        # The browser says so itself when a page is an answer to a mistake.
        told.complaints = [one for one in complaints if "Failed to load resource" not in one]
        return told

    async def visit_all(who: str, language: Language, rows: list[Row]) -> None:
        async with free, chromium.visit(site, who, language=language) as context:
            for row in rows:
                found[row, language] = await visit(context, row)

    async def all_visits() -> None:
        visits = []
        for language in LANGUAGES:
            for who in sorted({row.who for row in ROWS}):
                rows = [row for row in ROWS if row.who == who]
                visits += [visit_all(who, language, rows[at : at + SHARE]) for at in range(0, len(rows), SHARE)]
        await asyncio.gather(*visits)

    chromium.run(all_visits(), seconds=LONGEST)
    return found


@pytest.mark.timeout(LONGEST + 60)
@pytest.mark.parametrize(("row", "language"), CASES, ids=[f"{row.name} {language}" for row, language in CASES])
def test_page(seen: dict[tuple[Row, str], Seen | Exception], row: Row, language: Language) -> None:
    found = seen[row, language]
    if isinstance(found, Exception):
        raise found
    assert found.status == row.status
    assert found.language == language
    assert found.title.endswith(texts(language)("name")) and not found.title.startswith("–")
    assert len(found.headings) == 1 and found.headings[0].strip()
    assert found.complaints == []
    assert found.too_wide == []
    assert found.hidden == []
    assert found.faults == []


def test_every_page_is_in_the_table() -> None:
    """Addresses with their names between braces fit the same patterns as those that are filled in."""
    shown = [route for route in page_routes() if "GET" in route.methods and not route.path.startswith("/bestanden/")]
    addresses = [row.address.partition("?")[0] for row in ROWS]
    assert [route.path for route in shown if not any(route.path_regex.match(address) for address in addresses)] == []


def test_rows_differ() -> None:
    names = [row.name for row in ROWS]
    assert sorted(set(names)) == sorted(names)
