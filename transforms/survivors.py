"""Who survives among duplicates, and which documents hold the very same text?

Both are answered for all documents at once, over dense row numbers, by sorting: n log n, some 60 bytes
a document.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

SURVIVORS_VERSION: Final = 1
"""Bumped when the survivor order changes."""

NO_DATE: Final = int(np.iinfo(np.int64).max)
"""Stands for a date that is not known, and sorts last."""


def survivor_order(
    reference: NDArray[np.bool_],
    priority: NDArray[np.integer],
    chars: NDArray[np.integer],
    created_at: NDArray[np.int64],
    doc_id: NDArray[np.uint8],
) -> NDArray[np.int64]:
    """Ranks documents: of a cluster, the one with the lowest rank survives.

    Reference sources come last; then the higher priority, the longer text, the earlier date and the
    smaller id come first.

    Args:
        reference: Whether the document's source is a reference.
        priority: Of its source.
        chars: Length of its text.
        created_at: Microseconds since 1970, ``NO_DATE`` where unknown.
        doc_id: uint8, documents × 16; different for each document.

    Returns:
        Each row's rank: 0 to n - 1.

    >>> no = np.zeros(3, np.bool_)
    >>> dates = np.array([NO_DATE, 5, 5])
    >>> ids = np.arange(48, dtype=np.uint8).reshape(3, 16)
    >>> survivor_order(no, np.zeros(3, int), np.array([10, 9, 10]), dates, ids).tolist()
    [1, 2, 0]
    """
    halves = np.ascontiguousarray(doc_id).view(">u8")
    keys = (
        halves[:, 1],
        halves[:, 0],
        created_at,
        -chars.astype(np.int64),
        -priority.astype(np.int64),
        reference,
    )
    order = np.lexsort(keys)
    rank = np.empty(len(order), np.int64)
    rank[order] = np.arange(len(order))
    return rank


def collapse_exact(text_sha256: NDArray[np.uint8], order: NDArray[np.int64]) -> NDArray[np.int64]:
    """Returns, for each row, the row that stands for its text: the first in survivor order.

    Args:
        text_sha256: uint8, documents × 32.
        order: Each row's rank.

    >>> hashes = np.zeros((3, 32), np.uint8); hashes[1] = 7
    >>> collapse_exact(hashes, np.array([2, 1, 0])).tolist()
    [2, 1, 2]
    """
    words = np.ascontiguousarray(text_sha256).view(np.uint64)
    places = np.lexsort((order, words[:, 3], words[:, 2], words[:, 1], words[:, 0]))
    ordered = words[places]
    first = np.ones(len(places), np.bool_)
    first[1:] = (ordered[1:] != ordered[:-1]).any(axis=1)
    representatives = np.empty(len(places), np.int64)
    representatives[places] = places[first][np.cumsum(first) - 1]
    return representatives
