"""Practice: what is counted, what of others is not told, room that was used, and the rules of authorities side by side."""

from __future__ import annotations

import csv
import gc
import io
import json
import weakref
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import lxml.html
import numpy as np
import pytest
from sqlalchemy import select
from starlette.testclient import TestClient

from corpus.adding import add_paths
from models.joint import Curve
from service.api.application import create_app
from service.database.tables import AuditEntry, FlagRow, Initiative, InitiativeStatus, RoomUse
from service.engine import Engine
from service.pages.texts import texts
from service.settings import settings_of
from service.work.authorities import Asks, compared, side_by_side
from service.work.flags import latest_suggestions
from service.work.practice import ENOUGH, Fact, Wanted, chosen, missed, rejected_clauses, rejected_kinds, stops, wilson
from tests.web.conftest import SAMPLE, Service

SAID = texts("nl")


def fact(initiative: str = "1", *, own: bool = True, **changes: Any) -> Fact:
    told: dict[str, Any] = {
        "flag_id": initiative,
        "ref": "A/artikel-1",
        "initiative_id": initiative,
        "own": own,
        "municipality": "Waterveen",
        "activity": "evenement",
        "suggested": frozenset({"vergunningplicht"}),
        "by_person": False,
        "verdict": "bevestigd",
        "kinds": frozenset({"vergunningplicht"}),
    }
    return Fact(**{**told, **changes})


REJECTED: dict[str, Any] = {"verdict": "afgewezen", "kinds": frozenset()}


def test_stops_count_initiatives_and_not_flags() -> None:
    known = [fact("1"), fact("1", flag_id="1b"), fact("2"), fact("3", **REJECTED), fact("4", ref="B/artikel-2")]
    first, second = stops(known)
    assert (first.ref, first.confirmed, first.rejected, first.kinds) == ("A/artikel-1", 2, 1, ("vergunningplicht",))
    assert (second.ref, second.confirmed) == ("B/artikel-2", 1)


@pytest.mark.parametrize("others", range(ENOUGH + 2))
def test_few_initiatives_of_others_are_not_told(others: int) -> None:
    elsewhere = [fact(f"e{number}", own=False, kinds=frozenset({"gebod"})) for number in range(others)]
    [stop] = stops([fact("1"), *elsewhere])
    assert stop.elsewhere == (others if others >= ENOUGH else None)
    assert stop.kinds == ("vergunningplicht",)  # of one's own alone
    [share] = rejected_kinds([fact("1"), *elsewhere])
    assert share.elsewhere_judged == (others if others >= ENOUGH else None)
    assert share.elsewhere_rejected == (others if others >= ENOUGH else None)  # all named another kind


def test_what_stops_others_only_is_told_when_they_are_enough() -> None:
    assert stops([fact(f"e{number}", own=False) for number in range(ENOUGH - 1)]) == []
    [stop] = stops([fact(f"e{number}", own=False) for number in range(ENOUGH)])
    assert (stop.confirmed, stop.elsewhere) == (0, ENOUGH)


def test_rejections() -> None:
    often = [fact(str(number), **REJECTED) for number in range(8)] + [fact("9"), fact("10")]
    once = [fact("11", ref="B/artikel-2", **REJECTED)]
    added = [fact("12", ref="C/artikel-3", by_person=True, verdict="toegevoegd", suggested=frozenset())]
    first, second = rejected_clauses([*once, *often, *added])
    assert (first.of, first.judged, first.rejected, first.share) == ("A/artikel-1", 10, 8, 0.8)
    assert (second.of, second.share, second.interval) == ("B/artikel-2", None, None)  # one of one says nothing
    assert missed([*often, *added]) == 1
    corrected = fact("13", verdict="aangepast", kinds=frozenset({"meldingsplicht"}))
    [kind] = rejected_kinds([fact("14"), corrected])
    assert (kind.of, kind.judged, kind.rejected) == ("vergunningplicht", 2, 1)  # a barrier, but not of this kind


@pytest.mark.parametrize(
    ("part", "whole", "low", "high"),
    # the second and third by hand: z = 1.96, z² = 3.8416; (0 + 3.8416) / (10 + 3.8416) = 0.2775
    [(0, 0, 0.0, 1.0), (0, 10, 0.0, 0.2775), (10, 10, 0.7225, 1.0), (5, 10, 0.2366, 0.7634)],
)
def test_wilson(part: int, whole: int, low: float, high: float) -> None:
    assert wilson(part, whole) == pytest.approx((low, high), abs=0.0002)


def test_choosing() -> None:
    known = [fact("1"), fact("2", activity="terras"), fact("3", **REJECTED), fact("4", municipality="Elders")]
    assert [one.initiative_id for one in chosen(known, Wanted(activity="evenement", municipality="Waterveen"))] == ["1", "3"]
    corrected = fact("5", verdict="aangepast", kinds=frozenset({"gebod"}))
    assert chosen([corrected], Wanted(kind="vergunningplicht")) == []
    assert chosen([fact("3", **REJECTED)], Wanted(kind="vergunningplicht")) != []  # it was suggested as one


# The pages.


def judged(service: Service, flag: str, who: str = "beoordelaar", **told: Any) -> None:
    reply = service.client.post(f"/v1/signalen/{flag}/beoordelingen", json=told, headers=service.as_(who))
    assert reply.status_code == 201, reply.text


@pytest.fixture(scope="module")
def filled(service: Service) -> dict[str, Any]:
    """Three initiatives here; their first flag is confirmed in two of them and rejected in one. Others elsewhere, too few to tell."""
    initiatives = [service.submit(titel=f"Feest van Johanna Zonderland {number}")[0] for number in range(3)]
    flags = [service.flags(one)[0] for one in initiatives]
    ref = flags[0]["verwijzing"]
    assert {flag["verwijzing"] for flag in flags} == {ref}
    for flag, verdict in zip(flags, ("bevestigd", "bevestigd", "afgewezen"), strict=True):
        judged(service, flag["id"], oordeel=verdict)
    elsewhere, _ = service.submit(titel="Geheim plan", gemeente="Elders")
    for flag in service.flags(elsewhere, who="beoordelaar-elders")[:3]:
        judged(service, flag["id"], "beoordelaar-elders", oordeel="bevestigd")
    return {"flags": flags, "ref": ref}


def seen(service: Service, address: str, who: str = "jurist") -> lxml.html.HtmlElement:
    reply = service.client.get(address, headers=service.as_(who))
    assert reply.status_code == 200, reply.text
    return lxml.html.document_fromstring(reply.text)


def words(element: lxml.html.HtmlElement) -> str:
    return " ".join(element.text_content().split())


def cells(tree: lxml.html.HtmlElement, ref: str) -> list[str]:
    """The row about a clause in the last table."""
    [row] = tree.xpath(f"(//table)[last()]//tr[.//a[@href='/bepalingen/{ref}']]")
    return [words(cell) for cell in row]


def rows_of(service: Service, address: str, form: str) -> list[dict[str, Any]]:
    reply = service.client.get(f"{address}{'&' if '?' in address else '?'}vorm={form}", headers=service.as_("jurist"))
    assert reply.status_code == 200 and f'.{form}"' in reply.headers["Content-Disposition"]
    if form == "csv":
        assert reply.headers["content-type"].startswith("text/csv")
        return list(csv.DictReader(io.StringIO(reply.text)))
    return [json.loads(line) for line in reply.text.splitlines()]


PAGES = ("/praktijk", "/praktijk/oordelen", "/praktijk/ruimte", "/praktijk/vergelijken?activiteit=evenement")


def test_what_stops_initiatives(service: Service, filled: dict[str, Any]) -> None:
    tree = seen(service, "/praktijk")
    told = cells(tree, filled["ref"])
    assert told[2:5] == ["2", "1", "0"] and told[5] == SAID("practice-few")
    assert len(tree.xpath("//svg//rect")) == 1 and "2 initiatieven" in words(tree.xpath("//figure")[0])
    assert "3 beoordeelde signalen van 3 initiatieven" in words(tree)


def test_filters(service: Service, filled: dict[str, Any]) -> None:
    with service.database.reading() as session:
        content = latest_suggestions(session, [filled["flags"][0]["id"]])[filled["flags"][0]["id"]].content
    fits = seen(service, f"/praktijk?activiteit={content['activity']}&soort={content['kinds'][0]}")
    assert cells(fits, filled["ref"])[2] == "2"
    for query in ("activiteit=woonboot", "soort=handhaving", "gemeente=Elders"):
        assert SAID("practice-stops-none") in words(seen(service, f"/praktijk?{query}"))


def test_where_people_do_not_follow(service: Service, filled: dict[str, Any]) -> None:
    told = cells(seen(service, "/praktijk/oordelen"), filled["ref"])
    assert told[1:] == ["3", "1", SAID("practice-share-few"), SAID("practice-few")]


@pytest.mark.parametrize("form", ["csv", "jsonl"])
def test_exports(service: Service, filled: dict[str, Any], form: str) -> None:
    [row] = rows_of(service, "/praktijk", form)
    assert row["verwijzing"] == filled["ref"] and str(row["initiatieven_tegengehouden"]) == "2"
    assert row["elders_tegengehouden_vanaf_3"] in ("", None)
    [row] = rows_of(service, "/praktijk/oordelen", form)
    assert (str(row["beoordeeld"]), str(row["afgewezen"])) == ("3", "1")
    kinds = rows_of(service, "/praktijk/oordelen?tabel=soorten", form)
    assert {str(row["beoordeeld"]) for row in kinds} == {"3"}
    assert rows_of(service, "/praktijk?activiteit=woonboot", form) == []


@pytest.mark.parametrize("address", PAGES)
@pytest.mark.parametrize("who", ["beoordelaar", "jurist", "beheerder-elders", "jurist-elders"])
def test_no_story_is_told_to_others(service: Service, filled: dict[str, Any], address: str, who: str) -> None:
    told = words(seen(service, address, who))
    assert "Geheim plan" not in told or who == "jurist-elders"
    assert "Zonderland" not in told or who in ("beoordelaar", "jurist")


@pytest.mark.parametrize("address", PAGES)
def test_staff_only(service: Service, address: str) -> None:
    assert service.client.get(address, headers=service.as_("indiener")).status_code == 403
    reply = service.client.get(address, follow_redirects=False)
    assert reply.status_code == 303 and reply.headers["Location"].startswith("/aanmelden?verder=%2Fpraktijk")


def test_a_wrong_form_is_refused(service: Service) -> None:
    assert service.client.get("/praktijk?vorm=exe", headers=service.as_("jurist")).status_code == 400


def test_room_that_was_used(service: Service, filled: dict[str, Any]) -> None:
    initiative, _ = service.submit(titel="Feest met ruimte")
    found = []
    for flag in service.flags(initiative):
        with service.database.reading() as session:
            room = latest_suggestions(session, [flag["id"]])[flag["id"]].content["room_details"]
        if room:
            found.append((flag, room))
    flag, room = found[0]
    address = f"/praktijk/ruimte/{flag['id']}"
    told = {"ruimte": [room[0]["ref"], "CVDR900001/artikel-999"]}
    refused = service.client.post(address, data=told, headers=service.as_("beoordelaar"))
    assert refused.status_code == 409  # nobody confirmed the barrier
    judged(service, flag["id"], oordeel="bevestigd")
    assert address in seen(service, "/praktijk/ruimte").xpath("//a/@href")
    assert seen(service, address, "beoordelaar").xpath("//input[@name='ruimte'][@checked]") == []
    kept = service.client.post(address, data=told, headers=service.as_("beoordelaar"), follow_redirects=False)
    assert kept.status_code == 303
    tree = seen(service, kept.headers["Location"])
    card = words(tree.xpath("//li[contains(@class, 'rr-card--room')]")[0])
    assert "Dit lukte in Waterveen, " in card and "(1 initiatief)" in card and "Feest met ruimte" not in card
    assert address not in tree.xpath("//a/@href")  # it was told
    assert seen(service, address, "beoordelaar").xpath("//input[@name='ruimte'][@checked]/@value") == [room[0]["ref"]]
    with service.database.reading() as session:
        [use] = session.execute(select(RoomUse)).scalars()
        entry = session.execute(select(AuditEntry).where(AuditEntry.action == "ruimte.gebruikt")).scalar_one()
    assert (use.ref, use.kind) == (room[0]["ref"], room[0]["kind"])
    assert entry.actor == f"gebruiker:{service.users['beoordelaar']}" and entry.details == {"ruimte": [use.ref]}
    [row] = rows_of(service, "/praktijk/ruimte", "jsonl")
    assert (row["ruimte"], row["gemeente"], row["initiatieven"]) == (use.ref, "Waterveen", 1)
    # Fewer than ENOUGH: nobody elsewhere sees it, nor may they tell.
    assert SAID("practice-ruimte-none") in words(seen(service, "/praktijk/ruimte", "jurist-elders"))
    assert service.client.get(address, headers=service.as_("jurist-elders")).status_code == 404
    assert service.client.post(address, data=told, headers=service.as_("beheerder")).status_code == 403
    # A mistake is taken back.
    assert (
        service.client.post(
            address, data={"ruimte": ""}, headers=service.as_("beoordelaar"), follow_redirects=False
        ).status_code
        == 303
    )
    assert SAID("practice-ruimte-none") in words(seen(service, "/praktijk/ruimte"))


def test_a_rejection_counts_for_what_was_shown_to_who_rejected(service: Service, filled: dict[str, Any]) -> None:
    """Whatever a later model says of the same clause."""
    rejected = filled["flags"][2]["id"]
    with service.database.writing() as session:
        row = session.execute(select(FlagRow).where(FlagRow.id == rejected)).scalar_one()
        shown, before = row.shown_kinds.split(), row.kinds
        row.kinds = " handhaving "
    try:
        assert shown and "handhaving" not in shown
        kinds = {row["soort"]: row for row in rows_of(service, "/praktijk/oordelen?tabel=soorten", "jsonl")}
        assert "handhaving" not in kinds and kinds[shown[0]]["afgewezen"] >= 1
    finally:
        with service.database.writing() as session:
            session.execute(select(FlagRow).where(FlagRow.id == rejected)).scalar_one().kinds = before


def test_of_a_withdrawn_initiative_no_use_of_room_is_told(service: Service, filled: dict[str, Any]) -> None:
    initiative, _ = service.submit(titel="Feest dat niet doorgaat")
    flag = service.flags(initiative)[0]
    judged(service, flag["id"], oordeel="bevestigd")
    with service.database.writing() as session:
        row = session.execute(select(Initiative).where(Initiative.id == initiative)).scalar_one()
        row.status = InitiativeStatus.WITHDRAWN.value
    reply = service.client.post(f"/praktijk/ruimte/{flag['id']}", data={"ruimte": ""}, headers=service.as_("beoordelaar"))
    assert reply.status_code == 409 and "ingetrokken" in reply.text


def test_english(service: Service, filled: dict[str, Any]) -> None:
    tree = seen(service, "/praktijk?taal=en")
    service.client.cookies.clear()
    assert tree.get("lang") == "en" and "Which clauses stop most initiatives?" in words(tree)
    assert tree.xpath("//table//a/@lang")[0] == "nl"


# Authorities. Heidestad is Waterveen with lighter rules on events and on terraces.

EVENT, TERRACE = (f"CVDR900001/artikel-{number}/lid-1" for number in ("2:4", "4:6"))


@pytest.fixture(scope="module")
def engine_of_two(tmp_path_factory: pytest.TempPathFactory) -> Engine:
    folder = tmp_path_factory.mktemp("two")
    text = (SAMPLE / "regelingen" / "apv-waterveen.xml").read_text(encoding="utf-8")
    lighter = text.replace("CVDR900001", "CVDR900011").replace("Waterveen", "Heidestad")
    for heavy, light in (
        (
            "Het is verboden een evenement te houden zonder vergunning van de burgemeester.",
            "Wie een evenement houdt, meldt dat ten minste vier weken vooraf aan de burgemeester.",
        ),
        (
            "Voor een terras op de openbare weg is vergunning van",
            "Voor een terras op de openbare weg is een melding vooraf aan",
        ),
    ):
        assert heavy in lighter
        lighter = lighter.replace(heavy, light)
    (folder / "apv-heidestad.xml").write_text(lighter, encoding="utf-8")
    add_paths([SAMPLE / "regelingen", folder / "apv-heidestad.xml"], store=folder / "store", workers=1)
    made = Engine(settings_of(store=folder / "store"))
    made.load()
    assert made.problem == ""
    return made


@pytest.fixture
def two(service: Service, engine_of_two: Engine) -> Iterator[TestClient]:
    """The same service over the rules of both."""
    made = settings_of(**{**service.settings.model_dump(), "store": Path(engine_of_two.loaded.store.folder)})
    app = create_app(made, engine=engine_of_two, run_jobs=False)
    with TestClient(app, base_url=made.origin, raise_server_exceptions=False, follow_redirects=False) as browser:
        yield browser


@pytest.mark.parametrize(("activity", "ref"), [("evenement", EVENT), ("terras", TERRACE)])
def test_who_asks_what(engine_of_two: Engine, activity: str, ref: str) -> None:
    loaded = engine_of_two.loaded
    light, heavy = compared(loaded, activity, "gemeente")
    assert (light.name, light.asks) == ("Heidestad", Asks.NOTIFICATION)
    assert (heavy.name, heavy.asks) == ("Waterveen", Asks.PERMIT)
    assert heavy.permit is not None and heavy.permit.ref == ref and light.permit is None
    beside = side_by_side(loaded, activity, "gemeente", heavy, light)
    assert beside is not None
    assert (beside.one.ref, beside.other.ref) == (ref, ref.replace("CVDR900001", "CVDR900011"))  # the same rule, made lighter
    assert "".join(run.text for run in beside.one_runs) == beside.one.text
    assert "".join(run.text for run in beside.other_runs) == beside.other.text
    assert {run.kind for run in beside.one_runs} == {"same", "removed"}
    assert {run.kind for run in beside.other_runs} == {"same", "added"}


def test_what_is_asked_hangs_on_no_curve(engine_of_two: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    before = compared(engine_of_two.loaded, "evenement", "gemeente")
    flagger = engine_of_two.loaded.flagger
    model = flagger._model
    flat = Curve(slopes=np.full(4, 0.1, dtype=np.float32), level=-2.0)
    monkeypatch.setattr(flagger, "_model", replace(model, clauses=replace(model.clauses, curve=flat)))
    after = compared(replace(engine_of_two.loaded, corpus="told otherwise"), "evenement", "gemeente")
    for one, other in zip(before, after, strict=True):
        assert [replace(rule, p=0.0) for rule in one.rules] == [replace(rule, p=0.0) for rule in other.rules]
        assert all(rule.p > 0.25 > again.p for rule, again in zip(one.rules, other.rules, strict=True))
        assert one.asks is other.asks


def test_comparisons_are_remembered_for_as_long_as_the_store_serves(engine_of_two: Engine) -> None:
    loaded = replace(engine_of_two.loaded, corpus="another")
    assert compared(loaded, "evenement", "gemeente") is compared(loaded, "evenement", "gemeente")
    gone = weakref.ref(loaded)
    del loaded
    gc.collect()
    assert gone() is None


def test_an_authority_without_rules_asks_nothing(engine_of_two: Engine) -> None:
    assert compared(engine_of_two.loaded, "woonboot", "provincie") == ()  # the sample has no province
    light, heavy = compared(engine_of_two.loaded, "muziekrechten", "gemeente")
    assert (light.asks, heavy.asks, light.rules, light.regulations, heavy.regulations) == (Asks.NOTHING, Asks.NOTHING, (), 1, 4)
    assert side_by_side(engine_of_two.loaded, "muziekrechten", "gemeente", heavy, light) is None
    with pytest.raises(KeyError):
        compared(engine_of_two.loaded, "onzin", "gemeente")


def test_the_page_of_comparing(service: Service, two: TestClient) -> None:
    address = "/praktijk/vergelijken?activiteit=evenement"
    reply = two.get(address, headers=service.as_("beoordelaar"))
    assert reply.status_code == 200, reply.text
    tree = lxml.html.document_fromstring(reply.text)
    rows = {words(row[0]): words(row[1]) for row in tree.xpath("(//table)[last()]/tbody/tr")}
    assert rows == {"Heidestad": SAID("practice-asks-melding"), "Waterveen": SAID("practice-asks-vergunning")}
    one, other = tree.xpath("//section[@class='rr-card']")
    assert (one.get("aria-label"), other.get("aria-label")) == ("Waterveen", "Heidestad")  # one's own first
    assert "vergunning" in " ".join(map(words, one.xpath(".//del"))) and "meldt" in " ".join(map(words, other.xpath(".//ins")))
    assert SAID("practice-beside-lighter", name="Heidestad") in words(tree)
    swapped = two.get(f"{address}&van=Heidestad&naar=Waterveen", headers=service.as_("beoordelaar"))
    first = lxml.html.document_fromstring(swapped.text).xpath("//section[@class='rr-card']")[0]
    assert first.get("aria-label") == "Heidestad"
    exported = two.get(f"{address}&vorm=jsonl", headers=service.as_("beoordelaar"))
    told = {row["gezag"]: row["vraagt"] for row in map(json.loads, exported.text.splitlines())}
    assert told == {"Heidestad": "melding", "Waterveen": "vergunning"}


def test_one_authority_is_not_compared(service: Service) -> None:
    assert SAID("practice-one-authority") in words(seen(service, "/praktijk/vergelijken?activiteit=evenement"))
    tree = seen(service, "/praktijk/vergelijken?activiteit=onzin&niveau=onzin&van=%3Cb%3E")
    assert tree.xpath("//table") == []
