"""Every role on every route: the table of rights is what the service does, and what the documentation says."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from sqlalchemy import select

from service.api.application import routes_of
from service.api.openapi import rights
from service.database.tables import Job
from service.identity.actor import Standing
from service.identity.policies import PERMISSIONS
from service.pages.application import page_routes
from tests.web.conftest import CHECKOUT, PASSWORD, TOLD, Service

UNKNOWN = "00000000-0000-4000-8000-000000000000"
ROUTES = sorted(rights(routes_of()).items(), key=lambda item: (item[0][1], item[0][0]))
PAGES = sorted(rights(page_routes()).items(), key=lambda item: (item[0][1], item[0][0]))
BODIES: dict[tuple[str, str], Any] = {
    ("POST", "/v1/toetsen"): {**TOLD, "aantal": 1},
    ("POST", "/v1/initiatieven"): TOLD,
    ("PATCH", "/v1/initiatieven/{id}"): {"status": "ingetrokken"},
    ("POST", "/v1/initiatieven/{id}/signalen"): {
        "verwijzing": "CVDR900001/artikel-2:4/lid-1",
        "soorten": ["financieel"],
        "zwaarte": 1,
    },
    ("POST", "/v1/signalen/{id}/beoordelingen"): {"oordeel": "bevestigd"},
    ("POST", "/v1/signalen/{id}/beslechtingen"): {"oordeel": "bevestigd"},
    ("POST", "/v1/taken"): {"soort": "momentopname"},
    ("POST", "/v1/tokens"): {"naam": "x", "rechten": ["lezen"]},
    ("POST", "/v1/gebruikers"): {
        "naam": "Nieuw",
        "email": "nieuw@waterveen.example",
        "rol": "indiener",
        "organisatie": "Elders",
    },
    ("PATCH", "/v1/gebruikers/{id}"): {"actief": True},
    ("POST", "/v1/wachtwoorden"): {"geheim": "rw_x", "wachtwoord": PASSWORD},
    ("POST", "/v1/sessies"): {"email": "jurist@waterveen.example", "wachtwoord": PASSWORD},
}


@pytest.fixture(scope="module")
def link(service: Service) -> dict[str, str]:
    """The secret link of one initiative."""
    return service.submit()[1]


def headers_of(service: Service, standing: Standing, link: dict[str, str]) -> dict[str, str]:
    who = {Standing.SERVICE_ADMINISTRATOR: "beheerder", Standing.ADMINISTRATOR: "beheerder-elders"}
    if standing is Standing.ANONYMOUS:
        return {}
    return link if standing is Standing.LINK else service.as_(who.get(standing, standing.value))


@pytest.mark.parametrize("standing", list(Standing), ids=lambda standing: standing.value)
@pytest.mark.parametrize(("route", "permission"), ROUTES, ids=[" ".join(route) for route, _ in ROUTES])
def test_role_on_route(
    service: Service, link: dict[str, str], route: tuple[str, str], permission: str, standing: Standing
) -> None:
    method, path = route
    address = path.replace("{id}", UNKNOWN).replace("{verwijzing:path}", "CVDR900001/artikel-2:4/lid-1")
    address = address.replace("{code}", "evenement").replace("{versie}", "geen")
    headers = (
        {**headers_of(service, standing, link), "If-Match": "*"}
        if method in ("PATCH", "DELETE")
        else headers_of(service, standing, link)
    )
    if "zoek" not in address and path == "/v1/bepalingen":
        address += "?zoek=evenement&limiet=1"
    reply = service.client.request(method, address, headers=headers, json=BODIES.get(route))
    service.client.cookies.clear()
    may = standing in PERMISSIONS[permission][0]
    if may:
        assert reply.status_code not in (401, 403), reply.text
    else:
        assert reply.status_code == (401 if standing is Standing.ANONYMOUS else 403), reply.text


def test_every_route_names_a_permission() -> None:
    named = {route for route, _ in ROUTES}
    for route in routes_of():
        if route.include_in_schema:
            assert all((method, route.path) in named for method in route.methods or ()), route.path


def test_every_permission_is_used() -> None:
    assert {permission for _, permission in (*ROUTES, *PAGES)} == set(PERMISSIONS)


@pytest.mark.parametrize("standing", list(Standing), ids=lambda standing: standing.value)
@pytest.mark.parametrize(
    ("address", "permission"), [(path, permission) for (method, path), permission in PAGES if method == "GET"]
)
def test_role_on_page(service: Service, link: dict[str, str], address: str, permission: str, standing: Standing) -> None:
    shown = re.sub(r"\{\w+(:path)?\}", UNKNOWN, address)
    reply = service.client.get(shown, headers=headers_of(service, standing, link), follow_redirects=False)
    service.client.cookies.clear()
    to_log_in = reply.headers.get("location", "").startswith("/aanmelden")
    if standing in PERMISSIONS[permission][0]:
        assert reply.status_code != 403 and not to_log_in
    else:
        assert to_log_in if standing is Standing.ANONYMOUS else reply.status_code == 403


def table() -> str:
    """The table of rights in Markdown."""
    names = [standing.value for standing in Standing]
    lines = ["| route | permission | token scope | " + " | ".join(names) + " |", "|---|---|---|" + "---|" * len(names)]
    for (method, path), permission in ROUTES:
        standings, scope = PERMISSIONS[permission]
        marks = ["x" if standing in standings else "" for standing in Standing]
        shown = "" if permission == "openbaar" else scope.value
        lines.append(f"| `{method} {path}` | {permission} | {shown} | " + " | ".join(marks) + " |")
    return "\n".join(lines)


def test_the_documentation_holds_the_table() -> None:
    text = (CHECKOUT / "docs" / "api.md").read_text(encoding="utf-8")
    assert table() in text, f"docs/api.md should hold:\n{table()}"


@pytest.mark.parametrize(
    ("scopes", "route", "status"),
    [
        # a token does what its scopes say, and no more, whoever owns it
        (["lezen"], ("GET", "/v1/ik"), 200),
        (["indienen"], ("GET", "/v1/ik"), 403),
        (["lezen"], ("POST", "/v1/initiatieven"), 403),
        (["indienen"], ("POST", "/v1/initiatieven"), 201),
        (["lezen", "indienen", "beoordelen"], ("POST", "/v1/taken"), 403),
        (["beheren"], ("POST", "/v1/taken"), 201),
        (["beheren"], ("GET", "/v1/audit"), 200),
        (["lezen"], ("GET", "/v1/audit"), 403),
    ],
)
def test_scopes_narrow_a_token(service: Service, scopes: list[str], route: tuple[str, str], status: int) -> None:
    made = service.client.post("/v1/tokens", json={"naam": "smal", "rechten": scopes}, headers=service.as_("beheerder")).json()
    headers = {"Authorization": f"Bearer {made['geheim']}"}
    reply = service.client.request(*route, headers=headers, json=BODIES.get(route))
    assert reply.status_code == status, json.dumps(reply.json())


def test_administrators_of_an_organisation_stay_within_it(service: Service) -> None:
    headers = service.as_("beheerder-elders")
    listed = service.client.get("/v1/gebruikers?limiet=200", headers=headers).json()["resultaten"]
    assert {row["organisatie"] for row in listed} == {"Elders"}
    stranger = service.users["jurist"]
    assert service.client.get(f"/v1/gebruikers/{stranger}", headers=headers).status_code == 404
    told = {"naam": "Spion", "email": "spion@waterveen.example", "rol": "beheerder", "organisatie": "Waterveen"}
    assert service.client.post("/v1/gebruikers", json=told, headers=headers).status_code == 403
    assert service.client.get("/v1/audit", headers=headers).status_code == 403
    assert service.client.post(f"/v1/gebruikers/{stranger}/wachtwoordlinks", headers=headers).status_code == 404


def test_jobs_follow_the_initiatives_that_they_are_about(service: Service) -> None:
    initiative, _ = service.submit(gemeente="Waterveen")
    started = service.client.post("/v1/taken", json={"soort": "momentopname"}, headers=service.as_("beheerder")).json()["id"]
    service.work()
    with service.database.reading() as session:
        flagging = session.execute(select(Job.id).where(Job.subject == initiative)).scalar_one()

    def sees(who: str, job: str) -> bool:
        headers = service.as_(who)
        listed = {row["id"] for row in service.client.get("/v1/taken?limiet=200", headers=headers).json()["resultaten"]}
        read = service.client.get(f"/v1/taken/{job}", headers=headers).status_code
        followed = service.client.get(f"/v1/taken/{job}/voortgang", headers=headers).status_code
        assert (read, followed) == ((200, 200) if job in listed else (404, 404))
        return job in listed

    people = ("beheerder", "beoordelaar", "jurist", "beheerder-elders", "beoordelaar-elders")
    assert [who for who in people if sees(who, flagging)] == ["beheerder", "beoordelaar", "jurist"]
    assert [who for who in people if sees(who, started)] == ["beheerder"]
