"""What is kept of people, how long, who saw it, and how it goes."""

from __future__ import annotations

import hashlib
import json
import logging
import threading
from collections.abc import Callable
from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from service.clock import now
from service.database.tables import AuditEntry, Base, Initiative, Judgement, ProcessingEntry
from service.jobs.carrying import World, carry_out
from service.jobs.kinds import KINDS
from service.jobs.waiting import add_job
from service.operation.logs import JsonLines
from service.work import audit, retention
from service.work.retention import erase_originals
from tests.web.conftest import Service
from tests.web.test_faults import until

NAME, PHONE = "Wietske Dijkstra", "06-87654321"
STORY = f"Ik ben {NAME}, bel mij op {PHONE}. Met de straat willen wij een feest met een biertap en een springkussen."


def everything(service: Service) -> str:
    """All rows of all tables as one text."""
    with service.database.reading() as session:
        rows = [[table.name, *map(str, row)] for table in Base.metadata.sorted_tables for row in session.execute(select(table))]
    return json.dumps(rows)


def test_the_copy_for_training_names_nobody(service: Service) -> None:
    identifier, _ = service.submit(titel=f"Feest van {NAME}", omschrijving=STORY)
    with service.database.reading() as session:
        row = session.execute(select(Initiative).where(Initiative.id == identifier)).scalar_one()
    assert NAME in (row.story or "")
    for kept in (row.title_pseudonymised, row.story_pseudonymised):
        assert "Dijkstra" not in kept
        assert PHONE not in kept
    assert "biertap" in row.story_pseudonymised


def test_the_original_goes_when_its_time_has_come(service: Service) -> None:
    identifier, link = service.submit(titel=f"Tuin van {NAME}", omschrijving=STORY)
    with service.database.writing() as session:
        row = session.execute(select(Initiative).where(Initiative.id == identifier)).scalar_one()
        row.keep_until = now() - timedelta(seconds=1)
    assert erase_originals(service.database) == 1
    assert erase_originals(service.database) == 0
    seen = service.client.get(f"/v1/initiatieven/{identifier}", headers=link).json()
    assert seen["origineel"] is False
    assert "Dijkstra" not in json.dumps(seen)
    assert "biertap" in seen["omschrijving"]
    flags = service.client.get(f"/v1/initiatieven/{identifier}/signalen", headers=link).json()["resultaten"]
    assert flags
    assert all(flag["voorstel"]["inhoud"]["reden"] == "" for flag in flags)
    assert all(flag["voorstel"]["inhoud"]["soorten"] for flag in flags)


def test_one_original_that_cannot_be_erased_keeps_no_other(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    identifiers = [service.submit()[0] for _ in range(3)]
    with service.database.writing() as session:
        due = update(Initiative).where(Initiative.id.in_(identifiers)).values(keep_until=now() - timedelta(seconds=1))
        session.execute(due)
    forget = retention._forget_original

    def failing(session: Session, initiative: Initiative) -> None:
        forget(session, initiative)
        if initiative.id == identifiers[1]:
            raise OperationalError("deadlock", {}, Exception("x"))

    monkeypatch.setattr(retention, "_forget_original", failing)
    with pytest.raises(OperationalError):
        erase_originals(service.database)
    with service.database.reading() as session:
        left = select(Initiative.id).where(Initiative.id.in_(identifiers), Initiative.story.is_not(None))
        assert session.execute(left).scalars().all() == [identifiers[1]]
    monkeypatch.undo()
    assert erase_originals(service.database) == 1


def test_erasing_and_flagging_wait_for_each_other(service: Service) -> None:
    """All at once, over the same initiatives: nobody is refused, and no word of what was erased comes back."""
    word = "hinkelpadfestijn"
    identifiers = [service.submit(titel=word, omschrijving=f"Met de straat een {word} en een biertap.")[0] for _ in range(3)]
    with service.database.writing() as session:
        due = update(Initiative).where(Initiative.id.in_(identifiers)).values(keep_until=now() - timedelta(seconds=1))
        session.execute(due)
        jobs = [add_job(session, "signaleren", {"initiatief": one}, subject=one).id for one in identifiers]
    world = World(settings=service.settings, database=service.database, engine=service.engine)
    problems: list[Exception] = []

    def attempt(work: Callable[[], object]) -> None:
        try:
            work()
        except Exception as error:
            problems.append(error)

    works = [partial(carry_out, world, job, KINDS) for job in reversed(jobs)]
    works += [partial(erase_originals, service.database) for _ in range(3)]
    threads = [threading.Thread(target=attempt, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert problems == []
    service.work()
    with service.database.reading() as session:
        rows = session.execute(select(Initiative.title, Initiative.story).where(Initiative.id.in_(identifiers))).all()
    assert [tuple(row) for row in rows] == [(None, None)] * 3


def test_notes_go_with_what_they_quote(service: Service) -> None:
    word = "wiebelbankjesdag"
    identifier, link = service.submit()
    flag = service.flags(identifier)[0]
    told = {"oordeel": "bevestigd", "toelichting": f"De indiener noemt het een {word}."}
    address = f"/v1/signalen/{flag['id']}/beoordelingen"
    made = service.client.post(address, json=told, headers=service.as_("beoordelaar")).json()
    assert word in everything(service)
    service.client.delete(f"/v1/initiatieven/{identifier}", headers={**link, "If-Match": "*"})
    assert word not in everything(service)
    with service.database.reading() as session:
        row = session.execute(select(Judgement).where(Judgement.id == made["id"])).scalar_one()
    assert (row.verdict, row.note) == ("bevestigd", "")
    assert row.note_sha256 == hashlib.sha256(told["toelichting"].encode()).hexdigest()


def test_nothing_is_left_of_an_erased_initiative(service: Service) -> None:
    word = "kwispelfonteintje"
    identifier, link = service.submit(
        titel=f"Een {word}", omschrijving=f"Wij willen met de straat een {word} en een biertap. {word}!"
    )
    assert word in everything(service)
    service.client.delete(f"/v1/initiatieven/{identifier}", headers={**link, "If-Match": "*"})
    assert word not in everything(service)


def test_a_person_is_exported_and_erased(service: Service) -> None:
    told = {"naam": NAME, "email": "wietske@waterveen.example", "rol": "indiener", "organisatie": "Waterveen"}
    made = service.client.post(
        "/v1/gebruikers", json={**told, "wachtwoord": "een heel lange zin"}, headers=service.as_("beheerder")
    ).json()
    login = {"email": told["email"], "wachtwoord": "een heel lange zin"}
    csrf = service.client.post("/v1/sessies", json=login).json()["csrf"]
    service.client.post(
        "/v1/initiatieven",
        json={"titel": "Snorrebaardfeest", "omschrijving": STORY, "gemeente": "Waterveen"},
        headers={"X-CSRF-Token": csrf},
    )
    own = service.client.get("/v1/ik/gegevens").json()
    service.client.cookies.clear()
    assert own["gebruiker"]["email"] == told["email"]
    assert own["initiatieven"][0]["omschrijving"] == STORY
    assert "Dijkstra" not in own["initiatieven"][0]["omschrijvingGepseudonimiseerd"]
    assert "biertap" in own["initiatieven"][0]["omschrijvingGepseudonimiseerd"]
    assert own["verwerkingen"]
    assert len(own["sessies"]) == 1
    assert {"gebruiker.toegevoegd", "gebruiker.aangemeld", "initiatief.ingediend"} <= {
        line["handeling"] for line in own["auditspoor"]
    }
    # Who else did something is told to nobody.
    assert {line["door"] for line in own["auditspoor"]} <= {f"gebruiker:{made['id']}", "een andere gebruiker", "systeem"}
    service.work()
    address = f"/v1/gebruikers/{made['id']}"
    assert service.client.delete(address, headers=service.as_("beheerder")).status_code == 428
    assert service.client.delete(address, headers=service.as_("beheerder", **{"If-Match": "*"})).status_code == 204
    left = everything(service)
    assert "wietske@" not in left
    assert "Snorrebaardfeest" not in left
    assert service.client.get(address, headers=service.as_("beheerder")).status_code == 404
    assert service.client.post("/v1/sessies", json=login).status_code == 401


def test_logs_tell_no_story(service: Service, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    word = "zwabbergastenfeest"
    told = {
        "titel": f"Een {word}",
        "omschrijving": f"Wij willen een {word} houden met muziek in de straat.",
        "gemeente": "Waterveen",
    }
    identifier, link = service.submit(**told)
    service.client.post("/v1/toetsen", json=told)
    service.client.post("/v1/toetsen", json={**told, "onbekend": word})
    service.client.get(f"/v1/initiatieven/{identifier}", headers=link)
    lines = [JsonLines().format(record) for record in caplog.records]
    assert any(json.loads(line).get("route") == "/v1/toetsen" for line in lines)
    assert word not in "\n".join(lines)
    assert link["Authorization"].removeprefix("Bearer ") not in "\n".join(lines)


def test_an_exception_is_logged_without_its_words() -> None:
    try:
        raise ValueError("het verhaal van Jan")
    except ValueError:
        import sys

        record = logging.LogRecord("x", logging.ERROR, "x.py", 1, "stuk", None, sys.exc_info())
    assert "Jan" not in JsonLines().format(record)
    assert json.loads(JsonLines().format(record))["error"] == "ValueError"


def test_the_trail_is_whole_and_names_nobody(service: Service) -> None:
    identifier, _ = service.submit(titel=f"Feest van {NAME}", omschrijving=STORY)
    shown = service.client.get("/v1/audit/controle", headers=service.as_("beheerder")).json()
    assert shown["heel"] is True
    listed = service.client.get(f"/v1/audit?onderwerp=initiatief:{identifier}", headers=service.as_("beheerder"))
    assert [row["handeling"] for row in listed.json()["resultaten"]] == ["initiatief.gesignaleerd", "initiatief.ingediend"]
    with service.database.reading() as session:
        told = json.dumps([[row.actor, row.details] for row in session.execute(select(AuditEntry)).scalars()])
    for word in ("Dijkstra", PHONE, "biertap", "Proef"):
        assert word not in told


@pytest.mark.parametrize(
    ("statement", "told"),
    [
        # a changed entry
        ("UPDATE audit SET action = 'niets.gebeurd' WHERE sequence = 3", "entry 3: was changed"),
        # an entry taken out
        ("DELETE FROM audit WHERE sequence = 3", "entry 4: does not follow the one before"),
        # a changed hash
        ("UPDATE audit SET hash = 'x' WHERE sequence = 3", "entry 3: was changed"),
        # another person named
        ("UPDATE audit SET actor = 'systeem2' WHERE sequence = 2", "entry 2: was changed"),
    ],
)
def test_tampering_shows(service: Service, statement: str, told: str) -> None:
    """Someone with the keys of the database can switch its guards off; the chain still tells."""
    postgresql = service.settings.database_url.startswith("postgresql")
    session_off = "SET LOCAL session_replication_role = replica"
    with service.database.engine.connect() as connection:
        transaction = connection.begin()
        if postgresql:
            connection.execute(text(session_off))
        else:
            for change in ("update", "delete"):
                connection.execute(text(f"DROP TRIGGER audit_no_{change}"))
        connection.execute(text(statement))
        from sqlalchemy.orm import Session

        _, problems = audit.verify(Session(bind=connection))
        transaction.rollback()
    assert any(problem.startswith(told) for problem in problems), problems
    with service.database.reading() as session:
        assert audit.verify(session)[1] == []


def test_who_reads_is_logged_in_the_register_of_processing(service: Service) -> None:
    identifier, link = service.submit()
    service.client.get(f"/v1/initiatieven/{identifier}", headers=link)

    def logged() -> list[ProcessingEntry]:
        with service.database.reading() as session:
            about = select(ProcessingEntry).where(ProcessingEntry.data_subject_id == identifier)
            return list(session.execute(about.order_by(ProcessingEntry.sequence)).scalars())

    assert until(lambda: len(logged()) == 3, seconds=30)
    rows = logged()
    assert [row.name for row in rows] == ["initiatief ontvangen", "initiatief gesignaleerd", "initiatief gelezen"]
    assert all(len(row.trace_id) == 32 and row.processing_activity_id for row in rows)
