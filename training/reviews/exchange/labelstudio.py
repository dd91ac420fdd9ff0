"""Label Studio (https://labelstud.io/guide/tasks): a list of tasks to import, and beside it the configuration that shows them.

A task is a judgement with the text of its clause. Its one annotation holds the verdict, the kinds and the strength as choices
and the evidence as labels, so a person can correct them there; whatever is not shown stands in ``meta``. What comes back is
what the annotation says. Offsets are characters (code points) in the text as published.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from xml.sax.saxutils import quoteattr

from corpus.errors import UnreadableSource, UsageError
from corpus.passages import text_hash
from corpus.taxonomy import taxonomy
from training.reviews.evidence import counted, shown
from training.reviews.exchange import files
from training.reviews.exchange.checking import row_of, validated
from training.reviews.rows import JudgedRow

LABEL = "bewijs"
_SHOWN = ("oordeel", "soorten", "zwaarte")
_VERDICTS = ("bevestigd", "afgewezen", "aangepast", "toegevoegd")


def write(rows: Sequence[JudgedRow], texts: Mapping[str, str], target: Path) -> None:
    """Write rows to a file, and the configuration to another with the suffix ``.xml``."""
    if target.suffix == ".xml":
        raise UsageError(f"{target}: the configuration gets the suffix .xml; name a target with another")
    tasks = [_task(row, texts.get(row.sha256, "")) for row in rows]
    with files.new(target.with_suffix(".xml")) as configuration, files.new(target) as temporary:
        configuration.write_text(configuration_xml(), encoding="utf-8")
        temporary.write_text(json.dumps(tasks, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def read(source: Path) -> list[JudgedRow]:
    """The rows in a file that was written here, or exported by Label Studio as JSON after people worked on it.

    Raises:
        UnreadableSource: it holds no tasks, or a task has not exactly one annotation that is a judgement.
    """
    name, tasks = str(source), files.json_of(source)
    if not isinstance(tasks, list):
        raise UnreadableSource(name, "no list of tasks")
    return validated((_row(task, name, number) for number, task in enumerate(tasks, start=1)), name=name)


def configuration_xml() -> str:
    """The labelling configuration (https://labelstud.io/tags)."""
    return "\n".join(
        [
            "<View>",
            f'  <Labels name="{LABEL}" toName="tekst"><Label value="{LABEL}"/></Labels>',
            '  <Text name="tekst" value="$text"/>',
            *_choices("oordeel", "single", {verdict: verdict for verdict in _VERDICTS}),
            *_choices("soorten", "multiple", {kind.code: kind.name_nl for kind in taxonomy().barriers}),
            *_choices("zwaarte", "single", {str(strength): str(strength) for strength in range(4)}),
            "</View>\n",
        ]
    )


def _choices(name: str, how: str, values: Mapping[str, str]) -> list[str]:
    lines = [f"    <Choice value={quoteattr(shown_as)} alias={quoteattr(value)}/>" for value, shown_as in values.items()]
    return [f'  <Choices name="{name}" toName="tekst" choice="{how}">', *lines, "  </Choices>"]


def _task(row: JudgedRow, text: str) -> dict[str, Any]:
    told = {"oordeel": [row.oordeel], "soorten": list(row.soorten), "zwaarte": [str(row.zwaarte)]}
    results = [_result(field, "choices", {"choices": values}, field) for field, values in told.items() if values]
    places = shown(text, row.bewijs) or []
    for number, (start, end) in enumerate(places, start=1):
        value = {"start": start, "end": end, "text": text[start:end], "labels": [LABEL]}
        results.append(_result(LABEL, "labels", value, f"{LABEL}-{number}"))
    kept = {field: value for field, value in row.to_json().items() if field not in _SHOWN}
    return {"data": {"text": text, "verwijzing": row.verwijzing}, "meta": kept, "annotations": [{"result": results}]}


def _result(name: str, kind: str, value: dict[str, Any], identifier: str) -> dict[str, Any]:
    return {"id": identifier, "from_name": name, "to_name": "tekst", "type": kind, "value": value}


def _row(task: object, name: str, number: int) -> JudgedRow:
    try:
        text, meta, annotations = task["data"]["text"], task["meta"], task["annotations"]  # type: ignore[index]
        valid = [one for one in annotations if not one.get("was_cancelled")]
        if len(valid) != 1:
            raise UnreadableSource(name, f"task {number} has {len(valid)} annotations instead of one")
        raw = dict(meta) | {"oordeel": "", "soorten": [], "zwaarte": ""}
        places = []
        for result in valid[0]["result"]:
            value = result["value"]
            if result["from_name"] == LABEL:
                places.append((int(value["start"]), int(value["end"])))
            elif result["from_name"] == "soorten":
                raw["soorten"] = list(value["choices"])
            elif result["from_name"] in _SHOWN:
                (raw[result["from_name"]],) = value["choices"]
        raw["zwaarte"] = int(raw["zwaarte"])
        raw["bewijs"] = _evidence(text, meta, places)
    except (LookupError, TypeError, ValueError, AttributeError, OverflowError):
        raise UnreadableSource(name, f"task {number} is no judgement") from None
    return row_of(raw, name=name, line=number)


def _evidence(text: str, meta: dict[str, Any], places: list[tuple[int, int]]) -> list[dict[str, int]]:
    """As it was written, unless somebody has changed it: a character may be several of the normalised text, see ``counted``."""
    kept: list[dict[str, int]] = meta["bewijs"]
    if places == (shown(text, [(span["start"], span["end"]) for span in kept]) or []):
        return kept
    if text_hash(text) != meta["sha256"]:
        raise ValueError("evidence in another text")
    spans = counted(text, places)
    if spans is None:
        raise ValueError("evidence without a letter")
    return [{"start": start, "end": end} for start, end in spans]
