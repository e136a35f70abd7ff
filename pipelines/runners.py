"""Which Beam runners a build accepts, and which flags: what follows ``--`` on its command line.

Beam itself drops a flag that it does not know, and some runners lose data or fetch programs from the
network. Here every such flag is one clear error before anything runs, and nothing is ever downloaded:
what a runner needs besides Python must lie on this machine.
"""

import difflib
from argparse import Namespace
from collections.abc import Callable, Mapping, Sequence
from typing import NoReturn

from apache_beam.options.pipeline_options import PipelineOptions, StandardOptions, _BeamArgumentParser

from pipelines.jobservers import FLINK_OPTIONS, flink_flags, prism_flags, spark_flags
from schemas.errors import UsageError

_LOCAL = "leave out what follows `--` to use --workers processes, or say --runner=FnApiRunner"

REFUSED: Mapping[str, str] = {
    "DirectRunner": f"it is another runner on every machine, and tries to download one first; {_LOCAL}",
    "SwitchingDirectRunner": f"it tries to download another runner first; {_LOCAL}",
    "BundleBasedDirectRunner": f"it is five times slower than FnApiRunner; {_LOCAL}",
    "TestDirectRunner": f"it is made for tests of Beam; {_LOCAL}",
    "DaskRunner": "it mixes tagged outputs, runs only the last sink, and loses what a bundle yields at "
    "its end; use FlinkRunner on a cluster",
}
"""Runners that would lose data or surprise, with the reason and what to use instead."""


def _as_given(flags: Sequence[str], options: Namespace) -> list[str]:
    del options
    return list(flags)


def _portable_flags(flags: Sequence[str], options: Namespace) -> list[str]:
    if not options.job_endpoint:
        raise UsageError(
            "--runner=PortableRunner needs --job_endpoint=HOST:PORT of a running job server "
            "(or `embed`, Beam's own in Python, for tests)"
        )
    return list(flags)


_RUNNERS: Mapping[str, Callable[[Sequence[str], Namespace], list[str]]] = {
    "FnApiRunner": _as_given,
    "FlinkRunner": flink_flags,
    "SparkRunner": spark_flags,
    "PrismRunner": prism_flags,
    "PortableRunner": _portable_flags,
    "DataflowRunner": _as_given,
}


def beam_flags(extra: Sequence[str]) -> list[str]:
    """Checks the flags for Beam, and completes them with what their runner needs.

    Args:
        extra: What follows ``--``; empty means that no runner is chosen.

    Returns:
        The flags as Beam takes them: those given and what was found on this machine; none if none are
        given.

    Raises:
        UsageError: For an unknown flag (with the nearest right one), a bad value, a runner that is not
            to be used, or something that the runner needs and that is not here (with the command that
            fetches it).

    >>> beam_flags([])
    []
    >>> beam_flags(["--runner=FnApiRunner", "--direct_num_workers=2"])
    ['--runner=FnApiRunner', '--direct_num_workers=2']
    >>> beam_flags(["--runner=FnApiRunner", "--direct_num_worker=2"])
    Traceback (most recent call last):
    schemas.errors.UsageError: Beam knows no flag --direct_num_worker; did you mean --direct_num_workers?
    """
    if not extra:
        return []
    parser = _parser()
    options, unknown = parser.parse_known_args(list(extra))
    runner = _runner(options.runner)
    if runner == "FlinkRunner":
        # Only the job server knows these; Beam asks it for them when the job is submitted.
        for name in FLINK_OPTIONS:
            parser.add_argument(name)
        options, unknown = parser.parse_known_args(list(extra))
    if unknown:
        _refuse_flag(unknown[0], sorted(parser.names()))
    flags = list(extra) if options.runner else [f"--runner={runner}", *extra]
    return _RUNNERS[runner](flags, options)


class _Parser(_BeamArgumentParser):
    """All options of Beam; a bad value is an error of ours instead of the end of the process."""

    def error(self, message: str) -> NoReturn:
        raise UsageError(f"Beam flag: {message.removeprefix('argument ')}")

    def names(self) -> list[str]:
        return [name for name in self._option_string_actions if name.startswith("--")]


def _parser() -> _Parser:
    parser = _Parser(allow_abbrev=False, add_help=False, conflict_handler="resolve")
    for options in PipelineOptions.__subclasses__():
        # The only complete list: Beam's public parser reads all of them too, but drops the unknown.
        options._add_argparse_args(parser)
    return parser


def _runner(given: str | None) -> str:
    if given is None:
        # Beam's own default is DirectRunner.
        return "FnApiRunner"
    name = given.rpartition(".")[2]
    known = {runner.lower(): runner for runner in [*StandardOptions.KNOWN_RUNNER_NAMES, *_RUNNERS, *REFUSED]}
    # Beam takes the names in any case, and without their last word.
    name = known.get(name.lower()) or known.get(f"{name}runner".lower(), name)
    if name in REFUSED:
        raise UsageError(f"--runner={given} is not used here: {REFUSED[name]}")
    if name not in _RUNNERS:
        near = difflib.get_close_matches(name, _RUNNERS, 1)
        hint = f"did you mean {near[0]}?" if near else f"it can be {', '.join(_RUNNERS)}"
        raise UsageError(f"--runner={given} is not known here; {hint}")
    return name


def _refuse_flag(token: str, names: Sequence[str]) -> NoReturn:
    name = token.partition("=")[0]
    if not name.startswith("--"):
        raise UsageError(f"what follows `--` are flags for Beam, and {name} is none (write --name=value)")
    near = difflib.get_close_matches(name.replace("-", "_").replace("__", "--", 1), names, 1)
    hint = f"; did you mean {near[0]}?" if near else ""
    raise UsageError(f"Beam knows no flag {name}{hint}")
