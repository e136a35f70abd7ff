"""The commands that make something: ``build``, ``demo``, ``export``."""

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from pipelines.build import Built

_BEAM = {"allow_extra_args": True, "ignore_unknown_options": False}


def register(app: typer.Typer) -> None:
    """Adds the commands to the program."""
    app.command(context_settings=_BEAM)(build)


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


Workers = Annotated[
    int,
    typer.Option(min=0, help="Worker processes; 0 works in this process.", show_default="one a core"),
]


def build(
    context: typer.Context,
    config: Annotated[Path, typer.Argument(help="The corpus.toml.", show_default=False)],
    workers: Workers = _cores(),
    allow_shrink: Annotated[
        bool, typer.Option("--allow-shrink", help="Let more than 20 % of a source's files be gone.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the funnel as JSON.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Show no progress.")] = False,
) -> None:
    """Build the corpus, or go on with it: read what is new, deduplicate, commit one snapshot.

    What follows `--` goes to Beam, e.g. `-- --runner=FlinkRunner --flink_master=HOST:8081`.
    """
    from pipelines.build import build as run
    from pipelines.config import load_config
    from pipelines.stages import How

    flags: tuple[str, ...] = ()
    if context.args:
        from pipelines.runners import beam_flags

        flags = tuple(beam_flags(context.args))
    checked = load_config(config)
    built = run(checked, How(workers, flags, quiet), allow_shrink=allow_shrink)
    _talk(built)
    _show_funnel(checked.warehouse, as_json=as_json)
    _judge(built)


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


def _judge(built: "Built") -> None:
    from schemas.errors import AnswerIsNo

    if built.over_budget:
        raise AnswerIsNo(
            "\n".join(
                f"source {name}: {dead:,} of {read:,} records are dead letters, above its max_dead_fraction; "
                f"see `datamoat sample WAREHOUSE --dead --source {name}`"
                for name, (dead, read) in sorted(built.over_budget.items())
            )
        )


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
