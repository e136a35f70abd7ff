"""What a format is: how a stream becomes records, and how a record becomes text.

A format is a value, not a class: its file defines two functions and one ``Format``, and
``transforms.read.registry`` lists it. What a format cannot read comes back as a value (``Fallen``,
``Refused``, ``Dead``), never as an exception.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from schemas import locators
from schemas.records import MAX_RAW_BYTES, Dead, Extracted, Fallen, Record, Refused
from schemas.specs import SourceSpec
from transforms.read.streams import Readable, read_fully


@dataclass(frozen=True, slots=True)
class ReadContext:
    """What a reader must know of the stream it reads.

    Attributes:
        name: Path of the file or name of the member, without the suffix of its compression.
        source: Options of the source (``format``, ``text_field``, ``fields``).
        prefix: Locator of the stream itself: empty for a file, ``member=…`` for a member.
        start: First byte (JSONL) or row group (Parquet) of the range; None reads from the beginning.
        stop: First after the range; None reads to the end.
    """

    name: str
    source: SourceSpec
    prefix: str = ""
    start: int | None = None
    stop: int | None = None

    def locate(self, kind: locators.Step, value: int | str) -> str:
        """Returns the locator of a record of this stream."""
        own = f"{kind}={value}"
        return f"{self.prefix}!{own}" if self.prefix else own


@dataclass(frozen=True, slots=True)
class ExtractOptions:
    """What ``extract`` must know beside the raw bytes.

    Attributes:
        text_field: Field that holds the text of a structured record.
        fields: Document attribute -> field that holds it.
        html_extractor: ``blocks``, ``trafilatura`` or ``resiliparse``.
        parsed: The fields of a structured record as the reader parsed them, else None.
        charset: Encoding that the record's container states (HTTP, MIME), if any.
    """

    text_field: str = "text"
    fields: Mapping[str, str] = field(default_factory=dict)
    html_extractor: str = "blocks"
    parsed: Mapping[str, Any] | None = None
    charset: str | None = None


@dataclass(frozen=True, slots=True)
class Embedded:
    """A file within a record (an attachment); ``transforms.read.reader`` reads it like any other file.

    Attributes:
        locator: Its place; stands before the locator of each of its records.
        name: Its file name; helps to tell the format.
        raw: Its bytes.
    """

    locator: str
    name: str
    raw: bytes


Extract = Callable[[bytes, ExtractOptions], Extracted | Refused | Dead]
Read = Callable[[Readable, ReadContext], Iterator[Record | Fallen | Embedded]]


@dataclass(frozen=True, slots=True)
class Format:
    """A format of content.

    Attributes:
        name: Name in ``corpus.toml`` and in ``Record.format``.
        media_type: IANA media type of its records.
        extensions: Endings of file names with the dot, in lower case; the longest that fits wins.
        extract: Turns the raw bytes of a record into text.
        version: STAGE_VERSION of the format; bumped by hand when the same bytes give another result.
        libraries: Distributions whose versions decide about the result; a part of the recipe.
        sniff: Looks at the head and the name and tells whether the content is of this format; None
            takes every text.
        reader: Turns a stream into records; None makes one record of the whole stream.
        seeks: True if ``reader`` needs a stream that can seek.
    """

    name: str
    media_type: str
    extensions: tuple[str, ...]
    extract: Extract
    version: int = 1
    libraries: tuple[str, ...] = ()
    sniff: Callable[[bytes, str], bool] | None = None
    reader: Read | None = None
    seeks: bool = False

    def records(self, stream: Readable, context: ReadContext) -> Iterator[Record | Fallen | Embedded]:
        """Yields the records of a stream in order, each followed by the files within it.

        Raises:
            BrokenStream: Where the stream breaks, after its good records; the caller makes the one
                dead letter of it.
        """
        if self.reader is not None:
            yield from self.reader(stream, context)
            return
        raw = read_fully(stream, MAX_RAW_BYTES + 1)
        if len(raw) > MAX_RAW_BYTES:
            yield Fallen(
                context.prefix,
                Dead("too_large", f"more than {MAX_RAW_BYTES} bytes"),
                media_type=self.media_type,
            )
        elif not raw:
            yield Fallen(context.prefix, Refused("empty"), media_type=self.media_type)
        else:
            yield Record(context.prefix, raw, self.name, self.media_type)
