"""What the commands answer: typed, frozen, each with a version; ``--json`` prints them as they are.

Identifiers are 32 hex digits, hashes 64; times are ISO 8601 in UTC. A field is only added; ``version``
is raised when the meaning of one changes.
"""

from typing import Literal

from pydantic import BaseModel, ConfigDict

from schemas.contaminated import Contaminated

Kind = Literal["document", "rejection", "dead_letter"]
"""What a record that was read became."""

ExportFormat = Literal["jsonl", "parquet"]
"""What shards are written as; ``jsonl`` is compressed with zstd."""


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True)


class _Answer(_Part):
    version: int = 1


class FunnelRow(_Part):
    """Where the records of one source ended up.

    Attributes:
        balanced: ``read = documents + rejected + dead`` and
            ``documents = survivors + duplicates + removed``.
    """

    source: str
    read: int
    documents: int
    rejected: int
    dead: int
    survivors: int
    duplicates: int
    removed: int
    balanced: bool


class Funnel(_Answer):
    """Where everything that was read ended up, by source and in all."""

    snapshot: int
    sources: tuple[FunnelRow, ...]
    total: FunnelRow
    balanced: bool


class SnapshotLine(_Part):
    """One snapshot, and what is different from the one before it."""

    number: int
    parent: int | None
    created_at: str
    corpus: str
    totals: dict[str, int]
    changes: tuple[str, ...]


class Log(_Answer):
    """The snapshots of a warehouse, newest first."""

    snapshots: tuple[SnapshotLine, ...]


class SampleRow(_Part):
    """A record as it is looked at: a document, or what was refused, or what failed.

    Attributes:
        why: Rule and measure, or reason and message; None for a document.
        fate: Of a document: survivor, duplicate or removed.
        head: The beginning of its text.
    """

    kind: Kind
    doc_id: str
    source: str
    uri: str
    locator: str
    contributor: str | None = None
    license: str | None = None
    language: str | None = None
    title: str | None = None
    fate: str | None = None
    why: str | None = None
    head: str


class Sample(_Answer):
    """Some of the records that match, chosen by a hash of their ids; ``matching`` is how many there are."""

    snapshot: int
    matching: int
    rows: tuple[SampleRow, ...]


class RawBytes(_Part):
    """Where a record came from, and whether it is still so.

    Attributes:
        media_type: Of the bytes; a dead letter has none.
        sha256: Of the bytes at the locator, as they were read.
        file: Absolute path or URL of the source's file, if it is still there.
        state: ``same``: the bytes at the locator have this hash today; ``different``: they have not;
            ``lost``: the file has nothing at the locator; ``missing``: the file is gone;
            ``unknown``: no hash was kept to compare with.
    """

    uri: str
    locator: str
    media_type: str | None
    sha256: str | None
    file: str | None
    state: Literal["same", "different", "lost", "missing", "unknown"]


class Text(_Part):
    """A document's text and its measures.

    Attributes:
        sha256: As stored; ``sha256_matches`` says whether the stored text has it.
        tokens: An estimate by a stated rule.
    """

    sha256: str
    sha256_matches: bool
    chars: int
    words: int
    tokens: int
    language: str | None
    language_score: float | None
    title: str | None
    author: str | None
    created_at: str | None
    metadata: str | None
    head: str


class Copy(_Part):
    """A document of a cluster.

    Attributes:
        kind: ``exact`` or ``near``; similarity is that to the cluster's founder, which has neither. A
            founder that stands inside of another document is ``contained``, by that share of it.
        fate: survivor, duplicate or removed.
    """

    doc_id: str
    source: str
    contributor: str
    license: str
    reference: bool
    uri: str
    locator: str
    kind: str | None
    similarity: float | None
    fate: str


class Cluster(_Part):
    """The texts that are the same as a document's.

    Attributes:
        copies: All documents of the cluster, the survivor first.
        holders: Contributors that hold the text.
        diff: Unified diff from the survivor's text to the document's, cut to its first lines.
    """

    cluster_id: str
    survivor_id: str
    kind: str | None
    similarity: float | None
    holders: tuple[str, ...]
    copies: tuple[Copy, ...]
    diff: tuple[str, ...] = ()


class Custody(_Answer):
    """A record's whole chain of custody, from the bytes to the corpus.

    Attributes:
        recipe: Digest of what was done to the bytes; ``recipe_known`` is what it stands for.
        fate: Of a document: survivor, duplicate or removed; ``reference`` texts are never exported.
        why: Why a rejection or a dead letter is one; of a removed document why it was removed.
        head: The beginning of what was refused or failed.
        contamination: Benchmark items that it holds.
    """

    snapshot: int
    kind: Kind
    doc_id: str
    source: str
    raw: RawBytes
    recipe: str
    recipe_known: dict[str, object] | None = None
    contributor: str | None = None
    license: str | None = None
    attribution: str | None = None
    url: str | None = None
    reference: bool = False
    fate: str | None = None
    why: str | None = None
    text: Text | None = None
    cluster: Cluster | None = None
    head: str | None = None
    contamination: tuple[Contaminated, ...] = ()


class Check(_Part):
    """One thing that must be true.

    Attributes:
        checked: How many things were looked at.
        wrong: How many were not as they must be; ``details`` describes the first 20.
        skipped: Why it was not checked, if it was not.
    """

    name: str
    ok: bool
    checked: int = 0
    wrong: int = 0
    details: tuple[str, ...] = ()
    skipped: str | None = None


class Verification(_Answer):
    """Is everything that a snapshot states still true?"""

    snapshot: int
    quick: bool
    ok: bool
    checks: tuple[Check, ...]


class Amount(_Part):
    """Rows and estimated tokens."""

    rows: int
    tokens: int


class ExportShard(_Part):
    """One exported part: a file of rows and its sidecar.

    Attributes:
        part: Path of the part of ``documents`` it was made from.
        data: Path of the rows in the export, None where no row of the part was selected;
            ``provenance`` that of the sidecar.
        licenses: Licence -> what stands under it; ``contributors`` likewise.
        notices: (contributor, licence, attribution, url) of its rows, sorted.
    """

    part: str
    rows: int
    tokens: int
    data: str | None = None
    data_sha256: str | None = None
    data_bytes: int = 0
    provenance: str | None = None
    provenance_sha256: str | None = None
    licenses: dict[str, Amount] = {}
    contributors: dict[str, Amount] = {}
    notices: tuple[tuple[str, str, str | None, str | None], ...] = ()


class Export(_Answer):
    """What was exported; ``manifest.json`` of the export is this."""

    corpus: str
    snapshot: int
    where: str | None
    format: ExportFormat
    rows: int
    tokens: int
    licenses: dict[str, Amount]
    contributors: dict[str, Amount]
    shards: tuple[ExportShard, ...]


class FormatLine(_Part):
    """A format that can be read.

    Attributes:
        format_version: Of the reader; what it makes of the same bytes changes only with it.
        libraries: Distribution -> its version, of those that decide about the result.
        origin: ``datamoat``, or name and version of the distribution that brings it.
    """

    name: str
    media_type: str
    extensions: tuple[str, ...]
    format_version: int
    libraries: dict[str, str]
    origin: str


class Formats(_Answer):
    """Every format that can be read here."""

    formats: tuple[FormatLine, ...]
