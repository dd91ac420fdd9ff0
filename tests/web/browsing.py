"""Browsers and clocks for the tests of who is let in."""

from __future__ import annotations

import dataclasses
import sys
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
from sqlalchemy import inspect, text
from starlette.testclient import TestClient

from service import clock as service_clock
from service.api.application import create_app
from service.database.opening import Database
from service.identity import oidc
from service.settings import settings_of
from tests.web.conftest import PASSWORD, Service

COOKIE = "regelruimte_sessie"
NOW = service_clock.now
TOKEN = {"naam": "x", "rechten": ["lezen"]}


class Clock:
    """The clock of the whole service, with a hand to move."""

    def __init__(self) -> None:
        self.offset = timedelta()

    def now(self) -> datetime:
        return datetime.now(UTC) + self.offset

    def set(self, **offset: float) -> None:
        self.offset = timedelta(**offset)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    holders = [module for name, module in sys.modules.items() if name.startswith("service.") and hasattr(module, "now")]
    for module in holders:
        if module.now is NOW:
            monkeypatch.setattr(module, "now", made.now)
    monkeypatch.setattr(oidc, "time", SimpleNamespace(time=lambda: made.now().timestamp()))
    return made


@dataclasses.dataclass(kw_only=True)
class Person:
    """Someone with an account of the service."""

    id: str
    email: str
    browser: TestClient  # their own cookies

    def log_in(self, password: str = PASSWORD) -> httpx.Response:
        self.browser.cookies.clear()  # a live session would ask for its CSRF token
        return self.browser.post("/v1/sessies", json={"email": self.email, "wachtwoord": password})

    def enter(self) -> dict[str, str]:
        """Log in; the headers that a page of ours sends."""
        reply = self.log_in()
        assert reply.status_code == 201, reply.text
        return {"X-CSRF-Token": reply.json()["csrf"]}

    def status(self) -> int:
        return int(self.browser.get("/v1/sessies/huidige").status_code)


def browser_for(service: Service) -> TestClient:
    """Another browser, without cookies."""
    app = service.client.app
    return TestClient(app, base_url=service.settings.origin, raise_server_exceptions=False, follow_redirects=False)


@contextmanager
def changed(service: Service, **settings: Any) -> Iterator[TestClient]:
    """The same service with other settings, at a browser."""
    made = settings_of(**{**service.settings.model_dump(), **settings})
    app = create_app(made, engine=service.engine, run_jobs=False)
    with TestClient(app, base_url=made.origin, raise_server_exceptions=False, follow_redirects=False) as browser:
        yield browser


def new_person(service: Service, *, role: str = "beoordelaar") -> Person:
    email = f"{uuid.uuid4().hex}@waterveen.example"
    told = {"naam": "Nieuw", "email": email, "rol": role, "organisatie": "Waterveen", "wachtwoord": PASSWORD}
    reply = service.client.post("/v1/gebruikers", json=told, headers=service.as_("beheerder"))
    assert reply.status_code == 201, reply.text
    return Person(id=reply.json()["id"], email=email, browser=browser_for(service))


@pytest.fixture
def person(service: Service) -> Person:
    return new_person(service)


def switch(service: Service, who: str, active: bool) -> None:
    headers = service.as_("beheerder", **{"If-Match": "*"})
    assert service.client.patch(f"/v1/gebruikers/{who}", json={"actief": active}, headers=headers).status_code == 200


def refused(reply: httpx.Response, status: int) -> dict[str, Any]:
    """A refusal as problem details; its body."""
    assert reply.status_code == status, reply.text
    assert reply.headers["content-type"] == "application/problem+json"
    assert COOKIE not in reply.cookies
    body: dict[str, Any] = reply.json()
    assert body["status"] == status
    return body


def without_instance(body: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in body.items() if name != "instance"}


def dump(database: Database) -> str:
    """All that the database holds, tables of the queue too."""
    parts: list[str] = []
    with database.engine.connect() as connection:
        for table in inspect(database.engine).get_table_names():
            parts += [f"{table} {tuple(row)!r}" for row in connection.execute(text(f'SELECT * FROM "{table}"'))]
    return "\n".join(parts)


def flipped(secret: str, place: int) -> str:
    return secret[:place] + ("A" if secret[place] != "A" else "B") + secret[place + 1 :]
