"""The reading text of an XML document, and where every element stands in it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from lxml import etree

from corpus.safe_xml import local


@dataclass(frozen=True, kw_only=True)
class ReadingText:
    """Characters of a document in reading order; every block element begins on a line of its own."""

    text: str
    offsets: dict[etree._Element, tuple[int, int]]  # (start, end) of every element that was kept

    def slice_of(self, element: etree._Element) -> tuple[int, int]:
        """Offsets of an element's characters; (0, 0) for an element that was left out."""
        return self.offsets.get(element, (0, 0))

    def text_of(self, element: etree._Element | None) -> str:
        """Characters of an element with whitespace collapsed."""
        if element is None:
            return ""
        start, end = self.slice_of(element)
        return " ".join(self.text[start:end].split())


def linearise(
    root: etree._Element,
    *,
    inline: frozenset[str],
    leave_out: frozenset[str] = frozenset(),
    marks: Mapping[str, tuple[str, str]] = MappingProxyType({}),
) -> ReadingText:
    """Write out a document as text.

    Args:
        root: the element to read.
        inline: local names of elements that stand within a line; all others are blocks.
        leave_out: local names of elements whose content is no text of the regulation (metadata, notes of editors).
        marks: for elements that carry their number in an attribute where others have a child for it: element ->
            (child, attribute). The number is written out as it would be read.
    """
    pieces: list[str] = []
    offsets: dict[etree._Element, tuple[int, int]] = {}
    starts: dict[etree._Element, int] = {}
    length = 0

    def add(text: str) -> None:
        nonlocal length
        pieces.append(text)
        length += len(text)

    for event, element in _events(root, leave_out):
        name = local(element)
        block = name not in inline
        if event == "start":
            if block and length and not pieces[-1].endswith("\n"):
                add("\n")
            starts[element] = length
            if name in marks and element.get(marks[name][1]) and not any(local(c) == marks[name][0] for c in element):
                add(f"{element.get(marks[name][1])} ")
            if element.text and name not in leave_out:
                add(element.text)
        else:
            if name not in leave_out:
                offsets[element] = (starts[element], length)
            if block and length and not pieces[-1].endswith("\n"):
                add("\n")
            if element is not root and element.tail:
                add(element.tail)
    return ReadingText(text="".join(pieces), offsets=offsets)


def _events(root: etree._Element, leave_out: frozenset[str]) -> Iterator[tuple[str, etree._Element]]:
    """Start and end of every element in document order; an element that is left out shows itself but not its content."""
    stack: list[tuple[etree._Element, Iterator[etree._Element]]] = [(root, iter(root))]
    yield "start", root
    while stack:
        element, children = stack[-1]
        child = next(children, None)
        if child is None:
            stack.pop()
            yield "end", element
            continue
        if not isinstance(child.tag, str):  # a comment or processing instruction that survived the parser
            continue
        yield "start", child
        stack.append((child, iter(()) if local(child) in leave_out else iter(child)))
