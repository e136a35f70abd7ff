"""The table: medians of the runs, and how many times as fast datamoat is."""

import math
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from benchmarks.peers.quality import Quality
from benchmarks.resources import Cost

_OURS = "datamoat"


@dataclass(frozen=True, slots=True)
class Run:
    """A tool that was run once."""

    tool: str
    settings: str
    workers: int
    cost: Cost
    quality: Quality

    @classmethod
    def of(cls, stored: Mapping[str, Any]) -> "Run":
        """Makes one of what ``dataclasses.asdict`` and JSON made of it."""
        quality = stored["quality"]
        precision = {float(level): share for level, share in quality["precision"].items()}
        return cls(
            stored["tool"],
            stored["settings"],
            stored["workers"],
            Cost(**stored["cost"]),
            Quality(quality["removed"], quality["found"], precision),
        )

    def line(self) -> str:
        """Returns the run in a line of text."""
        cost = self.cost
        return (
            f"{self.tool}, {self.workers} workers: {cost.wall_s:.1f} s, {cost.cpu_s:.1f} CPU s, "
            f"{cost.peak_pss_mb:.0f} MB, removed {self.quality.removed:,}"
        )


def table(runs: Sequence[Run], documents: int) -> str:
    """Returns two tables in Markdown: cost, and quality."""
    groups: dict[tuple[int, str], list[Run]] = {}
    for run in runs:
        groups.setdefault((run.workers, run.tool), []).append(run)
    lines = [
        "| tool | cores | runs | wall s | CPU s | documents/s | documents/s a core | peak PSS MB "
        "| datamoat is faster by (wall) | (CPU) |",
        "|---|" + "--:|" * 9,
    ]
    for (workers, tool), group in sorted(groups.items(), key=lambda item: item[0][0]):
        wall, cpu, memory = (_median(group, name) for name in ("wall_s", "cpu_s", "peak_pss_mb"))
        ours = groups.get((workers, _OURS))
        ratios = [f"{value / _median(ours, name):.1f}×" if ours else "" for value, name in
                  ((wall, "wall_s"), (cpu, "cpu_s"))]  # fmt: skip
        lines.append(
            f"| {tool} | {workers} | {len(group)} | {wall:,.1f} | {cpu:,.1f} | {documents / wall:,.0f} "
            f"| {documents / cpu:,.0f} | {memory:,.0f} | {ratios[0]} | {ratios[1]} |"
        )
    first = {}
    for run in runs:
        first.setdefault(run.tool, run)
    kinds = sorted({kind for run in runs for kind in run.quality.found}, key=_edit_order)
    lines += [
        "",
        "| tool | settings | removed | of them resembled ≥ 0.7 | ≥ 0.6 | ≥ 0.5 | "
        + " | ".join(f"found: {kind}" for kind in kinds) + " |",
        "|---|---|" + "--:|" * (4 + len(kinds)),
    ]  # fmt: skip
    for tool, run in first.items():
        quality = run.quality
        levels = (quality.precision.get(level, math.nan) for level in (0.7, 0.6, 0.5))
        shares = [*levels, *(quality.found[kind] for kind in kinds)]
        lines.append(
            f"| {tool} | {run.settings} | {quality.removed:,} | "
            + " | ".join(f"{share:.3f}" for share in shares) + " |"
        )  # fmt: skip
    return "\n".join(lines)


def _median(group: Sequence[Run], name: str) -> float:
    return float(statistics.median(getattr(run.cost, name) for run in group))


def _edit_order(kind: str) -> tuple[int, str]:
    digits = "".join(character for character in kind if character.isdigit())
    return int(digits or (0 if kind == "exact" else 99)), kind
