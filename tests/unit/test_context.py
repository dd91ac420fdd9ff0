"""What stands around a clause."""

from __future__ import annotations

import numpy as np

from models.columns import COLUMN, COLUMNS
from models.context import article_of, context_values, pointed_at

REFS = ["A/artikel-1/lid-1", "A/artikel-1/lid-2", "A/artikel-1/lid-3", "A/artikel-2", "B/artikel-1/lid-1", ""]
TEXTS = [
    "Het is verboden zonder vergunning te bouwen.",
    "Het eerste lid is niet van toepassing op schuren.",
    "Dit lid zegt niets over andere.",
    "De artikelen 1 en 9 gelden niet.",
    "Het tweede lid is niet van toepassing.",
    "Het eerste lid is niet van toepassing.",
]


def test_the_article_of_a_lid() -> None:
    assert article_of("A/artikel-1/lid-2") == "A/artikel-1"
    assert article_of("A/artikel-2") == "A/artikel-2"
    assert article_of("") == ""


def test_what_a_clause_points_at() -> None:
    """A lid of its own article; all leden of another article; nothing in another regulation, and nothing without a ref."""
    assert pointed_at(REFS, TEXTS) == [[], [0], [], [0, 1, 2], [], []]
    assert pointed_at(REFS, TEXTS, rows={3}) == [[], [], [], [0, 1, 2], [], []]


def test_what_the_surroundings_say() -> None:
    probabilities = np.zeros((6, len(COLUMNS)), dtype=np.float32)
    probabilities[0, COLUMN["vergunningplicht"]] = 0.9
    values = context_values(REFS, TEXTS, probabilities)
    assert values.shape == (6, 2 * len(COLUMNS) + 2)
    permit = COLUMN["vergunningplicht"]
    assert np.isclose(values[1, permit], 0.9) and values[1, -2] == 1  # pointed at
    assert np.isclose(values[2, len(COLUMNS) + permit], 0.9) and values[2, -2] == 0 and values[2, -1] == 1  # beside it
    assert not values[5].any() and not values[4].any()
