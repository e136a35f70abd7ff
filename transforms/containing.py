"""Which documents stand inside of others? By the share of their shingles that the other one holds.

Containment of B in A is |A ∩ B| / |B| (Broder, "On the resemblance and containment of documents", 1997). A
page that is quoted whole on a longer one has 1, whatever the Jaccard similarity of the two. Bands of a
MinHash signature do not find such pairs, as they come together by Jaccard similarity.

Candidates are found by a sample: of all 32-bit hashes the same sixteenth is kept in every document (mod
sampling, in the same paper; FracMinHash, Irber and others 2022). So the share of a part's kept hashes that a
whole has estimates its containment, however long the whole is. What is missed: a part of n shingles of
which a share c is held has none of those in the sample with probability (15/16)^(cn): 5 % for the shortest
parts that are looked for, 0.3 % from 100 shingles on. Hashes that many documents hold are boilerplate, and
not looked at.
"""

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from transforms.clusters import Members
from transforms.judging import ShingleSets, set_containments
from transforms.shingles import Shingles

CONTAINMENT_VERSION: Final = 1
"""Bumped when other documents are found to be contained, or in others."""

SAMPLED: Final = 16
"""One of so many hashes is in the sample."""

LEAST_SHINGLES: Final = 50
"""A document of fewer different shingles is no part: what short texts share is often said by chance."""

MOST_HOLDERS: Final = 64
"""A hash that more documents hold finds no candidates."""

CANDIDATE_SHARE: Final = 0.5
"""Part of the limit that the sample has to reach, for a pair to be judged by all shingles."""

_FACTOR = np.uint32(0x9E3779B1)  # odd: what is sampled has no part in what shingles or signatures do
_VALUES_AT_ONCE = 1 << 20


@dataclass(frozen=True, slots=True, eq=False)
class Parts:
    """Documents that stand inside of others, each in one.

    Attributes:
        part: Row of the document.
        whole: Row of the document that holds it, which stands in no other one itself.
        share: Of the part's shingles that the whole holds.
    """

    part: NDArray[np.int64]
    whole: NDArray[np.int64]
    share: NDArray[np.float64]


def in_sample(hashes: NDArray[np.uint32]) -> NDArray[np.bool_]:
    """Tells which hashes are in the sample.

    >>> int(in_sample(np.arange(160_000, dtype=np.uint32)).sum())
    9999
    """
    return np.asarray(hashes * _FACTOR < np.uint32((1 << 32) // SAMPLED))


def sample(sets: Shingles) -> tuple[NDArray[np.int64], NDArray[np.uint32]]:
    """Returns, of each hash in the sample, the number of its set and the hash itself."""
    kept = in_sample(sets.hashes)
    owner = np.repeat(np.arange(len(sets.bounds) - 1), np.diff(sets.bounds))
    return owner[kept], sets.hashes[kept]


def places_of(sizes: NDArray[np.int64], order: NDArray[np.int64]) -> NDArray[np.int64]:
    """Returns each document's place, from most shingles to fewest, equals in survivor order.

    A document can stand inside of those before it only.
    """
    places = np.empty(len(sizes), np.int64)
    places[np.lexsort((order, -sizes))] = np.arange(len(sizes))
    return places


def shares_of(sets: ShingleSets, part: NDArray[np.int64], whole: NDArray[np.int64]) -> NDArray[np.float64]:
    """Returns the exact containment of each part in its whole, in bounded memory but for the largest two.

    Args:
        sets: That know all rows.
        part: Rows; pairs of one whole should stand together.
        whole: Rows, as many.
    """
    new = np.diff(whole, prepend=-1) != 0
    values = np.cumsum(sets.sizes(part) + new * sets.sizes(whole))
    borders = np.flatnonzero(np.diff(values // _VALUES_AT_ONCE)) + 1
    found = [np.empty(0, np.float64)]
    for some in np.split(np.arange(len(part)), borders) if len(part) else ():
        distinct, which = np.unique(whole[some], return_inverse=True)
        found.append(set_containments(sets.read(distinct), sets.read(part[some]), which))
    return np.concatenate(found)


def choose(
    part: NDArray[np.int64],
    whole: NDArray[np.int64],
    share: NDArray[np.float64],
    place: NDArray[np.int64],
) -> Parts:
    """Gives each part to one whole: of those that stay, the one that holds most of it, of equals the first.

    Longer documents are decided on first, so that what is left out is held by a document that stays, and by
    that one itself, not by way of a third.

    Args:
        part: Rows of pairs that reach the limit.
        whole: Rows; their places are smaller.
        share: Containment of each pair.
        place: Of every row; see ``places_of``.
    """
    kept: dict[int, tuple[int, float]] = {}
    ordered = np.lexsort((place[whole], -share, place[part]))
    pairs = (part[ordered].tolist(), whole[ordered].tolist(), share[ordered].tolist())
    for one, other, held in zip(*pairs, strict=True):
        if one not in kept and other not in kept:
            kept[one] = (other, held)
    rows = np.array(sorted(kept), np.int64)
    return Parts(
        rows,
        np.array([kept[row][0] for row in rows.tolist()], np.int64),
        np.array([kept[row][1] for row in rows.tolist()], np.float64),
    )


def absorb(members: Members, parts: Parts) -> Members:
    """Returns the members with the parts among them: clusters stay, their survivor becomes the whole.

    A part's exact and near copies are dropped with it. They stay in its cluster, since who holds the part
    does not hold the whole.

    Args:
        members: Of all clusters of two or more.
        parts: Of the documents that survive in them, or are alone.
    """
    alone = np.setdiff1d(parts.part, members.rows)
    rows = np.concatenate([members.rows, alone])
    order = np.argsort(rows, kind="stable")
    rows = rows[order]
    cluster = np.concatenate([members.cluster, alone])[order]
    places = np.searchsorted(parts.part, cluster)
    places[places == len(parts.part)] = 0
    held = parts.part[places] == cluster if len(parts.part) else np.zeros(len(rows), np.bool_)
    contained = held & (rows == cluster)
    similarity = np.concatenate([members.similarity, np.ones(len(alone))])[order]
    similarity[contained] = parts.share[places[contained]]
    survivor = np.concatenate([members.survivor, alone])[order]
    survivor[held] = parts.whole[places[held]]
    return replace(
        members,
        rows=rows,
        cluster=cluster,
        component=np.concatenate([members.component, alone])[order],
        survivor=survivor,
        exact=np.concatenate([members.exact, np.ones(len(alone), np.bool_)])[order],
        similarity=similarity,
        contained=contained,
    )
