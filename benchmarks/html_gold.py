r"""Pages whose main text people marked, and how near an extractor's text comes to it.

The measure is that of scrapinghub's article extraction benchmark: overlap of the multisets of 4-grams of
``\w+`` tokens, precision and recall averaged over the pages, F1 of these averages.
"""

import gzip
import hashlib
import json
import re
import tarfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import lxml.html

NGRAM = 4
_TOKEN = re.compile(r"\w+")
_COMMENTS = "!@#$%^&*()"  # dragnet's line before the comments of readers
_MARK = re.compile(r"<(?:h|p|l)>", re.IGNORECASE)
_WRAPPER = re.compile(rb"\A\s*<text [^>]*>")
_BLOCKS = {"p", "div", "li", "h1", "h2", "h3", "h4", "h5", "h6", "td", "th", "tr", "br", "pre", "blockquote"}


@dataclass(frozen=True, slots=True)
class Page:
    """A page of a gold set.

    Attributes:
        name: Set and number.
        raw: The page.
        gold: Its main text; "" where only segments are known.
        wanted: Segments that must be in the text.
        unwanted: Segments that must not.
    """

    name: str
    raw: bytes
    gold: str = ""
    wanted: tuple[str, ...] = ()
    unwanted: tuple[str, ...] = ()

    @property
    def tuning(self) -> bool:
        """True for the half by which limits may be chosen; the figures are of the other."""
        return hashlib.sha1(self.name.encode(), usedforsecurity=False).digest()[0] < 128


def load(folder: Path) -> dict[str, list[Page]]:
    """Returns the pages of each set in ``B_html_gold``."""
    return {
        "scrapinghub": list(_scrapinghub(_files(folder / "scrapinghub_aeb.tar.gz"))),
        "cleaneval": list(_pairs("cleaneval", _files(folder / "cleaneval_dev.tar.gz"))),
        "cleanportaleval": list(_pairs("cleanportaleval", _files(folder / "cleanportaleval.tar.gz"))),
        "dragnet": list(_pairs("dragnet", _files(folder / "dragnet_sample.tar.gz"))),
        "readability": list(_readability(_files(folder / "mozilla_readability_pages.tar.gz"))),
        "segments": list(_segments(_files(folder / "trafilatura_eval.tar.gz"))),
    }


def _files(archive: Path) -> dict[str, bytes]:
    found = {}
    with tarfile.open(archive) as members:
        for member in members:
            stream = members.extractfile(member) if member.isfile() else None
            if stream:
                found[member.name] = stream.read()
    return found


def _scrapinghub(files: dict[str, bytes]) -> Iterator[Page]:
    for key, row in sorted(json.loads(files["ground-truth.json"]).items()):
        yield Page(f"scrapinghub/{key}", gzip.decompress(files[f"html/{key}.html.gz"]), row["articleBody"])


def _pairs(name: str, files: dict[str, bytes]) -> Iterator[Page]:
    for path, raw in sorted(files.items()):
        if not path.startswith("input/"):
            continue
        gold = files[path.replace("input/", "gold/").removesuffix(".html") + ".txt"].decode(
            "utf-8", "replace"
        )
        if name == "dragnet":
            gold = gold.partition(_COMMENTS)[0]
        else:
            gold = _MARK.sub(
                "", gold.partition("\n")[2] if gold.lstrip("\ufeff").startswith("URL:") else gold
            )
        yield Page(f"{name}/{path[6:]}", _WRAPPER.sub(b"", raw), gold)


def _readability(files: dict[str, bytes]) -> Iterator[Page]:
    for path, raw in sorted(files.items()):
        if path.endswith("/source.html"):
            folder = path.removesuffix("source.html")
            yield Page(f"readability/{folder}", raw, _text(files[f"{folder}expected.html"]))


def _text(raw: bytes) -> str:
    """Returns the text of a clean page, with white space between its blocks."""
    tree = lxml.html.fromstring(raw.decode("utf-8", "replace"))
    for element in tree.iter(*_BLOCKS):
        element.tail = "\n" + (element.tail or "")
        element.text = "\n" + (element.text or "")
    return str(tree.text_content())


def _segments(files: dict[str, bytes]) -> Iterator[Page]:
    for row in json.loads(files["evaldata.json"]).values():
        page = f"html/{row['file']}"
        if page in files:
            yield Page(f"segments/{row['file']}", files[page], "", tuple(row["with"]), tuple(row["without"]))


def shingles(text: str) -> Counter[tuple[str, ...]]:
    """Returns the 4-grams of a text; a shorter text is one of its own."""
    tokens = _TOKEN.findall(text)
    count = max(1, len(tokens) - NGRAM + 1)
    return Counter(tuple(tokens[i : i + NGRAM]) for i in range(count)) if tokens else Counter()


@dataclass(frozen=True, slots=True)
class Score:
    """Precision, recall and F1, between 0 and 1."""

    precision: float
    recall: float
    f1: float


def page_counts(page: Page, text: str) -> tuple[int, int, int]:
    """Returns what is right, what is too much and what is missing: 4-grams, or segments."""
    if not page.gold:
        flat = " ".join(text.split())
        right = sum(" ".join(segment.split()) in flat for segment in page.wanted)
        wrong = sum(" ".join(segment.split()) in flat for segment in page.unwanted)
        return right, wrong, len(page.wanted) - right
    gold, found = shingles(page.gold), shingles(text)
    right = (gold & found).total()
    return right, found.total() - right, gold.total() - right


def score(counts: Sequence[tuple[int, int, int]], *, segments: bool = False) -> Score:
    """Returns the measures over pages: averages of the pages, or with ``segments`` over all segments."""
    if segments:
        right, wrong, missing = (sum(column) for column in zip(*counts, strict=True))
        precision, recall = right / max(1, right + wrong), right / max(1, right + missing)
    else:
        precision = _mean([right / (right + wrong) for right, wrong, _ in counts if right + wrong])
        recall = _mean([right / (right + missing) for right, _, missing in counts if right + missing])
    both = precision + recall
    return Score(precision, recall, 2 * precision * recall / both if both else 0.0)


def _mean(values: list[float]) -> float:
    return sum(values) / len(values) if values else 0.0
