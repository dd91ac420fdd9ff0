"""How long a reviewer waits who goes through a hundred flags: 100 initiatives of 100 flags each, half of them judged before.

One person at a time, as one person works. A flag takes two round trips: the judgement that is sent, and the next flag that is
shown; a browser follows from the one to the other by itself.
"""

from __future__ import annotations

import json
import re
import statistics
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from http.client import HTTPConnection
from itertools import count, cycle, islice
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from bench.service import CHECKOUT, Server, started
from models.initiatives import initiative_of
from service.api.access import COOKIE
from service.clock import now
from service.database.migrating import migrate
from service.database.opening import Database
from service.database.tables import FlagRow, Initiative, InitiativeStatus, Judgement, Role, User, Verdict
from service.engine import Engine, Loaded
from service.identity.accounts import add_user, open_session
from service.identity.organisations import organisation_named
from service.settings import settings_of
from service.work.flags import keep_flags, told_text

TOWN = "Waterveen"
INITIATIVES, FLAGS = 100, 100
JUDGED = 100
"""Flags that the reviewer goes through."""

MOST_MS = 150
"""What a reviewer may wait for either round trip, 95 times in 100."""

_SAMPLE = CHECKOUT / "corpus" / "sample" / "initiatives.jsonl"


@dataclass(kw_only=True)
class Reviewer:
    """Somebody who reviews with a browser, on one connection."""

    port: int
    secret: str
    csrf: str
    times: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))  # milliseconds, by what was asked

    def __post_init__(self) -> None:
        self._connection = HTTPConnection("127.0.0.1", self.port, timeout=60)

    def ask(self, what: str, path: str, form: dict[str, str] | None = None) -> tuple[str, str]:
        """The page, and where an answer leads to; raises RuntimeError for a mistake."""
        headers = {"Cookie": f"{COOKIE}={self.secret}", "Content-Type": "application/x-www-form-urlencoded"}
        body = urlencode({"csrf": self.csrf, **form}) if form is not None else None
        began = time.perf_counter()
        self._connection.request("POST" if form is not None else "GET", path, body=body, headers=headers)
        answer = self._connection.getresponse()
        told = answer.read().decode()
        self.times[what].append((time.perf_counter() - began) * 1000)
        if answer.status not in (200, 303):
            raise RuntimeError(f"{path} is answered with {answer.status}")
        return told, answer.getheader("Location", "")


def run(store: Path, output: Path | None, *, database_url: str | None = None) -> int:
    """Measure, print a table, and write it down when asked to; 1 when somebody waits too long.

    Args:
        store: a store with its index.
        output: folder for review.json.
        database_url: an empty PostgreSQL database, which is written to; None for SQLite in a temporary folder.
    """
    with tempfile.TemporaryDirectory(prefix="regelruimte-bench-") as place:
        folder = Path(place)
        url = database_url or f"sqlite:///{folder / 'service.db'}"
        secret, csrf = _filled(url, store)
        options = ("serve", "--database-url", url, "--store", str(store.resolve()))
        with started("service.command_line", *options, folder=folder, workers=1) as server:
            times = _reviewed(server, secret, csrf)
    told = {what: _summary(own) for what, own in times.items()}
    print(f"{url.partition(':')[0]}, {INITIATIVES} initiatives of {FLAGS} flags")
    print(f"{'':<18}{'times':>8}{'p50 ms':>10}{'p95 ms':>10}")
    for what, one in told.items():
        print(f"{what:<18}{one['times']:>8}{one['p50_ms']:>10.1f}{one['p95_ms']:>10.1f}")
    if output is not None:
        output.mkdir(parents=True, exist_ok=True)
        (output / "review.json").write_text(json.dumps({"database": url.partition(":")[0], **told}, indent=1) + "\n")
    return int(any(one["p95_ms"] > MOST_MS for one in told.values()))


def _reviewed(server: Server, secret: str, csrf: str) -> dict[str, list[float]]:
    server.until("/health/ready")
    reviewer = Reviewer(port=server.port, secret=secret, csrf=csrf)
    page, _ = reviewer.ask("queue", "/werk")
    address = _found(r'href="(/werk/[0-9a-f-]{36})"', page)
    page, _ = reviewer.ask("flag", address)  # the first of a process opens what later ones find open
    reviewer.times.clear()
    for number in range(JUDGED):
        told = {"versie": _found(r'name="versie" value="([^"]+)"', page), "toelichting": ""}
        told["oordeel"] = (Verdict.REJECTED if number % 3 else Verdict.CONFIRMED).value
        _, onward = reviewer.ask("judgement", address, told)
        page, _ = reviewer.ask("next flag", onward)
        address = onward.partition("?")[0]
        if number % 5 == 0:
            reviewer.ask("queue", "/werk")
            reviewer.ask("queue, filtered", "/werk?soort=vergunningplicht&volgorde=kans")
    return dict(reviewer.times)


def _found(pattern: str, page: str) -> str:
    found = re.search(pattern, page)
    if found is None:
        raise RuntimeError(f"the page lacks {pattern}")
    return found.group(1)


def _summary(times: list[float]) -> dict[str, Any]:
    return {"times": len(times), "p50_ms": statistics.median(times), "p95_ms": statistics.quantiles(times, n=20)[-1]}


def _filled(url: str, store: Path) -> tuple[str, str]:
    """Fill an empty database; the secret of the reviewer's session and its CSRF token."""
    settings = settings_of(database_url=url, store=store)
    engine = Engine(settings)
    loaded = engine.load()
    if loaded is None:
        raise RuntimeError(f"{store}: {engine.problem}")
    database = Database(url)
    migrate(database)
    with database.writing() as session:
        town = organisation_named(session, TOWN)
        people = [
            add_user(
                session, name=f"Reviewer {name}", role=Role.REVIEWER, email=f"{name}@example.org", organisation=town, by="bench"
            )
            for name in ("a", "b")
        ]
        opened, login = open_session(session, people[0], settings)
    for number, told in enumerate(islice(cycle(_stories()), INITIATIVES)):
        _add(database, loaded, told, town.id, people[1] if number % 2 else None)
    database.close()
    return opened, login.csrf


def _stories() -> Iterator[dict[str, Any]]:
    yield from (json.loads(line) for line in _SAMPLE.read_text(encoding="utf-8").splitlines())


def _add(database: Database, loaded: Loaded, told: dict[str, Any], organisation: str, judge: User | None) -> None:
    """One initiative with its flags, judged where somebody judges."""
    story = initiative_of(told, where="sample", default_id="")
    moment = now()
    with database.writing() as session:
        one = Initiative(
            organisation_id=organisation,
            title=story.titel,
            story=story.omschrijving,
            title_pseudonymised=story.titel,
            story_pseudonymised=story.omschrijving,
            municipality=TOWN,
            day="",
            status=InitiativeStatus.SUBMITTED.value,
            keep_until=moment + timedelta(days=365),
            created=moment,
            changed=moment,
        )
        session.add(one)
        session.flush()
        keep_flags(session, one, loaded, _of_size(loaded, loaded.flagger.flag(told_text(one), top=FLAGS)))
        for flag in session.query(FlagRow).filter_by(initiative_id=one.id) if judge else ():
            verdict = Verdict.CONFIRMED if flag.strength > 1 else Verdict.REJECTED
            flag.judgements, flag.verdict = 1, verdict.value
            session.add(_judgement(flag, judge, verdict) if judge else flag)


def _judgement(flag: FlagRow, judge: User, verdict: Verdict) -> Judgement:
    kinds = flag.kinds.split() if verdict is Verdict.CONFIRMED else []
    told = {"kinds": kinds, "strength": flag.strength if kinds else 0, "evidence": []}
    return Judgement(flag_id=flag.id, user_id=judge.id, verdict=verdict.value, created=now(), **told)


def _of_size(loaded: Loaded, result: dict[str, Any]) -> dict[str, Any]:
    """As many flags as wanted: a small store gives fewer, so the last one comes again on other clauses."""
    flags = list(result["flags"])
    known = {flag["ref"] for flag in flags}
    rest = (ref for ref in loaded.flagger.space.refs if ref not in known)
    for number, ref in zip(count(1), islice(rest, max(0, FLAGS - len(flags))), strict=False):
        flags.append({**flags[-1], "ref": ref, "p": round(0.005 / number, 6), "evidence": [], "variants": []})
    return {**result, "flags": flags}
