"""Word pieces that are looked up are those that the library would cut."""

from __future__ import annotations

import json
import random
import threading
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pytest
from tokenizers import Tokenizer
from tokenizers.pre_tokenizers import WhitespaceSplit

from models import word_pieces
from models.loading import released_folder
from models.word_pieces import PairTokenizer

ODD = [
    "",
    " ",
    "Het is verboden zonder vergunning van het college een evenement te houden.",
    "  twee  spaties,\teen tab\nen een regel\r\n ",
    "niet\xa0afbrekend\u2003breed en\x1cscheiding",
    "weg\xadgelaten \u200b\u200b \x00 \ufffd tekens",
    "Éénmalig ÉÉN İstanbul ΣΊΣΥΦΟΣ ß ǅ",
    "[CLS] en [MASK]ers, [SEP]",
    "a" * 61 + " " + "b" * 60,
    "-".join(str(number) for number in range(400)),
    "(art. 2:25, tweede lid; Stb. 2015, 102) €5.000,- *+<=>^`|~",
    "汉字 кириллица 🎉feest🎉",
    "woord " * 900,
]


def by_library(tokenizer: bytes, pairs: Sequence[tuple[str, str]], max_length: int) -> list[tuple[list[int], list[object]]]:
    """Ids and offsets in the second text."""
    plain = Tokenizer.from_str(tokenizer.decode())
    plain.no_padding()
    plain.enable_truncation(max_length, strategy="only_second")
    return [
        (one.ids, [span for span, part in zip(one.offsets, one.sequence_ids, strict=True) if part == 1])
        for one in plain.encode_batch(pairs)
    ]


def by_us(tokenizer: PairTokenizer, pairs: Sequence[tuple[str, str]]) -> list[tuple[list[int], list[object]]]:
    return [(one.ids.tolist(), list(zip(one.starts.tolist(), one.ends.tolist(), strict=True))) for one in tokenizer.read(pairs)]


@pytest.fixture(autouse=True)
def looked_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """However few they are."""
    monkeypatch.setattr(word_pieces, "MANY", 1)


@pytest.fixture(scope="module")
def released() -> bytes:
    return (released_folder() / "tokenizer.json").read_bytes()


@pytest.fixture(scope="module")
def otherwise(released: bytes) -> bytes:
    """A tokenizer that does not cut as BERT does."""
    tokenizer = Tokenizer.from_str(released.decode())
    tokenizer.pre_tokenizer = WhitespaceSplit()
    return tokenizer.to_str().encode()


@pytest.mark.parametrize("max_length", [64, 256])
def test_odd_texts(released: bytes, max_length: int) -> None:
    pairs = [("Titel | Artikel 2", text) for text in ODD] + [(text[:30], "En dan dit.") for text in ODD]
    ours = by_us(PairTokenizer(released, max_length=max_length), pairs)
    for pair, own, theirs in zip(pairs, ours, by_library(released, pairs, max_length), strict=True):
        assert own == theirs, pair


def test_any_letters_in_any_order(released: bytes) -> None:
    rng, alphabet = random.Random(0), [*"abcdeéÉ.,;:(€ \n\t\xa0\xad\u2003\u2028\x85\x1f", "vergunning", "[PAD]", "##en", " "]
    texts = ["".join(rng.choices(alphabet, k=rng.randrange(120))) for _ in range(3_000)]
    pairs = list(zip(texts[::2], texts[1::2], strict=True))
    tokenizer = PairTokenizer(released, max_length=512)
    assert by_us(tokenizer, pairs) == by_library(released, pairs, 512)
    assert by_us(tokenizer, pairs[::-1]) == by_library(released, pairs[::-1], 512)  # what it remembers by now is as good


def test_each_piece_stands_where_it_says(released: bytes) -> None:
    text = "Een ontheffing, bedoeld in artikel 5,  geldt niet."
    [one] = PairTokenizer(released, max_length=256).read([("titel", text)])
    plain = Tokenizer.from_str(released.decode())
    assert len(one.starts) == len(one.ids) - one.first - 1 > 10  # the last is no piece of the text
    for number, start, end in zip(one.ids[one.first : -1].tolist(), one.starts, one.ends, strict=True):
        assert plain.id_to_token(number).removeprefix("##") == text[start:end].lower()


def test_another_tokenizer_is_asked_for_whole_texts(otherwise: bytes) -> None:
    pairs = [("titel", text) for text in ODD]
    assert by_us(PairTokenizer(otherwise, max_length=64), pairs) == by_library(otherwise, pairs, 64)


@pytest.mark.parametrize("many", [1, 2])
def test_what_stands_above_must_leave_room(released: bytes, monkeypatch: pytest.MonkeyPatch, many: int) -> None:
    """Looked up or not."""
    monkeypatch.setattr(word_pieces, "MANY", many)
    tokenizer = PairTokenizer(released, max_length=8)
    for above in ("een titel van veel te veel woorden", "een van de vijf is"):
        with pytest.raises(Exception, match=r"room|too short"):
            tokenizer.read([(above, "tekst")])
    [one] = tokenizer.read([("een van de vijf is", "")])
    assert len(one.ids) == 8 and not len(one.starts)


def test_few_texts_are_asked_for_and_come_out_the_same(released: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(word_pieces, "MANY", len(ODD) + 1)
    pairs = [("titel", text) for text in ODD]
    tokenizer = PairTokenizer(released, max_length=64)
    assert by_us(tokenizer, pairs) == by_library(released, pairs, 64) and tokenizer._words is None
    assert by_us(tokenizer, [*pairs, *pairs]) == by_library(released, [*pairs, *pairs], 64) and tokenizer._words is not None


def test_a_pair_that_is_framed_otherwise_is_asked_for(released: bytes) -> None:
    told = json.loads(released)
    opening, first, *rest = told["post_processor"]["pair"]
    told["post_processor"]["pair"] = [first, opening, *rest]
    other, pairs = json.dumps(told).encode(), [("titel", text) for text in ODD]
    assert by_us(PairTokenizer(other, max_length=64), pairs) == by_library(other, pairs, 64)


def test_nothing_asked(released: bytes, otherwise: bytes) -> None:
    assert PairTokenizer(released, max_length=8).read([]) == []
    assert PairTokenizer(otherwise, max_length=8).read([]) == []


def test_it_forgets_in_time(released: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(word_pieces, "REMEMBERED", 500)
    tokenizer, held = PairTokenizer(released, max_length=128), list[int]()
    for number in range(200):
        pairs = [("titel", f"woord{number} lid{number} " + "verordening " * 20)]
        assert by_us(tokenizer, pairs) == by_library(released, pairs, 128)
        assert tokenizer._words is not None
        held.append(tokenizer._words.letters)
    assert 500 < max(held) < 600
    assert sum(later < before for before, later in pairwise(held)) >= 3


def test_many_read_at_once(released: bytes) -> None:
    rng = random.Random(1)
    words = ["".join(rng.choices("abcdefgh", k=6)) for _ in range(4_000)]
    runs = [[("titel", " ".join(rng.choices(words, k=40))) for _ in range(60)] for _ in range(6)]
    tokenizer, wrong = PairTokenizer(released, max_length=128), list[int]()

    def read(number: int) -> None:
        for start in range(0, 60, 5):
            pairs = runs[number][start : start + 5]
            if by_us(tokenizer, pairs) != by_library(released, pairs, 128):
                wrong.append(number)

    threads = [threading.Thread(target=read, args=(number,)) for number in range(len(runs))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


def test_types_are_what_an_encoder_takes(released: bytes) -> None:
    [one] = PairTokenizer(released, max_length=64).read([("titel", "tekst")])
    assert one.ids.dtype == np.int64 and one.ids[0] == 2 and one.ids[-1] == 3
