"""Are benchmark items found in documents, and nothing else? Prints tables.

    python benchmarks/decontamination.py --data DIR [--each 50] [--show 20]

From each benchmark of the samples F, --each items with a question of at least 8 words are hidden in
documents of the set J (fixed seed), each in one document, between two of its lines, in several ways: as they
are (question and answer), the question alone, with 5 % and 15 % of the words edited, in other dress (upper
case, other punctuation, line breaks), and in part (the first half of the question). "Found" is listed,
"acted" reaches the threshold. A wrong hit is an item that was not hidden in that document; the same document
untouched is asked too.

Beside it the published rule of datatrove (pipeline/decont: 12-grams of the answer and of the overlap of
question and answer, in lower case, without punctuation and diacritics, numbers as 0; one shared 12-gram
drops the document), and the same with the n-grams of the question, which is an option of it. It is said here
in our own lines: the module itself imports lighteval, which downloads the benchmarks.

Then all of the set J is held against all items, untouched; what is found is printed.
"""

import argparse
import re
import sys
import time
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.chance import Dice, rank
from benchmarks.edits import edit_words
from benchmarks.texts import Text, archive_texts, archives
from pipelines.benchmark_items import read_items
from pipelines.config.resolved import BenchmarkFiles
from schemas.benchmarks import BenchmarkItem
from schemas.specs import DecontaminateSpec
from transforms.decontaminate.items import ItemSet, make_items
from transforms.decontaminate.score import Hit, find_items
from transforms.words import split_words
from warehouse.storage.inputs import list_files

FILES = (
    "HumanEval.jsonl.gz", "TruthfulQA.csv", "arc_challenge_val.jsonl.gz", "arc_easy_val.jsonl.gz",
    "gsm8k_test.jsonl", "mmlu_dev_correct.jsonl.gz", "openbookqa_test.jsonl.gz",
)  # fmt: skip
KINDS = ("as it is", "question alone", "5 % edited", "15 % edited", "other dress", "in part")
BATCH = 500
NGRAM = 12


def load(folder: Path) -> list[BenchmarkItem]:
    """Returns the items of the samples F, as a build would read them."""
    files = [
        (name.split(".")[0], tuple(list_files(str(folder / "samples" / "F_benchmarks" / name))))
        for name in FILES
    ]
    return read_items([BenchmarkFiles(name, found) for name, found in files])


def dressed(item: BenchmarkItem, kind: str, dice: Dice) -> str:
    """Returns an item as it is hidden."""
    both = f"{item.question}\n{item.answer}"
    match kind:
        case "as it is":
            return both
        case "question alone":
            return item.question
        case "5 % edited":
            return edit_words(both, 0.05, dice)
        case "15 % edited":
            return edit_words(both, 0.15, dice)
        case "other dress":
            return re.sub(r"[,.;:?!]", " --", both).upper().replace(" ", "  ").replace("  THE", "\nTHE")
    words = item.question.split(" ")
    return " ".join(words[: (len(words) + 1) // 2])


def hidden(text: str, what: str, dice: Dice) -> str:
    """Returns a text with something put between two of its lines."""
    lines = text.split("\n")
    place = dice.below(len(lines) + 1)
    return "\n".join([*lines[:place], what, *lines[place:]])


class Rule:
    """The 12-gram rule."""

    def __init__(self, items: Sequence[BenchmarkItem], *, questions: bool) -> None:
        self._known: set[tuple[str, ...]] = set()
        for item in items:
            question, answer = plain(item.question), plain(item.answer)
            self._known.update(_grams(answer))
            # What holds words of both.
            self._known.update(_grams(question[-NGRAM + 1 :] + answer[: NGRAM - 1]))
            if questions:
                self._known.update(_grams(question))

    def drops(self, grams: set[tuple[str, ...]]) -> bool:
        """Tells whether the rule drops a document of these n-grams."""
        return not self._known.isdisjoint(grams)


def grams_of(text: str) -> set[tuple[str, ...]]:
    """Returns the n-grams of a document."""
    return set(_grams(plain(text)))


def plain(text: str) -> list[str]:
    """Returns the words of a text as the rule compares them."""
    text = unicodedata.normalize("NFD", text.lower())
    text = "".join(char for char in text if unicodedata.category(char) != "Mn")
    return re.sub(r"[^\w\s]|_", "", re.sub(r"\d+(?:[.,]\d+)*", "0", text)).split()


def _grams(words: Sequence[str]) -> Iterator[tuple[str, ...]]:
    return (tuple(words[start : start + NGRAM]) for start in range(len(words) - NGRAM + 1))


@dataclass
class Score:
    """What became of the documents of a kind."""

    documents: int = 0
    found: int = 0
    acted: int = 0
    wrong: int = 0
    answers: int = 0
    overlap: int = 0
    questions: int = 0


def ask(texts: Sequence[str], items: ItemSet, least: float) -> list[list[Hit]]:
    """Returns the hits of each text."""
    found: list[list[Hit]] = []
    for first in range(0, len(texts), BATCH):
        some = texts[first : first + BATCH]
        hits = find_items(split_words(some), items, least)
        found += [[hit for hit in hits if hit.document == number] for number in range(len(some))]
    return found


def main() -> None:
    """Hides, asks, prints."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--each", type=int, default=50)
    parser.add_argument("--show", type=int, default=20)
    options = parser.parse_args()
    items = load(options.data)
    texts = [
        text
        for path in archives(options.data / "bulk")
        if path.name.startswith("J_")
        for text in archive_texts(path)
    ]
    print(f"{len(items):,} items, {len(texts):,} documents of {sum(len(t.text) for t in texts):,} characters")
    started = time.process_time()
    made = make_items(items)
    print(
        f"prepared in {time.process_time() - started:.2f} CPU s; {int((~made.searchable()).sum())} too short"
    )
    judge(items, made, texts, options.each)
    untouched(items, made, texts, options.show)


def judge(items: Sequence[BenchmarkItem], made: ItemSet, texts: Sequence[Text], each: int) -> None:
    """Prints how many hidden items are found, by kind and by benchmark."""
    spec = DecontaminateSpec()
    names = sorted({item.benchmark for item in items})
    long_enough = [number for number, item in enumerate(items) if len(item.question.split()) >= 8]
    chosen = [
        number
        for name in names
        for number in sorted(
            (n for n in long_enough if items[n].benchmark == name),
            key=lambda n: rank("item", name, items[n].item),
        )[:each]
    ]
    hosts = sorted(texts, key=lambda text: rank("host", text.source, text.name))
    rules = Rule(items, questions=False), Rule(items, questions=True)
    by_kind, by_name = {}, {(kind, name): Score() for kind in KINDS for name in names}
    for kind in KINDS:
        by_kind[kind] = total = Score()
        made_up = []
        for place, number in enumerate(chosen):
            dice = Dice("hide", kind, place)
            made_up.append(hidden(hosts[place % len(hosts)].text, dressed(items[number], kind, dice), dice))
        for number, text, hits in zip(chosen, made_up, ask(made_up, made, spec.report), strict=True):
            # The same question may stand in two benchmarks.
            grams = grams_of(text)
            same = {n for n, item in enumerate(items) if item.question == items[number].question}
            for score in (total, by_name[kind, items[number].benchmark]):
                score.documents += 1
                score.found += any(hit.item in same for hit in hits)
                score.acted += any(hit.item in same and hit.score >= spec.threshold for hit in hits)
                score.wrong += sum(hit.item not in same and hit.score >= spec.threshold for hit in hits)
                score.overlap += rules[0].drops(grams)
                score.questions += rules[1].drops(grams)
    clean = [text.text for text in hosts[: len(chosen)]]
    alarms = sum(any(hit.score >= spec.threshold for hit in hits) for hits in ask(clean, made, spec.report))
    grams_of_clean = list(map(grams_of, clean))
    dropped = [sum(rule.drops(grams) for grams in grams_of_clean) for rule in rules]
    print(f"\n{len(chosen)} items hidden; threshold {spec.threshold:g}, listed from {spec.report:g} on")
    print("| hidden | n | found | acted | other items acted on | 12-gram rule | with question n-grams |")
    print("|---|--:|--:|--:|--:|--:|--:|")
    for kind, one in by_kind.items():
        n = one.documents
        print(
            f"| {kind} | {n} | {one.found / n:.3f} | {one.acted / n:.3f} | {one.wrong} | "
            f"{one.overlap / n:.3f} | {one.questions / n:.3f} |"
        )
    print(
        f"| the same documents untouched | {len(clean)} | | {alarms / len(clean):.3f} | | "
        f"{dropped[0] / len(clean):.3f} | {dropped[1] / len(clean):.3f} |"
    )
    print("\nacted on / 12-gram rule / with question n-grams, by benchmark")
    print(f"| benchmark | {' | '.join(KINDS)} |")
    print(f"|---|{'--:|' * len(KINDS)}")
    for name in names:
        cells = [by_name[kind, name] for kind in KINDS]
        shown = [
            f"{c.acted / c.documents:.2f} / {c.overlap / c.documents:.2f} / {c.questions / c.documents:.2f}"
            for c in cells
        ]
        print(f"| {name} | {' | '.join(shown)} |")


def untouched(items: Sequence[BenchmarkItem], made: ItemSet, texts: Sequence[Text], show: int) -> None:
    """Prints what stands in the set as it is."""
    started = time.process_time()
    found = ask([text.text for text in texts], made, 0.3)
    spent = time.process_time() - started
    print(f"\nuntouched: {len(texts):,} documents in {spent:.1f} CPU s, words included")
    hits = [(hit, text) for text, hits in zip(texts, found, strict=True) for hit in hits]
    spec = DecontaminateSpec()
    for least in (spec.threshold, spec.report):
        print(
            f"score >= {least:g}: {len({(t.source, t.name) for h, t in hits if h.score >= least})} documents"
        )
    rules = Rule(items, questions=False), Rule(items, questions=True)
    dropped = [[rule.drops(grams) for rule in rules] for grams in (grams_of(text.text) for text in texts)]
    for number, name in enumerate(("12-gram rule", "12-gram rule, with question n-grams")):
        print(f"{name}: {sum(one[number] for one in dropped)} documents")
    for hit, text in sorted(hits, key=lambda one: -one[0].score)[:show]:
        item = items[hit.item]
        print(
            f"{hit.score:.3f} {item.benchmark} {item.item} {hit.shares} {text.source} {text.name}: "
            f"{item.question[:80]!r}"
        )


if __name__ == "__main__":
    main()
