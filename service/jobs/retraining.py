"""Retraining as a job: a challenger from what people decided, put to the gate and tried beside the model that serves."""

from __future__ import annotations

import fcntl
import json
import shutil
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from sqlalchemy import func, select, update

from corpus.errors import UserError
from corpus.store import Store
from models.flagging import Flagger
from models.indexing import build_index
from models.initiatives import InitiativeText
from models.loading import load_model
from models.packaging import open_package
from service.clock import now
from service.database.tables import FlagRow
from service.engine import cores
from service.errors import ServiceError
from service.jobs.carrying import Report, World
from service.work.flags import told_text
from service.work.model_choice import TRAINED, choices, choose, model_of, serving_folder
from service.work.sampling import framed
from service.work.snapshots import make_snapshot
from training.reviews.retraining import RetrainingConfig, load_doubts, put_to_the_gate, retrain
from training.reviews.rows import rows_of
from training.reviews.verdicts import Verdict, load_verdict

SHADOW = "evaluation/shadow.json"
"""Beside a challenger: what it would have said of initiatives that the champion read."""

TRIED = 20
"""Initiatives that a challenger reads in the shadow of the champion, those that were submitted last."""

FIRST = 20
"""Flags of each that are compared: what people look at."""


@dataclass(frozen=True, kw_only=True)
class Shadow:
    """A challenger beside the champion on the same initiatives; nothing of it was shown to anybody."""

    initiatives: int
    overlap: float  # mean share of the champion's first flags that are among the challenger's first, 0..1
    moved: float  # mean absolute difference of P(obstructs) of the flags that both give


@dataclass(frozen=True, kw_only=True)
class _Begun:
    """A run that is under way: whoever goes on with it makes the same model."""

    version: str
    snapshot: str  # name of the file in the data folder
    champion: str  # directory of the model that served when it began


def retrain_model(world: World, parameters: Mapping[str, Any], report: Report) -> dict[str, Any]:
    """Make a challenger; where it passes the gate and that was asked for, put it to work.

    A worker that is killed leaves what it had in a folder of this job alone: the next goes on with the same judgements, makes
    the same model, and does not put it to work twice. Of several workers one at a time retrains.

    Returns:
        Where the model stands, whether it passed, and why not.
    """
    folder = world.settings.data / TRAINED
    work = folder / ".werk" / Path(str(parameters["kenmerk"])).name
    work.mkdir(parents=True, exist_ok=True)
    with (folder / ".werk" / "slot").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        begun = _begun(world, work / "begonnen.json")
        try:
            told = _retrained(world, begun, parameters, work, report)
        except (UserError, ServiceError):
            shutil.rmtree(work, ignore_errors=True)  # a person has to mend something first; nobody goes on with this
            raise
        shutil.rmtree(work, ignore_errors=True)
    return told


def _retrained(world: World, begun: _Begun, parameters: Mapping[str, Any], work: Path, report: Report) -> dict[str, Any]:
    rows = rows_of((world.settings.data / begun.snapshot).read_text(encoding="utf-8").splitlines(), name=begun.snapshot)
    without = tuple(parameters.get("zonder", ()))
    store, champion = Store(world.settings.store), Path(begun.champion)
    unfinished, finished = work / "model", world.settings.data / TRAINED / begun.version
    said = 0

    def say(line: str) -> None:
        nonlocal said
        said += 1
        report(min(0.8, said / 20), line)

    if not (finished / "manifest.json").exists():
        config = RetrainingConfig(version=begun.version, without=without)
        retrain(store, champion, rows, unfinished, config=config, work=work, say=say)
        unfinished.rename(finished)
    promoted = any(one.version == begun.version for one in choices(world.settings))
    verdict = load_verdict(finished) if promoted else None
    if verdict is None:
        verdict = put_to_the_gate(store, champion, finished, rows, without=without, say=say)
    doubted = _sent_back(world, finished)
    report(0.85, "meelezen met het model dat dient")
    shadow = _in_the_shadow(world, store, champion, finished)
    if verdict.passed and parameters.get("inzetten") and not promoted:
        known = model_of(world.settings, begun.version, serving=open_package(champion).version)
        choose(world.database, world.settings, "systeem", known, reason=_reason(verdict))
        promoted = True
    return {
        "model": begun.version,
        "map": f"{TRAINED}/{begun.version}",
        "momentopname": begun.snapshot,
        "poort": "door" if verdict.passed else "dicht",
        "redenen": verdict.failures,
        "verdacht": [one.number for one in verdict.suspects],
        "meegelezen": asdict(shadow) if shadow is not None else None,
        "na_te_kijken": doubted,
        "ingezet": promoted,
    }


def _begun(world: World, file: Path) -> _Begun:
    try:
        return _Begun(**json.loads(file.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        pass  # it begins now, or was cut off before anything was done
    with world.database.writing() as session:
        snapshot = make_snapshot(session, world.settings.data).file
    champion = serving_folder(world.settings)
    made = _Begun(version=f"0.0.0-{now():%Y%m%d%H%M%S}", snapshot=snapshot, champion=str(champion.resolve()))
    written = file.with_suffix(".new")
    written.write_text(json.dumps(asdict(made)), encoding="utf-8")
    written.replace(file)
    return made


def _in_the_shadow(world: World, store: Store, champion: Path, challenger: Path) -> Shadow | None:
    with world.database.reading() as session:
        stories = [told_text(initiative) for initiative in framed(session)[:TRIED]]
    if not stories:
        return None
    before, after = (_flags(store, folder, stories) for folder in (champion, challenger))
    overlaps, moved = [], []
    for old, new in zip(before, after, strict=True):
        if old:
            overlaps.append(len(old.keys() & new.keys()) / len(old))
            moved += [abs(old[ref] - new[ref]) for ref in old.keys() & new.keys()]
    shadow = Shadow(initiatives=len(stories), overlap=float(np.mean(overlaps or [1.0])), moved=float(np.mean(moved or [0.0])))
    (challenger / SHADOW).parent.mkdir(exist_ok=True)
    (challenger / SHADOW).write_text(json.dumps(asdict(shadow), indent=1) + "\n", encoding="utf-8")
    return shadow


def _sent_back(world: World, challenger: Path) -> int:
    """Mark the flags whose verdict is in doubt, for people to look at again; how many there are. A lawyer's word stands."""
    doubts = sorted(load_doubts(challenger))
    with world.database.writing() as session:
        session.execute(update(FlagRow).where(FlagRow.doubted).values(doubted=False))
        for start in range(0, len(doubts), 500):
            some = FlagRow.clause_sha256.in_(doubts[start : start + 500])
            session.execute(update(FlagRow).where(some, FlagRow.verdict != "", ~FlagRow.settled).values(doubted=True))
        return session.execute(select(func.count()).where(FlagRow.doubted).select_from(FlagRow)).scalar() or 0


def _flags(store: Store, folder: Path, stories: list[InitiativeText]) -> list[dict[str, float]]:
    model = load_model(folder)
    index = build_index(store, model_folder=folder, workers=cores())
    flagger = Flagger(store, model, index)
    return [{flag["ref"]: flag["p"] for flag in flagger.flag(one, top=FIRST, brief=True)["flags"]} for one in stories]


def _reason(verdict: Verdict) -> str:
    better = sum(guard.challenger > guard.champion for guard in verdict.guards)
    return f"Door de poort: op geen van {len(verdict.guards)} maten slechter, op {better} anders ten goede."
