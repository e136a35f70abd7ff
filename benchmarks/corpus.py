"""Makes the corpus that the benchmarks run on: real texts, and edited copies that are known.

    python benchmarks/corpus.py OUT.jsonl --data DIR                       40,000 documents
    python benchmarks/corpus.py OUT.jsonl --data DIR --bytes 1GB           as many as fill the file
    python benchmarks/corpus.py OUT.jsonl --data DIR --documents 1000000

The first 40,000 documents are the texts of the archives ``DIR/bulk/J_*.tar.gz`` and ``I_*.tar.gz`` (tldr
pages: 2,000), filled up with copies: exact ones, ones with 1 to 10 % of their words edited, and texts
inside of other texts. After them come texts put together from paragraphs of one source and language, as
long as a real text, every eighth an edited copy of one of them. A smaller corpus is the beginning of the
larger one, and its beginning is a fair sample. Nothing depends on the machine or the run.

A row has ``id``, ``text``, ``source``, ``copy_of`` (id of the original, or null) and ``edit`` (its kind).
Memory is bounded: texts lie in a temporary file beside OUT.
"""

import argparse
import statistics
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from itertools import islice
from pathlib import Path

import orjson

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.chance import Dice, rank
from benchmarks.edits import KINDS, edited, jaccard, words
from benchmarks.spool import Entry, Paragraphs, Spool
from benchmarks.texts import Text, archive_texts, archives, language_of

REAL_DOCUMENTS = 40_000
"""Documents of the corpus that is made of real texts and their copies."""

_MIN_WORDS = 50  # of a text that is copied: below, 1 % of the words is none
_COPY_EVERY = 8  # of the recombined texts, one is a copy
_MIN_PARAGRAPHS = 500  # of a source and language whose paragraphs are recombined
_SIZES = {"kb": 10**3, "mb": 10**6, "gb": 10**9}
_SAMPLE = 100  # copies a kind whose similarity is measured


@dataclass(frozen=True, slots=True)
class Row:
    """A document of the corpus."""

    id: str
    text: str
    source: str
    copy_of: str | None = None
    edit: str | None = None


def collect(spool: Spool, texts: Iterator[Text]) -> None:
    """Writes the real texts to the spool, each with its language."""
    for text in texts:
        spool.add(f"{text.source}/{text.name}", text.source, language_of(text.text), text.text)


def real_rows(spool: Spool, documents: int) -> Iterator[Row]:
    """Yields the real texts and their copies, ``documents`` in all, in an order without a pattern."""
    chosen = sorted(spool.entries, key=lambda entry: rank("order", entry.name))[:documents]
    copies = _copies(spool, chosen, documents - len(chosen))
    jobs: list[tuple[bytes, Callable[[], Row]]] = [
        (rank("row", entry.name), _original(spool, entry)) for entry in chosen
    ]
    jobs.extend((rank("row", name), make) for name, make in copies)
    for _, make in sorted(jobs, key=lambda job: job[0]):
        yield make()


def recombined_rows(spool: Spool) -> Iterator[Row]:
    """Yields texts put together from paragraphs, and edited copies of them, without end."""
    groups: dict[tuple[str, str], Paragraphs] = {}
    for entry in spool.entries:
        groups.setdefault((entry.source, entry.language), Paragraphs()).add(spool, entry)
    models = [
        entry for entry in spool.entries if len(groups[entry.source, entry.language]) >= _MIN_PARAGRAPHS
    ]
    if not models:
        raise ValueError("too few paragraphs of any source and language to put texts together")
    number = 0
    while True:
        if number % _COPY_EVERY < _COPY_EVERY - 1:
            yield _recombined(spool, models, groups, number)
        else:
            dice = Dice("recombined copy", number)
            # The numbers just before and the copies themselves are no originals.
            original = dice.below(number // _COPY_EVERY + 1) * _COPY_EVERY + dice.below(_COPY_EVERY - 1)
            source = _recombined(spool, models, groups, original)
            frame = _recombined(spool, models, groups, dice.below(number))
            kind = KINDS[number // _COPY_EVERY % len(KINDS)]
            text = edited(source.text, kind, frame.text, dice)
            yield Row(f"recombined/{number}", text, source.source, source.id, kind)
        number += 1


def size_of(text: str) -> int:
    """Returns a number of bytes as people write it.

    >>> size_of("1GB"), size_of("50 MB"), size_of("1000")
    (1000000000, 50000000, 1000)
    """
    plain = text.strip().lower().replace("_", "")
    factor = next((value for unit, value in _SIZES.items() if plain.endswith(unit)), 1)
    return int(float(plain.rstrip("kmgb ")) * factor)


def make_corpus(
    out: Path,
    texts: Iterator[Text],
    documents: int | None = None,
    size: int | None = None,
    real: int = REAL_DOCUMENTS,
) -> "Tally":
    """Writes the corpus as JSONL.

    Args:
        out: The file.
        texts: The real texts.
        documents: How many rows; by default ``real``, or no limit where ``size`` is given.
        size: Bytes of the file; it ends with the row that reaches them.
        real: Rows that are real texts and their copies.
    """
    if documents is None and size is None:
        documents = real
    tally = Tally()
    with tempfile.TemporaryDirectory(dir=out.parent) as scratch, out.open("wb") as file:
        spool = Spool(Path(scratch) / "texts")
        try:
            collect(spool, texts)
            tally.languages.update(entry.language for entry in spool.entries)
            for row in islice(_rows(spool, real), documents):
                line = orjson.dumps(asdict(row)) + b"\n"
                file.write(line)
                tally.add(row, len(line))
                if size is not None and tally.file_bytes >= size:
                    break
        finally:
            spool.close()
    return tally


class Tally:
    """What a corpus consists of."""

    def __init__(self) -> None:
        self.documents = 0
        self.text_bytes = 0
        self.file_bytes = 0
        self.sources: Counter[str] = Counter()
        self.languages: Counter[str] = Counter()
        self.kinds: Counter[str] = Counter()
        self._lengths: list[int] = []

    def add(self, row: Row, line_bytes: int) -> None:
        """Counts a row."""
        size = len(row.text.encode("utf-8", "replace"))
        self.documents += 1
        self.text_bytes += size
        self.file_bytes += line_bytes
        self.sources[row.source] += 1
        self.kinds[row.edit or "original"] += 1
        if self.documents <= REAL_DOCUMENTS:
            self._lengths.append(size)

    def report(self) -> str:
        """Returns the counts as text."""
        first = self._lengths or [0]
        middle = f"mean {statistics.fmean(first):,.0f}, median {statistics.median(first):,.0f}"
        lines = [
            f"documents {self.documents:,}",
            f"text {self.text_bytes / 1e6:,.1f} MB, file {self.file_bytes / 1e6:,.1f} MB",
            f"mean {self.text_bytes / max(1, self.documents):,.0f} bytes of text; "
            f"of the first {len(first):,}: {middle}",
        ]
        for title, counts in (
            ("source", self.sources),
            ("language of the real texts", self.languages),
            ("edit", self.kinds),
        ):
            lines.append(f"by {title}:")
            lines.extend(
                f"  {count:>9,}  {name}"
                for name, count in sorted(counts.items(), key=lambda item: (-item[1], item[0]))
            )
        return "\n".join(lines)


def similarities(path: Path) -> dict[str, float]:
    """Returns the mean word 5-gram Jaccard similarity of some copies to their originals, by kind of edit."""
    wanted: dict[str, list[tuple[str, str]]] = {kind: [] for kind in KINDS}
    for row in _read(path):
        kind = row["edit"]
        if kind and len(wanted[kind]) < _SAMPLE:
            wanted[kind].append((row["copy_of"], row["text"]))
    names = {name for pairs in wanted.values() for name, _ in pairs}
    originals = {row["id"]: row["text"] for row in _read(path) if row["id"] in names}
    return {
        kind: statistics.fmean(measured)
        for kind, pairs in wanted.items()
        if (measured := [jaccard(originals[name], text) for name, text in pairs if name in originals])
    }


def main() -> None:
    """Runs the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("out", type=Path, metavar="OUT.jsonl")
    parser.add_argument("--data", type=Path, required=True, metavar="DIR", help="folder that holds bulk/")
    parser.add_argument("--documents", type=int)
    parser.add_argument("--bytes", type=size_of, metavar="1GB", help="size of the file")
    options = parser.parse_args()
    texts = (text for path in archives(options.data / "bulk") for text in archive_texts(path))
    tally = make_corpus(options.out, texts, options.documents, options.bytes)
    print(tally.report())
    print("mean word 5-gram Jaccard similarity of copies to their originals:")
    for kind, value in similarities(options.out).items():
        print(f"  {value:.3f}  {kind}")


def _rows(spool: Spool, real: int) -> Iterator[Row]:
    yield from real_rows(spool, real)
    yield from recombined_rows(spool)


def _original(spool: Spool, entry: Entry) -> Callable[[], Row]:
    return lambda: Row(entry.name, spool.text(entry), entry.source)


def _copies(spool: Spool, chosen: list[Entry], count: int) -> Iterator[tuple[str, Callable[[], Row]]]:
    if count <= 0:
        return
    able = [entry for entry in chosen if len(words(spool.text(entry))) >= _MIN_WORDS]
    able.sort(key=lambda entry: rank("copied", entry.name))
    if not able:
        raise ValueError(f"no text has {_MIN_WORDS} words, so none can be copied")
    frames: dict[tuple[str, str], list[Entry]] = {}
    for entry in able:
        frames.setdefault((entry.source, entry.language), []).append(entry)
    for number in range(count):
        original = able[number % len(able)]
        kind = KINDS[number % len(KINDS)]
        name = f"{original.name}#copy{number}"
        around = frames[original.source, original.language]
        yield name, _copy(spool, original, name, kind, around)


def _copy(spool: Spool, original: Entry, name: str, kind: str, around: list[Entry]) -> Callable[[], Row]:
    def make() -> Row:
        dice = Dice("copy", name)
        text = edited(spool.text(original), kind, spool.text(dice.choice(around)), dice)
        return Row(name, text, original.source, original.name, kind)

    return make


def _recombined(
    spool: Spool, models: list[Entry], groups: dict[tuple[str, str], Paragraphs], number: int
) -> Row:
    dice = Dice("recombined", number)
    model = dice.choice(models)
    paragraphs = groups[model.source, model.language]
    parts: list[str] = []
    missing = model.stop - model.start
    while missing > 0 or len(parts) < 3:
        part = paragraphs.text(spool, dice.below(len(paragraphs)))
        parts.append(part)
        missing -= len(part.encode())
    return Row(f"recombined/{number}", "\n\n".join(parts), model.source)


def _read(path: Path) -> Iterator[dict[str, str]]:
    with path.open("rb") as file:
        for line in file:
            yield orjson.loads(line)


if __name__ == "__main__":
    main()
