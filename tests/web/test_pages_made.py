"""Pages become routes when somebody first asks for one."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest
from fastapi import FastAPI
from starlette.routing import BaseRoute
from starlette.testclient import TestClient

from service.api import application
from service.api.application import create_app
from service.api.shell import Shell
from service.pages.application import page_routes
from tests.web.conftest import Service


@contextmanager
def fresh(service: Service) -> Iterator[tuple[TestClient, list[BaseRoute]]]:
    """The same service as it stands right after a start, and its routes."""
    shell = create_app(service.settings, engine=service.engine, run_jobs=False)
    assert isinstance(shell, Shell) and isinstance(shell._app, FastAPI)
    routes = shell._app.router.routes
    with TestClient(shell, base_url=service.settings.origin, raise_server_exceptions=False, follow_redirects=False) as browser:
        yield browser, routes


@pytest.mark.parametrize(
    ("method", "path", "status", "made"),
    [
        ("GET", "/", 200, True),
        ("HEAD", "/", 200, True),
        ("DELETE", "/", 405, True),
        ("GET", "/nergens", 404, True),
        ("GET", "/v1/nergens", 404, False),
        ("DELETE", "/v1/openapi.json", 405, False),
        ("GET", "/health/live", 200, False),
    ],
)
def test_whatever_is_asked_first(service: Service, method: str, path: str, status: int, made: bool) -> None:
    with fresh(service) as (browser, routes):
        before, pages = len(routes), len(page_routes())
        reply = browser.request(method, path, headers={"Accept": "text/html"})
        assert reply.status_code == status
        assert "GET" in reply.headers["Allow"] if status == 405 else "Allow" not in reply.headers
        assert len(routes) == before + (pages if made else 0)
        again = browser.request(method, path, headers={"Accept": "text/html"})
        assert (again.status_code, again.headers.get("Content-Type")) == (status, reply.headers.get("Content-Type"))
        assert len(routes) == before + (pages if made else 0)


def test_many_who_ask_at_once_make_them_once(service: Service) -> None:
    with fresh(service) as (browser, routes), ThreadPoolExecutor(8) as crowd:
        before = len(routes)
        paths = ["/", "/nergens", "/v1/nergens", "/health/live"] * 6
        statuses = list(crowd.map(lambda path: browser.get(path).status_code, paths))
        assert statuses == [200, 404, 404, 200] * 6
        assert len(routes) == before + len(page_routes())


def test_pages_that_cannot_be_imported_are_told_of(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    def broken(name: str) -> None:
        raise ImportError(name)

    monkeypatch.setattr(application, "import_module", broken)
    application._import_pages()
    assert [record.message for record in caplog.records] == ["the pages cannot be imported"]
