"""Writes a ``corpus.toml`` from what lies in a folder; its guesses are marked for the owner to check."""

import glob
import json
import os
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import schemas
from pipelines.estimate import UNSUPPORTED, guess_format
from pipelines.licenses import HEAD_CHARS, recognise
from schemas.errors import UsageError
from schemas.records import Fallen
from transforms.read.archives import archive_kind, list_members, open_members
from transforms.read.compression import strip_suffix
from transforms.read.streams import BrokenStream, read_fully
from warehouse.storage.inputs import InputFile, list_files, open_input

CONFIG_NAME = "corpus.toml"
WAREHOUSE_NAME = "warehouse"
SCHEMA_FILE = Path(schemas.__file__).with_name("corpus.schema.json")
"""The JSON Schema of ``corpus.toml``, for editors."""

_LICENSE_FILE = re.compile(r"_*(un)?licen[cs]e([._-].*)?|copying([._-].*)?", re.IGNORECASE)
_LICENSE_DEPTH = 2  # an archive often has one folder around everything
_LICENSE_BYTES = 4 * HEAD_CHARS


@dataclass(frozen=True, slots=True)
class Written:
    """What ``write_config`` did.

    Attributes:
        file: The file it wrote.
        sources: Sources in it.
        todo: Sources whose licence could not be guessed.
    """

    file: str
    sources: int
    todo: int


@dataclass(frozen=True, slots=True)
class _Found:
    """A source as it was found: its patterns, what is in it, and the licences that lie there."""

    name: str
    contributor: str
    patterns: tuple[str, ...]
    formats: Counter[str]
    bytes: int
    licenses: tuple[str, ...]

    @property
    def license(self) -> str | None:
        return self.licenses[0] if len(self.licenses) == 1 else None


def write_config(
    folder: str | os.PathLike[str], output: str | os.PathLike[str] | None = None, *, force: bool = False
) -> Written:
    """Writes a configuration for what lies in a folder.

    Each folder and each archive in it becomes a source, and its loose files together another one.

    Args:
        folder: Where the documents lie.
        output: The file to write, or None for ``corpus.toml`` in the folder.
        force: Overwrite a file.

    Raises:
        UsageError: If there is nothing to read, or the file is there already.
    """
    root = os.path.abspath(folder)
    if not os.path.isdir(root):
        raise UsageError(f"{os.fspath(folder)}: no such folder")
    target = Path(output) if output is not None else Path(folder) / CONFIG_NAME
    if target.exists() and not force:
        raise UsageError(f"{target}: is there already; --force overwrites it")
    if not target.parent.is_dir():
        raise UsageError(f"{target.parent}: no such folder")
    base = os.path.abspath(target.parent)
    found = _scan(root, {os.path.abspath(target), os.path.join(base, WAREHOUSE_NAME)})
    if not found:
        raise UsageError(f"{os.fspath(folder)}: nothing to read there")
    name = _slug(os.path.basename(root), set())
    target.write_text(_render(name, found, base), encoding="utf-8")
    return Written(str(target), len(found), sum(source.license is None for source in found))


def _scan(root: str, without: set[str]) -> list[_Found]:
    above = _folder_licenses(root)
    used: set[str] = set()
    found: list[_Found] = []
    loose: list[InputFile] = []
    for entry in sorted(os.scandir(root), key=lambda entry: entry.name):
        if entry.name.startswith(".") or entry.path in without or not _is_utf8(entry.name):
            continue
        if entry.is_dir():
            files = list_files(entry.path)
            if files:
                licenses = _folder_licenses(entry.path) or above
                names = [name for file in files for name in _names(file)]
                size = sum(file.size for file in files)
                found.append(
                    _source(_slug(entry.name, used), entry.name, [entry.path], names, size, licenses)
                )
        elif entry.is_file():
            [file] = list_files(glob.escape(entry.path))
            if archive_kind(entry.name):
                inner = strip_suffix(entry.name)[0].rpartition(".")[0] or entry.name
                names = _member_names(file)
                licenses = _archive_licenses(file, names)
                pattern = glob.escape(entry.path)
                found.append(_source(_slug(inner, used), inner, [pattern], names, file.size, licenses))
            elif entry.name != CONFIG_NAME:
                loose.append(file)
    if loose:
        name = os.path.basename(root)
        names = [file.path for file in loose]
        size = sum(file.size for file in loose)
        found.append(_source(_slug(name, used), name, _patterns(root, loose), names, size, above))
    return found


def _source(
    name: str,
    contributor: str,
    patterns: Iterable[str],
    names: Iterable[str],
    size: int,
    licenses: Iterable[str],
) -> _Found:
    formats = Counter(guess_format(name) for name in names)
    return _Found(name, contributor, tuple(patterns), formats, size, tuple(sorted(set(licenses))))


def _patterns(root: str, loose: Sequence[InputFile]) -> tuple[str, ...]:
    """Returns patterns that match the loose files and nothing else: by ending where that is enough."""
    patterns: list[str] = []
    names = {file.path for file in loose}
    for name in sorted(names):
        ending = os.path.splitext(name)[1]
        wild = os.path.join(glob.escape(root), f"*{glob.escape(ending)}")
        if ending and {file.path for file in list_files(wild)} <= names:
            patterns.append(wild)
        else:
            patterns.append(os.path.join(root, glob.escape(name)))
    return tuple(dict.fromkeys(patterns))


def _folder_licenses(folder: str) -> list[str]:
    names = sorted(name for name in os.listdir(folder) if _LICENSE_FILE.fullmatch(name))
    paths = [os.path.join(folder, name) for name in names]
    found = []
    for path in filter(os.path.isfile, paths):
        try:
            with open_input(*os.path.split(path)) as stream:
                found.append(_recognised(stream.read(_LICENSE_BYTES)))
        except OSError:
            continue
    return [license_id for license_id in found if license_id]


def _archive_licenses(file: InputFile, names: Sequence[str]) -> list[str]:
    numbers = [
        (name.count("/"), number)
        for number, name in enumerate(names)
        if name.count("/") < _LICENSE_DEPTH and _LICENSE_FILE.fullmatch(name.rpartition("/")[2])
    ]
    shallowest = min((depth for depth, _ in numbers), default=0)
    found = [_member_license(file, number) for depth, number in numbers if depth == shallowest]
    return [license_id for license_id in found if license_id]


def _member_license(file: InputFile, number: int) -> str | None:
    with open_input(file.root, file.path) as stream:
        for member in open_members(stream, file.path, number, number + 1):
            if not isinstance(member, Fallen):
                try:
                    return _recognised(read_fully(member[1], _LICENSE_BYTES))
                except BrokenStream:
                    return None
    return None


def _recognised(raw: bytes) -> str | None:
    return recognise(raw.decode("utf-8", "replace"))


def _member_names(file: InputFile) -> list[str]:
    try:
        with open_input(file.root, file.path) as stream:
            return [found.name for found in list_members(stream, file.path) if not isinstance(found, Fallen)]
    except OSError:
        return []


def _names(file: InputFile) -> list[str]:
    return _member_names(file) if archive_kind(file.path) else [file.path]


def _slug(name: str, used: set[str]) -> str:
    """Returns a source name made of a file name; with a number if it was used before."""
    plain = re.sub(r"[^A-Za-z0-9._-]+", "-", name).strip("-._") or "source"
    slug, count = plain, 1
    while slug in used:
        count += 1
        slug = f"{plain}-{count}"
    used.add(slug)
    return slug


def _is_utf8(name: str) -> bool:
    # A file name that is no UTF-8 cannot be written down in TOML.
    return not any("\ud800" <= char <= "\udfff" for char in name)


def _render(name: str, found: Sequence[_Found], base: str) -> str:
    head = f"""\
#:schema {SCHEMA_FILE.as_uri()}
# What goes into the corpus, who gave it, and under which terms. Contributors are guessed from the
# names of folders and archives, licences from LICENSE files in them: check both.
#
#   datamoat plan  corpus.toml    what would be read, and what it would take
#   datamoat build corpus.toml    reads it

[corpus]
name = {_quoted(name)}
warehouse = {_quoted(WAREHOUSE_NAME)}         # relative to this file, or a URL such as s3://…

[language]
detector = "cascade"            # or "fasttext", "langdetect"
# keep = ["en", "de"]           # without it, all languages stay

[quality]
preset = "none"                 # only measures; "gopher", "c4", "fineweb" refuse: docs/quality.md

[dedup]
threshold = 0.72                # Jaccard similarity from which a document is a near duplicate
"""
    return head + "".join(_render_source(source, base) for source in found)


def _render_source(source: _Found, base: str) -> str:
    counts = sorted(source.formats.items(), key=lambda item: (item[0] == UNSUPPORTED, -item[1], item[0]))
    held = ", ".join(f"{count:,} {form}" for form, count in counts) or "nothing that can be listed"
    if source.license:
        terms = f"{_quoted(source.license)}  # from a licence file that lies there"
    else:
        several = f": several licence files say {', '.join(source.licenses)}" if source.licenses else ""
        terms = f'"NOASSERTION"  # TODO an SPDX licence{several}'
    paths = [_quoted(_relative(pattern, base)) for pattern in source.patterns]
    listed = f"[{paths[0]}]" if len(paths) == 1 else "[\n    " + ",\n    ".join(paths) + ",\n]"
    return f"""
[[source]]                      # {source.bytes / 1e6:,.1f} MB: {held}
name = {_quoted(source.name)}
contributor = {_quoted(source.contributor)}
license = {terms}
paths = {listed}
"""


def _relative(pattern: str, base: str) -> str:
    inside = pattern.startswith(base.rstrip("/") + "/")
    return os.path.relpath(pattern, base) if inside else pattern


def _quoted(text: str) -> str:
    # A JSON string is a TOML string, but for the delete character.
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
