"""How many requests the service answers, how soon, and how much memory it keeps, beside a bare application on one machine.

Both are started in one run, under the same server with as many processes; one process of its own asks them. On a machine with
few cores that process takes its share of them, so it tells how much. Ratios within one run say more than its times.
"""

from __future__ import annotations

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

from bench.load import PATIENCE, Plan, request, run_plans, summary

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
        connection = HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
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
        """Memory of all processes, in MB.

        Resident and proportional set size (pages shared by n processes count 1/n), and what of it is their own: without the
        pages of files that were read, which the system takes back when it needs them.
        """
        sizes: Counter[str] = Counter()
        for pid in self.processes():
            for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:]:
                name, number, *_ = line.split()
                sizes[name] += int(number) * 1024
        return {"rss_mb": sizes["Rss:"] / 1e6, "pss_mb": sizes["Pss:"] / 1e6, "own_mb": sizes["Anonymous:"] / 1e6}


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
            _warm(asker, server, (reads,), workers)
            for plan in (
                Plan(name="reads", port=server.port, requests=reads, seconds=seconds),
                # The first time a clause comes up it is read by the whole cascade; afterwards that is remembered.
                Plan(name="checks cold", port=server.port, requests=checks, seconds=seconds),
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
        errors = sum(answers.errors for answers in asker.submit(run_plans, plans).result())
        if done >= 3 and not errors:
            return
        if done > 300:
            raise RuntimeError("not every process answers")


def _measured(asker: Executor, server: Server, plan: Plan) -> dict[str, Any]:
    before, began = server.cpu_seconds(), time.monotonic()
    answers = asker.submit(run_plans, [plan]).result()[0]
    lasted = time.monotonic() - began  # longer than was planned, where answers came late
    # Of each process: connections are not shared out evenly, so one may be busy where another waits.
    used = [(seconds - before.get(pid, 0.0)) / lasted for pid, seconds in server.cpu_seconds().items()]
    return summary(answers) | {"server_cores": sum(used), "process_cores": sorted(used, reverse=True)}


def _memory(asker: Executor, server: Server, checks: Any, reads: Any, minutes: float) -> dict[str, Any]:
    plans = [
        Plan(name=name, port=server.port, requests=asked, seconds=minutes * 60, rate=rate, connections=64)
        for name, asked, rate in (("checks", checks, MEMORY_CHECKS), ("reads", reads, MEMORY_READS))
    ]
    began, samples = time.monotonic(), []
    answers = asker.submit(run_plans, plans)
    while not answers.done():
        samples.append({"minutes": (time.monotonic() - began) / 60} | server.memory())
        wait([answers], timeout=_SAMPLE_SECONDS)
    settled = min(SETTLING_MINUTES, minutes / 2)
    late = [sample for sample in samples if sample["minutes"] >= settled]
    slopes = {}
    if len(late) > 2:
        at = [sample["minutes"] for sample in late]
        for size in ("rss_mb", "pss_mb", "own_mb"):
            slopes[f"{size}_per_minute"] = statistics.linear_regression(at, [sample[size] for sample in late]).slope
    return {"settling_minutes": settled, **slopes, "samples": samples, "loads": [summary(one) for one in answers.result()]}


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
    for size in ("rss", "pss", "own"):
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
