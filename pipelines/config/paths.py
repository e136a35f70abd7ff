"""The paths in ``corpus.toml``: environment variables, what they are relative to, and what lies in what."""

import os
import re
from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase

_VARIABLE = re.compile(r"\$\{([^}]*)\}?")
_VARIABLE_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def expand(text: str, environment: Mapping[str, str]) -> str:
    """Replaces each ``${NAME}`` by the environment variable of that name.

    Raises:
        ValueError: If a variable is not set or empty, or no name stands there; the message names it.

    >>> expand("${DATA}/k8s", {"DATA": "/data"})
    '/data/k8s'
    """

    def value(found: re.Match[str]) -> str:
        name = found[1]
        if not _VARIABLE_NAME.fullmatch(name) or not found[0].endswith("}"):
            raise ValueError(f"`{found[0]}` names no environment variable; write it as in ${{DATA}}")
        if not environment.get(name):
            state = "empty" if name in environment else "not set"
            raise ValueError(f"environment variable {name} is {state}")
        return environment[name]

    return _VARIABLE.sub(value, text)


def absolute(location: str, folder: str) -> str:
    """Returns a path or URL of the configuration as absolute; ``file:`` URLs become paths.

    >>> absolute("../docs/", "/home/me"), absolute("s3://bucket/a/", "/"), absolute("file:///a", "/")
    ('/home/docs', 's3://bucket/a', '/a')
    """
    if location.startswith("file://"):
        location = location.removeprefix("file://")
    if "://" in location:
        return location.rstrip("/")
    return os.path.normpath(os.path.join(folder, location))


def is_inside(location: str, folder: str) -> bool:
    """Tells whether a path or URL is a folder or lies in it.

    >>> is_inside("/a/b", "/a"), is_inside("/a", "/a"), is_inside("/ab", "/a")
    (True, True, False)
    """
    outer = _parts(folder)
    return _parts(location)[: len(outer)] == outer


def reaches(pattern: str, folder: str) -> bool:
    """Tells whether a source's pattern may match files that lie in a folder.

    A pattern without wildcards is taken as a folder, which is read with everything below it except
    hidden folders.

    >>> reaches("/docs", "/docs/warehouse"), reaches("/docs/*.md", "/docs/warehouse")
    (True, False)
    >>> reaches("/docs/**/*.md", "/docs/a/warehouse"), reaches("/docs", "/docs/.warehouse")
    (True, False)
    """
    parts = _parts(pattern)
    if not any(_is_wild(part) for part in parts):
        parts = [*parts, "**"]
    return _reaches(parts, _parts(folder))


def _reaches(pattern: Sequence[str], folder: Sequence[str]) -> bool:
    if not folder or not pattern:
        return bool(pattern)
    first, inner = pattern[0], folder[0]
    if first == "**":
        hidden = inner.startswith(".")
        return _reaches(pattern[1:], folder) or (not hidden and _reaches(pattern, folder[1:]))
    if _is_wild(first) and inner.startswith(".") and not first.startswith("."):
        return False
    matches = fnmatchcase(inner, first) if _is_wild(first) else inner == first
    return matches and _reaches(pattern[1:], folder[1:])


def _is_wild(part: str) -> bool:
    return any(sign in part for sign in "*?[")


def _parts(location: str) -> list[str]:
    return location.rstrip("/").split("/")
