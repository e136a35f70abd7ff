"""What a command costs: wall time, CPU time, and the memory of its whole process tree.

    python benchmarks/resources.py COMMAND [ARGUMENT ...]

Memory is read from ``/proc/*/smaps_rollup`` every 0.2 s: the sum of PSS over the command and its descendants
(proportional set size: a page that n processes share counts 1/n for each), and the RSS of the largest of
them, as a sum of RSS would count shared pages once for every process. A peak between two samples is not
seen. Linux only.
"""

import argparse
import contextlib
import itertools
import json
import math
import os
import signal
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

SAMPLE_SECONDS = 0.2
"""Time between two samples of memory."""

_MB = 1e6


@dataclass(frozen=True, slots=True)
class Cost:
    """What a command cost.

    Attributes:
        wall_s: Seconds from its start to its end.
        cpu_s: Seconds of CPU, user and system, of it and of its descendants (those that were waited for).
        peak_pss_mb: Largest sum of PSS over the process tree, in MB (10^6 bytes).
        peak_rss_mb: Largest RSS of any one of its processes, in MB.
        exit_code: As the command returned it.
    """

    wall_s: float
    cpu_s: float
    peak_pss_mb: float
    peak_rss_mb: float
    exit_code: int


def measure(
    command: Sequence[str],
    env: Mapping[str, str] | None = None,
    quiet: bool = True,
    sample: Callable[[float, int], None] | None = None,
    limit_s: float = math.inf,
) -> Cost:
    """Runs a command to its end and returns what it cost.

    Args:
        command: Program and arguments.
        env: Environment variables added to ours.
        quiet: True throws its stdout away; stderr is always shown.
        sample: Called with each sample: seconds since 1970, and the sum of PSS in bytes.
        limit_s: After so many seconds it and its descendants are killed; the exit code is -9 then.
    """
    started = time.perf_counter()
    process = subprocess.Popen(
        command,
        env={**os.environ, **(env or {})},
        stdout=subprocess.DEVNULL if quiet else None,
    )
    peak_rss = peak_pss = 0
    while True:
        pid, status, usage = os.wait4(process.pid, os.WNOHANG)
        if pid:
            break
        rss, pss = tree_memory(process.pid)
        peak_rss, peak_pss = max(peak_rss, rss), max(peak_pss, pss)
        if sample:
            sample(time.time(), pss)
        if time.perf_counter() - started > limit_s:
            _kill(process.pid)
        time.sleep(SAMPLE_SECONDS)
    wall = time.perf_counter() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    return Cost(
        wall_s=round(wall, 3),
        cpu_s=round(usage.ru_utime + usage.ru_stime, 3),
        peak_pss_mb=round(peak_pss / _MB, 1),
        # Not ru_maxrss: it also counts what we were when we started the command.
        peak_rss_mb=round(peak_rss / _MB, 1),
        exit_code=process.returncode,
    )


def interleave(
    commands: Mapping[str, Sequence[str]], rounds: int = 3, env: Mapping[str, str] | None = None
) -> dict[str, list[Cost]]:
    """Runs commands in turn, so that a slow minute of the machine hits all of them.

    Args:
        commands: Name -> command.
        rounds: How often each runs.
        env: Environment variables added to ours.

    Raises:
        RuntimeError: If a command fails; the figures of a failed run are worth nothing.
    """
    costs: dict[str, list[Cost]] = {name: [] for name in commands}
    for _ in range(rounds):
        for name, command in commands.items():
            cost = measure(command, env)
            if cost.exit_code:
                raise RuntimeError(f"{name}: exit code {cost.exit_code}")
            costs[name].append(cost)
    return costs


def summary(costs: Mapping[str, Sequence[Cost]]) -> str:
    """Returns medians, and the ratio of each pair of commands: the median of the ratios of each round."""
    lines = [f"{'':<24}{'wall s':>10}{'CPU s':>10}{'PSS MB':>10}{'RSS MB':>10}"]
    for name, runs in costs.items():
        values = (_median(runs, field) for field in ("wall_s", "cpu_s", "peak_pss_mb", "peak_rss_mb"))
        lines.append(f"{name:<24}" + "".join(f"{value:>10,.2f}" for value in values))
    for (left, first), (right, second) in itertools.combinations(costs.items(), 2):
        wall, cpu = (_ratio(first, second, field) for field in ("wall_s", "cpu_s"))
        lines.append(f"{left} / {right}: {wall:.2f} wall, {cpu:.2f} CPU")
    return "\n".join(lines)


def tree_memory(root: int) -> tuple[int, int]:
    """Returns the largest RSS of a process and its descendants, and the sum of their PSS, in bytes.

    A process that ends meanwhile counts 0.
    """
    memory = [_memory(pid) for pid in _tree(root)]
    return max(rss for rss, _ in memory), sum(pss for _, pss in memory)


def _kill(root: int) -> None:
    for pid in _tree(root):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def _tree(root: int) -> list[int]:
    children: dict[int, list[int]] = {}
    for name in os.listdir("/proc"):
        if name.isdigit():
            try:
                # The name of the command may hold spaces and brackets: the fields follow the last one.
                fields = Path("/proc", name, "stat").read_text("utf-8", "replace").rpartition(")")[2].split()
            except OSError:
                continue
            children.setdefault(int(fields[1]), []).append(int(name))
    found = [root]
    for pid in found:
        found.extend(children.get(pid, ()))
    return found


def _memory(pid: int) -> tuple[int, int]:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:]
    except OSError:
        return 0, 0
    sizes = {name: int(rest.split()[0]) * 1024 for name, _, rest in (line.partition(":") for line in lines)}
    return sizes.get("Rss", 0), sizes.get("Pss", 0)


def _median(runs: Sequence[Cost], field: str) -> float:
    return float(statistics.median(getattr(run, field) for run in runs))


def _ratio(first: Sequence[Cost], second: Sequence[Cost], field: str) -> float:
    pairs = zip(first, second, strict=True)
    ratios = [getattr(left, field) / max(getattr(right, field), 1e-9) for left, right in pairs]
    return float(statistics.median(ratios))


def main() -> None:
    """Runs the command line: the cost goes to stderr as JSON, stdout is the command's own."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("command", nargs=argparse.REMAINDER, metavar="COMMAND ...")
    options = parser.parse_args()
    if not options.command:
        parser.error("which command?")
    cost = measure(options.command, quiet=False)
    print(json.dumps(asdict(cost)), file=sys.stderr)
    sys.exit(cost.exit_code)


if __name__ == "__main__":
    main()
