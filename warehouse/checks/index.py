"""Checks over the index: every text stands where it says, and its fingerprints are in order."""

from collections.abc import Sequence

import numpy as np
import pyarrow.compute as pc

from schemas.answers import Check
from schemas.manifest import IndexSegment, Manifest
from schemas.units import PartInfo
from transforms.winnowing import HASH_BITS
from warehouse.checks.tally import Tally
from warehouse.index.ranges import range_of
from warehouse.parts import open_part
from warehouse.storage import Storage


def check_index(storage: Storage, manifest: Manifest, parts: Sequence[PartInfo]) -> list[Check]:
    """Checks the index of a snapshot; a snapshot without one has nothing to check."""
    if manifest.index is None:
        return []
    segments = {segment.name: segment for segment in manifest.index.segments}
    return [_placed(storage, segments, parts), _sorted(storage, segments, parts)]


def _placed(storage: Storage, segments: dict[str, IndexSegment], parts: Sequence[PartInfo]) -> Check:
    tally = Tally("the index knows where its texts stand")
    documents = {part.path: part for part in parts if part.table == "documents"}
    stated: dict[str, list[tuple[int, bytes]]] = {}
    for part in (part for part in parts if part.table == "indexed"):
        if not tally.expect(part.unit in segments, f"{part.path} belongs to no segment"):
            continue
        with open_part(storage, part.path) as file:
            table = file.read(columns=["part", "row", "text_sha256"])
        for path, row, digest in zip(*(table[name].to_pylist() for name in table.column_names), strict=True):
            stated.setdefault(path, []).append((row, digest))
    for path, rows in sorted(stated.items()):
        if not tally.expect(path in documents, f"{path} is indexed and not in the snapshot"):
            continue
        with open_part(storage, path) as file:
            texts = file.read(columns=["text_sha256"]).column(0).to_pylist()
        for row, digest in rows:
            same = row < len(texts) and texts[row] == digest
            tally.expect(same, f"{path}, row {row}: the text is not the one that was indexed")
    return tally.answer()


def _sorted(storage: Storage, segments: dict[str, IndexSegment], parts: Sequence[PartInfo]) -> Check:
    tally = Tally("fingerprints are sorted, in their range, and of texts that are there")
    for part in (part for part in parts if part.table == "fingerprints"):
        name, _, number = part.unit.partition(".")
        segment = segments.get(name)
        if segment is None:
            tally.fail(f"{part.path} belongs to no segment")
            continue
        with open_part(storage, part.path) as file:
            table = file.read(columns=["hash", "doc"])
        hashes, docs = table["hash"].to_numpy(), pc.min_max(table["doc"]).as_py()
        rising = bool((np.diff(hashes) >= 0).all()) and hashes[0] >= 0 and hashes[-1] < 1 << HASH_BITS
        ours = bool((range_of(hashes[[0, -1]], segment.ranges) == int(number)).all())
        known = docs["min"] >= 0 and docs["max"] < segment.texts
        tally.expect(rising and ours and known, f"{part.path}: not sorted, or of another segment")
    return tally.answer()
