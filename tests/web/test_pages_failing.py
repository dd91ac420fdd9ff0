"""What a person sees when something goes wrong: a page, in their language, never a traceback or an answer for programs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import anyio
import lxml.html
import pytest
from sqlalchemy.exc import OperationalError

from service.errors import Unavailable
from service.pages import entering
from service.pages.rendering import SECURITY
from tests.web.browsing import browser_for, changed, new_person
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


def test_who_asks_too_often_or_sends_too_much_is_told_in_a_page(service: Service) -> None:
    with changed(service, requests_per_minute=1, max_body_bytes=2_000) as browser:
        large = browser.post("/aanmelden?taal=en", data={"email": "x" * 3_000}, headers=HTML)
        assert large.status_code == 413 and heading(large.text) == "Too large"
        often = browser.get("/aanmelden?taal=nl", headers=HTML)
        assert often.status_code == 429 and heading(often.text) == "Te vaak"
        assert 1 <= int(often.headers["retry-after"]) <= 60 and often.headers["content-security-policy"] == SECURITY
        program = browser.get("/v1/regelingen", headers=HTML)
        assert program.status_code == 429 and program.headers["content-type"] == "application/problem+json"


def test_a_body_that_grows_too_large_is_told_in_a_page_and_is_no_bug(
    service: Service, caplog: pytest.LogCaptureFixture
) -> None:
    def parts() -> Iterator[bytes]:
        for _ in range(5):
            yield b"email=" + b"x" * 1_000

    headers = {**HTML, "Content-Type": "application/x-www-form-urlencoded"}
    with changed(service, max_body_bytes=2_000) as browser, caplog.at_level("ERROR"):
        reply = browser.post("/aanmelden", content=parts(), headers=headers)
        assert reply.status_code == 413 and heading(reply.text) == "Te groot"
    assert [record.message for record in caplog.records if record.message == "bug"] == []


def test_who_went_away_is_no_bug(service: Service, caplog: pytest.LogCaptureFixture) -> None:
    scope = {
        "type": "http",
        "method": "POST",
        "path": "/aanmelden",
        "raw_path": b"/aanmelden",
        "query_string": b"",
        "headers": [(b"content-type", b"application/x-www-form-urlencoded"), (b"accept", b"text/html")],
        "client": ("127.0.0.1", 1),
        "server": ("localhost", 8000),
        "scheme": "http",
        "root_path": "",
        "http_version": "1.1",
    }
    sent: list[Any] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        sent.append(message)

    with caplog.at_level("INFO"):
        anyio.run(service.client.app, scope, receive, send)
    assert [message.get("body", b"") for message in sent[1:]] == [b""]
    assert [record.message for record in caplog.records if record.message == "bug"] == []
    assert [record.__dict__["status"] for record in caplog.records if record.message == "request"] == [499]


def test_a_page_says_when_to_come_back(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    def busy(*_: object, **__: object) -> None:
        raise Unavailable("Even wachten.", retry_after=7)

    monkeypatch.setattr(entering, "page", busy)
    reply = browser_for(service).get("/aanmelden", headers=HTML)
    assert (reply.status_code, reply.headers["retry-after"]) == (503, "7")


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
