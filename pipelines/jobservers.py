"""Finds the job servers of Beam's runners on this machine, and completes the flags for them.

A job server is the program that takes a pipeline from Python and runs it on an engine: a jar for Flink
and Spark, a binary for Prism. Beam would download it; here it must be there, or the error says how to get it.
"""

import os
import shutil
import sys
from argparse import Namespace
from collections.abc import Sequence
from pathlib import Path

from apache_beam.options.pipeline_options import FlinkRunnerOptions
from apache_beam.version import __version__ as BEAM_VERSION  # noqa: N812

from schemas.errors import UsageError

FLINK_VERSION = "1.20"
"""Of the job server that an error message tells to fetch; looked for first."""

EMBEDDED = ("[local]", "[auto]")
"""Values of ``--flink_master`` for a cluster inside the job server."""

FLINK_OPTIONS = (
    "--disable_metrics",
    "--execution_mode_for_batch",
    "--execution_retry_delay",
    "--faster_copy",
    "--flink_conf_dir",
    "--max_bundle_size",
    "--max_bundle_time_mills",
    "--number_of_execution_retries",
    "--object_reuse",
    "--operator_chaining",
    "--re_iterable_group_by_key_result",
    "--state_backend",
    "--state_backend_storage_path",
    "--use_data_stream_for_batch",
)
"""Options for batch jobs that Flink's job server knows and Beam's Python does not."""

_GUARD = str(Path(__file__).with_name("launcher.py"))


def flink_flags(flags: Sequence[str], options: Namespace) -> list[str]:
    """Completes the flags for Flink: job server, where the user code runs, parallelism.

    Args:
        flags: As given; what they state is left as it is.
        options: The same, parsed.

    Raises:
        UsageError: If the job server or Java is not on this machine.
    """
    if options.job_endpoint:
        return list(flags)
    added = []
    _check_jar(options.flink_job_server_jar, "--flink_job_server_jar")
    if not options.flink_job_server_jar:
        asked = options.flink_version if _stated(flags, "--flink_version") else None
        version, jar = _flink_jar(asked)
        added += [f"--flink_job_server_jar={jar}"]
        added += [] if asked else [f"--flink_version={version}"]
    master = options.flink_master if _stated(flags, "--flink_master") else "[local]"
    if not _stated(flags, "--flink_master"):
        added.append(f"--flink_master={master}")
    if master in EMBEDDED:
        if not options.environment_type:
            added.append("--environment_type=LOOPBACK")
        if options.parallelism < 1:
            added.append(f"--parallelism={os.cpu_count() or 1}")
    return _guarded([*added, *flags], options)


def spark_flags(flags: Sequence[str], options: Namespace) -> list[str]:
    """Completes the flags for Spark with its job server, as ``flink_flags`` does.

    Raises:
        UsageError: If the job server or Java is not on this machine.
    """
    if options.job_endpoint:
        return list(flags)
    _check_jar(options.spark_job_server_jar, "--spark_job_server_jar")
    if options.spark_job_server_jar:
        return _guarded(flags, options)
    artifact = f"beam-runners-spark-{options.spark_version}-job-server"
    jar = _jar(artifact)
    if jar is None:
        raise UsageError(_fetch("Spark", artifact, "--spark_job_server_jar"))
    return _guarded([f"--spark_job_server_jar={jar}", *flags], options)


def prism_flags(flags: Sequence[str], options: Namespace) -> list[str]:
    """Completes the flags for Prism with the binary on the path.

    Raises:
        UsageError: If there is none.
    """
    if options.prism_location:
        return list(flags)
    binary = shutil.which("prism")
    if binary is None:
        raise UsageError(
            "Prism's binary is not on the PATH; build it with "
            f"`go install github.com/apache/beam/sdks/v2/go/cmd/prism@v{BEAM_VERSION}`, "
            "or say --prism_location=FILE"
        )
    return [f"--prism_location={binary}", *flags]


def _flink_jar(asked: str | None) -> tuple[str, Path]:
    others = [version for version in FlinkRunnerOptions.PUBLISHED_FLINK_VERSIONS if version != FLINK_VERSION]
    for version in [asked] if asked else [FLINK_VERSION, *reversed(others)]:
        jar = _jar(f"beam-runners-flink-{version}-job-server")
        if jar is not None:
            return version, jar
    artifact = f"beam-runners-flink-{asked or FLINK_VERSION}-job-server"
    raise UsageError(_fetch("Flink", artifact, "--flink_job_server_jar"))


def _jar(artifact: str) -> Path | None:
    folder = Path.home() / ".m2/repository/org/apache/beam" / artifact / BEAM_VERSION
    jar = folder / f"{artifact}-{BEAM_VERSION}.jar"
    return jar if jar.is_file() else None


def _check_jar(given: str | None, flag: str) -> None:
    if given and "://" not in given and not Path(given).is_file():
        raise UsageError(f"{flag}={given}: there is no such file")


def _fetch(engine: str, artifact: str, flag: str) -> str:
    return (
        f"{engine}'s job server is not in the local Maven repository; fetch it with `mvn dependency:get "
        f"-Dartifact=org.apache.beam:{artifact}:{BEAM_VERSION} -Dtransitive=false`, or say {flag}=FILE"
    )


def _guarded(flags: Sequence[str], options: Namespace) -> list[str]:
    """Lets the launcher start Java, so that the job server dies with the build."""
    java = options.job_server_java_launcher
    if shutil.which(java) is None:
        raise UsageError(
            f"the job server needs Java, and there is no `{java}`; "
            "install Java 11 or 17, or say --job_server_java_launcher=FILE"
        )
    # Beam runs LAUNCHER PROPERTIES -jar JAR: the launcher becomes Python, and Java stands before the
    # properties that the user states. Of several launchers the last one counts.
    before = [f"--job_server_jvm_properties={part}" for part in ("-I", _GUARD, java)]
    return [*before, *flags, f"--job_server_java_launcher={sys.executable}"]


def _stated(flags: Sequence[str], name: str) -> bool:
    return any(flag.partition("=")[0] == name for flag in flags)
