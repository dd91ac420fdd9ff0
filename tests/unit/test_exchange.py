"""Judgements in the formats of other programs: exactly the same rows come back, the programs themselves read them, garbage is refused."""

from __future__ import annotations

import gc
import hashlib
import json
import pickle
import tempfile
import zlib
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from srsly import msgpack

from corpus.errors import UnreadableSource, UsageError
from corpus.passages import letter_places, normalised, text_hash
from corpus.store import Store
from corpus.taxonomy import taxonomy
from service.command_line import main
from training.reviews.evidence import counted, shown
from training.reviews.exchange import FORMATS, huggingface, jsonl, validated
from training.reviews.rows import JudgedRow, lines_of

CHECKOUT = Path(__file__).resolve().parents[2]
KINDS = taxonomy().barrier_codes
TEXT = "Het is verboden 😀 zonder vergunning,\nten hoogste 2.5 m² en ½ uur."
ODD_TEXTS = ["", "😀", "\n\n", "ﬁets é e\u0301 ½ ß", TEXT, "a" * 300, "1.2.3 😀\r\nx"]


def row(**changed: Any) -> JudgedRow:
    start = normalised(TEXT).index("zondervergunning")
    told: dict[str, Any] = {
        "initiatief": "i1",
        "verwijzing": "X1/artikel-1/lid-1",
        "versie": "2024-02-29",
        "sha256": text_hash(TEXT),
        "oordeel": "aangepast",
        "soorten": ("vergunningplicht", "verbod"),
        "zwaarte": 2,
        "bewijs": ((start, start + 16), (start, start + 6)),
        "beoordelaar": "u1",
        "beslecht": False,
        "trekkans": 0.125,
        "voorstel": "v1",
        "dag": "2026-06-28",
    }
    return JudgedRow(**told | changed)


def plain(most: int = 12) -> st.SearchStrategy[str]:
    return st.text(st.characters(exclude_categories=("Cc", "Cs")), min_size=1, max_size=most)


@st.composite
def rows_with_texts(draw: st.DrawFn) -> tuple[list[JudgedRow], dict[str, str]]:
    texts = {text_hash(text): text for text in draw(st.lists(st.sampled_from(ODD_TEXTS) | st.text(max_size=40), max_size=4))}
    rows = []
    for _ in range(draw(st.integers(0, 5))):
        verdict = draw(st.sampled_from(["bevestigd", "afgewezen", "aangepast", "toegevoegd"]))
        spans = st.tuples(st.integers(0, 60), st.integers(1, 30)).map(lambda one: (one[0], one[0] + one[1]))
        chosen = JudgedRow(
            initiatief=draw(plain()),
            verwijzing="X1/" + draw(st.text("abc%#é😀:-", min_size=1, max_size=8)),
            versie=draw(st.just("") | st.dates().map(str)),
            sha256=draw(st.sampled_from([*texts, "0" * 64])),
            oordeel=verdict,
            soorten=() if verdict == "afgewezen" else tuple(draw(st.lists(st.sampled_from(KINDS), unique=True))),
            zwaarte=draw(st.integers(0, 3)),
            bewijs=tuple(draw(st.lists(spans, max_size=5))),
            beoordelaar=draw(plain()),
            beslecht=draw(st.booleans()),
            betreft=draw(st.sampled_from(["initiatief", "bepaling"])),
            steekproef=draw(st.sampled_from(["", "toeval", "actief"])),
            trekkans=draw(st.none() | st.floats(0, 1)),
            voorstel=draw(st.none() | plain()),
            dag=draw(st.just("") | st.dates().map(str)),
        )
        rows.append(chosen)
    return rows, texts


@pytest.mark.parametrize("name", FORMATS)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(given_rows=rows_with_texts())
def test_what_goes_out_comes_back(name: str, given_rows: tuple[list[JudgedRow], dict[str, str]]) -> None:
    rows, texts = given_rows
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / f"out{FORMATS[name].suffix}"
        FORMATS[name].write(rows, texts, target)
        assert FORMATS[name].read(target) == rows
        assert not list(Path(folder).glob(".*"))


@given(st.text(max_size=60) | st.sampled_from(ODD_TEXTS), st.data())
def test_evidence_there_and_back(text: str, draw: st.DataObject) -> None:
    letters = normalised(text)
    assert shown(text, [(0, len(letters) + 1)]) is None
    if (places := letter_places(text)) is None or not letters:
        return
    start = draw.draw(st.integers(0, len(letters) - 1))
    end = draw.draw(st.integers(start + 1, len(letters)))
    back = counted(text, shown(text, [(start, end)]) or [])
    assert back is not None
    ((first, last),) = back
    assert first <= start < end <= last  # wider only where one character is several of the normalised text
    assert places[first] == places[start] and places[last - 1] == places[end - 1]


def test_datasets_loads_the_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import datasets

    rows = [row(), row(oordeel="afgewezen", soorten=(), bewijs=(), trekkans=None, voorstel=None)]
    FORMATS["huggingface"].write(rows, {}, tmp_path / "out")
    by_file = datasets.load_dataset(
        "parquet", data_files=str(tmp_path / "out" / huggingface.FILE), cache_dir=str(tmp_path / "cache"), split="train"
    )
    by_folder = datasets.load_dataset(str(tmp_path / "out"), cache_dir=str(tmp_path / "cache2"), split="train")
    for loaded in (by_file, by_folder):
        assert [JudgedRow.of_json(one) for one in loaded] == rows
    assert by_folder.features == by_file.features  # those of the card are those of the file


def test_spacy_reads_the_documents(tmp_path: Path) -> None:
    import spacy
    from spacy.tokens import DocBin

    rows = [row(), row(sha256="0" * 64)]
    FORMATS["spacy"].write(rows, {text_hash(TEXT): TEXT}, tmp_path / "out.spacy")
    documents = list(DocBin().from_disk(tmp_path / "out.spacy").get_docs(spacy.blank("nl").vocab))
    assert [doc.text for doc in documents] == [TEXT, ""]
    assert [span.text for span in documents[0].spans["bewijs"]] == ["zonder vergunning", "zonder"]
    assert [kind for kind, on in documents[0].cats.items() if on] == ["verbod", "vergunningplicht"]
    assert set(documents[0].cats) == set(KINDS)


@pytest.mark.filterwarnings("ignore:ConjunctiveGraph:DeprecationWarning")  # rdflib uses its own, in its own reader
def test_webannotation_as_linked_data(tmp_path: Path) -> None:
    """Quotes are of the clause; the context that the format names is on the web, so a small one takes its place here."""
    from rdflib import Graph, URIRef

    FORMATS["webannotation"].write([row(), row(sha256="0" * 64)], {text_hash(TEXT): TEXT}, tmp_path / "out.jsonld")
    raw = json.loads((tmp_path / "out.jsonld").read_text(encoding="utf-8"))
    snapshot = "".join(lines_of([row(), row(sha256="0" * 64)]))
    assert raw["@context"][0] == "http://www.w3.org/ns/anno.jsonld"
    assert raw["id"] == f"urn:sha256:{hashlib.sha256(snapshot.encode()).hexdigest()}"
    known, unknown = raw["first"]["items"]
    quotes = [one["selector"][1] for one in known["target"] if one["source"] == "urn:regelruimte:bepaling:X1/artikel-1/lid-1"]
    assert [one["exact"] for one in quotes] == ["zonder vergunning", "zonder"]
    assert all(one["prefix"] + one["exact"] + one["suffix"] in TEXT for one in quotes)
    assert [one["selector"]["type"] for one in unknown["target"]] == ["TextPositionSelector"] * 2
    raw["@context"][0] = {"@vocab": "http://www.w3.org/ns/oa#", "id": "@id", "type": "@type"}
    graph = Graph().parse(data=json.dumps(raw), format="json-ld")
    assert sorted(map(str, graph.objects(None, URIRef("urn:regelruimte:beoordeling:zwaarte")))) == ["2", "2"]


def test_labelstudio_takes_corrections(tmp_path: Path) -> None:
    target = tmp_path / "out.json"
    FORMATS["labelstudio"].write([row()], {text_hash(TEXT): TEXT}, target)
    view = ElementTree.parse(tmp_path / "out.xml").getroot()
    names = {element.get("name") for element in view if element.get("name")}
    (task,) = json.loads(target.read_text(encoding="utf-8"))
    results = task["annotations"][0]["result"]
    assert {one["from_name"] for one in results} | {"tekst"} == names
    assert task["data"]["text"] == TEXT
    first = next(one for one in results if one["type"] == "labels")
    assert TEXT[first["value"]["start"] : first["value"]["end"]] == first["value"]["text"] == "zonder vergunning"
    first["value"] |= {"start": 0, "end": 6, "text": "Het is"}
    next(one for one in results if one["from_name"] == "soorten")["value"]["choices"] = ["verbod"]
    target.write_text(json.dumps([task]), encoding="utf-8")
    (corrected,) = FORMATS["labelstudio"].read(target)
    assert corrected == row(soorten=("verbod",), bewijs=((0, 5), row().bewijs[1]))
    task["data"]["text"] = "Iets anders dat er niet stond, en lang genoeg is."
    target.write_text(json.dumps([task]), encoding="utf-8")
    with pytest.raises(UnreadableSource, match="task 1"):
        FORMATS["labelstudio"].read(target)
    target.write_text(json.dumps([task | {"annotations": task["annotations"] * 2}]), encoding="utf-8")
    with pytest.raises(UnreadableSource, match="task 1 has 2 annotations"):
        FORMATS["labelstudio"].read(target)


WRONG = [
    {"initiatief": ""},
    {"initiatief": "x\x00"},
    {"initiatief": "\ud800"},
    {"beoordelaar": "x" * 201},
    {"verwijzing": "X1 artikel 1"},
    {"versie": "gisteren"},
    {"versie": "2023-02-29"},
    {"dag": "20260628"},
    {"sha256": "0" * 63},
    {"sha256": "G" * 64},
    {"oordeel": "teruggenomen"},
    {"soorten": ["ontheffing"]},  # gives room, and is no barrier
    {"soorten": ["verbod", "verbod"]},
    {"soorten": [["verbod"]]},
    {"soorten": "verbod"},
    {"oordeel": "afgewezen"},  # with kinds
    {"zwaarte": 4},
    {"zwaarte": True},
    {"zwaarte": "2"},
    {"bewijs": [{"start": 3, "end": 3}]},
    {"bewijs": [{"start": -1, "end": 3}]},
    {"bewijs": [{"start": 0, "end": 1.5}]},
    {"bewijs": [{"start": 0, "end": 10**12}]},
    {"bewijs": [{"start": 0, "end": 1}] * 1_001},
    {"bewijs": [[0, 1]]},
    {"beslecht": 1},
    {"betreft": "iets"},
    {"steekproef": "iets"},
    {"trekkans": 1.5},
    {"trekkans": float("nan")},
    {"voorstel": ""},
]


@pytest.mark.parametrize("wrong", WRONG, ids=lambda wrong: f"{next(iter(wrong))}-{str(next(iter(wrong.values())))[:20]!a}")
def test_rows_that_nobody_decided(tmp_path: Path, wrong: dict[str, Any]) -> None:
    (tmp_path / "in.jsonl").write_text(json.dumps(row().to_json()) + "\n" + json.dumps(row().to_json() | wrong) + "\n")
    with pytest.raises(UnreadableSource, match=r"in.jsonl, line 2: "):
        FORMATS["jsonl"].read(tmp_path / "in.jsonl")


def test_rows_as_objects_are_checked_too() -> None:
    assert validated([row()], name="x") == [row()]
    with pytest.raises(UnreadableSource, match="x, line 2: 'zwaarte' cannot be 9"):
        validated([row(), row(zwaarte=9)], name="x")


def put(name: str, folder: Path, content: bytes) -> Path:
    """A file, or a folder with one, as a format is read from."""
    source = folder / f"in{FORMATS[name].suffix}"
    if name != "huggingface":
        source.write_bytes(content)
        return source
    (source / "data").mkdir(parents=True)
    (source / huggingface.FILE).write_bytes(content)
    return source


GARBAGE = {
    "random": bytes(range(256)) * 20,
    "text": b"dit is geen bestand",
    "pickle": pickle.dumps({"user_data": [1]}),
    "nested": b"[" * 200_000,
    "huge number": b"1" * 10_000,
    "not utf-8": b'{"initiatief": "\xff"}',
    "another object": b'{"first": {"items": [3]}}',
    "list of numbers": b"[3]",
    "compressed nothing": zlib.compress(b""),
    "deep msgpack": zlib.compress(b"\x91" * 100_000),
    "another msgpack": zlib.compress(msgpack.packb({"user_data": [msgpack.packb({"regelruimte": 3})]})),
    "msgpack of an array": zlib.compress(msgpack.packb({"user_data": [b"\xc1"]})),
}


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("content", GARBAGE.values(), ids=GARBAGE.keys())
def test_garbage_is_refused(tmp_path: Path, name: str, content: bytes) -> None:
    with pytest.raises(UnreadableSource):
        FORMATS[name].read(put(name, tmp_path, content))
    assert gc.isenabled()


@pytest.mark.parametrize("name", FORMATS)
def test_what_is_cut_off_is_refused(tmp_path: Path, name: str) -> None:
    FORMATS[name].write([row()] * 3, {text_hash(TEXT): TEXT}, tmp_path / "whole")
    whole = tmp_path / "whole"
    content = (whole / huggingface.FILE if whole.is_dir() else whole).read_bytes()
    for length in (1, len(content) // 3 + 7, len(content) // 2, len(content) - 5):
        source = tmp_path / str(length)
        source.mkdir()
        with pytest.raises(UnreadableSource):
            FORMATS[name].read(put(name, source, content[:length]))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(place=st.integers(0, 10_000), value=st.integers(0, 255))
@pytest.mark.parametrize("name", ["huggingface", "spacy"])
def test_a_changed_byte_is_refused_or_harmless(tmp_path: Path, name: str, place: int, value: int) -> None:
    with tempfile.TemporaryDirectory(dir=tmp_path) as folder:
        whole = Path(folder) / "whole"
        FORMATS[name].write([row()], {text_hash(TEXT): TEXT}, whole)
        content = bytearray((whole / huggingface.FILE if whole.is_dir() else whole).read_bytes())
        content[place % len(content)] = value
        try:
            found = FORMATS[name].read(put(name, Path(folder), bytes(content)))
        except UnreadableSource:
            return
        validated(found, name="found")


def test_a_table_without_a_column_is_refused(tmp_path: Path) -> None:
    table = pa.Table.from_pylist([row().to_json()], schema=huggingface._schema())
    (tmp_path / "data").mkdir()
    for name in huggingface._schema().names:
        pq.write_table(table.drop_columns([name]), tmp_path / huggingface.FILE)
        with pytest.raises(UnreadableSource):
            FORMATS["huggingface"].read(tmp_path)


def test_bombs_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "in.jsonl").write_bytes(b'{"initiatief": "' + b"x" * (jsonl.MAX_LINE + 10))
    with pytest.raises(UnreadableSource, match="line 1: longer than the 1 MB"):
        FORMATS["jsonl"].read(tmp_path / "in.jsonl")
    told = row().to_json()
    long = [told | {"initiatief": "x" * 100_000}] * 1_000
    (tmp_path / "long/data").mkdir(parents=True)
    pq.write_table(pa.Table.from_pylist(long, schema=huggingface._schema()), tmp_path / "long" / huggingface.FILE)
    with pytest.raises(UnreadableSource, match="'initiatief' holds a value of more than"):
        FORMATS["huggingface"].read(tmp_path / "long")
    (tmp_path / "lists/data").mkdir(parents=True)
    many = [told | {"bewijs": [{"start": 0, "end": 1}] * 5_000}]
    pq.write_table(pa.Table.from_pylist(many, schema=huggingface._schema()), tmp_path / "lists" / huggingface.FILE)
    with pytest.raises(UnreadableSource, match="lists of more than"):
        FORMATS["huggingface"].read(tmp_path / "lists")
    monkeypatch.setattr("training.reviews.exchange.files.MAX_BYTES", 2**20)
    (tmp_path / "in.spacy").write_bytes(zlib.compress(b"\x00" * 2**22))
    with pytest.raises(UnreadableSource, match="becomes larger than the 1 MB"):
        FORMATS["spacy"].read(tmp_path / "in.spacy")
    (tmp_path / "in.json").write_bytes(b" " * 2**21)
    with pytest.raises(UnreadableSource, match="larger than the 1 MB"):
        FORMATS["labelstudio"].read(tmp_path / "in.json")


@pytest.mark.parametrize("name", FORMATS)
def test_nothing_is_overwritten(tmp_path: Path, name: str) -> None:
    (tmp_path / "out").write_text("mine")
    with pytest.raises(UsageError, match="exists already"):
        FORMATS[name].write([row()], {}, tmp_path / "out")
    assert (tmp_path / "out").read_text() == "mine"
    with pytest.raises(UnreadableSource):
        FORMATS[name].read(tmp_path / "nothing")


def test_tasks_and_their_configuration_are_two_files(tmp_path: Path) -> None:
    (tmp_path / "out.xml").write_text("mine")
    for name in ("out.json", "other.xml"):
        with pytest.raises(UsageError, match=".xml"):
            FORMATS["labelstudio"].write([row()], {}, tmp_path / name)
    assert [one.name for one in tmp_path.iterdir()] == ["out.xml"]


@pytest.mark.parametrize("name", FORMATS)
def test_the_commands(tmp_path: Path, name: str, capsys: pytest.CaptureFixture[str]) -> None:
    store = tmp_path / "S"
    assert main(["corpus", "add", str(CHECKOUT / "corpus/sample/regelingen"), "--store", str(store)], {}) == 0
    clause = Store(store).clause("CVDR900001/artikel-1:2/lid-1")
    here = row(verwijzing=clause.ref, sha256=text_hash(clause.text), bewijs=((45, 71),))
    snapshot, target, back = tmp_path / "m.jsonl", tmp_path / f"out{FORMATS[name].suffix}", tmp_path / "terug.jsonl"
    snapshot.write_text("".join(lines_of([here, row()])), encoding="utf-8")
    capsys.readouterr()
    words = ["export", "judgements", str(snapshot), "--format", name, "--store", str(store), "--output", str(target)]
    assert main(words, {}) == 0
    assert "2 judgements, 1 of them about a clause whose text is known" in capsys.readouterr().out
    assert main(words, {}) == 2
    assert "exists already" in capsys.readouterr().err
    words = ["import", "judgements", str(target), "--format", name, "--output", str(back)]
    assert main(words, {}) == 0
    assert back.read_bytes() == snapshot.read_bytes()
    assert main(words, {}) == 2
    assert main([*words[:2], str(tmp_path / "nothing"), *words[3:-1], str(tmp_path / "n.jsonl")], {}) == 2
    assert "no such file" in capsys.readouterr().err
    assert main([*words[:2], str(put(name, tmp_path / "S", b"onzin")), *words[3:-1], str(tmp_path / "n.jsonl")], {}) == 1
    err = capsys.readouterr().err
    assert err.startswith("regelruimte: ") and err.count("\n") == 1
    assert not (tmp_path / "n.jsonl").exists()


def test_the_formats_are_documented() -> None:
    told = (CHECKOUT / "docs/reviews-out-and-in.md").read_text(encoding="utf-8")
    assert all(f"| `{name}` |" in told for name in FORMATS)
