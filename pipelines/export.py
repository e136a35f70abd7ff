"""Exports a snapshot as training shards: map only, a shard from each part of ``documents``."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import orjson

from pipelines.jobs import IN_MEMORY
from pipelines.logs import quiet_beam
from pipelines.workers import run_in_children
from schemas.answers import Export, ExportFormat, ExportShard
from schemas.errors import WorkFailed
from schemas.manifest import Manifest
from warehouse.catalog import Catalog
from warehouse.export import check_export, export_part, finish_export
from warehouse.storage import open_storage

_DONE = "shards"
"""Folder in the export for what each shard's maker says of it, until all are there."""


@dataclass(frozen=True, slots=True)
class ShardTask:
    """A part to be exported.

    Attributes:
        path: Of the part.
        index: Number of the shard.
        bytes: Size of the part, for balance.
    """

    path: str
    index: int
    bytes: int


@dataclass(frozen=True, slots=True)
class ExportJob:
    """Writes shards, and beside each a note that it is done."""

    location: str
    number: int
    where: str | None
    out: str
    form: ExportFormat

    def run(self, tasks: Sequence[ShardTask], flags: Sequence[str]) -> None:
        """Runs the tasks as one pipeline; raises what failed in it."""
        quiet_beam()
        import apache_beam as beam
        from apache_beam.options.pipeline_options import PipelineOptions

        with beam.Pipeline(options=PipelineOptions(list(flags))) as pipeline:
            _ = pipeline | "Parts" >> beam.Create(list(tasks)) | "WriteShards" >> beam.FlatMap(self.write)

    def write(self, task: ShardTask) -> Iterator[None]:
        """Writes one shard; what is done leaves a note, and nothing else comes out."""
        shard = export_part(
            self.location, self.number, task.path, task.index, self.where, self.out, self.form
        )
        open_storage(self.out).write(f"{_DONE}/{task.index:05d}.json", shard.model_dump_json().encode())
        yield from ()


def export(
    catalog: Catalog,
    manifest: Manifest,
    out: str,
    form: ExportFormat,
    *,
    where: str | None = None,
    workers: int = 2,
    flags: Sequence[str] = (),
) -> Export:
    """Writes the corpus, or what of it a condition selects, with a provenance row for every row.

    Args:
        catalog: The warehouse.
        manifest: The snapshot.
        out: Folder or URL to write to; must hold no export.
        form: ``parquet`` or ``jsonl`` (``.jsonl.zst``).
        where: SQL condition over the columns of ``corpus``.
        workers: Child processes; 0 works in this process.
        flags: Beam flags that choose another runner.

    Raises:
        UsageError: If the condition is wrong or something was exported there before.
        WorkFailed: If a worker died or the target cannot be written.
    """
    paths = check_export(catalog, manifest, where, out)
    sizes = {part.path: part.bytes for part in catalog.parts(manifest, "documents")}
    tasks = [ShardTask(path, index, sizes[path]) for index, path in enumerate(paths)]
    tasks.sort(key=lambda task: (-task.bytes, task.index))
    job = ExportJob(catalog.storage.location, manifest.number, where, out, form)
    if flags or not workers:
        job.run(tasks, flags or IN_MEMORY)
    elif tasks:
        run_in_children(job, tasks, workers)
    return finish_export(out, manifest.corpus, manifest.number, where, form, _shards(out, len(tasks)))


def _shards(out: str, count: int) -> list[ExportShard]:
    """Takes what the makers of the shards said."""
    storage = open_storage(out)
    names = storage.names(_DONE)
    if len(names) != count:
        raise WorkFailed(f"{count - len(names)} shards of {out} were not written; export again elsewhere")
    shards = []
    for name in names:
        path = f"{_DONE}/{name}"
        shards.append(ExportShard.model_validate(orjson.loads(storage.read(path))))
        storage.delete(path)
    return shards
