"""From paths to regulations: find the files, recognise what each is, put together what belongs together.

A folder or archive may hold anything. Every file in it ends in exactly one of four ways, and the report says which: *read*,
*joined* with the file it belongs to (OW files with their text, WTI with its toestand), *refused* with a reason, or, for a
folder entry that is not a file, left out.
"""

from __future__ import annotations

import io
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import BinaryIO

from corpus.archives import is_archive, members
from corpus.errors import UnreadableSource, UnsafeSource, UsageError
from corpus.readers import COMPANIONS, recognise
from corpus.records import SourceFile, SourceUnit

_PACKAGE_FOLDERS = frozenset({"regeling", "ow-bestanden"})
_BWB_ID = re.compile(rb"BWB[RVW]\w?\d{4,7}")
_HEAD = 16_384


@dataclass(frozen=True, kw_only=True)
class FoundUnit:
    """A unit that some reader says it can read."""

    format: str
    unit: SourceUnit
    explicit: bool = False  # the person named this very file


@dataclass(frozen=True, kw_only=True)
class Refusal:
    """A file that is not read, and why."""

    name: str
    reason: str
    line: int | None = None
    explicit: bool = False
    unsafe: bool = False  # reading it would be dangerous

    @classmethod
    def of(cls, error: UnreadableSource, *, explicit: bool) -> Refusal:
        """The refusal that an error amounts to."""
        unsafe = isinstance(error, UnsafeSource)
        return cls(name=error.name, reason=error.reason, line=error.line, explicit=explicit, unsafe=unsafe)

    @property
    def error(self) -> UnreadableSource:
        """The error that this refusal came from."""
        kind = UnsafeSource if self.unsafe else UnreadableSource
        return kind(self.name, self.reason, line=self.line)


Found = FoundUnit | Refusal


@dataclass
class _Package:
    """Files of one folder or archive that must be read together."""

    texts: list[tuple[str, SourceFile]] = field(default_factory=list)
    companions: dict[str, list[SourceFile]] = field(default_factory=lambda: defaultdict(list))


def find_units(paths: Iterable[Path]) -> Iterator[Found]:
    """Everything that the paths lead to.

    Args:
        paths: files, folders (read with all that is below them) and archives.

    Raises:
        UsageError: a path does not exist.
    """
    for path in paths:
        if path.is_dir():
            files = (on_disk(found) for found in sorted(path.rglob("*")) if found.is_file())
            yield from _grouped(files, explicit=False)
        elif path.is_file():
            yield from _grouped([on_disk(path)], explicit=True)
        else:
            raise UsageError(f"{path}: no such file or folder")


def in_memory(file: SourceFile) -> SourceFile:
    """The same file with its content held in memory, so that it can travel to a worker process."""
    data = file.read()
    return SourceFile(name=file.name, size=len(data), open=partial(io.BytesIO, data))


def on_disk(path: Path) -> SourceFile:
    """A file on disk."""
    return SourceFile(name=path.as_posix(), size=path.stat().st_size, open=partial(_open, path))


def _open(path: Path) -> BinaryIO:
    return path.open("rb")


def _grouped(files: Iterable[SourceFile], *, explicit: bool) -> Iterator[Found]:
    packages: dict[str, _Package] = defaultdict(_Package)
    for file in files:
        try:
            if is_archive(file):
                yield from _grouped(members(file), explicit=False)
                continue
            with file.open() as stream:
                head = stream.read(_HEAD)
            format_name = recognise(file.name, head)
        except UnreadableSource as refusal:
            yield Refusal.of(refusal, explicit=explicit)
            continue
        except OSError as error:
            yield Refusal(name=file.name, reason=error.strerror or str(error), explicit=explicit)
            continue
        if format_name in COMPANIONS:
            packages[_package_of(file)].companions[COMPANIONS[format_name]].append(in_memory(file))
        elif format_name in COMPANIONS.values():
            packages[_package_of(file)].texts.append((format_name, file if _lasting(file) else in_memory(file)))
        else:
            yield FoundUnit(format=format_name, unit=SourceUnit(main=file), explicit=explicit)
    for package in packages.values():
        yield from _assembled(package, explicit=explicit)


def _lasting(file: SourceFile) -> bool:
    return "!/" not in file.name


def _package_of(file: SourceFile) -> str:
    """The folder whose files belong together: a download package has its text and its OW files in two sub-folders."""
    folder = file.folder
    return folder.rpartition("/")[0] if folder.rpartition("/")[2].lower() in _PACKAGE_FOLDERS else folder


def _assembled(package: _Package, *, explicit: bool) -> Iterator[Found]:
    joined: set[str] = set()
    for format_name, text in package.texts:
        companions = package.companions.get(format_name, [])
        if format_name == "bwb-xml" and companions:
            own = _ids(text)
            companions = [companion for companion in companions if _ids(companion) & own]
        joined.update(companion.name for companion in companions)
        yield FoundUnit(format=format_name, unit=SourceUnit(main=text, companions=tuple(companions)), explicit=explicit)
    for companions in package.companions.values():
        for companion in companions:
            if companion.name not in joined:
                reason = "the file is empty" if not companion.size else "belongs to a regulation that is not beside it"
                yield Refusal(name=companion.name, reason=reason, explicit=explicit)


def _ids(file: SourceFile) -> set[bytes]:
    with file.open() as stream:
        return set(_BWB_ID.findall(stream.read(_HEAD))[:1]) | set(_BWB_ID.findall(file.basename.encode()))
