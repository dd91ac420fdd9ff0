"""The client that asks: everything that was sent is accounted for, and a slow answer does not slow what arrives."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest

from bench.load import Answers, Plan, load, request, share
from bench.service import Server, hello_started

HELLO = (("hello", request("GET", "/")),)


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with hello_started(folder=tmp_path_factory.mktemp("bare"), workers=1) as server:
        yield server


def accounted(answers: Answers) -> None:
    assert answers.sent == answers.answered + answers.errors
    assert 0 <= answers.in_time <= answers.answered
    for seconds in answers.took.values():
        ordered = sorted(seconds)
        assert 0 < share(ordered, 0.5) <= share(ordered, 0.95) <= share(ordered, 0.99) <= ordered[-1]


def test_everything_sent_is_answered(bare: Server) -> None:
    plans = [
        Plan(name="again", port=bare.port, requests=HELLO, seconds=3, connections=4),
        Plan(name="clock", port=bare.port, requests=HELLO, seconds=3, rate=50),
    ]
    again, clock = asyncio.run(load(plans))
    for answers in (again, clock):
        accounted(answers)
        assert answers.errors == 0 and answers.outcomes == {"200": answers.sent}
    assert clock.sent == 150
    assert again.sent > 150  # four visitors who ask at once, on any machine


def test_another_answer_is_an_error(bare: Server) -> None:
    mixed = (*HELLO, ("absent", request("GET", "/absent")))
    [answers] = asyncio.run(load([Plan(name="mixed", port=bare.port, requests=mixed, seconds=0.5, rate=40)]))
    accounted(answers)
    assert answers.outcomes == {"200": 10, "404": 10}
    assert set(answers.took) == {"hello"}


async def _asked_of(answer: bytes, *, delay: float, plan: Plan) -> tuple[Answers, int]:
    """Ask a server that waits, sends some bytes, and keeps count; port 0 of the plan stands for its port."""
    seen = 0

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal seen
        try:
            while await reader.readuntil(b"\r\n\r\n"):
                seen += 1
                await asyncio.sleep(delay)
                writer.write(answer)
                if b"close" in answer:
                    break
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    async with await asyncio.start_server(handle, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        [answers] = await load(
            [Plan(name="slow", port=port, requests=HELLO, seconds=plan.seconds, rate=plan.rate, connections=plan.connections)]
        )
    return answers, seen


def test_a_slow_answer_does_not_slow_arrivals() -> None:
    plan = Plan(name="", port=0, requests=HELLO, seconds=1, rate=50, connections=100)
    answers, seen = asyncio.run(_asked_of(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", delay=0.5, plan=plan))
    accounted(answers)
    assert answers.sent == seen == 50
    assert min(answers.took["hello"]) >= 0.5
    assert answers.in_time < 50  # the last half second's answers came after the end


def test_waiting_for_a_connection_counts() -> None:
    plan = Plan(name="", port=0, requests=HELLO, seconds=0.5, rate=20, connections=1)
    answers, seen = asyncio.run(_asked_of(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", delay=0.1, plan=plan))
    accounted(answers)
    assert seen == answers.sent == 10
    # Due every 0.05 s, done every 0.1 s: the tenth is due at 0.45 and done after 1.0.
    assert max(answers.took["hello"]) >= 0.5


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok", "200"),  # each on a connection of its own
        (b"HTTP/1.1 204 No Content\r\n\r\n", "204"),  # has no length
        (b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\nConnection: close\r\n\r\nok", "IncompleteReadError"),  # shorter than it says
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", "ValueError"),  # not read by this client
        (b"close", "IncompleteReadError"),  # no head
    ],
)
def test_what_an_answer_counts_as(answer: bytes, outcome: str) -> None:
    plan = Plan(name="", port=0, requests=HELLO, seconds=0.2, rate=50)
    answers, seen = asyncio.run(_asked_of(answer, delay=0, plan=plan))
    accounted(answers)
    assert answers.outcomes == {outcome: 10}
    assert seen == 10


def test_nobody_listens() -> None:
    [answers] = asyncio.run(load([Plan(name="", port=1, requests=HELLO, seconds=0.2, rate=50)]))
    accounted(answers)
    assert answers.errors == answers.sent == 10


def test_share() -> None:
    assert [share([1.0, 2.0, 3.0, 4.0], wanted) for wanted in (0, 0.25, 0.5, 0.51, 1)] == [1.0, 1.0, 2.0, 3.0, 4.0]
