"""Makes a run's rows of ``attributions`` part of a new snapshot."""

from datetime import UTC, datetime

import pyarrow as pa

from schemas.errors import WorkFailed
from schemas.ids import digest16
from schemas.manifest import Manifest
from schemas.tables import SCHEMA_VERSION
from warehouse.catalog import Catalog
from warehouse.parts import UnitParts

TABLE = "attributions"


def commit_run(catalog: Catalog, manifest: Manifest, run: str, rows: pa.Table) -> tuple[Manifest, bool]:
    """Commits a snapshot with a run, in the place of an earlier one of that name; all else stays.

    Args:
        catalog: The warehouse.
        manifest: The snapshot that the answers were traced in, which must still be the newest.
        run: Its name.
        rows: Of the run; none drops an earlier one.

    Returns:
        The snapshot that has the run, and whether it is a new one.

    Raises:
        UsageError: If another process writes the warehouse.
        WorkFailed: If a snapshot came meanwhile, or the warehouse cannot be written.
    """
    with catalog.storage.lock("datamoat ground"):
        current = catalog.current()
        if current is None or current.number != manifest.number:
            raise WorkFailed(
                f"snapshot {current.number if current else 0} came while the answers were traced in "
                f"snapshot {manifest.number}; run `datamoat ground` again"
            )
        unit = digest16(TABLE, run).hex()
        others = [part for part in catalog.parts(manifest) if (part.table, part.unit) != (TABLE, unit)]
        with pa.BufferOutputStream() as buffer:
            with pa.ipc.new_stream(buffer, rows.schema) as stream:
                stream.write_table(rows.combine_chunks())
            content = digest16(TABLE, str(SCHEMA_VERSION), buffer.getvalue().to_pybytes()).hex()
        parts = UnitParts(catalog.storage, unit, {TABLE: content}, "")
        parts.write(TABLE, rows)
        made = parts.publish()
        listed = catalog.write_parts([*others, *made])
        if listed == manifest.parts:
            return manifest, False
        new = manifest.model_copy(
            update={
                "number": manifest.number + 1,
                "parent": manifest.number,
                "created_at": datetime.now(UTC).isoformat(timespec="seconds"),
                "parts": listed,
            }
        )
        catalog.commit(new)
        return new, True
