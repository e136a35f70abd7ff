"""The laws of the plan: every file in one unit, the same plan every time, unchanged units stay."""

import random
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.config import Config
from pipelines.plan import Plan, make_unit, plan_units
from schemas.errors import UsageError
from schemas.units import FileSlice, WorkUnit
from tests.pipelines.plan_inputs import config, places, shrink_units, tar, write
from warehouse.storage.inputs import InputFile


@pytest.fixture
def small_units(monkeypatch: pytest.MonkeyPatch) -> None:
    shrink_units(monkeypatch)


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
