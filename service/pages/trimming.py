"""Leaves out of the design system what no page of ours wears, which is most of it: pages are there sooner."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_CLASS = re.compile(r"\butrecht-[a-z0-9]+(?:-[a-z0-9]+)*(?:-(?![a-z0-9-]))?")
_SELECTED = re.compile(r"\.(utrecht-[a-z0-9]+(?:-[a-z0-9]+)*)")
_VARIABLE = re.compile(r"var\(\s*(--[\w-]+)")
_DECLARED = re.compile(r"(--[\w-]+)\s*:\s*((?:\"[^\"]*\"|'[^']*'|[^;\"'])*)")
_COMMA = re.compile(r",(?![^()]*\))")  # between selectors, not within one
_NOTICE = re.compile(r"^ \* ((?:@license|Copyright) .*)$", re.MULTILINE)
_HOLDING = ("@media", "@supports", "@container")


def worn(sources: Iterable[str]) -> frozenset[str]:
    """The components that templates name: "utrecht-button" for all its elements and variants.

    A name that ends with a hyphen is a beginning: the template goes on with a number or word of its own.
    """
    return frozenset(name for source in sources for name in _CLASS.findall(source))


def components(css: str, names: frozenset[str]) -> str:
    """The rules of some components, under the notices of whoever wrote them."""
    notices = "\n".join(sorted(set(_NOTICE.findall(css))))
    return f"/*\n{notices}\n*/\n" + "".join(_kept(_COMMENT.sub("", css), names))


def tokens(css: str, *used_by: str) -> str:
    """The custom properties of a theme that stylesheets use, and those that these are made of."""
    css = _COMMENT.sub("", css)
    declared = {prelude: _DECLARED.findall(body) for prelude, body in _rules(css)}
    makings: dict[str, set[str]] = {}
    for pairs in declared.values():
        for name, value in pairs:
            makings.setdefault(name, set()).update(_VARIABLE.findall(value))
    wanted: set[str] = set()
    waiting = {name for sheet in used_by for name in _VARIABLE.findall(sheet)}
    while waiting:
        wanted |= waiting
        waiting = {part for name in waiting for part in makings.get(name, ())} - wanted
    kept = {
        prelude: [f"{name}:{value.strip()};" for name, value in pairs if name in wanted] for prelude, pairs in declared.items()
    }
    return "".join(f"{prelude}{{{''.join(lines)}}}\n" for prelude, lines in kept.items() if lines)


def _kept(css: str, names: frozenset[str]) -> Iterator[str]:
    for prelude, body in _rules(css):
        if prelude.startswith(_HOLDING):
            inner = "".join(_kept(body, names))
            if inner:
                yield f"{prelude}{{{inner}}}\n"
        elif prelude.startswith("@") or any(_is_worn(selector, names) for selector in _COMMA.split(prelude)):
            yield f"{prelude}{{{' '.join(body.split())}}}\n"


def _is_worn(selector: str, names: frozenset[str]) -> bool:
    """Whether all components in a selector are worn; one without any is about the page itself."""
    return all(
        found in names or any(name.endswith("-") and found.startswith(name) for name in names)
        for found in _SELECTED.findall(selector)
    )


def _rules(css: str) -> Iterator[tuple[str, str]]:
    """What stands before every pair of outer braces, and what between them; statements without braces are left out."""
    depth, start, opened = 0, 0, 0
    for at, letter in enumerate(css):
        if letter == "{":
            depth += 1
            if depth == 1:
                opened = at
        elif letter == "}":
            depth -= 1
            if depth == 0:
                yield " ".join(css[start:opened].rpartition(";")[2].split()), css[opened + 1 : at]
                start = at + 1
