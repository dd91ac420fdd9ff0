"""The report on a clause model: one JSON for programs, one HTML page with plots for people."""

from __future__ import annotations

import html
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from models.columns import COLUMN, KINDS
from training.clause_examples import ClauseExamples
from training.clause_measures import (
    RESAMPLES,
    Unseen,
    changes,
    confusions,
    headline,
    intervals,
    per_kind,
    qualification_f1,
    reliability,
)
from training.ladder import Rung

LEAST_CLAUSES = 40
"""A level of government or kind of regulation with fewer tested clauses is not reported: the figure would be noise."""

MOST_LISTED = 200
"""Changes that the page lists; the JSON has all."""


def clause_report(
    data: ClauseExamples,
    unseen: Unseen,
    *,
    rungs: Sequence[Rung] = (),
    curve: Sequence[dict[str, float]] = (),
    before: Unseen | None = None,
    agreement: dict[str, float] | None = None,
    seed: int = 0,
    resamples: int = RESAMPLES,
) -> dict[str, Any]:
    """Everything that is measured of a clause model, ready for JSON.

    Args:
        data: the examples; levels and kinds of regulations are looked up in it.
        unseen: what the model said of clauses it had not seen.
        rungs: the ladder of methods.
        curve: the learning curve, see ``learning_curve``.
        before: what the model before said; its gains and losses are listed clause by clause.
        agreement: of two careful readers, for comparison.
        seed, resamples: of the bootstrap.
    """
    place = {text.ref: row for row, text in enumerate(data.texts)}
    part = unseen.only(unseen.labelled)
    own = [place.get(ref) for ref in part.refs]
    kinds = [COLUMN[name] for name in KINDS]
    official = np.array(
        [row for row, ref in enumerate(unseen.refs) if ref in place and data.official[place[ref]]], dtype=np.int64
    )
    return {
        "clauses": len(part.refs),
        "regulations": len(set(part.groups)),
        "headline": {name: list(values) for name, values in intervals(unseen, seed=seed, resamples=resamples).items()},
        "readers": agreement or {},
        "kinds": per_kind(unseen),
        "qualifications": qualification_f1(unseen),
        "qualifications_official": qualification_f1(unseen.only(official)),
        "reliability": {
            "kinds": reliability((part.targets[:, kinds] == 1).ravel(), part.probabilities[:, kinds].ravel()),
            "any": reliability(part.targets[:, COLUMN["any"]] == 1, part.probabilities[:, COLUMN["any"]]),
        },
        "levels": _strata(part, [data.levels[row] if row is not None else "" for row in own]),
        "regulation_kinds": _strata(part, [data.kinds[row] if row is not None else "" for row in own]),
        "confusions": confusions(unseen),
        "ladder": [
            {"name": r.name, "clauses_per_second": r.clauses_per_second, "megabytes": r.megabytes, **r.measures} for r in rungs
        ],
        "learning_curve": list(curve),
        "changes": changes(before, unseen) if before is not None else {},
    }


def write_report(report: dict[str, Any], folder: Path, *, title: str) -> Path:
    """Write report.json and report.html into a folder; returns the path of the page."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "report.json").write_text(json.dumps(report, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    page = folder / "report.html"
    page.write_text(_page(report, title), encoding="utf-8")
    return page


def _strata(part: Unseen, names: Sequence[str]) -> list[dict[str, Any]]:
    rows = []
    for name in sorted(set(names)):
        chosen = np.array([row for row, own in enumerate(names) if own == name], dtype=np.int64)
        if name and len(chosen) >= LEAST_CLAUSES:
            rows.append({"name": name, "clauses": len(chosen), **headline(part.only(chosen))})
    return sorted(rows, key=lambda row: -row["clauses"])


_STYLE = """
body{font:16px/1.5 system-ui,sans-serif;max-width:62rem;margin:2rem auto;padding:0 1rem;color:#1b1b1b;background:#fff}
table{border-collapse:collapse;margin:1rem 0;width:100%}th,td{padding:.25rem .6rem;border-bottom:1px solid #ccc;text-align:left}
td.n,th.n{text-align:right;font-variant-numeric:tabular-nums}caption{text-align:left;font-weight:600;padding:.5rem 0}
svg{max-width:100%;height:auto}.plots{display:flex;flex-wrap:wrap;gap:1.5rem}figure{margin:0}figcaption{font-size:.9rem}
"""


def _page(report: dict[str, Any], title: str) -> str:
    parts = [
        f"<!doctype html><html lang='en'><head><meta charset='utf-8'><title>{html.escape(title)}</title>",
        f"<meta name='viewport' content='width=device-width'><style>{_STYLE}</style></head><body><h1>{html.escape(title)}</h1>",
        f"<p>{report['clauses']} labelled clauses of {report['regulations']} regulations, each judged by a model that had seen "
        "no clause of its regulation and no copy of it elsewhere. Intervals are 95 % (bootstrap over regulations).</p>",
        _table("In short", ["measure", "value", "from", "to", "two readers"], [
            [name, *values, report["readers"].get(name)] for name, values in report["headline"].items()
        ]),
        "<h2>Calibration and learning</h2><div class='plots'>",
        _plot([point[:2] for point in report["reliability"]["kinds"]], "all kinds: claimed (across), seen (up)", diagonal=True),
        _plot([point[:2] for point in report["reliability"]["any"]], "any strength: claimed, seen", diagonal=True),
        _curve(report["learning_curve"]),
        "</div>",
        _table("Kinds", list(report["kinds"][0]), [list(row.values()) for row in report["kinds"]]),
        _table("Methods on the same clauses", ["method", "macro-F1 barriers", "macro-F1 kinds", "AUC any", "clauses/s", "MB"], [
            [r["name"], r["macro_f1_barriers"], r["macro_f1_kinds"], r["auc_any_strength"], round(r["clauses_per_second"]),
             round(r["megabytes"], 1)]
            for r in report["ladder"]
        ]),
        _qualification_table(report["qualifications"], report["qualifications_official"]),
        _strata_table("Level of government", report["levels"]),
        _strata_table("Kind of regulation", report["regulation_kinds"]),
        _table("What is taken for what", ["label says", "model says", "clauses", "for instance"], [
            [row["label"], row["model"], row["count"], ", ".join(row["examples"])] for row in report["confusions"]
        ]),
    ]  # fmt: skip
    for name in ("gains", "losses"):
        listed = report["changes"].get(name, [])
        if report["changes"]:
            rows = [[row["ref"], row["kind"], row["label"]] for row in listed[:MOST_LISTED]]
            parts.append(
                _table(f"{name.capitalize()} against the model before: {len(listed)}", ["clause", "kind", "label"], rows)
            )
    return "\n".join([*parts, "</body></html>\n"])


def _qualification_table(everyone: dict[str, Any], authorities: dict[str, Any]) -> str:
    rows = [[name, value, authorities["f1"][name]] for name, value in everyone["f1"].items()]
    rows.append(["macro, common values", everyone["macro_f1_common"], authorities["macro_f1_common"]])
    return _table("Rule qualification (IMOW)", ["value", "F1, readers and authorities", "F1, authorities only"], rows)


def _strata_table(caption: str, rows: Sequence[dict[str, Any]]) -> str:
    names = [
        "name",
        "clauses",
        "macro_f1_barriers",
        "macro_f1_kinds",
        "micro_f1_kinds",
        "auc_any_strength",
        "accuracy_addressee",
    ]
    return _table(caption, names, [[row[name] for name in names] for row in rows])


def _table(caption: str, header: Sequence[str], rows: Sequence[Sequence[Any]]) -> str:
    def cell(value: Any, tag: str) -> str:
        number = isinstance(value, (int, float)) and not isinstance(value, bool)
        text = "" if value is None else f"{value:.3f}" if isinstance(value, float) else str(value)
        return f"<{tag}{' class=n' if number else ''}>{html.escape(text)}</{tag}>"

    head = "".join(cell(name, "th") for name in header)
    body = "".join(f"<tr>{''.join(cell(value, 'td') for value in row)}</tr>" for row in rows)
    return f"<table><caption>{html.escape(caption)}</caption><tr>{head}</tr>{body}</table>"


def _plot(points: Sequence[Sequence[float]], caption: str, *, diagonal: bool = False) -> str:
    """Points in the unit square, joined by a line."""

    def at(x: float, y: float) -> str:
        return f"{30 + 220 * x:.1f},{240 - 220 * y:.1f}"

    line = " ".join(at(x, y) for x, y in points)
    dots = "".join(f"<circle cx='{at(x, y).split(',')[0]}' cy='{at(x, y).split(',')[1]}' r='4'/>" for x, y in points)
    ticks = "".join(
        f"<text x='{26}' y='{244 - 220 * v:.0f}' text-anchor='end'>{v:g}</text><text x='{30 + 220 * v:.0f}' y='256' "
        f"text-anchor='middle'>{v:g}</text>"
        for v in (0, 0.5, 1)
    )
    guide = f"<polyline points='{at(0, 0)} {at(1, 1)}' stroke='#999' stroke-dasharray='4'/>" if diagonal else ""
    return (
        f"<figure><svg viewBox='0 0 270 262' width='270' role='img' aria-label='{html.escape(caption)}' font-size='11' "
        "fill='none'>"
        f"<rect x='30' y='20' width='220' height='220' stroke='#ccc'/>{guide}<polyline points='{line}' stroke='#01689b' "
        f"stroke-width='2'/><g fill='#01689b'>{dots}</g><g fill='#333'>{ticks}</g></svg>"
        f"<figcaption>{html.escape(caption)}</figcaption></figure>"
    )


def _curve(curve: Sequence[dict[str, float]]) -> str:
    if not curve:
        return ""
    most = max(point["labels"] for point in curve)
    points = [(point["labels"] / most, point["macro_f1_barriers"]) for point in curve]
    return _plot(points, f"fast tier: macro-F1 of the barriers against labels (right: {most:.0f})")
