"""How often is the language told right, and how fast? Prints one table.

    python benchmarks/language.py --data DIR [--langdetect-every 5]

DIR is the folder with ``bulk`` (archives of documentation whose folders name the language) and
``samples/D_langid`` (sentences and articles with labels). Pages are stripped of Markdown's signs, but
their commands stay. Left out are pages that were not translated (no letter of their folder's script, or
fewer than 20 letters) and languages that fastText's model does not know. Times are CPU seconds.
"""

import argparse
import gzip
import json
import re
import tarfile
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from transforms.language import detect

PAGES = {  # set: archive, what of the path is the language ("" is English), at most so many a language
    "tldr": ("J_tldr_pages", r"pages(?:\.(\w+?))?(?:_\w+)?/", 150),
    "helm": ("J_helm_docs_i18n", r"i18n/(\w+)/", 60),
    "opentelemetry": ("J_opentelemetry_docs", r"content/(\w+)/docs/", 60),
}
OF_ONE_LANGUAGE = {"J_rust_book": "en", "J_rust_book_zh": "zh", "J_vue_docs_en": "en", "J_vue_docs_zh": "zh"}
OF_ONE_LANGUAGE |= {
    "J_progit_en": "en",
    "J_progit_zh": "zh",
    "J_react_docs": "en",
    "J_etcd_docs_versions": "en",
}
UNKNOWN_TO_FASTTEXT = {"mi", "lg", "sn", "st", "tn", "ts", "xh", "zu", "ha", "rw"}
SAME = {"nb": "no", "als": "sq", "zlm": "ms"}
SCRIPT = {
    **dict.fromkeys(["ru", "uk"], "\u0400-\u04ff"),
    **dict.fromkeys(["ar", "fa"], "\u0600-\u06ff"),
    "zh": "\u4e00-\u9fff",
    "ja": "\u3041-\u30ff",
    "ko": "\uac00-\ud7a3",
    "el": "\u0370-\u03ff",
    "bn": "\u0980-\u09ff",
    "hi": "\u0900-\u097f",
    "ta": "\u0b80-\u0bff",
    "th": "\u0e00-\u0e7f",
}


class Labelled(NamedTuple):
    """A text and its language."""

    group: str
    language: str
    text: str


def strip_markdown(text: str) -> str:
    """Takes away front matter and Markdown's signs, and nothing of the code."""
    text = re.sub(r"\A---\n.*?\n---\n", "", text, flags=re.DOTALL)
    return re.sub(r"^(#+|>|-|\*) +", "", text, flags=re.MULTILINE).replace("`", "")


def pages(archive: Path, group: str, pattern: str, most: int, default: str) -> Iterator[Labelled]:
    """Yields pages of an archive, evenly chosen, at most ``most`` of a language."""
    of_language: dict[str, list[str]] = defaultdict(list)
    with tarfile.open(archive) as members:
        for member in members:
            folder = re.match(pattern, member.name)
            stream = members.extractfile(member) if folder else None
            if folder and stream and member.name.endswith((".md", ".mdx", ".asc")):
                language = (folder[1] if folder.groups() else None) or default
                of_language[language].append(strip_markdown(stream.read().decode("utf-8", "replace")))
    for language, texts in sorted(of_language.items()):
        letters = SCRIPT.get(language, r"^\W\d_")
        texts = [text for text in texts if len(re.findall(f"[{letters}]", text)) >= 20]
        for text in texts[:: max(1, len(texts) // most)][:most]:
            yield Labelled(group, language, text)


def labelled(data: Path) -> Iterator[Labelled]:
    """Yields everything that is measured on."""
    for group, (archive, pattern, most) in PAGES.items():
        yield from pages(data / f"bulk/{archive}.tar.gz", group, pattern, most, "en")
    for archive, language in OF_ONE_LANGUAGE.items():
        yield from pages(data / f"bulk/{archive}.tar.gz", "en/zh books", "", 60, language)
    for name, key in (("udhr_articles", "bcp47"), ("lingua_sentences", "lang")):
        with gzip.open(data / f"samples/D_langid/{name}.jsonl.gz", "rt", encoding="utf-8") as lines:
            for line in lines:
                row = json.loads(line)
                language = row[key].split("-")[0]
                if language not in UNKNOWN_TO_FASTTEXT:
                    yield Labelled(name, SAME.get(language, language), row["text"])


def main() -> None:
    """Measures and prints."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    arguments.add_argument("--data", type=Path, required=True)
    arguments.add_argument("--langdetect-every", type=int, default=5, help="it is slow: every n-th text only")
    arguments.add_argument("--errors", action="store_true", help="print what the cascade got wrong")
    options = arguments.parse_args()
    texts = list(labelled(options.data))
    groups = list(dict.fromkeys(each.group for each in texts))
    print(f"{'':12}{'':>12}" + "".join(f"{group:>18}" for group in groups))
    print(f"{'texts':24}" + "".join(f"{sum(e.group == g for e in texts):18,}" for g in groups))
    errors: Counter[tuple[str, str, str]] = Counter()
    for detector, every in (("cascade", 1), ("fasttext", 1), ("langdetect", options.langdetect_every)):
        detect("warm up ö", detector)
        right: Counter[str] = Counter()
        asked: Counter[str] = Counter()
        seconds: Counter[str] = Counter()
        for each in texts[::every]:
            start = time.process_time()
            language, _ = detect(each.text, detector)
            seconds[each.group] += time.process_time() - start  # type: ignore[assignment]
            asked[each.group] += 1
            right[each.group] += language == each.language
            if detector == "cascade" and language != each.language:
                errors[each.group, each.language, language] += 1
        print(f"{detector:12}{'right':>12}" + "".join(f"{right[g] / asked[g]:18.4f}" for g in groups))
        print(f"{'':12}{'texts/s':>12}" + "".join(f"{asked[g] / seconds[g]:18,.0f}" for g in groups))
    if options.errors:
        for (group, language, told), number in errors.most_common():
            print(f"{number:5} {group:18} {language} told {told}")


if __name__ == "__main__":
    main()
