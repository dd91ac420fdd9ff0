"""From a template to an answer."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from fastapi import Request, Response
from fastapi.responses import HTMLResponse

from corpus.taxonomy import taxonomy
from service.api.access import services_of
from service.identity.actor import ANONYMOUS, Actor
from service.pages.assets import assets, is_dressed, scripts, styles
from service.pages.texts import Language, Texts, texts

if TYPE_CHECKING:
    from jinja2 import Environment

SECURITY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; font-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
"""Content security policy of pages: nothing inline, nothing from elsewhere."""


@cache
def environment() -> Environment:
    """Jinja2: what is filled in is escaped, and a name that nobody gave is an error."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape  # no program waits for pages

    made = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=select_autoescape(default=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals.update(styles=styles, scripts=scripts, assets=assets, is_dressed=is_dressed)
    return made


def language_of(request: Request) -> Language:
    """The language of a visit, as service.pages.routing found it."""
    language: Language = getattr(request.state, "language", "nl")
    return language


def words(request: Request) -> Texts:
    """The words in the language of a visit."""
    return texts(language_of(request))


def page(request: Request, template: str, *, who: Actor = ANONYMOUS, status: int = 200, **filled: Any) -> Response:
    """An answer made with a template.

    Every template knows: ``t`` (words), ``who`` (Actor), ``language``, ``other`` (address of this page in the other language),
    ``path``, ``theme`` (class of the design system), ``kind_name`` (of a barrier or relief kind), ``settings``,
    ``fragment`` (whether htmx asked, for a part of a page only).
    """
    settings = services_of(request).settings
    language = language_of(request)
    text = (
        environment()
        .get_template(template)
        .render(
            t=texts(language),
            who=who,
            language=language,
            other=address(request, taal="en" if language == "nl" else "nl"),
            path=request.url.path,
            theme=settings.theme_of(who.organisation_id),
            kind_name=lambda kind: kind_name(kind, language),
            settings=settings,
            fragment=request.headers.get("hx-request") == "true",
            **filled,
        )
    )
    return HTMLResponse(text, status_code=status)


def kind_name(kind: str, language: Language) -> str:
    """The name of a barrier or relief kind."""
    found = taxonomy().kind(kind)
    return found.name_nl if language == "nl" else found.name_en


def address(request: Request, **changed: object) -> str:
    """The address of this page with some of its query changed; None leaves a key out."""
    query = {key: value for key, value in request.query_params.items() if key not in changed}
    query |= {key: str(value) for key, value in changed.items() if value is not None}
    path = "/" + request.url.path.lstrip("/")  # two slashes would lead to another site
    return path + (f"?{urlencode(query)}" if query else "")
