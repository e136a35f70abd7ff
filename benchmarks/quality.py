"""Our verdicts beside datatrove's filters, on the same English documents; and what each costs.

    python benchmarks/quality.py --data DIR [--documents 2000] [--show 5] [--work build/peers]

Takes English documents of the benchmark corpus, from its beginning. Prints, for each preset, how many both
keep, both refuse, and one alone refuses, with the reasons of the latter; ``--show`` prints the heads of
some. datatrove's FineWeb filter gets the limit of the paper for characters in duplicate lines (0.1, where
its own number is 0.01). The CPU seconds are those of the rules, words included, without reading.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from collections import Counter
from itertools import islice
from pathlib import Path
from time import process_time

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.peers.environments import python_of
from benchmarks.peers.run import corpus_folder, rows_of
from schemas.batches import Batch
from schemas.records import Document
from schemas.specs import QualitySpec
from schemas.units import WorkUnit
from transforms.language.cascade import detect
from transforms.quality import judge_batch, limits_of

_SCRIPT = Path(__file__).parent / "peers" / "scripts" / "datatrove_filters.py"
_PRESETS = {"gopher": ("gopher quality", "gopher repetition"), "c4": ("c4",), "fineweb": ("fineweb",)}
_BATCH = 500
_SHOWN = 300


def ours(documents: list[tuple[str, str]], preset: str) -> tuple[dict[str, str], float]:
    """Returns the refused ids with their first rule, and the CPU seconds."""
    spec = QualitySpec(limits=limits_of((preset,), {}))
    unit = WorkUnit("u", "v", "s", (), 0)
    refused: dict[str, str] = {}
    seconds = 0.0
    for first in range(0, len(documents), _BATCH):
        batch = Batch(
            unit,
            0,
            True,
            0,
            0,
            0,
            tuple(
                Document(name.encode(), "s", "s:p", name, "text/plain", b"", text, language="en")
                for name, text in documents[first : first + _BATCH]
            ),
            (),
            (),
        )
        start = process_time()
        judged = judge_batch(batch, spec)
        seconds += process_time() - start
        refused |= {fallen.locator: fallen.rule for fallen in judged.rejections}
    return refused, seconds


def theirs(documents: list[tuple[str, str]], python: Path) -> dict[str, dict[str, object]]:
    """Returns what datatrove's filters say: filter -> seconds, refused."""
    with tempfile.TemporaryDirectory() as scratch:
        source, out = Path(scratch) / "in.jsonl", Path(scratch) / "out.json"
        with source.open("w", encoding="utf-8") as lines:
            for name, text in documents:
                lines.write(json.dumps({"id": name, "text": text}) + "\n")
        subprocess.run([python, _SCRIPT, source, out], check=True, stdout=subprocess.DEVNULL)
        made: dict[str, dict[str, object]] = json.loads(out.read_text(encoding="utf-8"))
        return made


def main() -> None:
    """Prints the comparison."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--data", type=Path, required=True, metavar="DIR", help="folder that holds bulk/")
    parser.add_argument("--documents", type=int, default=2_000)
    parser.add_argument("--corpus", type=int, default=40_000, help="documents of the benchmark corpus")
    parser.add_argument("--show", type=int, default=0, help="heads of documents judged differently")
    parser.add_argument("--work", type=Path, default=Path("build/peers"))
    options = parser.parse_args()
    work = options.work.resolve()
    work.mkdir(parents=True, exist_ok=True)
    rows = rows_of(corpus_folder(work, options.data, options.corpus))
    english = ((row.id, row.text) for row in rows if detect(row.text, "cascade")[0] == "en")
    documents = list(islice(english, options.documents))
    texts = dict(documents)
    ours(documents[:10], "gopher")  # tables are made
    verdicts = theirs(documents, python_of("datatrove", work / "environments"))
    size = sum(len(text.encode()) for text in texts.values()) / 1e6
    print(f"{len(documents):,} English documents, {size:.1f} MB\n")
    print("| preset | both keep | both refuse | only ours | only datatrove's | same | docs/s | datatrove |")
    print("|---|---|---|---|---|---|---|---|")
    reasons = []
    for preset, filters in _PRESETS.items():
        refused, seconds = ours(documents, preset)
        other: dict[str, str] = {}
        spent = 0.0
        for name in filters:
            other |= verdicts[name]["refused"]  # type: ignore[operator]
            spent += float(verdicts[name]["seconds"])  # type: ignore[arg-type]
        alone, missed = set(refused) - set(other), set(other) - set(refused)
        both = len(set(refused) & set(other))
        kept = len(documents) - both - len(alone) - len(missed)
        same = (kept + both) / len(documents)
        print(
            f"| {preset} | {kept} | {both} | {len(alone)} | {len(missed)} | {same:.1%} "
            f"| {len(documents) / seconds:,.0f} | {len(documents) / spent:,.0f} |"
        )
        reasons.append(f"\n{preset}, only ours: {Counter(refused[name] for name in alone).most_common()}")
        reasons.append(f"{preset}, only datatrove's: {Counter(other[name] for name in missed).most_common()}")
        for name, reason in [(n, refused[n]) for n in sorted(alone)[: options.show]] + [
            (n, f"datatrove: {other[n]}") for n in sorted(missed)[: options.show]
        ]:
            reasons.append(f"\n--- {name}, {reason}\n{texts[name][:_SHOWN]}")
    print("\n".join(reasons))


if __name__ == "__main__":
    main()
