"""Retraining over the interface of a real service, of which every process is killed in the middle of it, twice.

The labels that ship meet no clause of a town that was written for the occasion. So the service runs from a house of its own: the
code of the checkout, with the labels of the town behind those that ship.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest

from models.loading import load_model
from service.database.migrating import migrate
from service.database.opening import Database
from service.work.model_choice import TRAINED
from tests.unit.test_retraining import Town, built, gate, hashes, lasting, vars_of
from tests.web.conftest import CHECKOUT, TOLD, Launcher, Process, Server, people_in
from training.reviews.retraining import RetrainingConfig, retrain
from training.reviews.rows import rows_of
from training.reviews.verdicts import load_verdict

pytestmark = [pytest.mark.timeout(900), pytest.mark.slow]

JUDGED = 40
STORIES = ("Markt op het plein", "Moestuin langs de dijk", "Buurtfeest in het park", "Steiger aan de kade")


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Town:
    """A town and the model that serves it."""
    return built(tmp_path_factory.mktemp("town"))


@pytest.fixture(scope="module")
def house(town: Town, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The code of the checkout, with the labels of the town as well."""
    folder = tmp_path_factory.mktemp("house")
    shutil.copytree(CHECKOUT / "corpus", folder / "corpus", ignore=shutil.ignore_patterns("__pycache__"))
    for package in ("models", "training", "service"):
        (folder / package).symlink_to(CHECKOUT / package)
    with (folder / "corpus/labels/clauses-2.jsonl").open("a", encoding="utf-8") as stream:
        stream.writelines(json.dumps(vars_of(label)) + "\n" for label in town.labels)
    return folder


@dataclass
class Whole:
    """A whole service: all of its processes, which come and go together."""

    launcher: Launcher
    town: Town
    house: Path
    database: Database
    tokens: dict[str, str]
    server: Process = field(init=False)

    def start(self) -> None:
        """Start every process; returns when the service answers."""
        environ = {"PYTHONPATH": str(self.house), "REGELRUIMTE_MODEL": str(self.town.champion)}
        options = ("--database-url", self.database.url, "--store", str(self.town.store.folder))
        if not self.database.url.startswith("sqlite"):
            self.launcher.start("worker", *options, **environ)
        self.server = self.launcher.serve(self.database.url, **environ).ready()

    def kill(self) -> None:
        """kill -9 of every process, and of every process that one of them started."""
        for popen in self.launcher.running:
            if popen.poll() is None:
                os.killpg(popen.pid, signal.SIGKILL)
                assert popen.wait(20) == -signal.SIGKILL

    def ask(self, path: str, *, who: str = "beheerder", told: dict[str, Any] | None = None) -> Any:
        """What the interface answers."""
        method = "GET" if told is None else "POST"
        headers = {"Authorization": f"Bearer {self.tokens[who]}"}
        reply = httpx.request(method, f"{self.server.url}{path}", json=told, headers=headers, timeout=60)
        assert reply.status_code in (200, 201), reply.text
        return reply.json()

    def says(self) -> Any:
        """What the model that serves says of a story, and its version."""
        return self.ask("/v1/toetsen", told={**TOLD, "titel": STORIES[0]})

    @property
    def data(self) -> Path:
        """The data folder."""
        return self.launcher.folder / "data"


@pytest.fixture(params=["sqlite", "postgresql"])
def whole(request: pytest.FixtureRequest, tmp_path: Path, town: Town, house: Path) -> Iterator[Whole]:
    """A service on either queue: that of the embedded database, and that of PostgreSQL with a worker of its own."""
    url = f"sqlite:///{tmp_path}/service.db"
    if request.param == "postgresql":
        server: Server = request.getfixturevalue("postgresql")
        url = server.new_database()
    database = Database(url)
    migrate(database)
    made = Whole(Launcher(folder=tmp_path, store=town.store.folder), town, house, database, people_in(database)[0])
    yield made
    made.launcher.end()
    database.close()


def judged(whole: Whole) -> None:
    """Stories are submitted, and people say what the clauses are that were flagged."""
    made = [whole.ask("/v1/initiatieven", told={**TOLD, "titel": title})["initiatief"]["id"] for title in STORIES]
    seen: set[str] = set()
    for identifier in made:
        soon(lambda one=identifier: whole.ask(f"/v1/initiatieven/{one}")["status"] == "gesignaleerd")  # type: ignore[misc]
        for flag in whole.ask(f"/v1/initiatieven/{identifier}/signalen?limiet=200")["resultaten"]:
            ref = flag["verwijzing"]
            if len(seen) == JUDGED or ref in seen:
                continue
            seen.add(ref)
            kind = whole.town.kinds[ref]
            told: dict[str, Any] = {"oordeel": "afgewezen", "betreft": "bepaling"}
            if kind:
                told = {"oordeel": "aangepast", "soorten": [kind], "zwaarte": 2}
            whole.ask(f"/v1/signalen/{flag['id']}/beoordelingen", who="beoordelaar", told=told)
    assert len(seen) == JUDGED


def lineage(model: Path) -> dict[str, Any]:
    """Where a model came from; how long it took is no part of that."""
    told: dict[str, Any] = json.loads((model / "manifest.json").read_text(encoding="utf-8"))["lineage"]
    return {**told, "seconds": 0}


def soon(true: Callable[[], Any], *, seconds: float = 240) -> Any:
    """Wait for something; what it is."""
    end = time.monotonic() + seconds
    while not (found := true()):
        assert time.monotonic() < end
        time.sleep(0.02)
    return found


def test_kill_9_of_the_whole_service_in_the_middle_of_retraining(whole: Whole, tmp_path: Path) -> None:
    whole.start()
    judged(whole)
    before = whole.says()
    job = whole.ask("/v1/taken", told={"soort": "hertrainen"})["id"]
    work = whole.data / TRAINED / ".werk"

    # While models are fitted: one part was finished, others were not.
    first = soon(lambda: next(iter(work.glob("*/*/fast-*.safetensors")), None))
    whole.kill()
    begun = json.loads((first.parents[1] / "begonnen.json").read_text(encoding="utf-8"))
    made = whole.data / TRAINED / begun["version"]
    assert not made.exists()
    moment = first.stat().st_mtime_ns

    # While the challenger stands before the gate: it was written, and nothing is known of it.
    whole.start()
    assert whole.says() == before
    soon(lambda: (made / "manifest.json").exists())
    whole.kill()
    assert not (made / "evaluation/gate.json").exists()
    assert first.stat().st_mtime_ns == moment, "what was finished is not made anew"
    written = (made / "manifest.json").stat().st_mtime_ns

    whole.start()
    assert whole.says() == before
    told = soon(lambda: (found := whole.ask(f"/v1/taken/{job}"))["status"] in ("klaar", "mislukt") and found)
    assert told["status"] == "klaar", told
    assert told["pogingen"] == 3
    assert (made / "manifest.json").stat().st_mtime_ns == written, "a challenger that was finished is not made anew"
    assert told["uitkomst"]["model"] == begun["version"]
    assert [one.name for one in (whole.data / TRAINED).iterdir() if one.is_dir() and one != work] == [begun["version"]]
    assert list(work.glob("*/")) == []
    assert whole.says() == before, "a challenger that nobody put to work serves nobody"

    # Never cut off, from the same judgements.
    rows = rows_of((whole.data / begun["snapshot"]).read_text(encoding="utf-8").splitlines())
    config = RetrainingConfig(version=begun["version"])
    alone = tmp_path / "alone"
    retrain(whole.town.store, whole.town.champion, rows, alone, config=config, labels=whole.town.labels)
    assert hashes(made) == hashes(alone) != hashes(whole.town.champion)
    assert lineage(made) == lineage(alone) and lineage(made)["judgements"] == JUDGED
    assert lasting(load_verdict(made)) == lasting(gate(whole.town, alone, rows))
    assert load_model(made).version == begun["version"]
