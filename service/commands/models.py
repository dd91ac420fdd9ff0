"""regelruimte retrain, and regelruimte models list | show | history | promote | rollback"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from corpus.errors import UserError
from service.commands.parsing import add_command, add_store_option
from service.commands.serving import add_service_options

if TYPE_CHECKING:
    from service.database.opening import Database
    from service.settings import Settings


def add_commands(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add ``retrain`` and the group ``models``."""
    retrain = add_command(
        commands,
        "retrain",
        run=_retrain,
        summary="make a challenger from a snapshot of judgements, and put it to the gate beside the champion",
        example="regelruimte retrain --store store --snapshot var/data/momentopnamen/4f1c….jsonl --output challenger",
    )
    add_store_option(retrain)
    retrain.add_argument("--snapshot", type=Path, required=True, metavar="FILE", help="judgements, one a line")
    retrain.add_argument("--champion", type=Path, metavar="DIR", help="model directory (default: the one that ships)")
    retrain.add_argument("--output", type=Path, required=True, metavar="DIR", help="model directory to write")
    retrain.add_argument("--version", dest="model_version", default="0.0.0-challenger", metavar="V", help="of the challenger")
    retrain.add_argument("--seed", type=int, default=0, metavar="N", help="of every random choice (default 0)")
    retrain.add_argument("--without", action="append", default=[], metavar="REVIEWER", help="leave somebody's judgements out")
    retrain.add_argument(
        "--slow-tier",
        action="store_true",
        help="let the slow tier learn as well (needs the extra train; minutes for 10,000 labels)",
    )
    retrain.add_argument("--work", type=Path, metavar="DIR", help="where finished parts are kept, to go on after a break")
    models = commands.add_parser("models", help="look at models, and put one to work").add_subparsers(
        title="commands", metavar="COMMAND", required=True
    )
    listing = add_command(
        models,
        "list",
        run=_list,
        summary="the model that ships and those in a folder",
        example="regelruimte models list --folder my-models",
    )
    listing.add_argument("--folder", type=Path, metavar="DIR", help="folder whose sub-folders are model directories")
    show = add_command(
        models,
        "show",
        run=_show,
        summary="what a model was trained on and how good it is",
        example="regelruimte models show",
    )
    show.add_argument("model", nargs="?", type=Path, metavar="DIR", help="model directory (default: the one that ships)")
    history = add_command(
        models,
        "history",
        run=_history,
        summary="which model served when, and why",
        example="regelruimte models history",
    )
    history.add_argument("--json", action="store_true", help="as JSON")
    add_service_options(history)
    promote = add_command(
        models,
        "promote",
        run=_promote,
        summary="put a model of the data folder to work, where the gate let it through; no request fails meanwhile",
        example="regelruimte models promote 0.0.0-20260701120000 --reason 'beter op zorgplicht'",
    )
    promote.add_argument("version", metavar="VERSION", help="of the model, as the service lists it")
    promote.add_argument("--reason", required=True, metavar="TEXT", help="why, for whoever reads the history")
    add_service_options(promote)
    rollback = add_command(
        models,
        "rollback",
        run=_rollback,
        summary="put the model back to work that served before the present one",
        example="regelruimte models rollback --reason 'te veel afgewezen signalen'",
    )
    rollback.add_argument("--reason", default="teruggezet", metavar="TEXT", help="why, for whoever reads the history")
    add_service_options(rollback)


def _say(line: str) -> None:
    print(line, file=sys.stderr)


def _retrain(arguments: argparse.Namespace) -> int:
    from corpus.errors import UsageError
    from corpus.store import Store
    from models.loading import released_folder
    from training.reviews.retraining import RetrainingConfig, put_to_the_gate, retrain
    from training.reviews.rows import rows_of

    try:
        lines = arguments.snapshot.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{arguments.snapshot}: cannot be read ({error})") from None
    rows = rows_of(lines, name=arguments.snapshot.name)
    store, champion = Store(arguments.store), arguments.champion or released_folder()
    config = RetrainingConfig(
        version=arguments.model_version,
        seed=arguments.seed,
        without=tuple(arguments.without),
        slow_tier=arguments.slow_tier,
    )
    retrain(store, champion, rows, arguments.output, config=config, work=arguments.work, say=_say)
    verdict = put_to_the_gate(store, champion, arguments.output, rows, without=arguments.without, seed=arguments.seed, say=_say)
    for guard in verdict.guards:
        mark = "passed" if guard.passed else "WORSE"
        print(
            f"{mark:<7} {guard.name:<32} {guard.champion:8.4f} {guard.challenger:8.4f}  [{guard.low:+.4f}, {guard.high:+.4f}]"
        )
    for one in verdict.suspects:
        print(f"look at the judgements of reviewer {one.number}: contradicted on {one.contradicted} of {one.checked}")
    print("the gate is open" if verdict.passed else "the gate is shut: this model may not serve")
    return 0 if verdict.passed else 1


def _list(arguments: argparse.Namespace) -> int:
    from models.loading import released_folder
    from models.packaging import open_package

    folders = [released_folder()]
    if arguments.folder:
        folders += sorted(path.parent for path in arguments.folder.glob("*/manifest.json"))
    for folder in folders:
        package = open_package(folder)
        size = sum(len(content) for content in package.files.values()) / 1e6
        print(f"{package.version:<10} {size:6.1f} MB  {folder}")
    return 0


def _show(arguments: argparse.Namespace) -> int:
    from models.loading import released_folder
    from models.packaging import open_package

    print(json.dumps(open_package(arguments.model or released_folder()).manifest, indent=1, ensure_ascii=False))
    return 0


def _history(arguments: argparse.Namespace) -> int:
    from dataclasses import asdict

    from service.work.model_choice import choices

    _, settings = _opened(arguments)
    made = choices(settings)
    if arguments.json:
        print(json.dumps([asdict(one) for one in made], indent=1, ensure_ascii=False))
        return 0
    for one in made:
        print(f"{one.moment}  {one.version:<24} {one.reason}")
    if not made:
        print("nobody chose a model: the one of the settings serves")
    return 0


def _promote(arguments: argparse.Namespace) -> int:
    from models.packaging import open_package
    from service.errors import ServiceError
    from service.work.model_choice import choose, model_of, serving_folder

    database, settings = _opened(arguments)
    try:
        model = model_of(settings, arguments.version, serving=open_package(serving_folder(settings)).version)
        choose(database, settings, "systeem", model, reason=arguments.reason)
    except ServiceError as error:
        raise UserError(str(error)) from None
    print(f"{model.version} is put to work; a service that runs opens it within seconds")
    return 0


def _rollback(arguments: argparse.Namespace) -> int:
    from service.errors import ServiceError
    from service.work.model_choice import rolled_back

    database, settings = _opened(arguments)
    try:
        model = rolled_back(database, settings, "systeem", reason=arguments.reason)
    except ServiceError as error:
        raise UserError(str(error)) from None
    print(f"{model.version} is back at work; a service that runs opens it within seconds")
    return 0


def _opened(arguments: argparse.Namespace) -> tuple[Database, Settings]:
    from service.database.opening import Database
    from service.settings import settings_of

    settings = settings_of(database_url=arguments.database_url, store=arguments.store, model=arguments.model)
    return Database(settings.database_url), settings
