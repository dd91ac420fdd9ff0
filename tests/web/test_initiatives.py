"""Initiatives: submitted once, seen by who may see them, withdrawn, erased; listed in pages and formats."""

from __future__ import annotations

import csv
import io
import json
import threading
from typing import Any

import pytest

from tests.web.conftest import TOLD, Service


def test_who_has_no_account_comes_back_with_the_secret_link(service: Service) -> None:
    reply = service.client.post("/v1/initiatieven", json=TOLD)
    assert reply.status_code == 201
    made = reply.json()
    identifier = made["initiatief"]["id"]
    assert reply.headers["Location"] == f"/v1/initiatieven/{identifier}"
    assert made["initiatief"]["status"] == "ingediend"
    link = {"Authorization": f"Bearer {made['geheimeLink']}"}
    service.work()
    seen = service.client.get(f"/v1/initiatieven/{identifier}", headers=link).json()
    assert seen["status"] == "gesignaleerd"
    assert seen["omschrijving"] == TOLD["omschrijving"]
    assert "evenement" in {activity["code"] for activity in seen["activiteiten"]}
    flags = service.client.get(f"/v1/initiatieven/{identifier}/signalen", headers=link).json()["resultaten"]
    assert any(flag["verwijzing"] == "CVDR900001/artikel-2:4/lid-1" for flag in flags)
    assert [flag["kans"] for flag in flags] == sorted((flag["kans"] for flag in flags), reverse=True)


def test_a_secret_link_opens_one_initiative(service: Service) -> None:
    _, first = service.submit()
    second, _ = service.submit(titel="Een ander feest in de straat")
    assert service.client.get(f"/v1/initiatieven/{second}", headers=first).status_code == 404


def test_words_point_into_the_story(service: Service) -> None:
    identifier, link = service.submit()
    seen = service.client.get(f"/v1/initiatieven/{identifier}", headers=link).json()
    text = f"{seen['titel']}. {seen['omschrijving']}"
    words = [word for activity in seen["activiteiten"] for word in activity["woorden"]]
    assert words
    assert all(text[word["begin"] : word["einde"]] == word["tekst"] for word in words)


def test_organisations_see_their_own(service: Service) -> None:
    here, _ = service.submit()
    there, _ = service.submit(gemeente="Elders")
    nowhere, _ = service.submit(gemeente="")
    seen = {}
    for who in ("beoordelaar", "beoordelaar-elders", "jurist", "beheerder", "beheerder-elders", "indiener"):
        pages = service.client.get("/v1/initiatieven?limiet=200", headers=service.as_(who)).json()["resultaten"]
        seen[who] = {one["id"] for one in pages} & {here, there, nowhere}
        for identifier in (here, there, nowhere):
            status = service.client.get(f"/v1/initiatieven/{identifier}", headers=service.as_(who)).status_code
            assert status == (200 if identifier in seen[who] else 404), (who, identifier)
    assert seen == {
        "beoordelaar": {here},
        "beoordelaar-elders": {there},
        "jurist": {here},
        "beheerder": {here, there, nowhere},
        "beheerder-elders": {there},
        "indiener": set(),
    }


def test_an_account_sees_what_it_submitted(service: Service) -> None:
    mine = service.client.post("/v1/initiatieven", json=TOLD, headers=service.as_("indiener")).json()["initiatief"]["id"]
    listed = service.client.get("/v1/initiatieven", headers=service.as_("indiener")).json()["resultaten"]
    assert mine in {one["id"] for one in listed}
    assert service.client.get(f"/v1/initiatieven/{mine}", headers=service.as_("indiener-elders")).status_code == 404


def test_a_key_submits_once(service: Service) -> None:
    key = {"Idempotency-Key": "straatfeest-1"}
    first = service.client.post("/v1/initiatieven", json=TOLD, headers=key).json()
    again = service.client.post("/v1/initiatieven", json=TOLD, headers=key)
    assert again.status_code == 201
    assert again.json()["initiatief"]["id"] == first["initiatief"]["id"]
    assert again.json()["geheimeLink"] == first["geheimeLink"]
    account = {**key, **service.as_("indiener")}
    assert service.client.post("/v1/initiatieven", json=TOLD, headers=account).status_code == 201
    other = service.client.post("/v1/initiatieven", json={**TOLD, "titel": "Iets anders"}, headers=account)
    assert other.status_code == 409


def test_a_key_submits_once_also_at_the_same_moment(service: Service) -> None:
    found: list[Any] = []

    def submit() -> None:
        found.append(service.client.post("/v1/initiatieven", json=TOLD, headers={"Idempotency-Key": "tegelijk"}))

    threads = [threading.Thread(target=submit) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [reply.status_code for reply in found] == [201] * 8
    assert len({reply.json()["initiatief"]["id"] for reply in found}) == 1


def test_withdrawing_needs_the_present_etag(service: Service) -> None:
    identifier, link = service.submit()
    address = f"/v1/initiatieven/{identifier}"
    tag = service.client.get(address, headers=link).headers["ETag"]
    change = {"status": "ingetrokken"}
    assert service.client.patch(address, json=change, headers=link).status_code == 428
    assert service.client.patch(address, json=change, headers={**link, "If-Match": '"99"'}).status_code == 412
    assert service.client.patch(address, json=change, headers={**link, "If-Match": "onzin"}).status_code == 412
    superscript: Any = {**link, "If-Match": b'"\xb2"'}  # a digit to some, and no number
    assert service.client.patch(address, json=change, headers=superscript).status_code == 412
    done = service.client.patch(address, json=change, headers={**link, "If-Match": tag})
    assert done.status_code == 200
    assert done.json()["status"] == "ingetrokken"
    assert service.client.patch(address, json=change, headers={**link, "If-Match": tag}).status_code == 412


def test_reviewers_take_nothing_away(service: Service) -> None:
    identifier, _ = service.submit()
    headers = service.as_("beoordelaar", **{"If-Match": "*"})
    assert (
        service.client.patch(f"/v1/initiatieven/{identifier}", json={"status": "ingetrokken"}, headers=headers).status_code
        == 404
    )
    assert service.client.delete(f"/v1/initiatieven/{identifier}", headers=headers).status_code == 404


def test_an_erased_initiative_is_gone_for_everyone(service: Service) -> None:
    identifier, link = service.submit(titel="Feest van Pietje Precies")
    address = f"/v1/initiatieven/{identifier}"
    assert service.client.delete(address, headers={**link, "If-Match": "*"}).status_code == 204
    assert service.client.get(address, headers=link).status_code == 401
    assert service.client.get(address, headers=service.as_("beheerder")).status_code == 404
    listed = service.client.get("/v1/initiatieven?limiet=200", headers=service.as_("beheerder"))
    assert identifier not in listed.text
    assert "Pietje" not in listed.text


def test_unchanged_things_travel_once(service: Service) -> None:
    identifier, link = service.submit()
    first = service.client.get(f"/v1/initiatieven/{identifier}", headers=link)
    again = service.client.get(f"/v1/initiatieven/{identifier}", headers={**link, "If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304
    assert again.content == b""


def test_pages_lead_through_everything_once(service: Service) -> None:
    made = {service.submit(titel=f"Feest nummer {number}")[0] for number in range(5)}
    for order in ("nieuwste", "oudste"):
        seen: list[str] = []
        address: str | None = f"/v1/initiatieven?limiet=2&sorteer={order}"
        while address:
            reply = service.client.get(address, headers=service.as_("beheerder"))
            seen += [one["id"] for one in reply.json()["resultaten"]]
            address = reply.links["next"]["url"] if "next" in reply.links else None
        assert len(seen) == len(set(seen))
        assert made <= set(seen)


def test_pages_of_flags_follow_probability(service: Service) -> None:
    identifier, link = service.submit()
    seen: list[dict[str, Any]] = []
    after: int | None = None
    while True:
        query = {"limiet": 7} | ({"na": after} if after is not None else {})
        reply = service.client.get(f"/v1/initiatieven/{identifier}/signalen", params=query, headers=link).json()
        seen += reply["resultaten"]
        after = reply["volgende"]
        if after is None:
            break
    assert len({flag["id"] for flag in seen}) == len(seen) > 30
    chances = [flag["kans"] for flag in seen]
    assert chances == sorted(chances, reverse=True)


@pytest.mark.parametrize(
    ("accept", "media"),
    [
        ("application/json", "application/json"),
        ("*/*", "application/json"),
        ("text/csv", "text/csv; charset=utf-8"),
        ("text/csv;q=0.5, application/jsonl", "application/jsonl"),
        ("text/html, */*;q=0.1", "application/json"),
        # anything but JSON: the most specific range decides what a format is worth
        ("*/*, application/json;q=0", "text/csv; charset=utf-8"),
        ("application/json;q=0.1, */*", "text/csv; charset=utf-8"),
        ("text/*;q=0.4, application/*;q=0.6, application/json;q=0.2", "application/jsonl"),
        # equals: what was named first
        ("application/jsonl, application/json", "application/jsonl"),
        ("*/*;q=0.5, text/csv;q=0.5", "application/json"),
        # a weight that cannot be read is none
        ("application/json;q=nan, text/csv;q=0.1", "text/csv; charset=utf-8"),
        ("TEXT/CSV;Q=1", "text/csv; charset=utf-8"),
        # who asks for errors first gets what there is
        ("application/problem+json, text/csv;q=0.1", "text/csv; charset=utf-8"),
        ("application/problem+json", "application/json"),
    ],
)
def test_lists_come_in_the_format_that_was_asked(service: Service, accept: str, media: str) -> None:
    service.submit()
    reply = service.client.get("/v1/initiatieven", headers=service.as_("beheerder", Accept=accept))
    assert reply.headers["content-type"] == media


@pytest.mark.parametrize(
    "accept",
    [
        "application/pdf",
        "*/*;q=0",
        "application/json;q=0, text/csv;q=0, application/jsonl;q=0, */*",
        "application/problem+json;q=0",
    ],
)
def test_no_list_in_a_format_that_is_not_there(service: Service, accept: str) -> None:
    reply = service.client.get("/v1/initiatieven", headers=service.as_("beheerder", Accept=accept))
    assert reply.status_code == 406


def test_spreadsheets_show_formulas_instead_of_running_them(service: Service) -> None:
    service.submit(titel='=HYPERLINK("http://kwaad.example") feest')
    reply = service.client.get("/v1/initiatieven?limiet=1", headers=service.as_("beheerder", Accept="text/csv"))
    row = next(csv.DictReader(io.StringIO(reply.text)))
    assert row["titel"].startswith("'=HYPERLINK")


def test_lines_are_json(service: Service) -> None:
    service.submit()
    reply = service.client.get("/v1/initiatieven", headers=service.as_("beheerder", Accept="application/jsonl"))
    rows = [json.loads(line) for line in reply.text.splitlines()]
    assert rows
    assert all(row["status"] in ("ingediend", "gesignaleerd", "ingetrokken") for row in rows)


def test_progress_is_told_until_the_end(service: Service) -> None:
    identifier, link = service.submit()
    with service.client.stream("GET", f"/v1/initiatieven/{identifier}/voortgang", headers=link) as stream:
        assert stream.headers["content-type"].startswith("text/event-stream")
        lines = list(stream.iter_lines())
    assert lines[0] == "event: voortgang"
    assert json.loads(lines[1].removeprefix("data: "))["status"] == "klaar"


def test_a_quick_check_keeps_nothing(service: Service) -> None:
    before = service.client.get("/v1/initiatieven?limiet=200", headers=service.as_("beheerder")).json()
    reply = service.client.post("/v1/toetsen", json={**TOLD, "aantal": 5})
    assert reply.status_code == 200
    checked = reply.json()
    assert len(checked["signalen"]) == 5
    first = checked["signalen"][0]
    assert all(first["tekst"][span["begin"] : span["einde"]] == span["tekst"] for span in first["bewijs"])
    assert checked["dekking"]["ontbreekt"]
    after = service.client.get("/v1/initiatieven?limiet=200", headers=service.as_("beheerder")).json()
    assert len(before["resultaten"]) == len(after["resultaten"])


def test_filters(service: Service) -> None:
    here, _ = service.submit()
    listed = service.client.get("/v1/initiatieven?gemeente=Elders&limiet=200", headers=service.as_("beheerder")).json()
    assert here not in {one["id"] for one in listed["resultaten"]}
    listed = service.client.get("/v1/initiatieven?status=gesignaleerd&limiet=200", headers=service.as_("beheerder")).json()
    assert here in {one["id"] for one in listed["resultaten"]}
    flags = service.client.get(f"/v1/initiatieven/{here}/signalen?kansVanaf=0.05", headers=service.as_("beoordelaar")).json()
    assert flags["resultaten"]
    assert all(flag["kans"] >= 0.05 for flag in flags["resultaten"])
