"""Plain text: what the bytes say, decoded."""

from schemas.records import Dead, Extracted, Refused
from transforms.read.decode import decode
from transforms.read.formats import ExtractOptions, Format


def extract(raw: bytes, options: ExtractOptions) -> Extracted | Refused | Dead:
    """Decodes the content; line breaks stay as they are."""
    decoded = decode(raw, options.charset)
    return decoded if isinstance(decoded, Dead) else Extracted(decoded[0])


FORMAT = Format(
    name="text",
    media_type="text/plain",
    extensions=(".txt", ".text"),
    extract=extract,
    libraries=("charset-normalizer",),
    sniff=None,
)
