"""Is the source of a passage found, and is nothing claimed that is not so? Prints a table.

    python benchmarks/trace_judged.py --data DIR [--texts 400] [--passages 1000]

The corpus: up to --texts texts of each archive of the sets J and I, read by the project's own readers, of
which every tenth is held out. Passages of 15 to 60 words' worth (in Chinese 23 to 90 characters) are cut
from it with a fixed seed, as they are, and with 5 % and 15 % of their words edited; others are cut from what
was held out and kept if no text of the corpus holds 15 of their words in a row. "First" and "among five": the
first holder of the first span, or one of the first five holders, is a document that holds the passage's
original words, as a plain search through all texts says. "False" counts holders whose text does not have the
same words at the stated place (verbatim: the same characters).
"""

import argparse
import random
import re
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.chance import SEED, Dice
from benchmarks.edits import edit_words
from benchmarks.texts import archive_texts, archives, language_of
from benchmarks.trace_warehouse import write_warehouse
from pipelines.index import index
from pipelines.stages import How
from schemas.traces import Trace, TraceHolder
from transforms.ngrams import runs
from transforms.words import split_words
from warehouse.catalog import snapshot
from warehouse.trace import Tracer, open_trace

_WORD = re.compile(r"[\u3041-\u30ff\u3400-\u9fff\uf900-\ufaff]|[^\W\u3041-\u30ff\u3400-\u9fff\uf900-\ufaff]+")


@dataclass(frozen=True)
class Texts:
    """The corpus, and each text as one line of folded words for a plain search."""

    names: list[str]
    texts: list[str]
    plain: list[str]

    def holders(self, passage: str) -> set[str]:
        """Returns the names of the texts that hold the words of a passage in a row, or its characters.

        A passage that is cut within a syllable of Thai or Khmer has other words than its text there.
        """
        needle = folded(passage)
        return {
            name
            for name, text, plain in zip(self.names, self.texts, self.plain, strict=True)
            if needle in plain or passage in text
        }


def folded(text: str) -> str:
    """Returns the words of a text in lower case, each between spaces."""
    return f" {' '.join(_WORD.findall(text.lower()))} "


def passages(texts: Sequence[str], count: int, name: str) -> Iterator[str]:
    """Yields passages, each of another text as far as there are enough."""
    dice = random.Random(f"{SEED} {name}")
    shuffled = sorted(texts, key=lambda _: dice.random())
    made = 0
    for text in (shuffled * (1 + count // max(len(shuffled), 1) * 4))[: count * 20]:
        words = split_words([text])
        firsts, stops, _ = runs(words, 15 + int(dice.random() * 46))
        if not len(firsts) or made >= count:
            continue
        place = int(dice.random() * len(firsts))
        yield text[words.starts[firsts[place]] : words.stops[stops[place] - 1]]
        made += 1


def false_claims(answer: Trace, corpus: dict[str, str]) -> tuple[int, int]:
    """Returns how many holders were named, and of how many the text says otherwise."""
    claims = [(span, holder) for span in answer.spans for holder in span.holders]
    return len(claims), sum(not _true(answer, holder, corpus) for _, holder in claims)


def _true(answer: Trace, holder: TraceHolder, corpus: dict[str, str]) -> bool:
    text = corpus[holder.uri.removeprefix("j:")]
    for piece in holder.pieces:
        ours, theirs = answer.text[piece.start : piece.stop], text[piece.document_start : piece.document_stop]
        if (ours != theirs) if piece.exact else (folded(ours) != folded(theirs)):
            return False
    return True


def judge(tracer: Tracer, corpus: Texts, kind: str, originals: Sequence[str], share: float) -> None:
    """Traces passages and prints a row."""
    by_name = dict(zip(corpus.names, corpus.texts, strict=True))
    first = five = verbatim = named = false = nothing = 0
    for number, original in enumerate(originals):
        text = edit_words(original, share, Dice("passage", kind, number)) if share else original
        answer = tracer.trace(text)
        count, wrong = false_claims(answer, by_name)
        named, false = named + count, false + wrong
        found = [holder.uri.removeprefix("j:") for span in answer.spans for holder in span.holders]
        right = corpus.holders(original)
        first += bool(found) and found[0] in right
        five += bool(right & set(found[:5]))
        nothing += not found
        if not share and right and not right & set(found[:5]):
            print(f"missed: {original!r} in {sorted(right)[:3]}; found {found[:3]}", file=sys.stderr)
        verbatim += any(span.kind != "near" for span in answer.spans)
    n = len(originals)
    print(
        f"| {kind} | {n:,} | {first / n:.3f} | {five / n:.3f} | {verbatim / n:.3f} | {nothing / n:.3f} | "
        f"{named:,} | {false} |",
        flush=True,
    )


def main() -> None:
    """Runs the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--texts", type=int, default=400)
    parser.add_argument("--passages", type=int, default=1000)
    parser.add_argument("--archives", default="", help="only those whose name holds this expression")
    options = parser.parse_args()
    names, texts, held_out = [], [], []
    for archive in archives(options.data / "bulk"):
        if not re.search(options.archives, archive.name):
            continue
        for number, text in enumerate(islice(archive_texts(archive), options.texts)):
            if number % 10 == 9:
                held_out.append(text.text)
            else:
                names.append(f"{text.source}/{text.name}")
                texts.append(text.text)
    corpus = Texts(names, texts, [folded(text) for text in texts])
    languages = [language_of(text) for text in texts]
    print(f"{len(texts):,} texts, {sum(map(len, texts)):,} characters; {len(held_out):,} held out\n")
    print("| passages | n | first | among five | called verbatim | nothing found | holders named | false |")
    print("|---|--:|--:|--:|--:|--:|--:|--:|")
    with tempfile.TemporaryDirectory() as folder:
        catalog = write_warehouse(Path(folder) / "w", zip(names, texts, strict=True))
        index(catalog, How(0, quiet=True))
        with open_trace(catalog, snapshot(catalog, None)) as tracer:
            groups = {"": None, "zh": "zh", "ja": "ja"}
            for title, language in groups.items():
                mine = [
                    text
                    for text, known in zip(texts, languages, strict=True)
                    if (known == language if language else known not in ("zh", "ja", "ko"))
                ]
                cut = list(passages(mine, options.passages, title))
                if cut:
                    for kind, share in (("as it is", 0.0), ("5 % edited", 0.05), ("15 % edited", 0.15)):
                        judge(tracer, corpus, f"{title} {kind}".strip(), cut, share)
            strange = [
                text
                for text in passages(held_out, options.passages * 3, "held out")
                if not any(corpus.holders(run) for run in _runs(text))
            ]
            if strange:
                judge(tracer, corpus, "not in the corpus", strange[: options.passages], 0.0)


def _runs(text: str) -> Iterator[str]:
    """Yields all runs of 15 words, every fifth place: whoever holds 20 in a row holds one of them."""
    words = _WORD.findall(text)
    for first in range(0, max(len(words) - 14, 1), 5):
        yield " ".join(words[first : first + 15])


if __name__ == "__main__":
    main()
