"""The graded initiatives as the ranker sees them, kept beside the index: reading their stories takes seconds."""

from __future__ import annotations

import shutil
import uuid
from contextlib import suppress
from pathlib import Path

import numpy as np
import scipy.sparse as sp

from models.loading import Model
from models.ranking import Queries

FOLDER = "memory"  # versions before 0.8.1 of the model kept more, in "graded"


def graded_queries(model: Model, index: Path) -> Queries:
    """The graded initiatives of a model, in its order.

    Args:
        model: whose memory it is.
        index: folder of the index of that model; what is worked out is kept in it, where it can be written.
    """
    folder = index / FOLDER
    if not folder.exists():
        queries = Queries.of([model.query(text) for text in model.graded_texts])
        with suppress(OSError):  # a disk that cannot be written, or another process that was first
            _save(queries, folder)
        return queries
    return Queries(own_words=sp.load_npz(folder / "own_words.npz"), activities=np.load(folder / "activities.npy"))


def _save(queries: Queries, folder: Path) -> None:
    temporary = folder.parent / f"new-{uuid.uuid4().hex}"
    temporary.mkdir(parents=True)
    try:
        sp.save_npz(temporary / "own_words.npz", queries.own_words)
        np.save(temporary / "activities.npy", queries.activities)
        temporary.rename(folder)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
