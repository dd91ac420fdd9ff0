"""Near-identical clauses are put together as the definition says, however many there are at once."""

from __future__ import annotations

import random

import pytest

from models import variants
from models.variants import ALIKE, grouped, likeness
from models.words import stem

WORDS = [f"w{number:02}ord" for number in range(40)]  # their stems differ


def by_definition(rows: list[int], texts: list[str], owners: list[str]) -> list[list[int]]:
    groups: list[list[int]] = []
    for place, owner in enumerate(owners):
        for group in groups:
            there = {owners[other] for other in group}
            if texts[place] and texts[group[0]] and owner not in there and likeness(texts[place], texts[group[0]]) >= ALIKE:
                group.append(place)
                break
        else:
            groups.append([place])
    return [[rows[place] for place in group] for group in groups]


@pytest.mark.parametrize("seed", range(20))
def test_groups_are_those_of_the_definition(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(variants, "BLOCK", 7)  # so that blocks begin and end within the list
    chance = random.Random(seed)
    texts = [""]
    for _ in range(60):
        words = chance.choice(texts).split() or chance.sample(WORDS, chance.randint(1, 12))
        words[chance.randrange(len(words))] = chance.choice(WORDS)
        texts.append(" ".join(words))
    chance.shuffle(texts)
    owners = [chance.choice("ABC") for _ in texts]
    rows = [100 + place for place in range(len(texts))]
    groups = grouped(rows, texts, owners)
    assert groups == by_definition(rows, texts, owners)
    assert any(len(group) > 1 for group in groups)


def test_the_words_tell_sets_apart() -> None:
    assert len({stem(word) for word in WORDS}) == len(WORDS)


def test_nothing_is_put_together_of_nothing() -> None:
    assert grouped([], [], []) == []
    assert grouped([1, 2], ["", ""], ["A", "B"]) == [[1], [2]]
