"""Deduplication held against other tools: each in an environment of its own, on the same files."""
