"""Band pairing on Beam: the edges of the local engine, whatever the runner, the parts and the shards."""

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from pipelines import beam_pairing
from pipelines.beam_pairing import distinct_edges, pack, pair_on_beam, shard_edges, unpack
from pipelines.jobs import IN_MEMORY
from schemas.ids import digest16
from schemas.units import PartInfo
from transforms.bands import band_keys
from transforms.bands import star_edges as edges_of_a_bucket
from warehouse.pairing import BAND_SCHEMA, pair_bands
from warehouse.parts import UnitParts
from warehouse.rows import signature_rows
from warehouse.storage import Storage, open_storage

PERMUTATIONS, BANDS, ROWS = 12, 4, 3
Edges = list[tuple[int, int]]

keyed = st.lists(st.tuples(st.integers(0, 5) | st.integers(0, 2**64 - 1), st.integers(0, 50)), max_size=60)


def make_signatures(documents: int, seed: int = 1) -> NDArray[np.uint32]:
    """Signatures of which many agree in one band, and some in all."""
    rng = np.random.default_rng(seed)
    signatures = rng.integers(0, 2**32, (documents, PERMUTATIONS), np.uint32)
    for _ in range(documents):
        left, right = rng.integers(0, documents, 2)
        band = ROWS * int(rng.integers(0, BANDS))
        signatures[right, band : band + ROWS] = signatures[left, band : band + ROWS]
    return signatures


def write_parts(storage: Storage, signatures: NDArray[np.uint32], *sizes: int) -> list[PartInfo]:
    published = []
    start = 0
    for number, size in enumerate(sizes):
        block = signatures[start : start + size]
        unit = digest16("unit", str(number)).hex()
        parts = UnitParts(storage, unit, {"signatures": "d"}, "recipe")
        ids = [digest16("document", str(start + row)) for row in range(size)]
        parts.write("signatures", signature_rows(ids, [bytes(32)] * size, block))
        published += parts.publish()
        start += size
    assert start == len(signatures)
    return published


def brute_force(signatures: NDArray[np.uint32], taking: NDArray[np.int64]) -> Edges:
    buckets: dict[int, list[int]] = {}
    for row, keys in zip(taking.tolist(), band_keys(signatures[taking], BANDS, ROWS).tolist(), strict=True):
        for key in keys:
            buckets.setdefault(key, []).append(row)
    return sorted({edge for rows in buckets.values() for edge in edges_of_a_bucket(rows)})


def by_duckdb(signatures: NDArray[np.uint32], taking: NDArray[np.int64], folder: Path) -> Edges:
    keys = band_keys(signatures[taking], BANDS, ROWS)
    columns = [pa.array(np.repeat(taking, BANDS)), pa.array(keys.reshape(-1))]
    batch = pa.RecordBatch.from_arrays(columns, schema=BAND_SCHEMA)
    found = pair_bands([batch], memory_limit="200MB", temp_directory=str(folder), threads=1)
    return [edge for part in found for edge in as_edges(part)]


def as_edges(table: pa.Table | pa.RecordBatch) -> Edges:
    return list(zip(table.column("left").to_pylist(), table.column("right").to_pylist(), strict=True))


@pytest.mark.parametrize("sizes", [(300,), (1, 7, 292), (100, 100, 100)])
def test_the_edges_are_those_of_duckdb_and_of_brute_force(tmp_path: Path, sizes: tuple[int, ...]) -> None:
    storage = open_storage(str(tmp_path / "w"))
    signatures = make_signatures(300)
    parts = write_parts(storage, signatures, *sizes)
    taking = np.flatnonzero(np.arange(300) % 4 != 1)
    found = pair_on_beam(storage, parts, PERMUTATIONS, BANDS, ROWS, taking, IN_MEMORY)
    expected = brute_force(signatures, taking)
    assert len(expected) > 100
    assert as_edges(found) == expected == by_duckdb(signatures, taking, tmp_path)
    assert storage.names("tmp") == [], "scratch files stay behind"


def test_a_bucket_of_all_documents_gives_a_star(tmp_path: Path) -> None:
    storage = open_storage(str(tmp_path))
    signatures = np.zeros((20_000, PERMUTATIONS), np.uint32)
    parts = write_parts(storage, signatures, 9_000, 11_000)
    everyone = np.arange(20_000)
    found = pair_on_beam(storage, parts, PERMUTATIONS, BANDS, ROWS, everyone, IN_MEMORY)
    assert as_edges(found) == [(0, row) for row in range(1, 20_000)]


@pytest.mark.parametrize("taking", [[], [3], [0, 299]])
def test_few_or_no_documents_have_few_or_no_edges(tmp_path: Path, taking: list[int]) -> None:
    storage = open_storage(str(tmp_path))
    parts = write_parts(storage, np.arange(300 * PERMUTATIONS, dtype=np.uint32).reshape(300, -1), 300)
    rows = np.array(taking, np.int64)
    found = pair_on_beam(storage, parts, PERMUTATIONS, BANDS, ROWS, rows, IN_MEMORY)
    assert found.num_rows == 0
    assert found.schema.names == ["left", "right"]


def test_leftovers_of_a_killed_run_are_not_read(tmp_path: Path) -> None:
    storage = open_storage(str(tmp_path))
    signatures = make_signatures(50)
    parts = write_parts(storage, signatures, 50)
    first = pair_on_beam(storage, parts, PERMUTATIONS, BANDS, ROWS, np.arange(50), IN_MEMORY)
    name = beam_pairing._name(parts, BANDS, ROWS, beam_pairing.MIN_SHARDS)
    storage.write(f"tmp/{name}-3.parquet", b"half a file")
    again = pair_on_beam(storage, parts, PERMUTATIONS, BANDS, ROWS, np.array([1, 2]), IN_MEMORY)
    assert as_edges(again) == brute_force(signatures, np.array([1, 2]))
    assert first.num_rows > again.num_rows


def test_a_shard_that_gets_lost_is_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def lossy(keys: NDArray[np.uint64], rows: NDArray[np.int64], shards: int) -> Iterator[tuple[int, bytes]]:
        yield from list(pack(keys, rows, shards))[1:]

    storage = open_storage(str(tmp_path))
    parts = write_parts(storage, make_signatures(50), 50)
    monkeypatch.setattr(beam_pairing, "pack", lossy)
    with pytest.raises(RuntimeError, match=r"200 bands were to be paired, and 1\d\d came out"):
        pair_on_beam(storage, parts, PERMUTATIONS, BANDS, ROWS, np.arange(50), IN_MEMORY)
    assert storage.names("tmp") == []


@given(keyed, st.integers(1, 20))
def test_packing_by_shard_keeps_every_pair_and_keeps_keys_together(
    pairs: list[tuple[int, int]], shards: int
) -> None:
    keys = np.array([key for key, _ in pairs], np.uint64)
    rows = np.array([row for _, row in pairs], np.int64)
    packed = list(pack(keys, rows, shards))
    back: list[tuple[int, int]] = []
    shard_of: dict[int, int] = {}
    for shard, data in packed:
        assert 0 <= shard < shards
        some_keys, some_rows = unpack(iter([data]))
        assert len(some_keys) > 0
        for key, row in zip(some_keys.tolist(), some_rows.tolist(), strict=True):
            assert shard_of.setdefault(key, shard) == shard
            back.append((key, row))
    assert sorted(back) == sorted(pairs)
    assert [shard for shard, _ in packed] == sorted({shard for shard, _ in packed})


@given(keyed)
def test_a_shard_gives_the_stars_of_its_buckets(pairs: list[tuple[int, int]]) -> None:
    buckets: dict[int, list[int]] = {}
    for key, row in pairs:
        buckets.setdefault(key, []).append(row)
    expected = sorted({edge for rows in buckets.values() for edge in edges_of_a_bucket(rows)})
    keys = np.array([key for key, _ in pairs], np.uint64)
    left, right = shard_edges(keys, np.array([row for _, row in pairs], np.int64))
    assert list(zip(left.tolist(), right.tolist(), strict=True)) == expected


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9))))
def test_distinct_edges_are_a_sorted_set(edges: list[tuple[int, int]]) -> None:
    left, right = (np.array([edge[side] for edge in edges], np.int64) for side in (0, 1))
    made = distinct_edges(left, right)
    assert list(zip(made[0].tolist(), made[1].tolist(), strict=True)) == sorted(set(edges))


@given(st.integers(0, 40), st.integers(0, 40), st.lists(st.booleans(), min_size=80, max_size=80))
def test_a_part_reads_only_its_own_bits(first: int, count: int, chosen: list[bool]) -> None:
    with TemporaryDirectory() as folder:
        storage = open_storage(folder)
        storage.write("rows", np.packbits(np.array(chosen), bitorder="little").tobytes())
        found = beam_pairing._read_chosen(storage, "rows", first, count)
    assert found.tolist() == chosen[first : first + count]
