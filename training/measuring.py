"""Measuring without keeping a model: what ``regelruimte evaluate`` does."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from corpus.activities import activities
from corpus.errors import StoreProblem
from corpus.labels import join
from corpus.store import Store
from models.activities import ActivityModel
from training.clause_fitting import fit_clause_model, macro_f1, unseen_decisions
from training.evaluating import evaluate_ranking
from training.running import MIN_LABELS, clause_examples, judged_clauses, ranking_material


def measure(store: Store, *, what: str, seed: int, say: Callable[[str], None] = lambda line: None) -> dict[str, Any]:
    """Quality on regulations and initiatives that were not seen.

    Args:
        store: holds the texts of the labelled clauses and of the judged regulations.
        what: "clauses", "ranking" or "all".
        seed: of the folds.
        say: told in one line what is being done.

    Raises:
        StoreProblem: too few labels meet their clause in this store.
    """
    joined = join(store)
    if len(joined.joined) < MIN_LABELS:
        raise StoreProblem(
            f"{store.folder}: only {len(joined.joined)} labelled clauses are in this store; {MIN_LABELS} are needed"
        )
    data = clause_examples(store, joined)
    measured: dict[str, Any] = {}
    if what in ("all", "clauses"):
        say(f"clause model: grouped cross-validation over {len(set(data.groups))} regulations")
        measured["clauses"] = macro_f1(unseen_decisions(data, seed=seed), data)
    if what in ("all", "ranking"):
        say("ranker: cross-validation by initiative, and with whole regulations hidden")
        judged = judged_clauses(store)
        material = ranking_material(judged, fit_clause_model(data, seed=seed), ActivityModel(activities()))
        measured["ranking"] = evaluate_ranking(material.queries, judged.grades, material.space, seed=seed)
    return measured
