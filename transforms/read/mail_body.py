"""The text of a mail: the best form of each text, decoded, unwrapped, without blocks that are no text."""

from dataclasses import dataclass, replace

from schemas.records import Dead, Extracted
from transforms.read import html
from transforms.read.formats import ExtractOptions
from transforms.read.mail_blocks import drop_blocks
from transforms.read.mail_charset import decode_mail
from transforms.read.mail_enriched import plain_of_enriched
from transforms.read.mail_flowed import unwrap
from transforms.read.mail_headers import charset_of
from transforms.read.mail_parts import TEXT_KINDS, Form, Leaf

_STUB_CHARS = 300  # a plain form below it may only say that there is another
_STUB_SHARE = 0.25


@dataclass(frozen=True, slots=True)
class Body:
    r"""The text of a mail.

    Attributes:
        text: With ``\n`` line ends.
        dropped: What was left out of it, and parts that could not be decoded.
    """

    text: str
    dropped: tuple[str, ...] = ()


def body_of(texts: tuple[tuple[Form, ...], ...], options: ExtractOptions) -> Body:
    """Returns the texts of a mail as one, a blank line between them."""
    bodies = [_best(forms, options) for forms in texts]
    return _joined(bodies)


def _best(forms: tuple[Form, ...], options: ExtractOptions) -> Body:
    """Chooses plain text, if it says something, before HTML before the others.

    A short plain form with a long HTML form beside it is taken to be a stub ("your program cannot show …").
    """
    ordered = sorted(forms, key=lambda form: min(map(_preference, form)))
    chosen: Body | None = None
    for form in ordered:
        body = _joined([_body(leaf, options) for leaf in form])
        if chosen is None or not chosen.text.strip():
            dropped = chosen.dropped if chosen else ()
            chosen = replace(body, dropped=dropped + body.dropped)
            if len(chosen.text.strip()) >= _STUB_CHARS:
                break
        elif len(chosen.text) < _STUB_SHARE * len(body.text):
            chosen = body
    return chosen or Body("")


def _preference(leaf: Leaf) -> int:
    kind = leaf.part.kind
    return TEXT_KINDS.index(kind) if kind in TEXT_KINDS else 0


def _joined(bodies: list[Body]) -> Body:
    texts = [body.text for body in bodies if body.text.strip()]
    whole = texts[0] if len(texts) == 1 else "\n\n".join(text.strip("\n") for text in texts)
    return Body(whole, tuple(note for body in bodies for note in body.dropped))


def _body(leaf: Leaf, options: ExtractOptions) -> Body:
    part = leaf.part
    raw = part.content()
    if part.kind == "text/html" or html.looks_like_html(raw):
        found = _from_html(raw, charset_of(part), options)
    else:
        found = decode_mail(raw.replace(b"\0", b"") if b"\0\0" not in raw else raw, charset_of(part))
    if isinstance(found, Dead):
        return Body("", (f"part {leaf.number}: {found.reason}",))
    if part.kind == "text/html":
        return Body(found)
    text = found.replace("\r\n", "\n").replace("\r", "\n")
    if part.kind in ("text/enriched", "text/richtext"):
        text = plain_of_enriched(text, rich=part.kind == "text/richtext")
    elif part.parameter("content-type", "format").lower() == "flowed":
        text = unwrap(text, delete_space=part.parameter("content-type", "delsp").lower() == "yes")
    return Body(*_without_blocks(text))


def _without_blocks(text: str) -> tuple[str, tuple[str, ...]]:
    kept, notes = drop_blocks(text)
    return kept, tuple(notes)


def _from_html(raw: bytes, charset: str, options: ExtractOptions) -> str | Dead:
    """Extracts a page; the encoding that the mail states counts more than the page's own."""
    if charset:
        decoded = decode_mail(raw, charset)
        if isinstance(decoded, Dead):
            return decoded
        raw = b"\xef\xbb\xbf" + decoded.encode("utf-8", "replace")
    found = html.extract(raw, options)
    if isinstance(found, Extracted):
        return found.text
    return found if isinstance(found, Dead) else ""
