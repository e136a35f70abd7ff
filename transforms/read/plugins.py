"""Formats of others: packages that offer a ``Format`` under the entry-point group ``datamoat.formats``.

What is installed is read from the packages' metadata; a package is imported only when formats are needed. A
plug-in that cannot be used ends the command with one line that names its distribution: a corpus that
silently lacks a format is worse than none.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib.metadata import EntryPoint, PackageNotFoundError, entry_points, version
from typing import Final

from schemas.errors import UsageError
from transforms.read.formats import Format

GROUP: Final = "datamoat.formats"
"""The entry-point group: ``name = "module:FORMAT"``."""

_NAME = re.compile(r"[a-z0-9][a-z0-9-]*")
_EXTENSION = re.compile(r"\.[^\s/\\A-Z]+")


@dataclass(frozen=True, slots=True)
class Plugin:
    """A format and the distribution that brought it."""

    form: Format
    distribution: str


def installed() -> tuple[str, ...]:
    """Returns ``name version`` of each distribution that offers formats; none is imported for it."""
    return tuple(sorted({_origin(entry) for entry in entry_points(group=GROUP)}))


def load_plugins(builtin: Sequence[Format]) -> tuple[Plugin, ...]:
    """Imports the formats of others, in the order of distribution and name.

    Args:
        builtin: Formats whose names are taken.

    Raises:
        UsageError: If one cannot be imported, is no ``Format``, or claims what another has.
    """
    loaded: list[Plugin] = []
    for entry in sorted(entry_points(group=GROUP), key=lambda entry: (_origin(entry), entry.name)):
        form = _load(entry)
        others = [*builtin, *(plugin.form for plugin in loaded)]
        if (problem := _problem(form, others)) is not None:
            raise UsageError(f"{_named(entry)} {problem}")
        loaded.append(Plugin(form, _origin(entry)))
    return tuple(loaded)


def _load(entry: EntryPoint) -> Format:
    try:
        form = entry.load()
    except Exception as error:
        told = str(error).partition("\n")[0]
        raise UsageError(
            f"{_named(entry)} cannot be imported ({type(error).__name__}: {told}); repair or uninstall it"
        ) from error
    if not isinstance(form, Format):
        raise UsageError(f"{_named(entry)}: {entry.value} is a {type(form).__name__}, not a Format")
    return form


def _problem(form: Format, others: Iterable[Format]) -> str | None:
    if not _NAME.fullmatch(form.name) or form.name == "auto":
        return f"is called `{form.name}`; a name is of a-z, 0-9 and hyphens, and not `auto`"
    for extension in form.extensions:
        if not _EXTENSION.fullmatch(extension):
            return f"claims `{extension}`; an extension begins with a dot and is in lower case"
    if not form.extensions and form.sniff is None:
        return "has neither extensions nor `sniff`, so that no file could be of it"
    for other in others:
        if other.name == form.name:
            return f"is called `{form.name}`, as another format is; rename it"
        shared = sorted(set(form.extensions) & set(other.extensions))
        if shared and form.sniff is None:
            return f"claims `{shared[0]}`, which `{other.name}` reads; it must tell its own by `sniff`"
    for library in form.libraries:
        try:
            version(library)
        except PackageNotFoundError:
            return f"names the library `{library}`, which is not installed"
    return None


def _origin(entry: EntryPoint) -> str:
    # An entry point that was found always has its distribution; one that was made by hand has none.
    return f"{entry.dist.name} {entry.dist.version}" if entry.dist else "unknown"


def _named(entry: EntryPoint) -> str:
    return f"format plug-in `{entry.name}` of {_origin(entry)}"
