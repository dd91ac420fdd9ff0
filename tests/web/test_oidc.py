"""The log-in of an organisation (OpenID Connect), at a real provider that can be told to lie."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest
from starlette.testclient import TestClient

from service.errors import Forbidden
from service.identity.oidc import _readable
from tests.web.browsing import COOKIE, TOKEN, Clock, changed, clock, dump, flipped, refused, switch
from tests.web.conftest import Launcher, Service, free_port
from tests.web.provider import CLIENT_ID, CLIENT_SECRET, Lies, Provider, provider_on

__all__ = ["clock"]

KEPT = "regelruimte_aanmelden"


@pytest.fixture(scope="module")
def listening() -> Iterator[Provider]:
    with provider_on(free_port()) as provider:
        yield provider


@pytest.fixture
def provider(listening: Provider) -> Provider:
    """A provider that tells the truth, with someone new at the browser."""
    listening.lies, listening.refused[:], listening.secrets[:] = Lies(), [], []
    listening.redirect_uri = "http://localhost:8000/aanmelden/terug"
    listening.person = {"sub": uuid.uuid4().hex, "name": "B. de Vries", "roles": ["beoordelaar"], "organisation": "Waterveen"}
    return listening


def oidc_settings(provider: Provider) -> dict[str, str]:
    return {"oidc_issuer": provider.issuer, "oidc_client_id": CLIENT_ID, "oidc_client_secret": CLIENT_SECRET}


@pytest.fixture
def browser(service: Service, provider: Provider) -> Iterator[TestClient]:
    """A browser at a service that logs in at the provider."""
    with changed(service, **oidc_settings(provider)) as browser:
        yield browser


def to_provider(browser: Any, onward: str = "") -> str:
    """Begin, and let the provider approve; the address that it sends the browser back to."""
    begun = browser.get("/aanmelden/organisatie", params={"verder": onward})
    assert begun.status_code == 302, begun.text
    approved = httpx.get(begun.headers["location"])
    assert approved.status_code == 302, approved.text
    return str(approved.headers["location"])


def round_trip(browser: Any) -> httpx.Response:
    reply: httpx.Response = browser.get(to_provider(browser))
    return reply


def me(browser: Any) -> dict[str, Any]:
    reply = browser.get("/v1/ik")
    assert reply.status_code == 200, reply.text
    body: dict[str, Any] = reply.json()
    return body


def test_log_in_at_the_organisation(service: Service, provider: Provider, browser: TestClient) -> None:
    begun = browser.get("/aanmelden/organisatie")
    kept, *flags = begun.headers["set-cookie"].split("; ")
    assert {flag.casefold() for flag in flags} == {"httponly", "max-age=600", "path=/aanmelden", "samesite=lax"}
    query = httpx.URL(begun.headers["location"]).params
    # What guards the way back is not readable by who holds the cookie.
    assert query["state"] not in kept and query["nonce"] not in kept
    reply = round_trip(browser)
    assert (reply.status_code, reply.headers["location"]) == (303, "/")
    assert KEPT not in browser.cookies
    first = me(browser)
    assert (first["naam"], first["rol"], first["organisatie"]) == ("B. de Vries", "beoordelaar", "Waterveen")
    csrf = {"X-CSRF-Token": browser.get("/v1/sessies/huidige").json()["csrf"]}
    refused(browser.post("/v1/tokens", json=TOKEN), 403)
    assert browser.post("/v1/tokens", json=TOKEN, headers=csrf).status_code == 201
    assert provider.refused == []
    everything = dump(service.database)
    assert first["id"] in everything and len(provider.secrets) == 3
    for secret in (*provider.secrets, CLIENT_SECRET, browser.cookies[COOKIE]):
        assert secret not in everything


def test_role_and_organisation_follow_the_provider(service: Service, provider: Provider, browser: TestClient) -> None:
    round_trip(browser)
    first, tag = me(browser), browser.get("/v1/ik").headers["etag"]
    provider.person |= {"roles": "jurist iets-anders", "organisation": "Elders", "name": "B. de Vries-Jansen"}
    round_trip(browser)
    second = me(browser)
    assert second["id"] == first["id"]
    assert (second["rol"], second["organisatie"], second["naam"]) == ("jurist", "Elders", "B. de Vries-Jansen")
    assert browser.get("/v1/ik").headers["etag"] != tag  # else a cache keeps the old role
    trail = service.client.get("/v1/audit?limiet=200", headers=service.as_("beheerder")).json()["resultaten"]
    told = [row for row in trail if first["id"] in str(row) and "beoordelaar -> jurist" in str(row)]
    assert len(told) == 1  # as when an administrator changes a role
    tag = browser.get("/v1/ik").headers["etag"]
    round_trip(browser)
    assert browser.get("/v1/ik").headers["etag"] == tag
    del provider.person["organisation"]
    round_trip(browser)
    assert me(browser)["organisatie"] is None


def test_first_log_ins_at_the_same_moment(service: Service, provider: Provider, browser: TestClient) -> None:
    """Of people who are the first of their organisation: nobody meets an error because another made it just before."""
    provider.person["organisation"] = f"Gemeente {uuid.uuid4().hex}"
    browsers = [TestClient(browser.app, base_url=browser.base_url, follow_redirects=False) for _ in range(4)]
    backs = [to_provider(one) for one in browsers]
    with ThreadPoolExecutor(len(browsers)) as pool:
        replies = list(pool.map(lambda pair: pair[0].get(pair[1]), zip(browsers, backs, strict=True)))
    assert [reply.status_code for reply in replies] == [303] * len(browsers)
    assert len({me(one)["id"] for one in browsers}) == 1


@pytest.mark.parametrize(
    ("claim", "role"),
    [
        (["indiener", "jurist", "beoordelaar"], "jurist"),  # the most powerful
        (["Beheerder"], "beheerder"),  # of the organisation that comes with it
        ("beoordelaar", "beoordelaar"),
        (["x", 5, None, {"a": 1}, "indiener"], "indiener"),
    ],
)
def test_roles_of_claims(provider: Provider, browser: TestClient, claim: Any, role: str) -> None:
    provider.person["roles"] = claim
    assert round_trip(browser).status_code == 303
    assert me(browser)["rol"] == role


def test_a_missing_claim_makes_nobody_administrator_of_the_whole_service(provider: Provider, browser: TestClient) -> None:
    provider.person["roles"] = ["beheerder"]
    for organisation in (None, "", "  ", 5, ["Waterveen"]):
        provider.person["organisation"] = organisation
        body = refused(round_trip(browser), 403)
        assert "organisatie" in body["detail"]
    assert COOKIE not in browser.cookies
    provider.person["organisation"] = "Waterveen"
    assert round_trip(browser).status_code == 303
    assert browser.get("/v1/gebruikers").status_code == 200
    refused(browser.get("/v1/audit"), 403)


def test_the_administrator_of_the_whole_service_is_named_by_a_role_of_its_own(service: Service, provider: Provider) -> None:
    provider.person["roles"] = ["indiener", "Dienst-beheer"]
    with changed(service, **oidc_settings(provider)) as browser:
        round_trip(browser)
        assert me(browser)["rol"] == "indiener"
    with changed(service, **oidc_settings(provider), oidc_service_role="dienst-beheer") as browser:
        round_trip(browser)
        assert (me(browser)["rol"], me(browser)["organisatie"]) == ("beheerder", None)
        assert browser.get("/v1/sessies/huidige").json()["rol"] == "beheerder"
        assert browser.get("/v1/audit").status_code == 200


@pytest.mark.parametrize(
    "claims",
    [
        {"name": "B.\x00de Vries"},
        {"name": "B.\nde Vries"},
        {"organisation": "Water\x00veen"},
        {"organisation": "W" * 201},
        {"sub": "x\x00"},
        {"sub": "x" * 256},
    ],
)
def test_names_that_cannot_be_kept_are_refused(provider: Provider, browser: TestClient, claims: dict[str, str]) -> None:
    provider.person |= claims
    refused(round_trip(browser), 403)


def test_half_a_character_is_no_name() -> None:
    """JSON can hold one (``\\ud800``); no database keeps it."""
    with pytest.raises(Forbidden):
        _readable("B.\ud800")


def test_a_long_name_is_cut(provider: Provider, browser: TestClient) -> None:
    provider.person["name"] = "B" * 1000
    round_trip(browser)
    assert me(browser)["naam"] == "B" * 200


def test_another_role_at_the_organisation_ends_what_was_open(provider: Provider, browser: TestClient) -> None:
    round_trip(browser)
    csrf = {"X-CSRF-Token": browser.get("/v1/sessies/huidige").json()["csrf"]}
    token = browser.post("/v1/tokens", json=TOKEN, headers=csrf).json()["geheim"]
    old = browser.cookies[COOKIE]
    provider.person["name"] = "B. de Vries-Jansen"
    round_trip(browser)  # another name ends nothing
    bearer = {"Authorization": f"Bearer {token}"}
    assert browser.get("/v1/ik", headers=bearer).status_code == 200
    provider.person["roles"] = ["indiener"]
    round_trip(browser)
    assert me(browser)["rol"] == "indiener"
    refused(browser.get("/v1/ik", headers=bearer), 401)
    browser.cookies.clear()
    browser.cookies.set(COOKIE, old)
    assert browser.get("/v1/ik").status_code == 401


LIES = {
    "wrong nonce": (Lies(claims={"nonce": "x"}), 403),
    "no nonce": (Lies(claims={"nonce": None}), 403),
    "wrong issuer in the token": (Lies(claims={"iss": "https://kwaad.example"}), 403),
    "wrong issuer in the description": (Lies(discovered={"issuer": "https://kwaad.example"}), 503),
    "wrong audience": (Lies(claims={"aud": "andere-dienst"}), 403),
    "no audience": (Lies(claims={"aud": None}), 403),
    "several audiences, meant for another": (Lies(claims={"aud": [CLIENT_ID, "andere-dienst"], "azp": "andere-dienst"}), 403),
    "several audiences, for nobody": (Lies(claims={"aud": [CLIENT_ID, "andere-dienst"]}), 403),
    "expired": (Lies(claims={"exp": 1_700_000_000}), 403),
    "without end": (Lies(claims={"exp": None}), 403),
    "from the future": (Lies(claims={"iat": 4_000_000_000, "exp": 4_000_000_300}), 403),
    "no subject": (Lies(claims={"sub": None}), 403),
    "empty subject": (Lies(claims={"sub": ""}), 403),
    "unsigned": (Lies(algorithm="none"), 403),
    "signed with the client secret": (Lies(algorithm="HS256"), 403),
    "signed with another algorithm": (Lies(algorithm="RS512"), 403),
    "signed with another key": (Lies(other_key=True), 403),
    "no role": (Lies(claims={"roles": None}), 403),
    "unknown role": (Lies(claims={"roles": ["directeur"]}), 403),
    "role of another form": (Lies(claims={"roles": {"beheerder": True}}), 403),
    "keys are no keys": (Lies(published={"keys": [{"kty": "RSA"}]}), 503),
    "keys are missing": (Lies(published={}), 503),
    "keys are a number": (Lies(published={"keys": 5}), 503),
    "keys are a list": (Lies(published=[]), 503),
    "no place for keys": (Lies(discovered={"jwks_uri": None}), 503),
    "no place for the code": (Lies(discovered={"token_endpoint": None}), 503),
    "no identity": (Lies(answered={"access_token": "x", "token_type": "Bearer"}), 403),
    "identity is null": (Lies(answered={"access_token": "x", "token_type": "Bearer", "id_token": None}), 403),
    "identity is a number": (Lies(answered={"access_token": "x", "token_type": "Bearer", "id_token": 5}), 403),
    "answer is a list": (Lies(answered=[1]), 403),
    "answer is an error": (Lies(answered={"error": "invalid_client", "error_description": CLIENT_SECRET}), 403),
    "broken": (Lies(broken=True), 503),
}


@pytest.mark.parametrize(("lie", "status"), LIES.values(), ids=LIES)
def test_a_provider_that_lies(service: Service, provider: Provider, browser: TestClient, lie: Lies, status: int) -> None:
    back = to_provider(browser)
    provider.lies = lie
    reply = browser.get(back)
    assert CLIENT_SECRET not in str(refused(reply, status))
    assert COOKIE not in browser.cookies
    assert browser.get("/v1/ik").status_code == 401
    assert provider.person["sub"] not in dump(service.database)


@pytest.mark.parametrize(
    "lie", [Lies(discovered={"authorization_endpoint": None}), Lies(discovered={"issuer": None}), Lies(broken=True)]
)
def test_a_provider_that_does_not_say_where(provider: Provider, browser: TestClient, lie: Lies) -> None:
    provider.lies = lie
    refused(browser.get("/aanmelden/organisatie"), 503)


def test_a_key_that_was_rotated(provider: Provider, browser: TestClient) -> None:
    assert round_trip(browser).status_code == 303
    old = provider.key
    provider.rotate()
    assert round_trip(browser).status_code == 303  # keys are asked for anew
    provider.lies.published = {"keys": [old.as_dict(private=False)]}
    refused(round_trip(browser), 403)


def test_several_audiences_with_ours_as_the_party(provider: Provider, browser: TestClient) -> None:
    provider.lies.claims = {"aud": [CLIENT_ID, "andere-dienst"], "azp": CLIENT_ID}
    assert round_trip(browser).status_code == 303


def test_who_is_switched_off_cannot_come_back_by_the_organisation(
    service: Service, provider: Provider, browser: TestClient
) -> None:
    round_trip(browser)
    switch(service, me(browser)["id"], False)
    assert browser.get("/v1/ik").status_code == 401
    browser.cookies.clear()
    refused(round_trip(browser), 403)
    assert COOKIE not in browser.cookies


def test_the_way_back_fits_the_way_there(provider: Provider, browser: TestClient) -> None:
    back = httpx.URL(to_provider(browser))
    for query in (
        {"code": back.params["code"], "state": "x"},
        {"code": back.params["code"], "state": ""},
        {"code": back.params["code"]},
        {"code": back.params["code"], "state": back.params["state"] + "\u00e9"},
        {"state": back.params["state"]},
        {"state": back.params["state"], "error": "access_denied"},
        {"code": "verzonnen", "state": back.params["state"]},
        {"code": "", "state": back.params["state"]},
    ):
        refused(browser.get("/aanmelden/terug", params=query), 403)
    assert COOKIE not in browser.cookies
    assert browser.get(str(back)).status_code == 303  # the code was not used up by them


def test_a_code_works_once(provider: Provider, browser: TestClient) -> None:
    back = to_provider(browser)
    kept = browser.cookies[KEPT]
    assert browser.get(back).status_code == 303
    browser.cookies.clear()
    refused(browser.get(back), 403)  # without the cookie
    browser.cookies.set(KEPT, kept)
    refused(browser.get(back), 403)  # and with it
    assert provider.refused == ["code is unknown or was used"]


def test_the_cookie_of_the_way_there(provider: Provider, browser: TestClient, clock: Clock) -> None:
    back = to_provider(browser)
    kept = browser.cookies[KEPT]
    for wrong in (flipped(kept, 30), flipped(kept, len(kept) - 10), kept[:-8], "x", "gAAAAA"):
        browser.cookies.clear()
        browser.cookies.set(KEPT, wrong)
        refused(browser.get(back), 403)
    browser.cookies.clear()
    browser.cookies.set(KEPT, kept)
    clock.set(seconds=601)
    refused(browser.get(back), 403)
    assert provider.refused == [] and COOKIE not in browser.cookies
    clock.set(seconds=570)  # half a minute before the ten are over: what went before takes its time on a busy machine
    assert browser.get(back).status_code == 303


def test_the_cookie_of_another_browser_does_not_fit(provider: Provider, browser: TestClient) -> None:
    """Log-in CSRF: someone is sent to the way back of an attacker."""
    theirs = to_provider(browser)
    to_provider(browser)
    refused(browser.get(theirs), 403)


def test_a_provider_that_is_down(service: Service, provider: Provider) -> None:
    gone = {**oidc_settings(provider), "oidc_issuer": f"http://127.0.0.1:{free_port()}"}
    with changed(service, **gone) as browser:
        reply = browser.get("/aanmelden/organisatie")
        refused(reply, 503)
        assert int(reply.headers["retry-after"]) > 0
        assert browser.get("/v1/regelingen").status_code == 200


def test_a_wrong_client_secret(service: Service, provider: Provider) -> None:
    with changed(service, **{**oidc_settings(provider), "oidc_client_secret": "een-ander-geheim"}) as browser:
        reply = round_trip(browser)
    assert "een-ander-geheim" not in str(refused(reply, 403))
    assert provider.refused == ["client secret"]


@pytest.mark.parametrize("path", ["/aanmelden/organisatie", "/aanmelden/terug?code=x&state=y"])
def test_without_provider_there_is_no_such_page(service: Service, path: str) -> None:
    refused(service.client.get(path), 404)


# --- the service as it runs -----------------------------------------------------------------------------------------------


def test_a_browser_over_real_http(service: Service, provider: Provider, launcher: Launcher) -> None:
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    provider.redirect_uri = f"{url}/aanmelden/terug"
    environ = {f"REGELRUIMTE_{name.upper()}": value for name, value in oidc_settings(provider).items()}
    process = launcher.serve(service.settings.database_url, port=port, REGELRUIMTE_PUBLIC_URL=url, **environ).ready()
    with httpx.Client(base_url=url, timeout=20) as browser:
        reply = round_trip(browser)
        assert (reply.status_code, reply.headers["location"]) == (303, "/")
        own = me(browser)
        assert own["rol"] == "beoordelaar"
        session = browser.cookies[COOKIE]
        refused(browser.post("/v1/tokens", json=TOKEN), 403)
        csrf = {"X-CSRF-Token": browser.get("/v1/sessies/huidige").json()["csrf"], "Origin": url}
        token = browser.post("/v1/tokens", json=TOKEN, headers=csrf).json()["geheim"]
        refused(browser.post("/v1/tokens", json=TOKEN, headers={**csrf, "Origin": "http://localhost:8000"}), 403)
        switch(service, own["id"], False)  # another process does
        assert browser.get("/v1/ik").status_code == 401
    assert process.stop() in (0, -15)  # graceful, whether or not the signal is passed on at the end
    log = process.log.read_text(encoding="utf-8")
    assert "/aanmelden/terug" in log
    for secret in (*provider.secrets, CLIENT_SECRET, session, token, own["naam"]):
        assert secret not in log
    assert provider.refused == []


@pytest.mark.parametrize(
    ("asked", "reached"),
    [
        ("/werk?soort=verbod", "/werk?soort=verbod"),
        ("", "/"),
        ("https://elders.example/", "/"),
        ("//elders.example/", "/"),
        ("/\\elders.example", "/"),
        ("/werk\r\nX: y", "/"),
    ],
)
def test_who_comes_in_goes_on_to_the_page_that_was_asked_for_and_to_no_other_site(
    browser: Any, asked: str, reached: str
) -> None:
    reply = browser.get(to_provider(browser, asked))
    assert reply.status_code == 303 and reply.headers["location"] == reached
