"""A checked configuration, and what the rest of the program asks of it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from pipelines.config.decontaminate import decontaminate_spec
from pipelines.config.model import (
    CleanTable,
    CorpusFile,
    DedupTable,
    HtmlTable,
    IndexTable,
    LanguageTable,
    LimitsTable,
    SourceTable,
    merged,
    named,
)
from pipelines.config.pii import pii_spec
from pipelines.config.quality import quality_spec
from schemas.manifest import SourceRow
from schemas.specs import (
    CleanSpec,
    DecontaminateSpec,
    DedupSpec,
    HtmlSpec,
    IndexSpec,
    IngestSpec,
    LanguageSpec,
    LimitsSpec,
    SourceSpec,
)
from transforms.decontaminate.fields import ItemFields
from warehouse.storage.inputs import InputFile

_GUESSED = ItemFields()


@dataclass(frozen=True, slots=True)
class BenchmarkFiles:
    """A benchmark as it lies on the disk.

    Attributes:
        name: Of the benchmark.
        files: In the order that items without an id are counted.
        fields: Which of a record's fields hold what.
    """

    name: str
    files: tuple[InputFile, ...]
    fields: ItemFields = _GUESSED


@dataclass(frozen=True, slots=True)
class Config:
    """A configuration without mistakes.

    Attributes:
        file: The file it was read from, as the user named it.
        tables: What stands in it.
        warehouse: Absolute folder or URL of the warehouse.
        listing: Source -> its files, sorted by path, as they were when the configuration was checked.
        benchmarks: What must not stand in the corpus.
    """

    file: str
    tables: CorpusFile
    warehouse: str
    listing: Mapping[str, tuple[InputFile, ...]]
    benchmarks: tuple[BenchmarkFiles, ...] = ()

    @property
    def name(self) -> str:
        """Name of the corpus."""
        return self.tables.corpus.name

    @property
    def sources(self) -> tuple[SourceTable, ...]:
        """The sources in the order of the file."""
        return self.tables.source

    @property
    def dedup(self) -> DedupSpec:
        """How duplicates are found in the corpus as a whole."""
        return DedupSpec(**merged(DedupTable, self.tables.dedup))

    @property
    def index(self) -> IndexSpec:
        """How the corpus is indexed."""
        return IndexSpec(**merged(IndexTable, self.tables.index))

    def source(self, name: str) -> SourceTable:
        """Returns a source by its name.

        Raises:
            KeyError: If there is none.
        """
        for source in self.sources:
            if source.name == name:
                return source
        raise KeyError(name)

    def files(self, name: str) -> list[InputFile]:
        """Returns the files of a source, sorted by path."""
        return list(self.listing[name])

    def ingest_spec(self, name: str) -> IngestSpec:
        """Returns what the ingest chain of a source must know: its own steps over those of the corpus."""
        tables, source = self.tables, self.source(name)
        return IngestSpec(
            source=SourceSpec(
                name=source.name,
                contributor=named(source.contributor),
                license=named(source.license),
                format=source.format,
                text_field=source.text_field,
                fields=source.fields.model_dump(exclude_none=True),
            ),
            clean=CleanSpec(**merged(CleanTable, tables.clean, source.clean)),
            language=LanguageSpec(**merged(LanguageTable, tables.language, source.language)),
            html=HtmlSpec(**merged(HtmlTable, tables.html, source.html)),
            quality=quality_spec(tables.quality, source.quality),
            pii=pii_spec(tables.pii, source.pii),
            decontaminate=self._decontaminate_of(source),
            dedup=self._dedup_of(source),
            limits=LimitsSpec(**merged(LimitsTable, tables.limits, source.limits)),
        )

    def source_rows(self) -> tuple[SourceRow, ...]:
        """Returns the sources as the table ``sources`` has them, in the order of the file."""
        return tuple(
            SourceRow(
                source=source.name,
                contributor=named(source.contributor).constant,
                license=named(source.license).constant,
                attribution=source.attribution,
                url=source.url,
                priority=source.priority,
                reference=source.reference,
                roots=tuple(sorted({file.root for file in self.listing[source.name]})),
            )
            for source in self.sources
        )

    def _decontaminate_of(self, source: SourceTable) -> DecontaminateSpec:
        # What is never exported needs no decontamination.
        spec = decontaminate_spec(self.tables.decontaminate, source.decontaminate)
        return replace(spec, enabled=spec.enabled and not source.reference)

    def _dedup_of(self, source: SourceTable) -> DedupSpec:
        # A source may leave the comparison, but not be compared by other rules: signatures would differ.
        enabled = self.dedup.enabled and (source.dedup is None or source.dedup.enabled)
        return DedupSpec(**(merged(DedupTable, self.tables.dedup) | {"enabled": enabled}))
