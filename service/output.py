"""Where results go: standard output, or a file that appears only when it is complete."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from corpus.errors import UserError


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
