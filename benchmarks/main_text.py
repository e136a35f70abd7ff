"""How well and how fast is the main text of pages found, next to others? Prints tables.

    python benchmarks/main_text.py --data DIR [--half test|tuning|all] [--speed N] [--only NAME …]

DIR is the folder with ``samples`` and ``bulk``. F1 by ``benchmarks.html_gold``; "segments" is trafilatura's
own set, sentences that must or must not be in the text. Speed: CPU seconds for every N-th page of
``I_web_html_pages``, the middle of three rounds in which all take turns. The others get the page as text,
decoded by us; ours pays for that and for title, author, date and layout as well. Limits were chosen on the
half "tuning" (by the SHA-1 of the page's name). readability-lxml and jusText take part if installed.
"""

import argparse
import sys
import tarfile
import time
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from statistics import median
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.html_gold import Page, load, page_counts, score
from schemas.records import Extracted
from transforms.read import html
from transforms.read.decode import decode
from transforms.read.formats import ExtractOptions

EXTRACTORS = ("blocks", "trafilatura")


def as_text(raw: bytes) -> str:
    """Returns a page as text, as our reader decodes it."""
    found = decode(raw, html.declared_encoding(raw))
    return found[0] if isinstance(found, tuple) else raw.decode("latin-1")


def ours(name: str) -> Callable[[bytes, str], str]:
    """Returns one of our extractors."""

    def run(raw: bytes, _: str) -> str:
        found = html.extract(raw, ExtractOptions(html_extractor=name))
        return found.text if isinstance(found, Extracted) else ""

    return run


def trafilatura(**options: Any) -> Callable[[bytes, str], str]:
    """Returns trafilatura, with comments off."""
    from trafilatura import extract

    return lambda _, page: extract(page, include_comments=False, **options) or ""


def resiliparse(_: bytes, page: str) -> str:
    """Runs resiliparse's extractor with links, pictures and comments off."""
    from resiliparse.extract.html2text import extract_plain_text

    return str(extract_plain_text(page, main_content=True, links=False, alt_texts=False, comments=False))


def readability(_: bytes, page: str) -> str:
    """Runs readability-lxml and takes the text of the HTML that it gives."""
    import lxml.html
    from readability import Document

    return str(lxml.html.fromstring(Document(page).summary()).text_content())


def justext(_: bytes, page: str) -> str:
    """Runs jusText with its English stop words, as there is no telling the language before."""
    from justext import get_stoplist
    from justext import justext as run

    return "\n".join(each.text for each in run(page, get_stoplist("English")) if not each.is_boilerplate)


def extractors() -> dict[str, Callable[[bytes, str], str]]:
    """Returns all that are there, by name."""
    found = {f"datamoat {name}": ours(name) for name in EXTRACTORS}
    found["trafilatura"] = trafilatura()
    found["trafilatura fast"] = trafilatura(fast=True)
    found["trafilatura precision"] = trafilatura(favor_precision=True)
    found["trafilatura recall"] = trafilatura(favor_recall=True)
    found["resiliparse"] = resiliparse
    if find_spec("readability"):
        found["readability-lxml"] = readability
    if find_spec("justext"):
        found["justext English"] = justext
    return found


def attempt(run: Callable[[bytes, str], str], raw: bytes, page: str) -> str:
    """Runs an extractor; what it raises counts as no text."""
    try:
        return run(raw, page)
    except Exception:  # a page that it cannot read is a page without text
        return ""


def measure(name: str, pages: list[Page], found: dict[str, Callable[[bytes, str], str]]) -> dict[str, float]:
    """Prints a table of precision, recall and F1 on a set; returns F1 by extractor."""
    print(f"\n{name}: {len(pages)} pages")
    print(f"  {'':24}{'precision':>10}{'recall':>9}{'F1':>8}")
    results = {}
    texts = [as_text(page.raw) for page in pages]
    for extractor, run in found.items():
        counts = [
            page_counts(page, attempt(run, page.raw, text)) for page, text in zip(pages, texts, strict=True)
        ]
        result = score(counts, segments=name == "segments")
        results[extractor] = result.f1
        print(f"  {extractor:24}{result.precision:10.3f}{result.recall:9.3f}{result.f1:8.3f}")
    return results


def speed(pages: list[bytes], found: dict[str, Callable[[bytes, str], str]]) -> dict[str, float]:
    """Prints pages and megabytes a CPU second; returns pages a second by extractor."""
    texts = [as_text(raw) for raw in pages]
    size = sum(map(len, pages)) / 1e6
    print(f"\nspeed: {len(pages)} pages, {size:.1f} MB")
    spent: dict[str, list[float]] = {name: [] for name in found}
    for _ in range(3):
        for name, run in found.items():
            began = time.process_time()
            for raw, text in zip(pages, texts, strict=True):
                attempt(run, raw, text)
            spent[name].append(time.process_time() - began)
    print(f"  {'':24}{'pages/s':>10}{'MB/s':>9}")
    for name, seconds in spent.items():
        print(f"  {name:24}{len(pages) / median(seconds):10,.0f}{size / median(seconds):9.2f}")
    return {name: len(pages) / median(seconds) for name, seconds in spent.items()}


def web_pages(archive: Path, every: int) -> list[bytes]:
    """Returns every n-th page of an archive of pages."""
    pages = []
    with tarfile.open(archive) as members:
        wanted = [member for member in members if member.name.endswith((".html", ".htm"))][::every]
        for member in wanted:
            stream = members.extractfile(member)
            if stream:
                pages.append(stream.read())
    return pages


def main() -> None:
    """Measures and prints."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    arguments.add_argument("--data", type=Path, required=True)
    arguments.add_argument("--half", choices=("test", "tuning", "all"), default="test")
    arguments.add_argument(
        "--speed", type=int, default=4, metavar="N", help="every N-th page; 0 measures none"
    )
    arguments.add_argument("--only", nargs="*", help="extractors whose name contains one of these")
    options = arguments.parse_args()
    found = {
        name: run
        for name, run in extractors().items()
        if not options.only or any(o in name for o in options.only)
    }
    f1: dict[str, dict[str, float]] = {}
    for name, pages in load(options.data / "samples/B_html_gold").items():
        chosen = [
            page for page in pages if options.half == "all" or page.tuning == (options.half == "tuning")
        ]
        f1[name] = measure(name, chosen, found)
    rates = {}
    if options.speed:
        rates = speed(web_pages(options.data / "bulk/I_web_html_pages.tar.gz", options.speed), found)
    print(f"\nF1: {'':20}" + "".join(f"{name[:12]:>13}" for name in f1) + f"{'mean':>8}{'pages/s':>9}")
    for extractor in found:
        row = [values[extractor] for values in f1.values()]
        print(
            f"  {extractor:22}" + "".join(f"{value:13.3f}" for value in row)
            + f"{sum(row) / len(row):8.3f}{rates.get(extractor, 0):9,.0f}"
        )  # fmt: skip


if __name__ == "__main__":
    main()
