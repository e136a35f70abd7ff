"""A file is cut so that every byte, row group and member is in exactly one slice, and read the same."""

import os
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines import slices
from pipelines.plan import Plan, plan_units
from pipelines.reading import read_unit
from pipelines.slices import TO_THE_END, cut
from tests.pipelines.plan_inputs import config, one, shrink_units, tar, write, zipped
from warehouse.storage.inputs import InputFile


@pytest.fixture
def small_units(monkeypatch: pytest.MonkeyPatch) -> None:
    shrink_units(monkeypatch)


def make_file(tmp: Path, name: str, content: bytes) -> InputFile:
    (tmp / name).write_bytes(content)
    return one(tmp / name)


@pytest.mark.usefixtures("small_units")
@given(lines=st.lists(st.integers(0, 300), max_size=60))
def test_every_byte_of_a_jsonl_is_in_one_slice(
    tmp_path_factory: pytest.TempPathFactory, lines: list[int]
) -> None:
    content = b"".join(b'{"text":"' + b"x" * size + b'"}\n' for size in lines)
    file = make_file(tmp_path_factory.mktemp("jsonl"), "a.jsonl", content)
    pieces = cut(file)
    if len(content) <= 1000:
        assert [piece.kind for piece in pieces] == ["whole"]
    else:
        assert [(piece.start, piece.stop) for piece in pieces] == list(
            zip(
                [0, *(p.stop for p in pieces[:-1])],
                [*(p.start for p in pieces[1:]), len(content)],
                strict=True,
            )
        )
        assert max(piece.bytes for piece in pieces) <= 1000
    assert sum(piece.bytes for piece in pieces) == len(content)


@pytest.mark.usefixtures("small_units")
@given(groups=st.lists(st.integers(1, 80), max_size=30))
def test_every_row_group_is_in_one_slice(tmp_path_factory: pytest.TempPathFactory, groups: list[int]) -> None:
    path = tmp_path_factory.mktemp("parquet") / "a.parquet"
    schema = pa.schema([("text", pa.string())])
    with pq.ParquetWriter(path, schema, use_dictionary=False) as writer:
        for rows in groups:
            writer.write_table(pa.table({"text": [os.urandom(8).hex() for _ in range(rows)]}, schema))
    pieces = cut(one(path))
    if len(pieces) == 1:
        assert pieces[0].kind == "whole"
    else:
        covered = [index for piece in pieces for index in range(piece.start, piece.stop)]
        assert covered == list(range(len(groups)))
        assert all(piece.kind == "row_groups" for piece in pieces)


@pytest.mark.usefixtures("small_units")
@pytest.mark.parametrize(
    ("name", "make"),
    [
        ("a.tar", tar),
        ("a.tar.gz", lambda members: tar(members, "w:gz")),
        ("a.tgz", lambda members: tar(members, "w:gz")),
        ("a.tar.xz", lambda members: tar(members, "w:xz")),
        ("a.zip", zipped),
    ],
)
@given(sizes=st.lists(st.integers(0, 1500), max_size=40))
def test_every_member_is_in_one_slice(
    tmp_path_factory: pytest.TempPathFactory,
    name: str,
    make: Callable[[Sequence[tuple[str, int]]], bytes],
    sizes: list[int],
) -> None:
    members = [(f"folder/{index}.md", size) for index, size in enumerate(sizes)]
    pieces = cut(make_file(tmp_path_factory.mktemp("archive"), name, make(members)))
    assert all(piece.kind == "members" for piece in pieces)
    assert [member for piece in pieces for member in piece.members] == [name for name, _ in members]
    assert [piece.start for piece in pieces] == [0, *(piece.stop for piece in pieces[:-1])]
    assert [piece.stop == TO_THE_END for piece in pieces] == [False] * (len(pieces) - 1) + [True]
    for piece in pieces:
        own = dict(members)
        assert piece.bytes == sum(own[member] for member in piece.members) or not members
        # A range ends when its worth is reached: without its last member it is below.
        assert sum(own[member] for member in piece.members[:-1]) <= 1000
        assert len(piece.members) <= 6


@pytest.mark.usefixtures("small_units")
def test_a_tar_has_at_most_32_ranges_and_a_zip_as_many_as_it_takes(tmp_path: Path) -> None:
    members = [(f"{index}.md", 1000) for index in range(200)]
    assert len(cut(make_file(tmp_path, "a.tar.gz", tar(members, "w:gz")))) == 32
    assert len(cut(make_file(tmp_path, "a.zip", zipped(members)))) == 200


@pytest.mark.usefixtures("small_units")
@pytest.mark.parametrize(
    ("name", "content", "names"),
    [
        ("empty.zip", b"", ()),
        ("empty.tar", b"", ()),
        ("none.tar.gz", tar([], "w:gz"), ()),
        ("no.zip", b"no archive at all", ()),
        ("no.tar.gz", b"no archive at all", ()),
        ("cut.tar", tar([("a.md", 10), ("b.md", 10)])[:1200], ("a.md", "b.md")),
        ("cut.zip", zipped([("a.md", 10)])[:-10], ()),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_broken_archive_has_one_slice_that_owns_the_rest(
    tmp_path: Path, name: str, content: bytes, names: tuple[str, ...]
) -> None:
    [piece] = cut(make_file(tmp_path, name, content))
    assert (piece.kind, piece.start, piece.stop) == ("members", 0, TO_THE_END)
    assert piece.members in (names, names[:1])


@pytest.mark.usefixtures("small_units")
def test_an_archive_that_breaks_late_still_becomes_units(tmp_path: Path) -> None:
    content = tar([(f"{index}.md", 900) for index in range(20)])
    pieces = cut(make_file(tmp_path, "a.tar", content[: len(content) // 2]))
    assert len(pieces) > 3
    assert [piece.stop for piece in pieces].count(TO_THE_END) == 1


@pytest.mark.usefixtures("small_units")
@pytest.mark.parametrize(
    ("name", "content", "format_name"),
    [
        ("a.jsonl.gz", b"\x1f\x8b" + bytes(3000), "auto"),
        ("compressed.jsonl", b"\x1f\x8b" + bytes(3000), "auto"),
        ("utf16.jsonl", '{"text": "x"}\n'.encode("utf-16") * 300, "auto"),
        ("a.md", b"x" * 3000, "auto"),
        ("a.jsonl", b'{"text": "x"}\n' * 300, "text"),
        ("broken.parquet", b"PAR1" + bytes(3000), "auto"),
        ("empty.md", b"", "auto"),
    ],
)
def test_what_cannot_be_cut_is_whole(tmp_path: Path, name: str, content: bytes, format_name: str) -> None:
    [piece] = cut(make_file(tmp_path, name, content), format_name)
    assert (piece.kind, piece.start, piece.stop) == ("whole", 0, 0)


@pytest.mark.usefixtures("small_units")
def test_a_stated_format_is_cut_whatever_the_name(tmp_path: Path) -> None:
    pieces = cut(make_file(tmp_path, "dump.data", b'{"text": "x"}\n' * 300), "jsonl")
    assert [piece.kind for piece in pieces] == ["bytes"] * 5


@pytest.mark.usefixtures("small_units")
def test_cut_or_whole_the_reader_finds_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    members = [(f"{index}.md", 150 * (index % 9)) for index in range(40)]
    archive, compressed = tar(members), tar(members, "w:gz")
    write(
        tmp_path,
        {
            "a.jsonl": "".join(f'{{"text": "number {index}"}}\n' for index in range(200)) + "no json\n",
            "b.tar.gz": compressed,
            "c.zip": zipped(members),
            "cut.tar": archive[: archive.index(b"24.md")],
            "cut.tar.gz": compressed[: len(compressed) // 2],
            "no.zip": "no archive",
            "none.tar": tar([]),
            "empty.md": "",
            "e.md": "text",
        },
    )
    table = pa.table({"text": [f"row {index}" for index in range(300)]})
    pq.write_table(table, tmp_path / "in" / "d.parquet", row_group_size=20)
    cut_up = plan_units(config(tmp_path))
    monkeypatch.setattr(slices, "UNIT_BYTES", 1 << 30)
    monkeypatch.setattr(slices, "UNIT_FILES", 1 << 20)
    whole = plan_units(config(tmp_path))
    assert len({(p.path, p.start) for unit in whole.units for p in unit.slices}) == 10
    assert len(cut_up.units) > 30
    found = read(tmp_path, cut_up)
    assert found == read(tmp_path, whole)
    assert max(found.values()) == 1
    dead = Counter(uri for uri, _, what in found if what.startswith("dead"))
    assert dead == Counter(["s:a.jsonl", "s:cut.tar", "s:cut.tar.gz", "s:no.zip"])
    assert {uri for uri, _, _ in found} == {f"s:{file.path}" for file in config(tmp_path).files("s")} - {
        "s:none.tar"
    }


def read(folder: Path, plan: Plan) -> Counter[tuple[str, str, str]]:
    """Reads all units and counts (uri, locator, what became of it)."""
    spec = config(folder).ingest_spec("s")
    found: Counter[tuple[str, str, str]] = Counter()
    for unit in plan.units:
        for batch in read_unit(unit, spec):
            found.update((document.uri, document.locator, "record") for document in batch.documents)
            found.update((fallen.uri, fallen.locator, fallen.rule) for fallen in batch.rejections)
            found.update((dead.uri, dead.locator, f"dead {dead.reason}") for dead in batch.dead_letters)
    return found
