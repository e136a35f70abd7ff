"""From which share of a sentence's words on does a passage say something similar? Prints a table.

    python benchmarks/similar_judged.py --data DIR [--sentences 400]

The corpus: texts of handbooks (the sets J, English and Chinese) and the two encyclopedia articles of Clough
and Stevenson's short answers (samples A). Sentences that should be found: of answers that people rewrote from
those articles, lightly or heavily. Sentences that should not: of corpora about something else (mail,
questions of benchmarks, another handbook in Chinese). Between them: answers to the same questions by people
who had not seen the articles, and sentences of texts of the same handbooks that were held out. Each sentence
is asked alone, as a sentence of an answer that was found nowhere word for word.
"""

import argparse
import json
import random
import re
import sys
import tempfile
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.chance import SEED
from benchmarks.texts import archive_texts, archives
from benchmarks.trace_warehouse import write_warehouse
from pipelines.index import index
from pipelines.stages import How
from schemas.specs import CleanSpec
from schemas.traces import Trace
from transforms.clean import clean_text
from transforms.sentences import claims
from transforms.words import WHOLE, split_words
from warehouse.catalog import snapshot
from warehouse.passages.build import index_passages
from warehouse.trace.copies import Copies
from warehouse.trace.similar import Similar

_CORPUS = "J_(rust_book|rust_book_zh|vue_docs|helm|python_peps)"
_BY_HAND = (
    "所有权这套规则让 Rust 不用垃圾回收也能保证内存安全，编译器在编译的时候就会检查。",
    "引用默认是不可变的，所以不能通过引用去修改它所指向的值。",
    "同一个作用域里，一个值同一时间只能有一个可变引用，这样可以在编译时避免数据竞争。",
    "Rust 没有异常这种机制，可恢复的错误用 Result 来表示，不可恢复的错误则用 panic! 宏终止程序。",
    "在 Vue 里，如果状态变化之后需要执行副作用，比如发起异步请求，可以使用 watch 选项来监听响应式属性。",
    "计算属性会根据它依赖的响应式数据把结果缓存起来，依赖没有变的时候不会重新计算。",
    "父组件通过 props 把数据传给子组件，子组件不应该直接修改收到的 prop。",
    "使用 cargo new 可以新建一个项目，它会生成 Cargo.toml 文件和 src 目录里的 main.rs。",
    "Chart 是一组放在同一个目录里的文件，目录的名字就是 chart 的名字，不带版本号。",
    "安装一个 chart 就会在 Kubernetes 集群里创建一个新的 release。",
    "v-if 会真正地销毁和重建元素，而 v-show 只是切换 CSS 的 display 属性，元素始终留在 DOM 中。",
    "trait 定义了某个类型拥有的、可以跟其他类型共享的功能，用来以抽象的方式定义共同的行为。",
)
"""Written from memory of what the handbooks in Chinese say, not from their texts."""

_SHARES = (0.3, 0.4, 0.45, 0.5, 0.55, 0.6, 0.7)


def sentences(texts: Sequence[str], count: int) -> Iterator[str]:
    """Yields sentences of at least eight words' worth, of as many texts as there are."""
    dice = random.Random(SEED)
    found = []
    for text in sorted(texts, key=lambda _: dice.random())[: count * 4]:
        words = split_words([clean_text(text[:20_000], CleanSpec())])
        mine = [
            words.texts[0][words.starts[first] : words.stops[stop - 1]]
            for first, stop in claims(words)
            if 8 * WHOLE <= words.twelfths[first:stop].sum(dtype=np.int64) <= 60 * WHOLE
        ]
        found += sorted(mine, key=lambda _: dice.random())[: max(3, count // max(len(texts), 1) + 1)]
    yield from sorted(sorted(set(found)), key=lambda _: dice.random())[:count]


def judge(similar: Similar, name: str, asked: Sequence[str]) -> None:
    """Asks sentences and prints at which shares a passage is found."""
    best = []
    for sentence in asked:
        words = split_words([sentence])
        frame = Trace.model_construct(text=sentence, shorter=True, spans=())
        claims_ = similar.find(frame, words, 3)["similar"]
        passages = [passage for claim in claims_ for passage in claim.passages]
        best.append(max((passage.share for passage in passages), default=0.0))
    shares = np.array(best)
    cells = " | ".join(f"{(shares >= share).mean():.3f}" for share in _SHARES)
    print(f"| {name} | {len(asked):,} | {np.median(shares):.2f} | {cells} |", flush=True)


def main() -> None:
    """Runs the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--sentences", type=int, default=400)
    options = parser.parse_args()
    stored, held_out = [], []
    for archive in archives(options.data / "bulk"):
        if re.match(_CORPUS, archive.name):
            for number, text in enumerate(islice(archive_texts(archive), 600)):
                kept = held_out if number % 10 == 9 else stored
                kept.append((f"{text.source}/{text.name}", text.text))
    lines = (options.data / "samples/A_neardup/clough_stevenson_tasks_ab.jsonl").read_text().splitlines()
    rows = [json.loads(line) for line in lines]
    stored += [(row["file"], row["text"]) for row in rows if row["category"] == "orig"]
    groups = {
        f"rewritten, {kind}": [row["text"] for row in rows if row["category"] == kind]
        for kind in ("light", "heavy")
    }
    groups["in Chinese, by hand"] = list(_BY_HAND)
    groups["the same question, article not seen"] = [row["text"] for row in rows if row["category"] == "non"]
    groups["held out of the handbooks"] = [text for _, text in held_out]
    benchmarks = options.data / "samples/F_benchmarks"
    groups["sums of GSM8K"] = [
        json.loads(line)["question"] for line in (benchmarks / "gsm8k_test.jsonl").read_text().splitlines()
    ]
    for name, pattern in (
        ("mail", "I_spamassassin"),
        ("Ethereum", "J_ethereum"),
        ("Git in Chinese", "J_progit_zh"),
    ):
        (archive,) = [one for one in archives(options.data / "bulk") if one.name.startswith(pattern)]
        groups[name] = [text.text for text in islice(archive_texts(archive), 400)]
    print(f"{len(stored):,} texts, {sum(len(text) for _, text in stored):,} characters\n")
    print(f"| sentences | n | median | {' | '.join(f'≥ {share}' for share in _SHARES)} |")
    print("|---|" + "--:|" * (2 + len(_SHARES)))
    with tempfile.TemporaryDirectory() as folder:
        catalog = write_warehouse(Path(folder) / "w", stored)
        index(catalog, How(0, quiet=True))
        manifest = snapshot(catalog, None)
        index_passages(catalog, manifest)
        copies = Copies(catalog, manifest, catalog.parts(manifest))
        similar = Similar(catalog, manifest, copies, share=0.0)
        for name, texts in groups.items():
            judge(similar, name, list(sentences(texts, options.sentences)))
        copies.close()


if __name__ == "__main__":
    main()
