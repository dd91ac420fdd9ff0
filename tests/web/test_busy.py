"""When many ask at once, or much: nobody is held up by another, and who cannot be helped is told when to come back."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
from sqlalchemy import select

from service.api import crowd, events
from service.api.events import MOST_STREAMS, MOST_STREAMS_OF_ONE, Streams
from service.api.words import MOST_MARKS, composed
from service.database.migrating import migrate
from service.database.opening import Database
from service.database.tables import Suggestion
from service.engine import cores
from service.errors import TooManyRequests, Unavailable
from tests.web.conftest import TOLD, Launcher, Process, Server, Service


def at_once(work: Callable[[int], Any], times: int) -> list[Any]:
    """What comes of doing something several times at the same moment."""
    begin, found = threading.Barrier(times), []

    def one(number: int) -> None:
        begin.wait(30)
        found.append(work(number))

    threads = [threading.Thread(target=one, args=(number,)) for number in range(times)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return found


def until(true: Callable[[], bool], *, seconds: float = 20) -> bool:
    """Wait for something; whether it came."""
    end = time.monotonic() + seconds
    while not true():
        if time.monotonic() > end:
            return False
        time.sleep(0.05)
    return True


def test_a_check_reads_less_than_a_submission(service: Service) -> None:
    story = (TOLD["omschrijving"] + " ") * 200
    long = {**TOLD, "omschrijving": story[:20_001]}
    reply = service.client.post("/v1/toetsen", json=long)
    assert reply.status_code == 400
    assert reply.json()["fouten"][0]["melding"] == "Hoogstens 20000 tekens."
    assert service.client.post("/v1/initiatieven", json=long).status_code == 201
    schemas = service.client.get("/v1/openapi.json").json()["components"]["schemas"]
    assert schemas["ToetsInvoer"]["properties"]["omschrijving"]["maxLength"] == 20_000
    assert schemas["InitiatiefInvoer"]["properties"]["omschrijving"]["maxLength"] == 200_000


def test_when_all_cores_check_the_next_comes_back_later(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    inside, go_on = threading.Semaphore(0), threading.Event()
    flag = service.engine.flag

    def slow(*args: Any, **options: Any) -> Any:
        inside.release()
        assert go_on.wait(60)
        return flag(*args, **options)

    monkeypatch.setattr(service.engine, "flag", slow)
    monkeypatch.setattr(crowd, "WAIT_SECONDS", 0.1)
    statuses: list[int] = []
    threads = [
        threading.Thread(target=lambda: statuses.append(service.client.post("/v1/toetsen", json=TOLD).status_code))
        for _ in range(cores())
    ]
    for thread in threads:
        thread.start()
    for _ in threads:
        assert inside.acquire(timeout=30)
    refused = service.client.post("/v1/toetsen", json=TOLD)
    assert refused.status_code == 503
    assert refused.headers["content-type"] == "application/problem+json"
    assert int(refused.headers["Retry-After"]) > 0
    assert service.client.get("/v1/regelingen").status_code == 200
    go_on.set()
    for thread in threads:
        thread.join(60)
    assert statuses == [200] * cores()
    assert service.client.post("/v1/toetsen", json=TOLD).status_code == 200


def test_nobody_waits_for_the_reading_of_a_text_that_is_submitted(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    """While names are looked for, others can write: SQLite has one writer at a time."""
    wrote: list[str] = []

    def other_writer(title: str, story: str) -> tuple[str, str]:
        with service.database.writing():
            wrote.append("")
        return title, story

    monkeypatch.setattr("service.privacy.pseudonymising.pseudonymised_parts", other_writer)
    assert service.client.post("/v1/initiatieven", json=TOLD).status_code == 201
    assert wrote


def test_two_submissions_with_one_key_meet(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both have got past everything but the database before either is kept."""
    meeting = threading.Barrier(2)

    def met(title: str, story: str) -> tuple[str, str]:
        meeting.wait(30)
        return title, story

    monkeypatch.setattr("service.privacy.pseudonymising.pseudonymised_parts", met)
    headers = {"Idempotency-Key": "twee-tegelijk"}
    replies = at_once(lambda _: service.client.post("/v1/initiatieven", json=TOLD, headers=headers), 2)
    assert [reply.status_code for reply in replies] == [201, 201]
    assert len({reply.json()["initiatief"]["id"] for reply in replies}) == 1
    assert len({reply.json()["geheimeLink"] for reply in replies}) == 1
    assert sorted(reply.json()["taak"] is None for reply in replies) == [False, True]


def test_two_submissions_of_two_stories_with_one_key_meet(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    meeting = threading.Barrier(2)

    def met(title: str, story: str) -> tuple[str, str]:
        meeting.wait(30)
        return title, story

    monkeypatch.setattr("service.privacy.pseudonymising.pseudonymised_parts", met)
    headers = service.as_("indiener", **{"Idempotency-Key": "twee-verhalen"})
    replies = at_once(
        lambda number: service.client.post("/v1/initiatieven", json={**TOLD, "titel": f"Feest {number}"}, headers=headers), 2
    )
    assert sorted(reply.status_code for reply in replies) == [201, 409]


def test_two_judgements_of_what_both_saw_meet(service: Service) -> None:
    identifier, _ = service.submit()
    address = f"/v1/signalen/{service.flags(identifier)[0]['id']}"
    tag = service.client.get(address, headers=service.as_("beoordelaar")).headers["ETag"]

    def judged(number: int) -> int:
        headers = service.as_(("beoordelaar", "jurist")[number], **{"If-Match": tag})
        verdict = ("bevestigd", "afgewezen")[number]
        return service.client.post(f"{address}/beoordelingen", json={"oordeel": verdict}, headers=headers).status_code

    assert sorted(at_once(judged, 2)) == [201, 412]
    assert service.client.get(address, headers=service.as_("jurist")).json()["beoordelingen"] == 1


def test_nobody_judges_what_nobody_saw(service: Service) -> None:
    identifier, _ = service.submit()
    address = f"/v1/signalen/{service.flags(identifier)[0]['id']}"
    seen = service.client.get(address, headers=service.as_("jurist"))
    with service.database.writing() as session:
        old = session.execute(select(Suggestion).where(Suggestion.id == seen.json()["voorstel"]["id"])).scalar_one()
        kept = {name: getattr(old, name) for name in ("flag_id", "corpus", "clause_sha256", "content", "created")}
        session.add(Suggestion(model_version="9.9.9", **kept))
    tag = seen.headers["ETag"]
    judged = {"oordeel": "bevestigd"}
    for decided in ("beoordelingen", "beslechtingen"):
        refused = service.client.post(f"{address}/{decided}", json=judged, headers=service.as_("jurist", **{"If-Match": tag}))
        assert refused.status_code == 412, refused.text
    fresh = service.client.get(address, headers=service.as_("jurist", **{"If-None-Match": tag}))
    assert fresh.status_code == 200
    assert fresh.json()["voorstel"]["model"] == "9.9.9"
    shown = {flag["id"]: flag["voorstel"]["model"] for flag in service.flags(identifier)}
    assert shown.pop(fresh.json()["id"]) == "9.9.9"
    assert "9.9.9" not in shown.values()
    headers = service.as_("jurist", **{"If-Match": fresh.headers["ETag"]})
    made = service.client.post(f"{address}/beoordelingen", json=judged, headers=headers)
    assert made.status_code == 201
    assert made.json()["voorstel"] == fresh.json()["voorstel"]["id"]
    assert made.headers["ETag"] == service.client.get(address, headers=service.as_("jurist")).headers["ETag"]


@pytest.fixture
def idle(launcher: Launcher, postgresql: Server) -> Iterator[Process]:
    """A service whose jobs nobody carries out."""
    url = postgresql.new_database()
    database = Database(url)
    migrate(database)
    database.close()
    yield launcher.serve(url).ready()


def test_one_address_follows_so_many_jobs(idle: Process) -> None:
    made = httpx.post(f"{idle.url}/v1/initiatieven", json=TOLD, timeout=60).json()
    headers = {"Authorization": f"Bearer {made['geheimeLink']}"}
    address = f"{idle.url}/v1/initiatieven/{made['initiatief']['id']}/voortgang"
    with httpx.Client(timeout=30, limits=httpx.Limits(max_connections=None), headers=headers) as client:

        def follow() -> httpx.Response:
            return client.send(client.build_request("GET", address), stream=True)

        streams = [follow() for _ in range(MOST_STREAMS_OF_ONE)]
        assert [stream.status_code for stream in streams] == [200] * MOST_STREAMS_OF_ONE
        refused = follow()
        refused.read()
        assert refused.status_code == 429
        assert refused.headers["content-type"] == "application/problem+json"
        assert int(refused.headers["Retry-After"]) > 0
        streams.pop().close()

        def again() -> bool:
            streams.append(follow())
            return streams[-1].status_code == 200

        assert until(again)
        for stream in streams:
            stream.close()


def test_all_together_follow_so_many_jobs() -> None:
    streams = Streams()
    held = [streams.place(f"address {number % 10}") for number in range(MOST_STREAMS)]
    for place in held:
        place.__enter__()
    with pytest.raises(Unavailable), streams.place("another"):
        pass
    for place in held:
        place.__exit__(None, None, None)
    with streams.place("another"):
        pass
    assert MOST_STREAMS_OF_ONE < MOST_STREAMS


def test_places_of_one_address_come_back() -> None:
    streams = Streams()
    held = [streams.place("one") for _ in range(MOST_STREAMS_OF_ONE)]
    for place in held:
        place.__enter__()
    with pytest.raises(TooManyRequests), streams.place("one"):
        pass
    with streams.place("two"):
        pass
    held[0].__exit__(None, None, None)
    with streams.place("one"):
        pass


def test_a_stream_ends_before_its_job_when_that_takes_long(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(events, "_LONGEST_SECONDS", 0.5)
    made = service.client.post("/v1/initiatieven", json=TOLD).json()
    headers = {"Authorization": f"Bearer {made['geheimeLink']}"}
    reply = service.client.get(f"/v1/initiatieven/{made['initiatief']['id']}/voortgang", headers=headers)
    assert '"status": "wachtend"' in reply.text
    service.work()


def test_a_tower_of_marks_is_cut_off() -> None:
    """Composing takes the square of the number of marks on one letter."""
    assert len(str(composed("a" + "\u0315\u0327" * 100_000))) <= MOST_MARKS + 1
    assert composed("e\u0301" * 1000) == "é" * 1000
