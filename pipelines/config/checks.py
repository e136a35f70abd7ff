"""What the tables of ``corpus.toml`` cannot know of one another and of the disk.

Names given twice, unknown formats, environment variables, paths that match nothing, files that belong to
two sources, and a warehouse that would read itself.
"""

import os
from collections.abc import Iterable, Sequence
from dataclasses import replace

from pipelines.config.mistakes import Mistake, Place
from pipelines.config.model import CorpusTable, SourceTable
from pipelines.config.names import hint
from pipelines.config.paths import absolute, expand, is_inside, reaches
from warehouse.storage.inputs import InputFile, list_files, root_of

Owners = dict[str, tuple[str, str]]
"""Real name of a file -> the source it belongs to, and its path there."""

_SCHEMES = ("file", "s3", "gs", "az")


class Check:
    """Collects the mistakes; what it returns is usable only if there are none.

    Attributes:
        mistakes: What was found so far.
    """

    def __init__(self, folder: str, formats: Sequence[str]) -> None:
        self.mistakes: list[Mistake] = []
        self._folder = folder
        self._formats = formats
        self._real_folders: dict[str, str] = {}

    def warehouse(self, corpus: CorpusTable | None) -> str | None:
        """Returns the warehouse's absolute location, or None if it is not to be had."""
        if corpus is None:
            return None
        place = ("corpus", "warehouse")
        location = self.location(place, corpus.warehouse)
        scheme, separator, _ = (location or "").partition("://")
        if separator and scheme not in _SCHEMES:
            known = ", ".join(f"{name}:" for name in _SCHEMES)
            self.add(place, f"`{scheme}:` is not a place for a warehouse; it is a folder, or one of {known}")
            return None
        if location and os.path.exists(location) and not os.path.isdir(location):
            self.add(place, f"{location} is a file; a warehouse is a folder")
        return location

    def sources(
        self, sources: Sequence[tuple[int, SourceTable]], warehouse: str | None
    ) -> dict[str, tuple[InputFile, ...]]:
        """Returns each source's files, sorted by path.

        Args:
            sources: With their places in the file, from 1.
            warehouse: Its absolute location, if known.
        """
        self._names(sources)
        owners: Owners = {}
        listing: dict[str, tuple[InputFile, ...]] = {}
        for index, source in sources:
            if source.format not in self._formats:
                message = f"unknown format `{source.format}`" + hint(source.format, self._formats)
                self.add(("source", index, "format"), message)
            files = self._files(index, source, warehouse)
            self._owned_once(index, source, files, owners)
            listing[source.name] = tuple(sorted(files, key=lambda file: file.path))
        return listing

    def add(self, place: Place, message: str) -> None:
        """Notes a mistake."""
        self.mistakes.append(Mistake(place, message))

    def _names(self, sources: Iterable[tuple[int, SourceTable]]) -> None:
        first: dict[str, int] = {}
        for index, source in sources:
            if first.setdefault(source.name, index) != index:
                message = f"`{source.name}` is the name of source.{first[source.name]} too"
                self.add(("source", index, "name"), message)

    def location(self, place: Place, text: str, folder: str | None = None) -> str | None:
        """Returns a path absolute and with its variables filled in, or None where that is a mistake."""
        try:
            return absolute(expand(text, os.environ), folder or self._folder)
        except ValueError as error:
            self.add(place, str(error))
            return None

    def _files(self, index: int, source: SourceTable, warehouse: str | None) -> list[InputFile]:
        """Returns the files of a source, each once, whatever number of its patterns match it."""
        found: dict[str, InputFile] = {}
        root = None
        if source.root is not None:
            root = self.location(("source", index, "root"), source.root)
            if root is None:
                return []
        for number, text in enumerate(source.paths, 1):
            place = ("source", index, "paths", number)
            pattern = self.location(place, text, root)
            if pattern is None or (warehouse and self._entangled(place, pattern, warehouse)):
                continue
            if root is not None and not is_inside(pattern, root):
                self.add(place, f"`{pattern}` lies outside of the root {root}")
                continue
            files = self.listed(place, pattern, root)
            for file in files or ():
                other = found.setdefault(file.path, file)
                if other.root != file.root:
                    self.add(place, _two_roots(source.name, file, other))
                    break
            if files is not None and not files:
                self.add(place, f"`{pattern}` matches no file")
        return list(found.values())

    def listed(self, place: Place, pattern: str, root: str | None = None) -> list[InputFile] | None:
        """Returns the files that a pattern matches, or None where that is a mistake."""
        try:
            files = list_files(pattern)
            return files if root is None else [_named_from(root, file) for file in files]
        except (OSError, ImportError, ValueError) as error:
            # A URL whose store is unknown, not installed or not to be reached.
            self.add(place, f"`{pattern}` cannot be listed: {error}")
            return None

    def _entangled(self, place: Place, pattern: str, warehouse: str) -> bool:
        root, target = self.real(root_of(pattern)), self.real(warehouse)
        if is_inside(root, target):
            self.add(place, f"lies inside the warehouse {warehouse}")
            return True
        if reaches(root + pattern[len(root_of(pattern)) :], target) and not os.path.isfile(pattern):
            self.add(place, f"the warehouse {warehouse} lies inside this source; move one of them")
            return True
        return False

    def _owned_once(
        self, index: int, source: SourceTable, files: Iterable[InputFile], owners: Owners
    ) -> None:
        """Notes whose each file is; one line for each pair of sources that share any."""
        shared: dict[str, list[str]] = {}
        for file in files:
            name = f"{self.real(file.root)}/{file.path}"
            owner, path = owners.setdefault(name, (source.name, file.path))
            if owner != source.name:
                shared.setdefault(f"also belongs to source `{owner}`; a file has one source", []).append(name)
            elif path != file.path:
                both = f"is matched by two paths, as `{path}` and as `{file.path}`; a file is read once"
                shared.setdefault(both, []).append(name)
        for message, names in shared.items():
            more = f" and {len(names) - 1} more" if len(names) > 1 else ""
            self.add(("source", index, "paths"), f"{min(names)}{more} {message}")

    def real(self, location: str) -> str:
        """Returns where a folder really is: the same file must not come in by a link as another."""
        if "://" in location:
            return location
        if location not in self._real_folders:
            self._real_folders[location] = os.path.realpath(location)
        return self._real_folders[location]


def _named_from(root: str, file: InputFile) -> InputFile:
    """Returns a file that lies in a root, with its path relative to that."""
    return replace(file, root=root, path=f"{file.root}/{file.path}".removeprefix(root).lstrip("/"))


def _two_roots(source: str, file: InputFile, other: InputFile) -> str:
    return (
        f"{file.root} and {other.root} both hold `{file.path}`, so it would have one id twice; "
        f"name a folder above both, or make `{source}` two sources"
    )
