"""Differences: which flags are there, what is told of them, and what a lawyer's decision does."""

from __future__ import annotations

import re
import uuid
from typing import Any

import httpx
import lxml.html
import pytest
from sqlalchemy import select

from service.database.tables import FlagRow, Judgement, User
from service.identity.organisations import organisation_named
from service.pages.texts import texts
from service.work.flags import latest_suggestions
from service.work.standing import Question
from tests.web.browsing import new_person
from tests.web.conftest import Service

SAID = texts("nl")


def judged(service: Service, flag: str, who: str, **told: Any) -> None:
    """Judge as someone: a role, or the token of a person."""
    token = service.tokens.get(who, who)
    reply = service.client.post(f"/v1/signalen/{flag}/beoordelingen", json=told, headers={"Authorization": f"Bearer {token}"})
    assert reply.status_code == 201, reply.text


@pytest.fixture(scope="module")
def colleague(service: Service) -> str:
    """A second reviewer of Waterveen, "Nieuw"; a token."""
    person = new_person(service)
    told = {"naam": "x", "rechten": ["lezen", "beoordelen"]}
    made = person.browser.post("/v1/tokens", json=told, headers=person.enter())
    assert made.status_code == 201, made.text
    return str(made.json()["geheim"])


@pytest.fixture(scope="module")
def flags(service: Service, colleague: str) -> dict[Question | None, dict[str, Any]]:
    """Four flags: on three people differ, each on something else; on the fourth they agree."""
    initiative, _ = service.submit(titel="Straatfeest met verschillen")
    four = service.flags(initiative)[:4]
    on_verdict, on_kinds, on_strength, agreed = four
    judged(service, on_verdict["id"], "beoordelaar", oordeel="bevestigd")
    judged(service, on_verdict["id"], colleague, oordeel="afgewezen", toelichting="Dit is een klein feest.")
    for flag, kinds, strength in ((on_kinds, ["zorgplicht"], 2), (on_strength, ["gebod"], 3)):
        judged(service, flag["id"], "beoordelaar", oordeel="aangepast", soorten=["gebod"], zwaarte=2)
        judged(service, flag["id"], colleague, oordeel="aangepast", soorten=kinds, zwaarte=strength)
    judged(service, agreed["id"], "beoordelaar", oordeel="bevestigd")
    judged(service, agreed["id"], colleague, oordeel="bevestigd")
    return dict(zip((Question.VERDICT, Question.KINDS, Question.STRENGTH, None), four, strict=True))


def seen(service: Service, address: str, who: str = "jurist") -> lxml.html.HtmlElement:
    reply = service.client.get(address, headers=service.as_(who))
    assert reply.status_code == 200, reply.text
    return lxml.html.document_fromstring(reply.text)


def linked(tree: lxml.html.HtmlElement) -> list[str]:
    """Flags that a list links to."""
    return [href.partition("?")[0].rpartition("/")[2] for href in tree.xpath("//li[@data-row]//a/@href")]


def words(element: lxml.html.HtmlElement) -> str:
    return " ".join(element.text_content().split())


def row(tree: lxml.html.HtmlElement, question: str) -> list[str]:
    """The cells of a row of the table of judgements."""
    [found] = [one for one in tree.xpath("//table[contains(@class, 'rr-side')]//tr") if words(one[0]).startswith(question)]
    return [words(cell) for cell in found]


def decide(service: Service, flag: str, who: str = "jurist", query: str = "", **form: Any) -> httpx.Response:
    """Send the form as the page shows it, with some of it filled in."""
    tree = seen(service, f"/verschillen/{flag}", who)
    told = {"stand": tree.xpath("//input[@name='stand']/@value")[0], **form}
    return service.client.post(f"/verschillen/{flag}{query}", data=told, headers=service.as_(who), follow_redirects=False)


def suggested(service: Service, flag: str) -> dict[str, Any]:
    with service.database.reading() as session:
        return latest_suggestions(session, [flag])[flag].content


def latest(service: Service, flag: str) -> Judgement:
    with service.database.reading() as session:
        query = select(Judgement).where(Judgement.flag_id == flag).order_by(Judgement.sequence.desc()).limit(1)
        return session.execute(query).scalar_one()


def test_the_list_holds_what_people_differ_on(service: Service, flags: dict[Any, Any]) -> None:
    tree = seen(service, "/verschillen")
    found = linked(tree)
    assert found[0] == flags[Question.VERDICT]["id"]  # the weightiest difference first
    assert set(found) == {flags[question]["id"] for question in Question}
    told = words(tree)
    assert "Straatfeest met verschillen" in told and "3 verschillen" in told


@pytest.mark.parametrize("question", list(Question))
def test_filter_by_question(service: Service, flags: dict[Any, Any], question: Question) -> None:
    assert linked(seen(service, f"/verschillen?verschil={question.value}")) == [flags[question]["id"]]


def test_filter_by_kind(service: Service, flags: dict[Any, Any]) -> None:
    assert linked(seen(service, "/verschillen?soort=zorgplicht")) == [flags[Question.KINDS]["id"]]
    assert linked(seen(service, "/verschillen?soort=financieel")) == []
    assert SAID("adjudication-none-filtered") in words(seen(service, "/verschillen?soort=financieel"))
    assert len(linked(seen(service, "/verschillen?soort=onzin&verschil=onzin"))) == 3  # what is unknown asks for nothing


def test_agreement_is_told(service: Service, flags: dict[Any, Any]) -> None:
    """Verdicts of four flags: three agreed, one not. Seven say yes, one no: alpha is 1 - 2 / (2 * 7 * 1 / 7) = 0."""
    tree = seen(service, "/verschillen")
    rows = {words(one[0]): [words(cell) for cell in one[1:]] for one in tree.xpath("//figure//tbody/tr")}
    assert rows[SAID("adjudication-asked-verdict")] == ["0", SAID("adjudication-interval-few"), "4", "1"]
    assert rows["Gebod"][2:] == ["4", str(1 + ("gebod" in suggested(service, flags[Question.VERDICT]["id"])["kinds"]))]


def test_one_difference_side_by_side(service: Service, flags: dict[Any, Any]) -> None:
    flag = flags[Question.VERDICT]
    tree = seen(service, f"/verschillen/{flag['id']}")
    assert row(tree, "Vraag") == ["Vraag", "Model", "Proef beoordelaar", "Nieuw"]
    verdict = row(tree, SAID("adjudication-row-verdict"))
    assert verdict[0].endswith(SAID("adjudication-differs"))
    assert verdict[2:] == [SAID("adjudication-verdict-bevestigd"), SAID("adjudication-verdict-afgewezen")]
    assert row(tree, SAID("adjudication-row-note"))[3] == "Dit is een klein feest."
    assert words(tree.xpath("//h1")[0]).startswith("Verschil over ")
    clause = service.client.get(f"/v1/signalen/{flag['id']}", headers=service.as_("jurist")).json()["tekst"]
    assert words(tree.xpath("//blockquote")[0]) == " ".join(clause.split())
    kinds = row(seen(service, f"/verschillen/{flags[Question.KINDS]['id']}"), "Zorgplicht")
    assert kinds[0].endswith(SAID("adjudication-differs")) and kinds[2:] == ["nee", "ja"]


def test_names_stay_within_the_organisation(service: Service, flags: dict[Any, Any]) -> None:
    """Who manages the whole service sees no names of who judged."""
    tree = seen(service, f"/verschillen/{flags[Question.VERDICT]['id']}", "beheerder")
    assert row(tree, "Vraag")[2:] == ["Beoordelaar 1", "Beoordelaar 2"]


@pytest.mark.parametrize("who", ["jurist-elders", "beoordelaar-elders"])
def test_other_organisations_see_nothing(service: Service, flags: dict[Any, Any], who: str) -> None:
    assert linked(seen(service, "/verschillen", who)) == []
    assert service.client.get(f"/verschillen/{flags[None]['id']}", headers=service.as_(who)).status_code == 404


def test_unknown_and_single_flags_are_not_there(service: Service, flags: dict[Any, Any]) -> None:
    initiative, _ = service.submit(titel="Nog niet beoordeeld")
    for flag in (str(uuid.uuid4()), service.flags(initiative)[0]["id"]):
        assert service.client.get(f"/verschillen/{flag}", headers=service.as_("jurist")).status_code == 404
    assert service.client.get("/verschillen/geen-nummer", headers=service.as_("jurist")).status_code == 400


def test_reviewers_read_and_do_not_decide(service: Service, flags: dict[Any, Any]) -> None:
    flag = flags[Question.VERDICT]["id"]
    tree = seen(service, f"/verschillen/{flag}", "beoordelaar")
    assert tree.xpath("//main//form") == [] and SAID("adjudication-decide-reader") in words(tree)
    reply = service.client.post(f"/verschillen/{flag}", data={"oordeel": "nee"}, headers=service.as_("beoordelaar"))
    assert reply.status_code == 403
    assert service.client.get("/verschillen", headers=service.as_("indiener")).status_code == 403


def checked(tree: lxml.html.HtmlElement, name: str) -> list[str]:
    return [str(value) for value in tree.xpath(f"//input[@name='{name}'][@checked]/@value")]


def test_the_form_begins_with_what_all_share(service: Service, flags: dict[Any, Any]) -> None:
    tree = seen(service, f"/verschillen/{flags[Question.STRENGTH]['id']}")
    assert (checked(tree, "oordeel"), checked(tree, "soorten"), checked(tree, "zwaarte")) == (["ja"], ["gebod"], [])
    tree = seen(service, f"/verschillen/{flags[Question.VERDICT]['id']}")
    assert checked(tree, "oordeel") == []
    tree = seen(service, f"/verschillen/{flags[Question.KINDS]['id']}?begin=2")
    assert (checked(tree, "soorten"), checked(tree, "zwaarte")) == (["zorgplicht"], ["2"])
    tree = seen(service, f"/verschillen/{flags[Question.VERDICT]['id']}?begin=2")
    assert checked(tree, "oordeel") == ["nee"]
    flag = flags[Question.VERDICT]["id"]
    begun = checked(seen(service, f"/verschillen/{flag}?begin=model"), "soorten")
    assert set(begun) == set(suggested(service, flag)["kinds"])


@pytest.mark.parametrize(
    ("form", "fault"),
    [
        ({}, "adjudication-fault-verdict"),
        ({"oordeel": "misschien"}, "adjudication-fault-verdict"),
        ({"oordeel": "ja", "zwaarte": "2"}, "adjudication-fault-kinds"),
        ({"oordeel": "ja", "soorten": ["gebod"]}, "adjudication-fault-strength"),
        ({"oordeel": "ja", "soorten": ["gebod"], "zwaarte": "0"}, "adjudication-fault-strength"),
    ],
)
def test_what_lacks_is_told(service: Service, flags: dict[Any, Any], form: dict[str, Any], fault: str) -> None:
    flag = flags[Question.KINDS]["id"]
    before = latest(service, flag).id
    reply = decide(service, flag, **form, toelichting="Blijft staan")
    assert reply.status_code == 400
    tree = lxml.html.document_fromstring(reply.text)
    [summary] = tree.xpath("//*[@role='alert']")
    assert SAID(fault) in words(summary)
    for href in summary.xpath(".//a/@href"):
        assert tree.get_element_by_id(href.removeprefix("#")) is not None
    assert tree.xpath("//textarea")[0].text.strip() == "Blijft staan"
    assert latest(service, flag).id == before


def test_a_decision_settles_and_goes_on(service: Service, flags: dict[Any, Any]) -> None:
    flag, other = flags[Question.VERDICT], flags[Question.KINDS]
    reply = decide(service, flag["id"], oordeel="ja", soorten=["gebod", "plaats"], zwaarte="3", toelichting="Zo zit het.")
    assert reply.status_code == 303
    assert reply.headers["Location"] == f"/verschillen/{other['id']}?klaar={flag['id']}"
    row_of = latest(service, flag["id"])
    assert (row_of.adjudication, row_of.verdict, row_of.strength) == (True, "aangepast", 3)
    assert set(row_of.kinds) == {"gebod", "plaats"} and row_of.user_id == service.users["jurist"]
    after = seen(service, reply.headers["Location"])
    assert SAID("adjudication-done") in words(after.xpath("//*[@role='status']")[0])
    assert flag["id"] not in linked(seen(service, "/verschillen"))
    assert linked(seen(service, "/verschillen?stand=beslecht")) == [flag["id"]]
    told = words(seen(service, f"/verschillen/{flag['id']}").xpath("//section[@aria-labelledby='beslist']")[0])
    assert "door Proef jurist" in told and "Gebod, Plaats" in told and "Zo zit het." in told
    with service.database.reading() as session:
        assert session.execute(select(FlagRow.verdict).where(FlagRow.id == flag["id"])).scalar_one() == "aangepast"


def test_to_say_what_the_model_said_confirms_it(service: Service, colleague: str) -> None:
    initiative, _ = service.submit(titel="Weer een feest")
    flag = service.flags(initiative)[0]
    judged(service, flag["id"], "beoordelaar", oordeel="bevestigd")
    judged(service, flag["id"], colleague, oordeel="afgewezen")
    model = suggested(service, flag["id"])
    reply = decide(service, flag["id"], oordeel="ja", soorten=model["kinds"], zwaarte=str(model["strength"]))
    assert reply.status_code == 303
    decided = latest(service, flag["id"])
    assert (decided.verdict, decided.evidence) == ("bevestigd", model["evidence"])


def test_words_of_a_reviewer_are_taken_over(service: Service, colleague: str) -> None:
    initiative, _ = service.submit(titel="En nog een feest")
    flag = service.flags(initiative)[0]
    judged(service, flag["id"], "beoordelaar", oordeel="bevestigd")
    pointed = [{"begin": 0, "einde": 7}]
    judged(service, flag["id"], colleague, oordeel="aangepast", soorten=["verbod"], zwaarte=1, bewijs=pointed)
    tree = seen(service, f"/verschillen/{flag['id']}?begin=2")
    assert checked(tree, "woorden") == ["2"]
    reply = decide(service, flag["id"], oordeel="ja", soorten=["verbod"], zwaarte="1", woorden="2")
    assert reply.status_code == 303
    assert [(one["start"], one["end"]) for one in latest(service, flag["id"]).evidence] == [(0, 7)]


def test_who_saw_something_old_decides_again(service: Service, flags: dict[Any, Any], colleague: str) -> None:
    flag = flags[Question.STRENGTH]["id"]
    tag = seen(service, f"/verschillen/{flag}").xpath("//input[@name='stand']/@value")[0]
    judged(service, flag, colleague, oordeel="aangepast", soorten=["gebod"], zwaarte=1)
    told = {"stand": tag, "oordeel": "nee", "toelichting": "Mijn reden"}
    reply = service.client.post(f"/verschillen/{flag}", data=told, headers=service.as_("jurist"))
    assert reply.status_code == 412
    assert SAID("adjudication-outdated") in words(lxml.html.document_fromstring(reply.text)) and "Mijn reden" in reply.text
    assert not latest(service, flag).adjudication


def test_judging_after_a_decision_opens_it_again(service: Service, colleague: str) -> None:
    initiative, _ = service.submit(titel="Feest na de beslissing")
    flag = service.flags(initiative)[0]["id"]
    judged(service, flag, "beoordelaar", oordeel="bevestigd")
    judged(service, flag, colleague, oordeel="afgewezen")
    assert decide(service, flag, oordeel="nee").status_code == 303
    assert flag not in linked(seen(service, "/verschillen"))
    judged(service, flag, colleague, oordeel="afgewezen", toelichting="Toch nog iets.")
    assert flag in linked(seen(service, "/verschillen"))


def test_taking_a_judgement_back_takes_the_difference_away(service: Service, colleague: str) -> None:
    initiative, _ = service.submit(titel="Feest met spijt")
    flag = service.flags(initiative)[0]["id"]
    judged(service, flag, "beoordelaar", oordeel="bevestigd")
    judged(service, flag, colleague, oordeel="afgewezen")
    assert flag in linked(seen(service, "/verschillen"))
    judged(service, flag, colleague, oordeel="teruggenomen")
    assert flag not in linked(seen(service, "/verschillen"))


def test_nothing_is_decided_on_what_was_withdrawn(service: Service, colleague: str) -> None:
    initiative, link = service.submit(titel="Ingetrokken feest")
    flag = service.flags(initiative)[0]["id"]
    judged(service, flag, "beoordelaar", oordeel="bevestigd")
    judged(service, flag, colleague, oordeel="afgewezen")
    withdrawn = service.client.patch(
        f"/v1/initiatieven/{initiative}", json={"status": "ingetrokken"}, headers={**link, "If-Match": "*"}
    )
    assert withdrawn.status_code == 200
    assert flag not in linked(seen(service, "/verschillen"))
    tree = seen(service, f"/verschillen/{flag}")
    assert tree.xpath("//main//form") == [] and SAID("adjudication-decide-closed") in words(tree)
    reply = service.client.post(f"/verschillen/{flag}", data={"oordeel": "nee", "stand": "x"}, headers=service.as_("jurist"))
    assert reply.status_code == 409


def test_a_browser_needs_the_token_of_its_form(service: Service, flags: dict[Any, Any]) -> None:
    person = new_person(service, role="jurist")
    person.enter()
    flag = flags[Question.KINDS]["id"]
    shown = person.browser.get(f"/verschillen/{flag}").text
    form = dict(re.findall(r'<input type="hidden" name="(csrf|stand|woorden)" value="([^"]*)"', shown))
    told = {**form, "oordeel": "nee"}
    without = {name: value for name, value in told.items() if name != "csrf"}
    assert person.browser.post(f"/verschillen/{flag}", data=without).status_code == 403
    assert person.browser.post(f"/verschillen/{flag}", data=told).status_code == 303


def test_english(service: Service, flags: dict[Any, Any]) -> None:
    tree = seen(service, f"/verschillen/{flags[None]['id']}?taal=en")
    service.client.cookies.clear()
    assert tree.get("lang") == "en" and "The judgements side by side" in words(tree)
    assert tree.xpath("//blockquote")[0].get("lang") == "nl"


def test_an_erased_person_has_no_name(service: Service, flags: dict[Any, Any], colleague: str) -> None:
    with service.database.writing() as session:
        organisation = organisation_named(session, "Waterveen")
        person = session.execute(select(User).where(User.name == "Nieuw", User.role == "beoordelaar")).scalars().first()
        assert person is not None and person.organisation_id == organisation.id
        person.erased, person.name = True, "(gewist)"
    assert row(seen(service, f"/verschillen/{flags[None]['id']}"), "Vraag")[2:] == ["Proef beoordelaar", "Beoordelaar 2"]
