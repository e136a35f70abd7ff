"""Which parts of a mail are its text, and which are attachments with records of their own.

Parts are numbered as in RFC 3501, 6.4.5: from 1 at each level; a mail without parts is part 1 of itself.
"""

import re
from dataclasses import dataclass

from transforms.read.mail_headers import charset_of, header_text
from transforms.read.mail_message import Part

TEXT_KINDS = ("text/plain", "text/html", "text/enriched", "text/richtext")
"""Media types that may be the text of a mail, the preferred ones first."""

MAIL_KINDS = ("message/rfc822", "message/global", "message/news")
"""Media types of mails within mails."""

_TWINS = ("text/x-amp-html", "text/watch-html")  # further forms of a text that has one of the others too
_ENDINGS = {
    "application/octet-stream": "",
    "text/plain": ".txt",
    "text/markdown": ".md",
    "text/tab-separated-values": ".tsv",
    "text/x-rst": ".rst",
}
_MAX_NAME = 255
_MAX_ENDING = 16
_ODD = re.compile(r"[^a-z0-9_+~-]")
_SMIME = ("application/pkcs7-mime", "application/x-pkcs7-mime")
_ENVELOPED = bytes.fromhex("2a864886f70d010703")  # the object identifier enveloped-data of RFC 5652


@dataclass(frozen=True, slots=True)
class Leaf:
    """A part that has no parts.

    Attributes:
        number: Its place in the mail: ``2.1`` is the first part of the second.
        part: The part itself.
    """

    number: str
    part: Part


Form = tuple[Leaf, ...]
"""One way in which a text is given: usually one part, more where pictures stand between."""


@dataclass(frozen=True, slots=True)
class Contents:
    """What a mail holds.

    Attributes:
        texts: Its texts in order, each with the forms of which one is to be chosen.
        attachments: Everything else, in order.
    """

    texts: tuple[tuple[Form, ...], ...]
    attachments: tuple[Leaf, ...]


def contents_of(message: Part) -> Contents:
    """Sorts the parts of a mail.

    Text is every part of a ``TEXT_KINDS`` that is no attachment by its ``Content-Disposition`` and has no
    file name; the first may have one. A multipart without any part is text, as it stands.
    """
    texts: list[tuple[Form, ...]] = []
    attachments: list[Leaf] = []
    _sort(message, "", texts, attachments)
    return Contents(tuple(texts), tuple(attachments))


def _sort(part: Part, number: str, texts: list[tuple[Form, ...]], attachments: list[Leaf]) -> None:
    if not part.parts or part.kind == "multipart/encrypted":
        leaf = Leaf(number or "1", part)
        if _is_text(part, first=not texts):
            texts.append(((leaf,),))
        else:
            attachments.append(leaf)
        return
    offered: list[Form] = []
    for index, inner in enumerate(part.parts, 1):
        place = f"{number}.{index}" if number else str(index)
        if part.kind != "multipart/alternative":
            _sort(inner, place, texts, attachments)
        elif inner.kind not in _TWINS:
            form: list[tuple[Form, ...]] = []
            _sort(inner, place, form, attachments)
            if form:
                offered.append(tuple(leaf for forms in form for leaf in forms[0]))
    if offered:
        texts.append(tuple(offered))


def _is_text(part: Part, *, first: bool) -> bool:
    if part.kind.startswith("multipart/") and not part.parts:
        return True
    return part.kind in TEXT_KINDS and not _is_attached(part) and (first or not file_name(part))


def _is_attached(part: Part) -> bool:
    return (part.get("content-disposition") or "").strip().lower().startswith("attachment")


def file_name(part: Part) -> str:
    """Returns the file name that a part states, "" if none."""
    stated = part.parameter("content-disposition", "filename") or part.parameter("content-type", "name")
    return (header_text(stated, charset_of(part)) or "")[-_MAX_NAME:]


def name_for_format(part: Part) -> str:
    """Returns a file name whose ending helps to tell the format: the stated one, or one of the media type."""
    stated = file_name(part)
    if part.kind in MAIL_KINDS:
        return "mail.eml"
    if stated:
        return stated
    kind = part.kind
    return "part" + _ENDINGS.get(kind, "." + _ODD.sub("-", kind.partition("/")[2])[:_MAX_ENDING])


def is_encrypted(part: Part) -> bool:
    """Tells whether a part is encrypted by OpenPGP (RFC 3156) or S/MIME (RFC 8551)."""
    if part.kind == "multipart/encrypted":
        return True
    if part.kind not in _SMIME:
        return False
    stated = part.parameter("content-type", "smime-type").lower()
    return "enveloped" in stated or (not stated and _ENVELOPED in part.content()[:64])
