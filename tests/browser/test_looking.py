"""The looking itself sees what is wrong: a page full of faults does not pass."""

from __future__ import annotations

import pytest

from tests.browser.looking import Chromium, Seen, listen, look
from tests.browser.site import Site

BAD = """<title>x</title><main><h1>Een</h1><h1>Twee</h1><h4>Diep</h4>
<p style="color: #ccc">bleek</p><input type="radio" style="opacity: 0"><img src="/bestaat-niet.png">
<div style="width: 2000px">breed</div></main><script>throw new Error("kapot")</script>"""


@pytest.mark.timeout(300)
def test_a_bad_page_is_seen_to_be_bad(chromium: Chromium, site: Site, axe: str) -> None:
    async def looked() -> Seen:
        async with chromium.page(site) as page:
            complaints = listen(page)
            await page.goto(site.at("/aanmelden"))
            # The policy of our own pages would keep the style and script of this one out.
            await page.route("**/slecht", lambda route: route.fulfill(content_type="text/html", body=BAD))
            await page.goto(site.at("/slecht"))
            found = await look(page, 200, axe=axe)
            found.complaints = complaints
            return found

    found = chromium.run(looked())
    assert found.language == "" and len(found.headings) == 2
    assert any("kapot" in told for told in found.complaints)
    assert any(told.startswith("DIV") for told in found.too_wide)
    assert any("radio" in told for told in found.hidden)
    rules = {told.split(" ")[1].rstrip(":") for told in found.faults}
    assert rules >= {"html-has-lang", "color-contrast", "label", "image-alt", "heading-order"}


@pytest.mark.timeout(60)
def test_what_the_policy_forbids_is_a_complaint(chromium: Chromium, site: Site) -> None:
    async def complaints() -> list[str]:
        async with chromium.page(site) as page:
            told = listen(page)
            await page.goto(site.at("/aanmelden"))
            await page.evaluate("document.body.insertAdjacentHTML('beforeend', '<p style=\"color: red\">x</p>')")
            await page.wait_for_timeout(100)
            return told

    assert any("Content Security Policy" in told for told in chromium.run(complaints()))
