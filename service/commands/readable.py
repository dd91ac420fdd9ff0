"""Flags as a short text for people."""

from __future__ import annotations

import textwrap
from typing import Any

from models.initiatives import InitiativeText


def readable(initiative: InitiativeText, result: dict[str, Any], *, flags: int = 10) -> str:
    """The result of flagging one initiative, in Dutch, for a terminal."""
    lines = [f"Initiatief: {initiative.titel} ({initiative.id})", ""]
    if result["activities"]:
        lines.append("Wat wij lezen: " + ", ".join(one["name"].lower() for one in result["activities"][:8]))
    else:
        lines.append("Wat wij lezen: geen activiteit die wij kennen.")
    lines += ["", f"Let op ({min(flags, len(result['flags']))} van {len(result['flags'])} signalen):"]
    for flag in result["flags"][:flags]:
        lines.append(f"  {flag['p']:4.0%}  {flag['ref']}")
        lines.append(textwrap.indent(textwrap.fill(flag["reason"], 96), "        "))
        if flag["room"]:
            lines.append(f"        ruimte: {', '.join(flag['room'][:3])}")
    if result["room"]:
        lines += ["", "Ruimte voor dit initiatief:"]
        lines += [f"  {room['p']:4.0%}  {room['ref']} ({room['kind']})" for room in result["room"][:5]]
    lines += ["", "Doorzocht: " + "; ".join(result["coverage"]["searched"])]
    if result["coverage"]["missing"]:
        lines.append("Ontbreekt: " + "; ".join(result["coverage"]["missing"]))
    lines.append(f"Dit is een suggestie van model {result['model']}; een mens beslist.")
    return "\n".join(lines)
