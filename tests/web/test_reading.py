"""Whoever reads an initiative is logged, without waiting for it."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError

from service.database.tables import ProcessingEntry
from service.work import processing_log, reading
from service.work.reading import ReadingLog
from tests.web.conftest import Service
from tests.web.test_busy import until


def readings(service: Service, identifier: str) -> int:
    """How often an initiative was read, as the log has it."""
    query = select(func.count()).where(
        ProcessingEntry.data_subject_id == identifier, ProcessingEntry.name == "initiatief gelezen"
    )
    with service.database.reading() as session:
        return session.execute(query).scalar() or 0


def test_every_way_to_read_an_initiative_is_logged(service: Service) -> None:
    identifier, link = service.submit()
    assert readings(service, identifier) == 0
    address = f"/v1/initiatieven/{identifier}"
    flags = service.client.get(f"{address}/signalen", headers=link).json()["resultaten"]
    for one in (address, f"/v1/signalen/{flags[0]['id']}", f"/v1/signalen/{flags[0]['id']}/voorstellen"):
        assert service.client.get(one, headers=link).status_code == 200
    listed = service.client.get("/v1/initiatieven?limiet=200", headers=service.as_("beheerder"))
    assert identifier in listed.text
    assert until(lambda: readings(service, identifier) == 5)


def test_who_may_not_read_is_not_logged_as_a_reader(service: Service) -> None:
    identifier, link = service.submit()
    address = f"/v1/initiatieven/{identifier}"
    assert service.client.get(address, headers=service.as_("beoordelaar-elders")).status_code == 404
    assert service.client.get(address, headers=link).status_code == 200
    assert until(lambda: readings(service, identifier) == 1)


def test_reading_does_not_wait_for_who_writes(service: Service) -> None:
    identifier, link = service.submit()
    with service.database.writing():
        assert service.client.get(f"/v1/initiatieven/{identifier}", headers=link).status_code == 200
    assert until(lambda: readings(service, identifier) == 1)


def test_what_was_noted_is_written_at_the_end(service: Service) -> None:
    log = ReadingLog(service.database)
    log.start()
    log.note("initiatief gelezen", ["een", "twee"])
    log.stop()
    assert [readings(service, subject) for subject in ("een", "twee")] == [1, 1]


def test_what_could_not_be_written_waits(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    write = processing_log.log

    def full_disk(*args: Any, **options: Any) -> None:
        raise OperationalError("INSERT", {}, Exception("database or disk is full"))

    log = ReadingLog(service.database)
    log.note("initiatief gelezen", ["drie"])
    monkeypatch.setattr(processing_log, "log", full_disk)
    log.flush()
    assert readings(service, "drie") == 0
    monkeypatch.setattr(processing_log, "log", write)
    log.flush()
    log.flush()
    assert readings(service, "drie") == 1


def test_what_cannot_be_logged_is_not_read(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    identifier, link = service.submit()
    monkeypatch.setattr(reading, "MOST_WAITING", 0)
    reply = service.client.get(f"/v1/initiatieven/{identifier}", headers=link)
    assert reply.status_code == 503
    assert "omschrijving" not in reply.json()
