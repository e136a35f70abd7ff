"""What deduplication takes for each document: seconds, bytes on disk, and memory, step by step.

    python benchmarks/dedup_scale.py                          1,000,000 documents
    python benchmarks/dedup_scale.py --documents 200000
    python benchmarks/dedup_scale.py --build --workers 2      the whole command instead

Makes short documents of 100 words: new ones, exact copies, copies with some words edited (of all originals,
some much more often than others), and 1 % with a banner that is half of them. Texts are signed by the
project's own functions and written as parts; then the steps of ``pipelines.deduplicate`` run one after
another in this process, on one thread. Memory is RSS, its peak reset before each step (Linux only).

With ``--build`` the same documents are JSON Lines, which ``datamoat build`` reads, signs and deduplicates
with nothing else switched on; memory is then the sum of PSS over its processes (``benchmarks/resources.py``).
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path

import numpy as np
import orjson
import pyarrow as pa
from numpy.typing import NDArray

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.peers.tools import datamoat_build
from benchmarks.resources import measure
from pipelines.pairing import Pairing
from schemas.ids import digest16, text_sha256
from schemas.specs import DedupSpec
from schemas.tables import TABLES
from schemas.units import PartInfo
from transforms.bands import choose_bands
from transforms.clusters import cluster_components, members_of
from transforms.components import connect_pieces
from transforms.judging import ByShingles
from transforms.shingles import Shingles, shingles
from transforms.signatures import sign
from transforms.survivors import collapse_exact, survivor_order
from transforms.words import split_words
from warehouse.columns import gathered_signatures, load_columns
from warehouse.dedup_rows import member_rows, pair_rows
from warehouse.parts import UnitParts
from warehouse.rows import signature_rows, uuids
from warehouse.shingle_sets import stored_shingle_sets
from warehouse.storage import Storage, open_storage

THRESHOLD, NGRAM, PERMUTATIONS = DedupSpec().threshold, DedupSpec().ngram, DedupSpec().permutations
WORDS, VOCABULARY = 100, 50_000
UNIT_DOCUMENTS, BATCH_DOCUMENTS = 10_000, 250
_NEW, _EXACT, _BANNER = 0.6, 0.1, 0.01


def iter_texts(documents: int, seed: int = 1) -> Iterator[str]:
    """Yields the documents."""
    rng = np.random.default_rng(seed)
    banner = rng.integers(0, VOCABULARY, WORDS // 2).tolist()
    originals: list[list[int]] = []
    for _ in range(documents):
        draw = rng.random()
        if draw < _NEW or not originals:
            words = rng.integers(0, VOCABULARY, WORDS).tolist()
            if draw < _BANNER:
                words[: len(banner)] = banner
            if len(originals) < 100_000:
                originals.append(words)
        else:
            # The square makes early originals the frequent ones: families of all sizes.
            words = list(originals[int(rng.random() ** 3 * len(originals))])
            if draw >= _NEW + _EXACT:
                for place in rng.integers(0, WORDS, rng.integers(1, 9)).tolist():
                    words[place] = int(rng.integers(VOCABULARY))
        yield " ".join([f"w{word}" for word in words])


def write_parts(storage: Storage, documents: int) -> tuple[list[PartInfo], list[PartInfo]]:
    """Writes the documents and their signatures; returns the parts of both, in the order of rows."""
    texts = iter_texts(documents)
    tables: dict[str, list[PartInfo]] = {"documents": [], "signatures": []}
    row = 0
    while unit_texts := list(islice(texts, UNIT_DOCUMENTS)):
        unit = f"{row:012}"
        parts = UnitParts(storage, unit, dict.fromkeys(tables, "d"), "recipe")
        for first in range(0, len(unit_texts), BATCH_DOCUMENTS):
            batch = unit_texts[first : first + BATCH_DOCUMENTS]
            ids = [digest16("scale", str(row + number)) for number in range(len(batch))]
            hashes = [text_sha256(text) for text in batch]
            parts.write("documents", _document_rows(ids, hashes, batch))
            signatures = sign(shingle(batch), PERMUTATIONS)
            parts.write("signatures", signature_rows(ids, hashes, signatures))
            row += len(batch)
        for part in parts.publish():
            tables[part.table].append(part)
    return tables["documents"], tables["signatures"]


def shingle(texts: Sequence[str]) -> Shingles:
    """Shingles texts as a build does."""
    return shingles(split_words(texts), NGRAM)


def _document_rows(ids: Sequence[bytes], hashes: Sequence[bytes], texts: Sequence[str]) -> pa.Table:
    columns = {
        "doc_id": uuids(ids),
        "text": pa.array(texts),
        "chars": pa.array([len(text) for text in texts], pa.int32()),
        "text_sha256": pa.array(hashes, pa.binary(32)),
    }
    fillers = {"int32": 100, "string": "scale", "fixed_size_binary[32]": bytes(32)}
    for field in TABLES["documents"]:
        if field.name not in columns:
            value = None if field.nullable else fillers[str(field.type)]
            storage = field.type.storage_type if isinstance(field.type, pa.UuidType) else field.type
            made = pa.array([value] * len(ids), storage)
            columns[field.name] = (
                made if storage is field.type else pa.ExtensionArray.from_storage(pa.uuid(), made)
            )
    return pa.table([columns[name] for name in TABLES["documents"].names], schema=TABLES["documents"])


class Report:
    """Prints a line a step; bytes are of each document."""

    def __init__(self, documents: int) -> None:
        self._documents = documents
        self.peak = 0.0
        print(f"{'step':<26} {'wall s':>8} {'CPU s':>8} {'CPU µs each':>12} {'peak MB':>8} {'after MB':>9}")

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Measures what happens inside."""
        Path("/proc/self/clear_refs").write_text("5")  # the peak begins anew
        started, worked = time.perf_counter(), time.process_time()
        yield
        seconds, cpu = time.perf_counter() - started, time.process_time() - worked
        peak, after = _memory("VmHWM"), _memory("VmRSS")
        self.peak = max(self.peak, peak)
        each = cpu / self._documents * 1e6
        print(f"{name:<26} {seconds:>8.1f} {cpu:>8.1f} {each:>12.2f} {peak:>8.0f} {after:>9.0f}")

    def size(self, name: str, size: float) -> None:
        """Prints bytes that something takes, for each document."""
        print(f"  {name:<46} {size / self._documents:>8.1f} bytes a document, {size / 1e6:>8.1f} MB")


def _memory(name: str) -> float:
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(f"{name}:"):
            return int(line.split()[1]) * 1024 / 1e6
    raise LookupError(name)


def run(storage: Storage, documents: int) -> None:
    """Makes the documents, deduplicates them, and prints what each step takes."""
    report = Report(documents)
    with report.step("make texts, sign, write"):
        texts, signed = write_parts(storage, documents)
    with report.step("columns"):
        columns = load_columns(storage, texts, {part.unit: "scale" for part in texts})
    with report.step("survivors, exact copies"):
        none = np.zeros(documents, np.bool_)
        order = survivor_order(
            none, np.zeros(documents, np.int64), columns.chars, columns.created_at, columns.doc_id
        )
        representatives = collapse_exact(columns.text_sha256, order)
    distinct = int(np.count_nonzero(representatives == np.arange(documents)))
    bands, rows = choose_bands(THRESHOLD, PERMUTATIONS)
    pairing = Pairing(storage, tuple(signed), PERMUTATIONS, bands, rows, representatives)
    with report.step("pairing"):
        pieces = list(pairing.edges(threads=1))
    edges = sum(len(left) for left, _ in pieces)
    with report.step("components"):
        connected, component = connect_pieces(pieces, order)
    del pieces
    with stored_shingle_sets(storage, texts, shingle) as sets:
        with report.step("gather signatures"):
            gathering = gathered_signatures(storage, signed, PERMUTATIONS, connected)
            load = gathering.__enter__()
        with report.step("cluster, verify"):
            similarity = ByShingles(sets, THRESHOLD, PERMUTATIONS)
            found = cluster_components(
                order,
                connected,
                component,
                load,
                bands=bands,
                rows=rows,
                threshold=THRESHOLD,
                similarity=similarity,
            )
        gathering.__exit__(None, None, None)
        shingle_bytes, verified, groups = sets.bytes, sets.texts, sets.row_groups
    with report.step("members, pairs"):
        members = members_of(found, representatives)
        parts = UnitParts(storage, "dedup", {"members": "d", "pairs": "d"}, "recipe")
        parts.write("members", member_rows(columns.doc_id, members, none))
        parts.write("pairs", pair_rows(columns.doc_id, found.pairs))
        written = {part.table: part for part in parts.publish()}
    print(f"peak of all steps: {report.peak:,.0f} MB")
    _, sizes = np.unique(component, return_counts=True)
    removed = int(np.count_nonzero(members.rows != members.survivor))
    print(
        f"{documents:,} documents, {distinct:,} texts, {len(connected):,} in {len(sizes):,} components "
        f"(largest {sizes.max(initial=0):,})\n{edges:,} edges, {found.compared.sum():,} comparisons, "
        f"{found.crowded} crowded buckets, {verified:,} texts verified from {groups:,} row groups, "
        f"{removed:,} removed"
    )
    report.size("documents on disk", sum(part.bytes for part in texts))
    report.size("signatures on disk", sum(part.bytes for part in signed))
    held: list[NDArray[np.generic]] = [
        columns.doc_id,
        columns.text_sha256,
        columns.chars,
        columns.created_at,
        columns.source,
    ]
    report.size("columns in memory", sum(array.nbytes for array in held))
    report.size("order and representatives in memory", order.nbytes + representatives.nbytes)
    report.size("band keys and rows through the pairing", 16 * bands * distinct)
    report.size("edges out of it", 16 * edges)
    report.size("labels: forest and marks in memory", 5 * documents)
    report.size("signatures that are compared, in a file", 4 * PERMUTATIONS * len(connected))
    report.size("shingle sets that are compared, in a file", shingle_bytes)
    report.size("comparisons in memory", 26 * len(found.pairs.left))
    report.size("members on disk", written["members"].bytes)
    report.size("pairs on disk", written["pairs"].bytes)


def build(folder: Path, documents: int, workers: int) -> None:
    """Builds the documents by the command, and prints what that takes."""
    corpus, out = folder / "corpus", folder / "out"
    corpus.mkdir()
    out.mkdir()
    with (corpus / "texts.jsonl").open("wb") as file:
        file.writelines(orjson.dumps({"text": text}) + b"\n" for text in iter_texts(documents))
    samples: list[tuple[float, int]] = []
    cost = measure(
        datamoat_build(corpus, out, workers), sample=lambda seconds, size: samples.append((seconds, size))
    )
    print(f"{documents:,} documents, {workers} workers: exit code {cost.exit_code}, {cost.wall_s:,.0f} s,")
    print(f"{cost.cpu_s:,.0f} CPU s, sum of PSS at most {cost.peak_pss_mb:,.0f} MB, ", end="")
    print(f"largest process {cost.peak_rss_mb:,.0f} MB")
    # Receipts of units are there as soon as those are read.
    read = max(path.stat().st_mtime for path in (out / "warehouse/receipts/ingest").iterdir())
    for name, some in (
        ("read, sign, write", [sample for sample in samples if sample[0] <= read]),
        ("deduplicate, commit", [sample for sample in samples if sample[0] > read]),
    ):
        seconds = some[-1][0] - some[0][0] if some else 0
        print(f"  {name:<20} {seconds:>8.0f} s, {max((size for _, size in some), default=0) / 1e6:>8,.0f} MB")
    for table in sorted((out / "warehouse/parts").iterdir()):
        size = sum(path.stat().st_size for path in table.iterdir())
        print(f"  {table.name:<20} {size / documents:>8.1f} bytes a document on disk")


def main() -> None:
    """Prints the tables."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--documents", type=int, default=1_000_000)
    parser.add_argument(
        "--dir", help="where the parts are written, and deleted again; the temporary folder if not given"
    )
    parser.add_argument("--build", action="store_true", help="run the whole command instead of the steps")
    parser.add_argument("--workers", type=int, default=2, help="of the command")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=options.dir) as folder:
        if options.build:
            build(Path(folder).resolve(), options.documents, options.workers)
            return
        run(open_storage(folder), options.documents)


if __name__ == "__main__":
    main()
