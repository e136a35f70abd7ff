"""The index: fingerprints of the texts sorted by hash, and where each text stands in a snapshot.

A segment is a set of distinct texts, numbered from 0 (the ordinal). Its rows of ``fingerprints`` say which
selected n-gram stands in which text; they are written once, in parts by range of the hash. Its rows of
``indexed`` say where the texts stand in the snapshot at hand, every copy of them; they are made anew with
each snapshot, so that a text that changed or went is not found any more, though its fingerprints are there.
"""
