"""Keeps one job server for all pipelines of a build, and says in one line why a runner failed.

Left alone, Beam starts a job server for every pipeline and stops none of them before the process ends: a
build of three pipelines on Flink would hold three JVMs.
"""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import grpc  # type: ignore[import-untyped]
from apache_beam.options.pipeline_options import (
    DebugOptions,
    FlinkRunnerOptions,
    JobServerOptions,
    PipelineOptions,
    PortableOptions,
    StandardOptions,
)
from apache_beam.runners.portability.portable_runner import PortableRunner
from apache_beam.runners.runner import create_runner
from apache_beam.utils.subprocess_server import pick_port

from schemas.errors import WorkFailed

_GO_ON = "run the same command again, it goes on where it stopped"
_CANNOT_WRITE = re.compile(r"\[Errno (?:28|30|122)\] ([\w ]+)")
"""ENOSPC, EROFS, EDQUOT, as a worker's exception says them; of it only the text comes back."""


@contextmanager
def job_server(flags: Sequence[str]) -> Iterator[tuple[str, ...]]:
    """Runs the job server that the flags' runner needs, for as long as the body runs.

    Args:
        flags: As ``pipelines.runners.beam_flags`` returns them; from the main thread only, since Beam
            listens for Ctrl-C.

    Yields:
        The flags for the pipelines of the body: those given, and where the job server is, if there is one.

    Raises:
        WorkFailed: If the body failed because the job server ended or a worker could not write.
    """
    if not flags:
        yield ()
        return
    options = PipelineOptions(list(flags))
    runner = create_runner(options.view_as(StandardOptions).runner)
    if (
        not isinstance(runner, PortableRunner)
        or options.view_as(PortableOptions).job_endpoint
        or options.view_as(FlinkRunnerOptions).flink_submit_uber_jar
    ):
        with _plain_reasons():
            yield tuple(flags)
        return
    stated = options.view_as(JobServerOptions)
    stated.job_port = stated.job_port or pick_port(None)[0]
    # Else Prism's would be one for the whole process, at the port of its first start.
    options.view_as(DebugOptions).add_experiment("disable_prism_server_singleton")
    server = runner.default_job_server(options)
    with _plain_reasons():
        server.start()
        try:
            yield (*flags, f"--job_endpoint=localhost:{stated.job_port}")
        finally:
            server.stop()


@contextmanager
def _plain_reasons() -> Iterator[None]:
    try:
        yield
    except grpc.RpcError as error:
        raise WorkFailed(f"the job server ended or cannot be reached; {_GO_ON}") from error
    except RuntimeError as error:
        found = _CANNOT_WRITE.search(str(error))
        if found is None:
            raise
        raise WorkFailed(f"the warehouse cannot be written: {found[1].strip()}; {_GO_ON}") from error
