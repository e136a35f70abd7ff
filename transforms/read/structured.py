"""Structured records (JSON objects, table rows): which field is the text, and what the others become."""

from collections.abc import Mapping, Sequence
from typing import Any

import orjson

from schemas.records import Dead, Extracted, Refused
from transforms.read.dates import parse_timestamp
from transforms.read.formats import ExtractOptions
from transforms.read.values import TooComplex, canonical_json, plain, valid_text

MESSAGES_FIELD = "messages"


def extract_fields(
    parsed: Mapping[str, Any], options: ExtractOptions, *, valid: bool = False
) -> Extracted | Refused | Dead:
    """Makes text and attributes of a structured record.

    Without the text field, a list of ``{role, content}`` in ``messages`` is rendered turn by turn.
    Fields that became an attribute are left out of the metadata; all others are kept there.

    Args:
        parsed: The record.
        options: What the source says of its fields.
        valid: Whether it is known that no text in it holds a lone surrogate, and need not be looked for.

    Returns:
        What was found; ``missing_field``, ``not_text`` or ``empty`` if there is no text; ``parse_error``
        if the record is too large or too deep to be kept as metadata.
    """
    rest = dict(parsed)
    messages = None
    text = lookup(rest, options.text_field)
    if text is None and isinstance(turns := rest.get(MESSAGES_FIELD), list):
        rendered = _render(turns)
        if rendered is None:
            return Refused("not_text", detail=MESSAGES_FIELD)
        text = rendered
        rest.pop(MESSAGES_FIELD)
        try:
            messages = orjson.dumps(plain(turns)).decode()
        except TooComplex as error:
            return Dead("parse_error", f"TooComplex: {error}")
    elif text is None:
        return Refused("missing_field", detail=options.text_field)
    if not isinstance(text, str):
        return Refused("not_text", detail=type(text).__name__)
    if not text or text.isspace():
        return Refused("empty")
    rest.pop(options.text_field, None)
    title = _take(rest, "title", options, _as_text)
    author = _take(rest, "author", options, as_names)
    created_at = _take(rest, "created_at", options, parse_timestamp)
    if (language := _take(rest, "language", options, _as_text)) is not None:
        rest["language"] = language
    try:
        metadata = plain(rest)
    except TooComplex as error:
        return Dead("parse_error", f"TooComplex: {error}")
    return Extracted(text if valid else valid_text(text), title, author, created_at, messages, metadata)


def lookup(fields: Mapping[str, Any], name: str) -> Any:
    """Returns a field; a name with dots also means a field within a field (``meta.title``).

    >>> lookup({"meta": {"title": "A"}}, "meta.title")
    'A'
    """
    if name in fields:
        return fields[name]
    if "." not in name:
        return None
    value: Any = fields
    for part in name.split("."):
        if not isinstance(value, Mapping) or part not in value:
            return None
        value = value[part]
    return value


def as_names(value: Any) -> str | None:
    """Returns one or more names as text: a string, or a list of strings or of objects that have a name."""
    items = value if isinstance(value, list | tuple) else [value]
    stated = (item.get("name") if isinstance(item, Mapping) else item for item in items)
    return ", ".join(name for item in stated if (name := _as_text(item))) or None


def canonical(fields: Mapping[str, Any]) -> bytes:
    """Returns the bytes that stand for a record without bytes of its own: its canonical JSON.

    Raises:
        TooComplex: If the record is too large or too deep.
    """
    return canonical_json(fields).encode()


def _take(rest: dict[str, Any], attribute: str, options: ExtractOptions, make: Any) -> Any:
    """Makes an attribute of its field, which then leaves the rest if it could be used."""
    name = options.fields.get(attribute, attribute)
    found = lookup(rest, name)
    value = None if found is None else make(found)
    if value is not None:
        rest.pop(name, None)
    return value


def _as_text(value: Any) -> str | None:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    return valid_text(str(value)).strip() or None


def _render(turns: Sequence[Any]) -> str | None:
    """Renders turns as ``role: content`` paragraphs; None if one has no text."""
    rendered = []
    for turn in turns:
        if not isinstance(turn, Mapping):
            return None
        content = _content(turn.get("content"))
        role = turn.get("role", turn.get("from"))
        if content is None:
            content = _content(turn.get("value"))
        if content is None:
            return None
        rendered.append(f"{role}: {content}" if isinstance(role, str) else content)
    return "\n\n".join(rendered)


def _content(content: Any) -> str | None:
    """Returns the text of a turn; parts that are no text (images, calls) are left out."""
    if isinstance(content, str):
        return content
    if isinstance(content, list):
        texts = [part.get("text") for part in content if isinstance(part, Mapping)]
        return "\n".join(text for text in texts if isinstance(text, str))
    return None
