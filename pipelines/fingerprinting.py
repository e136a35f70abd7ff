"""Fingerprints of texts into sorted parts: here by runs in the scratch folder, on a cluster by a shuffle.

Hashes and ordinals are moved, 12 bytes a fingerprint, never text. Beam is imported when a job runs.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from pipelines.jobs import IN_MEMORY, Job
from pipelines.logs import quiet_beam
from pipelines.stages import How
from pipelines.workers import T, run_in_children
from warehouse.index.ranges import (
    IndexTask,
    Ranging,
    part_fingerprints,
    read_slices,
    write_range,
    write_run,
)
from warehouse.storage import open_storage


@dataclass(frozen=True, slots=True)
class RangeTask:
    """A range of hashes to be gathered and sorted; ``bytes`` is for balance."""

    number: int
    bytes: int


@dataclass(frozen=True, slots=True)
class FingerprintJob:
    """Writes the runs of tasks."""

    plan: Ranging

    def run(self, tasks: Sequence[IndexTask], flags: Sequence[str]) -> None:
        """Runs the tasks as one pipeline; raises what failed in it."""
        _map(self._write, tasks, flags)

    def _write(self, task: IndexTask) -> Iterator[None]:
        write_run(open_storage(self.plan.warehouse), task, self.plan)
        yield from ()


@dataclass(frozen=True, slots=True)
class SortJob:
    """Writes the parts of ranges from runs."""

    plan: Ranging
    runs: tuple[str, ...]

    def run(self, tasks: Sequence[RangeTask], flags: Sequence[str]) -> None:
        """Runs the tasks as one pipeline; raises what failed in it."""
        _map(self._write, tasks, flags)

    def _write(self, task: RangeTask) -> Iterator[None]:
        storage = open_storage(self.plan.warehouse)
        slices = read_slices(storage, self.runs, task.number, self.plan.ranges)
        write_range(storage, slices, self.plan, task.number)
        yield from ()


@dataclass(frozen=True, slots=True)
class ShuffleJob:
    """Does both as one pipeline with a shuffle, for a cluster; the same parts."""

    plan: Ranging

    def run(self, tasks: Sequence[IndexTask], flags: Sequence[str]) -> None:
        """Runs the pipeline; raises what failed in it."""
        quiet_beam()
        import apache_beam as beam
        from apache_beam.options.pipeline_options import PipelineOptions

        with beam.Pipeline(options=PipelineOptions(list(flags))) as pipeline:
            _ = (
                pipeline
                | "Parts" >> beam.Create(list(tasks))
                | "Fingerprint" >> beam.FlatMap(self._read).with_output_types(tuple[int, bytes])
                | "Ranges" >> beam.GroupByKey()
                | "WriteRanges" >> beam.FlatMap(self._write)
            )

    def _read(self, task: IndexTask) -> Iterator[tuple[int, bytes]]:
        yield from part_fingerprints(open_storage(self.plan.warehouse), task, self.plan)

    def _write(self, element: tuple[int, Iterable[bytes]]) -> Iterator[None]:
        number, slices = element
        write_range(open_storage(self.plan.warehouse), slices, self.plan, number)
        yield from ()


def fingerprint_texts(tasks: Sequence[IndexTask], plan: Ranging, how: How) -> None:
    """Writes the parts of ``fingerprints`` of a segment."""
    if how.flags:
        ShuffleJob(plan).run(tasks, how.flags)
        return
    storage = open_storage(plan.warehouse)
    runs = tuple(task.run for task in tasks)
    try:
        _dispatch(FingerprintJob(plan), sorted(tasks, key=lambda task: (-task.bytes, task.first)), how)
        size = sum(task.bytes for task in tasks) // plan.ranges
        _dispatch(SortJob(plan, runs), [RangeTask(number, size) for number in range(plan.ranges)], how)
    finally:
        for run in runs:
            storage.delete(run)


def _dispatch(job: Job[T], tasks: Sequence[T], how: How) -> None:
    if how.workers:
        run_in_children(job, tasks, how.workers)
    else:
        job.run(tasks, IN_MEMORY)


def _map(function: object, tasks: Sequence[object], flags: Sequence[str]) -> None:
    quiet_beam()
    import apache_beam as beam
    from apache_beam.options.pipeline_options import PipelineOptions

    with beam.Pipeline(options=PipelineOptions(list(flags))) as pipeline:
        _ = pipeline | "Tasks" >> beam.Create(list(tasks)) | "Write" >> beam.FlatMap(function)
