"""The kinds of long work."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from corpus.errors import UsageError
from service.database.tables import CLOSED, FlagRow, Initiative
from service.engine import Loaded
from service.jobs.carrying import Report, Work, World
from service.jobs.outdated import not_waiting, read_with_older, read_with_other
from service.jobs.waiting import add_job
from service.work.flags import keep_flags, reanchor, told_text
from service.work.retention import erase_originals
from service.work.sampling import fill_sample
from service.work.snapshots import make_snapshot

TOP = 100
"""Flags that are kept of an initiative at the most."""


def _flag_initiative(world: World, parameters: Mapping[str, Any], report: Report) -> dict[str, Any]:
    if world.engine.changed() or world.engine.problem:
        world.engine.load()
    identifier = parameters["initiatief"]
    with world.database.reading() as session:
        initiative = session.execute(select(Initiative).where(Initiative.id == identifier)).scalar_one_or_none()
        if initiative is None or initiative.status in CLOSED:
            return {"overgeslagen": "ingetrokken of gewist"}
        if parameters.get("ouder") and not _is_older(session, world.engine.loaded, initiative):
            return {"overgeslagen": "al gelezen met een model of verzameling die niet ouder is"}
        told = told_text(initiative)
    report(0.1, "bepalingen zoeken")
    loaded, result = world.engine.flag(told, top=TOP)
    report(0.8, "signalen bewaren")
    with world.database.writing() as session:
        initiative = session.execute(
            select(Initiative).where(Initiative.id == identifier).with_for_update()
        ).scalar_one_or_none()
        if initiative is None or initiative.status in CLOSED:
            return {"overgeslagen": "ingetrokken of gewist"}
        if told_text(initiative) != told:
            # The original has gone meanwhile: what was read quotes it, and must not come back.
            add_job(session, "signaleren", {"initiatief": identifier}, subject=identifier)
            return {"overgeslagen": "de tekst is intussen gewijzigd"}
        added = keep_flags(session, initiative, loaded, result)
    return {"signalen": len(result["flags"]), "voorstellen": added, "model": loaded.model_version}


def _is_older(session: Session, loaded: Loaded, initiative: Initiative) -> bool:
    older = select(Initiative.id).where(Initiative.id == initiative.id, read_with_older(loaded))
    return session.execute(older).scalar() is not None


def _flag_again(world: World, parameters: Mapping[str, Any], report: Report) -> dict[str, Any]:
    """After a change of regulations or model: anchor flags to the new versions, then have open initiatives read again.

    Those that were read with another model or corpus; when time asks for it ("ouder"), only those with an older one.
    """
    world.engine.load()
    loaded = world.engine.loaded
    with world.database.reading() as session:
        flagged = session.execute(select(FlagRow.regulation_id, FlagRow.anchor_version).distinct()).all()
    versions = {entry.id: entry.version_date for entry in loaded.store.regulations.values()}
    named = set(parameters.get("regelingen", []))
    changed = sorted(
        {regulation for regulation, version in flagged if versions.get(regulation, "") != version or regulation in named}
    )
    anchored: dict[str, int] = {}
    for number, regulation in enumerate(changed):
        report(0.5 * number / len(changed), f"signalen herankeren: {regulation}")
        with world.database.writing() as session:
            for anchor, count in reanchor(session, loaded.store, regulation).items():
                anchored[anchor] = anchored.get(anchor, 0) + count
    report(0.5, "initiatieven opnieuw laten lezen")
    with world.database.writing() as session:
        only_older = bool(parameters.get("ouder"))
        which = read_with_older(loaded) if only_older else read_with_other(loaded)
        wanted = select(Initiative.id).where(Initiative.status.not_in(CLOSED), which, not_waiting())
        identifiers = session.execute(wanted.order_by(Initiative.sequence)).scalars().all()
        for identifier in identifiers:
            told = {"initiatief": identifier, **({"ouder": True} if only_older else {})}
            add_job(session, "signaleren", told, subject=identifier)
    return {"herankerd": anchored, "initiatieven": len(identifiers)}


def _import(world: World, parameters: Mapping[str, Any], report: Report) -> dict[str, Any]:
    """Regulations from the official repositories, or from files in the folder ``inbox`` of the data folder."""
    from service.commands.pulling import pull_into

    folder, before = world.settings.store, _versions(world)
    if parameters.get("bestanden"):
        from corpus.adding import add_paths

        paths = [_in_inbox(world, name) for name in parameters["bestanden"]]
        report(0.1, "bestanden lezen")
        add_paths(paths, store=folder, workers=1)
    if parameters.get("ids"):
        report(0.3, "regelingen ophalen")
        cache = folder.with_name(folder.name + "-cache")
        pull_into(folder, list(parameters["ids"]), on=date.today(), cache=cache, mirror=None)
    report(0.6, "bepalingen beschrijven")
    world.engine.load()
    changed = sorted(regulation for regulation, version in _versions(world).items() if before.get(regulation) != version)
    with world.database.writing() as session:
        add_job(session, "hersignaleren", {"regelingen": changed})
    return {"gewijzigd": changed}


def _versions(world: World) -> dict[str, str]:
    from corpus.errors import StoreProblem
    from corpus.store import Store

    try:
        entries = Store(world.settings.store).regulations.values()
    except StoreProblem:
        return {}
    return {entry.id: f"{entry.version_date} {entry.source_sha256} {entry.added}" for entry in entries}


def _in_inbox(world: World, name: str) -> Path:
    inbox = (world.settings.data / "inbox").resolve()
    path = (inbox / name).resolve()
    if not path.is_relative_to(inbox) or not path.is_file():
        raise UsageError(f"{name}: niet gevonden in de map inbox")
    return path


def _snapshot(world: World, parameters: Mapping[str, Any], report: Report) -> dict[str, Any]:
    with world.database.writing() as session:
        row = make_snapshot(session, world.settings.data)
        return {"momentopname": row.id, "sha256": row.sha256, "regels": row.rows}


def _retention(world: World, parameters: Mapping[str, Any], report: Report) -> dict[str, Any]:
    return {"gewist": erase_originals(world.database)}


def _retrain(world: World, parameters: Mapping[str, Any], report: Report) -> dict[str, Any]:
    """A challenger from what people decided, beside the model that serves."""
    from service.jobs.retraining import retrain_model

    return retrain_model(world, parameters, report)


def _sample(world: World, parameters: Mapping[str, Any], report: Report) -> dict[str, Any]:
    """Clauses that no model flagged before reviewers; done again, it draws only what is short of the number."""
    if world.engine.changed() or world.engine.problem:
        world.engine.load()
    loaded = world.engine.loaded
    drawn = fill_sample(
        world.database, loaded, wanted=parameters["aantal"], random_share=parameters["toeval"], seed=parameters["zaad"]
    )
    return {"getrokken": drawn, "model": loaded.model_version}


KINDS: dict[str, Work] = {
    "signaleren": _flag_initiative,
    "hersignaleren": _flag_again,
    "importeren": _import,
    "momentopname": _snapshot,
    "bewaartermijn": _retention,
    "hertrainen": _retrain,
    "steekproef": _sample,
}
"""Name of a kind of work, as /v1/taken shows it → the work."""
