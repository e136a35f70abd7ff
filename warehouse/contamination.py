"""Which benchmark items stand in a corpus, how sure that is, and who brought them?"""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from schemas.contaminated import BenchmarkLine, Contaminated, ContaminationAnswer
from schemas.errors import UsageError
from schemas.manifest import Manifest
from warehouse.catalog import Catalog
from warehouse.connect import Connection, connect

_COLUMNS = ", ".join(
    f"round({name}, 4)" if name in ("score", "question", "answer", "passage") else f'"{name}"'
    for name in Contaminated.model_fields
)


def read_contamination(
    catalog: Catalog, manifest: Manifest, *, benchmark: str | None = None, count: int = 10
) -> ContaminationAnswer:
    """Counts items per benchmark and lists places, the surest first.

    Args:
        catalog: The warehouse.
        manifest: The snapshot.
        benchmark: Only this one.
        count: Places to list for each benchmark.

    Raises:
        UsageError: If the snapshot was held against no benchmark, or not against this one.
    """
    with connect(catalog, manifest, views=["decontamination"]) as con:
        names = ", ".join(BenchmarkLine.model_fields)
        summary = con.execute(f"SELECT {names} FROM decontamination ORDER BY benchmark").fetchall()  # noqa: S608
        known = [row[0] for row in summary]
        if not known:
            raise UsageError(
                f"snapshot {manifest.number} was held against no benchmark; "
                "name some in [decontaminate] of corpus.toml and build again"
            )
        if benchmark is not None and benchmark not in known:
            raise UsageError(f"no benchmark `{benchmark}` in this snapshot; there is: {', '.join(known)}")
        places = con.execute(
            f"""
            SELECT {_COLUMNS} FROM contaminated WHERE benchmark = coalesce($1, benchmark)
            QUALIFY row_number() OVER (
                PARTITION BY benchmark ORDER BY score DESC, uri, locator, start, item) <= $2
            ORDER BY benchmark, score DESC, uri, locator, start, item
            """,  # noqa: S608
            [benchmark, count],
        ).fetchall()
    return ContaminationAnswer(
        snapshot=manifest.number,
        benchmarks=tuple(
            BenchmarkLine(**dict(zip(BenchmarkLine.model_fields, (*row[:-1], row[-1] or {}), strict=True)))
            for row in summary
            if benchmark in (None, row[0])
        ),
        places=tuple(map(_place, places)),
    )


def contamination_of(con: Connection, doc_id: UUID) -> tuple[Contaminated, ...]:
    """Returns the items that a record holds, by their place; the view ``contaminated`` must be there."""
    query = f"SELECT {_COLUMNS} FROM contaminated WHERE doc_id = ? ORDER BY start, benchmark, item"  # noqa: S608
    return tuple(map(_place, con.execute(query, [doc_id]).fetchall()))


def _place(row: Sequence[Any]) -> Contaminated:
    return Contaminated(**dict(zip(Contaminated.model_fields, (row[0].hex, *row[1:]), strict=True)))
