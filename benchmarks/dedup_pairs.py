"""Does deduplication find the duplicates of real pages, and only these?

    python benchmarks/dedup_pairs.py --data DIR

DIR holds ``bulk/J_etcd_docs_versions.tar.gz`` (the same pages in many versions) and
``samples/A_neardup/mccormick_articles_1000.*`` (articles with ten known pairs). Each pair of pages is
judged by the exact Jaccard similarity of its word 5-grams, and that is held against what banding finds,
signatures estimate and clusters remove: as builds do it, with pairs near the threshold judged by their
shingles, and for comparison by signatures alone.
"""

import argparse
import sys
import tarfile
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from schemas.ids import text_sha256
from schemas.specs import DedupSpec
from transforms.bands import band_keys, choose_bands
from transforms.clusters import Members, cluster, members_of
from transforms.judging import ByShingles, BySignatures, HeldShingles
from transforms.shingles import Shingles, shingles
from transforms.signatures import estimate, sign
from transforms.survivors import collapse_exact
from transforms.words import split_words
from warehouse.pairing import BAND_SCHEMA, EDGE_SCHEMA, pair_bands

NGRAM, PERMUTATIONS, THRESHOLD = DedupSpec().ngram, DedupSpec().permutations, DedupSpec().threshold
SAMPLE, SEED = 200, 4


@dataclass(frozen=True, slots=True, eq=False)
class Judged:
    """Pages and what deduplication makes of them; page numbers index everything.

    Attributes:
        signatures: One row a page.
        jaccard: Exact similarity, pages × pages.
        shares: Whether two pages share a band or their text, pages × pages.
        cluster: Number of the survivor of each page; its own if it is alone.
        members: The members of all clusters.
    """

    signatures: NDArray[np.uint32]
    jaccard: NDArray[np.float64]
    shares: NDArray[np.bool_]
    cluster: NDArray[np.int64]
    members: Members


def deduplicate(texts: Sequence[str], *, verify: bool = True) -> Judged:
    """Runs the whole way of deduplication over some texts; of two duplicates the longer survives.

    Args:
        texts: The texts.
        verify: False judges all pairs by signatures alone.
    """
    made = shingles(split_words(texts), NGRAM)
    signatures = sign(made, PERMUTATIONS)
    bands, rows = choose_bands(THRESHOLD, PERMUTATIONS)
    keys = band_keys(signatures, bands, rows)
    order = np.empty(len(texts), np.int64)
    order[np.lexsort((np.arange(len(texts)), [-len(text) for text in texts]))] = np.arange(len(texts))
    hashes = np.frombuffer(b"".join(map(text_sha256, texts)), np.uint8).reshape(-1, 32)
    representatives = collapse_exact(hashes, order)
    distinct = np.unique(representatives)
    batch = pa.record_batch(
        [pa.array(np.repeat(distinct, bands)), pa.array(keys[distinct].ravel())], schema=BAND_SCHEMA
    )
    with tempfile.TemporaryDirectory() as folder:
        batches = pair_bands(iter([batch]), memory_limit="400MB", temp_directory=folder, threads=1)
        edges = pa.Table.from_batches(batches, EDGE_SCHEMA)
    clusters = cluster(
        order,
        edges["left"].to_numpy(),
        edges["right"].to_numpy(),
        lambda wanted: signatures[wanted],
        bands=bands,
        rows=rows,
        threshold=THRESHOLD,
        similarity=ByShingles(HeldShingles(made), THRESHOLD, PERMUTATIONS) if verify else BySignatures(),
    )
    members = members_of(clusters, representatives)
    survivors = np.arange(len(texts))
    survivors[members.rows] = members.survivor
    shares = np.zeros((len(texts), len(texts)), np.bool_)
    for band in range(bands):
        shares |= keys[:, band, None] == keys[None, :, band]
    return Judged(signatures, exact_jaccard(made), shares, survivors, members)


def exact_jaccard(made: Shingles) -> NDArray[np.float64]:
    """Returns the similarity of all pairs, by counting shared shingles with a sparse product."""
    count = len(made.bounds) - 1
    page = np.repeat(np.arange(count), np.diff(made.bounds))
    _, shingle = np.unique(made.hashes, return_inverse=True)
    incidence = csr_matrix((np.ones(len(page)), (page, shingle)), shape=(count, shingle.max() + 1))
    incidence.data[:] = 1.0  # one that comes twice is one
    shared = (incidence @ incidence.T).toarray()
    sizes = shared.diagonal()
    return np.asarray(shared / (sizes[:, None] + sizes[None, :] - shared))


def etcd_pages(data: Path) -> list[str]:
    """Reads the Markdown pages of all versions of etcd's documentation."""
    with tarfile.open(data / "bulk" / "J_etcd_docs_versions.tar.gz") as archive:
        files = [archive.extractfile(entry) for entry in archive if entry.name.endswith(".md")]
        return [file.read().decode() for file in files if file]


def article_pairs(data: Path) -> tuple[set[frozenset[str]], set[frozenset[str]]]:
    """Deduplicates McCormick's articles: the pairs of ids that were found, and those that are copies."""
    folder = data / "samples" / "A_neardup"
    lines = (folder / "mccormick_articles_1000.train").read_text(errors="replace").splitlines()
    ids, texts = zip(*(line.split(" ", 1) for line in lines if line), strict=True)
    truth = (folder / "mccormick_articles_1000.truth").read_text().split("\n")
    judged = deduplicate(texts)
    pairs = {
        frozenset((ids[page], ids[survivor]))
        for page, survivor in zip(judged.members.rows, judged.members.survivor, strict=True)
        if page != survivor
    }
    return pairs, {frozenset(line.split()) for line in truth if line}


def sample(judged: Judged, least: float, most: float) -> NDArray[np.int64]:
    """Draws random pairs (left < right) with a similarity from ``least`` to below ``most``."""
    left, right = np.nonzero(np.triu((judged.jaccard >= least) & (judged.jaccard < most), 1))
    chosen = np.random.default_rng(SEED).permutation(len(left))[:SAMPLE]
    return np.stack([left[chosen], right[chosen]], axis=1)


def removed_below(judged: Judged, similarity: float) -> int:
    """Counts pages that were removed for a survivor they resemble less than that."""
    pages = judged.members.rows
    return int(np.count_nonzero(judged.jaccard[pages, judged.members.survivor] < similarity))


def missed_from(judged: Judged, similarity: float) -> int:
    """Counts survivors that resemble another survivor at least so much."""
    survivors = np.unique(judged.cluster)
    alike = judged.jaccard[np.ix_(survivors, survivors)] >= similarity
    np.fill_diagonal(alike, val=False)
    return int(alike.any(axis=0).sum())


def _report_pairs(judged: Judged) -> Iterator[str]:
    removed = len(judged.members.rows) - len(np.unique(judged.members.cluster))
    yield f"etcd: {len(judged.cluster)} pages, {removed} removed"
    yield "       Jaccard  pairs  share a band  estimated alike  one cluster"
    for least, most in ((0.9, 1.1), (0.8, 1.1), (0.7, 0.8), (0.6, 0.7), (0.5, 0.6), (0.2, 0.5), (0.0, 0.5)):
        left, right = sample(judged, least, most).T
        found = judged.shares[left, right]
        similar = found & (estimate(judged.signatures[left], judged.signatures[right]) >= THRESHOLD)
        merged = judged.cluster[left] == judged.cluster[right]
        yield (
            f"  {least:>5} - {min(most, 1.0):<4} {len(left):>6} {found.mean():>13.1%} "
            f"{similar.mean():>16.1%} {merged.mean():>12.1%}"
        )


def _report_verdicts(verified: Judged, estimated: Judged) -> Iterator[str]:
    for limit in (0.7, 0.65, 0.6):
        yield (
            f"  removed for a survivor below Jaccard {limit}: {removed_below(verified, limit)}, "
            f"by signatures alone {removed_below(estimated, limit)}"
        )
    for limit in (0.7, 0.75, 0.8):
        yield (
            f"  survivors like another one from Jaccard {limit} on: {missed_from(verified, limit)}, "
            f"by signatures alone {missed_from(estimated, limit)}"
        )


def _report_articles(data: Path) -> Iterator[str]:
    pairs, truth = article_pairs(data)
    found, false = len(pairs & truth), len(pairs - truth)
    yield f"McCormick: {found} of {len(truth)} pairs found, {false} false"


def main() -> None:
    """Prints both reports."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, required=True, metavar="DIR")
    data: Path = parser.parse_args().data
    pages = etcd_pages(data)
    verified, estimated = deduplicate(pages), deduplicate(pages, verify=False)
    lines = (_report_pairs(verified), _report_verdicts(verified, estimated), _report_articles(data))
    for line in chain.from_iterable(lines):
        print(line)


if __name__ == "__main__":
    main()
