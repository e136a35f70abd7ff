"""How much of a text says again what it said before? By runs of 2 to 10 words, a whole batch at once.

Rae et al. 2021 ("Scaling Language Models: Methods, Analysis & Insights from Training Gopher"), appendix
A1.1 and table A1: of the runs of 2, 3 and 4 words, which part of the characters is in the most frequent
one; of the runs of 5 to 10 words, which part is in those that came before, a character counted once
however many of them hold it.

A run of n words is as many words as make n whole ones, as in ``transforms.shingles``: in scripts without
spaces a character is a part of a word. Characters are those of words; a run that comes once is no
repetition, so the most frequent one of a text in which none comes twice counts nothing.

Of every run of n + 1 words that comes twice, the run of n words at its beginning comes twice too. So only
runs of two words are all looked at, by one sort; of longer ones only those whose beginning was found
twice, which in prose are few. Nothing of a document depends on the others of the batch. ``repetition.c``
finds the same runs by a hash table, in a tenth of the time.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from transforms import compiled
from transforms.words import WHOLE, Words

TOP: Final = (2, 3, 4)
"""Words in the runs of which the most frequent one counts."""

DUPLICATE: Final = (5, 6, 7, 8, 9, 10)
"""Words in the runs of which all that come again count."""

_BLOCK_BITS = 15
_BLOCK_WORDS = 1 << _BLOCK_BITS
_BLOCK_DOCUMENTS = 256
_LONG_BITS = 22
_MOST_WORDS = 1 << _LONG_BITS  # of one document; what is beyond, four million words in, is not looked at
_BASE = 0xD1342543DE82EF95  # odd, its bits without pattern
_COUNT = 1 << 24
_DOCUMENT_SHIFT = np.uint64(56)


@dataclass(frozen=True, slots=True, eq=False)
class _Block:
    """Some documents of a batch; places count from the first word of the first of them.

    Attributes:
        hashes: Of the words.
        chars: Characters of the words before each place.
        amounts: Twelfths before each place, or None where all words are whole.
        prefix: Σ hash · base^-place of the words before each place, where not all words are whole.
        document: Of each word.
        end: Place after the last word of each word's document.
        bits: Of a place.
    """

    hashes: NDArray[np.uint64]
    chars: NDArray[np.int64]
    amounts: NDArray[np.int64] | None
    prefix: NDArray[np.uint64]
    document: NDArray[np.uint64]
    end: NDArray[np.int64]
    bits: int

    def stops(self, places: NDArray[np.int64], ngram: int) -> NDArray[np.int64]:
        """Returns the place after the run that begins at each place; beyond the block where it has none."""
        if self.amounts is None:
            return places + ngram
        return np.searchsorted(self.amounts, self.amounts[places] + ngram * WHOLE)

    def between(self, starts: NDArray[np.int64], stops: NDArray[np.int64]) -> NDArray[np.uint64]:
        """Returns the hash of the words from each start to before each stop."""
        if self.amounts is None:
            return self.hashes[starts]
        return (self.prefix[stops] - self.prefix[starts]) * _powers(_size_bits(len(self.hashes)))[0][starts]


@dataclass(frozen=True, slots=True, eq=False)
class _Runs:
    """The runs that come twice or more in their document.

    Equal ones stand side by side in order of place, those of a document after those of the one before.
    ``heads`` are the indices of the first of each kind.
    """

    places: NDArray[np.int64]
    heads: NDArray[np.int64]


def repetition(words: Words) -> dict[int, NDArray[np.float64]]:
    """Measures the repetition in each document of a batch.

    Returns:
        Words in a run -> the part of the characters of words, 0 to 1, one value a document: for those in
        ``TOP`` in the most frequent run (of equally frequent ones the longest), for those in ``DUPLICATE``
        in runs that came before. NaN for a document without words.

    >>> from transforms.words import split_words
    >>> made = repetition(split_words(["to be or not to be", "a b c d e a b c d e"]))
    >>> made[2].round(2).tolist(), made[5].tolist()
    ([0.62, 0.4], [0.0, 0.5])
    """
    loops = compiled.loops("quality.repetition")
    totals, measured = _computed(words) if loops is None else _counted(words, loops)
    empty = np.diff(words.bounds) == 0
    for values in measured.values():
        values /= np.maximum(totals, 1)
        np.minimum(values, 1, out=values)
        values[empty] = np.nan
    return measured


def _counted(words: Words, loops: Any) -> tuple[NDArray[np.int64], dict[int, NDArray[np.float64]]]:
    """Counts the characters of words, and of those in repeated runs, by the compiled loops."""
    ngrams = (*TOP, *DUPLICATE)
    columns = np.empty((len(words.texts), 1 + len(ngrams)), np.int64)
    parts = words.hashes, words.twelfths, words.starts, words.stops, words.bounds
    loops.count_runs(*parts, columns, _MOST_WORDS)
    found = columns.T.astype(np.float64)
    return columns[:, 0], dict(zip(ngrams, found[1:], strict=True))


def _computed(words: Words) -> tuple[NDArray[np.int64], dict[int, NDArray[np.float64]]]:
    """Counts the same by NumPy."""
    count = len(words.texts)
    totals = np.empty(count, np.int64)
    measured = {ngram: np.zeros(count) for ngram in (*TOP, *DUPLICATE)}
    for first, last in _groups(words.bounds):
        block = _block(words, first, last)
        chars = np.diff(block.chars)
        totals[first:last] = np.bincount(block.document.view(np.int64), chars, minlength=last - first)
        runs = _pairs(block)
        for ngram in measured:
            if ngram > TOP[0]:
                runs = _longer(block, runs, ngram)
            if not len(runs.places):
                break
            found = _most_frequent(block, runs, ngram) if ngram in TOP else _covered(block, runs, ngram)
            measured[ngram][first : first + len(found)] = found
    return totals, measured


def _groups(bounds: NDArray[np.int64]) -> Iterator[tuple[int, int]]:
    """Yields ranges of documents that fill a block; a longer document stands alone."""
    first, count = 0, len(bounds) - 1
    while first < count:
        end = int(np.searchsorted(bounds, bounds[first] + _BLOCK_WORDS, side="right")) - 1
        last = min(max(end, first + 1), first + _BLOCK_DOCUMENTS, count)
        yield first, last
        first = last


def _block(words: Words, first: int, last: int) -> _Block:
    begin = words.bounds[first]
    ends = np.minimum(words.bounds[first + 1 : last + 1] - begin, _MOST_WORDS)
    held = slice(begin, begin + ends[-1])
    hashes, twelfths = words.hashes[held], words.twelfths[held]
    size = len(hashes)
    counts = np.diff(ends, prepend=0)
    amounts, prefix = None, np.empty(0, np.uint64)
    if twelfths.min(initial=WHOLE) < WHOLE:
        amounts = np.zeros(size + 1, np.int64)
        np.cumsum(twelfths, out=amounts[1:])
        prefix = np.zeros(size + 1, np.uint64)
        np.multiply(hashes, _powers(_size_bits(size))[1][:size], out=prefix[1:])
        np.cumsum(prefix[1:], out=prefix[1:])
    chars = np.zeros(size + 1, np.int64)
    np.cumsum(words.stops[held] - words.starts[held], out=chars[1:])
    document = np.repeat(np.arange(last - first, dtype=np.uint64), counts)
    end = np.repeat(ends, counts)
    bits = _BLOCK_BITS if size <= _BLOCK_WORDS else _LONG_BITS
    return _Block(hashes, chars, amounts, prefix, document, end, bits)


def _size_bits(size: int) -> int:
    return max(size.bit_length(), _BLOCK_BITS + 1)


@cache
def _powers(bits: int) -> tuple[NDArray[np.uint64], NDArray[np.uint64]]:
    """Returns base^0, base^1 … and their inverses modulo 2^64, 2^bits of them."""
    powers = np.full(1 << bits, _BASE, np.uint64)
    powers[0] = 1
    inverses = np.full(1 << bits, pow(_BASE, -1, 1 << 64), np.uint64)
    inverses[0] = 1
    return np.multiply.accumulate(powers), np.multiply.accumulate(inverses)


def _pairs(block: _Block) -> _Runs:
    """Finds the runs of two words that come more than once in a document.

    They are sorted by document, 41 bits of their hash and place. (Of a document of 800 words two runs
    meet by chance once in ten million.) Those of a document that is a block are sorted by all bits.
    """
    size, bits = len(block.hashes), np.uint64(block.bits)
    if block.amounts is None:
        places = np.arange(max(size - 1, 0))
        keys = block.hashes[:-1] * np.uint64(_BASE)
        keys += block.hashes[1:]
        inside = block.end[:-1] == block.end[1:]
    else:
        places = np.arange(size)
        stops = block.stops(places, TOP[0])
        inside = stops <= block.end
        keys = block.between(places, np.minimum(stops, size))
    if block.bits == _LONG_BITS:
        return _repeated_in_long(keys[inside], places[inside])
    keys >>= np.uint64(64) - _DOCUMENT_SHIFT + bits
    keys <<= bits
    keys |= places.view(np.uint64)
    keys |= block.document[: len(keys)] << _DOCUMENT_SHIFT
    return _repeated(keys[inside], block.bits)


def _longer(block: _Block, runs: _Runs, ngram: int) -> _Runs:
    """Finds, among the runs of one word less, those that are equal for one word more.

    They are sorted by kind, 34 bits of the hash of what comes next, and place.
    """
    places, bits = runs.places, np.uint64(block.bits)
    kinds = np.zeros(len(places), np.uint64)
    kinds[runs.heads[1:]] = 1
    np.cumsum(kinds, out=kinds)
    stops = block.stops(places, ngram)
    inside = stops <= block.end[places]
    if not inside.all():
        places, kinds, stops = places[inside], kinds[inside], stops[inside]
    keys = block.between(block.stops(places, ngram - 1), stops)
    if block.bits == _LONG_BITS:
        return _repeated_in_long(keys ^ kinds * np.uint64(_BASE), places)
    keys >>= bits + bits
    keys <<= bits
    keys |= places.view(np.uint64)
    kinds <<= np.uint64(64) - bits
    keys |= kinds
    return _repeated(keys, block.bits)


def _repeated(keys: NDArray[np.uint64], bits: int) -> _Runs:
    """Sorts keys; keeps those that are equal to a neighbour but for the place in their lowest bits."""
    keys.sort()
    places = (keys & np.uint64((1 << bits) - 1)).view(np.int64)
    keys >>= np.uint64(bits)
    return _neighbours(keys, places)


def _repeated_in_long(keys: NDArray[np.uint64], places: NDArray[np.int64]) -> _Runs:
    """Keeps those that share all bits of their key with another one."""
    order = np.argsort(keys, kind="stable")
    return _neighbours(keys[order], places[order])


def _neighbours(keys: NDArray[np.uint64], places: NDArray[np.int64]) -> _Runs:
    """Keeps, of sorted keys, those that are equal to a neighbour."""
    again = np.zeros(len(keys) + 1, np.bool_)
    np.equal(keys[1:], keys[:-1], out=again[1:-1])
    held = np.flatnonzero(again[1:] | again[:-1])
    return _Runs(places[held], np.flatnonzero(~again[held]))


def _most_frequent(block: _Block, runs: _Runs, ngram: int) -> NDArray[np.float64]:
    """Returns, of each document up to the last with runs, the characters in its most frequent run."""
    counts = np.diff(runs.heads, append=len(runs.places))
    places = runs.places[runs.heads]
    counts *= _COUNT
    counts += block.chars[block.stops(places, ngram)]
    counts -= block.chars[places]
    documents = block.document[places].view(np.int64)
    firsts = np.flatnonzero(np.diff(documents, prepend=-1))
    best = np.maximum.reduceat(counts, firsts)
    found = np.zeros(documents[-1] + 1)
    found[documents[firsts]] = best // _COUNT * (best % _COUNT)
    return found


def _covered(block: _Block, runs: _Runs, ngram: int) -> NDArray[Any]:
    """Returns, of each document up to the last with runs, the characters in runs that came before."""
    again = np.ones(len(runs.places), np.bool_)
    again[runs.heads] = False
    places = np.sort(runs.places[again])
    stops = block.stops(places, ngram)
    # Runs overlap with those that follow; the next one of another document begins after this one's end.
    stops[:-1] = np.minimum(stops[:-1], places[1:])
    covered = block.chars[stops] - block.chars[places]
    return np.bincount(block.document[places].view(np.int64), covered)
