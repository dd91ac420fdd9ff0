"""W3C Web Annotation (https://www.w3.org/TR/annotation-model/): one AnnotationCollection in JSON-LD, an annotation a judgement.

Kinds are bodies with the purpose ``classifying``, the verdict is one with ``assessing``. Every piece of evidence is a target
whose source is the normalised text, named by its hash: positions hold there whoever published the clause. Where the clause is
known, the same words are a target in the clause as well, with position and quotation. What the model has no word for keeps its
own name.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

from corpus.errors import UnreadableSource
from training.reviews.evidence import shown
from training.reviews.exchange import files
from training.reviews.exchange.checking import row_of, validated
from training.reviews.rows import JudgedRow, lines_of

CONTEXT = ["http://www.w3.org/ns/anno.jsonld", {"regelruimte": "urn:regelruimte:beoordeling:"}]
_KIND = "urn:regelruimte:belemmering:"
_CLAUSE = "urn:regelruimte:bepaling:"
_TEXT = "urn:sha256:"
_ELSEWHERE = ("oordeel", "soorten", "bewijs")  # fields that are bodies and targets
_AROUND = 32  # characters quoted before and after the evidence, by which it is found again


def write(rows: Sequence[JudgedRow], texts: Mapping[str, str], target: Path) -> None:
    """Write rows to a file; a clause that is not among the texts is not quoted."""
    name = _TEXT + hashlib.sha256("".join(lines_of(rows)).encode()).hexdigest()  # that of the snapshot
    items = [_annotation(row, texts.get(row.sha256, ""), f"{name}#{number}") for number, row in enumerate(rows, start=1)]
    collection = {
        "@context": CONTEXT,
        "id": name,
        "type": "AnnotationCollection",
        "label": "Beoordelingen van Regelruimte",
        "total": len(items),
        "first": {"id": f"{name}#page", "type": "AnnotationPage", "partOf": name, "startIndex": 0, "items": items},
    }
    with files.new(target) as temporary:
        temporary.write_text(json.dumps(collection, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def read(source: Path) -> list[JudgedRow]:
    """The rows in a file, in the order of its items.

    Raises:
        UnreadableSource: it is no collection of one page, or an annotation is no judgement.
    """
    name, raw = str(source), files.json_of(source)
    page = raw.get("first") if isinstance(raw, dict) else None
    items = page.get("items") if isinstance(page, dict) else None
    if not isinstance(items, list):
        raise UnreadableSource(name, "no AnnotationCollection with the items of its first page")
    if isinstance(page, dict) and "next" in page:
        raise UnreadableSource(name, "has more than one page")
    return validated((_row(item, name, number) for number, item in enumerate(items, start=1)), name=name)


def _annotation(row: JudgedRow, text: str, name: str) -> dict[str, Any]:
    verdict = {"type": "TextualBody", "purpose": "assessing", "value": row.oordeel, "format": "text/plain", "language": "nl"}
    kinds = [{"type": "SpecificResource", "purpose": "classifying", "source": _KIND + kind} for kind in row.soorten]
    kept = {f"regelruimte:{field}": value for field, value in row.to_json().items() if field not in _ELSEWHERE}
    return {
        "id": name,
        "type": "Annotation",
        "motivation": ["assessing", "classifying"],
        "body": [verdict, *kinds],
        "target": list(_targets(row, text)) or [_clause(row)],
        **kept,
    }


def _targets(row: JudgedRow, text: str) -> Iterator[dict[str, Any]]:
    for start, end in row.bewijs:
        yield {"type": "SpecificResource", "source": _TEXT + row.sha256, "selector": _position(start, end)}
    for start, end in shown(text, row.bewijs) or ():
        words = {
            "type": "TextQuoteSelector",
            "exact": text[start:end],
            "prefix": text[max(0, start - _AROUND) : start],
            "suffix": text[end : end + _AROUND],
        }
        yield {"type": "SpecificResource", "source": _clause(row), "selector": [_position(start, end), words]}


def _position(start: int, end: int) -> dict[str, Any]:
    return {"type": "TextPositionSelector", "start": start, "end": end}


def _clause(row: JudgedRow) -> str:
    return _CLAUSE + quote(row.verwijzing)


def _row(item: object, name: str, number: int) -> JudgedRow:
    if not isinstance(item, dict) or not all(isinstance(item.get(field), list) for field in ("body", "target")):
        raise UnreadableSource(name, f"item {number} is no annotation with bodies and targets")
    raw = {key.partition(":")[2]: value for key, value in item.items() if key.startswith("regelruimte:")}
    bodies = [body for body in item["body"] if isinstance(body, dict)]
    verdicts = [body.get("value") for body in bodies if body.get("purpose") == "assessing"]
    kinds = [str(body.get("source")) for body in bodies if body.get("purpose") == "classifying"]
    if len(verdicts) != 1:
        raise UnreadableSource(name, f"item {number} holds {len(verdicts)} verdicts instead of one")
    source = f"{_TEXT}{raw.get('sha256')}"
    places = [one.get("selector") for one in item["target"] if isinstance(one, dict) and one.get("source") == source]
    told = {"oordeel": verdicts[0], "soorten": [kind.removeprefix(_KIND) for kind in kinds], "bewijs": places}
    return row_of(raw | told, name=name, line=number)
