"""Copies of clauses stand on one side of a split."""

from __future__ import annotations

import numpy as np

from training.duplicates import copies

LONG = (
    "Het is verboden zonder vergunning van het college een steiger te bouwen in of boven het oppervlaktewater van de gemeente"
)


def test_near_identical_texts_are_one_family() -> None:
    other = "De subsidie wordt voor ten hoogste vier jaren verstrekt aan verenigingen die zonder winst werken in de gemeente"
    families = copies([LONG, LONG + ".", other, LONG.replace("gemeente", "provincie"), other.upper(), "Kort."])
    assert families[0] == families[1] == families[3]
    assert families[2] == families[4] != families[0]
    assert len(set(families.tolist())) == 3


def test_the_number_of_families_without_copies() -> None:
    texts = [
        f"Artikel {number} gaat over onderwerp {number * 7} en over niets anders dan {number * 13}." for number in range(30)
    ]
    assert np.array_equal(np.sort(copies(texts)), np.arange(30))
    assert len(copies([])) == 0
