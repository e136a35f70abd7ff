"""Which later documents share a band with this one? For many documents at once."""

import numpy as np
from numpy.typing import NDArray


class Buckets:
    """The buckets of some documents, which are numbered by component and, in it, by survivor order.

    Args:
        keys: Band keys, documents × bands.
        component: Number of each document's component, ascending.

    Memory is 24 bytes a document and band.
    """

    def __init__(self, keys: NDArray[np.uint64], component: NDArray[np.int64]) -> None:
        documents, bands = keys.shape
        # One list of documents a band, by key and then number; ``_next`` and ``_stop`` are places in it.
        self._listed = np.empty((bands, documents), np.int64)
        self._next = np.empty((bands, documents), np.int64)
        self._stop = np.empty((bands, documents), np.int64)
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

    def later(self, documents: NDArray[np.int64]) -> NDArray[np.int64]:
        """Returns, ascending, whoever comes after one of ``documents`` in one of its buckets.

        Args:
            documents: At most one of a component.
        """
        begins = self._next[:, documents].ravel()
        lengths = self._stop[:, documents].ravel() - begins
        filled = np.flatnonzero(lengths)
        begins, lengths = begins[filled], lengths[filled]
        ends = np.cumsum(lengths)
        total = int(ends[-1]) if len(ends) else 0
        places = np.repeat(begins - (ends - lengths), lengths) + np.arange(total)
        found = self._listed.ravel()[places]
        if total * 16 < len(self._mark):
            return np.unique(found)
        self._mark[found] = True
        distinct = np.flatnonzero(self._mark)
        self._mark[distinct] = False
        return distinct
