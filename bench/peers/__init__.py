"""Regelruimte beside what a user would take instead: the same inputs, one machine, one run (docs/benchmarks.md).

registry    who takes part, and who is not installed
texts       the clauses that all learn from, are tested on and are timed on
memory, children, spread    measuring: each peer in a process of its own
classifying, searching, reading, commands, bounds    the five parts
running     all of it, with table and plot
clauses/, search/    one small file a peer
"""
