"""Which models there are, and which of them serves: the one that ships until someone chooses another.

The choice stands in a file of the data folder, beside the models that were trained here: all processes read it, and open
another model when it changes. Choices are never removed, so the one before is always there to go back to.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from corpus.errors import InvalidModel
from models.loading import load_model, released_folder
from models.packaging import open_package
from models.quality import Quality, load_quality
from service.clock import now
from service.database.opening import Database
from service.errors import Conflict, NotFound
from service.identity.actor import Actor
from service.settings import Settings
from service.work import audit
from training.reviews.verdicts import Verdict, load_verdict

TRAINED = "modellen"
"""Folder of the data folder with a folder for every model that was trained here."""

_CHOICES = "keuze.json"


@dataclass(frozen=True, kw_only=True)
class Choice:
    """Someone put a model to work."""

    version: str
    folder: str  # name within the folder of trained models; "" for the model of the settings
    moment: str  # ISO
    reason: str  # in the words of who chose


@dataclass(frozen=True, kw_only=True)
class KnownModel:
    """A model that can serve."""

    version: str
    folder: Path
    trained_here: bool
    serving: bool
    manifest: dict[str, Any]  # what it says of itself, without hashes of files
    quality: Quality | None  # what was measured of it; None where that is not known
    verdict: Verdict | None = None  # what the gate said of it; None where it never stood before it


def choice_file(settings: Settings) -> Path:
    """Where choices are kept."""
    return settings.data / TRAINED / _CHOICES


def choices(settings: Settings) -> list[Choice]:
    """Every choice, the first one first; a file that cannot be read counts as none."""
    try:
        raw = json.loads(choice_file(settings).read_text(encoding="utf-8"))
        return [Choice(**one) for one in raw]
    except (OSError, ValueError, TypeError):
        return []


def _all_choices(settings: Settings) -> list[Choice]:
    """As ``choices``, for who is to add one: a list that is there and cannot be read must not be written over."""
    found = choices(settings)
    if not found and choice_file(settings).exists():
        raise Conflict("De lijst van eerdere keuzes kan niet worden gelezen. Zet die terug uit een reservekopie.")
    return found


def serving_folder(settings: Settings) -> Path:
    """The model directory that is to serve. One that was chosen and has gone since leaves the one of the settings."""
    chosen = next(iter(choices(settings)[-1:]), None)
    if chosen is not None and chosen.folder:
        folder = settings.data / TRAINED / Path(chosen.folder).name
        if (folder / "manifest.json").is_file():
            return folder
    return settings.model or released_folder()


def known_models(settings: Settings, *, serving: str) -> list[KnownModel]:
    """The model of the settings and those that were trained here, the newest first; damaged ones cannot serve and are left out.

    Args:
        settings: where they stand.
        serving: version of the one that serves now; "" for none.
    """
    trained = settings.data / TRAINED
    folders = [settings.model or released_folder()]
    folders += sorted((path for path in trained.iterdir() if path.is_dir()), reverse=True) if trained.is_dir() else []
    found: dict[str, KnownModel] = {}
    for folder in folders:
        manifest = _manifest(folder, _state(folder))
        if manifest is not None:
            version = str(manifest["version"])
            model = KnownModel(
                version=version,
                folder=folder,
                trained_here=folder.parent == trained,
                serving=version == serving,
                manifest=manifest,
                quality=_quality(folder),
                verdict=_verdict(folder),
            )
            found.setdefault(version, model)
    return list(found.values())


def choose(database: Database, settings: Settings, who: Actor | str, model: KnownModel, *, reason: str) -> None:
    """Put a model to work. Processes open it within seconds; initiatives are read again by themselves.

    Args:
        database: for the audit trail.
        settings: where the choice is kept.
        who: who chose; "systeem" for a job or a command.
        model: of ``known_models``.
        reason: why, for whoever reads it later.

    Raises:
        Conflict: it serves already, cannot be opened, or was trained here and did not pass the gate beside the one that serves.
        NotFound: it has gone meanwhile.
    """
    try:
        load_model(model.folder)  # a model that cannot be opened must not be chosen, however well it was measured
    except InvalidModel:
        raise Conflict("Dit model kan niet worden geopend.") from None
    with _one_by_one(settings):
        if serving_folder(settings) == model.folder:
            raise Conflict("Dit model dient al.")
        refused = refusal(settings, model)
        if refused:
            raise Conflict(refused)
        made = Choice(
            version=model.version,
            folder=model.folder.name if model.trained_here else "",
            moment=now().isoformat(timespec="seconds"),
            reason=reason,
        )
        path = choice_file(settings)
        told = json.dumps([asdict(one) for one in (*_all_choices(settings), made)], indent=1, ensure_ascii=False)
        written = path.with_suffix(f".{os.getpid()}.new")
        with written.open("w", encoding="utf-8") as stream:
            stream.write(told)
            stream.flush()
            os.fsync(stream.fileno())
        with database.writing() as session:
            audit.record(session, who, "model.gekozen", f"model:{model.version}", {"reden": reason})
        written.replace(path)  # last: whatever failed before, the model that served goes on


def refusal(settings: Settings, model: KnownModel) -> str:
    """Why a model may not serve, in Dutch; "" when it may.

    What shipped may serve, and so may what served before: going back is always open. Any other model was trained here, and has
    to have passed the gate beside the one that serves now.
    """
    if not model.trained_here or any(one.folder == model.folder.name for one in choices(settings)):
        return ""
    verdict = model.verdict
    if verdict is None:
        return "Dit model is niet langs de poort geweest. Hertrain eerst."
    if not verdict.passed:
        return "Dit model kwam niet door de poort: het is op een maat slechter dan het model dat dient."
    if verdict.champion != open_package(serving_folder(settings)).version:
        return "Sinds dit model langs de poort ging, is er een ander model gaan dienen. Hertrain eerst."
    return ""


def rolled_back(database: Database, settings: Settings, who: Actor | str, *, reason: str) -> KnownModel:
    """Put the model to work that served before the present one.

    Raises:
        Conflict: none did, or it has gone.
    """
    made = choices(settings)
    if not made:
        raise Conflict("Er heeft nog geen ander model gediend.")
    folder = made[-2].folder if len(made) > 1 else ""
    serving = open_package(serving_folder(settings)).version
    for model in known_models(settings, serving=serving):
        if (model.folder.name if model.trained_here else "") == folder:
            choose(database, settings, who, model, reason=reason)
            return model
    raise Conflict("Het model dat hiervoor diende, is er niet meer.")


@contextmanager
def _one_by_one(settings: Settings) -> Iterator[None]:
    """Hold a lock beside the choices: two people who choose at the same moment choose one after the other."""
    path = choice_file(settings).with_suffix(".lock")
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def model_of(settings: Settings, version: str, *, serving: str) -> KnownModel:
    """One known model; raises NotFound."""
    for model in known_models(settings, serving=serving):
        if model.version == version:
            return model
    raise NotFound("Dit model bestaat niet.")


def _quality(folder: Path) -> Quality | None:
    try:
        return load_quality(folder)
    except InvalidModel:
        return None


def _verdict(folder: Path) -> Verdict | None:
    try:
        return load_verdict(folder)
    except InvalidModel:
        return None


@lru_cache(maxsize=100)
def _manifest(folder: Path, state: frozenset[tuple[str, int, int]]) -> dict[str, Any] | None:
    """What a model says of itself; None when it is being written, or damaged: it cannot serve, so it is not listed.

    To know that, every file of it is read and hashed, so it is kept for as long as the files stay as they are.
    """
    try:
        manifest = open_package(folder).manifest
    except InvalidModel:
        return None
    told = {name: value for name, value in manifest.items() if name != "files"}
    if "lineage" in told:  # everybody may read this, and whose judgements were left out is nobody's business
        config = {name: value for name, value in told["lineage"]["config"].items() if name != "without"}
        told["lineage"] = {**told["lineage"], "config": config}
    return told


def _state(folder: Path) -> frozenset[tuple[str, int, int]]:
    try:
        files = [(entry.name, entry.stat()) for entry in os.scandir(folder)]
    except OSError:
        return frozenset()
    return frozenset((name, found.st_mtime_ns, found.st_size) for name, found in files)
