"""From judgements of people to a better model: gold, what to ask next, retraining, the gate before promotion."""
