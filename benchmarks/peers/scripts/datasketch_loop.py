"""datasketch as its documentation shows it: python datasketch_loop.py IN OUT 1 default|fastest.

Each document is asked of the index and, where nothing like it is there, put in. The fastest options
hash by xxHash and make the signatures of many documents in one call.
"""

import sys
from collections.abc import Iterator
from itertools import islice

import xxhash
from common import PERMUTATIONS, THRESHOLD, rows, shingles, write
from datasketch import MinHash, MinHashLSH

_AT_ONCE = 1000

Signed = Iterator[tuple[bytes, MinHash]]


def one_by_one(source: str) -> Signed:
    """Yields lines and their signatures, with the default hash (SHA-1)."""
    for line, row in rows(source):
        made = MinHash(num_perm=PERMUTATIONS)
        made.update_batch([shingle.encode() for shingle in shingles(row["text"])])
        yield line, made


def in_bulk(source: str) -> Signed:
    """Yields the same with xxHash and calls for many documents."""
    documents = rows(source)
    while some := list(islice(documents, _AT_ONCE)):
        sets = [[shingle.encode() for shingle in shingles(row["text"])] for _, row in some]
        made = MinHash.generator(sets, num_perm=PERMUTATIONS, hashfunc=xxhash.xxh32_intdigest)
        yield from zip((line for line, _ in some), made, strict=True)


def kept(signed: Signed) -> Iterator[bytes]:
    """Yields the lines of documents that nothing before resembles."""
    index = MinHashLSH(threshold=THRESHOLD, num_perm=PERMUTATIONS)
    for number, (line, made) in enumerate(signed):
        if not index.query(made):
            index.insert(number, made)
            yield line


def main() -> None:
    """Runs the loop."""
    source, out, _, settings = sys.argv[1:]
    write(out, kept(in_bulk(source) if settings == "fastest" else one_by_one(source)))


if __name__ == "__main__":
    main()
