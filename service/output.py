"""Where results go: standard output, or a file that appears only when it is complete."""

from __future__ import annotations

import fcntl
import glob
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from corpus.errors import UnreadableSource, UserError


@contextmanager
def output_lines(path: Path | None) -> Iterator[Callable[[str], None]]:
    """Write lines to a file, or to standard output when there is none.

    The file is written under another name and renamed at the end: a command that stops half-way leaves no half file.

    Raises:
        UserError: the file cannot be written.
    """
    if path is None:
        yield print
        return
    temporary = path.with_name(f".{path.name}.tmp")
    try:
        with temporary.open("w", encoding="utf-8") as stream:

            def write(line: str) -> None:
                stream.write(line + "\n")

            yield write
        temporary.replace(path)
    except OSError as error:
        raise UserError(f"{path}: cannot be written ({error.strerror})") from None
    finally:
        temporary.unlink(missing_ok=True)


@contextmanager
def resumable_lines(path: Path, *, key: str, step: int) -> Iterator[tuple[int, Callable[[str], None]]]:
    """Write lines to a file, going on where the same work was cut off before.

    What is unfinished stands beside the file, as ``.NAME.KEY.tmp``, and gets its name when it is complete. It stays there
    whatever stops the work, even kill -9 or a power cut, unless the input turns out to be unreadable or nothing was done yet.

    Args:
        path: the file.
        key: of all that the lines depend on; unfinished work of another key is thrown away.
        step: lines that are on disk together; a number that is no multiple of it was cut off.

    Yields:
        How many lines are there already, a multiple of ``step``, and a function to call with every further line.

    Raises:
        UserError: the file cannot be written, or another program is writing it.
    """
    temporary = path.with_name(f".{path.name}.{key}.tmp")
    try:
        for other in path.parent.glob(f".{glob.escape(path.name)}.{'?' * len(key)}.tmp"):
            if other != temporary:
                with other.open("rb") as unfinished:
                    _alone(unfinished, path)
                    other.unlink()
        with temporary.open("a+b") as stream:
            _alone(stream, path)
            if not temporary.exists():
                raise UserError(f"{path}: another program has just written it")
            done = _whole_steps(stream, step)
            count = done

            def write(line: str) -> None:
                nonlocal count
                stream.write(line.encode() + b"\n")
                count += 1
                if count % step == 0:
                    _to_disk(stream)

            try:
                yield done, write
            except BaseException as error:
                if count < step or isinstance(error, UnreadableSource):
                    temporary.unlink()
                raise
            _to_disk(stream)
            temporary.replace(path)
    except OSError as error:
        raise UserError(f"{path}: cannot be written ({error.strerror})") from None


def _alone(stream: BinaryIO, path: Path) -> None:
    try:
        fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise UserError(f"{path}: another program is writing it") from None


def _whole_steps(stream: BinaryIO, step: int) -> int:
    """Cut off what is behind the last whole step; the number of lines that remain."""
    stream.seek(0)
    lines = kept = end = 0
    while stream.readline().endswith(b"\n"):
        lines += 1
        if lines % step == 0:
            kept, end = lines, stream.tell()
    stream.truncate(end)
    stream.seek(end)
    return kept


def _to_disk(stream: BinaryIO) -> None:
    stream.flush()
    os.fsync(stream.fileno())
