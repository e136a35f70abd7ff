"""Flags for Beam: every mistake is one clear line before anything runs, and nothing is downloaded."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import pytest
from apache_beam.options.pipeline_options import FlinkRunnerOptions, JobServerOptions, PortableOptions
from apache_beam.options.pipeline_options import PipelineOptions as Options
from apache_beam.version import __version__ as beam_version

from pipelines import launcher
from pipelines.jobservers import FLINK_VERSION
from pipelines.runners import REFUSED, beam_flags
from schemas.errors import UsageError


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home without a Maven repository, and a path with nothing but a ``java``."""
    java = tmp_path / "bin" / "java"
    java.parent.mkdir()
    java.write_text("#!/bin/sh\n")
    java.chmod(0o755)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("PATH", str(java.parent))
    return tmp_path


def put_jar(home: Path, version: str, beam: str = beam_version) -> Path:
    artifact = f"beam-runners-flink-{version}-job-server"
    jar = home / ".m2/repository/org/apache/beam" / artifact / beam / f"{artifact}-{beam}.jar"
    jar.parent.mkdir(parents=True)
    jar.write_bytes(b"jar")
    return jar


def flink(*flags: str) -> Options:
    return Options(beam_flags(["--runner=FlinkRunner", *flags]))


@pytest.mark.parametrize(
    ("flags", "message"),
    [
        (
            ["--runner=FnApiRunner", "--direct_num_worker=2"],
            "no flag --direct_num_worker; .*--direct_num_workers?",
        ),
        (["--runner=FnApiRunner", "--direct-num-workers=2"], "did you mean --direct_num_workers?"),
        (["--runner=FnApiRunner", "--qqqq"], r"Beam knows no flag --qqqq$"),
        (["--runner=FnApiRunner", "--max_bundle_size=2"], "no flag --max_bundle_size"),
        (
            ["--runner=FnApiRunner", "--direct_num_workers=two"],
            "--direct_num_workers: invalid int value: 'two'",
        ),
        (["--runner"], "--runner: expected one argument"),
        (["FlinkRunner"], "FlinkRunner is none"),
        (["--runner=FlinkRuner"], "did you mean FlinkRunner?"),
        (["--runner=Hadoop"], "it can be FnApiRunner, FlinkRunner"),
        (["--runner=FlinkRunner", "--flink_version=2.3"], "invalid choice: '2.3'"),
        (["--runner=FlinkRunner", "--max_bundle_sise=2"], "did you mean --max_bundle_size?"),
        (["--runner=PortableRunner"], "needs --job_endpoint"),
    ],
)
def test_a_wrong_flag_is_one_clear_line(flags: list[str], message: str) -> None:
    with pytest.raises(UsageError, match=message) as caught:
        beam_flags(flags)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("name", [*REFUSED, "direct", "DASKRUNNER", "apache_beam.runners.dask.DaskRunner"])
def test_runners_that_lose_data_or_surprise_are_refused_with_what_to_use(name: str) -> None:
    with pytest.raises(UsageError, match=f"^--runner={name} is not used here: .*(FnApiRunner|FlinkRunner)"):
        beam_flags([f"--runner={name}"])


def test_without_a_runner_none_of_beam_s_defaults_is_used() -> None:
    assert beam_flags([]) == []
    assert beam_flags(["--direct_num_workers=2"]) == ["--runner=FnApiRunner", "--direct_num_workers=2"]


@pytest.mark.parametrize("spelling", [["--runner=fnapirunner"], ["--runner", "FnApi"]])
def test_a_runner_is_known_however_beam_lets_it_be_written(spelling: list[str]) -> None:
    assert beam_flags(spelling) == spelling


def test_without_a_job_server_the_error_is_the_command_that_fetches_it(home: Path) -> None:
    put_jar(home, "2.2", beam="2.70.0")
    command = (
        f"mvn dependency:get -Dartifact=org.apache.beam:beam-runners-flink-{{}}-job-server:{beam_version}"
    )
    with pytest.raises(UsageError, match=command.format(FLINK_VERSION)):
        flink()
    with pytest.raises(UsageError, match=command.format("2.1")):
        flink("--flink_version=2.1")
    with pytest.raises(UsageError, match=r"nowhere\.jar: there is no such file"):
        flink("--flink_job_server_jar=nowhere.jar")
    with pytest.raises(UsageError, match="beam-runners-spark-3-job-server"):
        beam_flags(["--runner=SparkRunner"])
    with pytest.raises(UsageError, match=f"go install .*prism@v{beam_version}"):
        beam_flags(["--runner=PrismRunner"])


def test_without_java_flink_says_so(home: Path) -> None:
    put_jar(home, FLINK_VERSION)
    (home / "bin" / "java").unlink()
    with pytest.raises(UsageError, match="needs Java"):
        flink()


@pytest.mark.parametrize(
    ("there", "flags", "chosen"),
    [
        ([FLINK_VERSION, "2.2"], [], FLINK_VERSION),
        (["2.1", "2.2"], [], "2.2"),
        ([FLINK_VERSION, "2.1"], ["--flink_version", "2.1"], "2.1"),
    ],
)
def test_the_job_server_is_found_and_the_version_is_its_own(
    home: Path, there: Sequence[str], flags: Sequence[str], chosen: str
) -> None:
    jars = {version: put_jar(home, version) for version in there}
    options = flink(*flags).view_as(FlinkRunnerOptions)
    assert options.flink_version == chosen
    assert options.flink_job_server_jar == str(jars[chosen])


def test_flink_without_a_master_runs_inside_the_job_server(home: Path) -> None:
    put_jar(home, FLINK_VERSION)
    options = flink()
    assert options.view_as(FlinkRunnerOptions).flink_master == "[local]"
    assert options.view_as(FlinkRunnerOptions).parallelism == os.cpu_count()
    assert options.view_as(PortableOptions).environment_type == "LOOPBACK"


def test_what_is_stated_is_kept(home: Path) -> None:
    put_jar(home, FLINK_VERSION)
    stated = ["--flink_master=localhost:8081", "--environment_type=EXTERNAL", "--max_bundle_size=10"]
    given = beam_flags(["--runner=FlinkRunner", *stated])
    assert [flag for flag in given if flag in stated] == stated
    assert not [flag for flag in given if flag.startswith("--parallelism")]
    assert flink("--flink_master=[local]", "--parallelism=3").view_as(FlinkRunnerOptions).parallelism == 3


def test_the_job_server_is_started_by_the_launcher(home: Path) -> None:
    put_jar(home, FLINK_VERSION)
    java = shutil.which("java")
    for flags in (["--job_server_java_launcher", str(java)], [f"--job_server_java_launcher={java}"]):
        options = flink("--job_server_jvm_properties=-Xmx1g", *flags).view_as(JobServerOptions)
        assert options.job_server_java_launcher == sys.executable
        assert options.job_server_jvm_properties == ["-I", launcher.__file__, java, "-Xmx1g"]


def test_what_runs_elsewhere_needs_no_job_server(home: Path) -> None:
    assert home.is_dir()
    for runner in ("FlinkRunner", "SparkRunner", "PortableRunner"):
        flags = [f"--runner={runner}", "--job_endpoint=localhost:8099"]
        assert beam_flags(flags) == flags


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends a process with its parent")
def test_what_the_launcher_starts_dies_with_its_parent(tmp_path: Path) -> None:
    note = tmp_path / "pid"
    child = [sys.executable, "-I", launcher.__file__, "sh", "-c", f"echo $$ > {note}; exec sleep 60"]
    code = f"import subprocess; subprocess.run({child!r})"
    parent = subprocess.Popen([sys.executable, "-c", code])
    try:
        pid = _until(lambda: int(note.read_text()) if note.exists() and note.read_text() else None)
        assert _alive(pid)
    finally:
        parent.kill()
        parent.wait()
    assert _until(lambda: not _alive(pid) or None)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends a process with its parent")
def test_the_launcher_hands_on_arguments_and_exit_code() -> None:
    command = [sys.executable, "-I", launcher.__file__, "sh", "-c", 'echo "$1"; exit 7', "sh", "a b"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=20, check=False)
    assert (done.stdout, done.returncode) == ("a b\n", 7)


def _until(look):  # type: ignore[no-untyped-def]
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        if (seen := look()) is not None:
            return seen
        time.sleep(0.05)
    raise AssertionError("did not happen in 20 s")


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, signal.SIG_DFL)
    except ProcessLookupError:
        return False
    # A zombie that nobody has waited for yet is dead.
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
