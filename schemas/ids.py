"""Identifiers: digests of content and place, the same on every machine and in every run.

Nothing here depends on time, chance, ``hash()`` or the order of work. Short identifiers are BLAKE2b
with 16 bytes (RFC 7693) over length-prefixed fields, so that ``("a", "bc")`` and ``("ab", "c")``
differ; content is named by SHA-256.
"""

import hashlib
import json
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

ID_BYTES = 16


def digest16(*fields: str | bytes) -> bytes:
    """Returns the 16-byte digest of a sequence of fields.

    Args:
        *fields: Text (taken as UTF-8, lone surrogates kept) or bytes; their number and borders count.

    >>> digest16("a", "bc") == digest16("ab", "c")
    False
    """
    state = hashlib.blake2b(digest_size=ID_BYTES)
    for field in fields:
        state.update(_prefixed(field))
    return state.digest()


def _prefixed(field: str | bytes) -> bytes:
    data = field.encode("utf-8", "surrogatepass") if isinstance(field, str) else field
    return len(data).to_bytes(8, "little") + data


def document_id(source: str, path: str, locator: str) -> bytes:
    """Names the place of a record: source, path relative to the source's root, locator.

    >>> document_id("handbooks", "a.md", "").hex()
    '0db7b483bbabfc61e2a851586265af69'
    """
    state = _file(source, path).copy()
    state.update(_prefixed(locator))
    return state.digest()


@lru_cache(maxsize=256)  # the records of a file share all but their locators
def _file(source: str, path: str) -> "hashlib.blake2b":
    state = hashlib.blake2b(digest_size=ID_BYTES)
    for field in ("document", source, path):
        state.update(_prefixed(field))
    return state


def recipe_digest(recipe: Mapping[str, Any]) -> str:
    """Returns 32 hex digits that name a recipe: canonical JSON (sorted keys) of what a stage reads.

    >>> recipe_digest({"a": 1, "b": 2}) == recipe_digest({"b": 2, "a": 1})
    True
    """
    canonical = json.dumps(recipe, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return digest16("recipe", canonical).hex()


def sha256(data: bytes) -> bytes:
    """Returns the 32-byte SHA-256 of ``data``."""
    return hashlib.sha256(data).digest()


def text_sha256(text: str) -> bytes:
    """Returns the SHA-256 of a text in UTF-8 (lone surrogates kept, so that no text is an error)."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()
