"""Components by star rounds on Beam: those of the forest, whatever the graph and its files."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from pipelines import beam_components
from pipelines.beam_components import components_on_beam, connect_by_stars, hang
from pipelines.beam_pairing import pack
from pipelines.jobs import IN_MEMORY
from pipelines.stages import How
from tests.pipelines.families import SOURCES, build_with, tables, write_files
from transforms.components import connect
from warehouse.pairing import EDGE_SCHEMA
from warehouse.storage import Storage, open_storage

Ends = tuple[NDArray[np.int64], NDArray[np.int64]]


def write_edges(storage: Storage, left: NDArray[np.int64], right: NDArray[np.int64], files: int) -> list[str]:
    paths = []
    for number in range(files):
        ends = [
            pa.array(np.minimum(left, right)[number::files]),
            pa.array(np.maximum(left, right)[number::files]),
        ]
        with storage.scratch() as local:
            pq.write_table(pa.Table.from_arrays(ends, schema=EDGE_SCHEMA), local)
            storage.publish(local, f"edges/{number}.parquet")
        paths.append(f"edges/{number}.parquet")
    return paths


def assert_same(tmp_path: Path, left: NDArray[np.int64], right: NDArray[np.int64], files: int = 3) -> None:
    storage = open_storage(str(tmp_path / "w"))
    order = np.random.default_rng(1).permutation(int(max(left.max(), right.max())) + 1)
    paths = write_edges(storage, left, right, files)
    rows, component = connect(left, right, order)
    with pytest.MonkeyPatch.context() as patch:
        for limit in (0, 10**9):  # stars, and the forest
            patch.setattr(beam_components, "FOREST_ROWS", limit)
            found = components_on_beam(storage, paths, order, IN_MEMORY)
            assert found[0].tolist() == rows.tolist()
            assert found[1].tolist() == component.tolist()
    assert storage.names("tmp") == [], "scratch files stay behind"
    assert storage.names("edges") == [path.split("/")[1] for path in paths]


@pytest.mark.parametrize("seed", range(4))
def test_components_are_those_of_the_forest(tmp_path: Path, seed: int) -> None:
    rng = np.random.default_rng(seed)
    left = rng.integers(0, 600, 400)
    right = left + rng.integers(1, 50, 400)
    assert_same(tmp_path, left, right, files=1 + seed)


def test_a_path_and_a_star(tmp_path: Path) -> None:
    path = np.random.default_rng(5).permutation(200)
    left = np.concatenate([path[:-1], np.full(300, 700)])
    right = np.concatenate([path[1:], np.arange(300, 600)])
    assert_same(tmp_path, left, right)


def test_no_edges(tmp_path: Path) -> None:
    storage = open_storage(str(tmp_path / "w"))
    none = np.empty(0, np.int64)
    for paths in ([], write_edges(storage, none, none, 2)):
        rows, smallest = connect_by_stars(storage, paths, IN_MEMORY)
        assert (len(rows), len(smallest)) == (0, 0)


def test_ends_that_get_lost_are_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def lossy(keys: NDArray[np.uint64], rows: NDArray[np.int64], shards: int) -> Iterator[tuple[int, bytes]]:
        yield from list(pack(keys, rows, shards))[1:]

    storage = open_storage(str(tmp_path / "w"))
    paths = write_edges(storage, np.arange(50), np.arange(1, 51), 1)
    monkeypatch.setattr(beam_components, "pack", lossy)
    with pytest.raises(RuntimeError, match=r"100 ends went into the shuffle, \d\d came out"):
        connect_by_stars(storage, paths, IN_MEMORY)
    assert storage.names("tmp") == []


edges = st.lists(st.tuples(st.integers(0, 12), st.integers(0, 12)).filter(lambda ends: ends[0] != ends[1]))


@given(edges, st.booleans())
@settings(suppress_health_check=[HealthCheck.filter_too_much])
def test_a_step_is_that_of_the_paper(pairs: list[tuple[int, int]], both: bool) -> None:
    """Row by row: large-star hangs the larger neighbours, small-star the smaller ones and the row."""
    neighbours: dict[int, set[int]] = {}
    for one, other in pairs:
        neighbours.setdefault(max(one, other), set()).add(min(one, other))
        if both:
            neighbours.setdefault(min(one, other), set()).add(max(one, other))
    expected = set()
    for row, others in neighbours.items():
        smallest = min(others | {row})
        hung = {other for other in others if other > row} if both else (others | {row}) - {smallest}
        expected |= {(smallest, other) for other in hung}
    at = [row for row, others in neighbours.items() for _ in others]
    other = [one for others in neighbours.values() for one in others]
    small, large = hang(np.array(at, np.int64), np.array(other, np.int64), both=both)
    assert list(zip(small.tolist(), large.tolist(), strict=True)) == sorted(expected)


def test_a_build_on_beam_gives_the_same_tables(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_files(tmp_path, seed=2)
    build_with(tmp_path, "here", *SOURCES)
    monkeypatch.setattr(beam_components, "FOREST_ROWS", 0)
    build_with(tmp_path, "beam", *SOURCES, how=How(workers=0, quiet=True, flags=IN_MEMORY))
    assert tables(tmp_path, "beam") == tables(tmp_path, "here")
