"""The commands before a build: ``init`` writes a configuration; ``plan``, ``formats`` say what is read."""

from pathlib import Path
from typing import Annotated

import typer

from pipelines.cli.common import AsJson, emit, say


def register(app: typer.Typer) -> None:
    """Adds the commands to the program."""
    app.command()(init)
    app.command()(plan)
    app.command()(formats)


def init(
    folder: Annotated[
        Path | None, typer.Argument(help="Where the documents lie.", show_default=False)
    ] = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="File to write; else FOLDER/corpus.toml.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Overwrite the file if there is one.")] = False,
    schema: Annotated[
        bool, typer.Option("--schema", help="Print the JSON Schema of corpus.toml instead, for editors.")
    ] = False,
) -> None:
    """Write a corpus.toml from what lies in FOLDER: each folder or archive in it becomes a source."""
    from schemas.errors import UsageError

    if schema:
        import json

        from pipelines.config import json_schema

        typer.echo(json.dumps(json_schema(), indent=2, ensure_ascii=False))
        return
    if folder is None:
        raise UsageError("init: name the folder where the documents lie")
    from pipelines.init import write_config

    written = write_config(folder, output, force=force)
    typer.echo(written.file)
    todo = (
        f"{written.todo} without a known licence: look for TODO" if written.todo else "check their licences"
    )
    say(f"{written.sources} sources; {todo}")
    say(f"next: datamoat plan {written.file}")


def plan(
    config: Annotated[Path, typer.Argument(help="The corpus.toml.", show_default=False)],
    as_json: AsJson = False,
    allow_shrink: Annotated[
        bool, typer.Option("--allow-shrink", help="Let more than 20 % of a source's files be gone.")
    ] = False,
    workers: Annotated[
        int | None,
        typer.Option(min=1, help="Worker processes that the estimates are for.", show_default="one a core"),
    ] = None,
) -> None:
    """Say what a build would read, by source and format, and what it would take; touches nothing."""
    from pipelines.cli.plan_view import show_plan
    from pipelines.config import load_config
    from pipelines.estimate import estimate
    from pipelines.plan import plan_units
    from warehouse.catalog import Catalog
    from warehouse.storage import open_storage

    checked = load_config(config)
    catalog = Catalog(open_storage(checked.warehouse))
    current = catalog.current()
    previous = catalog.plan(current) if current else []
    planned = plan_units(checked, previous, allow_shrink=allow_shrink)
    answer = estimate(checked, planned, workers)
    emit(answer, as_json, show_plan)


def formats(as_json: AsJson = False) -> None:
    """List the formats that can be read, with their libraries and the packages that bring them."""
    from pipelines.cli.formats_view import list_formats, show_formats

    emit(list_formats(), as_json, show_formats)
