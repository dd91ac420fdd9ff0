"""Files of an exchange: a new one appears whole or not at all, and one from outside is read up to a bound."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from corpus.errors import UnreadableSource, UnsafeSource, UsageError, UserError

MAX_BYTES = 512 * 2**20
"""Largest file that is read, and the most that a compressed one may become."""


def refuse_existing(target: Path) -> None:
    """Nothing is overwritten: what stands there may be the only copy of somebody's judgements.

    Raises:
        UsageError: something stands there.
    """
    if target.exists() or target.is_symlink():
        raise UsageError(f"{target}: exists already; name a target that does not")


@contextmanager
def new(target: Path) -> Iterator[Path]:
    """Where to write a file or folder that gets its own name when it is complete.

    Raises:
        UsageError: something stands at the target.
        UserError: it cannot be written.
    """
    refuse_existing(target)
    temporary = target.with_name(f".{target.name}.tmp")
    try:
        yield temporary
        temporary.replace(target)
    except OSError as error:
        raise UserError(f"{target}: cannot be written ({error.strerror or error})") from None
    finally:
        if temporary.is_dir():
            shutil.rmtree(temporary)
        else:
            temporary.unlink(missing_ok=True)


def content_of(source: Path) -> bytes:
    """The bytes of a file.

    Raises:
        UnreadableSource: there is no file, or it cannot be read.
        UnsafeSource: it is larger than MAX_BYTES.
    """
    check_size(source)
    try:
        return source.read_bytes()
    except OSError as error:
        raise UnreadableSource(str(source), f"cannot be read ({error.strerror})") from None


def check_size(source: Path) -> None:
    """Raise UnreadableSource where there is no file, UnsafeSource where it is larger than MAX_BYTES."""
    if not source.is_file():
        raise UnreadableSource(str(source), "no such file")
    if source.stat().st_size > MAX_BYTES:
        raise UnsafeSource(str(source), f"larger than the {MAX_BYTES // 2**20} MB that are read")


def json_of(source: Path) -> Any:
    """The JSON in a file; raises UnreadableSource."""
    try:
        return json.loads(content_of(source))
    except (ValueError, RecursionError):
        raise UnreadableSource(str(source), "no valid JSON") from None
