"""Jobs: Beam pipelines over tasks, small enough to be pickled and run anywhere.

Beam is imported when a job runs: the parent of the workers never needs it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

from pipelines.chain import Chain
from pipelines.lean import import_lean_beam
from pipelines.logs import quiet_beam
from pipelines.memory import spare_what_is_imported
from schemas.units import WorkUnit

IN_MEMORY = ("--runner=FnApiRunner", "--direct_running_mode=in_memory")
"""Runs in this process. The runner is named: ``DirectRunner`` would first try to download another."""


T = TypeVar("T", contravariant=True)


class Job(Protocol[T]):
    """Something to do with every task; what is done is seen from the files it leaves."""

    def run(self, tasks: Sequence[T], flags: Sequence[str], /) -> None:
        """Runs the tasks as one pipeline, on the runner that ``flags`` name, and waits for it."""


@dataclass(frozen=True, slots=True)
class IngestJob:
    """Reads, extracts, cleans, signs and writes units: one fused chain."""

    chain: Chain

    def run(self, units: Sequence[WorkUnit], flags: Sequence[str]) -> None:
        """Runs the chain over the units; raises what failed in it."""
        from pipelines.bounded import seems_bounded
        from pipelines.sandbox import warm_up

        def needs_sandbox(unit: WorkUnit) -> bool:
            spec = self.chain.specs[unit.source]
            return spec.limits.sandbox and not seems_bounded(unit, spec.source)

        if tuple(flags) == IN_MEMORY and any(map(needs_sandbox, units)):
            warm_up()  # it imports the parsers while this process imports Beam
        quiet_beam()
        if tuple(flags) == IN_MEMORY:
            import_lean_beam()
        import apache_beam as beam
        from apache_beam.options.pipeline_options import PipelineOptions

        from pipelines.coders import register_coders
        from pipelines.steps import ReadUnits, TransformBatches
        from pipelines.writing import WriteParts

        register_coders()
        spare_what_is_imported()
        with beam.Pipeline(options=PipelineOptions(list(flags))) as pipeline:
            _ = (
                pipeline
                | "Units" >> beam.Create(list(units))
                | "ReadUnits" >> ReadUnits(self.chain)
                | "TransformBatches" >> TransformBatches(self.chain)
                | "WriteParts" >> WriteParts(self.chain)
            )


@dataclass(frozen=True, slots=True)
class SignJob:
    """Signs units that are already read."""

    chain: Chain

    def run(self, units: Sequence[WorkUnit], flags: Sequence[str]) -> None:
        """Runs the signing over the units; raises what failed in it."""
        quiet_beam()
        if tuple(flags) == IN_MEMORY:
            import_lean_beam()
        import apache_beam as beam
        from apache_beam.options.pipeline_options import PipelineOptions

        from pipelines.signing import SignDocuments

        with beam.Pipeline(options=PipelineOptions(list(flags))) as pipeline:
            _ = pipeline | "Units" >> beam.Create(list(units)) | "SignUnits" >> SignDocuments(self.chain)
