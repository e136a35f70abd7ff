"""Parsing of one JSON value, as lenient as real files need.

``orjson`` reads what is valid. What it refuses is tried once more by the standard library, which takes
``NaN`` and ``Infinity`` (None here) and lone surrogates (U+FFFD here). Of a repeated key the last counts.
"""

import codecs
import json
from typing import Any

import orjson

from schemas.records import Dead
from transforms.read.values import valid_text


def parse_json(raw: bytes) -> tuple[Any] | Dead:
    """Parses JSON in UTF-8, with or without a byte order mark.

    Returns:
        The value, alone in a tuple (it may be None); ``corrupt`` or ``parse_error`` (nested too deep).
    """
    try:
        return (orjson.loads(raw),)
    except orjson.JSONDecodeError:
        pass
    raw = raw.removeprefix(codecs.BOM_UTF8)
    try:
        return (_valid(json.loads(raw.decode("utf-8"), parse_constant=_no_number)),)
    except UnicodeDecodeError:
        return Dead("corrupt", "UnicodeDecodeError: not UTF-8")
    except RecursionError:
        return Dead("parse_error", "RecursionError: nested too deep")
    except ValueError as error:
        return Dead("corrupt", f"{type(error).__name__}: not JSON")


def _no_number(name: str) -> None:
    return None


def _valid(value: Any) -> Any:
    if isinstance(value, str):
        return valid_text(value)
    if isinstance(value, list):
        return [_valid(item) for item in value]
    if isinstance(value, dict):
        return {valid_text(key): _valid(item) for key, item in value.items()}
    return value
