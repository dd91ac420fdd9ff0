"""How many requests the service answers, how soon, and how much memory it keeps, beside a bare application on one machine.

Both are started in one run, under the same server with as many processes; one process of its own asks them. On a machine with
few cores that process takes its share of them, so it tells how much. Ratios within one run say more than its times.
"""

from __future__ import annotations

import asyncio
import json
import math
import os
import platform
import random
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from concurrent.futures import Executor, ProcessPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from itertools import count
from multiprocessing import get_context
from pathlib import Path
from typing import Any
from urllib.parse import quote

CHECKOUT = Path(__file__).resolve().parent.parent
LABELS = CHECKOUT / "corpus" / "labels"
LIMITS = ("CHECKS", "SUBMISSIONS", "REQUESTS", "LOGINS")
CHECK_RATE = 50
"""Quick checks a second that arrive by the clock."""
MEMORY_CHECKS, MEMORY_READS = 10, 50
"""Quick checks and reads a second while memory is watched."""
SETTLING_MINUTES = 2.0
"""Memory before this is still being filled; when less than twice as much is watched, half of that."""
_SAMPLE_SECONDS = 5.0
_PATIENCE = 30.0
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
            async with asyncio.timeout(_PATIENCE):
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


def _load(plans: list[Plan]) -> list[Answers]:
    import uvloop

    return uvloop.run(load(plans))


def _summary(answers: Answers) -> dict[str, Any]:
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


@dataclass(frozen=True, kw_only=True)
class Server:
    """A server with its processes."""

    popen: subprocess.Popen[bytes]
    port: int
    began: float
    log: Path

    def get(self, path: str, **told: Any) -> tuple[int, Any]:
        """Status and content of one answer; status 0 when nobody listens."""
        method = "POST" if "body" in told else "GET"
        headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {told['token']}"} if "token" in told else {})
        connection = HTTPConnection("127.0.0.1", self.port, timeout=_PATIENCE)
        try:
            connection.request(method, path, json.dumps(told["body"]) if "body" in told else None, headers)
            answer = connection.getresponse()
            return answer.status, json.loads(answer.read())
        except (OSError, HTTPException, ValueError):
            return 0, None
        finally:
            connection.close()

    def until(self, path: str, *, minutes: float = 30, **told: Any) -> float:
        """Ask until it is answered with 200; seconds since the start.

        Raises:
            RuntimeError: it ended instead, or took longer; with the end of its log.
        """
        while self.popen.poll() is None and time.monotonic() - self.began < minutes * 60:
            if self.get(path, **told)[0] == 200:
                return time.monotonic() - self.began
            time.sleep(0.05)
        raise RuntimeError(f"{path} is not answered: {self.log.read_text(encoding='utf-8')[-2000:]}")

    def processes(self) -> list[int]:
        """Process ids of the server and of all that it started."""
        parents: dict[int, list[int]] = defaultdict(list)
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                parents[int(_fields(int(folder.name))[1])].append(int(folder.name))
            except OSError:
                continue  # it has ended meanwhile
        found = [self.popen.pid]
        for pid in found:
            found += parents[pid]
        return found

    def cpu_seconds(self) -> dict[int, float]:
        """CPU seconds so far, by process."""
        ticks = os.sysconf("SC_CLK_TCK")
        return {pid: sum(int(value) for value in _fields(pid)[11:13]) / ticks for pid in self.processes()}

    def memory(self) -> dict[str, float]:
        """Resident and proportional set size (pages shared by n processes count 1/n) of all processes, in MB."""
        sizes: Counter[str] = Counter()
        for pid in self.processes():
            for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:]:
                name, number, *_ = line.split()
                sizes[name] += int(number) * 1024
        return {"rss_mb": sizes["Rss:"] / 1e6, "pss_mb": sizes["Pss:"] / 1e6}


def _fields(pid: int) -> list[str]:
    """Fields of /proc/PID/stat from the third; the second, the name, may hold blanks."""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()


def _environment(folder: Path, workers: int) -> dict[str, str]:
    own = {name: value for name, value in os.environ.items() if not name.startswith("REGELRUIMTE_")}
    unlimited = {f"REGELRUIMTE_{name}_PER_MINUTE": "0" for name in LIMITS}
    given = {"REGELRUIMTE_DATA": str(folder / "data"), "REGELRUIMTE_WORKERS": str(workers), "PYTHONPATH": str(CHECKOUT)}
    return own | unlimited | given


@contextmanager
def started(module: str, *words: str, folder: Path, workers: int) -> Iterator[Server]:
    """``python -m MODULE WORDS`` on a port of its own, ended with the block."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    log = folder / f"{module}.log"
    command = [sys.executable, "-m", module, *words, "--port", str(port)]
    with log.open("wb") as stream:
        popen = subprocess.Popen(
            command, env=_environment(folder, workers), stdout=stream, stderr=stream, cwd=folder, start_new_session=True
        )
    try:
        yield Server(popen=popen, port=port, began=time.monotonic(), log=log)
    finally:
        popen.terminate()
        try:
            popen.wait(40)
        except subprocess.TimeoutExpired:
            os.killpg(popen.pid, signal.SIGKILL)
            popen.wait(20)


def hello() -> Any:
    """The bare application."""
    from fastapi import FastAPI

    app = FastAPI(openapi_url=None)

    @app.get("/")
    async def root() -> dict[str, str]:
        return {"message": "Hello World"}

    return app


@contextmanager
def hello_started(*, folder: Path, workers: int) -> Iterator[Server]:
    """The bare application, answering."""
    quiet = ("--no-access-log", "--no-server-header", "--log-level", "warning")
    words = ("bench.service:hello", "--factory", "--workers", str(workers), *quiet)
    with started("uvicorn", *words, folder=folder, workers=workers) as server:
        server.until("/", minutes=2)
        yield server
