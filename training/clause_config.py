"""How a clause model is made. The command line reads its defaults here, so nothing heavy is imported."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class ClauseRunConfig:
    """How the clause model is made; kept with the result."""

    encoder: str | None = None  # any Hugging Face model directory; None: the fast tier alone, which needs no torch
    encoder_folds: int = 4  # of the four folds, how many test the slow tier: each takes a fit of its own
    teachers: int = 0  # encoders that learn first and teach the one that ships; 0: it learns from labels alone
    unlabelled: int = 100_000  # clauses that the teachers judge for it
    layers: int | None = None  # of the encoder that ships, from the bottom; None for all
    epochs: int = 4
    plain: float = 0.1  # a clause whose every kind lies below this is settled by the fast tier
    work: str = "var/training"  # where fits of the encoder are kept, so that a run that is cut off goes on
