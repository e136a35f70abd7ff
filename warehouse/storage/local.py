"""A warehouse in a folder: temporary name, fsync, rename; exclusive creation by hard link."""

import contextlib
import fcntl
import json
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import pyarrow as pa

from schemas.errors import UsageError
from warehouse.storage.base import Storage

_SCRATCH = "tmp"
_LOCK = "lock"
_CACHE = "cache"


class LocalStorage(Storage):
    """Storage in a local folder."""

    def __init__(self, folder: str) -> None:
        self._root = Path(folder).absolute()
        self.location = str(self._root)

    def read(self, path: str) -> bytes:
        return (self._root / path).read_bytes()

    def open(self, path: str) -> BinaryIO:
        return open(self._root / path, "rb")

    def map(self, path: str) -> pa.NativeFile:
        return pa.memory_map(str(self._root / path), "r")

    def exists(self, path: str) -> bool:
        return (self._root / path).is_file()

    def names(self, folder: str) -> list[str]:
        try:
            with os.scandir(self._root / folder) as entries:
                return sorted(entry.name for entry in entries if entry.is_file())
        except FileNotFoundError:
            return []

    def write(self, path: str, data: bytes) -> None:
        with self.scratch() as local:
            local.write_bytes(data)
            self.publish(local, path)

    def create(self, path: str, data: bytes) -> bool:
        target = self._root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        with self.scratch() as local:
            local.write_bytes(data)
            _sync(local)
            try:
                # A link, unlike a rename, fails where the name exists, and never shows half a file.
                os.link(local, target)
            except FileExistsError:
                return False
            _sync(target.parent)
        return True

    @contextmanager
    def scratch(self) -> Iterator[Path]:
        folder = self._root / _SCRATCH
        folder.mkdir(parents=True, exist_ok=True)
        # The name never enters a table: chance is allowed here, and keeps two writers apart.
        local = folder / f"{os.getpid()}-{secrets.token_hex(8)}"
        try:
            yield local
        finally:
            local.unlink(missing_ok=True)

    def publish(self, local: Path, path: str) -> None:
        target = self._root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        _sync(local)
        os.replace(local, target)
        _sync(target.parent)

    def delete(self, path: str) -> None:
        (self._root / path).unlink(missing_ok=True)

    def uri(self, path: str) -> str:
        return str(self._root / path)

    def cache(self) -> Path:
        return self._root / _CACHE

    @contextmanager
    def lock(self, purpose: str) -> Iterator[None]:
        self._root.mkdir(parents=True, exist_ok=True)
        with open(self._root / _LOCK, "a+", encoding="utf-8") as handle:
            try:
                # The kernel gives the lock back when its holder dies, however it dies.
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                handle.seek(0)
                raise UsageError(_held(self.location, handle.read())) from None
            handle.truncate(0)
            handle.write(json.dumps({"pid": os.getpid(), "command": purpose}))
            handle.flush()
            try:
                yield
            finally:
                handle.truncate(0)

    def clear_scratch(self) -> None:
        for path in self.walk(_SCRATCH):
            self.delete(path)
        # An export should hold nothing but the export.
        with contextlib.suppress(OSError):
            (self._root / _SCRATCH).rmdir()


def _held(location: str, note: str) -> str:
    holder = "another process"
    with contextlib.suppress(ValueError, KeyError):
        stated = json.loads(note)
        holder = f"`{stated['command']}` (process {stated['pid']})"
    return f"warehouse {location} is being written by {holder}; wait for it or stop it first"


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
