"""Grounding: how much of answers stands in the corpus, whose it is, and the table that says so."""
