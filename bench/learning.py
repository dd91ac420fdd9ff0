"""What reviewers teach a model: rounds of retraining over the interface of a real service, a poisoned batch, and the way back.

Everything is real but the people. A fifth of the labels by the guide is what the first model knows. Reviewers answer from the
others over the interface, each wrong once in twenty times. To the service those clauses are unlabelled: a word is added to
their text, so that no label that ships meets them. What a model makes of the frozen regulations is measured: nobody learns of
those.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any

import numpy as np

from bench.service import Server, _environment, _stories, started
from corpus.adding import add_paths
from corpus.labels import ClauseLabel, clause_labels, join
from corpus.passages import text_hash
from corpus.store import Store
from corpus.taxonomy import taxonomy
from models.loading import load_model, save_model
from service.database.migrating import migrate
from service.database.opening import Database
from service.database.tables import Role
from service.identity.accounts import add_token, add_user
from service.identity.actor import Scope
from service.identity.organisations import organisation_named
from training.clause_examples import ClauseExamples, clause_examples
from training.clause_measures import headline
from training.reading import frozen_examples, said_of
from training.reviews.retraining import RetrainingConfig, retrain
from training.reviews.rows import About, JudgedRow
from training.splits import frozen

TOWN = "Waterveen"
LABELS = 5_400
"""Of the labels, the first so many: those that were chosen before there was a model."""

KNOWN = 5
"""Of those one in so many is known to the first model."""

ROUNDS, A_ROUND = 5, 500
INITIATIVES = 60
REVIEWERS = 4
WRONG = 0.05
TWICE = 0.1
"""Part of the clauses that two reviewers judge."""

RANDOM = 0.2
"""Part of the sample that chance decides."""

POISONED, FLIPPED = 400, 0.3
SWITCHES = 20
JUDGED = 2_000
"""Judgements on which, beside the first labels, retraining is timed."""

_MARK = " (voorlopig)."


@dataclass(frozen=True)
class _Service:
    server: Server
    folder: Path
    store: Path
    options: tuple[str, ...]
    administrator: str  # tokens
    reviewers: list[str]

    def ask(self, path: str, token: str, body: dict[str, Any] | None = None) -> Any:
        told = {"body": body} if body is not None else {}
        status, answer = self.server.get(path, token=token, **told)
        if status not in (200, 201):
            raise RuntimeError(f"{path} is answered with {status}: {answer}")
        return answer

    def job(self, **told: Any) -> dict[str, Any]:
        """What a job gave; raises RuntimeError when it failed."""
        began = self.ask("/v1/taken", self.administrator, told)
        while True:
            job: dict[str, Any] = self.ask(f"/v1/taken/{began['id']}", self.administrator)
            if job["status"] in ("klaar", "mislukt"):
                break
            time.sleep(0.5)
        if job["status"] == "mislukt":
            raise RuntimeError(f"{told['soort']}: {job}")
        result: dict[str, Any] = job["uitkomst"]
        return result

    def command(self, *words: str) -> str:
        """What a command of ours prints; raises CalledProcessError."""
        line = [sys.executable, "-m", "service.command_line", *words, *self.options]
        done = subprocess.run(
            line, env=_environment(self.folder, 1), cwd=self.folder, check=True, capture_output=True, text=True
        )
        return done.stdout.strip()

    def serving(self) -> str:
        """The version that answers."""
        found = [one["versie"] for one in self.ask("/v1/modellen", self.administrator)["resultaten"] if one["dient"]]
        return str(found[0]) if found else ""

    def until_serving(self, version: str) -> None:
        """Wait until a version answers."""
        end = time.monotonic() + 300
        while self.serving() != version:
            if time.monotonic() > end:
                raise RuntimeError(f"{version} does not come to serve")
            time.sleep(0.2)


def run(source: Path, output: Path | None, *, seed: int = 0, rounds: int = ROUNDS) -> int:
    """Simulate, print what happened, and write it down when asked to; 1 when something that must hold does not.

    Args:
        source: a store that holds the labelled clauses.
        output: folder for learning.json.
        seed: of everything that chance decides.
        rounds: of retraining.
    """
    with tempfile.TemporaryDirectory(prefix="regelruimte-bench-") as place:
        folder = Path(place)
        truth = _store(source, folder / "store", folder / "clauses.jsonl", seed)
        _first_model(folder / "store", folder / "first")
        told = _simulated(folder, truth, seed, rounds)
        told["retraining"] = _timed(source, folder)
        told["held"]["retraining takes at most five minutes"] = told["retraining"]["seconds"] <= 300
    if output is not None:
        output.mkdir(parents=True, exist_ok=True)
        (output / "learning.json").write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")
    wrong = [name for name, held in told["held"].items() if not held]
    print("everything held" if not wrong else f"DID NOT HOLD: {', '.join(wrong)}")
    return int(bool(wrong))


def _store(source: Path, folder: Path, lines: Path, seed: int) -> dict[str, ClauseLabel]:
    """A store of labelled clauses alone; gives the label of every clause, also of those that the service does not know."""
    store = Store(source)
    first = {label.ref for label in clause_labels()[:LABELS]}
    rng = np.random.default_rng(seed)
    truth: dict[str, ClauseLabel] = {}
    told, hidden = [], 0
    for one in join(store).joined:
        regulation = one.clause.ref.partition("/")[0]
        if one.clause.ref in truth or not (one.label.ref in first or frozen(regulation)):
            continue
        truth[one.clause.ref] = one.label
        text = one.clause.text
        if not frozen(regulation) and rng.random() >= 1 / KNOWN:
            text += _MARK
            hidden += 1
        told.append({
            "ref": one.clause.ref, "title": one.title, "level": one.level, "heading": one.clause.heading, "text": text,
        })  # fmt: skip
    told.sort(key=lambda row: row["ref"])
    lines.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in told), encoding="utf-8")
    add_paths([lines], store=folder, workers=1)
    print(f"{len(told)} labelled clauses; {hidden} of them unlabelled to the service", flush=True)
    return truth


def _first_model(store: Path, folder: Path) -> None:
    """The released model with a fast tier that knows what the service knows, and no slow one, which knows more."""
    base = folder.with_name("base")
    released = load_model()
    clauses = replace(released.clauses, slow=None, joint=None, plain=0.0)
    save_model(replace(released, version="0.0.0-base", clauses=clauses), base, about={"measured": {}, "data": {}})
    retrain(Store(store), base, [], folder, config=RetrainingConfig(version="0.0.0-first"))


def _simulated(folder: Path, truth: dict[str, ClauseLabel], seed: int, rounds: int) -> dict[str, Any]:
    store = folder / "store"
    url = f"sqlite:///{folder / 'service.db'}"
    administrator, reviewers = _people(url)
    options = ("--database-url", url, "--store", str(store), "--model", str(folder / "first"))
    examples = frozen_examples(clause_examples(Store(store), join(Store(store))))
    rng = np.random.default_rng(seed)
    with started("service.command_line", "serve", *options, folder=folder, workers=1) as server:
        server.until("/health/ready")
        service = _Service(server, folder, store, options, administrator, reviewers)
        initiatives = _submitted(service)
        told: dict[str, Any] = {"rounds": [_measured(folder / "first", examples, 0)], "held": {}}
        for number in range(1, rounds + 1):
            drawn = service.job(soort="steekproef", aantal=A_ROUND, toeval=RANDOM, zaad=seed + number)["getrokken"]
            answered = _answered(service, initiatives, truth, reviewers[:REVIEWERS], WRONG, rng)
            began = time.monotonic()
            result = service.job(soort="hertrainen", inzetten=True)
            seconds = time.monotonic() - began
            model = folder / "data" / result["map"]
            measured = _measured(model, examples, number)
            measured |= {"drawn": drawn, "answered": answered, "seconds": seconds, "gate": result["poort"]}
            measured |= {"why": result["redenen"], "shadow": result["meegelezen"], "suspects": result["verdacht"]}
            told["rounds"].append(measured)
            if result["ingezet"]:
                service.until_serving(result["model"])
            print(f"round {number}: gate {result['poort']} {'; '.join(result['redenen'][:4])}", flush=True)
        _poisoned(service, initiatives, truth, rng, told)
        _back_and_forth(service, folder, examples, told)
    scores = [one["macro_f1_barriers"] for one in told["rounds"] if one.get("gate") != "dicht"]
    told["held"]["quality of what serves rises over the rounds"] = scores[-1] > scores[0] and all(
        after > before - 0.01 for before, after in zip(scores, scores[1:], strict=False)
    )
    return told


def _timed(source: Path, folder: Path) -> dict[str, Any]:
    """Seconds to retrain on the first labels and on judgements of clauses that were labelled later."""
    store = Store(source)
    chosen = [one for one in join(store).joined if not frozen(one.clause.ref.partition("/")[0])]
    first = {label.ref for label in clause_labels()[:LABELS]}
    known = [one for one in chosen if one.label.ref in first]
    later = [one for one in chosen if one.label.ref not in first][:JUDGED]
    lines, rows = folder / "timed.jsonl", []
    told = {
        one.clause.ref: {
            "ref": one.clause.ref, "title": one.title, "level": one.level, "heading": one.clause.heading,
            "text": one.clause.text + (_MARK if one in later else ""),
        }
        for one in (*known, *later)
    }  # fmt: skip
    lines.write_text("".join(json.dumps(told[ref], ensure_ascii=False) + "\n" for ref in sorted(told)), encoding="utf-8")
    add_paths([lines], store=folder / "timed", workers=1)
    for number, one in enumerate(later):
        barrier = bool(one.label.barriers)
        rows.append(
            JudgedRow(
                initiatief="1",
                verwijzing=one.clause.ref,
                versie="",
                sha256=text_hash(told[one.clause.ref]["text"]),
                oordeel="aangepast" if barrier else "afgewezen",
                betreft=(About.INITIATIVE if barrier else About.CLAUSE).value,
                soorten=one.label.barriers,
                zwaarte=one.label.strength if barrier else 0,
                bewijs=(),
                beoordelaar=str(number % REVIEWERS),
                beslecht=False,
            )  # fmt: skip
        )
    began = time.monotonic()
    lineage = retrain(
        Store(folder / "timed"), folder / "first", rows, folder / "timed-model", config=RetrainingConfig(version="0.0.0-timed")
    )
    seconds = time.monotonic() - began
    print(f"retraining on {lineage['labels']} labels and {lineage['learnt']} judged clauses: {seconds:.0f} s", flush=True)
    return {"labels": lineage["labels"], "learnt": lineage["learnt"], "seconds": seconds}


def _people(url: str) -> tuple[str, list[str]]:
    database = Database(url)
    migrate(database)
    with database.writing() as session:
        town = organisation_named(session, TOWN)
        scopes = list(Scope)
        manager = add_user(session, name="Beheer", email="beheer@waterveen.example", role=Role.ADMINISTRATOR, by="systeem")
        administrator, _ = add_token(session, manager, name="bench", scopes=scopes, days=1, by="systeem")
        reviewers = []
        for number in range(REVIEWERS + 1):
            user = add_user(
                session, name=f"Beoordelaar {number}", email=f"b{number}@waterveen.example", role=Role.REVIEWER,
                organisation=town, by="systeem",
            )  # fmt: skip
            reviewers.append(add_token(session, user, name="bench", scopes=scopes, days=1, by="systeem")[0])
    return administrator, reviewers


def _submitted(service: _Service) -> list[str]:
    made = []
    for story in _stories()[:INITIATIVES]:
        body = {"titel": story["titel"], "omschrijving": story["omschrijving"], "gemeente": TOWN}
        made.append(service.ask("/v1/initiatieven", service.reviewers[0], body)["initiatief"]["id"])
    for identifier in made:
        while service.ask(f"/v1/initiatieven/{identifier}", service.reviewers[0])["status"] != "gesignaleerd":
            time.sleep(0.2)
    return made


def _waiting(service: _Service, initiatives: Sequence[str]) -> list[dict[str, Any]]:
    """Clauses of the sample that nobody judged."""
    found = []
    for identifier in initiatives:
        after: int | None = 0
        while after is not None:
            query = f"oordeel=geen&steekproef=true&sorteer=oudste&limiet=200&na={after}"
            page = service.ask(f"/v1/initiatieven/{identifier}/signalen?{query}", service.reviewers[0])
            found += page["resultaten"]
            after = page["volgende"]
    return found


def _answered(
    service: _Service,
    initiatives: Sequence[str],
    truth: dict[str, ClauseLabel],
    reviewers: Sequence[str],
    wrong: float,
    rng: np.random.Generator,
) -> dict[str, int]:
    """Reviewers judge what waits, from the labels; wrong now and then. Says how many answers there were, and how many wrong."""
    counts: Counter[str] = Counter()
    for flag in _waiting(service, initiatives):
        label = truth[flag["verwijzing"]]
        first = int(rng.integers(len(reviewers)))
        who = [first, (first + 1) % len(reviewers)] if rng.random() < TWICE and len(reviewers) > 1 else [first]
        for number in who:
            mistaken = bool(rng.random() < wrong)
            kinds = _mistaken(label, rng) if mistaken else list(label.barriers)
            body: dict[str, Any] = {"oordeel": "afgewezen", "betreft": "bepaling"}
            if kinds:
                body = {"oordeel": "aangepast", "soorten": kinds, "zwaarte": max(1, label.strength)}
            service.ask(f"/v1/signalen/{flag['id']}/beoordelingen", reviewers[number], body)
            counts["answers"] += 1
            counts["wrong"] += mistaken
    return dict(counts)


def _mistaken(label: ClauseLabel, rng: np.random.Generator) -> list[str]:
    """A flipped label: no barrier where there is one, and a barrier of some kind where there is none."""
    return [] if label.barriers else [str(rng.choice(taxonomy().barrier_codes))]


def _poisoned(
    service: _Service, initiatives: list[str], truth: dict[str, ClauseLabel], rng: np.random.Generator, told: dict[str, Any]
) -> None:
    """One reviewer more, three in ten of whose answers are flipped."""
    before = service.serving()
    service.job(soort="steekproef", aantal=POISONED, toeval=RANDOM, zaad=99)
    answered = _answered(service, initiatives, truth, service.reviewers[REVIEWERS:], FLIPPED, rng)
    own = service.ask("/v1/ik", service.reviewers[REVIEWERS])["id"]
    result = service.job(soort="hertrainen", inzetten=True)
    told["poisoned"] = {"answered": answered, "gate": result["poort"], "why": result["redenen"]}
    told["held"]["the gate stops the poisoned batch"] = result["poort"] == "dicht" and service.serving() == before
    told["held"]["the reviewer is named, and nobody else"] = result["verdacht"] == [own]
    print(f"poisoned: gate {result['poort']}; {'; '.join(result['redenen'])}", flush=True)
    without = service.job(soort="hertrainen", inzetten=True, zonder=[own])
    told["poisoned"]["without"] = {"gate": without["poort"], "why": without["redenen"]}
    print(f"without that reviewer: gate {without['poort']} {'; '.join(without['redenen'][:3])}", flush=True)
    told["held"]["without that reviewer the gate is open"] = without["ingezet"]
    if without["ingezet"]:
        service.until_serving(without["model"])


def _back_and_forth(service: _Service, folder: Path, examples: ClauseExamples, told: dict[str, Any]) -> None:
    """Rollback gives the exact predictions; twenty switches under load fail no request."""
    story = _stories()[0]
    known = {service.serving(): service.ask("/v1/toetsen", service.reviewers[0], story)}
    history = json.loads(service.command("models", "history", "--json"))
    other = history[-2]["version"] if len(history) > 1 else "0.0.0-first"
    exact = True
    stop = threading.Event()
    asked = [Counter[str]() for _ in range(3)]  # one a thread: nobody adds to what another reads
    threads = [threading.Thread(target=_load, args=(service, story, stop, own)) for own in asked]
    for thread in threads:
        thread.start()
    began = time.monotonic()
    current = next(iter(known))
    for _ in range(SWITCHES):
        service.command("models", "rollback")
        current, other = other, current
        service.until_serving(current)
        answer = service.ask("/v1/toetsen", service.reviewers[0], story)
        exact = exact and known.setdefault(current, answer) == answer
    seconds = time.monotonic() - began
    stop.set()
    for thread in threads:
        thread.join()
    counts = sum(asked, Counter[str]())
    told["switches"] = {"number": SWITCHES, "seconds": seconds, "requests": counts["done"], "failed": counts["failed"]}
    told["held"]["rollback gives the exact predictions"] = exact and len(known) == 2
    told["held"]["no request fails while models change"] = counts["failed"] == 0 and counts["done"] > SWITCHES
    print(
        f"{SWITCHES} switches in {seconds:.0f} s: {counts['done']} requests, {counts['failed']} failed; exact: {exact}",
        flush=True,
    )


def _load(service: _Service, story: dict[str, Any], stop: threading.Event, counts: Counter[str]) -> None:
    paths = (("POST", "/v1/toetsen", json.dumps(story)), ("GET", "/v1/modellen", None), ("GET", "/health/ready", None))
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {service.reviewers[1]}"}
    while not stop.is_set():
        for method, path, body in paths:
            connection = HTTPConnection("127.0.0.1", service.server.port, timeout=60)
            try:
                connection.request(method, path, body, headers)
                status = connection.getresponse().status
            except (OSError, HTTPException):
                status = 0
            finally:
                connection.close()
            counts["done"] += 1
            if status != 200:
                counts["failed"] += 1


def _measured(model: Path, examples: ClauseExamples, number: int) -> dict[str, Any]:
    """Quality on the frozen regulations."""
    loaded = load_model(model)
    figures = headline(said_of(loaded.clauses, examples))
    print(
        f"round {number}: {loaded.version:<24} macro-F1 {figures['macro_f1_barriers']:.4f}"
        f"  AUC {figures['auc_any_strength']:.4f}  ECE {figures['ece_kinds']:.4f}",
        flush=True,
    )
    return {"round": number, "model": loaded.version, **{name: round(value, 5) for name, value in figures.items()}}
