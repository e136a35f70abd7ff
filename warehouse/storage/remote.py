"""A warehouse on an object store or any other fsspec file system: one PUT publishes a file."""

import contextlib
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, cast

import fsspec

from schemas.ids import digest16
from warehouse.storage.base import Storage


class RemoteStorage(Storage):
    """Storage under a URL of an fsspec file system.

    An object store has no lock that its holder's death gives back; two builds at once are kept apart
    by the exclusive creation of the manifest, so the second one fails at its commit.
    """

    def __init__(self, url: str) -> None:
        self.location = url.rstrip("/")
        self._fs, self._root = fsspec.core.url_to_fs(self.location)
        self._scheme = url.partition("://")[0]

    def _path(self, path: str) -> str:
        return f"{self._root}/{path}"

    def read(self, path: str) -> bytes:
        return bytes(self._fs.cat_file(self._path(path)))

    def open(self, path: str) -> BinaryIO:
        return cast("BinaryIO", self._fs.open(self._path(path), "rb"))

    def exists(self, path: str) -> bool:
        return bool(self._fs.isfile(self._path(path)))

    def names(self, folder: str) -> list[str]:
        self._fs.invalidate_cache()
        try:
            entries = self._fs.ls(self._path(folder), detail=True)
        except FileNotFoundError:
            return []
        return sorted(entry["name"].rsplit("/", 1)[-1] for entry in entries if entry["type"] == "file")

    def write(self, path: str, data: bytes) -> None:
        self._parent(path)
        self._fs.pipe_file(self._path(path), data)

    def create(self, path: str, data: bytes) -> bool:
        self._parent(path)
        try:
            # fsspec's "create" mode: If-None-Match on the stores that know it.
            self._fs.pipe_file(self._path(path), data, mode="create")
        except FileExistsError:
            return False
        return True

    @contextmanager
    def scratch(self) -> Iterator[Path]:
        descriptor, name = tempfile.mkstemp(prefix="datamoat-")
        os.close(descriptor)
        try:
            yield Path(name)
        finally:
            Path(name).unlink(missing_ok=True)

    def publish(self, local: Path, path: str) -> None:
        self._parent(path)
        self._fs.put_file(str(local), self._path(path))

    def delete(self, path: str) -> None:
        with contextlib.suppress(FileNotFoundError):
            self._fs.rm_file(self._path(path))

    def uri(self, path: str) -> str:
        return f"{self._scheme}://{self._path(path).lstrip('/')}"

    def cache(self) -> Path:
        base = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
        return Path(base) / "datamoat" / digest16("warehouse", self.location).hex()

    @contextmanager
    def lock(self, purpose: str) -> Iterator[None]:
        yield

    def clear_scratch(self) -> None:
        """Scratch files are in the system's temporary folder; there is nothing to clear."""

    def _parent(self, path: str) -> None:
        self._fs.makedirs(self._path(path).rpartition("/")[0], exist_ok=True)
