"""Looking into archives from strangers: .zip, .tar, .tar.gz, .tar.xz, and single .gz files.

Limits hold on the bytes that really come out, not on what a header claims.
"""

from __future__ import annotations

import gzip
import io
import re
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from functools import partial
from lzma import LZMAError
from typing import BinaryIO, cast

from corpus.errors import UnreadableSource, UnsafeSource
from corpus.records import SourceFile

MAX_UNPACKED = 4 * 2**30
"""Most bytes that one archive may unpack to."""

MAX_MEMBER = 512 * 2**20
"""Most bytes that one member may unpack to."""

MAX_MEMBERS = 200_000

MAX_RATIO = 1000
"""A member that unpacks to more than RATIO_FROM bytes may not be more than this many times its packed size."""

RATIO_FROM = 64 * 2**20
MAX_DEPTH = 2
"""An archive in an archive is read; one deeper is not."""

_ZIP, _XZ, _GZIP, _BZIP2 = b"PK\x03\x04", b"\xfd7zXZ\x00", b"\x1f\x8b", b"BZh"
_BROKEN = (tarfile.TarError, zipfile.BadZipFile, zlib.error, LZMAError, EOFError, gzip.BadGzipFile, NotImplementedError)


def is_archive(file: SourceFile) -> bool:
    """Whether a file holds files: judged by its first bytes. A .docx and a .gz of one file are no archives."""
    with file.open() as stream:
        head = stream.read(512)
    if head.startswith(_ZIP):
        return not _is_office_document(file)
    if head.startswith((_XZ, _GZIP, _BZIP2)):
        return bool(re.search(r"\.(tar\.\w+|tgz|txz)$", file.name.lower()))
    return head[257:262] == b"ustar"


def members(file: SourceFile) -> Iterator[SourceFile]:
    """The files in an archive, in order; folders, links and devices are passed over.

    Members of a tar come with their content, which is let go when the next one is asked for; a zip is opened member by
    member. An archive in an archive is a member like any other.

    Raises:
        UnsafeSource: a name points outside the archive, or a limit of this module is passed.
        UnreadableSource: the archive is truncated, damaged or encrypted. Members before the break have been given.
    """
    if file.name.count("!/") >= MAX_DEPTH:
        raise UnsafeSource(file.name, f"is an archive more than {MAX_DEPTH} deep in other archives")
    with file.open() as stream:
        head = stream.read(4)
    try:
        yield from _zip_members(file) if head == _ZIP else _tar_members(file)
    except _BROKEN as error:
        raise UnreadableSource(file.name, f"the archive is truncated or damaged ({error})") from None
    except (OSError, RuntimeError) as error:
        raise UnreadableSource(file.name, f"the archive cannot be read ({error})") from None


def open_gzip(file: SourceFile) -> BinaryIO:
    """The unpacked content of a .gz file as a stream.

    Raises (also later, while reading):
        UnsafeSource: more than MAX_UNPACKED bytes come out.
        UnreadableSource: the file is truncated or damaged.
    """
    return cast(BinaryIO, _Limited(file))


class _Limited(io.RawIOBase):
    """A stream that stops a bomb."""

    def __init__(self, file: SourceFile) -> None:
        self._raw = file.open()
        self._stream = gzip.GzipFile(fileobj=self._raw)
        self._name, self._packed, self._given = file.name, file.size, 0

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        wanted = size if size >= 0 else MAX_UNPACKED + 1
        try:
            block = self._stream.read(wanted)
        except _BROKEN as error:
            raise UnreadableSource(self._name, f"the file is truncated or damaged ({error})") from None
        self._count(len(block))
        return block

    def readline(self, size: int | None = -1, /) -> bytes:
        try:
            line = self._stream.readline(-1 if size is None else size)
        except _BROKEN as error:
            raise UnreadableSource(self._name, f"the file is truncated or damaged ({error})") from None
        self._count(len(line))
        return line

    def close(self) -> None:
        self._stream.close()
        self._raw.close()
        super().close()

    def _count(self, length: int) -> None:
        self._given += length
        _check_size(self._name, self._given, packed=self._packed, limit=MAX_UNPACKED)


def _tar_members(file: SourceFile) -> Iterator[SourceFile]:
    total = 0
    with file.open() as stream, tarfile.open(fileobj=stream, mode="r|*") as archive:
        for number, member in enumerate(archive):
            _check_member(file.name, member.name, number)
            if not member.isfile():
                continue
            content = archive.extractfile(member)
            data = content.read(MAX_MEMBER + 1) if content else b""
            total += len(data)
            _check_size(file.name, total, packed=None, limit=MAX_UNPACKED)
            _check_size(f"{file.name}!/{member.name}", len(data), packed=None, limit=MAX_MEMBER)
            if len(data) < member.size:
                raise UnreadableSource(file.name, f"the archive is truncated in {member.name}")
            yield SourceFile(name=f"{file.name}!/{_tidy(member.name)}", size=len(data), open=partial(io.BytesIO, data))


def _zip_members(file: SourceFile) -> Iterator[SourceFile]:
    total = 0
    with file.open() as stream, zipfile.ZipFile(stream) as archive:
        for number, member in enumerate(archive.infolist()):
            _check_member(file.name, member.filename, number)
            kind = (member.external_attr >> 16) & 0o170000
            if member.is_dir() or kind not in (0, 0o100000):
                continue
            if member.flag_bits & 1:
                raise UnreadableSource(file.name, f"{member.filename} is encrypted")
            name = f"{file.name}!/{_tidy(member.filename)}"
            total += member.file_size
            _check_size(name, member.file_size, packed=member.compress_size, limit=MAX_MEMBER)
            _check_size(file.name, total, packed=None, limit=MAX_UNPACKED)
            yield SourceFile(name=name, size=member.file_size, open=partial(_open_zip_member, file, member.filename))


def _open_zip_member(file: SourceFile, member: str) -> BinaryIO:
    """One member, read with the limit on what really comes out."""
    name = f"{file.name}!/{member}"
    try:
        with file.open() as stream, zipfile.ZipFile(stream) as archive, archive.open(member) as content:
            data = content.read(MAX_MEMBER + 1)
    except _BROKEN as error:
        raise UnreadableSource(name, f"the archive is truncated or damaged ({error})") from None
    _check_size(name, len(data), packed=archive.getinfo(member).compress_size, limit=MAX_MEMBER)
    return io.BytesIO(data)


def _check_member(archive: str, name: str, number: int) -> None:
    if number >= MAX_MEMBERS:
        raise UnsafeSource(archive, f"holds more than {MAX_MEMBERS:,} files")
    if name.startswith(("/", "\\")) or re.match(r"[A-Za-z]:", name) or "\\" in name or ".." in name.split("/"):
        raise UnsafeSource(archive, f"names a file outside itself: {name!r}")


def _check_size(name: str, size: int, *, packed: int | None, limit: int) -> None:
    if size > limit:
        raise UnsafeSource(name, f"unpacks to more than {limit // 2**20:,} MB")
    if packed is not None and size > RATIO_FROM and size > MAX_RATIO * max(packed, 1):
        raise UnsafeSource(name, f"unpacks to more than {MAX_RATIO:,} times its size")


def _tidy(name: str) -> str:
    return "/".join(part for part in name.split("/") if part not in ("", "."))


def _is_office_document(file: SourceFile) -> bool:
    try:
        with file.open() as stream, zipfile.ZipFile(stream) as archive:
            return "word/document.xml" in archive.namelist()
    except (zipfile.BadZipFile, OSError):
        return False
