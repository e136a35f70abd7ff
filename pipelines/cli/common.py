"""What the commands share: opening a snapshot, printing an answer, talking to the user."""

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

if TYPE_CHECKING:
    from pydantic import BaseModel
    from rich.console import Console

    from schemas.manifest import Manifest
    from warehouse.catalog import Catalog

Answer = TypeVar("Answer", bound="BaseModel")

Warehouse = Annotated[
    str, typer.Argument(help="Folder of the warehouse, or its file: s3: gs: az: URL.", show_default=False)
]
AsJson = Annotated[bool, typer.Option("--json", help="Print the answer as JSON.")]
Snapshot = Annotated[
    int | None,
    typer.Option("--snapshot", help="Number of the snapshot; else the newest.", show_default=False),
]


def reading(warehouse: str, snapshot: int | None) -> "tuple[Catalog, Manifest]":
    """Opens a warehouse and one of its snapshots.

    Raises:
        UsageError: If there is no such warehouse or snapshot.
    """
    from warehouse.catalog import open_catalog
    from warehouse.catalog import snapshot as pick

    catalog = open_catalog(warehouse)
    return catalog, pick(catalog, snapshot)


def emit(model: Answer, json: bool, render: "Callable[[Answer, Console], None]") -> None:
    """Prints an answer on stdout: as JSON, or as ``render`` draws it."""
    if json:
        typer.echo(model.model_dump_json(indent=1))
        return
    from rich.console import Console

    # In a pipe nothing is cut to the width of a terminal that is not there.
    console = Console(highlight=False, width=None if sys.stdout.isatty() else 1000)
    render(model, console)


def say(line: str) -> None:
    """Tells the user something that is no data."""
    typer.echo(line, err=True)
