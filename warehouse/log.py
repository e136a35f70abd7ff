"""The snapshots of a warehouse, and what is different from one to the next."""

from schemas.answers import Log, SnapshotLine
from schemas.manifest import Manifest
from warehouse.catalog import Catalog


def read_log(catalog: Catalog, newest: int | None = None) -> Log:
    """Returns the snapshots, newest first.

    Args:
        catalog: The warehouse.
        newest: Number of the snapshot to begin with; None begins with the current one.
    """
    numbers = [number for number in catalog.numbers() if newest is None or number <= newest]
    manifests = {number: catalog.load(number) for number in numbers}
    lines = []
    for number in reversed(numbers):
        manifest = manifests[number]
        parent = manifests.get(manifest.parent) if manifest.parent is not None else None
        lines.append(
            SnapshotLine(
                number=number,
                parent=manifest.parent,
                created_at=manifest.created_at,
                corpus=manifest.corpus,
                totals=manifest.totals,
                changes=_changes(catalog, manifest, parent),
            )
        )
    return Log(snapshots=tuple(lines))


def _changes(catalog: Catalog, new: Manifest, old: Manifest | None) -> tuple[str, ...]:
    if old is None:
        return ("first snapshot",)
    now = {row.source: row for row in new.sources}
    before = {row.source: row for row in old.sources}
    changes = [f"source {name} added" for name in now if name not in before]
    changes += [f"source {name} gone" for name in before if name not in now]
    for name, row in now.items():
        if name in before and row != before[name]:
            stated, was = row.model_dump(), before[name].model_dump()
            fields = ", ".join(key for key in stated if stated[key] != was[key])
            changes.append(f"source {name}: {fields} changed")
    changes += [f"recipe of {stage} changed" for stage in sorted(_different(new.recipes, old.recipes))]
    if new.generation != old.generation:
        changes.append(f"generation {old.generation} → {new.generation}")
    if new.parts != old.parts:
        changes += _parts_changed(catalog, new, old)
    if new.dedup != old.dedup:
        changes.append("duplicates found anew")
    for name, total in sorted(new.totals.items()):
        if total != (was_total := old.totals.get(name, 0)):
            changes.append(f"{name} {total - was_total:+,}")
    return tuple(changes)


def _different(new: dict[str, object], old: dict[str, object]) -> set[str]:
    return {name for name in new.keys() | old.keys() if new.get(name) != old.get(name)}


def _parts_changed(catalog: Catalog, new: Manifest, old: Manifest) -> list[str]:
    now = {part.path: part for part in catalog.parts(new)}
    before = {part.path: part for part in catalog.parts(old)}
    changes = []
    for table in sorted({part.table for part in [*now.values(), *before.values()]}):
        added = [part.rows for path, part in now.items() if part.table == table and path not in before]
        gone = [part.rows for path, part in before.items() if part.table == table and path not in now]
        if added or gone:
            changes.append(
                f"{table}: {len(added)} parts with {sum(added):,} rows new, "
                f"{len(gone)} parts with {sum(gone):,} rows gone"
            )
    return changes
