"""Damaged files: whatever is done to a file, it is accounted for."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.chance import Dice
from benchmarks.fuzz import LARGEST, Seeds, mutate, read_seeds, run
from tests.pipelines.corpora import write_corpus
from tests.pipelines.hostile_files import hostile


@given(seed=st.binary(min_size=1, max_size=200), other=st.binary(min_size=1, max_size=200), n=st.integers(0))
def test_the_same_number_makes_the_same_file(seed: bytes, other: bytes, n: int) -> None:
    assert mutate(Dice("t", n), seed, other) == mutate(Dice("t", n), seed, other)


def own_seeds(folder: Path) -> Seeds:
    write_corpus(folder)
    for name, content in hostile().items():
        if len(content) <= LARGEST:
            (folder / name).write_bytes(content)
    return read_seeds(folder)


def test_damaged_files_of_every_kind_are_accounted_for(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "seeds").mkdir()
    seeds = own_seeds(tmp_path / "seeds")
    assert {"md", "html", "jsonl", "csv", "parquet", "tar", "zip", "eml", "warc", "xml"} <= set(seeds)
    assert run(seeds, tmp_path / "made", 200, workers=1) == 0, capsys.readouterr().out


@pytest.mark.slow
def test_damaged_samples_are_accounted_for(
    shared_data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(read_seeds(shared_data / "samples"), tmp_path, 2_000, workers=2) == 0, capsys.readouterr().out
