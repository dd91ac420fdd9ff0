"""The graded initiatives as the ranker sees them, kept beside the index: reading their stories takes seconds."""

from __future__ import annotations

import shutil
import uuid
from contextlib import suppress
from pathlib import Path

import numpy as np
import scipy.sparse as sp

from models.loading import Model
from models.ranking import Query

FOLDER = "graded"


def graded_queries(model: Model, index: Path) -> list[Query]:
    """A query per graded initiative of a model, in its order.

    Args:
        model: whose memory it is.
        index: folder of the index of that model; what is worked out is kept in it, where it can be written.
    """
    folder = index / FOLDER
    if not folder.exists():
        queries = [model.query(text) for text in model.graded_texts]
        with suppress(OSError):  # a disk that cannot be written, or another process that was first
            _save(queries, folder)
        return queries
    words, own_words = (sp.load_npz(folder / f"{name}.npz") for name in ("words", "own_words"))
    activities = np.load(folder / "activities.npy")
    return [Query(words=words[number], own_words=own_words[number], activities=own) for number, own in enumerate(activities)]


def _save(queries: list[Query], folder: Path) -> None:
    if not queries:
        return
    temporary = folder.parent / f"new-{uuid.uuid4().hex}"
    temporary.mkdir(parents=True)
    try:
        for name in ("words", "own_words"):
            sp.save_npz(temporary / f"{name}.npz", sp.vstack([getattr(query, name) for query in queries], format="csr"))
        np.save(temporary / "activities.npy", np.vstack([query.activities for query in queries]))
        temporary.rename(folder)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
