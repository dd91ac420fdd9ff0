"""regelruimte train | evaluate | models list | models show"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from service.commands.parsing import add_command, add_store_option


def add_commands(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the commands that make and show models."""
    train = add_command(
        commands,
        "train",
        run=_train,
        summary="train a model on the labels that ship, with texts from a store",
        example="regelruimte train --store store --output model",
    )
    add_store_option(train)
    train.add_argument("--output", type=Path, required=True, metavar="DIR", help="model directory to write")
    train.add_argument("--version", dest="model_version", default="0.1.0", metavar="V", help="version of the model")
    train.add_argument("--seed", type=int, default=0, metavar="N", help="of every random choice (default 0)")
    train.add_argument("--no-evaluation", action="store_true", help="skip the measuring, which takes most of the time")
    evaluate = add_command(
        commands,
        "evaluate",
        run=_evaluate,
        example="regelruimte evaluate --store store --json",
        summary="measure on regulations and initiatives that were not seen in training",
    )
    evaluate.add_argument("what", nargs="?", choices=("all", "clauses", "ranking"), default="all", help="what is measured")
    add_store_option(evaluate)
    evaluate.add_argument("--seed", type=int, default=0, metavar="N", help="of the folds (default 0)")
    evaluate.add_argument("--json", action="store_true", help="as JSON")
    models = commands.add_parser("models", help="look at models").add_subparsers(
        title="commands", metavar="COMMAND", required=True
    )
    listing = add_command(
        models,
        "list",
        run=_list,
        summary="list the model that ships and those in a folder",
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


def _train(arguments: argparse.Namespace) -> int:
    from corpus.store import Store
    from training.running import TrainingConfig, train

    config = TrainingConfig(version=arguments.model_version, seed=arguments.seed, evaluate=not arguments.no_evaluation)
    about = train(Store(arguments.store), arguments.output, config=config, say=lambda line: print(line, file=sys.stderr))
    _print_measures(about["measured"])
    return 0


def _evaluate(arguments: argparse.Namespace) -> int:
    from corpus.store import Store
    from training.measuring import measure

    measured = measure(
        Store(arguments.store), what=arguments.what, seed=arguments.seed, say=lambda line: print(line, file=sys.stderr)
    )
    if arguments.json:
        print(json.dumps(measured, indent=1))
    else:
        _print_measures(measured)
    return 0


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


def _print_measures(measured: dict[str, Any]) -> None:
    for name, value in measured.get("clauses", {}).items():
        print(f"{name:<28} {value:.3f}")
    for setting, measures in measured.get("ranking", {}).items():
        for name, (mean, low, high) in measures.items():
            print(f"{setting}: {name:<22} {mean:.3f} [{low:.3f}, {high:.3f}]")
