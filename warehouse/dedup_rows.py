"""Turns clusters and comparisons, which speak of row numbers, into rows of ``members`` and ``pairs``."""

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from schemas.tables import TABLES
from transforms.clusters import Members
from transforms.comparisons import Pairs

POLICY = "reference last, priority, longer, earlier, id"
"""How the survivor of a cluster was chosen, in words; stands in every row."""


def member_rows(doc_id: NDArray[np.uint8], members: Members, reference: NDArray[np.bool_]) -> pa.Table:
    """Returns the rows of ``members``, sorted by cluster and document.

    Args:
        doc_id: uint8 [n, 16], of all documents.
        members: The clusters of two or more.
        reference: bool [n], whether the document belongs to a reference source.
    """
    public = np.zeros(len(doc_id), np.bool_)
    public[members.cluster[reference[members.rows]]] = True
    order = np.lexsort((*_keys(doc_id, members.rows), *_keys(doc_id, members.cluster)))
    columns = {
        "doc_id": _ids(doc_id, members.rows[order]),
        "cluster_id": _ids(doc_id, members.cluster[order]),
        "component_id": _ids(doc_id, members.component[order]),
        "survivor_id": _ids(doc_id, members.survivor[order]),
        "kind": pa.array(_kinds(members)[order], pa.string()),
        "similarity": pa.array(members.similarity[order].astype(np.float32)),
        "policy": pa.array([POLICY] * len(order), pa.string()),
        "public": pa.array(public[members.cluster[order]]),
    }
    return pa.table(columns, TABLES["members"])


def pair_rows(doc_id: NDArray[np.uint8], pairs: Pairs) -> pa.Table:
    """Returns the rows of ``pairs``, sorted by the ids of both sides."""
    order = np.lexsort((*_keys(doc_id, pairs.right), *_keys(doc_id, pairs.left)))
    columns = {
        "left_id": _ids(doc_id, pairs.left[order]),
        "right_id": _ids(doc_id, pairs.right[order]),
        "similarity": pa.array(pairs.similarity[order].astype(np.float32)),
        "accepted": pa.array(pairs.accepted[order]),
        "exact": pa.array(pairs.exact[order]),
    }
    return pa.table(columns, TABLES["pairs"])


def _kinds(members: Members) -> NDArray[np.object_]:
    kinds = np.where(members.exact, "exact", "near").astype(object)
    kinds[members.contained] = "contained"
    return kinds


def _keys(doc_id: NDArray[np.uint8], rows: NDArray[np.int64]) -> tuple[NDArray[np.uint64], ...]:
    halves = np.ascontiguousarray(doc_id).view(">u8")[rows]
    return halves[:, 1], halves[:, 0]


def _ids(doc_id: NDArray[np.uint8], rows: NDArray[np.int64]) -> pa.Array:
    data = pa.py_buffer(np.ascontiguousarray(doc_id[rows]).tobytes())
    storage = pa.FixedSizeBinaryArray.from_buffers(pa.binary(16), len(rows), [None, data])
    return pa.ExtensionArray.from_storage(pa.uuid(), storage)
