"""What the sandbox costs on good input: the same units read in it and in this process, in turn.

    python benchmarks/sandbox.py --data DIR [--documents 4000] [--pages 200] [--rounds 3]

JSONL of texts of 2,000 to 8,000 characters (``DIR/bulk``: J_ethereum_eips, J_react_docs, J_vue_docs_zh), and
HTML pages (I_web_html_pages). CPU seconds of this process and of the parser together, the smallest of the
rounds: whatever else runs on the machine can only add to them. The last column holds the difference against
everything that ``datamoat build`` does with these documents: reading, extraction, cleaning, language, words
and signatures.
"""

import argparse
import sys
import tarfile
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path
from time import process_time

import orjson

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.texts import archive_texts
from pipelines.config import load_config
from pipelines.config.resolved import Config
from pipelines.plan import plan_units
from pipelines.reading import read_unit
from pipelines.sandbox import Sandbox
from pipelines.steps import clean_batch, language_batch, sign_batch
from pipelines.stretches import as_batches
from schemas.batches import Batch

_CONFIG = """[corpus]
name = "sandbox"
[[source]]
name = "s"
contributor = "c"
license = "CC0-1.0"
paths = ["data"]
"""


def write_jsonl(data: Path, folder: Path, count: int) -> None:
    """Writes so many documents, the same ones again if there are not enough."""
    archives = [data / "bulk" / f"J_{name}.tar.gz" for name in ("ethereum_eips", "react_docs", "vue_docs_zh")]
    texts = [text.text for path in archives for text in archive_texts(path) if 2000 <= len(text.text) <= 8000]
    with (folder / "a.jsonl").open("wb") as file:
        for number in range(count):
            file.write(orjson.dumps({"text": f"{number}. {texts[number % len(texts)]}"}) + b"\n")


def write_html(data: Path, folder: Path, count: int) -> None:
    """Writes so many pages."""
    with tarfile.open(data / "bulk" / "I_web_html_pages.tar.gz") as archive:
        pages = (info for info in archive if info.isreg() and info.name.endswith((".html", ".htm")))
        for number, info in zip(range(count), pages, strict=False):
            file = archive.extractfile(info)
            if file is not None:
                (folder / f"{number:05}.html").write_bytes(file.read())


def measure(config: Config, rounds: int) -> tuple[float, float, float, int]:
    """Returns CPU seconds in this process, in the sandbox, and of the rest of the chain, and documents."""
    units = plan_units(config).units
    spec = config.ingest_spec("s")
    sandbox = Sandbox()
    here, there, rest = [], [], []
    documents = 0

    def consumed(batches: Iterable[Batch]) -> list[Batch]:
        return [batch for batch in batches]  # noqa: C416 - as the chain takes them, one by one

    try:
        for work in units:  # everything is imported, and warm
            assert consumed(read_unit(work, spec)) == consumed(as_batches(work, sandbox.settle(work, spec)))
        for _ in range(rounds):
            start = process_time()
            for work in units:
                consumed(read_unit(work, spec))
            here.append(process_time() - start)
            start = process_time() + sandbox.parser_seconds()
            batches = [batch for work in units for batch in as_batches(work, sandbox.settle(work, spec))]
            there.append(process_time() + sandbox.parser_seconds() - start)
            start = process_time()
            steps: tuple[Callable[..., Batch], ...] = (clean_batch, language_batch, sign_batch)
            for batch in batches:
                for step in steps:
                    batch = step(batch, spec)
            rest.append(process_time() - start)
            documents = sum(len(batch.documents) for batch in batches)
    finally:
        sandbox.close()
    return min(here), min(there), min(rest), documents


def main() -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--documents", type=int, default=4000)
    parser.add_argument("--pages", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    print(
        f"{'':<6}{'documents':>10}{'here s':>9}{'sandbox s':>11}{'µs more':>9}{'of reading':>12}{'of all':>8}"
    )
    for name, write, count in (
        ("JSONL", write_jsonl, options.documents),
        ("HTML", write_html, options.pages),
    ):
        with tempfile.TemporaryDirectory() as folder:
            (Path(folder) / "data").mkdir()
            write(options.data, Path(folder) / "data", count)
            config = Path(folder) / "corpus.toml"
            config.write_text(_CONFIG)
            here, there, rest, documents = measure(load_config(config), options.rounds)
        more = there - here
        print(
            f"{name:<6}{documents:>10,}{here:>9.3f}{there:>11.3f}{more / documents * 1e6:>9.1f}"
            f"{more / here:>12.1%}{more / (here + rest):>8.1%}"
        )


if __name__ == "__main__":
    main()
