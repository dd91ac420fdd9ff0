"""regelruimte train | evaluate | pretrain"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from corpus.errors import UsageError
from service.commands.parsing import add_command, add_store_option

if TYPE_CHECKING:
    from training.clause_config import ClauseRunConfig


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
    train.add_argument("--no-evaluation", action="store_true", help="skip measuring the ranker on unseen initiatives")
    _add_clause_options(train)
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
    evaluate.add_argument("--report", type=Path, metavar="DIR", help="write report.html and report.json on the clause model")
    evaluate.add_argument(
        "--against",
        type=Path,
        metavar="DIR",
        help="model directory to compare with, clause by clause (default: the one that ships)",
    )
    _add_clause_options(evaluate)
    encoder = add_command(
        commands,
        "pretrain",
        run=_pretrain,
        summary="make a Dutch legal encoder from an English one, translated sentences and the clauses of a store",
        example="regelruimte pretrain --store store --pairs nl-en.tsv.xz --everyday sentences/ --output encoder",
    )
    add_store_option(encoder)
    encoder.add_argument("--pairs", type=Path, required=True, metavar="FILE", help="Dutch, tab, English; .xz")
    encoder.add_argument(
        "--everyday", type=Path, required=True, metavar="DIR", help="folder with .txt.xz files of everyday Dutch"
    )
    encoder.add_argument(
        "--output", type=Path, required=True, metavar="DIR", help="model directory to write (Hugging Face layout)"
    )
    encoder.add_argument("--teacher", type=Path, metavar="DIR", help="English sentence encoder (default: all-MiniLM-L6-v2)")
    encoder.add_argument(
        "--layers", type=int, metavar="N", help="layers of it that are kept, spread over all (default: four of its six)"
    )
    encoder.add_argument("--minutes", type=float, default=47, metavar="N", help="how long to learn (default 47)")
    encoder.add_argument(
        "--likeness", type=Path, metavar="DIR", help="folder with SICK_NL.txt and stsb_nl_test.csv, to measure it on"
    )


def _add_clause_options(parser: argparse.ArgumentParser) -> None:
    from training.clause_config import ClauseRunConfig

    plain = ClauseRunConfig()
    parser.add_argument(
        "--encoder", metavar="DIR", help="Hugging Face model directory for the slow tier (default: fast tier alone)"
    )
    parser.add_argument(
        "--further",
        metavar="DIR",
        help="in place of --encoder: model directory whose slow tier learns on, with the labels that came after it",
    )
    parser.add_argument("--encoder-folds", type=int, metavar="N", help="folds of four that test the slow tier (default: all)")
    parser.add_argument(
        "--teachers",
        type=int,
        default=plain.teachers,
        metavar="N",
        help="fits that teach a faster encoder, the one that ships, what they say of unlabelled clauses (for an accelerator; "
        "default 0)",
    )
    parser.add_argument(
        "--layers", type=int, metavar="N", help="layers of the encoder that the slow tier keeps (default: all; taught: half)"
    )
    parser.add_argument("--epochs", type=int, metavar="N", help="of the slow tier (default 4; taught: 6)")
    parser.add_argument("--work", default=plain.work, metavar="DIR", help="where finished fits are kept (default %(default)s)")


def _clause_config(arguments: argparse.Namespace) -> ClauseRunConfig:
    from training.clause_config import ClauseRunConfig

    anew = [name for name in ("encoder", "encoder_folds", "layers", "epochs") if getattr(arguments, name) is not None]
    anew += ["teachers"] if arguments.teachers else []
    if arguments.further is not None and anew:
        raise UsageError(f"--further or --{anew[0].replace('_', '-')}: a slow tier learns on or is made anew")
    if arguments.teachers < 0 or (arguments.teachers and arguments.encoder is None):
        raise UsageError("--teachers wants a number from 0, and --encoder: the teachers start from it")
    return ClauseRunConfig(
        encoder=arguments.encoder,
        further=arguments.further,
        encoder_folds=ClauseRunConfig.encoder_folds if arguments.encoder_folds is None else arguments.encoder_folds,
        teachers=arguments.teachers,
        layers=arguments.layers,
        epochs=arguments.epochs or (6 if arguments.teachers else 4),
        work=arguments.work,
    )


def _say(line: str) -> None:
    print(line, file=sys.stderr)


def _train(arguments: argparse.Namespace) -> int:
    from corpus.store import Store
    from training.running import TrainingConfig, train

    config = TrainingConfig(
        version=arguments.model_version,
        seed=arguments.seed,
        evaluate=not arguments.no_evaluation,
        clauses=_clause_config(arguments),
    )
    about = train(Store(arguments.store), arguments.output, config=config, say=_say)
    _print_measures(about["measured"])
    return 0


def _evaluate(arguments: argparse.Namespace) -> int:
    from corpus.store import Store
    from models.loading import released_folder
    from training.measuring import measure

    measured = measure(
        Store(arguments.store),
        what=arguments.what,
        seed=arguments.seed,
        config=_clause_config(arguments),
        report=arguments.report,
        against=arguments.against or released_folder(),
        say=_say,
    )
    if arguments.json:
        print(json.dumps(measured, indent=1))
    else:
        _print_measures(measured)
    return 0


def _pretrain(arguments: argparse.Namespace) -> int:
    from corpus.store import Store
    from training.extras import require_training_extra

    require_training_extra()
    from training.encoder.making import make_encoder

    likeness = make_encoder(
        Store(arguments.store),
        arguments.output,
        pairs=arguments.pairs,
        everyday=arguments.everyday,
        teacher=arguments.teacher,
        seconds=arguments.minutes * 60,
        layers=arguments.layers,
        likeness=arguments.likeness,
        say=_say,
    )
    for name, by_encoder in likeness.items():
        print(name, *(f"{which} {value:.3f}" for which, value in by_encoder.items()), sep="  ")
    return 0


def _print_measures(measured: dict[str, Any]) -> None:
    for name, value in measured.get("clauses", {}).items():
        print(f"{name:<28} {value:.3f}")
    if measured.get("qualifications"):
        print(f"{'macro_f1_qualifications':<28} {measured['qualifications']['macro_f1_common']:.3f}")
    for setting, measures in measured.get("ranking", {}).items():
        for name, (mean, low, high) in measures.items():
            print(f"{setting}: {name:<22} {mean:.3f} [{low:.3f}, {high:.3f}]")
    for name, value in measured.get("graders", {}).items():
        print(f"two graders: {name:<22} {value:.3f}")
    for name, value in measured.get("reach", {}).items():
        print(f"two readers of reach: {name:<22} {value:.3f}")
    for way, measures in measured.get("regulated_activities", {}).items():
        for name, value in measures.items():
            print(f"activities of clauses, {way}: {name:<32} {value:.3f}")
    for group, told in measured.get("ablation", {}).items():
        for how, (mean, low, high) in told.items():
            print(f"ndcg_20, {group} {how}: {mean:.3f} [{low:.3f}, {high:.3f}]")
