"""The command ``contamination``: benchmark items in the corpus."""

from typing import TYPE_CHECKING, Annotated

import typer

from pipelines.cli.common import AsJson, Snapshot, Warehouse, emit, reading

if TYPE_CHECKING:
    from rich.console import Console

    from schemas.contaminated import ContaminationAnswer


def register(app: typer.Typer) -> None:
    """Adds the command to the program."""
    app.command()(contamination)


def contamination(
    warehouse: Warehouse,
    benchmark: Annotated[
        str | None, typer.Option("--benchmark", "-b", help="Only this one.", show_default=False)
    ] = None,
    count: Annotated[int, typer.Option("--count", "-n", min=0, help="Places to list of each.")] = 5,
    as_json: AsJson = False,
    snapshot: Snapshot = None,
) -> None:
    """Show which benchmark items were found, where, who gave them, and what was done."""
    from warehouse.contamination import read_contamination

    answer = read_contamination(*reading(warehouse, snapshot), benchmark=benchmark, count=count)
    emit(answer, as_json, _render)


def _render(answer: "ContaminationAnswer", console: "Console") -> None:
    from rich.table import Table

    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("benchmark")
    for name in ("items", "found", "documents", "refused", "masked", "left"):
        table.add_column(name, justify="right")
    table.add_column("given by")
    for line in answer.benchmarks:
        givers = ", ".join(f"{name} {count:,}" for name, count in line.contributors.items())
        counts = (line.items, line.found, line.documents, line.rejected, line.masked, line.kept)
        table.add_row(line.benchmark, *(f"{count:,}" for count in counts), givers)
    console.print(table)
    for line in answer.benchmarks:
        if line.short:
            console.print(
                f"{line.benchmark}: {line.short:,} items are too short to be looked for", style="yellow"
            )
    for place in answer.places:
        shares = ", ".join(
            f"{name} {share:.0%}"
            for name, share in (
                ("question", place.question), ("answer", place.answer), ("passage", place.passage),
            )
            if share is not None
        )  # fmt: skip
        console.print()
        console.print(f"{place.benchmark} {place.item}", style="bold", end="  ")
        console.print(f"score {place.score:.2f} ({shares}) · {place.action} · {place.fate}")
        where = f"{place.uri} {place.locator}".rstrip()
        console.print(
            f"  {place.doc_id} · {where} · {place.start}-{place.end} · {place.contributor}", style="dim"
        )
        console.print(f"  {' '.join(place.excerpt.split())[:300]}", markup=False)
