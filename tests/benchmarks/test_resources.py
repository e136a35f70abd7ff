"""What a command costs: the whole tree of its processes, and fair pairs."""

import sys

import pytest

from benchmarks.build import Size, choose
from benchmarks.resources import interleave, measure, summary

_ALLOCATE = """
import subprocess, sys, time
block = bytearray(b"x") * 60_000_000
if len(sys.argv) > 1:
    subprocess.run([sys.executable, "-c", sys.argv[1]], check=True)
else:
    end = time.process_time() + 0.5
    while time.process_time() < end:
        pass
    time.sleep(0.5)
"""


def python(program: str, *arguments: str) -> list[str]:
    return [sys.executable, "-c", program, *arguments]


def test_memory_and_time_of_the_children_count() -> None:
    cost = measure(python(_ALLOCATE, _ALLOCATE))
    assert cost.exit_code == 0
    assert 120 < cost.peak_pss_mb < 250
    assert 60 < cost.peak_rss_mb < 120
    assert cost.cpu_s >= 0.5
    assert cost.wall_s >= 1


def test_the_exit_code_is_kept() -> None:
    assert measure(python("import sys; sys.exit(3)")).exit_code == 3


def test_samples_are_told() -> None:
    seen: list[tuple[float, int]] = []
    cost = measure(python("import time; time.sleep(0.6)"), sample=lambda *each: seen.append(each))
    assert len(seen) >= 2
    assert max(size for _, size in seen) / 1e6 == pytest.approx(cost.peak_pss_mb, abs=0.1)


def test_pairs_are_interleaved_and_compared() -> None:
    costs = interleave({"slow": python("import time; time.sleep(0.6)"), "fast": python("")}, rounds=2)
    assert [len(runs) for runs in costs.values()] == [2, 2]
    table = summary(costs)
    assert "slow / fast:" in table
    assert float(table.rpartition("slow / fast: ")[2].split()[0]) > 1


def test_a_failed_run_gives_no_figures() -> None:
    with pytest.raises(RuntimeError, match="bad: exit code 2"):
        interleave({"bad": python("raise SystemExit(2)")}, rounds=1)


def test_sources_are_chosen_by_their_share() -> None:
    sizes = {"a": Size(10, 50), "b": Size(70, 25), "c": Size(20, 25)}
    assert choose(sizes, 0.25) == ["c"]
    assert choose(sizes, 1.0) == ["a", "b", "c"]
