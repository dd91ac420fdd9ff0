"""Bad input gets a problem that helps, in one shape on every route, and never the words of an exception."""

from __future__ import annotations

import json
from typing import Any

import pytest
from starlette.testclient import TestClient

from service.api.application import create_app, routes_of
from service.api.openapi import rights
from service.engine import Engine
from tests.web.conftest import TOLD, UNLIMITED, Service, settings_of

ROUTES = sorted(rights(routes_of()))
WITH_BODY = sorted((method, route.path) for route in routes_of() if route.body_field for method in route.methods or ())
UNKNOWN = "00000000-0000-4000-8000-000000000000"


def address_of(path: str, identifier: str = UNKNOWN) -> str:
    found = path.replace("{id}", identifier).replace("{verwijzing:path}", f"{identifier}/artikel-1")
    return found.replace("{code}", identifier).replace("{versie}", identifier)


def assert_problem(reply: Any, status: int | None = None) -> dict[str, Any]:
    """The one shape of an error."""
    assert reply.headers["content-type"] == "application/problem+json", (reply.status_code, reply.text)
    problem: dict[str, Any] = reply.json()
    assert set(problem) - {"fouten"} == {"type", "title", "status", "detail", "instance"}
    assert problem["status"] == reply.status_code
    assert problem["instance"].removeprefix("urn:uuid:") == reply.headers["x-request-id"]
    assert all(set(field) == {"plek", "melding", "soort"} for field in problem.get("fouten", []))
    for word in ("Traceback", "sqlalchemy", "psycopg", "sqlite3", "Exception", 'File "'):
        assert word not in reply.text
    if status is not None:
        assert reply.status_code == status, reply.text
    return problem


@pytest.mark.parametrize(("method", "path"), ROUTES, ids=[" ".join(route) for route in ROUTES])
def test_one_shape_on_every_route(service: Service, method: str, path: str) -> None:
    """An unknown query key is refused everywhere, by someone with every right."""
    reply = service.client.request(method, f"{address_of(path)}?bestaatNiet=1", headers=service.as_("beheerder"), json={})
    assert_problem(reply, 400)


@pytest.mark.parametrize(("method", "path"), [route for route in ROUTES if "{" in route[1]], ids=lambda value: str(value))
def test_unknown_things(service: Service, method: str, path: str) -> None:
    bodies = {
        "/v1/initiatieven/{id}": {"status": "ingetrokken"},
        "/v1/initiatieven/{id}/signalen": {"verwijzing": "CVDR900001/artikel-1", "soorten": ["financieel"], "zwaarte": 1},
        "/v1/signalen/{id}/beoordelingen": {"oordeel": "bevestigd"},
        "/v1/signalen/{id}/beslechtingen": {"oordeel": "bevestigd"},
        "/v1/gebruikers/{id}": {"actief": True},
    }
    who = "jurist" if method == "POST" and "gebruikers" not in path else "beheerder"
    body = bodies.get(path) if method in ("POST", "PATCH") else None
    reply = service.client.request(method, address_of(path), headers=service.as_(who, **{"If-Match": "*"}), json=body)
    assert_problem(reply, 404)


@pytest.mark.parametrize(("method", "path"), WITH_BODY, ids=[" ".join(route) for route in WITH_BODY])
@pytest.mark.parametrize(
    ("content", "media", "status"),
    [
        # not JSON at all
        (b"{", "application/json", 400),
        (b"", "application/json", 400),
        # JSON of another kind
        (b"[]", "application/json", 400),
        (b'"tekst"', "application/json", 400),
        (b"null", "application/json", 400),
        # numbers that JSON has not
        (b'{"titel": NaN}', "application/json", 400),
        # bytes that are no UTF-8
        (b'{"titel": "\xff\xfe"}', "application/json", 400),
        ('{"titel": "é"}'.encode("utf-16"), "application/json", 400),
        # nested deeper than any stack
        (b"[" * 200_000, "application/json", 400),
        (b'{"a":' * 50_000 + b"1" + b"}" * 50_000, "application/json", 400),
        # half a character
        (b'{"titel": "\\ud800", "omschrijving": "\\udfff"}', "application/json", 400),
        # a number of a million digits
        (b'{"zwaarte": ' + b"9" * 1_000_000 + b"}", "application/json", 400),
        # another media type
        (b"<a/>", "application/xml", 415),
        (b"titel=x", "application/x-www-form-urlencoded", 415),
        (b"{}", "", 415),
        # too much
        (b'{"titel": "' + b"x" * 3_000_000 + b'"}', "application/json", 413),
    ],
    ids=lambda value: repr(value)[:20] if isinstance(value, bytes) else str(value),
)
def test_bodies_that_cannot_be_read(service: Service, method: str, path: str, content: bytes, media: str, status: int) -> None:
    who = "jurist" if "/signalen/{id}" in path or path.endswith("/signalen") else "beheerder"
    headers = service.as_(who, **({"Content-Type": media} if media else {}))
    reply = service.client.request(method, address_of(path), headers=headers, content=content)
    problem = assert_problem(reply)
    assert problem["status"] == status, (problem, content[:30])


@pytest.mark.parametrize(
    ("change", "place", "kind"),
    [
        ({"titel": None}, "titel", "string-type"),
        ({"titel": ""}, "titel", "string-too-short"),
        ({"titel": "x" * 201}, "titel", "string-too-long"),
        # counted as it is kept: composed, this letter takes two characters
        ({"titel": "\u0958" * 101}, "titel", "string-too-long"),
        ({"titel": 5}, "titel", "string-type"),
        ({"omschrijving": "!!! ??? 123"}, "omschrijving", "string-pattern-mismatch"),
        ({"omschrijving": "x" * 200_001}, "omschrijving", "string-too-long"),
        ({"datum": "28 juni"}, "datum", "date-from-datetime-parsing"),
        ({"datum": "2026-02-30"}, "datum", "date-from-datetime-parsing"),
        ({"gemeente": ["Waterveen"]}, "gemeente", "string-type"),
        ({"onbekend": 1}, "onbekend", "extra-forbidden"),
    ],
)
def test_the_field_is_named(service: Service, change: dict[str, Any], place: str, kind: str) -> None:
    problem = assert_problem(service.client.post("/v1/initiatieven", json={**TOLD, **change}), 400)
    assert {"plek": place, "soort": kind}.items() <= problem["fouten"][0].items()
    assert problem["fouten"][0]["melding"]


def test_a_letter_counts_as_one_however_it_was_typed(service: Service) -> None:
    reply = service.client.post("/v1/initiatieven", json={**TOLD, "titel": "e\u0301" * 200})
    assert reply.status_code == 201
    assert reply.json()["initiatief"]["titel"] == "é" * 200


def test_choices_are_told_in_dutch(service: Service) -> None:
    found = assert_problem(service.client.get("/v1/initiatieven?sorteer=titel", headers=service.as_("beheerder")), 400)
    assert found["fouten"][0]["melding"] == "Kies uit: 'nieuwste' of 'oudste'."


def test_control_characters_do_no_harm(service: Service) -> None:
    story = "Wij willen een feest\u0000 houden in de straat\u0007\u202e met muziek"
    reply = service.client.post("/v1/initiatieven", json={**TOLD, "omschrijving": story})
    assert reply.status_code == 201
    kept = reply.json()["initiatief"]["omschrijving"]
    assert "\u0000" not in kept
    assert kept.startswith("Wij willen een feest  houden")


@pytest.mark.parametrize(
    "query", ["limiet=0", "limiet=201", "limiet=x", "na=-1", "na=99999999999999999999", "sorteer=titel", "status=weg"]
)
def test_queries(service: Service, query: str) -> None:
    assert_problem(service.client.get(f"/v1/initiatieven?{query}", headers=service.as_("beheerder")), 400)


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/v1/initiatieven/", 404),
        ("/v1", 404),
        ("/v2/initiatieven", 404),
        ("/v1/initiatieven/geen-uuid", 400),
        ("/v1/bepalingen/../../etc/passwd", 404),
        ("/v1/bepalingen/%2e%2e%2f%2e%2e%2fetc%2fpasswd", 404),
        ("/v1/bepalingen/BWBR%00/artikel-1", 404),
        ("/v1/regelingen/..%2f..%2fstore.json", 404),
        ("/v1/bepalingen?regeling=BWBR0000000", 404),
        ("/.git/config", 404),
    ],
)
def test_addresses(service: Service, address: str, status: int) -> None:
    assert_problem(service.client.get(address, headers=service.as_("beheerder")), status)


@pytest.mark.parametrize(("method", "path"), [("PUT", "/v1/initiatieven"), ("DELETE", "/v1/audit"), ("POST", "/v1/regelingen")])
def test_other_methods_are_told_which_exist(service: Service, method: str, path: str) -> None:
    reply = service.client.request(method, path, headers=service.as_("beheerder"))
    assert_problem(reply, 405)
    assert "GET" in reply.headers["Allow"]


def test_all_methods_of_an_address_are_named(service: Service) -> None:
    reply = service.client.put("/v1/initiatieven", headers=service.as_("beheerder"))
    assert reply.headers["Allow"] == "GET, HEAD, POST"


def test_a_bug_tells_nothing(service: Service, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    def broken(*args: Any, **kwargs: Any) -> Any:
        raise RuntimeError("geheim: wachtwoord123")

    monkeypatch.setattr(service.engine, "flag", broken)
    reply = service.client.post("/v1/toetsen", json=TOLD)
    assert_problem(reply, 500)
    assert "wachtwoord123" not in reply.text
    assert "wachtwoord123" not in caplog.text
    assert any(getattr(record, "error", "") == "RuntimeError" for record in caplog.records)


def test_a_streamed_body_is_cut_off_too(service: Service) -> None:
    def stream() -> Any:
        for _ in range(50):
            yield b"x" * 100_000

    reply = service.client.post("/v1/toetsen", content=stream(), headers={"Content-Type": "application/json"})
    assert_problem(reply, 413)


def test_too_often(engine: Engine, service: Service) -> None:
    limited = settings_of(**{**UNLIMITED, "checks_per_minute": 2, "database_url": service.settings.database_url})
    with TestClient(create_app(limited, engine=engine, run_jobs=False)) as client:
        statuses = [client.post("/v1/toetsen", json={**TOLD, "aantal": 1}) for _ in range(4)]
    assert {reply.status_code for reply in statuses[-2:]} <= {200, 429}
    refused = [reply for reply in statuses if reply.status_code == 429]
    assert refused
    assert_problem(refused[0], 429)
    assert 1 <= int(refused[0].headers["Retry-After"]) <= 60


def test_nothing_loaded_yet(service: Service) -> None:
    empty = Engine(settings_of(store=service.settings.data / "geen"))
    with TestClient(create_app(service.settings, engine=empty, run_jobs=False)) as client:
        reply = client.post("/v1/toetsen", json=TOLD)
        assert_problem(reply, 503)
        assert client.get("/health/ready").status_code == 503
        assert client.get("/health/live").status_code == 200
        assert int(reply.headers["Retry-After"]) > 0


def test_a_store_without_matching_regulation_says_so(service: Service) -> None:
    told = {
        "titel": "Iets heel anders",
        "omschrijving": "Wij maken gedichten over de maan en lezen die voor in gedachten.",
        "gemeente": "Verweg",
    }
    found = service.client.post("/v1/toetsen", json=told).json()
    assert any("Verweg" in missing for missing in found["dekking"]["ontbreekt"])
    assert json.dumps(found)


def test_all_clauses_are_listed_once(service: Service) -> None:
    seen: list[str] = []
    address: str | None = "/v1/bepalingen?limiet=200"
    while address:
        reply = service.client.get(address)
        seen += [row["verwijzing"] for row in reply.json()["resultaten"]]
        address = reply.links["next"]["url"] if "next" in reply.links else None
    assert len(seen) == len(set(seen)) == sum(entry.clauses for entry in service.engine.loaded.store.regulations.values())
