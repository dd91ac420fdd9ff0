"""Web pages of official publications (selectolax): the text that a reader sees, block by block."""

from __future__ import annotations

import re
from collections.abc import Iterator

from selectolax.lexbor import LexborHTMLParser, LexborNode

from corpus.decoding import decode
from corpus.readers.document import document_regulation
from corpus.records import Regulation, SourceUnit

FORMAT = "html"

_UNSEEN = "script, style, nav, header, footer, noscript, template, svg, button, aside, head"
_BLOCKS = frozenset(
    [
        "p",
        "div",
        "section",
        "article",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "li",
        "ul",
        "ol",
        "dl",
        "dt",
        "dd",
        "table",
        "tr",
        "br",
        "hr",
        "blockquote",
        "pre",
        "main",
        "tbody",
        "thead",
    ]
)
_CHARSET = re.compile(rb"""charset\s*=\s*["']?([\w-]+)""", re.IGNORECASE)


def read(unit: SourceUnit) -> Iterator[Regulation]:
    """The regulation on a web page.

    Raises:
        UnreadableSource: empty, or in an encoding that cannot be read.
    """
    data = unit.main.read()
    tree = LexborHTMLParser(_decoded(data, unit.main.name))
    title_node = tree.css_first("title")
    heading = tree.css_first("h1")
    title = (heading.text(strip=True) if heading else "") or (title_node.text(strip=True) if title_node else "")
    for node in tree.css(_UNSEEN):
        node.decompose()
    body = tree.body
    text = re.sub(r"\n[ \t\n]*\n", "\n\n", "".join(_pieces(body))) if body else ""
    yield document_regulation(unit.main, data, text.strip(), title=title, format_name=FORMAT)


def _decoded(data: bytes, name: str) -> str:
    stated = _CHARSET.search(data[:2048])
    if stated and stated[1].lower() in (b"windows-1252", b"iso-8859-1", b"cp1252", b"latin1"):
        return data.decode("cp1252", errors="replace")
    return decode(data, name=name)


def _pieces(body: LexborNode) -> Iterator[str]:
    """Text in reading order; every block stands on lines of its own. Without recursion: pages nest as deep as they like."""
    stack: list[LexborNode | str] = [body]
    while stack:
        node = stack.pop()
        if isinstance(node, str):
            yield node
            continue
        name = node.tag
        if name == "-text":
            yield re.sub(r"\s+", " ", node.text_content or "")
            continue
        block = name in _BLOCKS
        children = list(node.iter(include_text=True))
        if block:
            stack.append("\n")
        elif name in ("td", "th"):
            stack.append(" ")
        stack.extend(reversed(children))
        if block:
            stack.append("\n")
