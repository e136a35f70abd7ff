"""Snapshots: numbered manifests, created exclusively; readers open what a manifest lists, never a glob."""

import hashlib
import io
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from itertools import groupby
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from schemas.errors import UsageError, WorkFailed
from schemas.manifest import Manifest
from schemas.units import FileSlice, PartInfo, WorkUnit
from warehouse.storage import Storage, open_storage

_PARTS_SCHEMA = pa.schema(
    [
        ("table", pa.string()),
        ("path", pa.string()),
        ("rows", pa.int64()),
        ("bytes", pa.int64()),
        ("sha256", pa.string()),
        ("unit", pa.string()),
        ("schema_version", pa.int32()),
    ]
)
_PLAN_SCHEMA = pa.schema(
    [
        ("unit", pa.string()),
        ("version", pa.string()),
        ("source", pa.string()),
        ("root", pa.string()),
        ("path", pa.string()),
        ("size", pa.int64()),
        ("stamp", pa.string()),
        ("kind", pa.string()),
        ("start", pa.int64()),
        ("stop", pa.int64()),
        ("members", pa.list_(pa.string())),
        ("bytes", pa.int64()),
    ]
)


class Catalog:
    """The snapshots of one warehouse."""

    def __init__(self, storage: Storage) -> None:
        self.storage = storage

    def numbers(self) -> list[int]:
        """Returns the numbers of all snapshots, ascending."""
        names = self.storage.names("snapshots")
        return sorted(int(name.removesuffix(".json")) for name in names if name.endswith(".json"))

    def current(self) -> Manifest | None:
        """Returns the newest manifest, or None in a warehouse without a snapshot."""
        numbers = self.numbers()
        return self.load(numbers[-1]) if numbers else None

    def load(self, number: int) -> Manifest:
        """Returns a manifest by its number.

        Raises:
            UsageError: If there is no such snapshot; the message names those there are.
        """
        try:
            return Manifest.model_validate_json(self.storage.read(_manifest_path(number)))
        except FileNotFoundError:
            known = ", ".join(map(str, self.numbers())) or "none"
            raise UsageError(f"no snapshot {number} in this warehouse; there is: {known}") from None

    def parts(self, manifest: Manifest, *tables: str) -> list[PartInfo]:
        """Returns a snapshot's parts, in the order that dense row numbers count, of some tables or all."""
        parts = [PartInfo(**row) for row in self._read_list(manifest.parts)]
        return [part for part in parts if not tables or part.table in tables]

    def plan(self, manifest: Manifest) -> list[WorkUnit]:
        """Returns a snapshot's units."""
        return self.read_plan(manifest.plan)

    def read_plan(self, path: str) -> list[WorkUnit]:
        """Returns the units of a stored plan."""
        return _units(self._read_list(path))

    def write_parts(self, parts: Iterable[PartInfo]) -> str:
        """Stores a list of parts, sorted by (table, path); returns its path, named by its content."""
        ordered = sorted(parts, key=lambda part: (part.table, part.path))
        return self._write_list([asdict(part) for part in ordered], _PARTS_SCHEMA)

    def write_plan(self, units: Iterable[WorkUnit]) -> str:
        """Stores the units, sorted by id; returns the list's path, named by its content."""
        ordered = sorted(units, key=lambda unit: unit.unit_id)
        return self._write_list([row for unit in ordered for row in _rows(unit)], _PLAN_SCHEMA)

    def commit(self, manifest: Manifest) -> None:
        """Makes a manifest the current snapshot.

        Raises:
            WorkFailed: If another build took the number meanwhile; nothing was changed.
        """
        data = manifest.model_dump_json(indent=1).encode()
        if not self.storage.create(_manifest_path(manifest.number), data):
            raise WorkFailed(
                f"snapshot {manifest.number} was committed by another build; run this build again"
            )

    def _read_list(self, path: str) -> list[dict[str, Any]]:
        with self.storage.open(path) as handle:
            # pq.read_table would import all of pyarrow.dataset, which every command would pay for.
            rows: list[dict[str, Any]] = pq.ParquetFile(handle).read().to_pylist()
        return rows

    def _write_list(self, rows: Sequence[dict[str, Any]], schema: pa.Schema) -> str:
        buffer = io.BytesIO()
        pq.write_table(pa.Table.from_pylist(list(rows), schema), buffer, compression="zstd")
        data = buffer.getvalue()
        path = f"lists/{hashlib.sha256(data).hexdigest()}.parquet"
        self.storage.write(path, data)
        return path


def open_catalog(location: str) -> Catalog:
    """Opens an existing warehouse.

    Raises:
        UsageError: If nothing was ever built there.
    """
    catalog = Catalog(open_storage(location))
    if not catalog.numbers():
        raise UsageError(f"no corpus in {location}; `datamoat build corpus.toml` makes one")
    return catalog


def snapshot(catalog: Catalog, number: int | None) -> Manifest:
    """Returns the snapshot of that number, or the current one for None.

    Raises:
        UsageError: If there is none.
    """
    manifest = catalog.load(number) if number is not None else catalog.current()
    if manifest is None:
        raise UsageError("no snapshot in this warehouse; `datamoat build corpus.toml` makes one")
    return manifest


def _manifest_path(number: int) -> str:
    return f"snapshots/{number:08d}.json"


def _rows(unit: WorkUnit) -> list[dict[str, Any]]:
    head = {"unit": unit.unit_id, "version": unit.version, "source": unit.source}
    return [head | asdict(piece) for piece in unit.slices]


def _units(rows: Iterable[dict[str, Any]]) -> list[WorkUnit]:
    units = []
    for (unit_id, version, source), group in groupby(
        rows, key=lambda row: (str(row["unit"]), str(row["version"]), str(row["source"]))
    ):
        slices = tuple(FileSlice(**_piece(row)) for row in group)
        units.append(WorkUnit(unit_id, version, source, slices, sum(s.bytes for s in slices)))
    return units


def _piece(row: dict[str, Any]) -> dict[str, Any]:
    piece = {key: value for key, value in row.items() if key not in ("unit", "version", "source")}
    return piece | {"members": tuple(row["members"])}
