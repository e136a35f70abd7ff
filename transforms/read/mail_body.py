"""The text of a mail: the best form of each text, decoded, unwrapped, without blocks that are no text."""

import re
from dataclasses import dataclass, replace

from schemas.records import Dead
from transforms.read import html
from transforms.read.mail_blocks import drop_blocks
from transforms.read.mail_charset import decode_mail
from transforms.read.mail_enriched import plain_of_enriched
from transforms.read.mail_flowed import unwrap
from transforms.read.mail_headers import charset_of
from transforms.read.mail_html import text_of_html
from transforms.read.mail_parts import TEXT_KINDS, Form, Leaf

_BLANK_START = re.compile(r"\A(?:[ \t]*\n)+")
_STUB_CHARS = 300  # a plain form below it may only say that there is another
_STUB_SHARE = 0.25


@dataclass(frozen=True, slots=True)
class Body:
    r"""The text of a mail.

    Attributes:
        text: With ``\n`` line ends.
        dropped: What was left out of it, and parts that could not be read.
        dead: Why the first of these parts could not be read.
    """

    text: str
    dropped: tuple[str, ...] = ()
    dead: Dead | None = None


def body_of(texts: tuple[tuple[Form, ...], ...]) -> Body:
    """Returns the texts of a mail as one, a blank line between them."""
    bodies = [_best(forms) for forms in texts]
    return _joined(bodies)


def _best(forms: tuple[Form, ...]) -> Body:
    """Chooses plain text, if it says something, before HTML before the others.

    A short plain form with a long HTML form beside it is taken to be a stub ("your program cannot show …").
    """
    ordered = sorted(forms, key=lambda form: min(map(_preference, form)))
    chosen: Body | None = None
    for form in ordered:
        body = _joined([_body(leaf) for leaf in form])
        if chosen is None or not chosen.text.strip():
            before = chosen or Body("")
            chosen = replace(body, dropped=before.dropped + body.dropped, dead=before.dead or body.dead)
            if len(chosen.text.strip()) >= _STUB_CHARS:
                break
        elif len(chosen.text) < _STUB_SHARE * len(body.text):
            chosen = body
    return chosen or Body("")


def _preference(leaf: Leaf) -> int:
    kind = leaf.part.kind
    return TEXT_KINDS.index(kind) if kind in TEXT_KINDS else 0


def _joined(bodies: list[Body]) -> Body:
    texts = [tidy(body.text) for body in bodies]
    whole = "\n".join(text for text in texts if text)
    dropped = tuple(note for body in bodies for note in body.dropped)
    return Body(whole, dropped, next((body.dead for body in bodies if body.dead), None))


def tidy(text: str) -> str:
    r"""Returns text without blank lines at its ends, with one line end after it; "" if nothing is left."""
    kept = _BLANK_START.sub("", text).rstrip()
    return f"{kept}\n" if kept else ""


def plain_body(text: str) -> Body:
    r"""Returns plain text with ``\n`` line ends and without the blocks that are no text."""
    kept, notes = drop_blocks(text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", ""))
    return Body(kept, tuple(notes))


def _body(leaf: Leaf) -> Body:
    part = leaf.part
    raw = part.content()
    if part.kind == "text/html" or html.looks_like_html(raw):
        found = text_of_html(raw, charset_of(part))
        return Body(found) if isinstance(found, str) else _unread(leaf, found)
    decoded = decode_mail(raw, charset_of(part))
    if isinstance(decoded, Dead):
        return _unread(leaf, decoded)
    text = decoded.replace("\r\n", "\n").replace("\r", "\n")
    if part.kind in ("text/enriched", "text/richtext"):
        text = plain_of_enriched(text, rich=part.kind == "text/richtext")
    elif part.parameter("content-type", "format").lower() == "flowed":
        text = unwrap(text, delete_space=part.parameter("content-type", "delsp").lower() == "yes")
    return plain_body(text)


def _unread(leaf: Leaf, dead: Dead) -> Body:
    return Body("", (f"part {leaf.number}: {dead.reason}",), dead)
