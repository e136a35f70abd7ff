"""Pairs of texts of which it is known whether one is a near copy of the other.

Some were judged by people, some are known by construction, and some only by their own similarity:

    webis         55 pairs of .gov pages that people judged; 1 to 3 is a copy, 0 is not (Fröbe and others,
                  "The effect of content-equivalent near-duplicates", ECIR 2020)
    mccormick     10 plagiarised articles, and the most alike 100 pairs of the others
    etcd          pages of a documentation and the same page of the version before: a copy where plain word
                  5-grams have a similarity of 0.8, and none below 0.5; what is between is left out
    licences      different licences, of this machine and of the installed packages: no copies, and yet
                  GFDL 1.2 and 1.3 or LGPL 2 and 2.1 differ less than many a copy
    translations  pages and their Chinese translations, which share code and links: no copies; a page that
                  is hardly translated is left out
    stubs         short pages of one form that say which other command an alias stands for: no copies
    edited        pages in several scripts with 1, 2 or 3 of 100 words changed: copies
    clough        answers and the encyclopedia text that students were told to copy from: parts, not copies
    irplag        Java programs and what was made of them by hand, up to another logic: for information
"""

import gzip
import importlib.metadata
import json
import re
import tarfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise
from pathlib import Path
from typing import Any, Final

from benchmarks.chance import Dice, rank

PARTS: Final = frozenset({"clough"})
"""Sets that ask whether the right text is made of parts of the left one."""

_NEIGHBOURS = 100
_TRANSLATIONS = (
    ("J_rust_book", "J_rust_book_zh", r"^src/"),
    ("J_vue_docs_en", "J_vue_docs_zh", r"^src/"),
    ("J_progit_en", "J_progit_zh", r"^book/|^[^/]*$"),
)
_STUB_LANGUAGES = ("pages", "pages.de", "pages.ja", "pages.ko", "pages.th", "pages.zh")
_STUBS = 120
_EDITED = 60
_LONG_ENOUGH = 600  # characters: in a shorter page one edit is more than a share of its words
_SHARES = (0.01, 0.02, 0.03)
_TRANSLATED = 0.2  # of the letters must be Han
_COMMON_LICENCES = Path("/usr/share/common-licenses")
_SAME_LICENCE = {"BSD": "BSD-3-Clause"}  # the name it has there -> the one it has elsewhere

# A word, or as many characters as carry one where no spaces stand.
_WORD = re.compile(
    r"[\u4e00-\u9fff]{1,2}|[\u3041-\u30ff]{1,5}|[\u0e00-\u0e7f]{1,6}"
    r"|[^\W\u0e00-\u0e7f\u3041-\u30ff\u4e00-\u9fff]+"
)


@dataclass(frozen=True, slots=True)
class Pair:
    """Two texts and what is known of them.

    Attributes:
        pair_id: Different for each pair.
        set: Where it comes from: a name of the list above.
        left_text: One text.
        right_text: The other one; of ``PARTS`` the one that may be a part.
        label: Whether they are near copies, or the right one is a part of the left one.
    """

    pair_id: str
    set: str
    left_text: str
    right_text: str
    label: bool


def judged_pairs(data: Path) -> Iterator[Pair]:
    """Yields all pairs; needs the folder with ``samples`` and ``bulk``."""
    for name, pairs in _SETS.items():
        for number, (label, left, right, key) in enumerate(pairs(data)):
            yield Pair(f"{name}/{number:04}/{key}", name, left, right, label)


_Known = Iterator[tuple[bool, str, str, str]]


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    data = path.read_bytes()
    yield from map(json.loads, (gzip.decompress(data) if path.suffix == ".gz" else data).splitlines())


def _webis(data: Path) -> _Known:
    for row in _lines(data / "samples/A_neardup/webis_ecir20_judged_pairs.jsonl.gz"):
        yield row["label"] >= 1, row["left_text"], row["right_text"], row["pair_id"]


def _mccormick(data: Path) -> _Known:
    folder = data / "samples/A_neardup"
    lines = (folder / "mccormick_articles_1000.train").read_text(errors="replace").splitlines()
    texts = dict(line.split(" ", 1) for line in lines if line)
    truth = [
        line.split() for line in (folder / "mccormick_articles_1000.truth").read_text().splitlines() if line
    ]
    for left, right in truth:
        yield True, texts[left], texts[right], f"{left}-{right}"
    copies = {frozenset(pair) for pair in truth}
    words = {key: frozenset(text.lower().split()) for key, text in texts.items()}
    nearest = sorted(
        (-len(words[left] & words[right]) / len(words[left] | words[right]), left, right)
        for left, right in combinations(texts, 2)
        if {left, right} not in copies
    )
    for _, left, right in nearest[:_NEIGHBOURS]:
        yield False, texts[left], texts[right], f"{left}-{right}"


def _etcd(data: Path) -> _Known:
    pages: dict[str, dict[str, str]] = {}
    for row in _lines(data / "samples/A_neardup/silver_etcd_versioned_docs.jsonl.gz"):
        pages.setdefault(row["cluster"], {})[row["version"]] = row["text"]
    for name, versions in sorted(pages.items()):
        for before, after in pairwise(sorted(versions)):
            similarity = plain_jaccard(versions[before], versions[after])
            if versions[before] != versions[after] and not 0.5 <= similarity < 0.8:
                yield similarity >= 0.8, versions[before], versions[after], f"{name}-{after}"


def _licences(data: Path) -> _Known:
    del data
    texts: dict[str, str] = {}
    for path in sorted(_COMMON_LICENCES.glob("*")) if _COMMON_LICENCES.is_dir() else ():
        if not path.is_symlink():
            name = _SAME_LICENCE.get(path.name, path.name)
            texts[name] = path.read_text(errors="replace")
    for package in sorted(importlib.metadata.distributions(), key=lambda package: package.name or ""):
        name = str(package.metadata.json.get("license_expression", ""))
        files = [file for file in package.files or () if file.name.upper().startswith(("LICEN", "COPYING"))]
        if re.fullmatch(r"[\w.-]+", name) and name not in texts and len(files) == 1:
            texts[name] = files[0].read_text()
    for left, right in combinations(sorted(texts), 2):
        yield False, texts[left], texts[right], f"{left}-{right}"


def _translations(data: Path) -> _Known:
    for original, translation, kept in _TRANSLATIONS:
        texts, others = (_members(data, name, kept) for name in (original, translation))
        for name in sorted(texts.keys() & others.keys()):
            letters = re.findall(r"[^\W\d_]", others[name])
            if sum("\u4e00" <= letter <= "\u9fff" for letter in letters) > _TRANSLATED * len(letters):
                yield False, texts[name], others[name], f"{translation}:{name}"


def _stubs(data: Path) -> _Known:
    pages = _members(data, "J_tldr_pages", r"^pages")
    aliases = {name.split("/", 1)[1] for name, text in pages.items() if "alias of" in text}
    for language in _STUB_LANGUAGES:
        named = (f"{language}/{name}" for name in sorted(aliases, key=rank))
        texts = [(name, pages[name]) for name in named if name in pages][:_STUBS]
        # One that says "alias of `a`" beside another that says "alias of `b`".
        for (left, text), (right, other) in pairwise(texts):
            if re.findall("`.*?`", text)[-1:] != re.findall("`.*?`", other)[-1:]:
                yield False, text, other, f"{left}-{right}"


def _edited(data: Path) -> _Known:
    pages = _members(data, "J_tldr_pages", r"^pages")
    for language in _STUB_LANGUAGES:
        names = [
            name
            for name, text in pages.items()
            if name.startswith(f"{language}/") and len(text) > _LONG_ENOUGH
        ]
        for name in sorted(names, key=rank)[:_EDITED]:
            for share in _SHARES:
                copy = edit_words(pages[name], share, Dice("edited", name, str(share)))
                yield True, pages[name], copy, f"{name}-{share:.0%}"


def _clough(data: Path) -> _Known:
    rows = list(_lines(data / "samples/A_neardup/clough_stevenson_tasks_ab.jsonl"))
    sources = {row["task"]: row["text"] for row in rows if row["category"] == "orig"}
    for row in rows:
        if row["category"] != "orig":
            yield (
                row["category"] != "non",
                sources[row["task"]],
                row["text"],
                f"{row['category']}-{row['file']}",
            )


def _irplag(data: Path) -> _Known:
    rows = list(_lines(data / "samples/A_neardup/irplag_java.jsonl"))
    originals = {row["case"]: row["text"] for row in rows if row["kind"] == "original"}
    for row in rows:
        if row["kind"] != "original" and row["case"] in originals:
            copied = row["kind"] == "plagiarized"
            yield copied, originals[row["case"]], row["text"], f"{row['level'] or 'non'}-{row['path']}"


_SETS: dict[str, Callable[[Path], _Known]] = {
    "webis": _webis,
    "mccormick": _mccormick,
    "etcd": _etcd,
    "licences": _licences,
    "translations": _translations,
    "stubs": _stubs,
    "edited": _edited,
    "clough": _clough,
    "irplag": _irplag,
}


def _members(data: Path, archive: str, kept: str) -> dict[str, str]:
    """Reads the pages of an archive whose names match."""
    with tarfile.open(data / "bulk" / f"{archive}.tar.gz") as members:
        return {
            member.name: file.read().decode(errors="replace")
            for member in members
            if member.name.endswith((".md", ".asc")) and re.search(kept, member.name)
            if (file := members.extractfile(member))
        }


def edit_words(text: str, share: float, dice: Dice) -> str:
    """Returns a copy with a share of its words, one at least, replaced, dropped or doubled by another one.

    >>> edit_words("one two three four", 0.25, Dice("here"))
    'one two three two'
    """
    spans = [found.span() for found in _WORD.finditer(text)]
    pieces: list[str] = []
    done = 0
    for place in dice.positions(max(1, round(share * len(spans))), len(spans)):
        start, end = spans[place]
        other = text[slice(*dice.choice(spans))]
        pieces += [text[done:start], dice.choice((other, other, "", f"{other} {text[start:end]}"))]
        done = end
    return "".join(pieces) + text[done:]


def plain_jaccard(left: str, right: str, size: int = 5) -> float:
    """Returns the similarity of the sets of ``size`` words, without any code of this project."""
    first, second = (_runs(re.findall(r"\w+", text.lower()), size) for text in (left, right))
    return len(first & second) / len(first | second)


def _runs(words: Sequence[str], size: int) -> set[tuple[str, ...]]:
    return {tuple(words[start : start + size]) for start in range(max(1, len(words) - size + 1))}
