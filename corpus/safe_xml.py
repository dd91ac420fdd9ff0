"""Parsing XML from strangers.

No entity is expanded, no DTD or address is loaded and depth is limited, so XXE and billion laughs end in a refusal. Real
publications carry small defects that are none of these: ``xmlns:schemaLocation`` values that are no URI (Limburg 2025),
a byte-order mark, an encoding other than UTF-8. Those are read.
"""

from __future__ import annotations

import re

from lxml import etree

from corpus.errors import UnreadableSource, UnsafeSource

MAX_BYTES = 256 * 2**20
"""Largest XML document that is read: the largest real one (a tax law with annexes) is under 20 MB."""

_DOCTYPE = re.compile(rb"<!\s*(DOCTYPE|ENTITY)[^>\[]*(\[|SYSTEM|PUBLIC)?", re.IGNORECASE)


def parse(data: bytes, *, name: str) -> etree._Element:
    """The root element of an XML document.

    Args:
        data: the whole file.
        name: how a person would point at the file; begins every error message.

    Raises:
        UnsafeSource: the document declares entities, or is larger than MAX_BYTES.
        UnreadableSource: the document is empty or not well-formed (with the line).
    """
    if not data.strip(b"\xef\xbb\xbf \t\r\n\x00"):
        raise UnreadableSource(name, "the file is empty")
    if len(data) > MAX_BYTES:
        raise UnsafeSource(name, f"larger than the {MAX_BYTES // 2**20} MB that one XML document may be")
    if b"<!ENTITY" in data or b"<\x00!\x00E\x00N\x00T" in data or b"\x00<\x00!\x00E\x00N\x00T" in data:
        raise UnsafeSource(name, "declares XML entities, which regulations never need")
    # huge_tree lifts libxml2's own limits on depth and text length, which real laws with large tables exceed; the
    # limits above and the refusal of entities take their place.
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=len(data) > 10 * 2**20,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        # The parser's own log: that of the exception may also hold what other parsers complained of before.
        if parser.error_log and all(entry.domain_name == "NAMESPACE" for entry in parser.error_log):
            return _parse_leniently(data, name=name)
        line = error.lineno if error.lineno else None
        raise UnreadableSource(name, f"not well-formed XML ({_plain(error)})", line=line) from None
    except ValueError as error:
        raise UnreadableSource(name, f"not readable as XML ({error})") from None
    if root is None:
        raise UnreadableSource(name, "holds no XML element")
    return root


def local(element: etree._Element) -> str:
    """Name of an element without its namespace; "" for what is no element."""
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def line_of(element: etree._Element) -> int | None:
    """The line (1-based) on which an element begins, where the parser knows it."""
    line: object = element.sourceline
    return line if isinstance(line, int) else None


def find(element: etree._Element, name: str) -> etree._Element | None:
    """The first descendant with this local name, in document order."""
    return next((found for found in element.iter("{*}" + name)), None)


def text_of(element: etree._Element | None) -> str:
    """All text in an element with whitespace collapsed; "" for None."""
    if element is None:
        return ""
    return " ".join("".join(str(piece) for piece in element.itertext()).split())


def _parse_leniently(data: bytes, *, name: str) -> etree._Element:
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, recover=True, remove_comments=True, remove_pis=True
    )
    root = etree.fromstring(data, parser)
    if root is None:
        raise UnreadableSource(name, "not well-formed XML")
    return root


def _plain(error: etree.XMLSyntaxError) -> str:
    return re.sub(r", line \d+, column \d+.*", "", str(error.msg or "syntax error"))
