"""One run of the clause model, from examples to a model and what it said of unseen clauses."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Any

from corpus.code_hash import code_hash
from corpus.errors import StoreProblem, UsageError
from corpus.store import Store
from models.clauses import ClauseModel, not_settled
from models.columns import COLUMN, COLUMNS, QUALIFICATIONS
from models.encoder import EncoderTier
from models.evidence import EvidenceFinder
from models.linear import LinearTier
from models.loading import load_model
from models.packaging import open_package, package_key
from models.vectorising import ClauseText
from training.clause_config import ClauseRunConfig
from training.clause_examples import ClauseExamples
from training.clause_fitting import (
    UnseenValues,
    calibrated_linear,
    fit_clause_model,
    folds_of,
    measure_unseen,
    refit_linear,
    unseen_fast,
)
from training.clause_measures import Unseen, qualification_f1
from training.reading import frozen_examples, said_of
from training.splits import frozen, learnable

Say = Callable[[str], None]

PER_REGULATION = 200
"""Clauses of one regulation that teachers judge."""

FEWER_PER_REGULATION = 30
"""The same where a slow tier learns on: it knows much, so it reads a few of many regulations."""

LEARNT_ON = tuple(name for name in COLUMNS if name not in QUALIFICATIONS)
"""What a model that learns on learns.

What an authority calls its rules is learnt from authorities: readers' guesses, which most newer labels hold, took macro-F1
over the common values on unseen Limburg from 0.82 to 0.78.
"""


@dataclass(frozen=True)
class ClauseRun:
    """What a run gave.

    Attributes:
        model: fitted on everything but the frozen regulations (see ``training.splits.frozen``).
        unseen: what the tiers said of unseen clauses; of a model that learns on, the fast one alone.
        measured: what the whole said of unseen clauses, to be measured.
        qualifications: how well it tells what an authority calls a rule, see ``qualification_f1``.
        before: what the model that it goes on from says of the same; None for one that is made anew.
        unlabelled: clauses without a label that a slow tier read to learn on.
    """

    model: ClauseModel
    unseen: UnseenValues
    measured: Unseen
    qualifications: Mapping[str, Any]
    before: tuple[str, Unseen] | None = None
    unlabelled: int = 0


def run_clauses(
    data: ClauseExamples,
    *,
    config: ClauseRunConfig,
    unlabelled: Iterable[ClauseText] = (),
    seed: int = 0,
    say: Say = lambda line: None,
) -> ClauseRun:
    """Fit both tiers, weigh them on what they said of unseen regulations, and measure that.

    Args:
        data: the examples.
        config: of the run.
        unlabelled: clauses of which teachers judge the first for the encoder that serves, where the configuration asks for
            teachers.
        seed: of the folds and the fits.
        say: told in one line what is being done.

    Raises:
        StoreProblem: a model that is to learn on could not be measured: nothing labelled is of a frozen regulation.
        UsageError: an encoder is asked for and the extra ``train`` is not installed; teachers are, and have nothing to judge; a
            model that is to learn on has no slow tier.
        InvalidModel: the model that is to learn on cannot be opened.
    """
    say(f"fast tier: {len(data)} clauses of {len(set(data.groups))} regulations")
    if config.further is not None:
        return _learn_on(data, Path(config.further), config, unlabelled, seed, say)
    unseen, calibration = unseen_fast(data, seed=seed, say=say)
    kept = learnable(data.groups)
    fast, slow = calibrated_linear(data[kept], calibration), None
    if config.encoder is not None:
        asked = list(islice(doubtful_clauses(unlabelled, fast, config.doubtful), config.unlabelled)) if config.teachers else []
        if config.teachers and not asked:
            raise UsageError("teachers need clauses that nobody labelled, and the store has none of which they could be asked")
        slow, unseen = _slow_tier(data, unseen, Path(config.encoder), config, asked, seed, say)
    plain = config.plain if slow is not None else 0.0
    say("weighing the tiers")
    model = fit_clause_model(data[kept], fast=fast, unseen=unseen.only(kept), slow=slow, plain=plain)
    measured = measure_unseen(data, unseen, plain=plain, finder=EvidenceFinder(model))
    return ClauseRun(model=model, unseen=unseen, measured=measured, qualifications=qualification_f1(measured))


def doubtful_clauses(clauses: Iterable[ClauseText], fast: LinearTier, least: float) -> Iterator[ClauseText]:
    """The clauses that a slow tier may be asked about: those that the fast tier does not settle."""
    waiting = iter(clauses)
    while some := list(islice(waiting, 4_000)):
        for clause, asked in zip(some, not_settled(fast.values(some), least), strict=True):
            if asked:
                yield clause


def _slow_tier(
    data: ClauseExamples,
    unseen: UnseenValues,
    encoder: Path,
    config: ClauseRunConfig,
    unlabelled: Sequence[ClauseText],
    seed: int,
    say: Say,
) -> tuple[EncoderTier, UnseenValues]:
    from training.extras import require_training_extra

    require_training_extra()
    from training.encoder.crossing import PUPIL, TEACHER, Recipe, shipped_encoder, unseen_slow
    from training.encoder.exporting import export_encoder
    from training.encoder.finetuning import FinetuningConfig, empty_encoder
    from training.encoder.pairing import ImitationConfig
    from training.encoder.thinning import Shape

    if not config.teachers:
        recipe = Recipe(encoder=encoder, config=FinetuningConfig(epochs=config.epochs, layers=config.layers, seed=seed))
    else:
        recipe = Recipe(
            encoder=encoder, config=replace(PUPIL, epochs=config.epochs, seed=seed),
            teachers=config.teachers, teacher_config=replace(TEACHER, seed=seed), unlabelled=unlabelled,
            pupil=Shape.part_of(empty_encoder(encoder).encoder, layers=config.layers, share=config.share),
            imitation=ImitationConfig(epochs=config.imitation, batch_tokens=PUPIL.batch_tokens, seed=seed),
        )  # fmt: skip
    work = Path(config.work)
    splits = folds_of(data, seed=seed)
    values, marks = unseen_slow(data, splits, recipe=recipe, work=work, most=config.encoder_folds, say=say)
    shipped = shipped_encoder(data, recipe=recipe, work=work, say=say)
    onnx, tokenizer = export_encoder(shipped, encoder)
    tier = EncoderTier(onnx, tokenizer, max_length=recipe.config.max_length, threads=2)
    return tier, UnseenValues(fast=unseen.fast, slow=values, marks=marks)


def _learn_on(
    data: ClauseExamples, further: Path, config: ClauseRunConfig, unlabelled: Iterable[ClauseText], seed: int, say: Say
) -> ClauseRun:
    """A model that knows what another one knew, and these examples.

    The weights of the tiers, the thresholds, the curve and the rule qualifications stay as they were. Its slow tier has seen
    the labels that it learnt before, so the whole is measured on the frozen regulations only, as is the model before it.
    """
    from training.extras import require_training_extra

    before = load_model(further)
    was, slow = before.clauses, before.clauses.slow
    if slow is None:
        raise UsageError(f"{further}: has no slow tier that could learn on")
    require_training_extra()
    from training.encoder.further import FURTHER, READ, gone_on
    from training.encoder.reopening import reopened

    reopened(slow.files["encoder.onnx"])  # what cannot learn on is refused before an hour of fits
    judged = frozen_examples(data)
    if not len(judged.labelled):
        raise StoreProblem("no labelled clause of a frozen regulation is in this store, and on no other this can be measured")
    kept = data[learnable(data.groups)]
    folder = Path(config.work) / kept.fingerprint(code_hash("corpus", "models", "training"), str(seed), package_key(further))

    def fit(some: ClauseExamples) -> LinearTier:
        return refit_linear(was.fast, some, LEARNT_ON, more=1)

    unseen, calibration = unseen_fast(kept, fit=fit, seed=seed, work=folder, say=say)
    say("fast tier: everything but the frozen regulations")
    fast, columns = fit(kept), [COLUMN[name] for name in LEARNT_ON]
    for number, made in zip((fast.slope, fast.offset), calibration, strict=True):
        number[columns] = made[columns]
    labelled = {text.ref for text in data.texts}
    free = (one for one in unlabelled if one.ref not in labelled and not frozen(one.ref.partition("/")[0]))
    others = list(islice(free, READ))
    slow = gone_on(slow, kept, others, config=replace(FURTHER, seed=seed), work=folder, say=say)
    say("reading the frozen regulations")
    model = replace(was, fast=fast, slow=slow)
    return ClauseRun(
        model=model,
        unseen=unseen,
        measured=said_of(model, judged),
        qualifications=open_package(further).manifest.get("measured", {}).get("qualifications", {}),  # the same columns
        before=(before.version, said_of(was, judged)),
        unlabelled=len(others),
    )


def unlabelled_clauses(store: Store, config: ClauseRunConfig) -> Iterator[ClauseText]:
    """The clauses that an encoder may learn from without a label; none where it learns from labels alone."""
    if config.teachers or config.further:
        from training.encoder.texts import readable_clauses

        many, few = ({"per_regulation": PER_REGULATION}, {"per_regulation": FEWER_PER_REGULATION, "seed": 1})
        yield from readable_clauses(store, **(few if config.further else many))
