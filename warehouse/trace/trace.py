"""The question itself: looks an answer up, opens the candidates, and keeps what their texts prove."""

from collections.abc import Sequence
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
from warehouse.index.lookup import SegmentIndex
from warehouse.trace.answer import Hit, answer
from warehouse.trace.candidates import find_candidates
from warehouse.trace.copies import MOST_COPIES, Copies, Place
from warehouse.trace.documents import Row
from warehouse.trace.similar import SIMILAR, Similar

EACH: Final = 10
"""Texts that are opened for each n-gram of the answer, unless told otherwise."""

MAX_CHARS: Final = 200_000
"""Code points of an answer that are traced; what is longer is cut, and the answer says so."""


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
        self._texts = sum(one.texts for one in manifest.index.segments)
        self._known = sum(part.rows for part in parts if part.table == "indexed")
        self._all = sum(part.rows for part in parts if part.table == "documents")
        self._copies = Copies(catalog, manifest, parts)
        self._similar = Similar(catalog, manifest, self._copies)

    @property
    def unsearched(self) -> int:
        """Texts of the index whose passages are not indexed on this machine."""
        return self._similar.missing

    def trace(
        self, text: str, *, each: int | None = EACH, name: str | None = None, similar: int = SIMILAR
    ) -> Trace:
        """Finds where the words of an answer stand in the corpus.

        Args:
            text: The answer, as a model gave it.
            each: Texts to open for each of its n-grams where there are more than ``MOST_TEXTS``; None opens
                all.
            name: Id of the answer, for the result.
            similar: Passages to name for each sentence that stands nowhere word for word; 0 looks for none.
        """
        cut = text[:MAX_CHARS]
        cleaned = clean_text(cut, CleanSpec())
        words = split_words([cleaned])
        grams = ngrams(words, self._index.ngram)
        worth = int(words.twelfths.sum(dtype=np.int64))
        # An answer that is shorter than the guarantee is traced as a whole, if it has an n-gram at all.
        shortest = max(min(self._index.min_words, worth // WHOLE), self._index.ngram)
        found = find_candidates(words, grams, self._index.min_words, self._segments, self._texts, each)
        keys = list(zip(found.segment.tolist(), found.ordinal.tolist(), strict=True))
        placed = self._copies.places(found.segment.tolist(), found.ordinal.tolist())
        places = [placed[key] for key in keys if key in placed]
        hits = self._hits(words, grams, shortest, places)
        traced = answer(
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
            ),
            words,
            (found.firsts, found.stops, found.counts),
            hits,
            self._texts,
            self._manifest.sources,
        )
        more = self._similar.find(traced, words, similar) if similar else {}
        unreadable = tuple(f"{path} {why}" for path, why in sorted(self._copies.unreadable.items()))
        return traced.model_copy(update={**more, "unreadable": unreadable})

    def close(self) -> None:
        """Closes all files."""
        self._copies.close()
        for segment in self._segments:
            segment.close()

    def __enter__(self) -> "Tracer":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _hits(
        self, words: Words, grams: Ngrams, shortest: int, places: Sequence[Sequence[Place]]
    ) -> list[Hit]:
        """Opens one copy of each text, and keeps what it shares with the answer."""
        kept: list[tuple[Sequence[Place], Row, list[Passage], Words]] = []
        for copies, row in zip(places, self._copies.read(places), strict=True):
            if row is None:
                continue
            stored = split_words([row["text"]])
            passages = find_passages(words, grams, stored, ngrams(stored, self._index.ngram), shortest)
            if passages:
                kept.append((copies, row, passages, stored))
        present = self._copies.holders([copies for copies, *_ in kept], [row for _, row, *_ in kept])
        return [
            Hit(holders, max(len(copies) - MOST_COPIES, 0), stored, passages)
            for (copies, _, passages, stored), holders in zip(kept, present, strict=True)
            if holders
        ]


def open_trace(catalog: Catalog, manifest: Manifest) -> Tracer:
    """Opens the index of a snapshot.

    Raises:
        UsageError: If it has none.
        WorkFailed: If a part of it is gone.
    """
    return Tracer(catalog, manifest)
