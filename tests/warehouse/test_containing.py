"""Candidates for parts: DuckDB's answer beside a plain one."""

from collections import Counter, defaultdict

import numpy as np
import pyarrow as pa
import pytest

from warehouse.containing import SAMPLE_SCHEMA, candidate_parts


@pytest.mark.parametrize("seed", range(3))
def test_pairs_that_share_enough_rare_keys(tmp_path, seed):
    rng = np.random.default_rng(seed)
    place = rng.permutation(40)
    keys = {row: {int(key) for key in rng.zipf(1.4, 12) if key < 400} for row in range(40)}
    holders = Counter(key for held in keys.values() for key in held)
    rare = {row: {key for key in held if holders[key] <= 6} for row, held in keys.items()}
    shared: dict[tuple[int, int], int] = defaultdict(int)
    for part in keys:
        for whole in keys:
            if place[whole] < place[part] and rare[part] & rare[whole]:
                shared[part, whole] = len(rare[part] & rare[whole])
    expected = {pair for pair, count in shared.items() if count >= 0.3 * len(rare[pair[0]])}
    flat = [(row, int(place[row]), key) for row, held in keys.items() for key in sorted(held)]
    batches = []
    for some in (flat[:50], flat[50:]):
        columns = [pa.array(column) for column in zip(*some, strict=True)]
        batches.append(pa.RecordBatch.from_arrays(columns, names=SAMPLE_SCHEMA.names).cast(SAMPLE_SCHEMA))
    options = {"memory_limit": "100MB", "temp_directory": str(tmp_path), "threads": 1}
    found = list(candidate_parts(batches, most=6, share=0.3, **options))
    pairs = [pair for part, whole in found for pair in zip(part.tolist(), whole.tolist(), strict=True)]
    assert set(pairs) == expected
    assert len(pairs) == len(expected) > 0
    assert pairs == sorted(pairs, key=lambda pair: (pair[1], pair[0]))
    assert list(tmp_path.iterdir()) == []
