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
        headers = {"Content-Type": "application/json"}
        if "token" in told:
            headers["Authorization"] = f"Bearer {told['token']}"
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


def run(
    store: Path,
    output: Path | None,
    *,
    seconds: float = 60,
    database_url: str | None = None,
    memory_minutes: float = 10,
    workers: int = 2,
) -> int:
    """Measure, print a table, and write it down when asked to.

    Args:
        store: a store; its index is made when it is not there, which start-up then counts.
        output: folder for service.json and service.svg.
        seconds: how long every load lasts.
        database_url: an empty PostgreSQL database, which is written to; None for SQLite in a temporary folder.
        memory_minutes: how long memory is watched; 0 to leave it out.
        workers: processes of either server.
    """
    machine = _machine()
    # The asking process is made before anything is loaded here, and asks in every load.
    with (
        tempfile.TemporaryDirectory(prefix="regelruimte-bench-") as place,
        ProcessPoolExecutor(1, mp_context=get_context("spawn")) as asker,
        hello_started(folder=Path(place), workers=workers) as bare,
    ):
        folder = Path(place)
        url = database_url or f"sqlite:///{folder / 'service.db'}"
        hellos = (("hello", request("GET", "/")),)
        loads = [_measured(asker, bare, Plan(name="hello", port=bare.port, requests=hellos, seconds=seconds))]
        options = ("--database-url", url, "--store", str(store.resolve()))
        if database_url:
            migrate = [sys.executable, "-m", "service.command_line", "migrate", "--database-url", url]
            subprocess.run(migrate, env=_environment(folder, workers), cwd=folder, check=True)
        with started("service.command_line", "serve", *options, folder=folder, workers=workers) as server:
            start = {"ready_s": server.until("/health/ready"), "first_check_s": server.until("/v1/toetsen", body=_stories()[0])}
            checks = tuple(("toets", request("POST", "/v1/toetsen", body=story)) for story in _stories())
            reads = _reads(store, _submitted(server, wait_for_flags=not database_url))
            _warm(asker, server, (checks, reads), workers)
            for plan in (
                Plan(name="reads", port=server.port, requests=reads, seconds=seconds),
                Plan(name="checks", port=server.port, requests=checks, seconds=seconds, rate=CHECK_RATE, connections=256),
                Plan(name="checks max", port=server.port, requests=checks, seconds=seconds),
            ):
                loads.append(_measured(asker, server, plan))
            loads.append(_measured(asker, bare, Plan(name="hello again", port=bare.port, requests=hellos, seconds=seconds)))
            memory = _memory(asker, server, checks, reads, memory_minutes) if memory_minutes else {}
    usual = statistics.mean(load["rate"] for load in loads if load["name"].startswith("hello"))
    for one in loads:
        one["of_hello"] = one["rate"] / usual
    told = {"machine": machine, "workers": workers, "database": url.partition(":")[0]}
    told |= {"start": start, "loads": loads, "memory": memory}
    _print(told)
    if output is not None:
        output.mkdir(parents=True, exist_ok=True)
        (output / "service.json").write_text(json.dumps(told, indent=1) + "\n")
        (output / "service.svg").write_text(_plot(told))
    return 0


def _stories() -> list[dict[str, Any]]:
    lines = "".join((LABELS / f"{name}.jsonl").read_text(encoding="utf-8") for name in ("initiatives", "ungraded")).splitlines()
    told = ("titel", "omschrijving", "gemeente")
    return [{name: story[name] for name in told} | {"aantal": 10} for story in map(json.loads, lines)]


def _submitted(server: Server, *, wait_for_flags: bool) -> list[tuple[str, str]]:
    """Ids and secret links of a few initiatives; once their jobs are done, where the server does them itself."""
    made = []
    for story in _stories()[:20]:
        body = {name: value for name, value in story.items() if name != "aantal"}
        status, told = server.get("/v1/initiatieven", body=body)
        if status != 201:
            raise RuntimeError(f"an initiative is answered with {status}")
        made.append((told["initiatief"]["id"], told["geheimeLink"]))
    end = time.monotonic() + 300
    while wait_for_flags and time.monotonic() < end:
        found = [server.get(f"/v1/initiatieven/{identifier}", token=link)[1] for identifier, link in made]
        if all(one and one["status"] == "gesignaleerd" for one in found):
            break
        time.sleep(0.5)
    return made


def _reads(folder: Path, initiatives: list[tuple[str, str]]) -> tuple[tuple[str, bytes], ...]:
    """As many of each kind, in one order every time."""
    from corpus.store import Store

    store, chance = Store(folder), random.Random(0)
    ids = list(store.regulations)
    refs = store.table(columns=["ref"])["ref"]
    reads = []
    for place in range(400):
        identifier, link = initiatives[place % len(initiatives)]
        clause = str(refs[chance.randrange(len(refs))])
        reads.append(("regeling", request("GET", f"/v1/regelingen/{quote(chance.choice(ids))}")))
        reads.append(("activiteiten", request("GET", "/v1/activiteiten?limiet=20")))
        reads.append(("bepaling", request("GET", f"/v1/bepalingen/{quote(clause, safe='/:')}")))
        reads.append(("initiatief", request("GET", f"/v1/initiatieven/{identifier}", token=link)))
    return tuple(reads)


def _warm(asker: Executor, server: Server, asked: tuple[Any, ...], workers: int) -> None:
    """Until no process answers that it is not ready; thrice at least, on new connections, for all to be reached."""
    for done in count(1):
        plans = [Plan(name="", port=server.port, requests=some, seconds=1, connections=8 * workers) for some in asked]
        errors = sum(answers.errors for answers in asker.submit(_load, plans).result())
        if done >= 3 and not errors:
            return
        if done > 300:
            raise RuntimeError("not every process answers")


def _measured(asker: Executor, server: Server, plan: Plan) -> dict[str, Any]:
    before, began = server.cpu_seconds(), time.monotonic()
    answers = asker.submit(_load, [plan]).result()[0]
    lasted = time.monotonic() - began  # longer than was planned, where answers came late
    # Of each process: connections are not shared out evenly, so one may be busy where another waits.
    used = [(seconds - before.get(pid, 0.0)) / lasted for pid, seconds in server.cpu_seconds().items()]
    return _summary(answers) | {"server_cores": sum(used), "process_cores": sorted(used, reverse=True)}


def _memory(asker: Executor, server: Server, checks: Any, reads: Any, minutes: float) -> dict[str, Any]:
    plans = [
        Plan(name=name, port=server.port, requests=asked, seconds=minutes * 60, rate=rate, connections=64)
        for name, asked, rate in (("checks", checks, MEMORY_CHECKS), ("reads", reads, MEMORY_READS))
    ]
    began, samples = time.monotonic(), []
    answers = asker.submit(_load, plans)
    while not answers.done():
        samples.append({"minutes": (time.monotonic() - began) / 60} | server.memory())
        wait([answers], timeout=_SAMPLE_SECONDS)
    settled = min(SETTLING_MINUTES, minutes / 2)
    late = [sample for sample in samples if sample["minutes"] >= settled]
    slopes = {}
    if len(late) > 2:
        at = [sample["minutes"] for sample in late]
        for size in ("rss_mb", "pss_mb"):
            slopes[f"{size}_per_minute"] = statistics.linear_regression(at, [sample[size] for sample in late]).slope
    return {"settling_minutes": settled, **slopes, "samples": samples, "loads": [_summary(one) for one in answers.result()]}


def _machine() -> dict[str, Any]:
    models = [line.partition(":")[2].strip() for line in Path("/proc/cpuinfo").read_text().splitlines() if "model name" in line]
    return {
        "cores": len(os.sched_getaffinity(0)),
        "cpu": models[0] if models else platform.machine(),
        "python": platform.python_version(),
        "load_average_before": os.getloadavg()[0],
    }


def _print(told: dict[str, Any]) -> None:
    print(*(f"{name} {value}" for name, value in told["machine"].items()), f"workers {told['workers']} {told['database']}")
    print(f"ready {told['start']['ready_s']:.1f} s, first check answered {told['start']['first_check_s']:.1f} s")
    titles = ("asked/s", "answered/s", "sent", "errors", "p50 ms", "p95 ms", "p99 ms", "of hello", "cores", "busiest", "client")
    print(f"{'':<14}" + "".join(f"{title:>11}" for title in titles))
    for one in told["loads"]:
        times = "".join(f"{one[f'p{part}_ms']:>11.1f}" for part in (50, 95, 99))
        cores = f"{one['server_cores']:>11.2f}{one['process_cores'][0]:>11.2f}{one['client_cores']:>11.2f}"
        asked = f"{one['asked_rate'] or 'most':>11}{one['rate']:>11.1f}{one['sent']:>11}{one['errors']:>11}"
        print(f"{one['name']:<14}{asked}{times}{one['of_hello']:>11.4f}{cores}")
        for kind, own in one["kinds"].items() if len(one["kinds"]) > 1 else ():
            print(f"  {kind:<45}{own['answered']:>11}" + "".join(f"{own[f'p{part}_ms']:>11.1f}" for part in (50, 95, 99)))
    if not told["memory"]:
        return
    for size in ("rss", "pss"):
        first, last = (told["memory"]["samples"][place][f"{size}_mb"] for place in (0, -1))
        slope = told["memory"].get(f"{size}_mb_per_minute", math.nan)
        print(f"{size} {first:.0f} MB at first, {last:.0f} MB at last, {slope:+.2f} MB/minute once settled")
    for one in told["memory"]["loads"]:
        print(f"  meanwhile {one['name']}: {one['rate']:.1f}/s, {one['errors']} errors, p95 {one['p95_ms']:.1f} ms")


def _plot(told: dict[str, Any]) -> str:
    """The time to answer by percentile, on a logarithmic axis, as SVG."""
    lines = {
        one["name"]: [max(value, 0.01) for value in one["percentiles_ms"]] for one in told["loads"] if one["percentiles_ms"]
    }
    powers = [math.log10(value) for line in lines.values() for value in line] or [0.0]
    low, top = math.floor(min(powers)), math.floor(max(powers)) + 1
    parts = ['<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 560 300" font-family="sans-serif" font-size="11">']
    for power in range(low, top + 1):
        y = 250 - 220 * (power - low) / (top - low)
        parts.append(
            f'<path d="M60 {y:.1f}h400" stroke="#ddd"/><text x="54" y="{y + 4:.1f}" text-anchor="end">{10.0**power:g} ms</text>'
        )
    for (name, line), colour in zip(lines.items(), ("#06c", "#c60", "#393", "#939", "#999"), strict=False):
        points = [(60 + 4 * at, 250 - 220 * (math.log10(value) - low) / (top - low)) for at, value in enumerate(line)]
        spots = " ".join(f"{x},{y:.1f}" for x, y in points)
        parts.append(f'<polyline fill="none" stroke="{colour}" points="{spots}"/>')
        parts.append(f'<text x="464" y="{points[-1][1] + 4:.1f}" fill="{colour}">{name}</text>')
    parts.append('<text x="260" y="280" text-anchor="middle">percentile of answers, 0 to 100</text></svg>')
    return "\n".join(parts) + "\n"
