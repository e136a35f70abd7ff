"""Which benchmark items stand in the documents of a batch, where, and how sure is it?

A shared n-gram leads to a part of an item and to a stretch of the document that is about as long. What of the
part stands there, in its order, is weighed by its information (``items``). The question leads, or an answer
that says as much by itself (the solution of an exercise); then the other parts are looked for around it. The
score of an item at a place is

    score = share · min(1, bits / ENOUGH)
    share = found / total of the part that leads, or of question and answer together if that is more

so an item of few and common words ("What is the capital of France?") needs its answer beside it to be
believed, and a passage alone (which may come from where everybody has it) is no contamination.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from schemas.benchmarks import PARTS
from transforms.decontaminate.align import MAX_WORDS, Alignment, align
from transforms.decontaminate.items import NGRAM, ItemSet
from transforms.ngrams import ngrams
from transforms.words import Words

ENOUGH: Final = 50.0
"""Bits that are as good as certain: about five words that are not the commonest."""

LEADS: Final = 90.0
"""Bits from which an answer leads without its question."""

LEAST: Final = 0.4
"""Share of the leading part below which a place is given up."""

_QUESTION, _ANSWER, _PASSAGE = range(3)
_BESIDE = 0.7  # share of another part from which it is there
_GAPS = 20  # of so many words of a part at least one n-gram must be whole
_REACH = 30  # words besides twice its length within which another part is looked for
_MOST_REACH = 600
_NEAR = 30  # words between question and answer up to which both are one span
_LEAST_BITS = 10.0  # that n-grams of a part must say together
_MAX_PLACES = 16  # of one part in one document; those with the most n-grams


@dataclass(frozen=True, slots=True)
class Hit:
    """An item at a place of a document.

    Attributes:
        document: Number of the document in the batch; ``item`` that of the item in its set.
        start: Number of the first word, in the batch; ``stop`` after the last.
        shares: Of question, answer and passage; None for a part that the item lacks.
    """

    document: int
    item: int
    start: int
    stop: int
    score: float
    shares: tuple[float | None, float | None, float | None]
    bits: float


def find_items(words: Words, items: ItemSet, least: float) -> list[Hit]:
    """Finds the items that stand in the documents of a batch, by document and place.

    Args:
        words: Of the documents.
        items: What is looked for.
        least: Score from which a hit is returned.
    """
    grams = ngrams(words, NGRAM)
    hit, key = items.find(grams.hashes)
    counts = items.bounds[key + 1] - items.bounds[key]
    steps = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
    entry = np.repeat(items.bounds[key], counts) + steps
    place, part = items.places[entry], items.owners[entry].astype(np.int64)
    word = np.repeat(grams.firsts[hit], counts)
    leads = _leading(items)[part]
    place, part, word = place[leads], part[leads], word[leads]
    document = np.searchsorted(words.bounds, word, side="right") - 1
    order = np.lexsort((word, part, document))
    place, part, word, document = place[order], part[order], word[order], document[order]
    found: list[Hit] = []
    for rows in _stretches(items, place, part, word, document):
        first = rows[0]
        scored = _score(words, items, int(document[first]), int(part[first]), word[rows] - place[rows])
        if scored is not None and scored.score >= least:
            found.append(scored)
    return _apart(found)


def _leading(items: ItemSet) -> NDArray[np.bool_]:
    """Tells of each part whether an item is looked for by it."""
    kind = np.arange(len(items.totals)) % len(PARTS)
    leads: NDArray[np.bool_] = (kind == _QUESTION) | ((kind == _ANSWER) & (items.totals >= LEADS))
    return leads


def _stretches(
    items: ItemSet,
    place: NDArray[np.int64],
    part: NDArray[np.int64],
    word: NDArray[np.int64],
    document: NDArray[np.int64],
) -> Iterator[NDArray[np.int64]]:
    """Yields the n-grams of a part that lie as near one another as in the part, where they are enough.

    Args:
        items: The set.
        place: Of each n-gram, that in its part.
        part: That it stands in.
        word: Its place in the batch.
        document: Of the batch; n-grams are sorted by document, part and word.
    """
    if not len(place):
        return
    lengths = np.diff(items.words.bounds)
    new = np.ones(len(place), np.bool_)
    new[1:] = (np.diff(document) != 0) | (np.diff(part) != 0) | (np.diff(word) > lengths[part[1:]])
    stretch = np.cumsum(new) - 1
    # A phrase that comes again in a stretch says no more than once.
    order = np.lexsort((place, stretch))
    distinct = np.ones(len(place), np.bool_)
    distinct[1:] = (np.diff(stretch[order]) != 0) | (np.diff(place[order]) != 0)
    amounts = np.concatenate([[0.0], np.cumsum(items.bits, dtype=np.float64)])
    ends = np.minimum(place[order] + NGRAM, len(items.bits))
    said = np.bincount(stretch[order], np.where(distinct, amounts[ends] - amounts[place[order]], 0.0))
    many = np.bincount(stretch[order], distinct)
    begins = np.flatnonzero(new)
    enough = (many >= np.minimum(lengths[part[begins]], MAX_WORDS) / _GAPS) & (said >= _LEAST_BITS)
    ends = np.append(begins[1:], len(place))
    taken: Counter[tuple[int, int]] = Counter()
    chosen = np.flatnonzero(enough)
    for row in chosen[np.argsort(-many[chosen], kind="stable")].tolist():
        owner = int(document[begins[row]]), int(part[begins[row]])
        taken[owner] += 1
        if taken[owner] <= _MAX_PLACES:
            yield np.arange(begins[row], ends[row])


def _length(items: ItemSet, part: int) -> int:
    return int(items.words.bounds[part + 1] - items.words.bounds[part])


def _score(
    words: Words, items: ItemSet, document: int, part: int, diagonals: NDArray[np.int64]
) -> Hit | None:
    """Scores the item of a part that leads to a place; None if it does not stand there."""
    item, lead = divmod(part, len(PARTS))
    total = float(items.totals[part])
    length = _length(items, part)
    slack = 3 + length // 5
    # Diagonals count from the words of all items.
    begin = int(np.sort(diagonals)[len(diagonals) // 2] + items.words.bounds[part]) - slack
    main = _align(words, items, document, part, begin, begin + length + 2 * slack, LEAST)
    if main is None:
        return None
    found: list[Alignment | None] = [None, None, None]
    found[lead] = main
    for other in range(len(PARTS)):
        if other != lead and items.totals[3 * item + other] > 0:
            reach = min(_REACH + 2 * _length(items, 3 * item + other), _MOST_REACH)
            after = _align(words, items, document, 3 * item + other, main.stop, main.stop + reach, 0.9)
            found[other] = after or _align(
                words, items, document, 3 * item + other, main.start - reach, main.stop + reach, _BESIDE
            )
    totals = items.totals[3 * item : 3 * item + 3].tolist()
    bits = [one.bits if one is not None else 0.0 for one in found]
    share = bits[lead] / total
    asked = totals[_QUESTION] + totals[_ANSWER]
    if found[_QUESTION] is not None and found[_ANSWER] is not None:
        share = max(share, (bits[_QUESTION] + bits[_ANSWER]) / asked)
    shares = [round(one / all_, 4) if all_ else None for one, all_ in zip(bits, totals, strict=True)]
    start, stop = _span(main, found[_ANSWER if lead == _QUESTION else _QUESTION])
    return Hit(
        document,
        item,
        start,
        stop,
        round(min(share, 1.0) * min(1.0, sum(bits) / ENOUGH), 4),
        (shares[0], shares[1], shares[2]),
        round(sum(bits), 1),
    )


def _align(
    words: Words, items: ItemSet, document: int, part: int, begin: int, stop: int, share: float
) -> Alignment | None:
    """Aligns a part with words of a document, from ``begin`` to ``stop`` as far as it has them."""
    begin, stop = max(begin, int(words.bounds[document])), min(stop, int(words.bounds[document + 1]))
    held = slice(int(items.words.bounds[part]), int(items.words.bounds[part + 1]))
    least = share * float(items.bits[held][:MAX_WORDS].sum())
    return align(items.words.hashes[held], items.bits[held], words.hashes[begin:stop], begin, least)


def _span(main: Alignment, other: Alignment | None) -> tuple[int, int]:
    """Returns the words of the part that leads, with those of the other if they stand together."""
    if other is None or other.start > main.stop + _NEAR or other.stop < main.start - _NEAR:
        return main.start, main.stop
    return min(main.start, other.start), max(main.stop, other.stop)


def _apart(hits: list[Hit]) -> list[Hit]:
    """Returns the best of those hits of an item that overlap, with the words of all."""
    kept: list[Hit] = []
    for hit in sorted(hits, key=lambda hit: (hit.document, hit.item, hit.start, -hit.score)):
        before = kept[-1] if kept else None
        if before and (before.document, before.item) == (hit.document, hit.item) and hit.start < before.stop:
            best = max(before, hit, key=lambda one: one.score)
            kept[-1] = replace(best, start=before.start, stop=max(before.stop, hit.stop))
        else:
            kept.append(hit)
    return sorted(kept, key=lambda hit: (hit.document, hit.start, hit.item))
