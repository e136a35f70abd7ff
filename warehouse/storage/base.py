"""The contract of a warehouse's storage: few operations, each safe to repeat.

Paths are relative to the warehouse and use ``/``. A published file is never changed: writing it again
writes the same bytes.
"""

import errno
import tempfile
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import BinaryIO

import pyarrow as pa


class Storage(ABC):
    """A folder of immutable files under one location.

    Attributes:
        location: Absolute folder or URL, as it may be shown and as workers open it again.
    """

    location: str

    @abstractmethod
    def read(self, path: str) -> bytes:
        """Returns a whole file.

        Raises:
            FileNotFoundError: If there is none.
        """

    @abstractmethod
    def open(self, path: str) -> BinaryIO:
        """Opens a file for reading; it can seek."""

    def map(self, path: str) -> pa.NativeFile:
        """Opens a file for many small reads by Arrow: mapped into memory where it is on this machine."""
        return pa.PythonFile(self.open(path), "r")

    @abstractmethod
    def exists(self, path: str) -> bool:
        """Tells whether a file is there."""

    @abstractmethod
    def names(self, folder: str) -> list[str]:
        """Returns the sorted names of the files in a folder; none if there is no such folder."""

    @abstractmethod
    def write(self, path: str, data: bytes) -> None:
        """Writes a file so that it is there whole or not at all."""

    @abstractmethod
    def create(self, path: str, data: bytes) -> bool:
        """Writes a file only if there is none, as one step; returns whether it did."""

    @abstractmethod
    def scratch(self) -> AbstractContextManager[Path]:
        """Gives a local file name to write to; what lies there at the end is deleted."""

    @abstractmethod
    def publish(self, local: Path, path: str) -> None:
        """Makes a finished local file the file at ``path``, durably and as one step."""

    @abstractmethod
    def delete(self, path: str) -> None:
        """Deletes a file if it is there."""

    @abstractmethod
    def uri(self, path: str) -> str:
        """Returns what another program (DuckDB) opens the file by."""

    @abstractmethod
    def lock(self, purpose: str) -> AbstractContextManager[None]:
        """Holds the warehouse for one writer.

        Raises:
            UsageError: If another process holds it; the message says which.
        """

    @abstractmethod
    def clear_scratch(self) -> None:
        """Deletes what killed writers left behind; only for the holder of the lock."""

    @abstractmethod
    def cache(self) -> Path:
        """Returns a local folder, there or not, for what can be made again from the parts at any time.

        It belongs to no snapshot, and nothing is lost when it is deleted.
        """

    @contextmanager
    def derive(self, name: str) -> Iterator[Path]:
        """Gives an empty local folder that becomes the folder ``name`` of the cache, as one step.

        Where another process made it first, or on an error, it is dropped.
        """
        self.cache().mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=self.cache(), prefix=".", ignore_cleanup_errors=True) as folder:
            made = Path(folder) / "made"
            made.mkdir()
            yield made
            try:
                made.rename(self.cache() / name)
            except OSError as error:
                if error.errno not in (errno.EEXIST, errno.ENOTEMPTY):
                    raise

    def walk(self, *folders: str) -> Iterator[str]:
        """Yields the paths of the files in some folders, sorted within each."""
        for folder in folders:
            for name in self.names(folder):
                yield f"{folder}/{name}"
