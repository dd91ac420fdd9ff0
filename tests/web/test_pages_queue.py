"""The queue: which flags, how many of each, in what order; and many judged at once."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import lxml.html
import pytest
from sqlalchemy import func, select, update

from service.database.tables import FlagRow, Initiative, Judgement, Organisation
from service.identity.actor import Actor, Standing
from service.work.choosing import Wanted
from service.work.flags import keep_flags, told_text
from service.work.queue import SHOWN, _excerpt, beside, next_open, queue_of
from tests.web.conftest import Service
from tests.web.test_pages_review import seen, send, tree_of, words_of


@pytest.fixture(scope="module")
def filled(service: Service) -> Service:
    """Two initiatives with their flags."""
    service.submit()
    service.submit(titel="Straatbarbecue met muziek")
    return service


@pytest.fixture
def who(filled: Service) -> Actor:
    with filled.database.reading() as session:
        organisation = session.execute(select(Organisation.id).where(Organisation.name == "Waterveen")).scalar_one()
    return Actor(standing=Standing.REVIEWER, user_id=filled.users["beoordelaar"], organisation_id=organisation)


def options_of(tree: lxml.html.HtmlElement, name: str) -> dict[str, int]:
    """Values of a filter with their counters."""
    told = {}
    for option in tree.xpath(f"//select[@name='{name}']/option"):
        count = re.search(r"\((\d+)\)$", option.text_content())
        if count:
            told[option.get("value")] = int(count.group(1))
    return told


def total_of(tree: lxml.html.HtmlElement) -> int:
    return int(tree.xpath("string(//h2[@id='gevonden'])").split()[0])


@pytest.mark.parametrize("name", ["gemeente", "activiteit", "soort", "zwaarte", "ouderdom", "oordeel"])
def test_a_counter_is_what_choosing_its_value_gives(filled: Service, name: str) -> None:
    base = "/werk?zwaarte=1" if name != "zwaarte" else "/werk?volgorde=kans"
    counted = options_of(seen(filled, base), name)
    assert counted
    for value, count in list(counted.items())[:4]:
        assert total_of(seen(filled, f"{base}&{name}={value}")) == count, value


def test_counters_add_up(filled: Service) -> None:
    tree = seen(filled, "/werk")
    for name in ("gemeente", "activiteit", "zwaarte", "ouderdom"):
        assert sum(options_of(tree, name).values()) == total_of(tree), name
    with filled.database.reading() as session:
        open_ones = session.execute(select(func.count()).where(FlagRow.current, FlagRow.verdict == "")).scalar()
    assert total_of(tree) == open_ones


def test_what_an_address_asks_wrongly_is_not_asked(filled: Service) -> None:
    everything = total_of(seen(filled, "/werk"))
    for query in ("soort=onzin", "zwaarte=9", "ouderdom=eeuw", "oordeel=misschien", "volgorde=x", "twijfel=ja"):
        assert total_of(seen(filled, f"/werk?{query}")) == everything
    assert total_of(seen(filled, "/werk?gemeente=Nergens")) == 0
    assert "Met deze keuzes is er niets" in words_of(seen(filled, "/werk?gemeente=Nergens"))


def test_flags_are_grouped_by_initiative_and_the_likeliest_comes_first(filled: Service) -> None:
    tree = seen(filled, "/werk")
    assert tree.xpath("string(//h3)") == "Zomerfeest in de Kuiperstraat"
    lines = tree.xpath("//li[@data-row]")
    assert len(lines) == SHOWN
    assert all(line.xpath(".//input[@type='checkbox']/@aria-label") for line in lines)
    assert any(line.xpath(".//mark") for line in lines)
    shares = [int(found.group(1)) for line in lines if (found := re.search(r"\((\d+)%\)", line.text_content()))]
    assert shares[0] == max(shares)


def test_nobody_sees_the_queue_of_another_organisation(filled: Service) -> None:
    assert total_of(seen(filled, "/werk", who="beoordelaar-elders")) == 0
    assert "Er is nu niets te beoordelen" in words_of(seen(filled, "/werk", who="beoordelaar-elders"))
    for role, status in (("indiener", 403), ("beheerder", 403)):
        assert filled.client.get("/werk", headers=filled.as_(role)).status_code == status
    assert filled.client.get("/werk", follow_redirects=False).headers["location"] == "/aanmelden?verder=%2Fwerk"


@pytest.mark.parametrize("order", ["oudste", "nieuwste", "kans", "twijfel"])
def test_next_and_previous_go_through_the_queue_in_its_order(filled: Service, who: Actor, order: str) -> None:
    wanted = Wanted(volgorde=order)
    with filled.database.reading() as session:
        queue = queue_of(session, who, wanted, page=1)
        shown = [(line.flag, group.initiative.id) for group in queue.groups for line in group.lines]
        initiatives = {row.id: row for row in session.execute(select(Initiative)).scalars()}
        for (one, _), (flag, initiative), (other, _) in list(zip(shown, shown[1:], shown[2:], strict=False))[:10]:
            assert beside(session, who, wanted, flag, initiatives[initiative]) == (one.id, other.id)
            assert next_open(session, who, wanted, flag, initiatives[initiative]) == other.id
        assert beside(session, who, wanted, shown[0][0], initiatives[shown[0][1]])[0] is None


def test_two_models_that_differ_are_a_doubt(filled: Service, who: Actor) -> None:
    with filled.database.reading() as session:
        first, second = session.execute(select(FlagRow).order_by(FlagRow.sequence).limit(2)).scalars().all()
    with filled.database.writing() as session:
        session.execute(update(FlagRow).where(FlagRow.id == first.id).values(p_before=first.p + 0.3))
        session.execute(update(FlagRow).where(FlagRow.id == second.id).values(p_before=0.4, p=0.45))
    try:
        differing, half = (seen(filled, f"/werk?twijfel={value}") for value in ("modellen", "helft"))
        assert differing.xpath("//li[@data-row]//a/@href") == [f"/werk/{first.id}?twijfel=modellen"]
        assert "Een ander model zei" in words_of(differing)
        assert f"/werk/{second.id}?twijfel=helft" in half.xpath("//li[@data-row]//a/@href")
    finally:
        with filled.database.writing() as session:
            session.execute(update(FlagRow).values(p_before=None))
            session.execute(update(FlagRow).where(FlagRow.id == second.id).values(p=second.p))


def test_what_the_model_before_said_is_kept_beside_what_a_new_one_says(filled: Service) -> None:
    identifier, _ = filled.submit(titel="Muziek in het park")
    loaded = filled.engine.loaded
    with filled.database.writing() as session:
        one = session.execute(select(Initiative).where(Initiative.id == identifier)).scalar_one()
        result = loaded.flagger.flag(told_text(one), top=100)
        before = {flag["ref"]: flag["p"] for flag in result["flags"]}
        again = {**result, "flags": [{**flag, "p": 0.5} for flag in result["flags"][:3]]}
        keep_flags(session, one, loaded, result)  # the same model once more: nothing to compare
        keep_flags(session, one, replace(loaded, model_version="ander"), again)
        rows = session.execute(select(FlagRow).where(FlagRow.initiative_id == identifier)).scalars().all()
        kept = {row.ref: (row.p_before, row.p) for row in rows if row.current}
    assert kept == {flag["ref"]: (before[flag["ref"]], 0.5) for flag in again["flags"]}


def ticked(tree: lxml.html.HtmlElement, count: int) -> list[str]:
    return list(tree.xpath("//input[@name='signaal']/@value"))[:count]


def test_many_are_judged_at_once_and_taken_back_at_once(filled: Service) -> None:
    tree = seen(filled, "/werk?zwaarte=1")
    before, chosen = total_of(tree), ticked(tree, 5)
    told = {"signaal": chosen, "oordeel": "afgewezen", "toelichting": "Geldt niet voor een klein feest."}
    reply = send(filled, "/werk/oordelen?zwaarte=1", told)
    assert reply.status_code == 303
    done = seen(filled, reply.headers["location"])
    assert "5 signalen afgewezen." in words_of(done, "//*[@data-start]")
    assert total_of(done) == before - 5
    with filled.database.reading() as session:
        identifiers = [value.split()[0] for value in chosen]
        made = session.execute(select(Judgement).where(Judgement.flag_id.in_(identifiers))).scalars().all()
    assert {(one.verdict, one.note) for one in made} == {("afgewezen", "Geldt niet voor een klein feest.")}
    form = done.xpath("//*[@data-start]//form")[0]
    fields: dict[str, Any] = {one.get("name"): one.get("value") for one in form.xpath(".//input")}
    back = send(filled, form.get("action"), fields)
    assert "5 oordelen teruggenomen" in words_of(seen(filled, back.headers["location"]), "//*[@data-start]")
    assert total_of(seen(filled, "/werk?zwaarte=1")) == before
    again = send(filled, form.get("action"), fields)
    assert "terug=" not in again.headers["location"]


def test_what_somebody_else_judged_meanwhile_is_passed_over(filled: Service) -> None:
    chosen = ticked(seen(filled, "/werk"), 3)
    first = chosen[0].split()[0]
    filled.client.post(f"/v1/signalen/{first}/beoordelingen", json={"oordeel": "bevestigd"}, headers=filled.as_("jurist"))
    reply = send(filled, "/werk/oordelen", {"signaal": chosen, "oordeel": "afgewezen", "toelichting": ""})
    told = words_of(seen(filled, reply.headers["location"]), "//*[@data-start]")
    assert "2 signalen afgewezen." in told
    assert "1 is overgeslagen" in told
    with filled.database.reading() as session:
        assert session.execute(select(FlagRow.verdict).where(FlagRow.id == first)).scalar() == "bevestigd"


def test_nothing_ticked_is_told(filled: Service) -> None:
    reply = send(filled, "/werk/oordelen", {"oordeel": "bevestigd", "toelichting": "Wat ik schreef."})
    tree = tree_of(reply, 400)
    assert "Vink eerst de signalen aan" in words_of(tree, "//*[@data-start]")
    assert tree.xpath("string(//textarea)").strip() == "Wat ik schreef."


def test_others_cannot_take_back_what_somebody_judged_at_once(filled: Service) -> None:
    chosen = ticked(seen(filled, "/werk"), 2)
    reply = send(filled, "/werk/oordelen", {"signaal": chosen, "oordeel": "bevestigd", "toelichting": ""})
    first, last = re.search(r"van=(\d+)&tot=(\d+)", reply.headers["location"]).groups()  # type: ignore[union-attr]
    send(filled, "/werk/terugnemen", {"van": first, "tot": last}, who="jurist")
    with filled.database.reading() as session:
        identifiers = [value.split()[0] for value in chosen]
        verdicts = session.execute(select(FlagRow.verdict).where(FlagRow.id.in_(identifiers))).scalars().all()
    assert set(verdicts) == {"bevestigd"}


def test_pages_of_the_queue(filled: Service) -> None:
    first = seen(filled, "/werk?volgorde=kans")
    second = seen(filled, "/werk?volgorde=kans&pagina=2")
    on_both = set(first.xpath("//li[@data-row]//a/@href")) & set(second.xpath("//li[@data-row]//a/@href"))
    assert on_both == set()
    assert "Bladzijde 2 van" in words_of(second)
    assert "Bladzijde" in words_of(seen(filled, "/werk?pagina=999999"))


@pytest.mark.parametrize(
    ("quote", "evidence", "excerpt", "marked"),
    [
        # short enough: all of it
        ("Het is verboden.", [{"start": 7, "end": 15, "text": "verboden"}], "Het is verboden.", ["verboden"]),
        # evidence that the quotation does not hold is not marked
        ("Het is verboden.", [{"start": 400, "end": 408, "text": "verboden"}], "Het is verboden.", []),
        # far in a long clause: the words around it
        ("a " * 100 + "verboden" + " b" * 40, [{"start": 200, "end": 208, "text": "verboden"}], None, ["verboden"]),
        ("", [], "", []),
    ],
)
def test_a_line_quotes_the_words_around_the_evidence(
    quote: str, evidence: list[dict[str, Any]], excerpt: str | None, marked: list[str]
) -> None:
    text, spans = _excerpt(quote, evidence)
    assert excerpt is None or text == excerpt
    assert len(text) <= 190
    assert [text[span["start"] : span["end"]] for span in spans] == marked
