"""Finds passages by BM25, and says how rare terms are."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import tantivy
from numpy.typing import NDArray

from schemas.manifest import Manifest
from transforms.terms import rarity, written
from warehouse.catalog import Catalog
from warehouse.passages.build import folders

HITS: Final = 64
"""Passages that are looked at for a question, at least; more while the best ones are all the same."""

_MOST_HITS = 1024


@dataclass(frozen=True, slots=True)
class Place:
    """A passage of a text: number of the text's segment in the snapshot, its ordinal, code points."""

    segment: int
    doc: int
    first: int
    stop: int


@dataclass(frozen=True, slots=True)
class Hit:
    """Passages of the same terms, and their BM25 score."""

    score: float
    places: tuple[Place, ...]


class Passages:
    """The passages of a snapshot as far as they are indexed on this machine.

    Attributes:
        missing: Texts of the snapshot's index that are not among them.
    """

    def __init__(self, catalog: Catalog, manifest: Manifest) -> None:
        """Opens the index that has most of the snapshot's texts, if there is one."""
        wanted = (
            {segment.name: segment.texts for segment in manifest.index.segments} if manifest.index else {}
        )
        best, known = max(
            folders(catalog.storage),
            key=lambda pair: sum(wanted.get(name, 0) for name in pair[1]),
            default=(None, []),
        )
        self.missing = sum(texts for name, texts in wanted.items() if name not in known)
        self._numbers = {
            number: list(wanted).index(name) for number, name in enumerate(known) if name in wanted
        }
        self._index = tantivy.Index.open(str(best)) if best is not None and self._numbers else None
        if self._index is not None:
            self._searcher, self._schema = self._index.searcher(), self._index.schema
        self._rarity: dict[int, float] = {}

    @property
    def there(self) -> bool:
        """Whether anything can be found."""
        return self._index is not None

    @property
    def count(self) -> int:
        """How many passages there are."""
        return int(self._searcher.num_docs)

    def weigh(self, hashes: NDArray[np.uint64]) -> NDArray[np.float64]:
        """Returns the weight of each term (``transforms.terms.rarity``)."""
        for value in hashes.tolist():
            if value not in self._rarity:
                held = self._searcher.doc_freq("terms", written(np.array([value], np.uint64)))
                self._rarity[value] = float(rarity([held], self._searcher.num_docs)[0])
        return np.array([self._rarity[value] for value in hashes.tolist()])

    def find(self, hashes: NDArray[np.uint64], count: int) -> list[Hit]:
        """Returns passages that hold some of the terms, the best first.

        Args:
            hashes: Distinct terms.
            count: Different passages that are wanted; those that are the same count as one.
        """
        clauses = [
            (tantivy.Occur.Should, tantivy.Query.term_query(self._schema, "terms", term, "freq"))
            for term in written(hashes).split()
        ]
        query = tantivy.Query.boolean_query(clauses)
        limit = HITS
        while True:
            found = self._searcher.search(query, limit).hits
            hits = self._grouped(found)
            if len(hits) > count or len(found) < limit or limit >= _MOST_HITS:
                return hits
            limit *= 4

    def _grouped(self, found: Sequence[tuple[float, tantivy.DocAddress]]) -> list[Hit]:
        groups: dict[bytes, tuple[float, list[Place]]] = {}
        for score, address in found:
            stored = self._searcher.doc(address).to_dict()
            segment = self._numbers.get(stored["segment"][0])
            if segment is not None:
                place = Place(segment, *(int(stored[name][0]) for name in ("doc", "first", "stop")))
                groups.setdefault(bytes(stored["same"][0]), (round(float(score), 3), []))[1].append(place)
        order = sorted(groups.items(), key=lambda item: (-item[1][0], item[0]))
        return [
            Hit(score, tuple(sorted(places, key=lambda place: (place.segment, place.doc, place.first))))
            for _, (score, places) in order
        ]
