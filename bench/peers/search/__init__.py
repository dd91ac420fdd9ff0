"""The peers that find clauses for an initiative, one a file."""
