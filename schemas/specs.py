"""What the steps must know of the configuration, as small picklable values.

``pipelines.config`` checks ``corpus.toml`` and makes these of it; nothing below ``pipelines`` reads the
file. A worker gets them by pickling, so they hold plain values only.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Named:
    """Where a contributor or a licence comes from: exactly one of the three is set.

    Attributes:
        constant: The same for every record of the source.
        field_name: The field of a structured record that states it.
        path_part: Index of the part of the path (relative path, then member) that states it, from 0.
    """

    constant: str | None = None
    field_name: str | None = None
    path_part: int | None = None


@dataclass(frozen=True, slots=True)
class SourceSpec:
    """A source as the reading steps see it.

    Attributes:
        name: Name of the source; a part of every document id.
        format: Name of a format in ``transforms.read.registry``, or ``auto``.
        text_field: Field that holds the text of a structured record.
        fields: Document attribute (title, author, created_at, language) -> field that holds it.
        contributor: Who gave it; ``license`` under which terms.
    """

    name: str
    contributor: Named
    license: Named
    format: str = "auto"
    text_field: str = "text"
    fields: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CleanSpec:
    """How text is repaired: ``ftfy`` behind its gate, and Unicode NFC."""

    enabled: bool = True


@dataclass(frozen=True, slots=True)
class LanguageSpec:
    """How the language is told and which ones stay.

    Attributes:
        detector: ``cascade`` (fastText, langdetect when it is unsure), ``fasttext`` or ``langdetect``.
        keep: ISO 639-1 codes that stay; empty keeps all.
    """

    enabled: bool = True
    detector: str = "cascade"
    keep: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class HtmlSpec:
    """Which extractor finds the main text of HTML: ``blocks``, ``trafilatura`` or ``resiliparse``."""

    extractor: str = "blocks"


@dataclass(frozen=True, slots=True)
class PiiSpec:
    """What is done with personal data.

    Attributes:
        actions: Kind (``transforms.pii.kinds``) -> ``keep``, ``redact``, ``reject`` or ``ignore``; a kind
            that is not there is ignored.
        regions: Countries (ISO 3166-1) whose national telephone numbers are looked for; empty takes
            those where the language of the text is spoken.
    """

    enabled: bool = True
    actions: Mapping[str, str] = field(
        default_factory=lambda: dict.fromkeys(("secret", "iban", "card", "email", "ip", "phone"), "keep")
    )
    regions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LimitsSpec:
    """What the parsers of a record may use up before it is a dead letter.

    Attributes:
        sandbox: True parses in a process of its own, which can die without harm; False parses in the
            worker, where nothing can be limited.
        seconds: CPU time for one record, or for finding the next one in a file.
        memory_mb: Memory that the parsers may take beyond what they need to be there, in MB (10^6 bytes).
    """

    sandbox: bool = True
    seconds: float = 60.0
    memory_mb: int = 1000


@dataclass(frozen=True, slots=True)
class Limit:
    """What a rule of quality accepts.

    Attributes:
        rule: Name of a rule (``transforms.quality.RULES``).
        low: Least value that is kept, or None.
        high: Greatest value that is kept, or None.
        refused: Whether the limits themselves are refused too.
    """

    rule: str
    low: float | None = None
    high: float | None = None
    refused: bool = False


@dataclass(frozen=True, slots=True)
class QualitySpec:
    """What is measured of each text, and which values refuse it.

    Attributes:
        enabled: False measures nothing.
        limits: In the order in which the rules are asked; without any, all documents stay.
    """

    enabled: bool = True
    limits: tuple[Limit, ...] = ()


@dataclass(frozen=True, slots=True)
class DecontaminateSpec:
    """Which benchmark items are looked for, and what is done with a document that holds one.

    Attributes:
        enabled: False looks for none.
        action: ``keep`` lists them, ``mask`` hides them, ``reject`` refuses the document.
        threshold: Score from which that is done.
        report: Score from which an item is listed at all.
        items: Path of the items in the warehouse; its name holds the digest of what they are.
    """

    enabled: bool = False
    action: str = "reject"
    threshold: float = 0.7
    report: float = 0.4
    items: str = ""


@dataclass(frozen=True, slots=True)
class DedupSpec:
    """How duplicates are found.

    Attributes:
        enabled: False leaves every document alone.
        threshold: Jaccard similarity of the shingle sets from which a document is a near duplicate.
        ngram: Words in a shingle, or as much text where words are not separated.
        permutations: Values in a MinHash signature.
        containment: Share of a document's shingles that another one must hold, so that it is left out as a
            part of that one; 0 looks for no parts.
    """

    enabled: bool = True
    threshold: float = 0.72
    ngram: int = 3
    permutations: int = 128
    containment: float = 0.0


@dataclass(frozen=True, slots=True)
class IndexSpec:
    """How the corpus is indexed for ``trace``.

    Attributes:
        enabled: Whether a build gives new texts their fingerprints.
        ngram: Words of an n-gram. Fewer find more of what was edited, and more that is common.
        min_words: Words' worth of the shortest shared run that is never missed, at least ``ngram``.
    """

    enabled: bool = False
    ngram: int = 6
    min_words: int = 15


@dataclass(frozen=True, slots=True)
class IngestSpec:
    """Everything the ingest chain of one source must know.

    Attributes:
        sample: Part of the records that is taken, chosen by their ids; the others are not read.
    """

    source: SourceSpec
    clean: CleanSpec = CleanSpec()
    language: LanguageSpec = LanguageSpec()
    html: HtmlSpec = HtmlSpec()
    quality: QualitySpec = QualitySpec()
    pii: PiiSpec = field(default_factory=PiiSpec)
    decontaminate: DecontaminateSpec = DecontaminateSpec()
    dedup: DedupSpec = DedupSpec()
    limits: LimitsSpec = LimitsSpec()
    sample: float = 1.0
