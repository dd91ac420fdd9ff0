"""What is left of a design system when only some of it is worn."""

from __future__ import annotations

import pytest

from service.pages.trimming import components, tokens, worn

CSS = """/**
 * @license EUPL-1.2
 * Copyright (c) 2020 Somebody
 */
@charset "UTF-8";
.utrecht-button { color: var(--utrecht-button-color); }
.utrecht-button:is(:hover, .utrecht-button--hover) { color: red; }
.utrecht-button-group .utrecht-button { margin: 0; }
.utrecht-heading-2, .utrecht-prose h2 { margin: 1px; }
.utrecht-table__cell { padding: 2px; }
html { margin: 0; }
@media print { .utrecht-table { border: 0; } .utrecht-button { display: none; } }
@media screen { .utrecht-table { border: 1px; } }
"""


@pytest.mark.parametrize(
    ("template", "names"),
    [
        ('<p class="utrecht-paragraph utrecht-paragraph--lead">', {"utrecht-paragraph"}),
        ('<td class="utrecht-table__cell">', {"utrecht-table"}),
        ('<h2 class="utrecht-heading-{{ level }}">', {"utrecht-heading-"}),
        ('<b class="utrecht-badge--{{ tone }}">', {"utrecht-badge"}),
        ('<b class="rr-card">', set()),
    ],
)
def test_what_templates_wear(template: str, names: set[str]) -> None:
    assert worn([template]) == names


def test_rules_of_other_components_go() -> None:
    kept = components(CSS, frozenset({"utrecht-button", "utrecht-heading-"}))
    assert "@license EUPL-1.2" in kept and "Somebody" in kept
    rules = [line for line in kept.splitlines() if "{" in line]
    assert rules == [
        ".utrecht-button{color: var(--utrecht-button-color);}",
        ".utrecht-button:is(:hover, .utrecht-button--hover){color: red;}",
        ".utrecht-heading-2, .utrecht-prose h2{margin: 1px;}",
        "html{margin: 0;}",
        "@media print{.utrecht-button{display: none;}",
    ]


def test_tokens_stay_with_what_they_are_made_of() -> None:
    theme = """.one { --used: var(--below, var(--second)); --below: 1px; --second: "a;b"; --other: 2px; }
    @media x { .one { --third: 1; } }
    .two { --other: 3px; }
    .three { --below: 4px; }"""
    assert tokens(theme, "a { b: var(--used) }").splitlines() == [
        '.one{--used:var(--below, var(--second));--below:1px;--second:"a;b";}',
        ".three{--below:4px;}",
    ]
