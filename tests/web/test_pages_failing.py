"""What a person sees when something goes wrong: a page, in their language, never a traceback or an answer for programs."""

from __future__ import annotations

import lxml.html
import pytest
from sqlalchemy.exc import OperationalError

from service.pages import entering
from service.pages.rendering import SECURITY
from tests.web.browsing import browser_for, new_person
from tests.web.conftest import PASSWORD, Service

HTML = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


def heading(text: str) -> str:
    (found,) = lxml.html.document_fromstring(text).xpath("//h1")
    return str(found.text_content())


@pytest.mark.parametrize(("language", "told"), [("nl", "Niet gevonden"), ("en", "Not found")])
def test_an_address_that_is_nothing_is_told_in_a_page(service: Service, language: str, told: str) -> None:
    reply = browser_for(service).get(f"/bestaat-niet?taal={language}", headers=HTML)
    assert reply.status_code == 404 and heading(reply.text) == told
    assert reply.headers["content-security-policy"] == SECURITY


@pytest.mark.parametrize(
    ("path", "accept"), [("/bestaat-niet", "*/*"), ("/bestaat-niet", "application/json"), ("/v1/bestaat-niet", HTML["Accept"])]
)
def test_a_program_still_gets_problem_details(service: Service, path: str, accept: str) -> None:
    reply = browser_for(service).get(path, headers={"Accept": accept})
    assert reply.status_code == 404 and reply.headers["content-type"] == "application/problem+json"


def test_the_address_of_a_form_is_no_page_and_says_so(service: Service) -> None:
    reply = browser_for(service).get("/afmelden", headers=HTML)
    assert reply.status_code == 405 and reply.headers["allow"] == "POST"
    assert heading(reply.text) == "Dit is geen bladzijde"


@pytest.mark.parametrize(
    ("error", "status", "told"),
    [
        (RuntimeError("geheim woord"), 500, "Er ging iets mis"),
        (OperationalError("SELECT geheim", None, Exception("geheim")), 503, "Even niet beschikbaar"),
    ],
)
def test_a_fault_of_ours_is_told_in_a_page(
    service: Service, monkeypatch: pytest.MonkeyPatch, error: Exception, status: int, told: str
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(entering, "page", fail)
    reply = browser_for(service).get("/aanmelden", headers=HTML)
    assert reply.status_code == status and heading(reply.text) == told
    assert "geheim" not in reply.text and "Traceback" not in reply.text


def test_who_is_logged_in_stays_so_on_the_page_of_a_mistake(service: Service) -> None:
    someone = new_person(service)
    someone.log_in(PASSWORD)
    reply = someone.browser.post("/afmelden", data={"csrf": "niet het goede"}, headers=HTML)
    assert reply.status_code == 403 and heading(reply.text) == "Dit mag niet"


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_a_form_of_another_website_is_refused(service: Service, site: str) -> None:
    reply = browser_for(service).post("/aanmelden", data={"email": "x"}, headers={**HTML, "Sec-Fetch-Site": site})
    assert reply.status_code == 403 and "andere website" in reply.text


def test_other_content_than_a_form_is_refused(service: Service) -> None:
    reply = browser_for(service).post("/aanmelden", json={"email": "x"}, headers=HTML)
    assert reply.status_code == 415 and heading(reply.text)


@pytest.mark.parametrize(
    ("language", "told"), [("nl", "Kijk of u hem helemaal hebt overgenomen"), ("en", "Check that you copied all of it")]
)
def test_a_page_says_itself_what_is_wrong(service: Service, language: str, told: str) -> None:
    reply = browser_for(service).get(f"/mijn/rl_bestaatniet?taal={language}", headers=HTML)
    assert reply.status_code == 404 and told in reply.text
