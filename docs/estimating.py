"""How many clauses all local authorities bring, and how long they take: the two tables of docs/scaling.md.

python -m docs.estimating                       clauses, by stated assumptions
python -m docs.estimating rates.json            and hours, by measured rates: {"corpus add": 1234.5, ...}, clauses a second
                                                of one process
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, kw_only=True)
class Authorities:
    """Local authorities of one kind, and what one of them is taken to have in force."""

    name: str
    count: int
    largest: int  # clauses of its environment plan, environment or water-board regulation
    others: tuple[int, int, int]  # other regulations: low, middle, high


AUTHORITIES = (
    Authorities(name="municipalities", count=342, largest=602, others=(200, 350, 500)),
    Authorities(name="provinces", count=12, largest=602, others=(150, 250, 400)),
    Authorities(name="water boards", count=21, largest=562, others=(60, 100, 150)),
)

CLAUSES_PER_REGULATION = (23, 32, 61)
"""Low, middle, high: means of national ministerial regulations, of all national regulations, and of acts."""

PROCESSES = (1, 16, 64)


def estimate() -> dict[str, tuple[int, int, int]]:
    """Clauses by kind of authority, and of all together: low, middle, high."""
    rows: dict[str, tuple[int, int, int]] = {}
    for one in AUTHORITIES:
        low, middle, high = (
            one.count * (one.largest + others * each) for others, each in zip(one.others, CLAUSES_PER_REGULATION, strict=True)
        )
        rows[one.name] = (low, middle, high)
    low, middle, high = (sum(row[column] for row in rows.values()) for column in range(3))
    return rows | {"all": (low, middle, high)}


def clause_table() -> str:
    """``estimate`` in Markdown, in thousands of clauses."""
    lines = ["| thousands of clauses | low | middle | high |", "|---|---:|---:|---:|"]
    lines += [f"| {name} | " + " | ".join(f"{count / 1_000:,.0f}" for count in row) + " |" for name, row in estimate().items()]
    return "\n".join(lines)


def time_table(rates: Mapping[str, float], *, clauses: int, processes: Sequence[int] = PROCESSES) -> str:
    """Hours that work takes, in Markdown.

    Args:
        rates: clauses a second of one process, above 0, by the command that does it.
        clauses: how many.
        processes: numbers of processes to tell it for; each is taken to add its whole rate.
    """
    head = " | ".join(f"hours, {count} process" + ("es" if count > 1 else "") for count in processes)
    lines = [f"| {clauses:,} clauses | clauses a second | {head} |", "|---|---:|" + "---:|" * len(processes)]
    for name, rate in rates.items():
        hours = " | ".join(f"{clauses / rate / count / 3_600:,.1f}" for count in processes)
        lines.append(f"| {name} | {rate:,.0f} | {hours} |")
    return "\n".join(lines)


def main(argv: Sequence[str]) -> int:
    """Print the tables."""
    parser = argparse.ArgumentParser(prog="python -m docs.estimating", description="clauses and hours of all local law")
    parser.add_argument("rates", type=Path, nargs="?", help='measured clauses a second of one process: {"corpus add": 1234.5}')
    parser.add_argument("--clauses", type=int, default=10_000_000, help="how many to tell the hours of (default 10,000,000)")
    arguments = parser.parse_args(argv)
    print(clause_table())
    if arguments.rates is not None:
        print("\n" + time_table(json.loads(arguments.rates.read_text(encoding="utf-8")), clauses=arguments.clauses))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
