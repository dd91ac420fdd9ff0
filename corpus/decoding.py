"""Bytes to text, for files whose encoding nobody states."""

from __future__ import annotations

import codecs

from corpus.errors import UnreadableSource

_MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))


def decode(data: bytes, *, name: str) -> str:
    """The text of a file.

    UTF-8 with or without a byte-order mark, UTF-16 with a mark or with every second byte zero, and otherwise Windows-1252,
    which older municipal systems still write.

    Raises:
        UnreadableSource: the file is empty, holds NUL characters (with the line), or is in none of these encodings.
    """
    if not data.strip():
        raise UnreadableSource(name, "the file is empty")
    encoding, content = _encoding_of(data)
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError:
        try:
            text = content.decode("cp1252")
        except UnicodeDecodeError as error:
            line = content[: error.start].count(b"\n") + 1
            raise UnreadableSource(name, "is neither UTF-8, UTF-16 nor Windows-1252 text", line=line) from None
    zero = text.find("\x00")
    if zero >= 0:
        raise UnreadableSource(name, "holds NUL characters, so it is no text", line=text.count("\n", 0, zero) + 1)
    return text


def _encoding_of(data: bytes) -> tuple[str, bytes]:
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return encoding, data[len(mark) :]
    sample = data[:2000]
    if len(sample) >= 4 and sample[1::2].count(0) > 0.4 * len(sample[1::2]):
        return "utf-16-le", data
    if len(sample) >= 4 and sample[0::2].count(0) > 0.4 * len(sample[0::2]):
        return "utf-16-be", data
    return "utf-8", data
