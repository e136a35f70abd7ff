"""What may stand in ``corpus.toml``: one model a table, nothing else is accepted.

The descriptions below the fields are what editors show, through ``schemas/corpus.schema.json``.
"""

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, ConfigDict, Discriminator, Field, Tag

from pipelines.config.base import Flag, Fraction, Name, Table, Text, Whole
from pipelines.config.decontaminate import DecontaminateTable, SourceDecontaminateTable
from pipelines.config.names import check_language, check_license
from pipelines.config.pii import PiiTable
from pipelines.config.quality import QualityTable
from schemas.specs import CleanSpec, DedupSpec, HtmlSpec, IndexSpec, LanguageSpec, LimitsSpec, Named

_CLEAN, _LANGUAGE, _HTML, _DEDUP, _LIMITS = CleanSpec(), LanguageSpec(), HtmlSpec(), DedupSpec(), LimitsSpec()
_INDEX = IndexSpec()


class FromField(Table):
    """The value stands in a field of each record (JSONL, CSV, Parquet)."""

    field: Text
    """Name of the field."""


class FromPath(Table):
    """The value is a part of each file's relative path."""

    path: Annotated[Whole, Field(ge=0)]
    """Which part of the path, from 0; in an archive the member's path follows the archive's."""


def _origin(value: object) -> str | None:
    if isinstance(value, str):
        return "constant"
    if isinstance(value, FromField | FromPath):
        return "field" if isinstance(value, FromField) else "path"
    if isinstance(value, dict):
        return next((kind for kind in ("field", "path") if kind in value), None)
    return None


_Field = Annotated[FromField, Tag("field")]
_Path = Annotated[FromPath, Tag("path")]
Contributor = Annotated[Annotated[Text, Tag("constant")] | _Field | _Path, Discriminator(_origin)]
License = Annotated[
    Annotated[Text, AfterValidator(check_license), Tag("constant")] | _Field | _Path, Discriminator(_origin)
]


class CorpusTable(Table):
    """The corpus as a whole."""

    name: Name
    """Name of the corpus: letters, digits, and . _ - after the first."""
    warehouse: Text = "warehouse"
    """Where the corpus is kept: a folder relative to this file, or a file:, s3:, gs: or az: URL."""


class FieldsTable(Table):
    """Which fields of a structured record hold what is known about the document."""

    title: Text | None = None
    """Field that holds the title."""
    author: Text | None = None
    """Field that holds the author."""
    created_at: Text | None = None
    """Field that holds the date which the document itself states."""
    language: Text | None = None
    """Field that holds the language."""


class CleanTable(Table):
    """Repair of the text: mojibake, control characters, Unicode NFC."""

    enabled: Flag = _CLEAN.enabled
    """False leaves the text as it was decoded."""


class LanguageTable(Table):
    """The language of each document, and which ones stay."""

    enabled: Flag = _LANGUAGE.enabled
    """False leaves the language unknown, unless a field states it."""
    detector: Literal["cascade", "fasttext", "langdetect"] = "cascade"
    """cascade asks fastText first and langdetect where that is unsure; either of them works alone."""
    keep: tuple[Annotated[Text, AfterValidator(check_language)], ...] = _LANGUAGE.keep
    """Codes of the languages that stay, such as "en"; an empty list keeps all."""


class HtmlTable(Table):
    """How the main text of an HTML page is found."""

    extractor: Literal["blocks", "trafilatura", "resiliparse"] = "blocks"
    """blocks is our own; how well and how fast each is: docs/html.md."""


class LimitsTable(Table):
    """What the parsers of one record may use up; beyond it the record is a dead letter."""

    sandbox: Flag = _LIMITS.sandbox
    """False parses in the worker itself: a parser that crashes ends the build, and nothing is limited."""
    seconds: Annotated[float, Field(gt=0, le=86_400)] = _LIMITS.seconds
    """CPU seconds for one record, or for finding the next one in a file."""
    memory_mb: Annotated[Whole, Field(ge=64, le=1_000_000)] = _LIMITS.memory_mb
    """Memory that the parsers may take beyond what they need to be there, in MB."""


class DedupTable(Table):
    """Exact and near duplicates."""

    enabled: Flag = _DEDUP.enabled
    """False leaves every document alone."""
    threshold: Annotated[float, Field(strict=True, gt=0, le=1)] = _DEDUP.threshold
    """Jaccard similarity from which a document is a near duplicate: above 0, at most 1."""
    ngram: Annotated[Whole, Field(ge=1, le=50)] = _DEDUP.ngram
    """Words in a shingle, or as much text where words are not separated by spaces."""
    permutations: Annotated[Whole, Field(ge=16, le=1024)] = _DEDUP.permutations
    """Values in a MinHash signature: more are more exact and slower."""
    containment: Annotated[float, Field(strict=True, ge=0, le=1)] = _DEDUP.containment
    """Share of a document that another must hold, so that it is left out as its part; 0 looks for none."""


class IndexTable(Table):
    """What `datamoat trace` looks answers up in."""

    enabled: Flag = _INDEX.enabled
    """True indexes new texts with every build; else `datamoat index` does when it is called."""
    min_words: Annotated[Whole, Field(ge=8, le=100)] = _INDEX.min_words
    """Words of the shortest shared run that is never missed; fewer make a larger index."""


class SourceDedupTable(Table):
    """What a source may say of duplicates: the rest must be the same for all, or none could be compared."""

    enabled: Flag = True
    """False leaves the documents of this source alone."""


class Steps(Table):
    """The steps that can be set for the corpus and, differently, for a source."""

    clean: CleanTable | None = None
    """Repair of the text."""
    language: LanguageTable | None = None
    """Languages."""
    html: HtmlTable | None = None
    """Main text of HTML."""
    limits: LimitsTable | None = None
    """Limits of the parsers."""
    quality: QualityTable | None = None
    """Rules of text quality."""
    pii: PiiTable | None = None
    """Personal data."""


class SourceTable(Steps):
    """A source: documents that came from one place."""

    name: Name
    """Name of the source, a part of every document's id: letters, digits, and . _ - after the first."""
    contributor: Contributor
    """Who gave it: a name, {field = "author"}, or {path = 1}."""
    license: License
    """Under which terms: an SPDX expression, LicenseRef-…, NOASSERTION, {field = "…"}, or {path = 1}."""
    paths: Annotated[tuple[Text, ...], Field(min_length=1)]
    """Files, folders, globs and archives, relative to this file; ${NAME} is an environment variable."""
    root: Text | None = None
    """Folder or URL that the paths are relative to instead, and that all files are named relative to."""
    attribution: Text | None = None
    """Who must be named when the text is used."""
    url: Text | None = None
    """Where it comes from."""
    format: Text = "auto"
    """Name of a format, or "auto": told from each file's name."""
    text_field: Text = "text"
    """Field of a structured record that holds the text."""
    fields: FieldsTable = FieldsTable()
    """Fields of a structured record that hold title, author, created_at, language."""
    priority: Whole = 0
    """Whose copy survives when the same text comes twice: the highest."""
    reference: Flag = False
    """True for what is not ours: deduplicated against, never exported."""
    max_dead_fraction: Fraction = 0.05
    """Part of the records that may be unreadable before the build says no."""
    decontaminate: SourceDecontaminateTable | None = None
    """Benchmark items."""
    dedup: SourceDedupTable | None = None
    """Duplicates."""


class CorpusFile(Steps):
    """The whole file."""

    model_config = ConfigDict(title="datamoat corpus.toml")

    corpus: CorpusTable
    """The corpus as a whole."""
    source: Annotated[tuple[SourceTable, ...], Field(min_length=1)]
    """The sources, each in a [[source]] table."""
    dedup: DedupTable = DedupTable()
    """Exact and near duplicates."""
    index: IndexTable = IndexTable()
    """What answers are traced by."""
    decontaminate: DecontaminateTable | None = None
    """Benchmark items."""


def named(value: str | FromField | FromPath) -> Named:
    """Returns where a contributor or a licence comes from, as the steps need it."""
    match value:
        case FromField():
            return Named(field_name=value.field)
        case FromPath():
            return Named(path_part=value.path)
        case _:
            return Named(constant=value)


def merged(table: type[Table], *layers: Table | None) -> dict[str, Any]:
    """Returns the keys of a step: what a later layer states goes over what an earlier one does.

    >>> merged(LanguageTable, LanguageTable(detector="fasttext"), LanguageTable(keep=("en",)))
    {'enabled': True, 'detector': 'fasttext', 'keep': ('en',)}
    """
    values = {name: field.default for name, field in table.model_fields.items()}
    for layer in layers:
        if layer is not None:
            values.update({name: getattr(layer, name) for name in layer.model_fields_set})
    return values
