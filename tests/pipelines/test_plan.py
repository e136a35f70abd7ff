"""The laws of the plan: everything in exactly one slice, the same plan every time, unchanged units stay."""

import io
import os
import random
import tarfile
import zipfile
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines import plan as planning
from pipelines import slices
from pipelines.config import Config, load_config
from pipelines.plan import Plan, make_unit, plan_units
from pipelines.reading import read_unit
from pipelines.slices import TO_THE_END, cut
from schemas.errors import UsageError
from schemas.units import FileSlice, WorkUnit
from warehouse.storage.inputs import InputFile, list_files

CONFIG = """
[corpus]
name = "c"
[[source]]
name = "s"
contributor = "A"
license = "MIT"
paths = ["in"]
{more}
"""


@pytest.fixture
def small_units(monkeypatch: pytest.MonkeyPatch) -> None:
    """Units of 1,000 bytes or 5 files, so that small files show what large ones do."""
    for module in (slices, planning):
        monkeypatch.setattr(module, "UNIT_BYTES", 1000)
        monkeypatch.setattr(module, "UNIT_FILES", 5)


def write(folder: Path, files: Mapping[str, bytes | str]) -> None:
    for name, content in files.items():
        path = folder / "in" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)


def config(folder: Path, more: str = "") -> Config:
    (folder / "corpus.toml").write_text(CONFIG.format(more=more))
    return load_config(folder / "corpus.toml")


def one(path: Path) -> InputFile:
    [file] = list_files(str(path))
    return file


def text(name: str, size: int) -> bytes:
    """Text that cannot be compressed much, the same every time."""
    return random.Random(name).randbytes(size).hex().encode()[:size]


def tar(members: Sequence[tuple[str, int]], mode: str = "w") -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode=mode) as archive:  # type: ignore[call-overload]
        for name, size in members:
            info = tarfile.TarInfo(name)
            info.size = size
            archive.addfile(info, io.BytesIO(text(name, size)))
    return buffer.getvalue()


def zipped(members: Sequence[tuple[str, int]]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, size in members:
            archive.writestr(name, text(name, size))
    return buffer.getvalue()


def places(plan: Plan | Sequence[WorkUnit]) -> list[tuple[str, str, int, int]]:
    units = plan.units if isinstance(plan, Plan) else plan
    return sorted((s.path, s.kind, s.start, s.stop) for unit in units for s in unit.slices)


# --- one file ---------------------------------------------------------------------------------------


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


# --- the whole plan ---------------------------------------------------------------------------------

TREES = st.dictionaries(
    st.sampled_from([f"{folder}/{name}.md" for folder in "ab" for name in "12345678"]),
    st.integers(0, 1200),
    min_size=1,
)


def planned(folder: Path, sizes: Mapping[str, int], previous: Sequence[WorkUnit] = ()) -> Plan:
    """Plans a listing of files that need not exist: small files are not opened."""
    return plan_units(listed(folder, sizes), previous, allow_shrink=True)


def listed(folder: Path, sizes: Mapping[str, int], stamps: Mapping[str, str] | None = None) -> Config:
    (folder / "in").mkdir(exist_ok=True)
    (folder / "in" / "x.md").touch()
    root = str(folder / "in")
    files = tuple(InputFile(root, path, size, (stamps or {}).get(path, "1")) for path, size in sizes.items())
    return replace(config(folder), listing={"s": files})


@pytest.mark.usefixtures("small_units")
@given(sizes=TREES, seed=st.integers(0, 9))
def test_the_order_of_the_listing_does_not_matter(
    tmp_path_factory: pytest.TempPathFactory, sizes: dict[str, int], seed: int
) -> None:
    folder = tmp_path_factory.mktemp("order")
    shuffled = list(sizes.items())
    random.Random(seed).shuffle(shuffled)
    assert planned(folder, sizes) == planned(folder, dict(shuffled))


@pytest.mark.usefixtures("small_units")
@given(sizes=TREES)
def test_every_file_is_in_one_unit_and_the_largest_comes_first(
    tmp_path_factory: pytest.TempPathFactory, sizes: dict[str, int]
) -> None:
    plan = planned(tmp_path_factory.mktemp("once"), sizes)
    assert Counter(piece.path for unit in plan.units for piece in unit.slices) == Counter(sizes.keys())
    assert list(plan.units) == sorted(plan.units, key=lambda unit: -unit.bytes)
    assert len({unit.unit_id for unit in plan.units}) == len(plan.units)
    for unit in plan.units:
        assert len(unit.slices) <= 5
        assert unit.bytes <= 1000 or len(unit.slices) == 1
        assert unit.bytes == sum(piece.size for piece in unit.slices)


@pytest.mark.usefixtures("small_units")
@given(before=TREES, after=TREES)
def test_units_stay_unless_a_file_of_theirs_changed(
    tmp_path_factory: pytest.TempPathFactory, before: dict[str, int], after: dict[str, int]
) -> None:
    folder = tmp_path_factory.mktemp("reuse")
    first = planned(folder, before)
    second = planned(folder, after, first.units)
    sound = {
        unit.unit_id
        for unit in first.units
        if all(after.get(piece.path) == piece.size for piece in unit.slices)
    }
    assert {unit.unit_id for unit in second.kept} == sound
    assert set(second.kept) <= set(first.units)
    assert set(second.dissolved) == set(first.units) - set(second.kept)
    assert set(second.units) == set(second.kept) | set(second.new)
    assert Counter(piece.path for unit in second.units for piece in unit.slices) == Counter(after.keys())
    assert second.vanished == tuple(f"s:{path}" for path in sorted(before.keys() - after.keys()))
    # Nothing changed since: nothing to do.
    third = planned(folder, after, second.units)
    assert (third.units, third.new, third.dissolved) == (second.units, (), ())


@pytest.mark.usefixtures("small_units")
def test_adding_a_file_reads_that_file_only(tmp_path: Path) -> None:
    sizes = {f"{index:02}.md": 300 for index in range(10)}
    first = planned(tmp_path, sizes)
    second = planned(tmp_path, sizes | {"00a.md": 300}, first.units)
    assert set(second.kept) == set(first.units)
    assert places(second.new) == [("00a.md", "whole", 0, 0)]


@pytest.mark.usefixtures("small_units")
def test_a_changed_file_gives_its_unit_another_version(tmp_path: Path) -> None:
    sizes = {"a.md": 100, "b.md": 100}
    [first] = plan_units(listed(tmp_path, sizes)).units
    changed = plan_units(listed(tmp_path, sizes, {"b.md": "2"}), [first])
    [second] = changed.units
    assert (second.unit_id, changed.dissolved) == (first.unit_id, (first,))
    assert second.version != first.version


@pytest.mark.usefixtures("small_units")
def test_a_changed_archive_is_planned_anew_as_a_whole(tmp_path: Path) -> None:
    write(tmp_path, {"a.tar": tar([(f"{index}.md", 900) for index in range(8)]), "b.md": "text"})
    first = plan_units(config(tmp_path))
    assert len(first.units) > 5
    # One unit of the archive lost: the others of that archive must not stay without it.
    lost = [unit for unit in first.units if unit.slices[0].start != 0 or unit.slices[0].path == "b.md"]
    broken = [replace(unit, slices=(replace(unit.slices[0], stamp="0"),)) for unit in lost[:1]] + lost[1:]
    second = plan_units(config(tmp_path), broken)
    assert places(second) == places(first)
    write(tmp_path, {"a.tar": tar([(f"{index}.md", 900) for index in range(9)])})
    third = plan_units(config(tmp_path), first.units)
    assert [unit.slices[0].path for unit in third.kept] == ["b.md"]
    assert sum(len(piece.members) for unit in third.units for piece in unit.slices) == 9


@pytest.mark.usefixtures("small_units")
def test_another_format_dissolves_what_is_cut_by_the_old_one(tmp_path: Path) -> None:
    write(tmp_path, {"a.jsonl": b'{"text": "x"}\n' * 300})
    first = plan_units(config(tmp_path))
    assert {kind for _, kind, _, _ in places(first)} == {"bytes"}
    second = plan_units(config(tmp_path, 'format = "text"'), first.units)
    assert places(second) == [("a.jsonl", "whole", 0, 0)]


def test_units_follow_when_the_files_move_with_their_times(tmp_path: Path) -> None:
    write(tmp_path, {"a.md": "text"})
    first = plan_units(config(tmp_path))
    moved = tmp_path / "moved"
    (tmp_path / "in").rename(moved / "in" if moved.mkdir() is None else moved)
    second = plan_units(config(moved), first.units)
    assert not second.new
    assert second.kept[0].slices[0].root == str(moved / "in")
    assert second.kept[0].version == first.units[0].version


def test_a_source_that_shrinks_must_be_allowed(tmp_path: Path) -> None:
    sizes = {f"{index}.md": 1 for index in range(10)}
    first = plan_units(listed(tmp_path, sizes))
    eight = dict(list(sizes.items())[:8])
    assert plan_units(listed(tmp_path, eight), first.units).vanished == ("s:8.md", "s:9.md")
    seven = dict(list(sizes.items())[:7])
    with pytest.raises(UsageError, match=r"source s: 3 of 10 files are gone .* 7\.md.*--allow-shrink"):
        plan_units(listed(tmp_path, seven), first.units)
    assert len(plan_units(listed(tmp_path, seven), first.units, allow_shrink=True).vanished) == 3


def test_a_source_that_is_no_more_configured_goes(tmp_path: Path) -> None:
    other = make_unit("gone", [FileSlice("/nowhere", "a.md", 1, "1", bytes=1)])
    plan = plan_units(listed(tmp_path, {"a.md": 1}), [other])
    assert plan.gone_sources == ("gone",)
    assert plan.dissolved == (other,)
    assert other not in plan.units


def test_the_same_names_the_same_units_on_every_machine(tmp_path: Path) -> None:
    [unit] = plan_units(listed(tmp_path, {"a.md": 1, "b.md": 2})).units
    assert unit.unit_id == "842adc58fc352321316eaad7566a4b4e"
    assert unit.version == "5698c10bd471481a9361730b68f3ff4e"


# --- the plan and the reader ------------------------------------------------------------------------


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
    source = config(folder).ingest_spec("s").source
    found: Counter[tuple[str, str, str]] = Counter()
    for unit in plan.units:
        for batch in read_unit(unit, source):
            found.update((f"s:{path}", record.locator, "record") for path, record in batch.records)
            found.update((fallen.uri, fallen.locator, fallen.rule) for fallen in batch.rejections)
            found.update((dead.uri, dead.locator, f"dead {dead.reason}") for dead in batch.dead_letters)
    return found
