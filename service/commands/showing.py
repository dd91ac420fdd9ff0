"""How a clause is shown on a terminal."""

from __future__ import annotations

import json
import textwrap
from dataclasses import asdict

from corpus.errors import UnknownRef
from corpus.records import Clause
from corpus.store import Store


def show(store: Store, ref: str, *, as_json: bool) -> int:
    """Print every clause at or below a ref: one clause, an article with its leden, or a whole regulation.

    Raises:
        UnknownRef: nothing in the store stands at that ref.
    """
    entry = store.entry(ref.split("/")[0])
    found = [c for c in store.clauses(entry.id) if c.ref == ref or c.ref.startswith(f"{ref}/")]
    if not found:
        raise UnknownRef(f"{ref}: not in {entry.title} as the store {store.folder} holds it")
    if as_json:
        for clause in found:
            print(json.dumps(asdict(clause), ensure_ascii=False))
        return 0
    dates = f", version of {entry.version_date}" if entry.version_date else ""
    print(f"{entry.title} ({entry.id}{dates})")
    shown: tuple[str, ...] = ()
    for clause in found:
        if clause.headings != shown:
            print("\n" + " > ".join(clause.headings))
            shown = clause.headings
        _print_clause(clause)
    return 0


def _print_clause(clause: Clause) -> None:
    marks = [mark for mark in ("repealed" if clause.repealed else "", *clause.qualifications) if mark]
    print(f"\n  {clause.ref}" + (f"   [{', '.join(marks)}]" if marks else ""))
    if clause.lead_in:
        print(textwrap.indent(textwrap.fill(clause.lead_in, 100), "  | "))
    print(textwrap.indent(textwrap.fill(clause.text, 100), "    "))
