"""The commands that make something: ``build``, ``export``, ``demo``."""

import os
import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipelines.cli.common import AsJson, Snapshot, Warehouse, emit, reading

if TYPE_CHECKING:
    from pipelines.build import Built
    from pipelines.config import Config

_BEAM = {"allow_extra_args": True, "ignore_unknown_options": False}


def register(app: typer.Typer) -> None:
    """Adds the commands to the program."""
    app.command(context_settings=_BEAM)(build)
    app.command(context_settings=_BEAM)(export)
    app.command()(demo)


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


_CORES = _cores()
Workers = Annotated[
    int,
    typer.Option(min=0, help="Worker processes; 0 works in this process.", show_default="one a core"),
]


def build(
    context: typer.Context,
    config: Annotated[Path, typer.Argument(help="The corpus.toml.", show_default=False)],
    workers: Workers = _CORES,
    allow_shrink: Annotated[
        bool, typer.Option("--allow-shrink", help="Let more than 20 % of a source's files be gone.")
    ] = False,
    sample: Annotated[
        float,
        typer.Option(min=0, max=1, help="Take this part of the records, into a warehouse of its own."),
    ] = 1.0,
    as_json: Annotated[bool, typer.Option("--json", help="Print the funnel as JSON.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Show no progress.")] = False,
) -> None:
    """Build the corpus, or go on with it: read what is new, deduplicate, commit one snapshot.

    What follows `--` goes to Beam, e.g. `-- --runner=FlinkRunner --flink_master=HOST:8081`.
    """
    from pipelines.build import build as run
    from pipelines.build import warehouse_of
    from pipelines.config import load_config
    from pipelines.stages import How
    from pipelines.workers import standing_by

    flags = _flags(context)
    with standing_by(0 if flags else workers):
        checked = load_config(config)
        built = run(checked, How(workers, flags, quiet), allow_shrink=allow_shrink, sample=sample)
    _talk(built)
    warehouse = warehouse_of(checked, sample)
    _show_funnel(warehouse, as_json=as_json)
    _judge(built, checked, warehouse)


class ExportForm(StrEnum):
    """What ``export`` writes."""

    PARQUET = "parquet"
    JSONL = "jsonl"


def export(
    context: typer.Context,
    warehouse: Warehouse,
    out: Annotated[str, typer.Argument(help="Folder or URL to write to.", show_default=False)],
    form: Annotated[ExportForm, typer.Option("--format", "-f", help="jsonl is .jsonl.zst.")] = (
        ExportForm.PARQUET
    ),
    where: Annotated[
        str | None,
        typer.Option(help="SQL condition over the columns of `corpus`, e.g. \"license = 'MIT'\"."),
    ] = None,
    workers: Workers = _CORES,
    as_json: AsJson = False,
    snapshot: Snapshot = None,
) -> None:
    """Write training shards, with a provenance row for every row; what follows `--` goes to Beam."""
    from pipelines.cli.export_view import show_export
    from pipelines.export import export as run

    catalog, manifest = reading(warehouse, snapshot)
    made = run(catalog, manifest, out, form.value, where=where, workers=workers, flags=_flags(context))
    emit(made, as_json, show_export)


def demo(
    folder: Annotated[Path, typer.Argument(help="Where to build it.")] = Path("demo"),
    workers: Workers = _CORES,
) -> None:
    """Build a corpus of the documentation of the packages installed here, and ask it four questions."""
    import shlex
    import shutil

    from pipelines.build import build as run
    from pipelines.config import load_config
    from pipelines.demo import DEMO_FUNNEL, demo_config, demo_questions
    from pipelines.stages import How
    from warehouse.query import run_sql

    config = demo_config(folder)
    _say(f"{config}: each installed distribution is a contributor; its licence is what its metadata says")
    checked = load_config(config)
    built = run(checked, How(workers), allow_shrink=True)
    _talk(built)
    catalog, manifest = reading(checked.warehouse, None)
    for title, query in (("What was read, and where did it end?", DEMO_FUNNEL), *demo_questions()):
        typer.echo(f"\n{title}\n")
        sys.stdout.flush()
        run_sql(catalog, manifest, query, "table", sys.stdout.buffer)
    program = sys.argv[0] if Path(sys.argv[0]).name == "datamoat" else "datamoat"
    # `make demo` runs a program that is not on the PATH.
    command = os.path.relpath(program) if shutil.which("datamoat") is None else "datamoat"
    place = shlex.quote(str(folder / "warehouse"))
    typer.echo(
        "\nTry next:\n"  # noqa: S608 - shown, not run
        f'  {command} sql {place} "SELECT * FROM moat ORDER BY exclusive_tokens DESC LIMIT 20"\n'
        f"  {command} sample {place} --rule unsupported_format\n"
        f"  {command} export {place} {shlex.quote(str(folder / 'shards'))} "
        f"--where \"license = 'MIT'\" --format jsonl"
    )


def _flags(context: typer.Context) -> tuple[str, ...]:
    if not context.args:
        return ()
    from pipelines.logs import quiet_beam

    quiet_beam()
    from pipelines.runners import beam_flags

    return tuple(beam_flags(context.args))


def _talk(built: "Built") -> None:
    manifest = built.manifest
    for uri in built.plan.vanished[:10]:
        _say(f"vanished: {uri}")
    if len(built.plan.vanished) > 10:
        _say(f"vanished: and {len(built.plan.vanished) - 10:,} more")
    if built.committed:
        _say(f"snapshot {manifest.number} of {manifest.corpus}")
    else:
        _say(f"nothing has changed since snapshot {manifest.number} of {manifest.corpus}")


def _show_funnel(warehouse: str, *, as_json: bool) -> None:
    from pipelines.cli.ask import show_funnel

    show_funnel(warehouse, None, as_json=as_json)


def _judge(built: "Built", config: "Config", warehouse: str) -> None:
    from schemas.errors import AnswerIsNo

    if not built.over_budget:
        return
    from warehouse.reasons import dead_reasons

    catalog, manifest = reading(warehouse, None)
    counted = dead_reasons(catalog, manifest, sorted(built.over_budget))
    lines = []
    for name, (dead, read) in sorted(built.over_budget.items()):
        limit = config.source(name).max_dead_fraction
        lines.append(
            f"source {name}: {dead:,} of {read:,} records are dead letters, "
            f"above its max_dead_fraction of {limit:g}"
        )
        lines += [
            f"  {row.records:>8,}  {row.reason:<14} {row.example}" for row in counted if row.source == name
        ]
    lines.append(
        "everything is written all the same; see `datamoat sample WAREHOUSE --dead --source NAME`, and raise "
        "max_dead_fraction if that is what is there"
    )
    raise AnswerIsNo("\n".join(lines))


def _say(line: str) -> None:
    pass
