"""The client of the bench: light on the processor, so that it measures the service and not itself.

Plain HTTP/1.1 over kept-alive connections, in a process of its own.
"""

from __future__ import annotations

import asyncio
import json
import math
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from typing import Any

PATIENCE = 30.0
"""Seconds after which a request is given up."""

_IDLE_SECONDS = 3.0  # less than the five after which the server closes a connection that nobody uses


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What one load asks."""

    name: str
    port: int
    requests: tuple[tuple[str, bytes], ...]  # kind and whole HTTP/1.1 request, asked in turn
    seconds: float
    connections: int = 16  # at most
    rate: float = 0.0  # arrivals a second, by the clock; 0 to ask again as soon as there is an answer


@dataclass(frozen=True, kw_only=True)
class Answers:
    """What came of a plan. Whatever is sent is answered (2xx, read to its end) or is an error."""

    plan: Plan
    outcomes: dict[str, int]  # by status, or by what went wrong
    took: dict[str, list[float]]  # seconds by kind, of what was answered; from the moment it was due
    in_time: int  # answered before the plan ended
    client_cores: float  # CPU seconds of the asking process in a second; of all plans together

    @property
    def sent(self) -> int:
        """Requests that were due."""
        return sum(self.outcomes.values())

    @property
    def answered(self) -> int:
        """Requests that were answered as they should be."""
        return sum(len(seconds) for seconds in self.took.values())

    @property
    def errors(self) -> int:
        """Requests with another answer, or with none."""
        return sum(number for outcome, number in self.outcomes.items() if not outcome.startswith("2"))


def request(method: str, path: str, *, body: dict[str, Any] | None = None, token: str = "") -> bytes:
    """A whole request."""
    content = json.dumps(body, ensure_ascii=False).encode() if body is not None else b""
    head = [f"{method} {path} HTTP/1.1", "Host: localhost", "Accept: application/json"]
    head += [f"Authorization: Bearer {token}"] * bool(token)
    head += ["Content-Type: application/json", f"Content-Length: {len(content)}"] * bool(content)
    return "\r\n".join([*head, "", ""]).encode() + content


class Connections:
    """Keep-alive connections to one port, opened when they are wanted."""

    def __init__(self, port: int, most: int) -> None:
        self._port, self._turn = port, asyncio.Semaphore(most)
        self._idle: list[tuple[float, asyncio.StreamReader, asyncio.StreamWriter]] = []

    async def ask(self, content: bytes) -> int:
        """The status of the answer, once it is read to its end.

        Raises:
            OSError, EOFError: there is no connection, or not long enough.
            ValueError: the answer does not tell its length.
        """
        async with self._turn:
            reader, writer = await self._connection()
            lasting = False
            try:
                writer.write(content)
                head = (await reader.readuntil(b"\r\n\r\n")).lower()
                status, told = int(head[9:12]), head.partition(b"\r\ncontent-length:")[2].partition(b"\r\n")[0]
                await reader.readexactly(0 if status in (204, 304) else int(told))
                lasting = b"\r\nconnection: close" not in head
                return status
            finally:
                if lasting:
                    self._idle.append((time.perf_counter(), reader, writer))
                else:
                    writer.close()

    async def _connection(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        while self._idle:
            since, reader, writer = self._idle.pop()
            if time.perf_counter() - since < _IDLE_SECONDS and not reader.at_eof():
                return reader, writer
            writer.close()
        return await asyncio.open_connection("127.0.0.1", self._port)

    async def close(self) -> None:
        """Close those that nobody uses."""
        for _, _, writer in self._idle:
            writer.close()
        await asyncio.gather(*(writer.wait_closed() for _, _, writer in self._idle), return_exceptions=True)


async def load(plans: list[Plan]) -> list[Answers]:
    """Carry out plans at the same time."""
    return list(await asyncio.gather(*(_carried_out(plan) for plan in plans)))


async def _carried_out(plan: Plan) -> Answers:
    connections = Connections(plan.port, plan.connections)
    outcomes: Counter[str] = Counter()
    took: dict[str, list[float]] = defaultdict(list)
    in_time, began, cpu = 0, time.perf_counter(), time.process_time()
    end = began + plan.seconds

    async def ask(number: int, due: float) -> None:
        nonlocal in_time
        kind, content = plan.requests[number % len(plan.requests)]
        try:
            async with asyncio.timeout(PATIENCE):
                outcome = str(await connections.ask(content))
        except (OSError, EOFError, ValueError, asyncio.LimitOverrunError) as error:
            outcome = type(error).__name__
        outcomes[outcome] += 1
        if outcome.startswith("2"):
            took[kind].append(time.perf_counter() - due)
            in_time += time.perf_counter() <= end

    async def ask_again(numbers: Iterator[int]) -> None:
        while (now := time.perf_counter()) < end:
            await ask(next(numbers), now)

    async with asyncio.TaskGroup() as group:
        if plan.rate:
            for number in range(int(plan.rate * plan.seconds)):
                due = began + number / plan.rate
                await asyncio.sleep(max(0.0, due - time.perf_counter()))
                group.create_task(ask(number, due))
        else:
            numbers = count()
            for _ in range(plan.connections):
                group.create_task(ask_again(numbers))
    cores = (time.process_time() - cpu) / (time.perf_counter() - began)
    await connections.close()
    return Answers(plan=plan, outcomes=dict(outcomes), took=dict(took), in_time=in_time, client_cores=cores)


def share(ordered: list[float], wanted: float) -> float:
    """The value that a share of ordered values does not exceed (nearest rank); nan when there are none."""
    return ordered[max(0, math.ceil(wanted * len(ordered)) - 1)] if ordered else math.nan


def run_plans(plans: list[Plan]) -> list[Answers]:
    import uvloop

    return uvloop.run(load(plans))


def summary(answers: Answers) -> dict[str, Any]:
    def times(ordered: list[float]) -> dict[str, Any]:
        return {f"p{part}_ms": share(ordered, part / 100) * 1000 for part in (50, 95, 99)} | {"answered": len(ordered)}

    every = sorted(one for seconds in answers.took.values() for one in seconds)
    return {
        "name": answers.plan.name,
        "asked_rate": answers.plan.rate or None,
        "connections": answers.plan.connections,
        "seconds": answers.plan.seconds,
        "sent": answers.sent,
        "errors": answers.errors,
        "outcomes": answers.outcomes,
        "rate": answers.in_time / answers.plan.seconds,
        **times(every),
        "kinds": {kind: times(sorted(seconds)) for kind, seconds in answers.took.items()},
        "percentiles_ms": [share(every, part / 100) * 1000 for part in range(101)] if every else [],
        "client_cores": answers.client_cores,
    }
