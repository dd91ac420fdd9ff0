"""Measures are for who runs the service, cost little however often they are asked, and have as many series as we decide."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from models import packaging
from models.loading import released_folder
from service.api import measures
from service.api.application import create_app
from service.work import model_choice
from tests.web.conftest import UNLIMITED, Service, settings_of


def client_at(service: Service, address: str, **settings: Any) -> TestClient:
    """A client at an address, of an application of its own."""
    own = settings_of(**{**UNLIMITED, "database_url": service.settings.database_url, **settings})
    return TestClient(create_app(own, engine=service.engine, run_jobs=False), client=(address, 50000))


@pytest.mark.parametrize(
    ("address", "status"), [("127.0.0.1", 200), ("::1", 200), ("203.0.113.5", 403), ("10.0.0.1", 403), ("unix", 403)]
)
def test_without_a_token_only_the_machine_itself_reads_them(service: Service, address: str, status: int) -> None:
    with client_at(service, address) as client:
        assert client.get("/metrics").status_code == status


def test_with_a_token_nobody_reads_them_without(service: Service) -> None:
    for address in ("127.0.0.1", "203.0.113.5"):
        with client_at(service, address, metrics_token="meten-is-weten") as client:
            assert client.get("/metrics").status_code == 401
            assert client.get("/metrics", headers={"Authorization": "Bearer meten-is-weten"}).status_code == 200


def test_methods_that_do_not_exist_are_one(service: Service) -> None:
    for number in range(3):
        service.client.request(f"VERZONNEN{number}", "/v1/regelingen")
    told = service.client.get("/metrics").text
    assert "VERZONNEN" not in told
    assert 'method="other"' in told


def test_the_database_is_counted_once_for_many_who_ask(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    counted = []
    collect = measures._Asked.collect

    def counting(asked: Any) -> Any:
        counted.append(asked)
        return collect(asked)

    monkeypatch.setattr(measures._Asked, "collect", counting)
    with client_at(service, "127.0.0.1") as client:
        monkeypatch.setattr(measures, "FRESH_SECONDS", 1000.0)
        told = [client.get("/metrics").text for _ in range(3)]
        once = len(counted)
        assert all("regelruimte_initiatives" in one for one in told)
        monkeypatch.setattr(measures, "FRESH_SECONDS", -1.0)
        client.get("/metrics")
    assert len(counted) == 2 * once


def test_a_model_is_hashed_again_only_when_its_files_changed(
    service: Service, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    hashed = []

    def counting(folder: Path) -> Any:
        hashed.append(folder)
        return packaging.open_package(folder)

    monkeypatch.setattr(model_choice, "open_package", counting)
    folder = tmp_path / "model"
    shutil.copytree(released_folder(), folder)
    with client_at(service, "127.0.0.1", model=folder, data=tmp_path) as client:
        listed = [client.get("/v1/modellen").json()["resultaten"] for _ in range(3)]
        assert listed[0] == listed[1] == listed[2]
        assert [one["versie"] for one in listed[0]] == [service.engine.loaded.model_version]
        assert hashed == [folder]
        name = next(iter(packaging.open_package(folder).files))
        (folder / name).write_bytes(b"damaged")
        assert client.get("/v1/modellen").json()["resultaten"] == []
        assert hashed == [folder, folder]
