"""Who is let in, and who is not: passwords, sessions, tokens, secret links, clocks that jump."""

from __future__ import annotations

import uuid
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest
from sqlalchemy import func, select

from service.api.application import routes_of
from service.database.tables import AuditEntry
from service.identity.organisations import organisation_named
from service.identity.secrets import LINK_PREFIX, SESSION_PREFIX, TOKEN_PREFIX, link_secret
from service.work import audit
from tests.web.browsing import (
    COOKIE,
    TOKEN,
    Clock,
    Person,
    browser_for,
    changed,
    clock,
    dump,
    flipped,
    new_person,
    person,
    refused,
    switch,
    without_instance,
)
from tests.web.conftest import PASSWORD, TOLD, Service

__all__ = ["clock", "person"]

WRONG = "een heel andere zin dan die"


# --- passwords -----------------------------------------------------------------------------------------------------------


def test_log_in_and_off(person: Person) -> None:
    assert person.status() == 401
    reply = person.log_in()
    assert reply.status_code == 201
    assert (reply.json()["gebruiker"], reply.json()["rol"]) == (person.id, "beoordelaar")
    seen = person.browser.get("/v1/sessies/huidige").json()
    assert (seen["gebruiker"], seen["csrf"]) == (person.id, reply.json()["csrf"])
    assert person.browser.get("/v1/ik").json()["email"] == person.email
    kept = person.browser.cookies[COOKIE]
    assert person.browser.delete("/v1/sessies/huidige", headers={"X-CSRF-Token": seen["csrf"]}).status_code == 204
    assert COOKIE not in person.browser.cookies
    person.browser.cookies.set(COOKIE, kept)  # who kept a copy has nothing
    assert person.status() == 401


def test_an_address_is_the_same_in_capitals(person: Person) -> None:
    told = {"email": person.email.upper(), "wachtwoord": PASSWORD}
    assert person.browser.post("/v1/sessies", json=told).status_code == 201


def test_nobody_learns_which_addresses_exist(service: Service, person: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    from service.identity import secrets

    work: list[bool] = []
    verify = type(secrets._hasher).verify

    def counted(self: Any, hashed: str, password: str) -> bool:
        work.append(hashed.startswith("$argon2id$"))
        return bool(verify(self, hashed, password))

    monkeypatch.setattr(type(secrets._hasher), "verify", counted)
    without = service.client.post(
        "/v1/gebruikers",
        json={"naam": "Zonder", "email": f"zonder-{uuid.uuid4().hex}@waterveen.example", "rol": "jurist"},
        headers=service.as_("beheerder"),
    ).json()
    gone, locked = new_person(service), new_person(service)
    switch(service, gone.id, False)
    for _ in range(3):
        locked.log_in(WRONG)
    bodies = []
    for email, password in (
        (person.email, WRONG),
        ("niemand@waterveen.example", WRONG),
        ("niemand@waterveen.example", PASSWORD),
        (without["email"], PASSWORD),  # logs in elsewhere
        (gone.email, PASSWORD),  # right, and no longer active
        (locked.email, WRONG),
        (locked.email, PASSWORD),
    ):
        work.clear()
        reply = person.browser.post("/v1/sessies", json={"email": email, "wachtwoord": password})
        bodies.append(without_instance(refused(reply, 401)))
        assert work == [True]  # one slow hash, whoever it is
    assert all(body == bodies[0] for body in bodies)


def test_lock_out(person: Person, clock: Clock) -> None:
    person.log_in(WRONG), person.log_in(WRONG)
    assert person.log_in().status_code == 201  # which forgets the wrong ones
    for _ in range(3):
        refused(person.log_in(WRONG), 401)
    refused(person.log_in(), 401)  # right, and too late
    clock.set(minutes=14)
    refused(person.log_in(), 401)
    clock.set(minutes=15.1)
    assert person.log_in().status_code == 201
    for _ in range(2):
        refused(person.log_in(WRONG), 401)
    assert person.log_in().status_code == 201  # counting began anew


def test_a_lock_is_not_lifted_by_trying_on(person: Person, clock: Clock) -> None:
    for _ in range(3):
        person.log_in(WRONG)
    for _ in range(4):
        clock.set(minutes=5)
        refused(person.log_in(WRONG), 401)
    clock.set(minutes=15.1)  # nor made longer by others who try
    assert person.log_in().status_code == 201


def test_attempts_at_the_same_moment_all_count(service: Service, person: Person) -> None:
    with ThreadPoolExecutor(3) as pool:
        told = {"email": person.email, "wachtwoord": WRONG}
        replies = list(pool.map(lambda _: browser_for(service).post("/v1/sessies", json=told), range(3)))
    assert {reply.status_code for reply in replies} == {401}
    refused(person.log_in(), 401)


def test_a_lock_out_holds_for_one_account_and_is_in_the_trail(service: Service, person: Person) -> None:
    for _ in range(3):
        person.log_in(WRONG)
    assert new_person(service).log_in().status_code == 201
    rows = service.client.get("/v1/audit?limiet=200", headers=service.as_("beheerder")).text
    assert "gebruiker.geblokkeerd" in rows and person.id in rows


@pytest.mark.parametrize(
    "told", [{"wachtwoord": 12345678901234}, {"wachtwoord": PASSWORD * 20}, {"email": "x", "onzin": PASSWORD}]
)
def test_a_refused_log_in_repeats_nothing(person: Person, told: dict[str, Any]) -> None:
    reply = person.browser.post("/v1/sessies", json={"email": person.email, "wachtwoord": PASSWORD, **told})
    refused(reply, 400)
    assert PASSWORD not in reply.text and "12345678901234" not in reply.text


def test_log_ins_are_limited(service: Service) -> None:
    told = {"email": "niemand@waterveen.example", "wachtwoord": WRONG}
    with changed(service, logins_per_minute=2) as browser:
        replies = [browser.post("/v1/sessies", json=told) for _ in range(3)]
    assert [reply.status_code for reply in replies] == [401, 401, 429]
    assert int(replies[-1].headers["retry-after"]) > 0


def test_local_accounts_off(service: Service, person: Person) -> None:
    with changed(service, local_accounts=False) as person.browser:
        refused(person.log_in(), 403)


# --- sessions of a browser ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("origin", "secure"), [("http://localhost:8000", False), ("https://regels.example", True)])
def test_flags_of_the_cookie(service: Service, person: Person, origin: str, secure: bool) -> None:
    with changed(service, public_url=origin) as person.browser:
        reply = person.log_in()
        assert person.status() == 200
    cookie, *flags = reply.headers["set-cookie"].split("; ")
    assert cookie.startswith(f"{COOKIE}=rs_")
    assert {flag.casefold() for flag in flags} == {
        "httponly", "max-age=28800", "path=/", "samesite=lax", *(["secure"] if secure else [])
    }  # fmt: skip
    assert "no-store" in reply.headers["cache-control"]
    assert ("strict-transport-security" in reply.headers) is secure


UNSAFE = [
    ("POST", "/v1/tokens", TOKEN, 201),
    ("POST", "/v1/toetsen", {**TOLD, "aantal": 1}, 200),
    ("POST", "/v1/initiatieven", TOLD, 201),
    ("PATCH", f"/v1/initiatieven/{uuid.UUID(int=0)}", {"status": "ingetrokken"}, 404),
    ("DELETE", f"/v1/initiatieven/{uuid.UUID(int=0)}", None, 404),
    ("DELETE", "/v1/sessies/huidige", None, 204),
]


@pytest.mark.parametrize(("method", "path", "body", "status"), UNSAFE, ids=[f"{one[0]} {one[1][:20]}" for one in UNSAFE])
def test_another_site_cannot_ask_in_someones_name(person: Person, method: str, path: str, body: Any, status: int) -> None:
    right = person.enter()

    def ask(**headers: str) -> httpx.Response:
        return person.browser.request(method, path, json=body, headers={"If-Match": "*", **headers})

    for wrong in (
        {},
        {"X-CSRF-Token": ""},
        {"X-CSRF-Token": right["X-CSRF-Token"][:-1]},
        {"X-CSRF-Token": person.browser.cookies[COOKIE]},
        {**right, "Origin": "https://kwaad.example"},
        {**right, "Origin": "null"},
        {**right, "Origin": "http://localhost:8000.kwaad.example"},
        {**right, "Origin": "https://localhost:8000"},
    ):
        refused(ask(**wrong), 403)
    assert person.status() == 200
    assert ask(**right, Origin="http://localhost:8000").status_code == status


def test_the_csrf_token_of_another_session_is_wrong(service: Service, person: Person) -> None:
    other = new_person(service).enter()
    person.enter()
    refused(person.browser.post("/v1/tokens", json=TOKEN, headers=other), 403)


@pytest.mark.parametrize(("site", "status"), [("same-origin", 201), ("cross-site", 403), ("same-site", 403), (None, 403)])
def test_a_hidden_origin_is_ours_only_where_the_browser_says_so(person: Person, site: str | None, status: int) -> None:
    told = {**person.enter(), "Origin": "null", **({"Sec-Fetch-Site": site} if site else {})}
    assert person.browser.post("/v1/tokens", json=TOKEN, headers=told).status_code == status


def test_programs_need_no_csrf_token(service: Service) -> None:
    for headers in ({}, {"Origin": "https://elders.example"}):  # no browser adds a bearer by itself
        assert service.client.post("/v1/tokens", json=TOKEN, headers=service.as_("jurist", **headers)).status_code == 201


def test_a_session_ends_with_its_hours(person: Person, clock: Clock) -> None:
    person.enter()
    clock.set(hours=7.9)
    assert person.status() == 200
    clock.set(hours=-48)
    assert person.status() == 200
    clock.set(hours=8.1)
    assert person.status() == 401
    told = {"email": person.email, "wachtwoord": PASSWORD}
    assert person.browser.post("/v1/sessies", json=told).status_code == 201  # the stale cookie stands in nobody's way
    assert person.status() == 200


def test_who_is_switched_off_is_out_at_once(service: Service, person: Person) -> None:
    csrf = person.enter()
    token = person.browser.post("/v1/tokens", json={"naam": "x", "rechten": ["lezen"]}, headers=csrf).json()["geheim"]
    bearer = {"Authorization": f"Bearer {token}"}
    assert service.client.get("/v1/ik", headers=bearer).status_code == 200
    cookie = person.browser.cookies[COOKIE]
    switch(service, person.id, False)
    assert person.status() == 401
    refused(service.client.get("/v1/ik", headers=bearer), 401)
    refused(person.log_in(), 401)
    switch(service, person.id, True)
    person.browser.cookies.set(COOKIE, cookie)
    assert person.status() == 401  # the old session does not come back
    refused(service.client.get("/v1/ik", headers=bearer), 401)  # nor the token
    assert person.log_in().status_code == 201


def test_a_role_that_is_taken_away_is_gone_at_once(service: Service) -> None:
    person = new_person(service, role="beheerder")
    csrf = person.enter()
    told = {"naam": "x", "rechten": ["lezen", "beheren"]}
    bearer = {"Authorization": f"Bearer {person.browser.post('/v1/tokens', json=told, headers=csrf).json()['geheim']}"}
    assert person.browser.get("/v1/gebruikers").status_code == 200
    headers = service.as_("beheerder", **{"If-Match": "*"})
    service.client.patch(f"/v1/gebruikers/{person.id}", json={"naam": "Ander"}, headers=headers)
    assert person.status() == 200  # another name ends nothing
    service.client.patch(f"/v1/gebruikers/{person.id}", json={"rol": "indiener"}, headers=headers)
    refused(person.browser.get("/v1/gebruikers"), 401)
    refused(service.client.get("/v1/ik", headers=bearer), 401)
    person.enter()
    refused(person.browser.get("/v1/gebruikers"), 403)


def test_a_session_that_is_over_makes_nobody_anonymous(service: Service, person: Person, clock: Clock) -> None:
    """What someone who thinks to be logged in submits would otherwise be nobody's."""
    for path, told in (("/v1/initiatieven", TOLD), ("/v1/toetsen", {**TOLD, "aantal": 1})):
        clock.set()
        csrf = person.enter()
        clock.set(hours=8.1)
        assert person.browser.get("/v1/regelingen").status_code == 200  # of nobody in particular
        reply = person.browser.post(path, json=told, headers=csrf)
        refused(reply, 401)
        assert f"{COOKIE}=" in reply.headers["set-cookie"] and "Max-Age=0" in reply.headers["set-cookie"]
        assert COOKIE not in person.browser.cookies
        assert person.browser.post(path, json=told).status_code in (200, 201)  # knowingly without account


def test_a_token_logs_nobody_off(service: Service, person: Person) -> None:
    person.enter()

    def logged_off() -> int:
        with service.database.reading() as session:
            query = select(func.count()).where(AuditEntry.action == "gebruiker.afgemeld")
            return session.execute(query).scalar_one()

    before = logged_off()
    # Beside the cookie of somebody, and without any.
    assert person.browser.delete("/v1/sessies/huidige", headers=service.as_("jurist")).status_code == 204
    assert service.client.delete("/v1/sessies/huidige", headers=service.as_("jurist")).status_code == 204
    assert person.status() == 200
    assert logged_off() == before


def test_another_key_ends_nothing_but_the_way_back(service: Service, person: Person) -> None:
    """Sessions, tokens and links are kept as hashes of their own."""
    person.enter()
    key = {"Idempotency-Key": uuid.uuid4().hex}
    made = browser_for(service).post("/v1/initiatieven", json=TOLD, headers=key).json()
    link = {"Authorization": f"Bearer {made['geheimeLink']}"}
    with changed(service, secret_key="n" * 32) as browser:
        assert browser.get(f"/v1/initiatieven/{made['initiatief']['id']}", headers=link).status_code == 200
        assert browser.get("/v1/ik", headers=service.as_("jurist")).status_code == 200
        # A link cannot be worked out again: better none than one that does not work.
        refused(browser.post("/v1/initiatieven", json=TOLD, headers=key), 409)
        browser.cookies.set(COOKIE, person.browser.cookies[COOKIE])
        assert browser.get("/v1/ik").status_code == 200


def test_a_key_belongs_to_an_account_or_to_what_is_submitted(service: Service) -> None:
    """An address is of many people: none of them meets the key, or the initiative, of another."""
    key = {"Idempotency-Key": uuid.uuid4().hex}

    def submit(told: dict[str, Any] = TOLD, **headers: str) -> tuple[str, str]:
        reply = service.client.post("/v1/initiatieven", json=told, headers={**key, **headers})
        assert reply.status_code == 201, reply.text
        return reply.json()["initiatief"]["id"], reply.json()["geheimeLink"]

    other = {**TOLD, "titel": "Iets anders"}
    made = [submit(), submit(other), submit(**service.as_("indiener")), submit(**service.as_("jurist"))]
    assert len(set(made)) == 4
    assert [submit(), submit(other), submit(**service.as_("indiener")), submit(**service.as_("jurist"))] == made
    refused(service.client.post("/v1/initiatieven", json=other, headers={**key, **service.as_("jurist")}), 409)


# --- tokens and secret links ----------------------------------------------------------------------------------------------


def test_tokens_that_do_not_fit(service: Service, person: Person) -> None:
    token = service.tokens["jurist"]
    person.enter()
    cookie = person.browser.cookies[COOKIE]
    for header in (
        *(f"Bearer {flipped(token, place)}" for place in (0, 3, 20, len(token) - 1)),
        f"Bearer {token[:-1]}",
        f"Bearer {token}A",
        f"Bearer rl_{token[3:]}",
        f"Bearer rs_{token[3:]}",
        f"Bearer {token[3:]}",
        f"Bearer {cookie}",  # a session is not a token
        f"Basic {token}",
        f"Token {token}",
        token,
        "Bearer",
        "Bearer ",
        "",
        "Bearer ' OR 1=1 --",
        "Bearer \xe9\xff",
    ):
        reply = service.client.get("/v1/ik", headers={"Authorization": header.encode("latin-1")})
        assert "bearer" in reply.headers["www-authenticate"].casefold(), header
        body = refused(reply, 401)
        assert token[3:] not in str(body) and cookie not in str(body)
    assert service.client.get("/v1/ik", headers={"Authorization": f"bearer {token}"}).status_code == 200
    person.browser.cookies.clear()
    person.browser.cookies.set(COOKIE, token)  # nor a token a session
    assert person.status() == 401
    # A wrong token is refused where nobody would be welcome too: it is a mistake that must show.
    refused(service.client.post("/v1/toetsen", json=TOLD, headers={"Authorization": f"Bearer {token}A"}), 401)


def test_tokens_expire_and_are_revoked(service: Service, clock: Clock) -> None:
    told = {"naam": "kort", "rechten": ["lezen", "beheren"], "dagen": 2}
    made = service.client.post("/v1/tokens", json=told, headers=service.as_("jurist")).json()
    bearer = {"Authorization": f"Bearer {made['geheim']}"}

    def status() -> int:
        return int(service.client.get("/v1/ik", headers=bearer).status_code)

    seen = []
    for days in (0.0, 1.9, -400.0, 2.1, 400.0, 0.0):
        clock.set(days=days)
        seen.append(status())
    assert seen == [200, 200, 200, 401, 401, 200]
    # Of someone else it does not even exist.
    assert service.client.delete(f"/v1/tokens/{made['id']}", headers=service.as_("beheerder")).status_code == 404
    assert service.client.delete(f"/v1/tokens/{made['id']}", headers=bearer).status_code == 204
    assert status() == 401
    clock.set(days=-1)
    assert status() == 401  # revoked is revoked, whatever the clock says


def test_secret_links_that_do_not_fit(service: Service) -> None:
    (first, link), (second, _) = service.submit(), service.submit()
    secret = link["Authorization"].removeprefix("Bearer ")
    assert service.client.get(f"/v1/initiatieven/{first}", headers=link).status_code == 200
    assert service.client.get(f"/v1/initiatieven/{second}", headers=link).status_code == 404
    for forged in (
        flipped(secret, 10),
        secret.upper(),
        link_secret("x" * 32, first),  # of another key
        link_secret("", first),
        f"rl_{first}",
        "rl_",
    ):
        refused(service.client.get(f"/v1/initiatieven/{first}", headers={"Authorization": f"Bearer {forged}"}), 401)


def test_a_secret_is_shown_once_and_kept_nowhere(service: Service, person: Person) -> None:
    csrf = person.enter()
    made = person.browser.post("/v1/tokens", json={"naam": "eens", "rechten": ["lezen"]}, headers=csrf).json()
    initiative, link = service.submit()
    secrets = {
        "token": made["geheim"],
        "session": person.browser.cookies[COOKIE],
        "link": link["Authorization"].removeprefix("Bearer "),
        "password": PASSWORD,
        "key": service.settings.secret_key.get_secret_value(),
    }
    refused(person.browser.post("/v1/sessies", json={"email": person.email, "wachtwoord": WRONG}, headers=csrf), 401)
    answers = []
    paths = {route.path for route in routes_of() if "GET" in (route.methods or ()) and "voortgang" not in route.path}
    for path in sorted(paths):
        identifier = made["id"] if "tokens" in path else person.id if "gebruikers" in path else initiative
        address = path.replace("{id}", identifier)
        for ask, headers in ((person.browser.get, {}), (service.client.get, service.as_("beheerder"))):
            for form in ("application/json", "text/csv"):
                answers.append(ask(address, headers={**headers, "Accept": form}).text)
    assert any(made["id"] in answer for answer in answers) and any(person.id in answer for answer in answers)
    everything = "\n".join(answers)
    kept = dump(service.database)
    assert person.id in kept and made["id"] in kept and "argon2id" in kept
    assert "argon2id" not in everything
    for kind, secret in secrets.items():
        assert secret not in everything, kind
        assert secret not in kept, kind
        bare = secret[3:] if secret[:3] in (TOKEN_PREFIX, SESSION_PREFIX, LINK_PREFIX) else secret
        assert bare not in kept, kind
    assert WRONG not in kept


# --- clocks that jump, organisations --------------------------------------------------------------------------------------


def test_order_follows_submission_whatever_the_clock_says(service: Service, clock: Clock) -> None:
    submitted = []
    for days in (0, -3, 30, -1, 0.5, -400, 7):
        clock.set(days=days)
        submitted.append(
            service.client.post("/v1/initiatieven", json={**TOLD, "gemeente": "Klokdorp"}).json()["initiatief"]["id"]
        )
    clock.set()
    for order, expected in (("oudste", submitted), ("nieuwste", submitted[::-1])):
        seen: list[str] = []
        after = ""
        while True:
            address = f"/v1/initiatieven?gemeente=Klokdorp&sorteer={order}&limiet=2{after}"
            body = service.client.get(address, headers=service.as_("beheerder")).json()
            seen += [row["id"] for row in body["resultaten"]]
            if body["volgende"] is None:
                break
            after = f"&na={body['volgende']}"
        assert seen == expected
    with service.database.reading() as session:
        count, wrong = audit.verify(session)
    assert count > len(submitted) and wrong == []


@pytest.mark.parametrize(
    ("municipality", "sees"),
    [
        ("Waterveen", {"beoordelaar"}),
        ("WATERVEEN", {"beoordelaar"}),
        (" Waterveen ", {"beoordelaar"}),
        ("Elders", {"beoordelaar-elders"}),
        ("Waterveen-Oost", set()),
        ("Westdorp", {"dienst"}),
        ("oostdorp", {"dienst"}),
        ("gemeente Waterveen", {"beoordelaar"}),
        ("Gemeente  Óostdorp", {"dienst"}),
        ("", set()),
    ],
)
def test_an_initiative_goes_to_the_organisation_of_its_municipality(
    service: Service, municipality: str, sees: set[str]
) -> None:
    if "dienst" not in service.tokens:
        with service.database.writing() as session:
            organisation_named(session, "Dienst", municipalities=["Oostdorp", "Westdorp"])
        told = {
            "naam": "Dienst",
            "email": "dienst@waterveen.example",
            "rol": "jurist",
            "organisatie": "Dienst",
            "wachtwoord": PASSWORD,
        }
        assert service.client.post("/v1/gebruikers", json=told, headers=service.as_("beheerder")).status_code == 201
        someone = Person(id="", email=told["email"], browser=browser_for(service))
        token = someone.browser.post("/v1/tokens", json={"naam": "x", "rechten": ["lezen"]}, headers=someone.enter()).json()
        service.tokens["dienst"] = token["geheim"]
    initiative, _ = service.submit(gemeente=municipality)
    seen = {
        who
        for who in ("beoordelaar", "beoordelaar-elders", "dienst")
        if service.client.get(f"/v1/initiatieven/{initiative}", headers=service.as_(who)).status_code == 200
    }
    assert seen == sees
    assert service.client.get(f"/v1/initiatieven/{initiative}", headers=service.as_("beheerder")).status_code == 200


def test_initiatives_wait_for_their_organisation(service: Service) -> None:
    name = f"Súdwest {uuid.uuid4().hex}"
    waiting, _ = service.submit(gemeente=f"gemeente {name.upper()}")
    others, _ = service.submit(gemeente=f"{name} Oost")
    told = {"naam": "x", "email": f"{uuid.uuid4().hex}@x.example", "rol": "jurist", "organisatie": name, "wachtwoord": PASSWORD}
    assert service.client.post("/v1/gebruikers", json=told, headers=service.as_("beheerder")).status_code == 201
    someone = Person(id="", email=str(told["email"]), browser=browser_for(service))
    someone.enter()
    seen = [someone.browser.get(f"/v1/initiatieven/{one}").status_code for one in (waiting, others)]
    assert seen == [200, 404]
