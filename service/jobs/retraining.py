"""Retraining as a job: a new model beside the one that serves."""

from __future__ import annotations

from typing import Any

from corpus.store import Store
from service.clock import now
from service.jobs.carrying import Report, World


def retrain(world: World, report: Report) -> dict[str, Any]:
    """Train a model on the labels that ship, with the texts of the store, into the data folder.

    The slow tier is not trained here: it takes hours. The model is not put to work by itself.

    Returns:
        Where the model stands and its version.
    """
    from training.running import TrainingConfig, train

    version = f"0.0.0-{now():%Y%m%d%H%M%S}"
    folder = world.settings.data / "modellen" / version
    said = 0

    def say(line: str) -> None:
        nonlocal said
        said += 1
        report(min(0.95, said / 40), line)

    train(Store(world.settings.store), folder, config=TrainingConfig(version=version, evaluate=False), say=say)
    return {"model": version, "map": f"modellen/{version}"}
