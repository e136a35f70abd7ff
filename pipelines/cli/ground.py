"""The command ``ground``: how much of answers the corpus supports, and whose it is."""

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipelines.cli.answers import json_lines, text_of
from pipelines.cli.common import AsJson, Warehouse, emit, reading, say
from pipelines.cli.trace import Similar

if TYPE_CHECKING:
    from warehouse.grounding.ground import Answer

_TOLD_EVERY_S = 10


def register(app: typer.Typer) -> None:
    """Adds the command to the program."""
    app.command()(ground)


def ground(
    warehouse: Warehouse,
    answers: Annotated[
        Path, typer.Argument(help="A file with an answer a line: id, text, and model if known; - is stdin.")
    ],
    run: Annotated[
        str | None,
        typer.Option("--run", help="Name of the run; the same name again replaces it. Else the file's."),
    ] = None,
    similar: Similar = 3,
    write: Annotated[
        bool, typer.Option(help="Write the table `attributions`, as part of a new snapshot.")
    ] = True,
    as_json: AsJson = False,
) -> None:
    """Say how much of answers the newest snapshot supports: verbatim, nearly, by similar text, not at all."""
    from pipelines.cli import ground_view
    from schemas.errors import UsageError, WorkFailed
    from warehouse.grounding.commit import commit_run
    from warehouse.grounding.ground import Grounding
    from warehouse.trace import open_trace

    asked = read_answers(answers)
    name = (run if run is not None else answers.stem if str(answers) != "-" else "").strip()
    if not name:
        raise UsageError("answers from stdin need a name for their run: --run NAME")
    catalog, manifest = reading(warehouse, None)
    grounding = Grounding(name)
    unreadable: set[str] = set()
    told = time.monotonic()
    with open_trace(catalog, manifest) as tracer:
        if similar and tracer.unsearched:
            raise UsageError(
                f"the passages of {tracer.unsearched:,} texts are not indexed on this machine; "
                f"`datamoat index {warehouse}` does it, --similar 0 goes without"
            )
        for number, answer in enumerate(asked, 1):
            found = tracer.trace(answer.text, name=answer.id, similar=similar)
            grounding.add(answer, found)
            unreadable.update(found.unreadable)
            if time.monotonic() - told > _TOLD_EVERY_S:
                told = time.monotonic()
                say(f"{number:,} of {len(asked):,} answers")
    if unreadable:
        shown = "\n".join(sorted(unreadable)[:10])
        raise WorkFailed(f"not all documents could be opened, nothing was written\n{shown}")
    written = None
    if write:
        new, committed = commit_run(catalog, manifest, name, grounding.table())
        written = new.number
        say(
            f"snapshot {new.number}: attributions of run {name}"
            if committed
            else f"the attributions of run {name} stand in snapshot {new.number} already"
        )
    emit(grounding.result(manifest.number, written), as_json, ground_view.ground)


def read_answers(path: Path) -> "list[Answer]":
    """Reads a file of answers, JSON Lines.

    Raises:
        UsageError: If it cannot be read, holds none, or a line is broken, empty or has the id of another.
    """
    from schemas.errors import UsageError
    from warehouse.grounding.ground import Answer

    found: dict[str, tuple[int, Answer]] = {}
    for number, where, row in json_lines(path):
        text = text_of(row)
        if text is None:
            raise UsageError(f'{where}: an object with "id" and "text" is expected')
        if not text.strip():
            raise UsageError(f"{where}: the answer is empty")
        name, model = str(row.get("id", number)), row.get("model")
        if name in found:
            raise UsageError(f"{where}: the id {name!r} is that of line {found[name][0]} too")
        found[name] = (number, Answer(name, text, None if model is None else str(model)))
    if not found:
        raise UsageError(f"{path}: no answer in it")
    return [answer for _, answer in found.values()]
