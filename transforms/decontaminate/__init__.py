"""Test items of benchmarks in the documents: found, scored, and kept, masked or refused."""
