"""List items stand on lines of their own, and no character moves."""

from __future__ import annotations

import pytest

from corpus.layout import set_out


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Verstaan wordt onder: a. iets, b. nog iets.", "Verstaan wordt onder:\na. iets,\nb. nog iets."),
        # the word before the last item
        ("Er is: a. dit, of b. dat; en c. alles.", "Er is:\na. dit, of\nb. dat; en\nc. alles."),
        # items of items
        ("Er is: 1°. dit, 2°. dat.", "Er is:\n1°. dit,\n2°. dat."),
        # no list: an abbreviation, an amount, the name of an item
        ("Het college, d.w.z. de raad, artikel 3, onder b, en 4.000 euro.", "Het college, d.w.z. de raad, artikel 3, onder b, en 4.000 euro."),
    ],
)  # fmt: skip
def test_set_out(text: str, shown: str) -> None:
    assert set_out(text) == shown
    assert len(set_out(text)) == len(text)
