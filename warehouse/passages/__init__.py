"""Passages of the texts of a snapshot, found by their words where they are not the same word for word.

The texts are those that the index of fingerprints knows, each distinct one once, cut into passages of some
hundred words; tantivy finds passages by BM25 over ``transforms.terms``. Its files lie in the cache, not among
the parts: it reads local folders only, its format is that of its release while a published part is for ever,
and the documents give it again at any time.
"""
