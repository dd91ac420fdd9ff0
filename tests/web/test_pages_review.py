"""The page of one flag: what a reviewer sees, what comes of a judgement, and the way back."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from typing import Any

import lxml.html
import pytest
from httpx import Response
from sqlalchemy import select, update

from models.ranking import CONTENT_SIGNALS, MEMORY_SIGNALS, REACH_SIGNALS
from service.clock import now
from service.database.tables import Claim, ClauseText, FlagRow, Initiative, InitiativeStatus, Judgement, User
from service.pages.reviewing import SIGNALS
from service.work.flags import keep_text
from service.work.practice import ENOUGH
from service.work.snapshots import make_snapshot
from tests.web.conftest import Service


@pytest.fixture
def initiative(service: Service) -> str:
    return service.submit()[0]


@pytest.fixture
def flag(service: Service, initiative: str) -> dict[str, Any]:
    """The first flag of a new initiative."""
    return service.flags(initiative)[0]


def tree_of(reply: Response, status: int = 200) -> lxml.html.HtmlElement:
    assert reply.status_code == status, reply.text
    return lxml.html.fromstring(reply.text)


def seen(service: Service, address: str, *, who: str = "beoordelaar", status: int = 200) -> lxml.html.HtmlElement:
    return tree_of(service.client.get(address, headers=service.as_(who)), status)


def words_of(tree: lxml.html.HtmlElement, path: str = "//main") -> str:
    return " ".join(" ".join(part.text_content() for part in tree.xpath(path)).split())


def version_of(tree: lxml.html.HtmlElement) -> str:
    return str(tree.xpath("string(//form[@id='oordeel']/input[@name='versie']/@value)"))


def send(service: Service, address: str, told: dict[str, Any], *, who: str = "beoordelaar") -> Response:
    fields = {"csrf": "", **told}  # as every form of a page has it; who asks with a token needs none
    reply: Response = service.client.post(address, data=fields, headers=service.as_(who), follow_redirects=False)
    return reply


def judge(service: Service, flag: dict[str, Any], *, who: str = "beoordelaar", query: str = "", **told: Any) -> Response:
    """As the form of the page sends it."""
    version = version_of(seen(service, f"/werk/{flag['id']}", who=who))
    return send(service, f"/werk/{flag['id']}{query}", {"versie": version, "toelichting": "", **told}, who=who)


def take_back(service: Service, flag: dict[str, Any], *, who: str = "beoordelaar") -> Response:
    """As the form of the page sends it."""
    address = f"/werk/{flag['id']}/terugnemen"
    path = f"//form[@action='{address}']/input[@name='oordeel']/@value"
    return send(service, address, {"oordeel": seen(service, f"/werk/{flag['id']}", who=who).xpath(path)[-1]}, who=who)


def flagged_in(service: Service, initiative: str) -> set[str]:
    """Refs of all its flags, however many."""
    with service.database.reading() as session:
        return set(session.execute(select(FlagRow.ref).where(FlagRow.initiative_id == initiative)).scalars())


def row_of(service: Service, flag: dict[str, Any]) -> FlagRow:
    with service.database.reading() as session:
        return session.execute(select(FlagRow).where(FlagRow.id == flag["id"])).scalar_one()


def test_a_flag_is_shown_with_all_there_is_to_see_of_it(service: Service, flag: dict[str, Any]) -> None:
    tree = seen(service, f"/werk/{flag['id']}")
    content = flag["voorstel"]["inhoud"]
    marks = {mark.text_content() for mark in tree.xpath("//section[@aria-labelledby='bepaling']//mark")}
    assert {span["tekst"] for span in content["bewijs"]} <= marks
    story = {mark.text_content() for mark in tree.xpath("//section[@aria-labelledby='initiatief']//mark")}
    assert {span["tekst"] for span in content["woorden"]} == story
    text = words_of(tree)
    assert "Zomerfeest" in text
    assert "Kans dat dit in de weg staat:" in text
    assert "Bekijk de officiële tekst" in text
    assert "ruimte: vrijstelling" in text
    assert f"Model {service.engine.loaded.model_version}" in text
    leden = tree.xpath("//section[@aria-labelledby='bepaling']//div[contains(concat(' ', @class, ' '), ' rr-clause ')]")
    assert len(leden) == 4
    assert len(tree.xpath("//h1")) == 1


def test_the_law_stays_dutch_on_an_english_page(service: Service, flag: dict[str, Any]) -> None:
    tree = seen(service, f"/werk/{flag['id']}?taal=en")
    service.client.cookies.clear()
    assert "Your judgement" in words_of(tree)
    assert all(part.get("lang") == "nl" for part in tree.xpath("//div[@class='rr-law']"))


def test_a_judgement_leads_to_the_next_open_flag_and_says_what_was_done(service: Service, flag: dict[str, Any]) -> None:
    reply = judge(service, flag, query="?volgorde=nieuwste", oordeel="bevestigd", toelichting="Dit is zo.")
    assert reply.status_code == 303
    onward = reply.headers["location"]
    assert not onward.startswith(f"/werk/{flag['id']}")
    assert "volgorde=nieuwste" in onward
    tree = seen(service, onward)
    told = words_of(tree, "//*[@data-start]")
    assert "Bevestigd: artikel" in told
    assert "Hieronder staat het volgende" in told
    assert tree.xpath("//*[@data-start]//button[@data-key='u']")
    row = row_of(service, flag)
    assert (row.verdict, row.judgements) == ("bevestigd", 1)
    before = words_of(seen(service, f"/werk/{flag['id']}"), "//section[@aria-labelledby='eerder']")
    assert "door u," in before
    assert "Dit is zo." in before
    assert "door Proef beoordelaar," in words_of(seen(service, f"/werk/{flag['id']}", who="jurist"))


def test_the_suggestion_stays_to_be_seen_after_a_judgement(service: Service, flag: dict[str, Any]) -> None:
    judge(service, flag, oordeel="aangepast", soorten=["financieel"], zwaarte="1")
    tree = seen(service, f"/werk/{flag['id']}")
    badges = words_of(tree, "//h1/following-sibling::p[1]")
    assert "Vergunningplicht" in badges
    assert "aangepast" in badges
    assert [box.get("value") for box in tree.xpath("//input[@name='soorten'][@checked]")] == ["financieel"]


def test_a_correction_holds_kinds_strength_and_words(service: Service, flag: dict[str, Any]) -> None:
    assert judge(service, flag, oordeel="aangepast", zwaarte="1").status_code == 400
    refused = judge(service, flag, oordeel="aangepast", zwaarte="2", toelichting="Nog niet klaar.")
    assert "Kies minstens één soort" in words_of(tree_of(refused, 400), "//*[@data-start]")
    assert tree_of(refused, 400).xpath("//details[@id='aanpassen'][@open]")
    assert tree_of(refused, 400).xpath("string(//textarea)").strip() == "Nog niet klaar."
    told = {"oordeel": "aangepast", "soorten": ["verbod", "plaats"], "zwaarte": "3", "bewijs": ["0-6", "7-20"]}
    assert judge(service, flag, **told).status_code == 303
    with service.database.reading() as session:
        made = session.execute(select(Judgement).where(Judgement.flag_id == flag["id"])).scalar_one()
    assert (made.kinds, made.strength) == (["verbod", "plaats"], 3)
    assert made.evidence == [{"start": 0, "end": 6}, {"start": 7, "end": 20}]


def test_evidence_may_be_chosen_by_sentence_without_a_script(service: Service, flag: dict[str, Any]) -> None:
    tree = seen(service, f"/werk/{flag['id']}")
    text = service.client.get(f"/v1/signalen/{flag['id']}", headers=service.as_("beoordelaar")).json()["tekst"]
    for box in tree.xpath("//input[@name='bewijs']"):
        start, end = map(int, box.get("value").split("-"))
        label = tree.xpath(f"string(//label[@for='{box.get('id')}'])").strip()
        assert label == text[start:end].strip()
    assert tree.xpath("//input[@name='bewijs'][@checked]")


def test_taking_back_restores_what_stood(service: Service, flag: dict[str, Any]) -> None:
    judge(service, flag, oordeel="bevestigd", who="jurist")
    judge(service, flag, oordeel="afgewezen")
    assert row_of(service, flag).verdict == "afgewezen"
    reply = take_back(service, flag)
    assert reply.status_code == 303
    tree = seen(service, reply.headers["location"])
    assert "Teruggenomen: artikel" in words_of(tree, "//*[@data-start]")
    assert row_of(service, flag).verdict == "bevestigd"
    earlier = words_of(tree, "//section[@aria-labelledby='eerder']")
    assert "later teruggenomen" in earlier
    assert not seen(service, f"/werk/{flag['id']}").xpath(
        "//form[contains(@action, 'terugnemen')]"
    )  # nothing of this person left
    take_back(service, flag, who="jurist")
    assert row_of(service, flag).verdict == ""
    with service.database.reading() as session:
        kept = session.execute(select(Judgement).where(Judgement.flag_id == flag["id"])).scalars().all()
    assert len(kept) == 4  # nothing was taken away


def test_taking_back_twice_takes_back_once(service: Service, flag: dict[str, Any]) -> None:
    judge(service, flag, oordeel="afgewezen")
    judge(service, flag, oordeel="bevestigd")
    with service.database.reading() as session:
        query = select(Judgement.id).where(Judgement.flag_id == flag["id"]).order_by(Judgement.sequence)
        last = session.execute(query).scalars().all()[-1]
    for _ in range(2):  # who clicks twice
        reply = send(service, f"/werk/{flag['id']}/terugnemen", {"oordeel": last})
        assert reply.status_code == 303
    assert "Teruggenomen" not in words_of(seen(service, reply.headers["location"]), "//*[@data-start]")
    assert (row_of(service, flag).verdict, row_of(service, flag).judgements) == ("afgewezen", 3)
    assert send(service, f"/werk/{flag['id']}/terugnemen", {}).status_code == 409  # a form that names nothing
    assert row_of(service, flag).verdict == "afgewezen"


def test_a_kind_sent_twice_is_one_kind(service: Service, flag: dict[str, Any]) -> None:
    assert judge(service, flag, oordeel="aangepast", zwaarte="2", soorten=["gebod", "plaats", "gebod"]).status_code == 303
    assert row_of(service, flag).judged_kinds == " gebod plaats "


def test_the_interface_takes_back_too(service: Service, flag: dict[str, Any]) -> None:
    address = f"/v1/signalen/{flag['id']}/beoordelingen"
    first, second = (
        service.client.post(address, json={"oordeel": verdict}, headers=service.as_("beoordelaar"))
        for verdict in ("bevestigd", "teruggenomen")
    )
    assert second.status_code == 201
    assert second.json()["neemtTerug"] == first.json()["id"]
    assert first.json()["neemtTerug"] is None
    assert service.client.get(f"/v1/signalen/{flag['id']}", headers=service.as_("jurist")).json()["oordeel"] == ""
    again = service.client.post(address, json={"oordeel": "teruggenomen"}, headers=service.as_("beoordelaar"))
    assert again.status_code == 409


def test_what_was_taken_back_is_in_no_snapshot_and_no_statistic(service: Service, flag: dict[str, Any]) -> None:
    def rejected() -> int:
        told = service.client.get("/v1/statistieken", headers=service.as_("beoordelaar")).json()
        return int(told["beoordelingen"].get("afgewezen", 0))

    before = rejected()
    judge(service, flag, oordeel="afgewezen")
    assert rejected() == before + 1
    take_back(service, flag)
    assert rejected() == before
    with service.database.writing() as session:
        snapshot = make_snapshot(session, service.settings.data)
    lines = (service.settings.data / snapshot.file).read_text(encoding="utf-8")
    assert "teruggenomen" not in lines
    assert flag["initiatief"] not in lines


def test_who_judges_what_changed_meanwhile_sees_what_the_other_decided(service: Service, flag: dict[str, Any]) -> None:
    old = version_of(seen(service, f"/werk/{flag['id']}"))
    judge(service, flag, who="jurist", oordeel="afgewezen", toelichting="Het gaat om een besloten feest.")
    late = {"versie": old, "oordeel": "bevestigd", "toelichting": "Mijn verhaal."}
    tree = tree_of(send(service, f"/werk/{flag['id']}", late), 412)
    told = words_of(tree, "//*[@data-start]")
    assert "Intussen heeft Proef jurist dit afgewezen." in told
    assert "Het gaat om een besloten feest." in told
    assert tree.xpath("string(//textarea)").strip() == "Mijn verhaal."
    assert row_of(service, flag).judgements == 1
    again = {"versie": version_of(tree), "oordeel": "bevestigd", "toelichting": "Toch wel."}
    assert send(service, f"/werk/{flag['id']}", again).status_code == 303


def test_judgements_of_the_same_clause_stand_beside_it(service: Service, flag: dict[str, Any]) -> None:
    judge(service, flag, oordeel="bevestigd", toelichting="Altijd zo bij een straatfeest.")
    other, _ = service.submit(titel="Nog een feest in de straat")
    same = next(one for one in service.flags(other) if one["verwijzing"] == flag["verwijzing"])
    text = words_of(seen(service, f"/werk/{same['id']}"), "//section[@aria-labelledby='eerder']")
    assert "Altijd zo bij een straatfeest." in text
    assert "Zomerfeest in de Kuiperstraat" in text
    counted = re.search(r"Bij initiatieven van uw organisatie:.*? bevestigd: (\d+)", text)
    assert counted is not None
    assert int(counted.group(1)) >= 1


def test_few_initiatives_of_others_are_not_counted_beside_a_flag(service: Service, flag: dict[str, Any]) -> None:
    told, ref = [], flag["verwijzing"]
    with service.database.reading() as session:
        organisation = session.execute(
            select(User.organisation_id).where(User.id == service.users["beoordelaar-elders"])
        ).scalar_one()
    for number in range(ENOUGH):
        elsewhere, _ = service.submit(titel=f"Feest elders {number}")
        other = next(one for one in service.flags(elsewhere) if one["verwijzing"] == ref)
        with service.database.writing() as session:  # the same rule binds both
            session.execute(update(Initiative).where(Initiative.id == elsewhere).values(organisation_id=organisation))
        judge(service, other, who="beoordelaar-elders", oordeel="afgewezen")
        own = next(one for one in service.flags(service.submit()[0]) if one["verwijzing"] == ref)
        told.append(words_of(seen(service, f"/werk/{own['id']}"), "//section[@aria-labelledby='eerder']"))
    assert ["Bij initiatieven van andere organisaties: afgewezen: 3." in text for text in told] == [False, False, True]
    assert ["andere organisaties" in text for text in told] == [False, False, True]


def test_a_name_is_written_as_it_is(service: Service, flag: dict[str, Any]) -> None:
    with service.database.writing() as session:
        user = session.execute(select(User).where(User.id == service.users["jurist"])).scalar_one()
        before, user.name = user.name, "Bos & Zn"
    try:
        old = version_of(seen(service, f"/werk/{flag['id']}"))
        judge(service, flag, who="jurist", oordeel="afgewezen")
        assert "door Bos & Zn," in words_of(seen(service, f"/werk/{flag['id']}"))
        late = send(service, f"/werk/{flag['id']}", {"versie": old, "oordeel": "bevestigd"})
        assert "Intussen heeft Bos & Zn dit afgewezen." in words_of(tree_of(late, 412))
    finally:
        with service.database.writing() as session:
            session.execute(select(User).where(User.id == service.users["jurist"])).scalar_one().name = before


def test_a_withdrawn_initiative_is_read_and_not_judged(service: Service, flag: dict[str, Any], initiative: str) -> None:
    version = version_of(seen(service, f"/werk/{flag['id']}"))
    with service.database.writing() as session:
        row = session.execute(select(Initiative).where(Initiative.id == initiative)).scalar_one()
        row.status = InitiativeStatus.WITHDRAWN.value
    tree = seen(service, f"/werk/{flag['id']}")
    assert "Dit initiatief is ingetrokken" in words_of(tree)
    assert not tree.xpath("//form[@id='oordeel']")
    assert send(service, f"/werk/{flag['id']}", {"versie": version, "oordeel": "bevestigd"}).status_code == 409


@pytest.mark.parametrize(
    ("who", "status"),
    [("beoordelaar", 200), ("jurist", 200), ("beoordelaar-elders", 404), ("indiener", 403), ("beheerder", 403), ("", 303)],
)
def test_whose_page_it_is(service: Service, flag: dict[str, Any], who: str, status: int) -> None:
    headers = service.as_(who) if who else {}
    for address in (f"/werk/{flag['id']}", f"/werk/{flag['id']}/toevoegen"):
        assert service.client.get(address, headers=headers, follow_redirects=False).status_code == status
    told = {"oordeel": "bevestigd", "versie": "0-0"}
    reply = service.client.post(f"/werk/{flag['id']}", data=told, headers=headers, follow_redirects=False)
    assert reply.status_code == {200: 412, 303: 401}.get(status, status)


def test_who_opens_a_flag_is_seen_to_look_at_its_initiative(service: Service, flag: dict[str, Any], initiative: str) -> None:
    seen(service, f"/werk/{flag['id']}", who="jurist")
    tree = seen(service, f"/werk/{flag['id']}")
    assert "Proef jurist kijkt hiernaar" in words_of(tree)
    assert tree.xpath("//form[@id='oordeel']")  # it locks nothing
    assert "Proef beoordelaar kijkt hiernaar" in words_of(seen(service, "/werk?volgorde=nieuwste", who="jurist"))
    with service.database.writing() as session:
        for claim in session.execute(select(Claim)).scalars():
            claim.until = now() - timedelta(seconds=1)
    assert "kijkt hiernaar" not in words_of(seen(service, "/werk?volgorde=nieuwste", who="jurist"))


def test_a_missed_clause_is_found_by_words_ref_and_official_identifier(service: Service, flag: dict[str, Any]) -> None:
    address = f"/werk/{flag['id']}/toevoegen"
    found = seen(service, f"{address}?zoek=geluid+evenement&volgorde=kans")
    hits = found.xpath("//li[@data-row]//a/@href")
    assert hits
    assert all("bepaling=" in hit and "volgorde=kans" in hit for hit in hits)
    assert "Kies een andere bepaling" in words_of(seen(service, hits[0]))
    named = seen(service, f"{address}?zoek=CVDR900001/artikel-2:4/lid-2")
    assert "artikel 2:4, tweede lid" in named.xpath("string(//h2)")
    assert "artikel 2:4, eerste lid" in seen(service, f"{address}?zoek=CVDR900001/artikel-2:4").xpath("string(//h2)")
    assert "Geen bepaling gevonden" in words_of(seen(service, f"{address}?zoek=ruimteschip"))
    assert "Geen bepaling gevonden" in words_of(seen(service, f"{address}?zoek=%3F"))


def test_a_missed_clause_is_added_taken_back_and_added_again(service: Service, flag: dict[str, Any], initiative: str) -> None:
    flagged = flagged_in(service, initiative)
    ref = next(
        clause.ref for clause in service.engine.loaded.store.clauses("CVDR900001") if clause.ref not in flagged and clause.text
    )
    address = f"/werk/{flag['id']}/toevoegen"
    told = {"verwijzing": ref, "soorten": ["gebod"], "zwaarte": "2", "toelichting": "Dit hoort erbij.", "bewijs": ["0-5"]}
    assert send(service, address, {**told, "soorten": []}).status_code == 400
    assert send(service, address, {**told, "zwaarte": ""}).status_code == 400
    added = send(service, address, told)
    assert added.status_code == 303
    tree = seen(service, added.headers["location"])
    assert "Toegevoegd: " in words_of(tree, "//*[@data-start]")
    assert send(service, address, told).status_code == 409
    undo = tree.xpath("//*[@data-start]//form")[0]
    fields = {"oordeel": undo.xpath("input[@name='oordeel']/@value")[0]}
    assert send(service, undo.get("action"), fields).status_code == 303
    with service.database.reading() as session:
        row = session.execute(
            select(FlagRow).where(FlagRow.initiative_id == initiative, FlagRow.ref == ref, FlagRow.by_person)
        ).scalar_one()
    assert (row.current, row.verdict) == (False, "")
    assert send(service, address, {**told, "soorten": ["verbod"]}).status_code == 303
    with service.database.reading() as session:
        again = session.get_one(FlagRow, row.sequence)
    assert (again.current, again.verdict, again.kinds) == (True, "toegevoegd", " verbod ")
    page = words_of(seen(service, f"/werk/{row.id}"))
    assert "een mens heeft het toegevoegd" in page
    # What was corrected and taken back is not what a colleague confirms.
    judge(service, {"id": row.id}, oordeel="aangepast", soorten=["gebod", "plaats"], zwaarte="3")
    assert take_back(service, {"id": row.id}).status_code == 303
    # A colleague who confirms it, confirms what it was added with.
    judge(service, {"id": row.id}, who="jurist", oordeel="bevestigd")
    with service.database.reading() as session:
        last = session.execute(
            select(Judgement).where(Judgement.flag_id == row.id).order_by(Judgement.sequence.desc())
        ).scalars()
        assert next(iter(last)).kinds == ["verbod"]


def test_who_adds_a_clause_again_points_into_the_words_of_today(
    service: Service, flag: dict[str, Any], initiative: str
) -> None:
    clauses = service.engine.loaded.store.clauses("CVDR900001")
    flagged = flagged_in(service, initiative)
    clause = next(one for one in reversed(list(clauses)) if one.ref not in flagged and len(one.text) > 40)
    told = {
        "verwijzing": clause.ref,
        "soorten": ["gebod"],
        "zwaarte": "2",
        "toelichting": "",
        "bewijs": [f"0-{len(clause.text)}"],
    }
    assert send(service, f"/werk/{flag['id']}/toevoegen", told).status_code == 303
    with service.database.writing() as session:
        row = session.execute(select(FlagRow).where(FlagRow.initiative_id == initiative, FlagRow.by_person)).scalar_one()
        short = keep_text(session, replace(clause, text="Kort.", spans=(), links=()))
        row.clause_sha256, row.version_date = short, "2001-01-01"  # as it was when it was added
    assert take_back(service, {"id": row.id}).status_code == 303
    assert send(service, f"/werk/{flag['id']}/toevoegen", told).status_code == 303
    with service.database.reading() as session:
        again = session.get_one(FlagRow, row.sequence)
        assert session.get_one(ClauseText, again.clause_sha256).text == clause.text
        assert again.version_date == service.engine.loaded.store.entry("CVDR900001").version_date


def test_nothing_is_added_to_a_withdrawn_initiative_and_the_page_says_why(
    service: Service, flag: dict[str, Any], initiative: str
) -> None:
    with service.database.writing() as session:
        row = session.execute(select(Initiative).where(Initiative.id == initiative)).scalar_one()
        row.status = InitiativeStatus.WITHDRAWN.value
    told = {"verwijzing": "CVDR900001/artikel-2:4/lid-2", "soorten": ["gebod"], "zwaarte": "2", "toelichting": ""}
    page = words_of(tree_of(send(service, f"/werk/{flag['id']}/toevoegen", told), 409), "//*[@data-start]")
    assert "ingetrokken" in page and "al een signaal" not in page


def test_every_signal_of_the_model_is_told_in_words() -> None:
    told = [signal for signals in SIGNALS.values() for signal in signals]
    assert sorted(told) == sorted({*MEMORY_SIGNALS, *CONTENT_SIGNALS, *REACH_SIGNALS})


def test_a_flag_whose_regulation_has_gone_still_shows_what_it_said(service: Service, flag: dict[str, Any]) -> None:
    with service.database.writing() as session:
        row = session.execute(select(FlagRow).where(FlagRow.id == flag["id"])).scalar_one()
        row.ref = row.anchor_ref = "CVDR999999/artikel-1"
        row.anchor = "verweesd"
    tree = seen(service, f"/werk/{flag['id']}")
    assert "deze woorden staan er niet meer in" in words_of(tree)
    assert tree.xpath("//section[@aria-labelledby='bepaling']//mark")
