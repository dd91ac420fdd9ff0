"""What the clause model answers, in the fixed order of its output columns."""

from __future__ import annotations

from corpus.taxonomy import taxonomy

BARRIERS = taxonomy().barrier_codes
RELIEFS = taxonomy().relief_codes
QUALIFICATIONS = taxonomy().qualification_codes
ADDRESSEES = ("private", "government", "none")
STRENGTHS = ("any", "substantial", "stopping")
"""P(strength >= 1), P(strength >= 2), P(strength = 3)."""

COLUMNS = (*BARRIERS, *RELIEFS, *STRENGTHS, *ADDRESSEES, *QUALIFICATIONS)
"""Names of all outputs. Codes of kinds and official values differ in case, so no name occurs twice."""

COLUMN = {name: index for index, name in enumerate(COLUMNS)}
KINDS = (*BARRIERS, *RELIEFS)
