"""Measures and signs texts in one go, where nobody needs their words for anything else.

The same as splitting a batch into words (``transforms.words``), counting them (``transforms.measures``)
and signing their shingles (``transforms.signatures``). The compiled loops take one text after the other
through all of it, so that words and shingles never leave the processor's cache: in half the time.
"""

from collections.abc import Sequence
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from schemas.batches import Measures
from transforms import kernel
from transforms.characters import table
from transforms.measures import measure, tokens_of, weights
from transforms.shingles import shingles
from transforms.shingling import powers as run_powers
from transforms.signatures import permutations_of, sign
from transforms.splitting import powers
from transforms.words import split_words

_ROOM = 1 << 18
"""Longest text, in code points, that the compiled loops have scratch for: 65 bytes each, if it is needed."""


def sketch(texts: Sequence[str], ngram: int, permutations: int) -> tuple[Measures, NDArray[np.uint32]]:
    """Returns the counts and the signatures of texts.

    Args:
        texts: Of a batch.
        ngram: Words in a shingle, at least 1.
        permutations: Values in a signature, at least 1.

    Returns:
        (counts; uint32, texts × permutations).

    >>> measures, signatures = sketch(["Four words stand here.", "中文"], ngram=5, permutations=4)
    >>> measures.words.tolist(), measures.tokens.tolist(), signatures.shape
    ([4, 2], [6, 2], (2, 4))
    """
    if not kernel.compiled():
        return _step_by_step(texts, ngram, permutations)
    factors, summands = permutations_of(permutations)
    hashes, twelfths, starts, stops, made, mixed = _scratch()
    words, sums = np.empty(len(texts), np.int64), np.empty(len(texts), np.int64)
    signatures, left = np.empty((len(texts), permutations), np.uint32), np.empty(len(texts), np.bool_)
    kernel.call(
        "sketch",
        *(list(texts), _ROOM, table(), *powers(), hashes, twelfths, starts, stops),
        *(ngram, run_powers(ngram)[0], made, factors, summands, permutations, mixed, weights()),
        *(words, sums, signatures, left),
    )
    tokens = tokens_of(sums)
    # Short texts are named by a digest, which the loops have not; and few are longer than the scratch.
    rest = np.flatnonzero(left)
    if len(rest):
        others, signed = _step_by_step([texts[row] for row in rest.tolist()], ngram, permutations)
        words[rest], tokens[rest], signatures[rest] = others.words, others.tokens, signed
    chars = np.fromiter(map(len, texts), np.int32, len(texts))
    return Measures(chars, words.astype(np.int32), tokens), signatures


def _step_by_step(texts: Sequence[str], ngram: int, permutations: int) -> tuple[Measures, NDArray[np.uint32]]:
    words = split_words(texts)
    return measure(words), sign(shingles(words, ngram), permutations)


@cache
def _scratch() -> tuple[NDArray[Any], ...]:
    """Returns what is between a text and its signature: of one text, and then of the next one."""
    shingled = _ROOM * kernel.MOST_SHINGLES + 2
    return (
        np.empty(_ROOM, np.uint64),
        np.empty(_ROOM, np.uint8),
        np.empty(_ROOM, np.int64),
        np.empty(_ROOM, np.int64),
        np.empty(shingled, np.uint32),
        np.empty(shingled, np.uint32),
    )
