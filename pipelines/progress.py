"""Progress of a stage, seen from its receipts alone, so that it is the same on every runner."""

import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from warehouse.receipts import finished, read_receipt
from warehouse.storage import Storage

LOOK_EVERY_S = 0.5
LINE_EVERY_S = 10.0
"""Without a terminal, a line of progress is printed this often, in seconds."""


class Tally:
    """What is done of a stage so far.

    Args:
        storage: Of the warehouse.
        stage: Name of the stage.
        expected: (unit, digest) -> bytes, of the units that the stage has to do.
    """

    def __init__(self, storage: Storage, stage: str, expected: Mapping[tuple[str, str], int]) -> None:
        self.units = len(expected)
        self.bytes = sum(expected.values())
        self.units_done = self.bytes_done = self.records = self.documents = 0
        self._storage = storage
        self._stage = stage
        self._open = dict(expected)
        self._start = time.monotonic()

    def look(self) -> None:
        """Counts the receipts that have come since the last look."""
        for key in sorted(finished(self._storage, self._stage) & self._open.keys()):
            receipt = read_receipt(self._storage, self._stage, *key)
            if receipt is not None:
                self.units_done += 1
                self.bytes_done += self._open.pop(key)
                self.records += receipt.read
                self.documents += receipt.rows.get("documents", receipt.rows.get("signatures", 0))

    def rate(self) -> float:
        """Returns records a second since the start."""
        return self.records / max(time.monotonic() - self._start, 1e-9)

    def seconds_left(self) -> float | None:
        """Returns the time that the rest will take at the speed so far, or None before the first unit."""
        if not self.bytes_done:
            return None
        return (time.monotonic() - self._start) * (self.bytes - self.bytes_done) / self.bytes_done

    def line(self) -> str:
        """Returns the progress in one line."""
        left = self.seconds_left()
        tail = "" if left is None else f", {left:,.0f} s left"
        return (
            f"{self.units_done}/{self.units} units, "
            f"{self.bytes_done / 1e6:,.0f}/{self.bytes / 1e6:,.0f} MB, "
            f"{self.records:,} records, {self.rate():,.0f}/s{tail}"
        )


@contextmanager
def show_progress(tally: Tally, label: str, *, quiet: bool = False) -> Iterator[None]:
    """Shows a stage's progress on stderr while the body runs: a bar on a terminal, else lines.

    Args:
        tally: What counts the receipts.
        label: What the stage does, in a word.
        quiet: Shows nothing.
    """
    if quiet or not tally.units:
        yield
        return
    stop = threading.Event()
    target = _bar if sys.stderr.isatty() else _lines
    thread = threading.Thread(target=target, args=(tally, label, stop), daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def _lines(tally: Tally, label: str, stop: threading.Event) -> None:
    last = time.monotonic()
    while not stop.wait(LOOK_EVERY_S):
        if time.monotonic() - last >= LINE_EVERY_S:
            last = time.monotonic()
            tally.look()
            print(f"{label}: {tally.line()}", file=sys.stderr, flush=True)  # noqa: T201
    tally.look()
    print(f"{label}: {tally.line()}", file=sys.stderr, flush=True)  # noqa: T201


def _bar(tally: Tally, label: str, stop: threading.Event) -> None:
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        DownloadColumn,
        Progress,
        SpinnerColumn,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    columns = (
        # A unit of HTML takes some ten seconds: something must move meanwhile.
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.fields[units]} units"),
        DownloadColumn(),
        TextColumn("{task.fields[rate]:,.0f} records/s"),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True)) as progress:
        task = progress.add_task(label, total=tally.bytes, units=f"0/{tally.units}", rate=0.0)
        running = True
        while running:
            running = not stop.wait(LOOK_EVERY_S)
            tally.look()
            progress.update(
                task,
                completed=tally.bytes_done,
                units=f"{tally.units_done}/{tally.units}",
                rate=tally.rate(),
            )
