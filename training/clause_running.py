"""One run of the clause model, from examples to a model and what it said of unseen clauses."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from models.clauses import ClauseModel
from models.encoder import EncoderTier
from models.evidence import EvidenceFinder
from training.clause_config import ClauseRunConfig
from training.clause_examples import ClauseExamples
from training.clause_fitting import UnseenValues, fit_clause_model, folds_of, measure_unseen, unseen_fast
from training.clause_measures import Unseen

Say = Callable[[str], None]


@dataclass(frozen=True)
class ClauseRun:
    """What a run gave.

    Attributes:
        model: fitted on everything.
        unseen: what the tiers said of unseen clauses.
        measured: what the whole said of them, to be measured.
    """

    model: ClauseModel
    unseen: UnseenValues
    measured: Unseen


def run_clauses(data: ClauseExamples, *, config: ClauseRunConfig, seed: int = 0, say: Say = lambda line: None) -> ClauseRun:
    """Fit both tiers, weigh them on what they said of unseen regulations, and measure that.

    Raises:
        UsageError: an encoder is asked for and the extra ``train`` is not installed.
    """
    say(f"fast tier: {len(data)} clauses of {len(set(data.groups))} regulations")
    unseen, calibration = unseen_fast(data, seed=seed, say=say)
    slow = None
    if config.encoder is not None:
        slow, unseen = _slow_tier(data, unseen, Path(config.encoder), config, seed, say)
    plain = config.plain if slow is not None else 0.0
    say("weighing the tiers")
    model = fit_clause_model(data, unseen=unseen, calibration=calibration, slow=slow, plain=plain)
    measured = measure_unseen(data, unseen, plain=plain, finder=EvidenceFinder(model))
    return ClauseRun(model=model, unseen=unseen, measured=measured)


def _slow_tier(
    data: ClauseExamples, unseen: UnseenValues, encoder: Path, config: ClauseRunConfig, seed: int, say: Say
) -> tuple[EncoderTier, UnseenValues]:
    from training.extras import require_training_extra

    require_training_extra()
    from training.encoder.crossing import shipped_encoder, unseen_slow
    from training.encoder.exporting import export_encoder
    from training.encoder.finetuning import FinetuningConfig

    fit = FinetuningConfig(epochs=config.epochs, seed=seed)
    work = Path(config.work)
    splits = folds_of(data, seed=seed)
    values, marks = unseen_slow(
        data, splits, encoder=encoder, config=fit, work=work, most=config.encoder_folds, say=say
    )  # fmt: skip
    shipped = shipped_encoder(data, splits, encoder=encoder, config=fit, work=work, whole=config.encoder_whole, say=say)
    onnx, tokenizer = export_encoder(shipped, encoder)
    tier = EncoderTier(onnx, tokenizer, max_length=fit.max_length, threads=2)
    return tier, UnseenValues(fast=unseen.fast, slow=values, marks=marks)
