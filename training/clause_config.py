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


@dataclass(frozen=True, kw_only=True)
class ThinningConfig:
    """How a model is thinned; kept with the result."""

    version: str
    layers: tuple[int, ...] = (0, 2)  # that stay
    heads: int = 6  # of each layer
    neurons: tuple[int, ...] = (256, 384)  # of each layer
    unlabelled: int = 90_000  # clauses that the whole encoder judges
    doubtful: float = 0.08  # those that the fast tier finds plainer than this are not among them
    epochs: int = 2
    learning_rate: float = 4e-4
    output_rate: float = 1e-3
    batch_tokens: int = 4_096
    dropout: float = 0.05
    seed: int = 0
