"""Judgements: added, never changed; beside what the model said, never over it."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from service.database.tables import Judgement, Suggestion
from tests.web.conftest import Service


@pytest.fixture
def flag(service: Service) -> dict[str, Any]:
    """The first flag of a new initiative."""
    identifier, _ = service.submit()
    return service.flags(identifier)[0]


def judge(service: Service, flag: dict[str, Any], who: str = "beoordelaar", tag: str | None = None, **told: Any) -> Any:
    headers = service.as_(who, **({"If-Match": tag} if tag else {}))
    return service.client.post(f"/v1/signalen/{flag['id']}/beoordelingen", json=told, headers=headers)


def test_confirming_takes_over_what_was_suggested(service: Service, flag: dict[str, Any]) -> None:
    reply = judge(service, flag, oordeel="bevestigd", toelichting="Dit is zo.")
    assert reply.status_code == 201
    made = reply.json()
    assert made["soorten"] == flag["voorstel"]["inhoud"]["soorten"]
    assert made["zwaarte"] == flag["voorstel"]["inhoud"]["zwaarte"]
    assert made["voorstel"] == flag["voorstel"]["id"]
    assert service.client.get(reply.headers["Location"], headers=service.as_("jurist")).json() == made


def test_the_suggestion_stays_as_it_was(service: Service, flag: dict[str, Any]) -> None:
    address = f"/v1/signalen/{flag['id']}/voorstellen"
    before = service.client.get(address, headers=service.as_("beoordelaar")).json()
    judge(service, flag, oordeel="aangepast", soorten=["financieel"], zwaarte=1)
    assert service.client.get(address, headers=service.as_("beoordelaar")).json() == before


def test_rejecting_holds_nothing(service: Service, flag: dict[str, Any]) -> None:
    assert judge(service, flag, oordeel="afgewezen", soorten=["financieel"]).status_code == 400
    made = judge(service, flag, oordeel="afgewezen").json()
    assert (made["soorten"], made["zwaarte"], made["bewijs"]) == ([], 0, [])


@pytest.mark.parametrize(
    ("told", "place"),
    [
        # a correction names what it is then
        ({"oordeel": "aangepast"}, "soorten"),
        # evidence lies in the clause
        ({"oordeel": "aangepast", "soorten": ["financieel"], "bewijs": [{"begin": 0, "einde": 900000}]}, "bewijs.0"),
        ({"oordeel": "aangepast", "soorten": ["financieel"], "bewijs": [{"begin": 9, "einde": 3}]}, "bewijs.0"),
        # kinds of the guide only
        ({"oordeel": "aangepast", "soorten": ["onzin"]}, "soorten.0"),
        ({"oordeel": "misschien"}, "oordeel"),
        ({"oordeel": "bevestigd", "zwaarte": 4}, "zwaarte"),
        # the suggestion belongs to the flag
        ({"oordeel": "bevestigd", "voorstel": "00000000-0000-4000-8000-000000000000"}, "voorstel"),
    ],
)
def test_decisions_that_make_no_sense(service: Service, flag: dict[str, Any], told: dict[str, Any], place: str) -> None:
    reply = judge(service, flag, **told)
    assert reply.status_code == 400
    assert place in {problem["plek"] for problem in reply.json()["fouten"]}


def test_who_saw_an_old_state_is_told(service: Service, flag: dict[str, Any]) -> None:
    tag = service.client.get(f"/v1/signalen/{flag['id']}", headers=service.as_("beoordelaar")).headers["ETag"]
    assert judge(service, flag, tag=tag, oordeel="bevestigd").status_code == 201
    assert judge(service, flag, who="jurist", tag=tag, oordeel="afgewezen").status_code == 412
    fresh = service.client.get(f"/v1/signalen/{flag['id']}", headers=service.as_("jurist"))
    assert fresh.json()["oordeel"] == "bevestigd"
    assert judge(service, flag, who="jurist", tag=fresh.headers["ETag"], oordeel="afgewezen").status_code == 201


def test_judgements_at_the_same_moment_are_all_kept(service: Service, flag: dict[str, Any]) -> None:
    statuses: list[int] = []

    def one(number: int) -> None:
        who = ("beoordelaar", "jurist")[number % 2]
        statuses.append(judge(service, flag, who=who, oordeel="bevestigd", toelichting=f"nummer {number}").status_code)

    threads = [threading.Thread(target=one, args=(number,)) for number in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert statuses == [201] * 12
    seen = service.client.get(f"/v1/signalen/{flag['id']}", headers=service.as_("beoordelaar")).json()
    assert seen["beoordelingen"] == 12
    kept = service.client.get(f"/v1/signalen/{flag['id']}/beoordelingen", headers=service.as_("beoordelaar")).json()[
        "resultaten"
    ]
    assert {one["toelichting"] for one in kept} == {f"nummer {number}" for number in range(12)}


def test_one_of_many_with_the_same_etag_wins(service: Service, flag: dict[str, Any]) -> None:
    statuses: list[int] = []
    tag = service.client.get(f"/v1/signalen/{flag['id']}", headers=service.as_("beoordelaar")).headers["ETag"]

    def one() -> None:
        statuses.append(judge(service, flag, tag=tag, oordeel="bevestigd").status_code)

    threads = [threading.Thread(target=one) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses) == [201] + [412] * 7


def test_a_missed_clause_is_added_by_a_person(service: Service) -> None:
    identifier, _ = service.submit()
    flagged = {row["verwijzing"] for row in service.flags(identifier)}
    found = service.client.get("/v1/bepalingen?regeling=CVDR900002&limiet=200").json()["resultaten"]
    missed = next(row["verwijzing"] for row in found if row["verwijzing"] not in flagged)
    told = {"verwijzing": missed, "soorten": ["financieel"], "zwaarte": 1}
    address = f"/v1/initiatieven/{identifier}/signalen"
    reply = service.client.post(address, json=told, headers=service.as_("beoordelaar"))
    assert reply.status_code == 201, reply.text
    assert reply.json()["doorMens"] is True
    assert reply.json()["oordeel"] == "toegevoegd"
    assert service.client.post(address, json=told, headers=service.as_("beoordelaar")).status_code == 409
    unknown = {**told, "verwijzing": "CVDR900002/artikel-999"}
    assert service.client.post(address, json=unknown, headers=service.as_("beoordelaar")).status_code == 404


def test_a_withdrawn_initiative_is_not_judged(service: Service) -> None:
    identifier, link = service.submit()
    flag = service.flags(identifier)[0]
    change = {"status": "ingetrokken"}
    service.client.patch(f"/v1/initiatieven/{identifier}", json=change, headers={**link, "If-Match": "*"})
    assert judge(service, flag, oordeel="bevestigd").status_code == 409


def test_other_organisations_do_not_judge(service: Service, flag: dict[str, Any]) -> None:
    assert judge(service, flag, who="beoordelaar-elders", oordeel="bevestigd").status_code == 404


def test_lawyers_adjudicate(service: Service, flag: dict[str, Any]) -> None:
    judge(service, flag, oordeel="bevestigd")
    address = f"/v1/signalen/{flag['id']}/beslechtingen"
    assert service.client.post(address, json={"oordeel": "afgewezen"}, headers=service.as_("beoordelaar")).status_code == 403
    made = service.client.post(address, json={"oordeel": "afgewezen"}, headers=service.as_("jurist"))
    assert made.status_code == 201
    assert made.json()["beslecht"] is True


def test_notes_are_pseudonymised(service: Service, flag: dict[str, Any]) -> None:
    made = judge(service, flag, oordeel="bevestigd", toelichting="Bel de heer Jan de Vries op 06-12345678.").json()
    assert "Vries" not in made["toelichting"]
    assert "12345678" not in made["toelichting"]


@pytest.mark.parametrize(
    "statement", ["UPDATE judgements SET verdict = 'x'", "DELETE FROM judgements", "UPDATE audit SET action = 'x'"]
)
def test_the_database_itself_refuses_to_change_what_was_decided(service: Service, flag: dict[str, Any], statement: str) -> None:
    judge(service, flag, oordeel="bevestigd")
    with pytest.raises(DBAPIError, match="never changed"), service.database.writing() as session:
        session.execute(text(statement))


def test_every_suggestion_tells_what_made_it(service: Service, flag: dict[str, Any]) -> None:
    with service.database.reading() as session:
        row = session.execute(select(Suggestion).where(Suggestion.id == flag["voorstel"]["id"])).scalar_one()
    assert row.model_version == service.engine.loaded.model_version
    assert row.corpus == service.engine.loaded.corpus
    full = service.client.get(f"/v1/signalen/{flag['id']}", headers=service.as_("beoordelaar")).json()
    assert full["sha256"] == row.clause_sha256
    clause = service.client.get(f"/v1/bepalingen/{flag['verwijzing']}").json()
    assert full["tekst"] == clause["tekst"]


def test_judgements_are_listed_for_those_who_may(service: Service, flag: dict[str, Any]) -> None:
    made = judge(service, flag, oordeel="afgewezen").json()
    listed = service.client.get("/v1/beoordelingen?oordeel=afgewezen", headers=service.as_("jurist")).json()["resultaten"]
    assert made["id"] in {row["id"] for row in listed}
    elsewhere = service.client.get("/v1/beoordelingen?limiet=200", headers=service.as_("jurist-elders")).json()["resultaten"]
    assert made["id"] not in {row["id"] for row in elsewhere}
    with service.database.reading() as session:
        assert (
            session.execute(select(Judgement.user_id).where(Judgement.id == made["id"])).scalar()
            == service.users["beoordelaar"]
        )
