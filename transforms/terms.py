"""By what are passages and claims compared where their words differ? By terms: one word's worth each.

A term is a word, with its case folded, where words are written with spaces between them; in other scripts it
begins at every character and is as long as a word's worth: two Han characters, four kana or letters of Thai
(``transforms.ngrams`` with n = 1). So a term is the same thing in a document, in an answer and in every
script, and so is its hash.
"""

from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from transforms.ngrams import Ngrams, ngrams
from transforms.words import Words

TERMS_VERSION: Final = 1
"""Bumped when other terms come out for the same words."""

_BYTES = 6  # of the hash; two of ten million terms fall together with a chance of one in six


def terms(words: Words) -> Ngrams:
    """Returns the terms of a batch, with their places; a term that the text cuts off is none."""
    return ngrams(words, 1)


def written(hashes: NDArray[np.uint64]) -> str:
    """Writes terms as text with spaces between them, for an engine that indexes text.

    >>> written(np.array([1, 255], np.uint64))
    '010000000000 ff0000000000'
    """
    octets = hashes.astype("<u8").view(np.uint8).reshape(-1, 8)[:, :_BYTES]
    return octets.tobytes().hex(" ", _BYTES)


def rarity(counts: Sequence[int], passages: int) -> NDArray[np.float64]:
    """Returns the weight of terms that ``counts`` of the passages hold: ln(1 + (N - n + ½) / (n + ½)).

    The inverse document frequency of BM25 (Robertson and Spärck Jones, with the 1 that keeps it positive).

    >>> rarity([0, 10, 1000], 1000).round(2).tolist()
    [7.6, 4.56, 0.0]
    """
    held = np.array(counts, np.float64)
    return np.log1p((passages - held + 0.5) / (held + 0.5))


def runs_of(mask: NDArray[np.bool_]) -> Iterator[tuple[int, int]]:
    """Yields (first, after the last) of each run of true values.

    >>> list(runs_of(np.array([True, False, True, True])))
    [(0, 1), (2, 4)]
    """
    edges = np.flatnonzero(np.diff(np.concatenate([[0], mask.astype(np.int8), [0]])))
    yield from zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True)
