"""Is everything that a snapshot states still true?

Reads every part once for its bytes and every text once more; memory stays at one row group for the
files, and what DuckDB is allowed for the counts.
"""

from collections.abc import Callable

import duckdb

from schemas.answers import Check, Verification
from schemas.errors import WorkFailed
from schemas.manifest import Manifest
from schemas.units import PartInfo
from warehouse.catalog import Catalog
from warehouse.checks.clusters import check_clusters, check_ids
from warehouse.checks.counts import (
    check_contamination,
    check_plan,
    check_receipts,
    check_signals,
    check_sources,
    check_units,
)
from warehouse.checks.files import check_alignment, check_parts, check_texts
from warehouse.checks.index import check_index
from warehouse.checks.tally import skipped
from warehouse.connect import connect

Progress = Callable[[int, int], None]
"""Called with (steps done, steps in all); a step is one part looked at."""


def verify(
    catalog: Catalog, manifest: Manifest, *, quick: bool = False, progress: Progress | None = None
) -> Verification:
    """Checks a snapshot.

    Args:
        catalog: The warehouse.
        manifest: The snapshot.
        quick: Leaves out what reads all bytes: hashes of parts and texts.
        progress: Told after each part.
    """
    parts = catalog.parts(manifest)
    documents = [part for part in parts if part.table == "documents"]
    step = _stepper(len(parts) + (0 if quick else len(documents)), progress)
    checks, broken = check_parts(catalog.storage, parts, hashes=not quick, step=step)
    sound = [part for part in documents if part.path not in broken]
    if quick:
        checks.append(skipped("texts have their hashes", "--quick"))
    else:
        checks.append(check_texts(catalog.storage, sound, step=step))
    checks.append(check_receipts(catalog, parts))
    if broken:
        why = f"{len(broken)} parts are damaged"
        checks += [skipped(name, why) for name in _OVER_ROWS]
    else:
        checks += _over_rows(catalog, manifest, parts)
    return Verification(
        snapshot=manifest.number, quick=quick, ok=all(check.ok for check in checks), checks=tuple(checks)
    )


def _over_rows(catalog: Catalog, manifest: Manifest, parts: list[PartInfo]) -> list[Check]:
    checks = check_alignment(catalog.storage, parts)
    try:
        with connect(catalog, manifest, sandbox=False, views=["funnel"]) as con:
            checks.append(check_units(con, parts))
            checks.append(check_sources(con))
            checks.append(check_signals(con))
            checks += check_contamination(con, parts)
            checks.append(check_plan(con, catalog, manifest))
            checks.append(check_ids(con))
            checks += check_clusters(con, manifest)
        checks += check_index(catalog.storage, manifest, parts)
    except (duckdb.Error, WorkFailed, OSError) as error:
        # A damaged page shows only when it is read; the bytes' hash has already said which part it is.
        message = str(error).splitlines()[0][:200]
        checks.append(Check(name="rows can be read", ok=False, wrong=1, details=(message,)))
    return checks


_OVER_ROWS = ("signatures", "signals", "units", "sources", "plan", "clusters")


def _stepper(total: int, progress: Progress | None) -> Callable[[], None]:
    done = 0

    def step() -> None:
        nonlocal done
        done += 1
        if progress is not None:
            progress(done, total)

    return step
