"""Front matter: the YAML or TOML block at the beginning of a Markdown or AsciiDoc file."""

import re
import tomllib
from dataclasses import replace
from typing import Any

import yaml

from schemas.records import Extracted
from transforms.read.dates import parse_timestamp
from transforms.read.structured import as_names
from transforms.read.values import TooComplex, plain

_YAML = re.compile(
    r"\A\ufeff?\s*---[ \t]*\r?\n(.*?)^(?:---|\.\.\.)[ \t]*(?:\r?\n|\Z)", re.DOTALL | re.MULTILINE
)
_TOML = re.compile(r"\A\ufeff?\s*\+\+\+[ \t]*\r?\n(.*?)^\+\+\+[ \t]*(?:\r?\n|\Z)", re.DOTALL | re.MULTILINE)
_KEY = re.compile(r"^[\w-]+[ \t]*:(?:\s|$)", re.MULTILINE)
_LINK = re.compile(r"\[([^\[\]]*)\]\([^()]*\)")
_MAX_CHARS = 1 << 16
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_TITLES = ("title", "Title", "name")
_AUTHORS = ("author", "authors", "Author", "creator")
_DATES = ("date", "created", "created_at", "Date", "pubDate", "published", "publishDate")


def split_front_matter(text: str) -> tuple[dict[str, Any], str]:
    """Takes the front matter off a text.

    Returns:
        Its fields as plain values, and the rest of the text. Front matter that cannot be parsed is
        kept whole under ``front_matter``; a line between two rules that has no key is text.
    """
    if found := _YAML.match(text):
        block = found[1]
        if block.strip() and not _KEY.search(block):
            return {}, text
        return _fields(block, _load_yaml), text[found.end() :]
    if found := _TOML.match(text):
        return _fields(found[1], tomllib.loads), text[found.end() :]
    return {}, text


def with_front_matter(extracted: Extracted, fields: dict[str, Any]) -> Extracted:
    """Returns what was extracted, with what the front matter says, and all of it as metadata."""
    if not fields:
        return extracted
    title = _first(fields, _TITLES, lambda value: value.strip() if isinstance(value, str) else None)
    return replace(
        extracted,
        title=title or extracted.title,
        author=_first(fields, _AUTHORS, _authors) or extracted.author,
        created_at=_first(fields, _DATES, parse_timestamp) or extracted.created_at,
        metadata={**extracted.metadata, **fields},
    )


def _authors(value: Any) -> str | None:
    """Returns names; of Markdown links only their text."""
    names = as_names(value)
    return _LINK.sub(r"\1", names) if names else None


def _fields(block: str, load: Any) -> dict[str, Any]:
    if len(block) > _MAX_CHARS:
        return {"front_matter": block[:_MAX_CHARS]}
    try:
        loaded = plain(load(block))
    except (yaml.YAMLError, ValueError, TooComplex, RecursionError, TypeError, AttributeError, OverflowError):
        return {"front_matter": block}
    if loaded is None:
        return {}
    return loaded if isinstance(loaded, dict) else {"front_matter": block}


def _load_yaml(block: str) -> Any:
    return yaml.load(block, Loader=_LOADER)  # noqa: S506 - a safe loader


def _first(fields: dict[str, Any], names: tuple[str, ...], make: Any) -> Any:
    for name in names:
        if name in fields and (value := make(fields[name])) is not None:
            return value
    return None
