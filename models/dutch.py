"""Sentences of Dutch legal text, and spaCy for who works in it.

Where a sentence ends is decided by the text itself, without a pipeline: loading spaCy takes longer than all else that a service
does before its first answer. The same sentences, and turns of phrase, are components of a spaCy pipeline.
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
    "min.", "incl.", "excl.", "bv.", "bijv.", "evt.", "zgn.", "vgl.", "tel.", "mw.", "no.", "p.", "st.",
    "z.s.m.", "t.a.v.", "t.b.v.", "d.w.z.", "w.o.", "m.u.v.", "jl.", "kst.", "kb.", "k.b.",
)  # fmt: skip
"""With the full stop that does not end a sentence."""

_KNOWN = frozenset(ABBREVIATIONS)
_END = re.compile(r"(?<!\.)[.!?][\"”’»)]*(?=\s)|(?<=[a-zà-ÿ])[.!?](?=[A-ZÀ-Ý])")
ENDING = re.compile(r"[.!?]")
"""Without one of these no sentence ends."""
_OPENING = re.compile(r"\s*(?:[A-ZÀ-Ý0-9«\"'“‘(\[–-]|[a-z]\.(?=\s|[a-z]{2}))")
_LAST_WORD = re.compile(r"[^\s(\[«\"'“‘:]*\Z")
_ADDRESS = re.compile(r"(?:www|\S*[./@]\S*)\Z", re.IGNORECASE)
"""What stands before a full stop that no space follows, where it is of a page or of mail."""
_INITIALS = re.compile(r"(?:[^\W\d_]\.)+[^\W\d_]|[A-ZÀ-Ý]")
_LETTER = re.compile(r"(?<!\w)[a-tv-z]\Z")
_NAMED = re.compile(r"\b(?:onder|onderde(?:el|len)|sub|letters?|punt(?:en)?)\s+(?:\w,?\s+(?:(?:en|of|tot en met)\s+)?)*[a-z]\Z")
"""A letter that names an item of a list elsewhere ("bedoeld onder a en b"): any other numbers one here, but "u"."""
_NUMBER = r"(?:[a-z]{1,2}|[ivx]{1,4}|\d{1,3}°?|[-–•])"
_ITEM = re.compile(rf"(?:\A|[:;,]\s*){_NUMBER}\Z", re.IGNORECASE)
_LAST_ITEM = re.compile(rf"\b(?:en|of)\s+{_NUMBER}\Z", re.IGNORECASE)
_FAR, _LIST = 40, 1_000
"""Characters before a full stop in which an abbreviation or the number of an item is looked for, and what leads a list in."""


def sentences(text: str) -> list[tuple[int, int]]:
    """Start and end, in characters, of every sentence of a text.

    A full stop ends a sentence when what follows can open one, and it does not belong to an abbreviation or initials ("jo.",
    "A.M.v.B."), to the number of a list item ("1.", "a.", "2°.") or to a number ("artikel 3.2"). A semicolon ends none, and a
    list stays with the sentence that leads it in: without it no item can be read.
    """
    start, last = len(text) - len(text.lstrip()), len(text.rstrip())
    found = []
    for mark in _END.finditer(text, start, last):
        opening = _OPENING.match(text, mark.end())
        if opening and not (mark.group()[0] == "." and _is_no_end(text, start, mark)):
            found.append((start, mark.end()))
            start = mark.end() + len(opening.group()) - len(opening.group().lstrip())
    return [*found, (start, last)] if start < last else found


def _is_no_end(text: str, start: int, mark: re.Match[str]) -> bool:
    """Whether a full stop in the sentence that starts at ``start`` belongs to the word before it."""
    stop = mark.start()
    before = text[max(start, stop - _FAR) : stop]
    word = _LAST_WORD.search(before)
    assert word is not None, "it matches nothing too"
    if f"{word.group().lower()}." in _KNOWN or _INITIALS.fullmatch(word.group()) or _ITEM.search(before):
        return True
    if _LETTER.search(before) and not _NAMED.search(before):
        return True
    if not text[mark.end()].isspace() and _ADDRESS.search(before):
        return True
    led_in = text[max(start, stop - _LIST) : stop]
    return (":" in led_in or ";" in led_in) and bool(_LAST_ITEM.search(before))


@cache
def pipeline() -> Language:
    """spaCy's Dutch words with the abbreviations of drafting; ``sentences``; where ``legal_phrases`` is added, turns of phrase.

    No trained pipeline is needed.
    """
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
    """The spaCy component ``legal_sentences``: a sentence starts at the word where one of ``sentences`` does."""
    if len(doc):  # all at once: to set them one by one goes through the whole text for each
        ends = np.array([token.idx + len(token.text) for token in doc])
        marks = np.full(len(doc), -1, dtype=np.int64)  # spaCy's numbers: 1 where a sentence starts, -1 where none does
        marks[[0, *(int(np.searchsorted(ends, start, side="right")) for start, _ in sentences(doc.text))]] = 1
        numbers: Any = marks.view(np.uint64)
        doc.from_array(["SENT_START"], numbers)
    return doc
