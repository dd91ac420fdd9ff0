"""One run of the clause model, from examples to a model and what it said of unseen clauses."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

from corpus.errors import UsageError
from corpus.store import Store
from models.clauses import ClauseModel, not_settled
from models.encoder import EncoderTier
from models.evidence import EvidenceFinder
from models.linear import LinearTier
from models.vectorising import ClauseText
from training.clause_config import ClauseRunConfig
from training.clause_examples import ClauseExamples
from training.clause_fitting import (
    UnseenValues,
    calibrated_linear,
    fit_clause_model,
    folds_of,
    measure_unseen,
    unseen_fast,
)
from training.clause_measures import Unseen
from training.splits import learnable

Say = Callable[[str], None]

PER_REGULATION = 200
"""Clauses of one regulation that teachers judge."""


@dataclass(frozen=True)
class ClauseRun:
    """What a run gave.

    Attributes:
        model: fitted on everything but the frozen regulations (see ``training.splits.frozen``).
        unseen: what the tiers said of unseen clauses.
        measured: what the whole said of them, to be measured.
    """

    model: ClauseModel
    unseen: UnseenValues
    measured: Unseen


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
        UsageError: an encoder is asked for and the extra ``train`` is not installed; teachers are, and have nothing to judge.
    """
    say(f"fast tier: {len(data)} clauses of {len(set(data.groups))} regulations")
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
    return ClauseRun(model=model, unseen=unseen, measured=measured)


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


def unlabelled_clauses(store: Store, config: ClauseRunConfig) -> Iterator[ClauseText]:
    """The clauses that teachers may be asked about; none where there are no teachers."""
    if config.teachers:
        from training.encoder.texts import readable_clauses

        yield from readable_clauses(store, per_regulation=PER_REGULATION)
