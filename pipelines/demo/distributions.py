"""The installed distributions, and which of their files are documentation.

Documentation is the README in ``METADATA``, licence and notice files, and ``.md .rst .txt .html`` files
of the package. Left out: the lists that installers write for machines (``top_level.txt``,
``entry_points.txt``, ``dependency_links.txt``, ``SOURCES.txt`` …), files in test folders, which are test
data, and files outside of the folder that packages are installed to.
"""

import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from email import message_from_string
from email.message import Message
from importlib.metadata import Distribution
from pathlib import PurePosixPath

from pipelines.demo.licenses import StatedLicense, stated_license

_OURSELVES = "datamoat"
_SUFFIXES = frozenset({".md", ".rst", ".txt", ".html", ".htm"})
_LEGAL = re.compile(r"(LICEN[CS]ES?|COPYING|NOTICES?|AUTHORS|COPYRIGHT)([-._].*)?", re.IGNORECASE)
_MACHINE_LISTS = frozenset(
    {
        "dependency_links.txt",
        "entry_points.txt",
        "eager_resources.txt",
        "namespace_packages.txt",
        "requires.txt",
        "SOURCES.txt",
        "top_level.txt",
    }
)
_TEST_FOLDERS = frozenset({"test", "tests", "testing", "testdata", "test_data"})
_URL_LABELS = ("homepage", "home", "source", "sourcecode", "repository", "github", "documentation")


@dataclass(frozen=True, slots=True)
class Documentation:
    """What an installed distribution brings along.

    Attributes:
        source: Its name in the normal form of PEP 503, which is also a valid name of a source.
        contributor: Its name as its metadata spells it.
        license: What its metadata says about its licence.
        url: Where it comes from, or None.
        root: Absolute folder that it is installed to.
        paths: Its documentation, relative to the root, with ``/``, sorted.
    """

    source: str
    contributor: str
    license: StatedLicense
    url: str | None
    root: str
    paths: tuple[str, ...]


def documentation(distributions: Iterable[Distribution]) -> list[Documentation]:
    """Returns what installed distributions bring along, sorted by source.

    Where a name occurs twice, the first distribution counts, as it does for ``import``. A file that
    several distributions claim belongs to the first of them by name, so each file has one source.

    Args:
        distributions: As ``importlib.metadata.distributions()`` gives them; ours is left out.
    """
    first: dict[str, tuple[Distribution, Message]] = {}
    for distribution in distributions:
        metadata = _metadata(distribution)
        name = source_name(metadata["Name"] or "")
        if name and name != _OURSELVES:
            first.setdefault(name, (distribution, metadata))
    taken: set[str] = set()
    found = (_document(name, *first[name], taken) for name in sorted(first))
    return [each for each in found if each.paths]


def source_name(name: str) -> str:
    """Returns a distribution's name as a name of a source (PEP 503: lower case, ``-`` between words).

    >>> source_name("Zope.Interface"), source_name("_private lib!")
    ('zope-interface', 'private-lib')
    """
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")


def is_documentation(path: str) -> bool:
    """Tells whether a file of a distribution's RECORD is documentation.

    >>> is_documentation("pkg/docs/usage.rst"), is_documentation("pkg-1.0.dist-info/top_level.txt")
    (True, False)
    """
    place = PurePosixPath(path)
    if place.is_absolute() or ".." in place.parts:
        return False
    if place.parts[0].endswith(".dist-info"):
        return _is_about(place)
    if _TEST_FOLDERS.intersection(part.lower() for part in place.parts[:-1]):
        return False
    if place.suffix.lower() in _SUFFIXES:
        return True
    # LICENSE and LICENSE.APACHE, but not license.py
    return bool(_LEGAL.fullmatch(place.name)) and (not place.suffix or place.suffix.isupper())


def _is_about(place: PurePosixPath) -> bool:
    """Tells it for a file of the distribution's ``.dist-info`` folder."""
    if place.parts[1:] == ("METADATA",):
        return True
    if place.name in _MACHINE_LISTS:
        return False
    legal = len(place.parts) > 2 and place.parts[1].lower() in ("licenses", "license_files")
    return legal or bool(_LEGAL.fullmatch(place.name)) or place.suffix.lower() in _SUFFIXES


def _metadata(distribution: Distribution) -> Message:
    """Returns the metadata, parsed once; empty where there is none or it is not UTF-8."""
    try:
        text = distribution.read_text("METADATA")
    except UnicodeDecodeError:
        text = None
    return message_from_string(text or "")


def _document(name: str, distribution: Distribution, metadata: Message, taken: set[str]) -> Documentation:
    root = os.path.abspath(str(distribution.locate_file("")))
    return Documentation(
        source=name,
        contributor=" ".join(metadata["Name"].split()),
        license=stated_license(metadata),
        url=_url(metadata),
        root=root,
        paths=tuple(_paths(distribution, root, taken)),
    )


def _paths(distribution: Distribution, root: str, taken: set[str]) -> Iterator[str]:
    for path in sorted({entry.as_posix() for entry in distribution.files or ()}):
        # One installation may be reached by two names (lib64 is a link to lib).
        real = os.path.realpath(os.path.join(root, path))
        if is_documentation(path) and _is_text(path) and real not in taken and os.path.isfile(real):
            taken.add(real)
            yield path


def _is_text(path: str) -> bool:
    try:
        path.encode()
    except UnicodeEncodeError:  # bytes that are not UTF-8: a configuration cannot name the file
        return False
    return True


def _url(metadata: Message) -> str | None:
    home = (metadata["Home-page"] or "").strip()
    if home.startswith("http"):
        return str(home)
    stated: dict[str, str] = {}
    for line in metadata.get_all("Project-URL") or []:
        label, _, url = line.partition(",")
        if url.strip().startswith("http"):
            stated.setdefault(re.sub(r"[^a-z]", "", label.lower()), url.strip())
    return next(
        (stated[label] for label in _URL_LABELS if label in stated), next(iter(stated.values()), None)
    )
