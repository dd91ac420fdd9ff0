"""What administrators do to accounts: change them at the same moment, let people choose a new password, leave none without."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest
from sqlalchemy import select, update

from service.command_line import main
from service.database.tables import Role, User
from service.identity import passwords
from tests.web.browsing import COOKIE, TOKEN, Clock, Person, browser_for, changed, clock, new_person, person, refused, switch
from tests.web.conftest import PASSWORD, Service

__all__ = ["clock", "person"]

NEW = "een andere heel lange zin"


def together(*asks: Callable[[], httpx.Response]) -> list[int]:
    """Ask at the same moment; the statuses."""
    ready = threading.Barrier(len(asks))

    def ask(one: Callable[[], httpx.Response]) -> int:
        ready.wait(20)
        return one().status_code

    with ThreadPoolExecutor(len(asks)) as pool:
        return sorted(pool.map(ask, asks))


# --- the last administrator -----------------------------------------------------------------------------------------------


@pytest.fixture
def two(service: Service) -> Iterator[list[tuple[str, dict[str, str]]]]:
    """The only two administrators of the whole service: their ids, and the headers of a token of each."""
    made = []
    for _ in range(2):
        email = f"{uuid.uuid4().hex}@waterveen.example"
        told = {"naam": "Twee", "email": email, "rol": "beheerder", "wachtwoord": PASSWORD}
        identifier = service.client.post("/v1/gebruikers", json=told, headers=service.as_("beheerder")).json()["id"]
        someone = Person(id=identifier, email=email, browser=browser_for(service))
        scopes = {"naam": "x", "rechten": ["lezen", "beheren"]}
        token = someone.browser.post("/v1/tokens", json=scopes, headers=someone.enter()).json()["geheim"]
        made.append((identifier, {"Authorization": f"Bearer {token}", "If-Match": "*"}))
    whole = update(User).where(User.organisation_id.is_(None), User.id.not_in([one for one, _ in made]))
    with service.database.writing() as session:
        session.execute(whole.where(User.id == service.users["beheerder"]).values(active=False))
    yield made
    with service.database.writing() as session:
        session.execute(update(User).where(User.id == service.users["beheerder"]).values(active=True))
        session.execute(update(User).where(User.id.in_([one for one, _ in made])).values(active=False))


def administrators(service: Service) -> set[str]:
    query = select(User.id).where(User.role == Role.ADMINISTRATOR.value, User.active, User.organisation_id.is_(None))
    with service.database.reading() as session:
        return set(session.execute(query).scalars())


@pytest.mark.parametrize("how", ["demote", "switch off", "erase"])
def test_two_administrators_who_remove_each_other_leave_one(
    service: Service, two: list[tuple[str, dict[str, str]]], how: str
) -> None:
    (first, of_first), (second, of_second) = two

    def remove(target: str, headers: dict[str, str]) -> httpx.Response:
        address = f"/v1/gebruikers/{target}"
        if how == "erase":
            return service.client.delete(address, headers=headers)
        told: dict[str, Any] = {"rol": "jurist"} if how == "demote" else {"actief": False}
        return service.client.patch(address, json=told, headers=headers)

    statuses = together(lambda: remove(second, of_first), lambda: remove(first, of_second))
    assert len(administrators(service)) == 1
    assert statuses[0] in (200, 204) and statuses[1] in (401, 403, 409)
    (left,) = administrators(service)
    refused(remove(left, of_first if left == first else of_second), 409)
    assert administrators(service) == {left}


def test_an_organisation_may_lose_its_last_administrator_to_who_manages_all(service: Service) -> None:
    someone = new_person(service, role="beheerder")
    headers = service.as_("beheerder", **{"If-Match": "*"})
    assert service.client.patch(f"/v1/gebruikers/{someone.id}", json={"rol": "jurist"}, headers=headers).status_code == 200


# --- two requests at the same moment --------------------------------------------------------------------------------------


def test_changes_at_the_same_moment_do_not_overwrite_each_other(service: Service, person: Person) -> None:
    address = f"/v1/gebruikers/{person.id}"
    tag = service.client.get(address, headers=service.as_("beheerder")).headers["ETag"]
    headers = service.as_("beheerder", **{"If-Match": tag})

    def change(**told: Any) -> Callable[[], httpx.Response]:
        return lambda: service.client.patch(address, json=told, headers=headers)

    asks = [change(naam="Een"), change(naam="Twee"), change(rol="jurist"), change(actief=False)]
    assert together(*asks) == [200, 412, 412, 412]
    assert service.client.get(address, headers=service.as_("beheerder")).headers["ETag"] == '"2"'


def test_a_token_is_withdrawn_once(service: Service) -> None:
    made = service.client.post("/v1/tokens", json=TOKEN, headers=service.as_("jurist")).json()
    asks = [lambda: service.client.delete(f"/v1/tokens/{made['id']}", headers=service.as_("jurist"))] * 4
    assert together(*asks) == [204, 404, 404, 404]


# --- a new password -------------------------------------------------------------------------------------------------------


def link_for(service: Service, who: str, *, headers: dict[str, str] | None = None) -> str:
    reply = service.client.post(f"/v1/gebruikers/{who}/wachtwoordlinks", headers=headers or service.as_("beheerder"))
    assert reply.status_code == 200, reply.text
    return str(reply.json()["geheim"])


def choose(service: Service, secret: str, password: str = NEW) -> httpx.Response:
    return browser_for(service).post("/v1/wachtwoorden", json={"geheim": secret, "wachtwoord": password})


def test_a_new_password(service: Service, person: Person) -> None:
    person.enter()
    kept = person.browser.cookies[COOKIE]
    for _ in range(3):
        new = Person(id=person.id, email=person.email, browser=browser_for(service))
        refused(new.log_in("een heel andere zin dan die"), 401)  # until locked
    secret = link_for(service, person.id)
    assert person.status() == 200  # asking for one ends nothing
    with service.database.reading() as session:
        stored = session.execute(select(User).where(User.id == person.id)).scalar_one()
    assert secret not in str(vars(stored))
    assert choose(service, secret).status_code == 204
    assert person.status() == 401
    refused(person.log_in(PASSWORD), 401)
    assert person.log_in(NEW).status_code == 201  # the lock is lifted
    refused(choose(service, secret, "een derde lange zin voor de test"), 404)  # works once
    person.browser.cookies.clear()
    person.browser.cookies.set(COOKIE, kept)
    assert person.status() == 401
    trail = service.client.get(f"/v1/audit?onderwerp=gebruiker:{person.id}", headers=service.as_("beheerder")).text
    assert "gebruiker.wachtwoordlink" in trail and "gebruiker.wachtwoord-gewijzigd" in trail and secret not in trail


def test_links_that_do_not_work(service: Service, person: Person, clock: Clock) -> None:
    refused(choose(service, "rw_verzonnen"), 404)
    first, second = link_for(service, person.id), link_for(service, person.id)
    refused(choose(service, first), 404)  # the newest only
    refused(choose(service, second, "te kort"), 400)
    clock.set(hours=24.1)
    refused(choose(service, second), 404)
    clock.set()
    switch(service, person.id, False)
    switch(service, person.id, True)
    refused(choose(service, second), 404)
    assert person.log_in(PASSWORD).status_code == 201


def test_a_link_used_twice_at_the_same_moment_works_once(service: Service, person: Person) -> None:
    secret = link_for(service, person.id)
    assert together(*[lambda: choose(service, secret)] * 3) == [204, 404, 404]


def test_who_gets_no_link(service: Service, person: Person) -> None:
    address = f"/v1/gebruikers/{person.id}/wachtwoordlinks"
    refused(service.client.post(address, headers=service.as_("jurist")), 403)
    refused(service.client.post(address, headers=service.as_("beheerder-elders")), 404)
    switch(service, person.id, False)
    refused(service.client.post(address, headers=service.as_("beheerder")), 409)
    with changed(service, local_accounts=False) as browser:
        refused(browser.post(address, headers=service.as_("beheerder")), 403)
        refused(browser.post("/v1/wachtwoorden", json={"geheim": "rw_x", "wachtwoord": NEW}), 403)


def test_guesses_are_limited(service: Service) -> None:
    told = {"geheim": "rw_verzonnen", "wachtwoord": NEW}
    with changed(service, logins_per_minute=2) as browser:
        assert [browser.post("/v1/wachtwoorden", json=told).status_code for _ in range(3)] == [404, 404, 429]


def test_hashing_holds_up_no_writer(service: Service, person: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    """SQLite has one writer at a time: while a password is hashed, on purpose slowly, another must be able to write."""
    from service.identity import secrets

    written: list[str] = []

    def writes(*_: object) -> None:
        def write() -> None:
            with service.database.writing() as session:
                session.execute(update(User).where(User.id == person.id).values(failed_logins=0))
            written.append("x")

        thread = threading.Thread(target=write)
        thread.start()
        thread.join(5)

    for name in ("hash", "verify"):
        real = getattr(type(secrets._hasher), name)
        monkeypatch.setattr(type(secrets._hasher), name, lambda *words, real=real: (writes(), real(*words))[1])
    assert person.log_in().status_code == 201
    assert len(written) == 1
    new_person(service)
    assert len(written) == 2
    assert choose(service, link_for(service, person.id)).status_code == 204
    assert len(written) == 3


def test_the_command_line(service: Service, person: Person, monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    import io

    url = ["--database-url", service.settings.database_url]
    person.enter()
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{NEW}\n"))
    assert main(["user", "password", person.email, *url], {}) == 0
    assert person.status() == 401
    assert person.log_in(NEW).status_code == 201
    monkeypatch.setattr("sys.stdin", io.StringIO("te kort\n"))
    assert main(["user", "password", person.email, *url], {}) == 1
    assert main(["user", "password", "niemand@waterveen.example", "--link", *url], {}) == 1
    capsys.readouterr()
    assert main(["user", "password", person.email, "--link", *url], {}) == 0
    secret = capsys.readouterr().out.strip()
    assert choose(service, secret, PASSWORD).status_code == 204
    assert person.log_in(PASSWORD).status_code == 201


def test_a_day_is_what_the_documentation_says() -> None:
    assert passwords.RESET_HOURS == 24
