"""Adding files: every one is read, joined or refused, and a change is whole."""

from __future__ import annotations

import gzip
import json
import tarfile
import zipfile
from pathlib import Path

import pytest

from corpus.adding import add_paths
from corpus.errors import UnreadableSource, UnsafeSource, UsageError
from corpus.store import Store

MARKDOWN = "## Regeling proef\n\n### Artikel  1  \n\n1.  Het mag.  \n2.  Het eerste lid geldt niet in juni.\n"


def clause(ref: str, text: str = "Het is verboden.", **more: object) -> str:
    return json.dumps({"ref": ref, "title": "Proefregeling", "level": "gemeente", "heading": "Proef", "text": text, **more})


def jsonl(path: Path, *lines: str) -> Path:
    path.write_text("".join(line + "\n" for line in lines), encoding="utf-8")
    return path


def test_jsonl_keeps_its_refs_and_order(tmp_path: Path) -> None:
    file = jsonl(
        tmp_path / "a.jsonl", clause("X1/artikel-2", "Twee."), clause("X2/a", "Anders."), clause("X1/artikel-1", "Een.")
    )
    report = add_paths([file], store=tmp_path / "S")
    store = Store(tmp_path / "S")
    assert (report.regulations, report.clauses) == (2, 3)
    assert [(c.ref, c.text) for c in store.clauses("X1")] == [("X1/artikel-2", "Twee."), ("X1/artikel-1", "Een.")]
    assert store.regulations["X2"].level == "gemeente"


def test_gzipped_jsonl(tmp_path: Path) -> None:
    file = tmp_path / "a.jsonl.gz"
    file.write_bytes(gzip.compress((clause("X1/a") + "\n").encode()))
    assert add_paths([file], store=tmp_path / "S").clauses == 1


def test_a_tar_of_the_dump_by_several_processes_equals_a_folder_by_one(tmp_path: Path) -> None:
    folder = tmp_path / "bron"
    for number in range(450):
        place = folder / "wet" / f"wet{number}" / f"BWBR00{number:05}"
        place.mkdir(parents=True)
        (place / "README.md").write_text(MARKDOWN, encoding="utf-8")
    with tarfile.open(tmp_path / "bron.tar.xz", "w:xz") as archive:
        archive.add(folder, arcname=".")
    add_paths([tmp_path / "bron.tar.xz"], store=tmp_path / "A", workers=2)
    add_paths([folder], store=tmp_path / "B", workers=1)
    one, other = Store(tmp_path / "A"), Store(tmp_path / "B")
    assert len(one.regulations) == 450
    assert sorted(one.table()["ref"].to_pylist()) == sorted(other.table()["ref"].to_pylist())
    assert one.clauses("BWBR0000007") == other.clauses("BWBR0000007")
    assert one.verify() == []


def test_every_file_of_a_folder_is_accounted_for(tmp_path: Path) -> None:
    folder = tmp_path / "bron"
    (folder / "wet/x/BWBR0000001").mkdir(parents=True)
    (folder / "wet/x/BWBR0000001/README.md").write_text(MARKDOWN, encoding="utf-8")
    (folder / "README.md").write_text("# Over deze map\n", encoding="utf-8")
    (folder / "leeg.xml").touch()
    (folder / "plaatje.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    (folder / "vreemd.xml").write_text("<iets/>", encoding="utf-8")
    (folder / "kapot.xml").write_text("<toestand><a></toestand>", encoding="utf-8")
    jsonl(folder / "stuk.jsonl", clause("X1/a"), "{not json")
    report = add_paths([folder], store=tmp_path / "S")
    refused = {Path(refusal.name).name: (refusal.reason, refusal.line) for refusal in report.refused}
    assert len(report.read) == 1
    assert set(refused) == {"README.md", "leeg.xml", "plaatje.png", "vreemd.xml", "kapot.xml", "stuk.jsonl"}
    assert "empty" in refused["leeg.xml"][0]
    assert "png" in refused["plaatje.png"][0]
    assert "root element iets" in refused["vreemd.xml"][0]
    assert refused["kapot.xml"][1] == 1
    assert refused["stuk.jsonl"] == ("no valid JSON", 2)
    assert list(Store(tmp_path / "S").regulations) == ["BWBR0000001"]


BROKEN = [
    # one broken line refuses the file
    ([clause("X1/a"), "{"], "line 2: no valid JSON"),
    ([clause("X1/a"), "[]"], "line 2: not a JSON object"),
    ([clause("X1/a", text="")], 'line 1: "text" is missing or empty'),
    (['{"ref": 3}'], 'line 1: "ref" is not a text'),
    ([clause("zonder-streep")], "line 1: .*not of the form"),
    ([clause("X1/a"), clause("X1/b"), clause("X1/a")], "line 3: repeats the ref X1/a"),
    ([""], "holds no clause|the file is empty"),
    (["[" * 100_000], "line 1: no valid JSON"),
]


@pytest.mark.parametrize(("lines", "message"), BROKEN)
def test_broken_jsonl(tmp_path: Path, lines: list[str], message: str) -> None:
    with pytest.raises(UnreadableSource, match=message):
        add_paths([jsonl(tmp_path / "a.jsonl", *lines)], store=tmp_path / "S")
    assert not (tmp_path / "S" / "store.json").exists()


def test_a_line_of_300_mb(tmp_path: Path) -> None:
    file = tmp_path / "a.jsonl"
    with file.open("wb") as stream:
        stream.write(clause("X1/a").encode() + b"\n")
        for _ in range(300):
            stream.write(b"x" * 2**20)
    with pytest.raises(UnsafeSource, match="line 2: longer than the 8 MB"):
        add_paths([file], store=tmp_path / "S")


def test_the_store_is_as_it_was_after_a_refused_file(tmp_path: Path) -> None:
    add_paths([jsonl(tmp_path / "a.jsonl", clause("X1/a"))], store=tmp_path / "S")
    before = (tmp_path / "S/store.json").read_bytes()
    with pytest.raises(UnreadableSource):
        add_paths([jsonl(tmp_path / "b.jsonl", clause("X2/a"), "{")], store=tmp_path / "S")
    assert (tmp_path / "S/store.json").read_bytes() == before
    assert list(Store(tmp_path / "S").regulations) == ["X1"]


HOSTILE = [
    # XXE
    b'<!DOCTYPE toestand [<!ENTITY x SYSTEM "file:///etc/passwd">]><toestand>&x;</toestand>',
    # billion laughs
    b'<!DOCTYPE toestand [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]><toestand>&b;</toestand>',
]


@pytest.mark.parametrize("content", HOSTILE)
def test_hostile_xml(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "a.xml"
    file.write_bytes(content)
    with pytest.raises(UnsafeSource, match="a.xml: declares XML entities"):
        add_paths([file], store=tmp_path / "S")


def test_a_zip_that_points_outside_itself(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("../../x.jsonl", clause("X1/a"))
    with pytest.raises(UnreadableSource, match="outside itself"):
        add_paths([tmp_path / "a.zip"], store=tmp_path / "S")
    assert not (tmp_path.parent / "x.jsonl").exists()


def test_a_path_that_does_not_exist(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no such file"):
        add_paths([tmp_path / "nothing"], store=tmp_path / "S")


def test_an_empty_folder(tmp_path: Path) -> None:
    (tmp_path / "bron").mkdir()
    with pytest.raises(UnreadableSource, match="holds no file"):
        add_paths([tmp_path / "bron"], store=tmp_path / "S")
