"""Word pieces of what an encoder reads; of many texts each word is cut once, for a corpus says the same words over and over.

What a word becomes is what the library ``tokenizers`` makes of it. Where its tokenizer cuts at every space and looks at no more
than what stands between two of them, as those of BERT do, many texts are put together from words that were cut before. Few
texts, and texts for any other tokenizer, go through the library as they are, and come out the same.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np
import numpy.typing as npt
from tokenizers import Tokenizer
from tokenizers.models import WordPiece
from tokenizers.normalizers import BertNormalizer
from tokenizers.pre_tokenizers import BertPreTokenizer

Numbers = npt.NDArray[np.int64]

MANY = 200
"""Pairs from which on it is faster to look words up."""

REMEMBERED = 2_000_000
"""Letters of words of which it is remembered how they are cut; some 60 MB at the most in a corpus of law."""


@dataclass(frozen=True, slots=True)
class PairPieces:
    """A pair of texts as word pieces.

    Attributes:
        ids: of all pieces, special ones among them; *shape* (pieces,).
        first: place in ``ids`` of the first piece of the second text.
        starts, ends: offsets in the second text of its pieces, characters; *shape* (its pieces,).
    """

    ids: Numbers
    first: int
    starts: Numbers
    ends: Numbers


class PairTokenizer:
    """Cuts pairs of texts into word pieces, of the second one only as many as fit behind the first.

    Attributes:
        pad: the piece that fills up.
    """

    def __init__(self, tokenizer: bytes, *, max_length: int) -> None:
        """Open a tokenizer.

        Args:
            tokenizer: the content of a tokenizer.json.
            max_length: pieces of a pair, special ones among them.

        Raises:
            Exception: a bare one of the library, when this is no tokenizer.
        """
        self._content, self._max_length = tokenizer.decode("utf-8"), max_length
        self._tokenizer = Tokenizer.from_str(self._content)
        self._tokenizer.no_padding()
        self.pad = self._tokenizer.token_to_id("[PAD]") or 0
        self._by_word = _cuts_words_alike(self._tokenizer)
        self._frame = self._tokenizer.encode("", "").ids if self._by_word else []
        self._tokenizer.enable_truncation(max_length, strategy="only_second")
        self._words: _Words | None = None

    def read(self, pairs: Sequence[tuple[str, str]]) -> list[PairPieces]:
        """The pieces of pairs, in their order.

        Raises:
            Exception: a bare one, where the first text leaves no room for any of the second.
        """
        return list(self._looked_up(pairs) if self._by_word and len(pairs) >= MANY else self._asked(pairs))

    def _asked(self, pairs: Sequence[tuple[str, str]]) -> Iterator[PairPieces]:
        for one in self._tokenizer.encode_batch(pairs):
            parts, offsets = one.sequence_ids, one.offsets
            first = parts.index(1) if 1 in parts else len(parts)  # the text stands together, behind what stands above it
            spans = np.array(offsets[first : first + parts.count(1)], dtype=np.int64).reshape(-1, 2)
            yield PairPieces(np.array(one.ids, dtype=np.int64), first, spans[:, 0], spans[:, 1])

    def _looked_up(self, pairs: Sequence[tuple[str, str]]) -> Iterator[PairPieces]:
        words = self._words
        if words is None or words.letters > REMEMBERED:
            words = self._words = _Words(self._content)  # who still reads has the old ones
        room = np.full(len(pairs), self._max_length - 3)
        above, _ = words.cut([first for first, _ in pairs])
        below, whole = words.cut([second for _, second in pairs], room - above.lengths)
        if (above.lengths > room).any() or ((below.lengths == 0) & (whole > 0)).any():
            raise ValueError("what stands above a text leaves no room for it")  # as the library does
        starts = np.cumsum(above.lengths + below.lengths + 3) - (above.lengths + below.lengths + 3)
        firsts = above.lengths + 2
        ids = np.empty(len(above.ids) + len(below.ids) + 3 * len(pairs), dtype=np.int64)
        ids[starts], ids[starts + firsts - 1], ids[starts + firsts + below.lengths] = self._frame
        ids[_places(starts + 1, above.lengths)] = above.ids
        ids[_places(starts + firsts, below.lengths)] = below.ids
        ends = np.cumsum(below.lengths)
        for start, first, count, end in zip(
            starts.tolist(), firsts.tolist(), below.lengths.tolist(), ends.tolist(), strict=True
        ):
            own = slice(end - count, end)
            yield PairPieces(ids[start : start + first + count + 1], first, below.starts[own], below.ends[own])


@dataclass(frozen=True)
class _Pieces:
    """Texts as pieces, one after the other.

    Attributes:
        ids: *shape* (pieces,).
        starts, ends: offsets in its text of each piece, characters; *shape* (pieces,).
        lengths: pieces of each text, *shape* (texts,).
    """

    ids: Numbers
    starts: Numbers
    ends: Numbers
    lengths: Numbers


class _Words:
    """How words are cut. It grows while others read: a word gets its number when its pieces are there."""

    def __init__(self, tokenizer: str) -> None:
        self._tokenizer = Tokenizer.from_str(tokenizer)
        self._tokenizer.no_padding()
        self._tokenizer.no_truncation()
        self._numbers: dict[str, int] = {}
        none = np.zeros(0, dtype=np.int64)
        self._pieces = _Pieces(none, none, none, none)  # a text is a word here
        self._growing = threading.Lock()
        self.letters = 0

    def cut(self, texts: Sequence[str], room: Numbers | None = None) -> tuple[_Pieces, Numbers]:
        """The pieces of texts, of each the first so many as there is room for, or all; and how many each has in all.

        *Shape of room and of the numbers:* (texts,).
        """
        split = [_between_spaces(text) for text in texts]
        words = list(chain.from_iterable(split))
        numbers = list(map(self._numbers.get, words))
        if None in numbers:
            self._learn({word for word, number in zip(words, numbers, strict=True) if number is None})
            numbers = list(map(self._numbers.get, words))
        known, which = self._pieces, np.array(numbers, dtype=np.int64)
        counts = known.lengths[which]
        pieces = _places((np.cumsum(known.lengths) - known.lengths)[which], counts)
        ends = np.cumsum(np.fromiter(map(len, words), dtype=np.int64, count=len(words)) + 1)
        spread = np.fromiter(map(len, split), dtype=np.int64, count=len(split))
        # Where words start in all texts together, less where their text does: each is followed by a space, the last one too.
        begins = np.concatenate([[0], ends[:-1]])
        begins -= np.repeat(begins[np.cumsum(spread) - spread], spread)
        lengths = np.add.reduceat(counts, np.cumsum(spread) - spread)  # a text without words has one of no letters
        begins, kept = np.repeat(begins, counts), lengths
        if room is not None:
            kept = np.minimum(lengths, np.maximum(room, 0))
            fits = _places(np.zeros_like(lengths), lengths) < np.repeat(kept, lengths)
            pieces, begins = pieces[fits], begins[fits]
        return _Pieces(known.ids[pieces], known.starts[pieces] + begins, known.ends[pieces] + begins, kept), lengths

    def _learn(self, words: set[str]) -> None:
        with self._growing:
            new = [word for word in words if word not in self._numbers]  # somebody else may have been faster
            # All in one text: to ask for each by itself takes three times as long.
            cut = self._tokenizer.encode(" ".join(new), add_special_tokens=False)
            offsets = np.array(cut.offsets, dtype=np.int64).reshape(-1, 2)
            behind = np.cumsum(np.fromiter(map(len, new), dtype=np.int64, count=len(new)) + 1)
            of = np.searchsorted(behind, offsets[:, 0], side="right")
            offsets -= np.concatenate([[0], behind])[of, np.newaxis]
            lengths = np.bincount(of, minlength=len(new))
            had, count = self._pieces, len(self._pieces.lengths)
            self._pieces = _Pieces(
                np.concatenate([had.ids, np.array(cut.ids, dtype=np.int64)]),
                np.concatenate([had.starts, offsets[:, 0]]),
                np.concatenate([had.ends, offsets[:, 1]]),
                np.concatenate([had.lengths, lengths]),
            )
            self._numbers.update(zip(new, range(count, count + len(new)), strict=True))
            self.letters += sum(map(len, new))


def _places(starts: Numbers, lengths: Numbers) -> Numbers:
    """The numbers from every start on, as many as its length says, one run after the other."""
    before = np.cumsum(lengths) - lengths
    places: Numbers = np.arange(int(lengths.sum()), dtype=np.int64) + np.repeat(starts - before, lengths)
    return places


def _between_spaces(text: str) -> list[str]:
    """What stands between spaces, tabs and ends of lines, each of one character; between two of them a word of no letters."""
    return text.replace("\n", " ").replace("\r", " ").replace("\t", " ").split(" ")


def _cuts_words_alike(tokenizer: Tokenizer) -> bool:
    """Whether what stands between two spaces is cut alike wherever it stands, and a pair is framed by three pieces."""
    added, pair = tokenizer.get_added_tokens_decoder().values(), tokenizer.encode("a", "b")
    return (
        isinstance(tokenizer.normalizer, BertNormalizer)
        and isinstance(tokenizer.pre_tokenizer, BertPreTokenizer)
        and isinstance(tokenizer.model, WordPiece)
        and not any(one.lstrip or one.rstrip or one.single_word or any(map(str.isspace, one.content)) for one in added)
        and pair.sequence_ids == [None, 0, None, 1, None]
    )
