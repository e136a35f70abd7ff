"""What do the lines and paragraphs of each text look like? For some texts of a batch at once.

Lines are taken without the white space around them, and empty ones do not count: they stand between
paragraphs. A paragraph is what stands between empty lines. What is counted here in NumPy, ``lines.c``
counts too (``transforms.quality.counting``).
"""

from collections.abc import Mapping
from typing import Final

import numpy as np
from numpy.typing import NDArray

from transforms.quality.marks import (
    BLANK,
    BULLET,
    ELLIPSIS,
    FULL_STOP,
    LINE_FEED,
    PUNCTUATION,
    SENTENCE_END,
    SPACE,
    TYPED_BULLET,
    WIDE_END,
    Ints,
    Marks,
)
from transforms.quality.wording import phrase_places
from transforms.words import WHOLE, Words

SHORT_CHARS: Final = 30
"""A line of fewer characters is short (Penedo et al. 2024, section 3.6)."""

C4_WORDS: Final = 5
"""Words that a line has at least which C4 retains (Raffel et al. 2020, section 2.2)."""

C4_PHRASES: Final = (
    "javascript",
    "terms of use",
    "privacy policy",
    "cookie policy",
    "uses cookies",
    "use of cookies",
    "use cookies",
)
"""A line that holds the words of one of these is not retained by C4."""

COUNTED: Final = (
    "lines",
    "line_chars",
    "lines_again",
    "line_chars_again",
    "paragraphs",
    "paragraph_chars",
    "paragraphs_again",
    "paragraph_chars_again",
    "bullets",
    "ellipses",
    "punctuated",
    "short",
    "sentences",
)
"""What is counted of a text; "again" are those that stood in it before."""

Counts = Mapping[str, Ints]
"""Of each name in ``COUNTED``, one number a text."""


def count_lines(words: Words, marks: Marks, short: NDArray[np.float64]) -> dict[str, Ints]:
    """Counts the lines of each text.

    Args:
        words: Of the batch.
        marks: Of some of its texts.
        short: Of each text, from how many characters on a line is not short.
    """
    texts = len(marks.offsets) - 1
    starts, stops, rows, groups = _lines(marks)
    lengths = stops - starts
    ended = marks.has(stops - 1, PUNCTUATION)
    bullets = marks.has(starts, BULLET)
    # The last character of a line is no space, so there is one after a space.
    typed = np.flatnonzero(marks.has(starts, TYPED_BULLET) & (lengths > 1))
    bullets[typed] |= marks.points[starts[typed] + 1] == BLANK
    again = _duplicates(marks, starts, stops, rows)
    heads = np.flatnonzero(np.diff(groups, prepend=-1))
    part_starts, part_rows = starts[heads], rows[heads]
    part_stops = stops[np.append(heads[1:], len(stops))[: len(heads)] - 1]
    part_lengths = part_stops - part_starts
    parts_again = _duplicates(marks, part_starts, part_stops, part_rows)
    retained = ended & ~_three_dots(marks, starts, stops) & _retained(words, marks, starts, stops)
    return {
        "lines": _count(rows, texts),
        "line_chars": _count(rows, texts, lengths),
        "lines_again": _count(rows[again], texts),
        "line_chars_again": _count(rows[again], texts, lengths[again]),
        "paragraphs": _count(part_rows, texts),
        "paragraph_chars": _count(part_rows, texts, part_lengths),
        "paragraphs_again": _count(part_rows[parts_again], texts),
        "paragraph_chars_again": _count(part_rows[parts_again], texts, part_lengths[parts_again]),
        "bullets": _count(rows[bullets], texts),
        "ellipses": _count(rows[_end_in_ellipsis(marks, starts, stops)], texts),
        "punctuated": _count(rows[ended], texts),
        "short": _count(rows[lengths < short[rows]], texts),
        "sentences": _sentences(marks, starts, stops, rows, retained),
    }


def line_measures(counts: Counts) -> dict[str, NDArray[np.float64]]:
    """Returns which part of its lines and paragraphs each text has; NaN where it has none."""
    lines, chars = counts["lines"], counts["line_chars"]
    paragraphs, paragraph_chars = counts["paragraphs"], counts["paragraph_chars"]
    return {
        "duplicate_lines": _part(counts["lines_again"], lines),
        "duplicate_paragraphs": _part(counts["paragraphs_again"], paragraphs),
        "duplicate_line_chars": _part(counts["line_chars_again"], chars),
        "duplicate_paragraph_chars": _part(counts["paragraph_chars_again"], paragraph_chars),
        "bullet_lines": _part(counts["bullets"], lines),
        "ellipsis_lines": _part(counts["ellipses"], lines),
        "punctuated_lines": _part(counts["punctuated"], lines),
        "short_lines": _part(counts["short"], lines),
    }


def _lines(marks: Marks) -> tuple[Ints, Ints, Ints, Ints]:
    """Returns the lines that are not empty: start, stop, text, and a number that their paragraph shares."""
    breaks = np.flatnonzero(marks.points == LINE_FEED)
    starts = np.append(0, breaks + 1)
    stops = np.append(breaks, len(marks.points))
    rows = np.searchsorted(marks.offsets, starts, side="right") - 1
    # An empty line, not one of white space, and the beginning of a text begin another paragraph.
    groups = np.cumsum((starts == stops) | (np.diff(rows, prepend=-1) > 0))
    left = np.flatnonzero(starts < stops)
    while len(left):
        left = left[marks.has(starts[left], SPACE)]
        starts[left] += 1
        left = left[starts[left] < stops[left]]
    left = np.flatnonzero(starts < stops)
    while len(left):
        left = left[marks.has(stops[left] - 1, SPACE)]
        stops[left] -= 1
    held = np.flatnonzero(starts < stops)
    return starts[held], stops[held], rows[held], groups[held]


def _retained(words: Words, marks: Marks, starts: Ints, stops: Ints) -> NDArray[np.bool_]:
    """Tells which lines hold five words, and no phrase of C4's."""
    held = slice(words.bounds[marks.first], words.bounds[marks.last])
    hashes, places = words.hashes[held], words.starts[held] - words.offsets[marks.first]
    amounts = np.zeros(len(places) + 1, np.int64)
    np.cumsum(words.twelfths[held], out=amounts[1:])
    begins, ends = np.searchsorted(places, starts), np.searchsorted(places, stops)
    retained = amounts[ends] - amounts[begins] >= C4_WORDS * WHOLE
    for phrase in C4_PHRASES:
        found = phrase_places(hashes, phrase)
        lines = np.searchsorted(begins, found, side="right") - 1
        inside = (lines >= 0) & (found + phrase.count(" ") < ends[lines])
        retained[lines[inside]] = False
    return retained


def _end_in_ellipsis(marks: Marks, starts: Ints, stops: Ints) -> NDArray[np.bool_]:
    dots = _three_dots(marks, starts, stops)
    dots |= marks.points[stops - 1] == ELLIPSIS
    return dots


def _three_dots(marks: Marks, starts: Ints, stops: Ints) -> NDArray[np.bool_]:
    dots = np.zeros(len(starts), np.bool_)
    places = np.flatnonzero((marks.points[stops - 1] == FULL_STOP) & (stops - starts >= 3))
    before = stops[places]
    dots[places] = (marks.points[before - 2] == FULL_STOP) & (marks.points[before - 3] == FULL_STOP)
    return dots


def _duplicates(marks: Marks, starts: Ints, stops: Ints, rows: Ints) -> Ints:
    """Returns the indices of the pieces that stood in their text before.

    Only those are compared, as strings, that share with another one of their text the length and
    a few characters.
    """
    lengths = stops - starts
    keys = rows.astype(np.uint64)
    for value in (
        lengths,
        marks.points[starts],
        marks.points[stops - 1],
        marks.points[starts + lengths // 2],
        marks.points[stops - 1 - lengths // 4],
    ):
        keys *= np.uint64(0x9E3779B97F4A7C15)
        keys += value.astype(np.uint64)
    keys *= np.uint64(0xD1342543DE82EF95)
    # Sorted by the highest bits, with the index in the lowest.
    bits = np.uint64(max(len(keys).bit_length(), 1))
    keys >>= bits
    keys <<= bits
    keys |= np.arange(len(keys), dtype=np.uint64)
    keys.sort()
    alike = np.zeros(len(keys) + 1, np.bool_)
    np.equal(keys[1:] >> bits, keys[:-1] >> bits, out=alike[1:-1])
    maybe = np.flatnonzero(alike[1:] | alike[:-1])
    maybe = np.sort((keys[maybe] & ((np.uint64(1) << bits) - np.uint64(1))).view(np.int64))
    seen: set[tuple[int, str]] = set()
    again = []
    text = marks.text
    for index, row, start, stop in zip(
        maybe.tolist(), rows[maybe].tolist(), starts[maybe].tolist(), stops[maybe].tolist(), strict=True
    ):
        piece = (row, text[start:stop])
        if piece in seen:
            again.append(index)
        seen.add(piece)
    return np.array(again, np.int64)


def _sentences(marks: Marks, starts: Ints, stops: Ints, rows: Ints, retained: NDArray[np.bool_]) -> Ints:
    """Counts the sentences in the lines that C4 retains.

    Those that end like a sentence (and not in an ellipsis), hold five words and no boilerplate. Inside a
    line a sentence ends at a mark before a space, or at a wide mark; "e.g. " counts for one too.
    """
    texts = len(marks.offsets) - 1
    counts = _count(rows[retained], texts)
    if not len(starts):
        return counts
    places = np.flatnonzero(marks.flags & np.uint8(SENTENCE_END | WIDE_END))
    lines = np.searchsorted(starts, places, side="right") - 1
    places, lines = places[lines >= 0], lines[lines >= 0]
    inside = retained[lines] & (places < stops[lines] - 1)
    places, lines = places[inside], lines[inside]
    ends = marks.has(places, WIDE_END) | (marks.points[places + 1] == BLANK)
    return counts + _count(rows[lines[ends]], texts)


def _count(rows: Ints, texts: int, weights: Ints | None = None) -> Ints:
    return np.bincount(rows, weights, minlength=texts).astype(np.int64)


def _part(counts: Ints, of: Ints) -> NDArray[np.float64]:
    parts = np.full(len(of), np.nan)
    np.divide(counts, of, out=parts, where=of > 0)
    return parts
