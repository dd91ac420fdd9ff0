"""Measuring without keeping a model: what ``regelruimte evaluate`` does."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from corpus.errors import InvalidModel, StoreProblem, UsageError
from corpus.labels import join
from corpus.store import Store
from training.ablation import ablation
from training.agreement import graders_agreement, reach_agreement, readers_agreement
from training.clause_config import ClauseRunConfig
from training.clause_examples import ClauseExamples, clause_examples
from training.clause_measures import headline
from training.clause_report import clause_report, write_report
from training.clause_running import ClauseRun, run_clauses, unlabelled_clauses
from training.evaluating import evaluate_ranking
from training.ladder import ladder
from training.learning_curve import learning_curve
from training.regulated_fitting import measure_regulated
from training.running import MIN_LABELS, activity_model, judged_clauses, ranking_material
from training.unseen_files import load_unseen

Say = Callable[[str], None]


def measure(
    store: Store,
    *,
    what: str,
    seed: int,
    config: ClauseRunConfig | None = None,
    report: Path | None = None,
    against: Path | None = None,
    say: Say = lambda line: None,
) -> dict[str, Any]:
    """Quality on regulations and initiatives that were not seen.

    Args:
        store: holds the texts of the labelled clauses and of the judged regulations.
        what: "clauses", "ranking" or "all".
        seed: of the folds.
        config: how the clause model is made; None for the fast tier alone.
        report: folder for report.json and report.html on the clause model.
        against: model directory whose decisions the report compares with, clause by clause.
        say: told in one line what is being done.

    Raises:
        StoreProblem: too few labels meet their clause in this store.
        UsageError: a report is asked for of a model that learns on.
    """
    config = config or ClauseRunConfig()
    if report is not None and config.further is not None:
        raise UsageError("a report tells of a cross-validation; a model that learns on is measured on frozen regulations alone")
    joined = join(store)
    if len(joined.joined) < MIN_LABELS:
        raise StoreProblem(
            f"{store.folder}: only {len(joined.joined)} labelled clauses are in this store; {MIN_LABELS} are needed"
        )
    data = clause_examples(store, joined)
    run = run_clauses(data, config=config, unlabelled=unlabelled_clauses(store, config), seed=seed, say=say)
    measured: dict[str, Any] = {}
    if what in ("all", "clauses"):
        measured["clauses"] = headline(run.measured)
        measured["qualifications"] = run.qualifications
        if report is not None:
            _report(data, run, config, report, against, seed, say)
    if what in ("all", "ranking"):
        say("ranker: cross-validation by initiative, and with whole regulations hidden")
        judged = judged_clauses(store)
        material = ranking_material(store, judged, run.model, activity_model())
        measured["ranking"] = evaluate_ranking(
            material.queries, judged.grades, material.space,
            without=material.space_without, reached=material.with_reach, seed=seed,
        )  # fmt: skip
        measured["graders"] = graders_agreement()
        measured["reach"] = reach_agreement()
        measured["ablation"] = ablation(material.queries, judged.grades, material.space, seed=seed)
        if len(set(material.sections.regulations)) > 1:
            measured["regulated_activities"] = measure_regulated(material.sections, seed=seed)
    return measured


def _report(
    data: ClauseExamples, run: ClauseRun, config: ClauseRunConfig, folder: Path, against: Path | None, seed: int, say: Say
) -> None:
    say("ladder of methods")
    encoder = Path(config.encoder) if config.encoder is not None else None
    rungs = ladder(data, run.unseen, run.measured, run.model, encoder=encoder, seed=seed)
    try:
        before = load_unseen(against) if against is not None else None
    except InvalidModel as error:
        say(f"no comparison: {error}")
        before = None
    written = clause_report(
        data,
        run.measured,
        rungs=rungs,
        curve=learning_curve(data, seed=seed, say=say),
        before=before,
        agreement=readers_agreement(),
        seed=seed,
    )
    page = write_report(written, folder, title="Clause model: what it says of regulations it has not seen")
    say(f"report: {page}")
