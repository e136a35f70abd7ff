"""Lists and opens the files of a source, on a local disk or any fsspec file system."""

import glob
import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, cast

import fsspec

_WILD = frozenset("*?[")


@dataclass(frozen=True, slots=True)
class InputFile:
    """A file that a path of a source matches.

    Attributes:
        root: The part of the path before its first wildcard, absolute; what ``path`` is relative to.
        path: Relative to the root, with ``/``.
        size: In bytes.
        stamp: Modification time in nanoseconds, or what the store calls a version.
    """

    root: str
    path: str
    size: int
    stamp: str


def root_of(pattern: str) -> str:
    """Returns the folder that the files of a pattern are named relative to.

    It is the longest leading part without a wildcard; for a plain file, its folder.

    >>> root_of("/data/k8s/**/*.md"), root_of("/data/docs"), root_of("s3://bucket/dump/*.jsonl")
    ('/data/k8s', '/data/docs', 's3://bucket/dump')
    """
    parts = pattern.split("/")
    for index, part in enumerate(parts):
        if _WILD & set(part):
            return "/".join(parts[:index]) or "/"
    return pattern.rstrip("/") or "/"


def list_files(pattern: str) -> list[InputFile]:
    """Returns the files that a pattern matches, sorted by path.

    Args:
        pattern: An absolute path or URL: a file, a folder (everything below it) or a glob (``**``
            crosses folders). Hidden files and folders (a leading dot) below a folder or wildcard
            are left out; name them to get them.

    >>> list_files("/nowhere/at/all")
    []
    """
    files = _list_remote(pattern) if "://" in pattern else _list_local(pattern)
    return sorted(files, key=lambda file: file.path)


def open_input(root: str, path: str) -> BinaryIO:
    """Opens a file of a source for reading; it can seek.

    Raises:
        OSError: If it is not there or may not be read.
    """
    if "://" in root:
        return cast("BinaryIO", fsspec.open(f"{root}/{path}", "rb").open())
    return open(os.path.join(root, path), "rb")


def stat_input(root: str, path: str) -> InputFile | None:
    """Returns what a file of a source is like now, or None where it is gone."""
    if "://" in root:
        return next(iter(list_files(f"{root}/{path}")), None)
    try:
        return _local_file(root, os.path.join(root, path))
    except FileNotFoundError:
        return None


def _list_local(pattern: str) -> Iterator[InputFile]:
    if os.path.isdir(pattern):
        yield from _walk(pattern.rstrip("/") or "/")
        return
    literal = os.path.isfile(pattern) and not _WILD & set(pattern)
    root = os.path.dirname(pattern) if literal else root_of(pattern)
    for name in [pattern] if literal else glob.iglob(pattern, recursive=True):
        if os.path.isfile(name):
            yield _local_file(root, name)


def _walk(root: str) -> Iterator[InputFile]:
    for folder, folders, names in os.walk(root):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in names:
            full = os.path.join(folder, name)
            # A link to a file is read; a link to nowhere is not a file of the source.
            if not name.startswith(".") and os.path.isfile(full):
                yield _local_file(root, full)


def _local_file(root: str, name: str) -> InputFile:
    status = os.stat(name)
    path = os.path.relpath(name, root).replace(os.sep, "/")
    return InputFile(root, path, status.st_size, str(status.st_mtime_ns))


def _list_remote(pattern: str) -> Iterator[InputFile]:
    fs, plain = fsspec.core.url_to_fs(pattern)
    scheme = pattern.partition("://")[0]
    if _WILD & set(pattern):
        found = fs.glob(plain, detail=True)
        root = root_of(plain)
    else:
        found = fs.find(plain, detail=True)
        # ``find`` on a file returns the file itself.
        root = plain.rpartition("/")[0] if list(found) == [plain] else plain.rstrip("/")
    for name, status in found.items():
        if status["type"] == "file":
            stamp = status.get("ETag") or status.get("mtime") or status.get("created") or ""
            path = name[len(root) :].lstrip("/")
            yield InputFile(f"{scheme}://{root.lstrip('/')}", path, status["size"] or 0, str(stamp))
