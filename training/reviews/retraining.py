"""Retraining: a challenger from the labels by the guide and the gold of judgements, beside the champion that serves.

What is fitted again is what judgements speak of (``training.reviews.learning.TAUGHT``): those columns of the fast tier, their
calibration and, without a slow tier, their thresholds: minutes on two cores. All else is the champion's, the curve by which
chances are told among it. Of kinds of room and
whom a clause binds judgements say nothing: fitted again they would change by chance alone, for better or worse. The slow tier
goes on to learn where it is asked to (``training.encoder.further``), and what initiatives meet is learnt from grades. A run is
repeatable to the bit on one machine, and goes on where it was cut off.

    MODEL/manifest.json         "lineage": everything that the model came from
    MODEL/evaluation/gate.json  what the gate said of it, beside the champion
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from corpus.code_hash import code_hash
from corpus.errors import InvalidModel, StoreProblem, UsageError
from corpus.labels import ClauseLabel, clause_labels, join
from corpus.passages import text_hash
from corpus.store import Store
from models.clauses import ClauseModel
from models.columns import BARRIERS, COLUMN
from models.joint import sigmoid
from models.loading import load_model, save_model
from models.packaging import package_key
from models.quality import save_quality
from models.vectorising import ClauseText
from training.clause_examples import ClauseExamples, clause_examples
from training.clause_fitting import cascade, expected_thresholds, refit_linear, unseen_fast
from training.clause_measures import headline
from training.extras import require_training_extra
from training.label_review import Doubt, doubtful_labels
from training.quality import measure_quality
from training.reading import frozen_examples, said_of
from training.reviews.gate import compared, latency, size
from training.reviews.gold import Gold, gold_of
from training.reviews.learning import TAUGHT, by_text, gold_examples, guide_of, joined, taught
from training.reviews.reviewers import Reviewer, reviewers_of
from training.reviews.rows import JudgedRow, lines_of
from training.reviews.verdicts import Verdict, save_verdict
from training.splits import frozen, learnable
from training.unseen_files import save_unseen

Say = Callable[[str], None]

MIN_LABELS = 200
"""Fewer labels than this make no model."""

MIN_FROZEN = 50
"""Clauses in frozen regulations from which the gate can tell anything."""

DOUBTS = "evaluation/doubts.json"
JUDGED = "evaluation/judged.json"

TIMED = 300
"""Clauses that both models read to be timed."""


@dataclass(frozen=True, kw_only=True)
class RetrainingConfig:
    """What a run depends on besides data; kept with the result."""

    version: str
    seed: int = 0  # of the folds, and of what the slow tier learns first
    without: tuple[str, ...] = ()  # numbers of reviewers whose judgements are left out
    slow_tier: bool = False  # whether the slow tier goes on to learn as well; needs the extra ``train``


def retrain(
    store: Store,
    champion: Path,
    rows: Sequence[JudgedRow],
    output: Path,
    *,
    config: RetrainingConfig,
    labels: Sequence[ClauseLabel] | None = None,
    work: Path | None = None,
    say: Say = lambda line: None,
) -> dict[str, Any]:
    """Make a challenger and write its directory.

    Args:
        store: holds the texts of the clauses that were labelled and judged.
        champion: directory of the model that serves.
        rows: judgements in the order of judging.
        output: directory of the challenger.
        config: of the run.
        labels: by the guide; None for those that ship.
        work: folder in which finished parts are kept, by a fingerprint of all that they depend on; None for nowhere.
        say: told in one line what is being done.

    Returns:
        The lineage.

    Raises:
        StoreProblem: too few labels meet their clause in this store.
        InvalidModel: the champion cannot be opened.
        UsageError: the slow tier is to learn, and there is none, or the extra ``train`` is not installed.
    """
    began = time.monotonic()
    before = load_model(champion)
    if config.slow_tier:
        if before.clauses.slow is None:
            raise UsageError(f"{champion}: has no slow tier that could learn")
        require_training_extra()
        from training.encoder.reopening import reopened

        reopened(before.clauses.slow.files["encoder.onnx"])  # what cannot learn is refused before anything is fitted
    heard = [row for row in rows if row.beoordelaar not in config.without]
    guide = clause_labels() if labels is None else labels
    gold = gold_of(heard, guide_of(guide))
    met = join(store, guide)
    if len(met.joined) < MIN_LABELS:
        raise StoreProblem(
            f"{store.folder}: only {len(met.joined)} labelled clauses are in this store; {MIN_LABELS} are needed"
        )
    guided = clause_examples(store, met)
    data = taught(guided, store, gold.clauses)
    say(f"{len(met.joined)} labels and {len(data) - len(guided)} clauses that people judged")
    lineage: dict[str, Any] = {
        "champion": before.version,
        "snapshot": hashlib.sha256("".join(lines_of(rows)).encode()).hexdigest(),
        "config": asdict(config),
        "code": code_version(),
        "labels": len(met.joined),
        "judgements": len(heard),
        "gold": len(gold.clauses),
        "learnt": len(data) - len(guided),
        "contradictions": len(gold.contradictions),
        "data": data.fingerprint(code_version()),
    }
    cut_off = (
        work / f"{data.fingerprint(code_version(), str(config.seed))}-{package_key(champion)}" if work is not None else None
    )
    # Without the frozen regulations also where values are made to calibrate on: what is measured on them may not come of them.
    learnt = data[learnable(data.groups)]
    fast = before.clauses.fast
    unseen, calibration = unseen_fast(
        learnt, fit=lambda some: refit_linear(fast, some, TAUGHT), seed=config.seed, work=cut_off, say=say
    )
    chances = sigmoid(unseen.fast)
    judged = len(learnt) - (len(data) - len(guided))  # where those begin that only people judged: none of them is frozen
    doubts = _doubts(learnt, chances, judged)
    lineage["doubts"] = len(doubts)
    say("fast tier: everything but the frozen regulations")
    fitted, columns = refit_linear(fast, learnt, TAUGHT), [COLUMN[name] for name in TAUGHT]
    for kept, made in zip((fitted.slope, fitted.offset), calibration, strict=True):
        kept[columns] = made[columns]
    clauses = replace(before.clauses, fast=fitted)
    if config.slow_tier and clauses.slow is not None:
        from training.encoder.further import FURTHER, gone_on

        slow = gone_on(clauses.slow, learnt, config=replace(FURTHER, seed=config.seed), work=cut_off, say=say)
        clauses = replace(clauses, slow=slow)
    if clauses.slow is None:
        thresholds = clauses.thresholds.copy()
        thresholds[columns] = expected_thresholds(cascade(unseen, None, 0.0), learnt.targets)[columns]
        clauses = replace(clauses, thresholds=thresholds)
    challenger = replace(before, version=config.version, clauses=clauses)
    measured = frozen_examples(data)
    said = said_of(clauses, measured)
    lineage["seconds"] = round(time.monotonic() - began)
    about = {
        "lineage": lineage,
        "data": {"labels": len(met.joined), "judged_clauses": lineage["learnt"]},
        "measured": {"frozen": headline(said)} if len(said.labelled) else {},
    }
    save_model(challenger, output, about=about)
    _save_doubts(doubts, learnt, output)
    _save_judged(chances[judged:], learnt.texts[judged:], output)
    if len(said.labelled) >= MIN_FROZEN:
        save_unseen(said, output)
        # Both on the frozen regulations: what the champion kept of others may have been learnt from here.
        old = (before.version, said_of(before.clauses, measured))
        save_quality(measure_quality(said, before=old, seed=config.seed), output)
    say(f"done in {time.monotonic() - began:.0f} s, written to {output}")
    return lineage


def put_to_the_gate(
    store: Store,
    champion: Path,
    challenger: Path,
    rows: Sequence[JudgedRow],
    *,
    without: Sequence[str] = (),
    labels: Sequence[ClauseLabel] | None = None,
    seed: int = 0,
    say: Say = lambda line: None,
) -> Verdict:
    """Compare a challenger with the champion, and keep what is found beside the challenger.

    Args:
        store: holds the texts.
        champion, challenger: model directories.
        rows: all judgements, in the order of judging.
        without: reviewers that the challenger did not learn from.
        labels: by the guide; None for those that ship.
        seed: of the bootstrap.
        say: told in one line what is being done.

    Raises:
        StoreProblem: too few labelled clauses of frozen regulations are in this store: nothing could be told.
        InvalidModel: one of the models cannot be opened.
    """
    old, new = load_model(champion), load_model(challenger)
    guide = clause_labels() if labels is None else labels
    heard = [row for row in rows if row.beoordelaar not in without]
    gold = gold_of(heard, guide_of(guide))
    # Together, so that a clause of a frozen regulation is left out where a copy of it elsewhere was judged, and so learnt.
    seen = taught(clause_examples(store, join(store, guide)), store, gold.clauses)
    labelled = frozen_examples(seen)
    labelled = labelled[labelled.labelled]
    if len(labelled) < MIN_FROZEN:
        raise StoreProblem(
            f"{store.folder}: only {len(labelled)} labelled clauses of frozen regulations are in this store; the gate needs"
            f" {MIN_FROZEN}"
        )
    say(f"gate: {len(labelled)} clauses of frozen regulations")
    guards = compared(said_of(old.clauses, labelled), said_of(new.clauses, labelled), labelled.levels, name="frozen", seed=seed)
    cold = gold_examples(store, [one for one in gold.clauses if frozen(one.ref.partition("/")[0])])
    recent = frozen_examples(joined(seen[learnable(seen.groups)], cold))
    if len(recent) >= MIN_FROZEN:
        say(f"gate: {len(recent)} judged clauses of frozen regulations")
        guards += compared(
            said_of(old.clauses, recent),
            said_of(new.clauses, recent),
            recent.levels,
            name="judged",
            only_barriers=True,
            seed=seed,
        )
    guards.append(latency(old.clauses, new.clauses, labelled.texts[:TIMED]))
    guards.append(size(champion, challenger))
    suspects = tuple(one for one in judged_by(store, challenger, new.clauses, heard, gold) if one.suspect)
    verdict = Verdict(champion=old.version, guards=tuple(guards), suspects=suspects)
    save_verdict(verdict, challenger)
    return verdict


def judged_by(store: Store, model: Path, clauses: ClauseModel, rows: Sequence[JudgedRow], gold: Gold) -> list[Reviewer]:
    """Every reviewer beside the others (see ``training.reviews.reviewers``).

    Args:
        store: holds the texts.
        model: directory of a model that was made from these judgements: what its folds said of clauses that they had not seen
            is kept there.
        clauses: the same model, opened: of other clauses it is asked itself.
        rows: in the order of judging.
        gold: of the rows.
    """
    said = {sha256: np.array(own, dtype=np.float32) for sha256, own in _read(model / JUDGED, {}).items()}
    others = gold_examples(store, [one for one in gold.clauses if one.sha256 not in said])
    columns = [COLUMN[name] for name in BARRIERS]
    chances = clauses.read(others.texts).probabilities[:, columns]
    said |= {text_hash(text.text): own for text, own in zip(others.texts, chances, strict=True)}
    return reviewers_of(rows, said.get, by_text(gold.clauses))


def load_doubts(model: Path) -> dict[str, tuple[str, ...]]:
    """What people decided and a model that had not learnt of it contradicts: kinds by the hash of the text of the clause."""
    try:
        return {one["sha256"]: tuple(one["kinds"]) for one in _read(model / DOUBTS, [])}
    except (KeyError, TypeError) as error:
        raise InvalidModel(f"{model / DOUBTS}: cannot be read ({error})") from None


def _doubts(data: ClauseExamples, probabilities: Any, guided: int) -> list[Doubt]:
    """Judged clauses whose gold is in doubt (confident learning); all labels together say what is usual."""
    judged = {text.ref for text in data.texts[guided:]}
    return [one for one in doubtful_labels(data, probabilities, kinds=BARRIERS) if one.ref in judged]


def _save_doubts(doubts: Sequence[Doubt], data: ClauseExamples, model: Path) -> None:
    hashes = {text.ref: text_hash(text.text) for text in data.texts}
    told = [{"sha256": hashes[one.ref], "kinds": one.kinds, "weight": round(one.weight, 4)} for one in doubts]
    _write(model / DOUBTS, told)


def _save_judged(chances: Any, texts: Sequence[ClauseText], model: Path) -> None:
    """What models that had not learnt of them said of judged clauses, for whoever looks at who judged them."""
    columns = [COLUMN[name] for name in BARRIERS]
    told = {text_hash(text.text): [round(float(p), 4) for p in own[columns]] for text, own in zip(texts, chances, strict=True)}
    _write(model / JUDGED, told)


def _read(path: Path, missing: Any) -> Any:
    """What ``_write`` wrote, or what is given where it did not; raises InvalidModel."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return missing
    except (OSError, ValueError) as error:
        raise InvalidModel(f"{path}: cannot be read ({error})") from None


def _write(path: Path, told: Any) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")


def code_version() -> str:
    """Hash of the code and data that a model is made with: another one may make another model of the same data."""
    return code_hash("corpus", "models", "training")
