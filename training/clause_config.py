"""How a clause model is made. The command line reads its defaults here, so nothing heavy is imported."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class ClauseRunConfig:
    """How the clause model is made; kept with the result."""

    encoder: str | None = None  # any Hugging Face model directory; None: the fast tier alone, which needs no torch
    further: str | None = None  # model directory whose slow tier learns on, in place of an encoder that learns anew
    encoder_folds: int = 4  # of the four folds, how many test the slow tier: each takes a fit of its own
    teachers: int = 0  # encoders that learn first and teach the one that ships; 0: it learns from labels alone
    unlabelled: int = 200_000  # clauses that the teachers judge for it
    doubtful: float = 0.2  # those of which the fast tier thinks it less likely that they hold anything are not among them
    layers: int | None = None  # of the encoder: the lowest, None for all; of a taught one: spread over all, None for half
    share: float = 0.5  # of the attention heads and neurons of every layer, that a taught one keeps
    imitation: float = 4.0  # how often a taught one goes over the clauses before, to learn what words mean
    epochs: int = 4  # six suit a taught one
    plain: float = 0.35  # a clause of which the fast tier thinks it less likely that it holds anything is settled by it
    work: str = "var/training"  # where fits of the encoder are kept, so that a run that is cut off goes on
