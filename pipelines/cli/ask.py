"""The commands that ask: ``sql``, ``funnel``, ``show``, ``sample``, ``log``, ``verify``; none loads Beam."""

import sys
from collections.abc import Callable
from enum import StrEnum
from typing import Annotated

import typer

from pipelines.cli.common import AsJson, Snapshot, Warehouse, emit, reading, say


class SqlFormat(StrEnum):
    """How ``sql`` prints a result."""

    TABLE = "table"
    CSV = "csv"
    JSON = "json"
    PARQUET = "parquet"


def register(app: typer.Typer) -> None:
    """Adds the commands to the program."""
    for command in (sql, funnel, show, sample, log, verify):
        app.command()(command)


def sql(
    warehouse: Warehouse,
    query: Annotated[
        str | None, typer.Argument(help="One SELECT; without it stdin is read.", show_default=False)
    ] = None,
    form: Annotated[SqlFormat, typer.Option("--format", "-f", help="How the result is printed.")] = (
        SqlFormat.TABLE
    ),
    as_json: Annotated[bool, typer.Option("--json", help="The same as --format json.")] = False,
    snapshot: Snapshot = None,
) -> None:
    """Ask SQL of the tables and views of a snapshot; it can read them and nothing else.

    Without a query: a prompt on a terminal, else the query is read from stdin.
    """
    from schemas.errors import UsageError
    from warehouse.connect import connect
    from warehouse.query import run_sql

    chosen = SqlFormat.JSON if as_json else form
    out = sys.stdout.buffer
    if chosen is SqlFormat.PARQUET and out.isatty():
        raise UsageError("Parquet is not for a terminal: write `> file.parquet` after the command")
    if query is None and not sys.stdin.isatty():
        query = sys.stdin.read()
    catalog, manifest = reading(warehouse, snapshot)
    if query is None:
        from pipelines.cli.prompt import run_prompt

        with connect(catalog, manifest) as con:
            run_prompt(con, chosen.value, out)
        return
    note = run_sql(catalog, manifest, query, chosen.value, out)
    out.flush()
    if note:
        say(note)


def funnel(warehouse: Warehouse, as_json: AsJson = False, snapshot: Snapshot = None) -> None:
    """Show where everything that was read ended up, by source; exit 1 if it does not add up."""
    show_funnel(warehouse, snapshot, as_json=as_json)


def show_funnel(warehouse: str, snapshot: int | None, *, as_json: bool) -> None:
    """Prints the funnel of a snapshot.

    Raises:
        AnswerIsNo: If it does not add up.
    """
    from pipelines.cli import render
    from schemas.errors import AnswerIsNo
    from warehouse.funnel import read_funnel

    answer = read_funnel(*reading(warehouse, snapshot))
    emit(answer, as_json, render.funnel)
    if not answer.balanced:
        raise AnswerIsNo("the funnel does not add up; `datamoat verify` says more")


def show(
    warehouse: Warehouse,
    doc_id: Annotated[str, typer.Argument(help="Its id, or the beginning of it.", show_default=False)],
    as_json: AsJson = False,
    snapshot: Snapshot = None,
) -> None:
    """Show a record's whole chain of custody, and check its bytes against the source."""
    from pipelines.cli import render
    from warehouse.show import show as read

    emit(read(*reading(warehouse, snapshot), doc_id), as_json, render.custody)


def sample(
    warehouse: Warehouse,
    rule: Annotated[
        str | None,
        typer.Option(help="What this rule refused, or failed for this reason.", show_default=False),
    ] = None,
    rejected: Annotated[bool, typer.Option("--rejected", help="What any rule refused.")] = False,
    dead: Annotated[bool, typer.Option("--dead", help="What could not be read or processed.")] = False,
    source: Annotated[str | None, typer.Option(help="Only of this source.", show_default=False)] = None,
    language: Annotated[
        str | None, typer.Option(help="Only documents of this language.", show_default=False)
    ] = None,
    count: Annotated[int, typer.Option("--count", "-n", min=1, help="How many.")] = 10,
    seed: Annotated[int, typer.Option(help="Another number chooses others.")] = 0,
    as_json: AsJson = False,
    snapshot: Snapshot = None,
) -> None:
    """Look at some documents, or at some of what a rule refused or what failed."""
    from pipelines.cli import render
    from schemas.answers import Kind
    from schemas.errors import UsageError
    from warehouse.sample import read_sample

    if rejected and dead:
        raise UsageError("--rejected and --dead cannot go together")
    kind: Kind = "rejection" if rejected else "dead_letter" if dead else "document"
    answer = read_sample(
        *reading(warehouse, snapshot),
        kind=kind,
        rule=rule,
        source=source,
        language=language,
        count=count,
        seed=seed,
    )
    emit(answer, as_json, render.sample)


def log(warehouse: Warehouse, as_json: AsJson = False, snapshot: Snapshot = None) -> None:
    """Show the snapshots, newest first, and what changed with each."""
    from pipelines.cli import render
    from warehouse.log import read_log

    catalog, manifest = reading(warehouse, snapshot)
    emit(read_log(catalog, manifest.number), as_json, render.log)


def verify(
    warehouse: Warehouse,
    quick: Annotated[bool, typer.Option("--quick", help="Leave out the hashes of parts and texts.")] = False,
    as_json: AsJson = False,
    snapshot: Snapshot = None,
) -> None:
    """Check that everything a snapshot states is still true; exit 1 if anything is not."""
    from pipelines.cli import render
    from schemas.errors import AnswerIsNo
    from warehouse.verify import verify as check

    catalog, manifest = reading(warehouse, snapshot)
    answer = check(catalog, manifest, quick=quick, progress=_progress())
    emit(answer, as_json, render.verification)
    if not answer.ok:
        wrong = sum(not one.ok for one in answer.checks)
        raise AnswerIsNo(f"snapshot {manifest.number}: {wrong} of {len(answer.checks)} checks failed")
    say(f"snapshot {manifest.number}: all is as it is stated")


def _progress() -> Callable[[int, int], None] | None:
    """Returns what draws one line of progress on a terminal; elsewhere the command is silent."""
    if not sys.stderr.isatty():
        return None

    def draw(done: int, total: int) -> None:
        end = "\r\x1b[K" if done == total else ""
        typer.echo(f"\r{done:,} of {total:,} parts{end}", nl=False, err=True)

    return draw
