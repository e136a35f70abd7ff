"""rensa in its three ways: python rensa_loop.py IN OUT 1 default|verified|rho.

``default`` is the deduplicator of its documentation; ``verified`` puts signatures into its index of 16
bands and compares what it finds; ``rho`` is the batch mode of its headline.
"""

import sys
from collections.abc import Iterator

from common import PERMUTATIONS, THRESHOLD, rows, shingles, write
from rensa import RMinHash, RMinHashDeduplicator, RMinHashLSH

_SEED = 42
_BANDS = 16


def by_deduplicator(source: str) -> Iterator[bytes]:
    """Yields the lines that its deduplicator keeps."""
    keeper = RMinHashDeduplicator(threshold=THRESHOLD, num_perm=PERMUTATIONS, use_lsh=True)
    for number, (line, row) in enumerate(rows(source)):
        if keeper.add_pairs([(str(number), shingles(row["text"]))])[0]:
            yield line


def by_index(source: str) -> Iterator[bytes]:
    """Yields the lines of documents whose signature passes the threshold with none before."""
    index = RMinHashLSH(threshold=THRESHOLD, num_perm=PERMUTATIONS, num_bands=_BANDS)
    signatures: list[RMinHash] = []
    for line, row in rows(source):
        made = RMinHash(num_perm=PERMUTATIONS, seed=_SEED)
        made.update(shingles(row["text"]))
        if not any(made.jaccard(signatures[other]) >= THRESHOLD for other in index.query(made)):
            index.insert(len(signatures), made)
            signatures.append(made)
            yield line


def by_rho(source: str) -> Iterator[bytes]:
    """Yields the lines that nothing is found for, all signatures at once."""
    lines = []
    sets = []
    for line, row in rows(source):
        lines.append(line)
        sets.append(shingles(row["text"]))
    matrix = RMinHash.digest_matrix_from_token_sets_rho(sets, PERMUTATIONS, _SEED)
    index = RMinHashLSH(threshold=THRESHOLD, num_perm=PERMUTATIONS, num_bands=_BANDS)
    flags = index.query_duplicate_flags_matrix_one_shot(matrix)
    return (line for line, found in zip(lines, flags, strict=True) if not found)


def main() -> None:
    """Runs one way."""
    source, out, _, settings = sys.argv[1:]
    ways = {"default": by_deduplicator, "verified": by_index, "rho": by_rho}
    write(out, ways[settings](source))


if __name__ == "__main__":
    main()
