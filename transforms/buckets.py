"""Which later documents share a band with this one? For many documents at once.

A bucket in which many documents are unlike each other says that its band is boilerplate: a licence text, a
cookie banner. Comparing all of them would take m²/2 comparisons. So in each bucket only the first founders
are compared with whoever comes after them; later founders of a crowded bucket meet only documents
with which they share another band as well. That is linear in the documents, and pairs that are alike share
several bands (of similarity 0.7 in 25 bands of 5 rows, 98.8 % of those that share one share another).
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

FOUNDERS_COMPARED: Final = 128
"""Founders of a bucket that are compared with all later documents in it."""


class Buckets:
    """The buckets of some documents, which are numbered by component and, in it, by survivor order.

    Args:
        keys: Band keys, documents × bands.
        component: Number of each document's component, ascending.
        most: Founders of a bucket that meet the rest of it, at most 254.

    Memory is 13 bytes a document and band.
    """

    def __init__(self, keys: NDArray[np.uint64], component: NDArray[np.int64], most: int) -> None:
        documents, bands = keys.shape
        # One list of documents a band, by key and then number; ``_next`` and ``_stop`` are places in it.
        place = np.int32 if documents * bands < np.iinfo(np.int32).max else np.int64
        self._listed = np.empty((bands, documents), place)
        self._next = np.empty((bands, documents), place)
        self._stop = np.empty((bands, documents), place)
        # Founders that met their bucket, at the bucket's last place; one more where others were refused.
        self._founders = np.zeros(bands * documents, np.uint8)
        self._most = most
        self._mark = np.zeros(documents, np.bool_)
        for band in range(bands):
            listed = np.argsort(keys[:, band], kind="stable")
            key, where = keys[listed, band], component[listed]
            heads = np.flatnonzero(
                np.concatenate([[True], (key[1:] != key[:-1]) | (where[1:] != where[:-1])])
            )
            sizes = np.diff(heads, append=documents)
            offset = band * documents
            self._listed[band] = listed
            self._next[band, listed] = np.arange(offset + 1, offset + documents + 1)
            self._stop[band, listed] = np.repeat(heads + sizes + offset, sizes)

    def later(self, founders: NDArray[np.int64]) -> NDArray[np.int64]:
        """Returns, ascending, whoever comes after one of ``founders`` in one of its buckets.

        Buckets that had their founders give nobody any more.

        Args:
            founders: At most one of a component, and each one only once.
        """
        begins = self._next[:, founders].ravel()
        lengths = self._stop[:, founders].ravel() - begins
        filled = np.flatnonzero(lengths)
        begins, lengths = begins[filled], lengths[filled]
        last = begins + lengths - 1
        met = self._founders[last]
        # Founders of one call are of different components, so no bucket stands here twice.
        self._founders[last] = np.minimum(met + 1, self._most + 1)
        free = met < self._most
        begins, lengths = begins[free], lengths[free]
        ends = np.cumsum(lengths, dtype=np.int64)
        total = int(ends[-1]) if len(ends) else 0
        places = np.repeat(begins - (ends - lengths), lengths) + np.arange(total)
        found = self._listed.ravel()[places].astype(np.int64)
        if total * 16 < len(self._mark):
            return np.unique(found)
        self._mark[found] = True
        distinct = np.flatnonzero(self._mark)
        self._mark[distinct] = False
        return distinct

    def crowded(self) -> NDArray[np.int64]:
        """Returns a document of each bucket in which founders were refused."""
        return self._listed.ravel()[self._founders > self._most].astype(np.int64)
