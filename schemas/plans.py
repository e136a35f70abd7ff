"""What ``datamoat plan`` answers: what would be read, and what that would take."""

from pydantic import BaseModel, ConfigDict


class PlanRow(BaseModel):
    """What a source has of one format.

    Attributes:
        source: Name of the source.
        format: Name of the format by the files' names, or ``unsupported``; an archive's members count
            under their own formats.
        files: Files and members of archives.
        bytes: Their uncompressed bytes, as far as known without reading them.
    """

    model_config = ConfigDict(frozen=True)

    source: str
    format: str
    files: int
    bytes: int


class Band(BaseModel):
    """How likely a pair of documents of a similarity is compared at all.

    Attributes:
        similarity: True Jaccard similarity of the shingle sets.
        found: Probability that the pair shares a band.
    """

    model_config = ConfigDict(frozen=True)

    similarity: float
    found: float


class PlanDedup(BaseModel):
    """How duplicates would be found."""

    model_config = ConfigDict(frozen=True)

    threshold: float
    permutations: int
    bands: int
    rows: int
    found: tuple[Band, ...]


class PlanBenchmark(BaseModel):
    """A benchmark that documents would be held against.

    Attributes:
        searchable: Items that are long enough to be looked for.
        example: The first item as it was read: so it can be seen which fields were taken.
    """

    model_config = ConfigDict(frozen=True)

    name: str
    items: int
    searchable: int
    example: dict[str, str]


class PlanAnswer(BaseModel):
    """What a build would do.

    Attributes:
        version: Of this model; raised when the meaning of a field changes.
        corpus: Name of the corpus, and ``warehouse`` where it is kept.
        rows: By source and format.
        files: Files and members in all, and ``bytes`` uncompressed.
        units: Work units; ``kept`` of them are done already, ``new`` are to be done.
        dissolved: Units of the last build that are no more.
        vanished: Files of the last build that are gone; ``gone_sources`` sources that are.
        workers: Worker processes that the estimates are for.
        seconds: Estimated time for what is new; ``disk_bytes`` what it adds to the warehouse;
            ``memory_bytes`` what all processes take together. Estimates from stated rates.
        dedup: How duplicates would be found; None if dedup is off.
        benchmarks: What documents would be held against.
    """

    model_config = ConfigDict(frozen=True)

    version: int = 1
    corpus: str
    warehouse: str
    rows: tuple[PlanRow, ...]
    files: int
    bytes: int
    units: int
    kept: int
    new: int
    dissolved: int
    vanished: tuple[str, ...]
    gone_sources: tuple[str, ...]
    workers: int
    seconds: int
    disk_bytes: int
    memory_bytes: int
    dedup: PlanDedup | None
    benchmarks: tuple[PlanBenchmark, ...] = ()
