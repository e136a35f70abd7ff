"""The question itself: looks an answer up, opens the candidates, and keeps what their texts prove."""

from collections.abc import Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Final

import numpy as np

from schemas.errors import UsageError
from schemas.manifest import Manifest
from schemas.specs import CleanSpec
from schemas.traces import Trace
from transforms.clean import clean_text
from transforms.ngrams import Ngrams, ngrams
from transforms.passages import Passage, find_passages
from transforms.words import WHOLE, Words, split_words
from warehouse.catalog import Catalog
from warehouse.index.lookup import SegmentIndex, SortedPart
from warehouse.parts import open_part
from warehouse.trace.answer import Hit, answer
from warehouse.trace.candidates import find_candidates
from warehouse.trace.documents import Documents, Row

EACH: Final = 10
"""Texts that are opened for each n-gram of the answer, unless told otherwise."""

MAX_CHARS: Final = 200_000
"""Code points of an answer that are traced; what is longer is cut, and the answer says so."""

_COPIES = 200


@dataclass(frozen=True, slots=True)
class _Place:
    """A copy of a text."""

    part: str
    row: int


class Tracer:
    """The index of a snapshot, open for any number of questions; close it after use.

    Not for several threads at once.
    """

    def __init__(self, catalog: Catalog, manifest: Manifest) -> None:
        """Opens an index.

        Raises:
            UsageError: If the snapshot has none; the message says how to make it.
        """
        if manifest.index is None:
            raise UsageError(
                f"snapshot {manifest.number} has no index to trace in; "
                f"`datamoat index {catalog.storage.location}` makes one"
            )
        self._manifest, self._index = manifest, manifest.index
        parts = catalog.parts(manifest, "documents", "fingerprints", "indexed", "removals")
        by_unit = {(part.table, part.unit): part.path for part in parts}
        fingerprints = {unit: path for (table, unit), path in by_unit.items() if table == "fingerprints"}
        self._segments = [
            SegmentIndex(catalog.storage, one.name, one.ranges, fingerprints)
            for one in manifest.index.segments
        ]
        self._indexed_paths = [by_unit.get(("indexed", one.name)) for one in manifest.index.segments]
        self._indexed: dict[int, SortedPart] = {}
        self._texts = sum(one.texts for one in manifest.index.segments)
        self._known = sum(part.rows for part in parts if part.table == "indexed")
        self._all = sum(part.rows for part in parts if part.table == "documents")
        self._storage = catalog.storage
        self._documents = Documents(catalog.storage)
        self._removed = self._read_removed([part.path for part in parts if part.table == "removals"])

    def trace(self, text: str, *, each: int | None = EACH, name: str | None = None) -> Trace:
        """Finds where the words of an answer stand in the corpus.

        Args:
            text: The answer, as a model gave it.
            each: Texts to open for each of its n-grams where there are more than ``MOST_TEXTS``; None opens
                all.
            name: Id of the answer, for the result.
        """
        cut = text[:MAX_CHARS]
        cleaned = clean_text(cut, CleanSpec())
        words = split_words([cleaned])
        grams = ngrams(words, self._index.ngram)
        worth = int(words.twelfths.sum(dtype=np.int64))
        # An answer that is shorter than the guarantee is traced as a whole, if it has an n-gram at all.
        shortest = max(min(self._index.min_words, worth // WHOLE), self._index.ngram)
        found = find_candidates(words, grams, self._index.min_words, self._segments, self._texts, each)
        places = self._places(found.segment.tolist(), found.ordinal.tolist())
        hits = self._hits(words, grams, shortest, places)
        unreadable = tuple(f"{path} {why}" for path, why in sorted(self._documents.unreadable.items()))
        return answer(
            Trace(
                snapshot=self._manifest.number,
                id=name,
                text=cleaned,
                truncated=len(text) > MAX_CHARS,
                words=len(words.hashes),
                guaranteed=self._index.min_words,
                shorter=worth < self._index.min_words * WHOLE,
                verbatim_words=0,
                near_words=0,
                coverage=0.0,
                spans=(),
                contributors=(),
                licenses=(),
                opened=len(places),
                unopened=found.unopened,
                indexed=self._known,
                unindexed=self._all - self._known,
                unreadable=unreadable,
            ),
            words,
            (found.firsts, found.stops, found.counts),
            hits,
            self._texts,
            self._manifest.sources,
        )

    def close(self) -> None:
        """Closes all files."""
        self._documents.close()
        for segment in self._segments:
            segment.close()
        for part in self._indexed.values():
            part.close()

    def __enter__(self) -> "Tracer":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _hits(
        self, words: Words, grams: Ngrams, shortest: int, places: Sequence[Sequence[_Place]]
    ) -> list[Hit]:
        """Opens one copy of each text, and keeps what it shares with the answer."""
        first = self._documents.read([(copies[0].part, copies[0].row) for copies in places], text=True)
        kept: list[tuple[Sequence[_Place], Row, list[Passage], Words]] = []
        for copies in places:
            row = first.get((copies[0].part, copies[0].row))
            if row is None:
                continue
            stored = split_words([row["text"]])
            passages = find_passages(words, grams, stored, ngrams(stored, self._index.ngram), shortest)
            if passages:
                kept.append((copies, row, passages, stored))
        others = [(place.part, place.row) for copies, *_ in kept for place in copies[1:_COPIES]]
        rows = self._documents.read(others, text=False)
        hits = []
        for copies, row, passages, stored in kept:
            holders = [row, *(rows[key] for key in ((p.part, p.row) for p in copies[1:]) if key in rows)]
            present = [holder for holder in holders if holder["doc_id"].bytes not in self._removed]
            if present:
                hits.append(Hit(present, max(len(copies) - _COPIES, 0), stored, passages))
        return hits

    def _places(self, segments: Sequence[int], ordinals: Sequence[int]) -> list[list[_Place]]:
        """Returns the copies of each text that stand in the snapshot; texts that went are left out."""
        found: dict[tuple[int, int], list[_Place]] = {}
        for segment in sorted(set(segments)):
            path = self._indexed_paths[segment]
            if path is None:
                continue
            if segment not in self._indexed:
                self._indexed[segment] = SortedPart(self._storage, path, "doc")
            mine = sorted(ordinal for of, ordinal in zip(segments, ordinals, strict=True) if of == segment)
            which, rows, _ = self._indexed[segment].rows(np.array(mine, np.int64), ["part", "row"])
            for index, row in zip(which.tolist(), rows.to_pylist(), strict=True):
                found.setdefault((segment, mine[index]), []).append(_Place(row["part"], row["row"]))
        return [found[key] for key in zip(segments, ordinals, strict=True) if key in found]

    def _read_removed(self, paths: Sequence[str]) -> set[bytes]:
        removed: set[bytes] = set()
        for path in paths:
            with open_part(self._storage, path) as part:
                column = part.read(columns=["doc_id"]).column("doc_id").combine_chunks()
            removed.update(column.storage.to_pylist())
        return removed


def open_trace(catalog: Catalog, manifest: Manifest) -> Tracer:
    """Opens the index of a snapshot.

    Raises:
        UsageError: If it has none.
        WorkFailed: If a part of it is gone.
    """
    return Tracer(catalog, manifest)
