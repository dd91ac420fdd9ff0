"""Every word of the pages stands in the text files, in both languages, and nowhere else."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import lxml.html
import pytest
from fluent.syntax import FluentParser
from fluent.syntax import ast as fluent
from fluent.syntax.visitor import Visitor
from jinja2 import nodes

from service.pages.rendering import environment
from service.pages.texts import FOLDER, LANGUAGES, texts

PAGES = FOLDER.parent
TEMPLATES = sorted((PAGES / "templates").rglob("*.html"))
MODULES = sorted(path for path in PAGES.glob("*.py") if path.name != "building.py")  # whose words no visitor sees
NAMES_OF = {path.relative_to(PAGES).as_posix(): path for path in (*TEMPLATES, *MODULES)}

SHOWN = (
    "alt",
    "title",
    "aria-label",
    "aria-description",
    "aria-roledescription",
    "aria-valuetext",
    "placeholder",
    "label",
    "hx-confirm",
)
BUTTONS = ("submit", "button", "reset")
FILLED = "\ue000"  # stands where a template fills something in
WORD = re.compile(r"[^\W\d_]{2,}")
PHRASE = re.compile(r"[A-Za-zÀ-ÿ]{2,}[.,;:!?]? [A-Za-zÀ-ÿ]{2,}")
LABEL = re.compile(r"[A-ZÀ-Ý][a-zà-ÿ]{2,}")
CODE = re.compile(r"[ \w-]*-[ \w-]*|[/#?].*|.*[={].*|[a-z]+(, [a-z]+)+", re.DOTALL)  # classes, addresses, headers, styles
MARKUP = re.compile(r'\b[a-z-]+="[^"]*"|\b(rr|utrecht)-[\w-]+')  # pieces of tags that stand between them in a template
KEYS = {"Enter", "Escape", "Tab", "Esc"}  # as keyboards have them engraved


class Said(Visitor):  # type: ignore[misc]
    """Variables and other messages that a message names."""

    def __init__(self) -> None:
        super().__init__()
        self.variables: set[str] = set()
        self.messages: set[str] = set()

    def visit_VariableReference(self, node: fluent.VariableReference) -> None:
        self.variables.add(node.id.name)

    def visit_MessageReference(self, node: fluent.MessageReference) -> None:
        self.messages.add(node.id.name)


@cache
def messages(language: str) -> dict[str, Said]:
    """What every message names; a message that stands twice, or that cannot be read, is a fault."""
    found: dict[str, Said] = {}
    for path in sorted((FOLDER / language).glob("*.ftl")):
        for entry in FluentParser().parse(path.read_text(encoding="utf-8")).body:
            assert not isinstance(entry, fluent.Junk), f"{path.name}: {entry.content}"
            if isinstance(entry, fluent.Message):
                assert entry.id.name not in found, f"{path.name}: {entry.id.name} stands in another file too"
                found[entry.id.name] = Said()
                found[entry.id.name].visit(entry)
    return found


@dataclass(frozen=True, kw_only=True)
class Ask:
    """A message that is asked for: by its name, or by how its name begins."""

    place: str
    name: str
    whole: bool
    filled: frozenset[str] | None  # None where it cannot be read off

    def fits(self, name: str) -> bool:
        return name == self.name if self.whole else name.startswith(self.name)


def in_template(expression: nodes.Node | None) -> Iterator[tuple[str, bool]]:
    """How an expression may begin, and whether that is all of it."""
    match expression:
        case nodes.Const(value=str() as value):
            yield value, True
        case nodes.Concat(nodes=parts):
            yield from ((name, False) for name, _ in in_template(parts[0]))
        case nodes.CondExpr(expr1=first, expr2=second):
            yield from in_template(first)
            yield from in_template(second)


def in_python(expression: ast.expr) -> Iterator[tuple[str, bool]]:
    match expression:
        case ast.Constant(value=str() as value):
            yield value, True
        case ast.JoinedStr(values=[ast.Constant(value=str() as value), *_]):
            yield value, False
        case ast.IfExp(body=first, orelse=second):
            yield from in_python(first)
            yield from in_python(second)


def asked_in_template(path: Path) -> Iterator[Ask]:
    for call in environment().parse(path.read_text(encoding="utf-8")).find_all(nodes.Call):
        if isinstance(call.node, nodes.Name) and call.node.name == "t" and call.args:
            spread = call.dyn_kwargs is not None
            filled = None if spread else frozenset(keyword.key for keyword in call.kwargs)
            for name, whole in in_template(call.args[0]):
                yield Ask(place=f"{path.name}:{call.lineno}", name=name, whole=whole, filled=filled)


def asked_in_module(path: Path) -> Iterator[Ask]:
    for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(call, ast.Call) or not call.args:
            continue
        known = isinstance(call.func, ast.Name) and call.func.id == "t"
        made = (
            isinstance(call.func, ast.Call) and isinstance(call.func.func, ast.Name) and call.func.func.id in ("words", "texts")
        )
        if known or made:
            names = [keyword.arg for keyword in call.keywords]
            filled = None if None in names else frozenset(name for name in names if name)
            for name, whole in in_python(call.args[0]):
                yield Ask(place=f"{path.name}:{call.lineno}", name=name, whole=whole, filled=filled)


@cache
def asked() -> list[Ask]:
    return [
        *(ask for path in TEMPLATES for ask in asked_in_template(path)),
        *(ask for path in MODULES for ask in asked_in_module(path)),
    ]


def strings() -> Iterator[str]:
    """Every string in templates and modules: names of messages travel as strings."""
    for path in TEMPLATES:
        for const in environment().parse(path.read_text(encoding="utf-8")).find_all(nodes.Const):
            if isinstance(const.value, str):
                yield const.value
    for path in MODULES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield node.value


def beginnings() -> Iterator[str]:
    """What strings begin with that are put together, names of messages among them."""
    for path in TEMPLATES:
        for concat in environment().parse(path.read_text(encoding="utf-8")).find_all(nodes.Concat):
            yield from (name for name, _ in in_template(concat))
    for path in MODULES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.JoinedStr):
                yield from (name for name, _ in in_python(node))


def test_both_languages_say_the_same() -> None:
    dutch, english = (messages(language) for language in LANGUAGES)
    assert set(dutch) == set(english)
    assert {name: said.variables for name, said in dutch.items()} == {name: said.variables for name, said in english.items()}


@pytest.mark.parametrize("language", LANGUAGES)
def test_names_say_whose_they_are(language: str) -> None:
    assert [name for name in messages(language) if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", name)] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_texts_are_read_as_they_were_parsed(language: str) -> None:
    """The service leaves out what it cannot read; here nothing is."""
    assert [name for name in messages(language) if not texts(language).has(name)] == []  # type: ignore[arg-type]


def test_all_that_is_asked_for_is_there() -> None:
    names = messages("nl")
    assert [f"{ask.place} {ask.name}" for ask in asked() if not any(map(ask.fits, names))] == []


def test_what_a_message_names_is_filled_in() -> None:
    wrong = []
    for ask in asked():
        for name, said in messages("nl").items():
            if (
                ask.fits(name)
                and ask.filled is not None
                and not (said.variables <= ask.filled if not ask.whole else said.variables == ask.filled)
            ):
                wrong.append(f"{ask.place} {name}: {sorted(said.variables)} is not {sorted(ask.filled)}")
    assert wrong == []


def test_every_message_is_asked_for() -> None:
    whole, inside = set(strings()), set().union(*(said.messages for said in messages("nl").values()))
    begun = {name for name in beginnings() if len(name) > 3 and name.endswith("-")}
    unused = [name for name in messages("nl") if name not in whole | inside and not any(map(name.startswith, begun))]
    assert unused == []


def test_the_languages_differ() -> None:
    """A text that was never translated; names, and words that are the same in both languages, are few."""
    both = [name for name in messages("nl") if not messages("nl")[name].variables and texts("nl")(name) == texts("en")(name)]
    sentences = [name for name in both if len(texts("nl")(name).split()) > 2]
    assert sentences == []


def bare(source: str) -> str:
    """The HTML of a template, with a mark where something is filled in."""
    parts, inside = [], False
    for _, kind, value in environment().lex(source):
        if kind == "data":
            parts.append(value)
        elif kind == "variable_begin":
            parts.append(FILLED)
        inside = kind == "raw_begin"
    assert not inside
    return "".join(parts)


def html_of(path: Path) -> lxml.html.HtmlElement:
    source = bare(path.read_text(encoding="utf-8"))
    return lxml.html.document_fromstring(source if "<html" in source else f"<html><body>{source}</body></html>")


@pytest.mark.parametrize("name", [name for name in NAMES_OF if name.endswith(".html")])
def test_no_words_in_templates(name: str) -> None:
    found = []
    for element in html_of(NAMES_OF[name]).iter():
        if not isinstance(element.tag, str):
            continue
        texts_here = [MARKUP.sub("", text or "") for text in (element.text, *(child.tail for child in element))]
        shown = [(attribute, element.get(attribute, "")) for attribute in SHOWN]
        if element.tag == "button" or (element.tag == "input" and element.get("type") in BUTTONS):
            shown.append(("value", element.get("value", "") if element.tag == "input" else ""))
        if element.tag == "meta" and element.get("name") == "description":
            shown.append(("content", element.get("content", "")))
        found += [text.strip() for text in texts_here if WORD.search(text) and text.strip() not in KEYS]
        found += [f"{attribute}: {value}" for attribute, value in shown if WORD.search(value)]
    assert found == []


@pytest.mark.parametrize("name", [name for name in NAMES_OF if name.endswith(".html")])
def test_no_sentences_in_expressions(name: str) -> None:
    tree = environment().parse(NAMES_OF[name].read_text(encoding="utf-8"))
    keys = {id(pair.key) for pair in tree.find_all(nodes.Pair)}  # words of the data, looked up and not shown
    found = [const.value for const in tree.find_all(nodes.Const) if isinstance(const.value, str) and id(const) not in keys]
    assert [value for value in found if is_told(value) or (LABEL.match(value) and value not in KEYS)] == []


def is_told(text: str) -> bool:
    """Whether a string is meant for people rather than for the browser."""
    return PHRASE.search(text) is not None and CODE.fullmatch(text.strip()) is None


def told_to_makers(tree: ast.AST) -> set[int]:
    """Ids of strings that no visitor sees: docstrings, the log, errors of ours, what a build prints."""
    hidden: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            hidden.add(id(node.value))
        name = node.func if isinstance(node, ast.Call) else None
        if isinstance(node, ast.Dict):
            hidden.update(id(key) for key in node.keys)  # words of the data, looked up and not shown
        log = isinstance(name, ast.Attribute) and isinstance(name.value, ast.Name) and name.value.id == "_log"
        log = log or (isinstance(name, ast.Attribute) and name.attr in ("note", "record"))  # what was read, what was done
        own = isinstance(name, ast.Name) and name.id in ("print", "KeyError", "ValueError", "LookupError")
        if log or own:
            hidden.update(id(inner) for inner in ast.walk(node))
    return hidden


@pytest.mark.parametrize("name", [name for name in NAMES_OF if name.endswith(".py")])
def test_no_sentences_in_modules(name: str) -> None:
    tree = ast.parse(NAMES_OF[name].read_text(encoding="utf-8"))
    hidden = told_to_makers(tree)
    found = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in hidden
    ]
    assert [f"{node.lineno}: {node.value}" for node in found if is_told(node.value)] == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("de hele tekst", True),
        ("Dit kan niet.", True),
        ("primary-action", False),
        ("rr-card rr-card--wide", False),
        ("/aanmelden?verder=", False),
        ("beoordelaar", False),
        ("submit", False),
    ],
)
def test_a_sentence_is_told_from_code(text: str, found: bool) -> None:
    assert is_told(text) is found


def test_no_file_is_left_over() -> None:
    assert Counter(path.name for path in (FOLDER / "nl").iterdir()) == Counter(path.name for path in (FOLDER / "en").iterdir())
