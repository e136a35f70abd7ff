"""DuckDB's edges: those of plain dictionaries, in bounded memory."""

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from transforms.bands import bucket_edges, star_edges
from warehouse.pairing import BAND_SCHEMA, EDGE_SCHEMA, pair_bands

BANDS = st.lists(st.tuples(st.integers(0, 40), st.sampled_from([0, 1, 2, 3, 2**63, 2**64 - 1])), max_size=80)


def batches(rows, keys, size=7):
    table = pa.table([pa.array(rows, pa.int64()), pa.array(keys, pa.uint64())], schema=BAND_SCHEMA)
    yield from table.to_batches(max_chunksize=size)


def edges(source, folder, memory_limit="200MB"):
    made = pa.Table.from_batches(
        pair_bands(source, memory_limit=memory_limit, temp_directory=str(folder), threads=2), EDGE_SCHEMA
    )
    return list(zip(made["left"].to_pylist(), made["right"].to_pylist(), strict=True))


@given(BANDS)
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_edges_are_those_of_each_bucket(tmp_path, bands):
    buckets: dict[int, list[int]] = {}
    for row, key in bands:
        buckets.setdefault(key, []).append(row)
    expected = sorted({edge for rows in buckets.values() for edge in star_edges(rows)})
    assert edges(batches([row for row, _ in bands], [key for _, key in bands]), tmp_path) == expected
    held = bucket_edges(
        np.array([row for row, _ in bands], np.int64), np.array([key for _, key in bands], np.uint64)
    )
    assert list(zip(*(side.tolist() for side in held), strict=True)) == expected


def test_no_bands_at_all(tmp_path):
    assert edges(iter([]), tmp_path) == []


@pytest.mark.parametrize("hot", [False, True])
def test_more_than_fits_is_spilled_and_the_edges_are_the_same(tmp_path, hot):
    rng = np.random.default_rng(0)
    count = 1_000_000
    rows = rng.permutation(count)
    keys = (rows // 2).astype(np.uint64) * np.uint64(11400714819323198485)
    if hot:
        keys[rows < 100_000] = 5
    expected = set(zip(range(100_000, count, 2), range(100_001, count, 2), strict=True))
    expected |= (
        {(0, row) for row in range(1, 100_000)} if hot else {(row, row + 1) for row in range(0, 100_000, 2)}
    )
    made = edges(batches(rows, keys, size=65_536), tmp_path, memory_limit="40MB")
    assert len(made) == len(expected)
    assert set(made) == expected
    assert made == sorted(made)
    assert not list(tmp_path.iterdir())
