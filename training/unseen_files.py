"""What a model said of clauses it had not seen, kept beside the model: a later model is compared with it clause by clause.

    MODEL/evaluation/unseen.json          {"refs", "groups", "evidence", "found"}
    MODEL/evaluation/unseen.safetensors   targets, probabilities (uint8, steps of 1/255), decided, level

It is no part of the model: nothing but evaluation reads it, and a model directory without it is whole.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
from safetensors.numpy import load_file, save_file

from corpus.errors import InvalidModel
from models.columns import COLUMNS
from training.clause_measures import Unseen

FOLDER = "evaluation"


def save_unseen(unseen: Unseen, model: Path) -> None:
    """Write both files beside a model."""
    folder = model / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    told = {"refs": list(unseen.refs), "groups": list(unseen.groups), "evidence": unseen.evidence, "found": unseen.found}
    (folder / "unseen.json").write_text(json.dumps(told, separators=(",", ":")) + "\n", encoding="utf-8")
    arrays = {
        "targets": unseen.targets.astype(np.int8),
        "probabilities": np.round(unseen.probabilities * 255).astype(np.uint8),
        "decided": unseen.decided.astype(np.uint8),
        "level": unseen.level.astype(np.int8),
    }
    save_file({name: np.ascontiguousarray(value) for name, value in arrays.items()}, folder / "unseen.safetensors")


def load_unseen(model: Path) -> Unseen:
    """Read what save_unseen wrote beside a model.

    Raises:
        InvalidModel: the files are missing, or of another taxonomy.
    """
    folder = model / FOLDER
    try:
        told = json.loads((folder / "unseen.json").read_text(encoding="utf-8"))
        arrays = load_file(folder / "unseen.safetensors")
    except (OSError, ValueError) as error:
        raise InvalidModel(f"{folder}: what the model said of unseen clauses cannot be read ({error})") from None
    if arrays["targets"].shape != (len(told["refs"]), len(COLUMNS)):
        raise InvalidModel(f"{folder}: what the model said of unseen clauses is of another taxonomy")
    return Unseen(
        refs=told["refs"],
        groups=told["groups"],
        targets=arrays["targets"],
        probabilities=(arrays["probabilities"] / np.float32(255)).astype(np.float32),
        decided=arrays["decided"].astype(bool),
        level=arrays["level"].astype(np.int64),
        evidence=[spans and [tuple(span) for span in spans] for spans in told["evidence"]],
        found=[spans and [tuple(span) for span in spans] for spans in told["found"]],
    )
