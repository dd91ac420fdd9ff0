"""Archives from strangers."""

from __future__ import annotations

import gzip
import io
import tarfile
import zipfile
from functools import partial
from pathlib import Path

import pytest

from corpus import archives
from corpus.archives import is_archive, members, open_gzip
from corpus.decoding import decode
from corpus.errors import UnreadableSource, UnsafeSource
from corpus.records import SourceFile


def on_disk(path: Path) -> SourceFile:
    return SourceFile(name=path.name, size=path.stat().st_size, open=partial(path.open, "rb"))


def make_zip(path: Path, files: dict[str, bytes]) -> SourceFile:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return on_disk(path)


def make_tar(path: Path, files: dict[str, bytes], mode: str = "w:xz") -> SourceFile:
    with tarfile.open(path, mode) as archive:  # type: ignore[call-overload]
        for name, content in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return on_disk(path)


FILES = {"map/a.xml": b"<a/>", "./b.md": b"## B"}


def test_members_of_zip_and_tar(tmp_path: Path) -> None:
    for file in (
        make_zip(tmp_path / "x.zip", FILES),
        make_tar(tmp_path / "x.tar.xz", FILES),
        make_tar(tmp_path / "x.tar", FILES, "w"),
    ):
        assert is_archive(file)
        found = {member.name: member.read() for member in members(file)}
        assert found == {f"{file.name}!/map/a.xml": b"<a/>", f"{file.name}!/b.md": b"## B"}


def test_a_word_document_is_no_archive(tmp_path: Path) -> None:
    assert not is_archive(make_zip(tmp_path / "x.docx", {"word/document.xml": b"<x/>"}))


@pytest.mark.parametrize("name", ["../x", "/etc/x", "a/../../x", "C:/x", "a\\..\\x"])
def test_names_that_point_outside(tmp_path: Path, name: str) -> None:
    for file in (make_zip(tmp_path / "x.zip", {name: b"x"}), make_tar(tmp_path / "x.tar", {name: b"x"}, "w")):
        with pytest.raises(UnsafeSource, match="outside itself"):
            list(members(file))


def test_links_and_devices_are_passed_over(tmp_path: Path) -> None:
    with tarfile.open(tmp_path / "x.tar", "w") as archive:
        for name, kind in (("link", tarfile.SYMTYPE), ("device", tarfile.CHRTYPE)):
            info = tarfile.TarInfo(name)
            info.type, info.linkname = kind, "/etc/passwd"
            archive.addfile(info)
    assert list(members(on_disk(tmp_path / "x.tar"))) == []


def test_bombs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With small limits, so that the bombs are small as well."""
    monkeypatch.setattr(archives, "RATIO_FROM", 10_000)
    monkeypatch.setattr(archives, "MAX_RATIO", 50)
    with pytest.raises(UnsafeSource, match="50 times its size"):
        list(members(make_zip(tmp_path / "a.zip", {"x": b"0" * 1_000_000})))
    monkeypatch.setattr(archives, "MAX_UNPACKED", 2**20)
    with pytest.raises(UnsafeSource, match="more than 1 MB"):
        list(members(make_tar(tmp_path / "b.tar.xz", {str(n): b"0" * 300_000 for n in range(5)})))
    monkeypatch.setattr(archives, "MAX_MEMBERS", 3)
    with pytest.raises(UnsafeSource, match="more than 3 files"):
        list(members(make_zip(tmp_path / "c.zip", {str(n): b"" for n in range(5)})))
    (tmp_path / "d.jsonl.gz").write_bytes(gzip.compress(b"0" * 3_000_000))
    with open_gzip(on_disk(tmp_path / "d.jsonl.gz")) as stream, pytest.raises(UnsafeSource):
        while stream.read(2**16):
            pass


def test_archives_in_archives(tmp_path: Path) -> None:
    inner = make_zip(tmp_path / "1.zip", {"a.md": b"x"})
    deep = SourceFile(name="0.zip!/1.zip!/2.zip", size=inner.size, open=inner.open)
    with pytest.raises(UnsafeSource, match="deep"):
        list(members(deep))


def test_truncated(tmp_path: Path) -> None:
    for file in (
        make_zip(tmp_path / "x.zip", {"a": b"x" * 9999}),
        make_tar(tmp_path / "x.tar.xz", {"a": bytes(range(256)) * 99}),
    ):
        path = tmp_path / file.name
        path.write_bytes(path.read_bytes()[:-60])
        with pytest.raises(UnreadableSource, match="truncated or damaged|cannot be read"):
            list(members(on_disk(path)))
    path = tmp_path / "y.gz"
    path.write_bytes(gzip.compress(b"x" * 9999)[:-8])
    with open_gzip(on_disk(path)) as stream, pytest.raises(UnreadableSource, match="truncated"):
        stream.read()


DECODED = [
    ("één €5".encode(), "één €5"),
    ("één €5".encode("utf-8-sig"), "één €5"),
    ("één €5".encode("utf-16"), "één €5"),
    ("een, twee, drie".encode("utf-16-le"), "een, twee, drie"),
    ("één €5".encode("cp1252"), "één €5"),
]


@pytest.mark.parametrize(("data", "text"), DECODED)
def test_decode(data: bytes, text: str) -> None:
    assert decode(data, name="x") == text


@pytest.mark.parametrize(("data", "reason"), [(b"", "empty"), (b" \n", "empty"), (b"a\nb\x00c\n", "line 2: holds NUL")])
def test_no_text(data: bytes, reason: str) -> None:
    with pytest.raises(UnreadableSource, match=reason):
        decode(data, name="x")
