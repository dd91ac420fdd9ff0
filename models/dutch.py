"""spaCy for Dutch legal text: words, sentences and turns of phrase.

The tokeniser and abbreviations are spaCy's (``blank("nl")``) with the abbreviations of legal drafting added; two components
of our own follow: ``legal_sentences`` and ``legal_phrases``. No trained pipeline is needed.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np

from models.phrases import mark_phrases

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc

ABBREVIATIONS = (
    "a.m.v.b.", "amvb.", "art.", "artt.", "jo.", "juncto.", "resp.", "c.q.", "m.b.t.", "o.a.", "nr.", "nrs.", "stb.",
    "stcrt.", "trb.", "pb.", "pbeu.", "pbeg.", "bijl.", "blz.", "par.", "hfdst.", "afd.", "sub.", "ca.", "enz.", "e.d.",
    "e.v.", "i.c.", "i.v.m.", "o.g.v.", "b.v.", "n.v.", "v.o.f.", "mr.", "dr.", "prof.", "ing.", "ir.", "drs.", "max.",
    "min.", "incl.", "excl.", "z.s.m.", "t.a.v.", "t.b.v.", "d.w.z.", "w.o.", "m.u.v.", "jl.", "kst.", "kb.", "k.b.",
)  # fmt: skip
"""With the full stop that does not end a sentence."""

_ENDS = {".", "!", "?"}
_ITEM = re.compile(r"(?:[a-z]{1,2}|[ivx]{1,4}|\d{1,3})[.)°]?|[-–•]")
_CAN_OPEN = re.compile(r"[A-ZÀ-Ý0-9«\"'(\[–-]|[a-z]{1,2}[.)°]")


@cache
def pipeline() -> Language:
    """Words, sentences and, where ``legal_phrases`` is added to it, turns of phrase."""
    import spacy
    from spacy.language import Language

    Language.component("legal_sentences", func=mark_sentences)
    Language.component("legal_phrases", func=mark_phrases)
    nlp = spacy.blank("nl")
    words: Any = nlp.tokenizer
    for short in ABBREVIATIONS:
        for form in {short, short.capitalize(), short.upper()}:
            words.add_special_case(form, [{"ORTH": form}])
    words.add_special_case("A.M.v.B.", [{"ORTH": "A.M.v.B."}])
    nlp.add_pipe("legal_sentences")
    nlp.max_length = 5_000_000
    return nlp


def mark_sentences(doc: Doc) -> Doc:
    """Mark where sentences start.

    A full stop ends a sentence when what follows can open one, and it does not belong to an abbreviation (those are one word
    to the tokeniser), to the number of a list item ("1.", "a.", "2°.") or to a number ("artikel 3.2"). A semicolon ends none,
    and a list stays with the sentence that leads it in: without it no item can be read.
    """
    starts: list[int] = []  # spaCy's numbers: 1 where a sentence starts, -1 where none does
    before = ""
    for index, token in enumerate(doc):
        text = token.text
        ended = before in _ENDS or (before[-1:] == "." and len(before) > 3 and before.lower() not in _KNOWN)
        numbered = ended and index > 1 and before == "." and _is_item(doc, index - 2)
        starts.append(1 if index == 0 or (ended and not numbered and _CAN_OPEN.match(text)) else -1)
        before = text
    if starts:  # all at once: to set them one by one goes through the whole text for each
        marks: Any = np.array(starts, dtype=np.int64).view(np.uint64)
        doc.from_array(["SENT_START"], marks)
    return doc


_KNOWN = frozenset(ABBREVIATIONS)


def _is_item(doc: Doc, index: int) -> bool:
    """Whether the word before a full stop is the number of a list item: short, and first in its line of the list."""
    token = doc[index]
    if not _ITEM.fullmatch(token.lower_):
        return False
    return index == 0 or doc[index - 1].text in {":", ";", ".", "en", "of", ","}


def sentences(text: str) -> list[tuple[int, int]]:
    """Start and end, in characters, of every sentence of a text."""
    return [(sentence.start_char, sentence.end_char) for sentence in pipeline()(text).sents]
