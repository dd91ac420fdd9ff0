"""What residents see: the form, what is read in their story, the answer, and their way back to it."""

from __future__ import annotations

import re
import uuid
from html import unescape
from typing import Any

import httpx
import pytest
from sqlalchemy import func, select
from starlette.testclient import TestClient

from service.database.tables import Initiative, Job
from service.work.outcome import Stage
from service.work.quoting import Law
from service.work.retention import erase_originals
from service.work.telling import FIRST, MOST, outcome_of, stage_of
from tests.web.browsing import Clock, browser_for, changed, clock, flipped, new_person
from tests.web.conftest import TOLD, Service

__all__ = ["clock"]

PERMIT = "CVDR900001/artikel-2:4/lid-1"
FORM = {**TOLD, "datum": "", "sleutel": "een-formulier"}


@pytest.fixture
def browser(service: Service) -> TestClient:
    return browser_for(service)


def text_of(reply: httpx.Response) -> str:
    """What a page says, without its marks."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", reply.text)).split())


def part(reply: httpx.Response, anchor: str) -> str:
    """The section whose heading has an id."""
    found = re.search(rf'<section aria-labelledby="{anchor}">(.*?)</section>', reply.text, re.DOTALL)
    assert found, anchor
    return found.group(1)


def sent(browser: TestClient, **fields: str) -> str:
    """Submit; the address of the initiative."""
    reply = browser.post("/", data={**FORM, "sleutel": uuid.uuid4().hex, **fields})
    assert reply.status_code == 303, reply.text
    return reply.headers["Location"]


def initiatives(service: Service) -> int:
    with service.database.reading() as session:
        return session.execute(select(func.count()).select_from(Initiative)).scalar_one()


def identifier_of(service: Service, address: str) -> str:
    secret = address.rpartition("/")[2]
    headers = {"Authorization": f"Bearer {secret}"}
    with service.database.reading() as session:
        rows = session.execute(select(Initiative.id).order_by(Initiative.sequence.desc())).scalars().all()
    return next(row for row in rows if service.client.get(f"/v1/initiatieven/{row}", headers=headers).status_code == 200)


@pytest.mark.parametrize(("language", "title"), [("nl", "Wat wilt u samen doen?"), ("en", "What do you want to do together?")])
def test_the_form_says_what_it_is_and_what_is_kept(browser: TestClient, service: Service, language: str, title: str) -> None:
    page = browser.get(f"/?taal={language}")
    assert page.status_code == 200
    assert page.text.count("<h1") == 1 and title in text_of(page)
    assert str(service.settings.retention_days) in text_of(page)
    assert '<option value="Waterveen">' in page.text and '<option value="Utrecht">' in page.text
    for field in ("titel", "omschrijving", "gemeente", "datum"):
        assert f'<label class="utrecht-form-label" for="{field}">' in page.text


def test_mistakes_stand_beside_their_fields_and_above_them(browser: TestClient, service: Service) -> None:
    before = initiatives(service)
    page = browser.post("/", data={"titel": "", "omschrijving": "Kort", "gemeente": "Waterveen", "datum": "morgen"})
    assert page.status_code == 400
    summary = re.search(r'role="alert"[^>]*data-start.*?</ul>', page.text, re.DOTALL)
    assert summary
    assert re.findall(r'href="#(\w+)"', summary.group()) == ["titel", "omschrijving", "datum"]
    for field, told in (
        ("titel", "Geef uw plan een titel."),
        ("omschrijving", "Schrijf hier wat meer."),
        ("datum", "Dit is geen datum."),
    ):
        assert re.search(rf'id="{field}-fout">{told}', page.text), field
        assert re.search(rf'id="{field}"[^>]*aria-invalid="true"', page.text), field
    assert ">Kort</textarea>" in page.text and 'value="Waterveen"' in page.text  # nothing that was typed is lost
    assert not re.search(r'id="gemeente"[^>]*aria-invalid', page.text)
    assert initiatives(service) == before


def test_what_cannot_be_read_is_said_in_words(browser: TestClient) -> None:
    page = browser.post("/", data={**FORM, "omschrijving": "我们想在街上举办一个聚会和音乐会"})
    assert page.status_code == 400 and "Schrijf in gewone Nederlandse zinnen" in text_of(page)
    page = browser.post("/", data={**FORM, "titel": "x" * 201})
    assert page.status_code == 400 and "hoogstens 200 tekens" in text_of(page)


def test_a_story_is_read_while_it_is_written(browser: TestClient, service: Service) -> None:
    before = initiatives(service)
    part_of_page = browser.post("/indienen/lezen", data=FORM, headers={"HX-Request": "true"})
    assert part_of_page.status_code == 200 and "<html" not in part_of_page.text
    assert re.search(r"<mark[^>]*>biertap</mark>", part_of_page.text)
    assert "Alcohol schenken" in text_of(part_of_page) and "door: biertap" in text_of(part_of_page)
    assert "4 regelingen van de gemeente Waterveen" in text_of(part_of_page)
    whole = browser.post("/indienen/lezen", data=FORM)  # without a script
    assert whole.status_code == 200 and "<h1" in whole.text
    assert re.search(r"<mark[^>]*>springkussen</mark>", whole.text)
    assert FORM["omschrijving"] in unescape(whole.text) and 'value="een-formulier"' in whole.text
    assert initiatives(service) == before
    english = browser.post("/indienen/lezen?taal=en", data=FORM, headers={"HX-Request": "true"})
    assert "Serving alcohol" in text_of(english)


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"titel": "", "omschrijving": "Feest"}, "Er is nog te weinig om te lezen"),
        ({"titel": "Vraag", "omschrijving": "Wij willen graag iets weten over vroeger."}, "nog geen activiteit"),
        ({"gemeente": "Utrecht"}, "Van Utrecht hebben we geen eigen regels"),
        ({"gemeente": ""}, "Vul ook uw gemeente in"),
        ({"omschrijving": "Wij bakken poffertjes op straat. " * 1000}, "lezen hier alleen het begin"),
    ],
)
def test_what_the_reading_says(browser: TestClient, fields: dict[str, str], told: str) -> None:
    page = browser.post("/indienen/lezen", data={**FORM, **fields}, headers={"HX-Request": "true"})
    assert page.status_code == 200 and told in text_of(page)


def test_reading_along_is_limited(service: Service) -> None:
    with changed(service, checks_per_minute=1) as browser:
        assert [browser.post("/indienen/lezen", data=FORM).status_code for _ in range(2)] == [200, 429]


def test_markup_in_a_story_stays_text(browser: TestClient) -> None:
    page = browser.post("/indienen/lezen", data={**FORM, "titel": "<b>Feest</b> in de straat"})
    assert "<b>" not in page.text and "&lt;b&gt;" in page.text


def test_the_answer_in_four_parts(service: Service, browser: TestClient) -> None:
    address = sent(browser)
    waiting = browser.get(address)
    assert waiting.status_code == 200 and "We lezen uw verhaal" in text_of(waiting)
    assert f'hx-get="{address}"' in waiting.text and f'href="{address}"' in waiting.text
    assert f'value="{service.settings.public_url}{address}"' in waiting.text
    service.work()
    page = browser.get(address)
    assert "hx-trigger" not in page.text
    assert page.headers["X-Robots-Tag"].startswith("noindex") and page.headers["Referrer-Policy"] == "no-referrer"
    assert "Dit is geen juridisch advies" in text_of(page)
    assert "Er heeft nog geen medewerker" in text_of(page)
    attention = part(page, "aandacht")
    assert "Evenement houden" in attention and f'href="/bepalingen/{PERMIT}"' in attention
    assert "Toestemming vooraf" in attention and "Vraag eerst toestemming" in attention
    assert re.search(r"<mark[^>]*>[^<]*evenement te houden", attention)
    assert "Gemeente Waterveen" in part(page, "bellen") and "het college" in part(page, "bellen").casefold()
    assert "artikel 13:2" in part(page, "ruimte")
    assert "Algemene plaatselijke verordening Waterveen 2024" in part(page, "gezocht")
    assert "geen regelingen van het Rijk geladen" in part(page, "gezocht")
    outside = [link for link in re.findall(r'(?:href|src|action)="([^"]+)"', page.text) if not link.startswith(("/", "#"))]
    assert not outside  # no other site hears the address


def test_what_is_free_has_no_rule_at_all(service: Service, browser: TestClient) -> None:
    address = sent(browser)
    service.work()
    with service.database.reading() as session:
        row = session.execute(select(Initiative).where(Initiative.id == identifier_of(service, address))).scalar_one()
        outcome = outcome_of(session, row, Law(service.engine.loaded.store))
        read = {one["code"] for one in row.activities}
    free, regulated = {code for code, _ in outcome.free}, {topic.activity for topic in outcome.topics}
    assert free and regulated - {""} and not free & regulated
    assert free | (regulated - {""}) == read
    assert all(barrier.p >= FIRST for barrier in outcome.first)
    assert all(len(topic.first) <= MOST for topic in outcome.topics)
    assert [topic.first[0].p for topic in outcome.topics if topic.first] == sorted(
        (topic.first[0].p for topic in outcome.topics if topic.first), reverse=True
    )


def test_nothing_is_called_free_where_the_rules_are_not_known(service: Service, browser: TestClient) -> None:
    address = sent(browser, gemeente="Utrecht")
    vague = sent(browser, titel="Praten", omschrijving="Wij komen elke week bij elkaar om over vroeger te praten.")
    service.work()
    free = part(browser.get(address), "vrij")
    assert "Van uw gemeente hebben we geen regels" in free and "<li>" not in free
    page = browser.get(vague)
    assert "Daarom kunnen we niet zeggen wat vrij is" in part(page, "vrij") and "Vertel het opnieuw" in part(page, "vrij")


def test_what_reviewers_decided_is_told(service: Service, browser: TestClient) -> None:
    address = sent(browser)
    service.work()
    identifier = identifier_of(service, address)
    flags = service.flags(identifier)
    confirmed, rejected = flags[-1], flags[0]

    def judge(flag: dict[str, Any], **decision: Any) -> None:
        headers = service.as_("beoordelaar", **{"If-Match": "*"})
        reply = service.client.post(f"/v1/signalen/{flag['id']}/beoordelingen", json=decision, headers=headers)
        assert reply.status_code == 201, reply.text

    judge(confirmed, oordeel="bevestigd", toelichting="Alleen voor collega's")
    judge(rejected, oordeel="afgewezen")
    missed = {"verwijzing": "CVDR900001/artikel-1:2/lid-1", "soorten": ["meldingsplicht"], "zwaarte": 3}
    added = service.client.post(f"/v1/initiatieven/{identifier}/signalen", json=missed, headers=service.as_("beoordelaar"))
    assert added.status_code == 201, added.text
    page = browser.get(address)
    attention = part(page, "aandacht")
    standing, dismissed = attention.split("Bekeken: geldt niet voor u")
    link = 'href="/bepalingen/{}"'
    assert link.format(rejected["verwijzing"]) not in standing and link.format(rejected["verwijzing"]) in dismissed
    # The least likely of all is told in full, for somebody says that it stands in the way.
    card = next(one for one in standing.split('<li class="rr-card') if link.format(confirmed["verwijzing"]) in one)
    assert "bekeken: dit geldt voor u" in card
    own = next(one for one in standing.split('<li class="rr-card') if link.format(missed["verwijzing"]) in one)
    assert "toegevoegd door een medewerker" in own and "Vooraf melden" in own
    assert "houdt tegen (3 van 3)" in own and "Kans:" not in own
    assert "keek al naar 3 van de" in text_of(page)
    assert "collega" not in page.text  # notes are for reviewers


def test_sent_twice_is_one_initiative(service: Service, browser: TestClient) -> None:
    first = sent(browser, sleutel="twee keer gedrukt")
    assert sent(browser, sleutel="twee keer gedrukt") == first
    assert sent(browser, sleutel="twee keer gedrukt", titel="Iets anders in de straat") != first
    assert sent(browser, sleutel="een ander formulier") != first
    keys = {re.search(r'name="sleutel" value="([^"]+)"', browser.get("/").text)[1] for _ in range(2)}  # type: ignore[index]
    assert len(keys) == 2


def test_a_wrong_link_says_so_and_goes_nowhere(service: Service, browser: TestClient) -> None:
    address = sent(browser)
    for wrong in (flipped(address, len(address) - 1), "/mijn/rl_", f"/mijn/{service.tokens['jurist']}"):
        page = browser.get(wrong)
        assert page.status_code in (303, 404), wrong
        assert "Zomerfeest" not in page.text
        if wrong.startswith("/mijn/rl_"):
            assert page.status_code == 404 and "Deze link werkt niet" in text_of(page)
    assert browser.get(f"{address}/onzin").status_code == 404
    assert browser.get("/mijn/%00").status_code == 400
    assert browser.get("/mijn").headers["Location"] == "/aanmelden?verder=%2Fmijn"


def test_withdrawing_asks_first(service: Service, browser: TestClient) -> None:
    address = sent(browser)
    service.work()
    asked = browser.get(f"{address}/intrekken")
    assert asked.status_code == 200 and "Ja, intrekken" in text_of(asked)
    assert f'action="{address}/intrekken"' in asked.text
    done = browser.post(f"{address}/intrekken", data={"ja": ""})
    assert (done.status_code, done.headers["Location"]) == (303, address)
    page = browser.get(address)
    assert "U hebt dit initiatief ingetrokken" in text_of(page) and f"{address}/intrekken" not in page.text
    assert "Wat aandacht vraagt" in text_of(page)  # what was found stays to be read
    early = sent(browser, titel="Nog niet gelezen feest")
    browser.post(f"{early}/intrekken", data={"ja": ""})
    assert "Daarom hebben we het niet gelezen" in text_of(browser.get(early))


def test_erasing_asks_first_and_leaves_nothing(service: Service, browser: TestClient) -> None:
    address = sent(browser, titel="Te wissen zomerfeest")
    service.work()
    assert "Dit kunt u niet terugdraaien" in text_of(browser.get(f"{address}/wissen"))
    done = browser.post(f"{address}/wissen", data={"ja": ""})
    assert done.status_code == 303
    assert "Uw initiatief is gewist" in text_of(browser.get(done.headers["Location"]))
    gone = browser.get(address)
    assert gone.status_code == 404 and "Te wissen" not in gone.text


def test_the_link_opens_for_whoever_is_logged_in(service: Service, browser: TestClient) -> None:
    address = sent(browser)
    person = new_person(service, role="indiener")
    person.enter()
    page = person.browser.get(address)
    assert page.status_code == 200 and "Nieuw afmelden" in text_of(page)
    assert person.browser.post(f"{address}/intrekken", data={"ja": ""}).status_code == 303


def test_with_an_account_you_find_your_own(service: Service, browser: TestClient) -> None:
    person, other = new_person(service, role="indiener"), new_person(service, role="indiener")
    token = person.enter()["X-CSRF-Token"]
    other.enter()
    assert "nog niets verstuurd" in text_of(person.browser.get("/mijn"))
    assert person.browser.post("/", data=FORM).status_code == 403  # without the token of the form
    address = sent(person.browser, csrf=token, titel="Moestuin bij de flat")
    identifier = identifier_of(service, address)
    listed = person.browser.get("/mijn")
    assert "Moestuin bij de flat" in listed.text and "we lezen het nu" in listed.text
    assert f'href="/mijn/{identifier}"' in listed.text
    service.work()
    page = person.browser.get(f"/mijn/{identifier}")
    assert page.status_code == 200 and "Wat aandacht vraagt" in text_of(page)
    assert "geheime link" not in page.text
    assert "Moestuin" not in other.browser.get("/mijn").text
    assert other.browser.get(f"/mijn/{identifier}").status_code == 404
    assert browser.get(f"/mijn/{identifier}").headers["Location"].startswith("/aanmelden")
    assert person.browser.post(f"/mijn/{identifier}/intrekken", data={"ja": ""}).status_code == 403
    assert person.browser.post(f"/mijn/{identifier}/intrekken", data={"csrf": token}).status_code == 303
    assert "ingetrokken" in person.browser.get("/mijn").text


def test_when_the_words_have_gone_the_answer_stays(service: Service, browser: TestClient, clock: Clock) -> None:
    address = sent(browser, titel="Feest van Jan Jansen in de straat")
    service.work()
    clock.set(days=service.settings.retention_days + 1)
    erase_originals(service.database)
    page = browser.get(address)
    assert page.status_code == 200 and "versie zonder namen" in text_of(page)
    assert "Jan Jansen" not in page.text
    assert f"/bepalingen/{PERMIT}" in part(page, "aandacht") and "Evenement houden" in part(page, "aandacht")
    assert "Toestemming vooraf" in part(page, "aandacht")


def test_a_reading_that_failed_is_no_endless_wait(service: Service, browser: TestClient) -> None:
    address = sent(browser)
    with service.database.writing() as session:
        job = session.execute(select(Job).order_by(Job.sequence.desc()).limit(1)).scalar_one()
        job.status = "mislukt"
    page = browser.get(address)
    assert "Het lezen is niet gelukt" in text_of(page) and "hx-trigger" not in page.text
    assert service.settings.contact_name in text_of(page)


def test_without_a_store_the_answer_is_quoted_from_what_was_kept(service: Service, browser: TestClient) -> None:
    address = sent(browser)
    service.work()
    with service.database.reading() as session:
        row = session.execute(select(Initiative).where(Initiative.id == identifier_of(service, address))).scalar_one()
        assert stage_of(session, row) is Stage.READ
        outcome = outcome_of(session, row, Law(None))
    permit = next(barrier for barrier in outcome.first if barrier.clause.ref == PERMIT)
    assert "evenement" in permit.clause.text and permit.clause.place == "artikel 2:4, eerste lid, CVDR900001"
    assert permit.room and permit.room[0].clause.text == ""


def test_the_answer_in_english_marks_what_is_dutch(service: Service, browser: TestClient) -> None:
    address = sent(browser)
    service.work()
    page = browser.get(f"{address}?taal=en")
    assert "This is no legal advice" in text_of(page) and "Holding an event" in part(page, "aandacht")
    assert all('lang="nl"' in quotation for quotation in re.findall(r"<blockquote[^>]*>", page.text))
    assert all('lang="nl"' in words for words in re.findall(r"<q\b[^>]*>", page.text))
    assert 'href="/mijn/' in page.text and "taal=nl" in page.text
