"""The commands around the index: ``index`` makes it, ``trace`` asks it."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipelines.cli.answers import json_lines, read_file, text_of
from pipelines.cli.build import _BEAM, _CORES, Workers, _flags
from pipelines.cli.common import AsJson, Snapshot, Warehouse, emit, reading, say

if TYPE_CHECKING:
    from schemas.traces import Trace

_EACH = 10
_TOLD_EVERY_S = 10

Similar = Annotated[
    int,
    typer.Option(min=0, max=50, help="Similar passages to name for each sentence; 0 looks for none."),
]


def register(app: typer.Typer) -> None:
    """Adds the commands to the program."""
    app.command(context_settings=_BEAM)(index)
    app.command()(trace)


def index(
    context: typer.Context,
    warehouse: Warehouse,
    workers: Workers = _CORES,
    min_words: Annotated[
        int | None,
        typer.Option(min=8, max=100, help="Words of the shortest run that is never missed; else 15."),
    ] = None,
) -> None:
    """Index the newest snapshot for `trace`: what is not indexed yet; what follows `--` goes to Beam."""
    from pipelines.index import index as run
    from pipelines.stages import How
    from schemas.specs import IndexSpec
    from warehouse.catalog import open_catalog
    from warehouse.passages.build import index_passages

    flags = _flags(context)
    catalog = open_catalog(warehouse)
    spec = IndexSpec(enabled=True, min_words=min_words) if min_words else None
    manifest, made, committed = run(catalog, How(workers, flags), spec)
    parts = catalog.parts(manifest)
    text = sum(part.bytes for part in parts if part.table == "documents")
    size = sum(part.bytes for part in parts if part.table in ("fingerprints", "indexed"))
    rows = sum(part.rows for part in parts if part.table == "fingerprints")
    say(f"snapshot {manifest.number}" if committed else f"snapshot {manifest.number} was indexed already")
    passages = index_passages(catalog, manifest, _telling())
    if passages:
        say(f"passages of {passages:,} texts indexed on this machine, in {catalog.storage.cache()}")
    say(
        f"{made.added:,} texts indexed now; {len(made.state.segments)} segments, {rows:,} fingerprints, "
        f"{size:,} bytes beside {text:,} bytes of documents ({size / text:.2f})"
    )


def _telling() -> Callable[[int, int], None]:
    """Returns what says from time to time how far the passages are."""
    told = time.monotonic()

    def tell(done: int, total: int) -> None:
        nonlocal told
        if time.monotonic() - told > _TOLD_EVERY_S:
            told = time.monotonic()
            say(f"passages of {done:,} of {total:,} texts")

    return tell


def trace(
    warehouse: Warehouse,
    text: Annotated[str | None, typer.Argument(help="The answer to trace.", show_default=False)] = None,
    file: Annotated[
        Path | None, typer.Option("--file", "-f", help="A file with the answer; - is stdin.")
    ] = None,
    jsonl: Annotated[
        Path | None,
        typer.Option("--jsonl", help="A file with an answer a line: id, and text or answer; - is stdin."),
    ] = None,
    each: Annotated[
        int,
        typer.Option("--each", min=1, help="Texts to open for each n-gram where there are too many for all."),
    ] = _EACH,
    everything: Annotated[
        bool, typer.Option("--all", help="Open every text that shares a selected n-gram.")
    ] = False,
    similar: Similar = 3,
    as_json: AsJson = False,
    snapshot: Snapshot = None,
) -> None:
    """Show where the words of an answer stand in the corpus, who gave them, and under which licence.

    What stands nowhere word for word is looked for in passages that say something similar: a list of its own.

    With --json an answer is one object; with --jsonl one a line, in the order of the file.
    """
    from pipelines.cli import trace_view
    from schemas.errors import UsageError, WorkFailed
    from warehouse.trace import open_trace

    if sum(source is not None for source in (text, file, jsonl)) != 1:
        raise UsageError("one of: the text itself, --file FILE, --jsonl FILE")
    unreadable: set[str] = set()
    with open_trace(*reading(warehouse, snapshot)) as tracer:
        for name, answer in _answers(text, file, jsonl):
            found: Trace = tracer.trace(answer, each=None if everything else each, name=name, similar=similar)
            if jsonl is not None and as_json:
                typer.echo(found.model_dump_json())
            else:
                emit(found, as_json, trace_view.trace)
            unreadable.update(found.unreadable)
    if unreadable:
        shown = "\n".join(sorted(unreadable)[:10])
        raise WorkFailed(f"not all documents could be opened; `datamoat verify` says more\n{shown}")


def _answers(text: str | None, file: Path | None, jsonl: Path | None) -> Iterator[tuple[str | None, str]]:
    """Yields (id, text) of what is to be traced.

    Raises:
        UsageError: If there is nothing to trace, or a file cannot be read.
    """
    from schemas.errors import UsageError

    if jsonl is not None:
        yield from _lines(jsonl)
        return
    answer = text if text is not None else read_file(file or Path("-")).decode("utf-8", "replace")
    if not answer.strip():
        raise UsageError("the text is empty: there is nothing to trace")
    yield None, answer


def _lines(path: Path) -> Iterator[tuple[str | None, str]]:
    from schemas.errors import UsageError

    for number, where, row in json_lines(path):
        answer = text_of(row)
        if answer is None:
            raise UsageError(f'{where}: an object with "text" (or "answer") is expected')
        yield str(row.get("id", number)), answer
