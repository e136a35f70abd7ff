"""What a worker reads itself is what the sandbox would have read, and only what cannot harm it."""

import gzip
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines import bounded
from pipelines.bounded import is_bounded
from pipelines.config import load_config
from pipelines.plan import plan_units
from pipelines.reading import read_unit
from pipelines.sandbox import Sandbox
from pipelines.stretches import as_batches
from schemas.specs import IngestSpec
from schemas.units import WorkUnit

GOOD = b'{"text": "one"}\n\n{"text": 2}\nnot json\n{"text": "\xc3\xa4", "id": 7}\n'


def planned(folder: Path, form: str = "auto") -> tuple[tuple[WorkUnit, ...], IngestSpec]:
    config = folder / "corpus.toml"
    config.write_text(
        f"""
        [corpus]
        name = "lines"
        warehouse = "warehouse"

        [[source]]
        name = "s"
        contributor = "me"
        license = "MIT"
        format = "{form}"
        paths = ["{folder / "in"}"]
        """
    )
    loaded = load_config(config)
    return plan_units(loaded, []).units, loaded.ingest_spec("s")


def bounded_units(folder: Path, name: str, content: bytes, form: str = "auto") -> list[bool]:
    (folder / "in").mkdir(exist_ok=True)
    (folder / "in" / name).write_bytes(content)
    units, spec = planned(folder, form)
    return [is_bounded(unit, spec.source) for unit in units]


def test_the_worker_reads_what_the_sandbox_reads(tmp_path: Path) -> None:
    assert bounded_units(tmp_path, "a.jsonl", GOOD) == [True]
    units, spec = planned(tmp_path)
    sandbox = Sandbox()
    try:
        there = [list(as_batches(unit, sandbox.settle(unit, spec))) for unit in units]
    finally:
        sandbox.close()
    assert there == [list(read_unit(unit, spec)) for unit in units]
    assert there[0][0].read == 4


def test_other_content_under_that_name_is_left_to_the_sandbox(tmp_path: Path) -> None:
    archive = tmp_path / "a.zip"
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("x.jsonl", GOOD)
    hostile = [gzip.compress(GOOD), archive.read_bytes(), GOOD.decode().encode("utf-16"), b"[1]\n", b""]
    hostile.append(b"{" + b"x" * 256 + b"\0ustar")
    assert [bounded_units(tmp_path, "a.jsonl", content) for content in hostile] == [[False]] * len(hostile)


@pytest.mark.parametrize(
    ("name", "form", "expected"),
    [
        ("a.txt", "auto", False),
        ("a.txt", "jsonl", True),
        ("a.JSONL", "auto", True),
        ("a.jsonl.gz", "auto", False),
    ],
)
def test_the_name_or_the_source_must_say_so(tmp_path: Path, name: str, form: str, expected: bool) -> None:
    assert bounded_units(tmp_path, name, GOOD, form) == [expected]


def test_a_file_that_is_gone_is_left_to_the_sandbox(tmp_path: Path) -> None:
    bounded_units(tmp_path, "a.jsonl", GOOD)
    units, spec = planned(tmp_path)
    (tmp_path / "in" / "a.jsonl").unlink()
    assert not is_bounded(units[0], spec.source)


@given(st.lists(st.integers(0, 40), min_size=1, max_size=12), st.data())
@settings(max_examples=60, deadline=None)
def test_no_line_that_begins_in_the_range_is_long(
    tmp_path_factory: pytest.TempPathFactory, lengths: list[int], data: st.DataObject
) -> None:
    folder = tmp_path_factory.mktemp("lines")
    content = b'{"":' + b"\n".join(b"x" * length for length in lengths)
    assert bounded_units(folder, "a.jsonl", content) == [True]
    (unit,), spec = planned(folder)
    start = data.draw(st.integers(0, len(content) - 1))
    stop = data.draw(st.integers(start + 1, len(content)))
    ranged = replace(unit, slices=(replace(unit.slices[0], kind="bytes", start=start, stop=stop),))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(bounded, "LINE_BYTES", 20)
        patch.setattr(bounded, "_BLOCK_BYTES", 7)
        found = is_bounded(ranged, spec.source)
    begin, longest = 0, 0
    for line in content.split(b"\n"):
        if begin < stop and begin + len(line) >= start:
            longest = max(longest, begin + len(line) - max(begin, start))
        begin += len(line) + 1
    if longest > 20 + 7:
        assert not found
    if longest <= 20 - 7:
        assert found
