"""Long work: regulations change, flags are found again; snapshots; failures are retried and then told."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import threading
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.exc import DBAPIError, OperationalError

from corpus.passages import normalised, text_hash
from service.clock import now
from service.database.opening import Database
from service.database.tables import Job
from service.engine import Engine
from service.errors import Unavailable
from service.jobs.carrying import MAX_ATTEMPTS, Gone, Report, World, carry_out
from service.jobs.kinds import KINDS
from service.jobs.periodic import STUCK_AFTER, start_due
from service.jobs.waiting import add_job
from service.settings import settings_of
from service.work.flags import Standing, find_again
from service.work.snapshots import make_snapshot
from tests.web.conftest import SAMPLE, UNLIMITED, Service

QUOTE = "Het is verboden een evenement te houden zonder vergunning van de burgemeester, tenzij het klein is en kort duurt."


def standing(ref: str, text: str) -> Standing:
    return Standing(ref=ref, text=text, letters=normalised(text), sha256=text_hash(text))


@pytest.mark.parametrize(
    ("clauses", "anchor", "ref"),
    [
        # nothing happened
        ({"R/1": QUOTE, "R/2": "Iets anders."}, "ongewijzigd", "R/1"),
        # only the typography changed
        ({"R/1": QUOTE.replace(",", " ,").upper()}, "ongewijzigd", "R/1"),
        # renumbered
        ({"R/1": "Een nieuw artikel over iets anders.", "R/2": QUOTE}, "verplaatst", "R/2"),
        # words were added behind it
        ({"R/1": QUOTE + " Het college stelt regels."}, "gewijzigd", "R/1"),
        # one word was replaced
        ({"R/1": QUOTE.replace("burgemeester", "gemeenteraad")}, "gewijzigd", "R/1"),
        # renumbered and amended
        ({"R/1": "Iets heel anders.", "R/3": QUOTE.replace("klein", "gering")}, "gewijzigd", "R/3"),
        # the article has gone
        ({"R/1": "Het college kan nadere regels stellen over honden."}, "verweesd", "R/1"),
        # the regulation has gone
        ({}, "verweesd", "R/1"),
    ],
)
def test_finding_a_clause_again(clauses: Mapping[str, str], anchor: str, ref: str) -> None:
    found = find_again(QUOTE, "R/1", text_hash(QUOTE), [standing(own, text) for own, text in clauses.items()])
    assert (found.anchor.value, found.ref) == (anchor, ref)


@pytest.fixture
def moving(service: Service, tmp_path: Path, store: Path) -> Iterator[World]:
    """The same database over a store that this test may change."""
    own = tmp_path / "store"
    shutil.copytree(store, own)
    settings = settings_of(database_url=service.settings.database_url, store=own, data=tmp_path / "data", **UNLIMITED)
    engine = Engine(settings)
    engine.load()
    database = Database(settings.database_url)
    yield World(settings=settings, database=database, engine=engine)
    database.close()


def run_all(world: World) -> list[Job]:
    """Carry out what waits until nothing does; the jobs that were done."""
    done: list[str] = []
    while True:
        with world.database.reading() as session:
            waiting = session.execute(select(Job.id).where(Job.status == "wachtend").order_by(Job.sequence)).scalars().all()
        if not waiting:
            break
        for job in waiting:
            carry_out(world, job, KINDS)
            done.append(job)
    with world.database.reading() as session:
        return list(session.execute(select(Job).where(Job.id.in_(done)).order_by(Job.sequence)).scalars())


def test_a_regulation_is_amended(service: Service, moving: World) -> None:
    """Through the inbox, as an administrator would: flags are anchored anew, initiatives read again, history kept."""
    identifier, _ = service.submit()
    before = {flag["verwijzing"]: flag for flag in service.flags(identifier)}
    flag = before["CVDR900001/artikel-2:4/lid-1"]
    inbox = moving.settings.data / "inbox"
    inbox.mkdir(parents=True)
    source = next(path for path in (SAMPLE / "regelingen").rglob("*.xml") if "CVDR900001" in path.read_text(encoding="utf-8"))
    amended = source.read_text(encoding="utf-8")
    assert "zonder vergunning van de burgemeester" in amended
    amended = amended.replace("zonder vergunning van de burgemeester", "zonder voorafgaande vergunning van de burgemeester")
    (inbox / source.name).write_text(amended.replace("2024-02-01", "2025-02-01"), encoding="utf-8")
    with moving.database.writing() as session:
        add_job(session, "importeren", {"bestanden": [source.name], "ids": []})
    jobs = run_all(moving)
    assert [job.kind for job in jobs[:2]] == ["importeren", "hersignaleren"]
    assert {job.status for job in jobs} == {"klaar"}, [(job.kind, job.message) for job in jobs]
    assert jobs[0].result["gewijzigd"] == ["CVDR900001"]
    seen = service.client.get(f"/v1/signalen/{flag['id']}", headers=service.as_("beoordelaar")).json()
    assert seen["anker"] == "gewijzigd"
    assert (seen["versie"], seen["ankerVersie"]) == ("2024-02-01", "2025-02-01")
    told = service.client.get(f"/v1/signalen/{flag['id']}/voorstellen", headers=service.as_("beoordelaar")).json()["resultaten"]
    assert len(told) == 2
    assert told[0]["verzameling"] != told[1]["verzameling"]
    assert told[0]["inhoud"] == flag["voorstel"]["inhoud"]
    assert told[0]["sha256"] != told[1]["sha256"]


def test_files_outside_the_inbox_are_not_read(service: Service, moving: World) -> None:
    (moving.settings.data / "inbox").mkdir(parents=True)
    (moving.settings.data / "geheim.xml").write_text("<x/>", encoding="utf-8")
    with moving.database.writing() as session:
        job = add_job(session, "importeren", {"bestanden": ["../geheim.xml"], "ids": []})
    done = {one.id: one for one in run_all(moving)}[job.id]
    assert done.status == "mislukt"


def test_work_done_twice_changes_nothing(service: Service) -> None:
    identifier, _ = service.submit()
    first = service.flags(identifier)
    with service.database.writing() as session:
        add_job(session, "signaleren", {"initiatief": identifier}, subject=identifier)
    service.work()
    assert service.flags(identifier) == first


def test_a_withdrawn_initiative_is_left_alone(service: Service) -> None:
    identifier, link = service.submit()
    service.client.patch(f"/v1/initiatieven/{identifier}", json={"status": "ingetrokken"}, headers={**link, "If-Match": "*"})
    with service.database.writing() as session:
        job = add_job(session, "signaleren", {"initiatief": identifier}, subject=identifier)
    service.work()
    shown = service.client.get(f"/v1/taken/{job.id}", headers=service.as_("beheerder")).json()
    assert shown["uitkomst"] == {"overgeslagen": "ingetrokken of gewist"}


def test_a_failure_is_tried_again_and_then_told(service: Service) -> None:
    tried = 0

    def broken(world: World, parameters: Mapping[str, Any], report: Report) -> dict[str, Any]:
        nonlocal tried
        tried += 1
        raise RuntimeError("het verhaal van Jan staat hierin")

    world = World(settings=service.settings, database=service.database, engine=service.engine)
    with service.database.writing() as session:
        job = add_job(session, "momentopname", {}).id
    for _ in range(MAX_ATTEMPTS - 1):
        with pytest.raises(Gone):
            carry_out(world, job, {**KINDS, "momentopname": broken})
    assert carry_out(world, job, {**KINDS, "momentopname": broken})
    assert not carry_out(world, job, {**KINDS, "momentopname": broken})
    assert tried == MAX_ATTEMPTS
    shown = service.client.get(f"/v1/taken/{job}", headers=service.as_("beheerder")).json()
    assert shown["status"] == "mislukt"
    assert shown["pogingen"] == MAX_ATTEMPTS
    assert "Jan" not in json.dumps(shown)


def test_a_snapshot_is_hashed_and_holds_nobody(service: Service) -> None:
    story = (
        "Ik ben Jan de Vries, telefoon 06-12345678, en wil met de buren in de Kuiperstraat een feest houden met een biertap."
    )
    identifier, link = service.submit(omschrijving=story)
    flag = service.flags(identifier)[0]
    service.client.post(
        f"/v1/signalen/{flag['id']}/beoordelingen", json={"oordeel": "bevestigd"}, headers=service.as_("jurist")
    )
    made = service.client.post("/v1/taken", json={"soort": "momentopname"}, headers=service.as_("beheerder"))
    assert made.status_code == 201
    service.work()
    job = service.client.get(made.headers["Location"], headers=service.as_("beheerder")).json()
    address = f"/v1/momentopnamen/{job['uitkomst']['momentopname']}"
    shown = service.client.get(address, headers=service.as_("jurist")).json()
    for other in ("jurist", "beheerder-elders"):
        refused = service.client.get(f"{address}/inhoud", headers=service.as_(other, Accept="application/jsonl"))
        assert refused.status_code == 403
    content = service.client.get(f"{address}/inhoud", headers=service.as_("beheerder", Accept="application/jsonl"))
    rows = [json.loads(line) for line in content.text.splitlines()]
    told = ("titel", "omschrijving", "gemeente")
    bare = [{name: value for name, value in row.items() if name not in told} for row in rows]
    lines = "".join(json.dumps(row, ensure_ascii=False, sort_keys=True) + "\n" for row in bare)
    assert hashlib.sha256(lines.encode()).hexdigest() == shown["sha256"]
    assert len(rows) == shown["regels"]
    row = next(row for row in rows if row["initiatief"] == identifier)
    assert row["verwijzing"] == flag["verwijzing"]
    assert "Kuiperstraat" in row["omschrijving"]
    assert "Vries" not in content.text
    assert "12345678" not in content.text
    # What is erased later is told no more, though the file is what it was.
    file = service.settings.data / "momentopnamen" / f"{shown['sha256']}.jsonl"
    before = file.read_bytes()
    assert b"Kuiperstraat" not in before
    service.client.delete(f"/v1/initiatieven/{identifier}", headers={**link, "If-Match": "*"})
    later = service.client.get(f"{address}/inhoud", headers=service.as_("beheerder", Accept="application/jsonl"))
    assert len(later.text.splitlines()) == shown["regels"]
    assert "Kuiperstraat" not in later.text
    assert file.read_bytes() == before


def test_the_same_judgements_give_the_same_snapshot(service: Service) -> None:
    found = []
    for _ in range(2):
        made = service.client.post("/v1/taken", json={"soort": "momentopname"}, headers=service.as_("beheerder"))
        service.work()
        found.append(service.client.get(made.headers["Location"], headers=service.as_("beheerder")).json()["uitkomst"])
    assert found[0] == found[1]


def another_store(world: World, seconds: int) -> None:
    """Have another store open, as if it were written so much later than the one of the tests."""
    file = world.settings.store / "store.json"
    moment = (file.stat().st_mtime_ns // 10**9 + seconds) * 10**9
    os.utime(file, ns=(moment, moment))
    world.engine.load()
    world.engine._loaded = replace(world.engine.loaded, corpus=f"{seconds:064x}")


def waiting(database: Database, kind: str) -> list[Job]:
    with database.reading() as session:
        return list(session.execute(select(Job).where(Job.kind == kind, Job.status == "wachtend")).scalars())


def test_what_is_due_is_asked_for(service: Service, moving: World) -> None:
    service.submit()
    another_store(moving, 1000)
    start_due(moving)
    start_due(moving)
    assert len(waiting(service.database, "hersignaleren")) == 1
    (asked,) = waiting(service.database, "hersignaleren")
    assert carry_out(moving, asked.id, KINDS)
    assert waiting(service.database, "signaleren")
    start_due(moving)
    assert not waiting(service.database, "hersignaleren"), "what is going to be read already was asked for again"
    run_all(moving)
    start_due(moving)
    assert not waiting(service.database, "hersignaleren")


def test_a_worker_with_an_older_store_undoes_nothing(service: Service, moving: World) -> None:
    """During an upgrade both are at work: who is behind must not read again what the other has read."""
    identifier, _ = service.submit()
    another_store(moving, 2000)
    start_due(moving)
    run_all(moving)
    another_store(moving, -3000)
    start_due(moving)
    assert not waiting(service.database, "hersignaleren")
    with service.database.writing() as session:
        job = add_job(session, "signaleren", {"initiatief": identifier, "ouder": True}, subject=identifier).id
    (done,) = run_all(moving)
    assert (done.id, list(done.result)) == (job, ["overgeslagen"])


def test_a_job_that_is_stuck_keeps_nobody_from_asking(service: Service, moving: World) -> None:
    service.submit()
    with service.database.writing() as session:
        stuck = add_job(session, "hersignaleren", {})
        stuck.created, stuck.status = now() - STUCK_AFTER, "bezig"
    another_store(moving, 3000)
    start_due(moving)
    assert len(waiting(service.database, "hersignaleren")) == 1
    run_all(moving)
    with service.database.writing() as session:
        session.execute(update(Job).where(Job.status == "bezig").values(status="mislukt"))


def test_jobs_that_ended_are_let_go(service: Service, moving: World) -> None:
    with service.database.writing() as session:
        old, open_still, young = (add_job(session, "momentopname", {}) for _ in range(3))
        long_ago = now() - timedelta(days=moving.settings.job_days, seconds=1)
        old.status, old.finished, old.created = "klaar", long_ago, long_ago
        open_still.created = long_ago
        young.status, young.finished = "mislukt", now()
    start_due(moving)
    with service.database.reading() as session:
        left = set(session.execute(select(Job.id)).scalars())
    assert old.id not in left
    assert {open_still.id, young.id} <= left
    run_all(moving)


def away(world: World, parameters: Mapping[str, Any], report: Report) -> dict[str, Any]:
    class Away(Exception):
        sqlstate = "57P01"
        sqlite_errorname = "SQLITE_FULL"

    raise OperationalError("SELECT", {}, Away())


def busy(world: World, parameters: Mapping[str, Any], report: Report) -> dict[str, Any]:
    raise Unavailable("even niet")


@pytest.mark.parametrize("passing", [away, busy])
def test_what_passes_by_itself_is_no_attempt(service: Service, passing: Any) -> None:
    world = World(settings=service.settings, database=service.database, engine=service.engine)
    with service.database.writing() as session:
        job = add_job(session, "momentopname", {}).id
    for _ in range(MAX_ATTEMPTS + 2):
        with pytest.raises(Gone):
            carry_out(world, job, {**KINDS, "momentopname": passing})
    assert carry_out(world, job, KINDS)
    with service.database.reading() as session:
        done = session.execute(select(Job).where(Job.id == job)).scalar_one()
    assert (done.status, done.attempts) == ("klaar", 1)


def test_what_a_statement_carries_is_in_no_error(service: Service) -> None:
    with pytest.raises(DBAPIError) as caught, service.database.writing() as session:
        session.execute(text("INSERT INTO nergens VALUES (:name)"), {"name": "Wietske Dijkstra"})
    assert "Wietske" not in str(caught.value)


def test_a_snapshot_that_two_make_is_one(service: Service, tmp_path: Path) -> None:
    identifier, _ = service.submit()
    flag = service.flags(identifier)[0]
    told = {"oordeel": "bevestigd"}
    service.client.post(f"/v1/signalen/{flag['id']}/beoordelingen", json=told, headers=service.as_("jurist"))
    made: list[str] = []

    def make() -> None:
        with service.database.writing() as session:
            made.append(make_snapshot(session, tmp_path).id)

    threads = [threading.Thread(target=make) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 4
    assert len(set(made)) == 1
