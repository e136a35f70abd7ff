"""Values that documents state of themselves, made plain: what JSON can hold, bounded, valid Unicode."""

import base64
import json
import re
from collections.abc import Mapping
from datetime import date, datetime, time
from decimal import Decimal
from math import isfinite
from typing import Any

import orjson

_MAX_NODES = 100_000
_MAX_DEPTH = 64
_LONE = re.compile("[\ud800-\udfff]")
_JSON = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False)


class TooComplex(ValueError):  # noqa: N818
    """The value has more nodes, or is nested deeper, than metadata may be."""


def plain(value: Any) -> Any:
    """Returns a value as JSON can hold it.

    Dates become ISO 8601, bytes base64, numbers that are not finite None, keys text, lone surrogates
    U+FFFD. Shared parts (aliases in YAML) count each time, so a small text cannot become a huge value.

    Raises:
        TooComplex: Beyond 100,000 nodes or 64 levels.
    """
    return dict(value) if _simple(value) else _Plain().convert(value, 0)


def canonical_json(value: Mapping[str, Any]) -> str:
    """Returns JSON with sorted keys and without spaces, the same for equal values.

    Raises:
        TooComplex: If the value is not plain enough.
    """
    made = value
    if not _simple(value):
        walk = _Plain()
        made = walk.convert(value, 0)
        if walk.floats:
            return _JSON.encode(made)
    # The same text, ten times as fast; only floats are written otherwise (1e16, not 1e+16).
    return orjson.dumps(made, option=orjson.OPT_SORT_KEYS).decode()


def valid_text(text: str) -> str:
    r"""Replaces lone surrogates, which UTF-8 cannot hold, by U+FFFD.

    >>> valid_text("a\ud800")
    'a�'
    """
    if text.isascii():
        return text
    try:
        text.encode()
    except UnicodeEncodeError:
        return _LONE.sub("\ufffd", text)
    return text  # an encoding that is thrown away is five times as fast as a search


def _simple(value: Any) -> bool:
    """Tells whether this is an object of ASCII texts and nulls, as most are: plain as it stands."""
    if type(value) is not dict or len(value) >= _MAX_NODES:
        return False
    for key, item in value.items():
        if type(key) is not str or not key.isascii():
            return False
        if item is not None and not (type(item) is str and item.isascii()):
            return False
    return True


class _Plain:
    def __init__(self) -> None:
        self._nodes = 0
        self.floats = False  # one was met

    def convert(self, value: Any, depth: int) -> Any:
        self._nodes += 1
        if self._nodes > _MAX_NODES or depth > _MAX_DEPTH:
            raise TooComplex("metadata is too large or too deep")
        match value:
            case str():
                return valid_text(value)
            case None | bool():
                return value
            case int():
                return value if -(2**63) <= value < 2**64 else str(value)
            case float():
                self.floats = True
                return value if isfinite(value) else None
            case dict() | Mapping():  # a plain dict is known much faster than any mapping
                return {self._key(key): self.convert(item, depth + 1) for key, item in value.items()}
            case list() | tuple():
                return [self.convert(item, depth + 1) for item in value]
            case set() | frozenset():
                return sorted((self.convert(item, depth + 1) for item in value), key=str)
            case datetime() | date() | time():
                return value.isoformat()
            case bytes() | bytearray():
                return base64.b64encode(value).decode()
            case Decimal():
                return str(value)
        return valid_text(str(value))

    def _key(self, key: Any) -> str:
        # Of a subclass the text alone: orjson takes no other keys.
        text = str.__str__(key) if isinstance(key, str) else str(self.convert(key, _MAX_DEPTH))
        return valid_text(text)
