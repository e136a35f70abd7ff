"""Values that documents state of themselves, made plain: what JSON can hold, bounded, valid Unicode."""

import base64
import json
import re
from collections.abc import Mapping
from datetime import date, datetime, time
from decimal import Decimal
from math import isfinite
from typing import Any

_MAX_NODES = 100_000
_MAX_DEPTH = 64
_LONE = re.compile("[\ud800-\udfff]")


class TooComplex(ValueError):  # noqa: N818
    """The value has more nodes, or is nested deeper, than metadata may be."""


def plain(value: Any) -> Any:
    """Returns a value as JSON can hold it.

    Dates become ISO 8601, bytes base64, numbers that are not finite None, keys text, lone surrogates
    U+FFFD. Shared parts (aliases in YAML) count each time, so a small text cannot become a huge value.

    Raises:
        TooComplex: Beyond 100,000 nodes or 64 levels.
    """
    return _Plain().convert(value, 0)


def canonical_json(value: Mapping[str, Any]) -> str:
    """Returns JSON with sorted keys and without spaces, the same for equal values.

    Raises:
        TooComplex: If the value is not plain enough.
    """
    return json.dumps(plain(value), sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def valid_text(text: str) -> str:
    r"""Replaces lone surrogates, which UTF-8 cannot hold, by U+FFFD.

    >>> valid_text("a\ud800")
    'a�'
    """
    return text if text.isascii() else _LONE.sub("\ufffd", text)


class _Plain:
    def __init__(self) -> None:
        self._nodes = 0

    def convert(self, value: Any, depth: int) -> Any:
        self._nodes += 1
        if self._nodes > _MAX_NODES or depth > _MAX_DEPTH:
            raise TooComplex("metadata is too large or too deep")
        match value:
            case None | bool():
                return value
            case int():
                return value if -(2**63) <= value < 2**64 else str(value)
            case str():
                return valid_text(value)
            case float():
                return value if isfinite(value) else None
            case Mapping():
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
        return valid_text(key if isinstance(key, str) else str(self.convert(key, _MAX_DEPTH)))
