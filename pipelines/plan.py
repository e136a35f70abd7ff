"""Splits the input into work units before anything runs, and keeps what an earlier plan has done.

The plan depends on the files and the earlier plan only, never on the order in which files are listed.
A unit whose files are unchanged stays as it is; new files form new units; a unit with a changed or
vanished file is dissolved, and its remaining files are planned anew.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from pipelines.config import Config
from pipelines.slices import UNIT_BYTES, UNIT_FILES, cut, fits
from schemas.errors import UsageError
from schemas.ids import digest16
from schemas.units import FileSlice, WorkUnit
from warehouse.storage.inputs import InputFile

MAX_SHRINK = 0.2
"""Part of a source's files that may vanish between two builds without being asked."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be done.

    Attributes:
        units: All units of the corpus, largest first.
        kept: Those of them that the earlier plan had; ``new`` the others.
        dissolved: Units of the earlier plan that are no more.
        vanished: Files that the earlier plan had and that are gone, as ``source:path``.
        gone_sources: Sources that the earlier plan had and that the configuration has no more.
    """

    units: tuple[WorkUnit, ...]
    kept: tuple[WorkUnit, ...]
    new: tuple[WorkUnit, ...]
    dissolved: tuple[WorkUnit, ...]
    vanished: tuple[str, ...]
    gone_sources: tuple[str, ...]


def plan_units(config: Config, previous: Sequence[WorkUnit] = (), *, allow_shrink: bool = False) -> Plan:
    """Plans a build.

    Args:
        config: The configuration; its listing says what is there.
        previous: The units of the snapshot that the build starts from.
        allow_shrink: Let more than ``MAX_SHRINK`` of a source's files vanish.

    Raises:
        UsageError: If more of a source vanished, and it is not allowed; a line for each source.
    """
    names = [source.name for source in config.sources]
    earlier: dict[str, list[WorkUnit]] = {name: [] for name in names}
    gone = {unit.source for unit in previous} - earlier.keys()
    for unit in previous:
        if unit.source in earlier:
            earlier[unit.source].append(unit)
    kept: list[WorkUnit] = []
    new: list[WorkUnit] = []
    vanished: list[str] = []
    shrunk: list[str] = []
    for name in names:
        files = {file.path: file for file in config.files(name)}
        before = {piece.path for unit in earlier[name] for piece in unit.slices}
        missing = sorted(before - files.keys())
        vanished.extend(f"{name}:{path}" for path in missing)
        if len(missing) > MAX_SHRINK * len(before):
            shrunk.append(_shrunk(name, missing, len(before)))
        stays = _unchanged(earlier[name], files, config.source(name).format)
        kept.extend(stays)
        done = {piece.path for unit in stays for piece in unit.slices}
        rest = [files[path] for path in sorted(files.keys() - done)]
        new.extend(_new_units(name, rest, config.source(name).format))
    if shrunk and not allow_shrink:
        raise UsageError("\n".join(shrunk))
    ids = {unit.unit_id for unit in kept}
    return Plan(
        units=_largest_first(kept + new),
        kept=_largest_first(kept),
        new=_largest_first(new),
        dissolved=_largest_first(unit for unit in previous if unit.unit_id not in ids),
        vanished=tuple(vanished),
        gone_sources=tuple(sorted(gone)),
    )


def make_unit(source: str, slices: Sequence[FileSlice]) -> WorkUnit:
    """Returns the unit that reads some slices; it is named by their places, versioned by their files."""
    places = [
        field for piece in slices for field in (piece.path, piece.kind, str(piece.start), str(piece.stop))
    ]
    files = [field for piece in slices for field in (piece.path, str(piece.size), piece.stamp)]
    return WorkUnit(
        unit_id=digest16("unit", source, *places).hex(),
        version=digest16("version", *files).hex(),
        source=source,
        slices=tuple(slices),
        bytes=sum(piece.bytes for piece in slices),
    )


def _new_units(source: str, files: Iterable[InputFile], format_name: str) -> list[WorkUnit]:
    """Plans the files of a source: a piece of a cut or large file is a unit, small files share one."""
    units: list[WorkUnit] = []
    small: list[FileSlice] = []
    for file in files:
        pieces = cut(file, format_name)
        if len(pieces) == 1 and pieces[0].bytes <= UNIT_BYTES and _weight(pieces[0]) <= UNIT_FILES:
            small.extend(pieces)
        else:
            units.extend(make_unit(source, [piece]) for piece in pieces)
    units.extend(make_unit(source, bundle) for bundle in _bundles(small))
    return units


def _bundles(small: Iterable[FileSlice]) -> Iterator[list[FileSlice]]:
    bundle: list[FileSlice] = []
    size = files = 0
    for piece in small:
        if bundle and (size + piece.bytes > UNIT_BYTES or files + _weight(piece) > UNIT_FILES):
            yield bundle
            bundle, size, files = [], 0, 0
        bundle.append(piece)
        size += piece.bytes
        files += _weight(piece)
    if bundle:
        yield bundle


def _weight(piece: FileSlice) -> int:
    return max(len(piece.members), 1)


def _unchanged(units: Iterable[WorkUnit], files: dict[str, InputFile], format_name: str) -> list[WorkUnit]:
    """Returns the units that can stay, with the roots where their files lie now."""
    stays: list[WorkUnit] = []
    waiting = list(units)
    dissolved: set[str] = set()

    def is_sound(piece: FileSlice) -> bool:
        # A file is planned as a whole: where one of its pieces is planned anew, the others are too.
        same = _same(piece, files.get(piece.path)) and fits(piece, format_name)
        return same and piece.path not in dissolved

    while len(stays) != len(waiting):
        stays, waiting = waiting, []
        for unit in stays:
            if all(is_sound(piece) for piece in unit.slices):
                waiting.append(unit)
            else:
                dissolved.update(piece.path for piece in unit.slices)
    return [_moved(unit, files) for unit in stays]


def _same(piece: FileSlice, file: InputFile | None) -> bool:
    return file is not None and (piece.size, piece.stamp) == (file.size, file.stamp)


def _moved(unit: WorkUnit, files: dict[str, InputFile]) -> WorkUnit:
    if all(piece.root == files[piece.path].root for piece in unit.slices):
        return unit
    return replace(unit, slices=tuple(replace(piece, root=files[piece.path].root) for piece in unit.slices))


def _largest_first(units: Iterable[WorkUnit]) -> tuple[WorkUnit, ...]:
    return tuple(sorted(units, key=lambda unit: (-unit.bytes, unit.source, unit.unit_id)))


def _shrunk(source: str, missing: Sequence[str], before: int) -> str:
    return (
        f"source {source}: {len(missing)} of {before} files are gone since the last build "
        f"(the first: {missing[0]}); if that is meant, say --allow-shrink"
    )
