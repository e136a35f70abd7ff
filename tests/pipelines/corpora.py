"""A small corpus of many sources, formats and kinds of damage, and how tests build it."""

import gzip
import io
import json
import os
import subprocess
import sys
import tarfile
import zipfile
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from pipelines.stages import How
from warehouse.catalog import open_catalog, snapshot
from warehouse.digests import table_digests
from warehouse.verify import verify

REPOSITORY = Path(__file__).parents[2]
HERE = How(workers=0, quiet=True)
SHARED = " ".join(f"This sentence number {n} stands in the papers of several owners." for n in range(30))


@dataclass(frozen=True)
class Expected:
    """What the writer of a source knows: records in it, and how many of them are good."""

    read: int
    good: int


def prose(topic: str, words: int = 120) -> str:
    """Returns text that shares no run of five words with another topic's."""
    return f"About {topic}. " + " ".join(f"{topic}{n} follows" for n in range(words // 2)) + "."


def write_corpus(folder: Path) -> dict[str, Expected]:
    """Writes eight sources below ``folder``; returns what is in each."""
    expected = {}
    docs = folder / "docs"
    (docs / "deep").mkdir(parents=True)
    (docs / "one.md").write_text(f"---\ntitle: One\nauthor: Ada\n---\n# One\n\n{prose('one')}\n")
    (docs / "deep" / "two.rst").write_text(f"Two\n===\n\n{prose('two')}\n")
    (docs / "shared.txt").write_text(SHARED)
    (docs / "page.html").write_text(
        f"<html><head><title>P</title></head><body><article><p>{prose('page')}</p></article></body></html>"
    )
    (docs / "empty.txt").write_text("")
    (docs / "settings.yaml").write_text("answer: 42\n")
    (docs / "broken.bin").write_bytes(bytes(range(256)) * 8)
    expected["docs"] = Expected(7, 4)

    lines = [{"text": prose(f"line{n}"), "author": f"author{n % 2}", "n": n} for n in range(40)]
    rows = [json.dumps(line).encode() for line in lines]
    rows[7] = b'{"text": "cut in hal'
    rows[8] = b'{"body": "no text field"}'
    (folder / "lines.jsonl").write_bytes(b"\n".join(rows) + b"\n")
    expected["lines"] = Expected(40, 38)

    packed = gzip.compress(b"".join(json.dumps({"text": prose(f"gz{n}")}).encode() + b"\n" for n in range(9)))
    (folder / "whole.jsonl.gz").write_bytes(packed)
    expected["packed"] = Expected(9, 9)

    csv = "text,title\n" + "".join(f'"{prose(f"row{n}")}\nsecond line","t{n}"\n' for n in range(6))
    (folder / "table.csv").write_text(csv)
    expected["table"] = Expected(6, 6)

    table = pa.table({"text": [prose(f"parquet{n}") for n in range(25)], "id": list(range(25))})
    pq.write_table(table, folder / "rows.parquet", row_group_size=10)
    expected["rows"] = Expected(25, 25)

    with tarfile.open(folder / "tree.tar.gz", "w:gz") as tar:
        for n in range(12):
            _member(tar, f"notes/{n}.txt", prose(f"note{n}"))
        _member(tar, "notes/copy.txt", SHARED)
        _member(tar, "../outside.txt", "escaped")
    expected["tree"] = Expected(14, 13)

    with zipfile.ZipFile(folder / "box.zip", "w") as box:
        near = SHARED.replace("number 3 ", "number three ")
        box.writestr("a/near.md", near)
        box.writestr("a/items.json", json.dumps([{"text": prose(f"item{n}")} for n in range(5)]))
    expected["box"] = Expected(6, 6)

    cut = (folder / "whole.jsonl.gz").read_bytes()
    (folder / "cut.txt.gz").write_bytes(cut[: len(cut) // 2])
    expected["cut"] = Expected(1, 0)
    return expected


PATHS = {
    "docs": "docs",
    "lines": "lines.jsonl",
    "packed": "whole.jsonl.gz",
    "table": "table.csv",
    "rows": "rows.parquet",
    "tree": "tree.tar.gz",
    "box": "box.zip",
    "cut": "cut.txt.gz",
}


def write_config(folder: Path, warehouse: str = "warehouse", extra: str = "") -> Path:
    """Writes a corpus.toml for what ``write_corpus`` wrote; returns its path."""
    lines = [f'[corpus]\nname = "small"\nwarehouse = "{warehouse}"\n{extra}']
    for name, path in PATHS.items():
        lines.append(
            f'[[source]]\nname = "{name}"\ncontributor = "owner of {name}"\nlicense = "CC-BY-4.0"\n'
            f'paths = ["{path}"]\nmax_dead_fraction = 1.0\n'
        )
    config = folder / f"{warehouse}.toml"
    config.write_text("\n".join(lines))
    return config


def datamoat(*arguments: str | Path, **options: object) -> "subprocess.CompletedProcess[str]":
    """Runs the command; never raises for its exit code."""
    return subprocess.run(
        [sys.executable, "-m", "datamoat", *map(str, arguments)],
        cwd=REPOSITORY,
        env={**os.environ, "COLUMNS": "200"},
        text=True,
        capture_output=True,
        check=False,
        timeout=120,
        **options,  # type: ignore[call-overload]
    )


def _member(tar: tarfile.TarFile, name: str, text: str) -> None:
    info = tarfile.TarInfo(name)
    info.size = len(text.encode())
    tar.addfile(info, io.BytesIO(text.encode()))


def digests(folder: Path, warehouse: str = "warehouse") -> dict[str, str]:
    catalog = open_catalog(str(folder / warehouse))
    return table_digests(catalog, snapshot(catalog, None))


def sound(folder: Path, warehouse: str = "warehouse") -> bool:
    catalog = open_catalog(str(folder / warehouse))
    answer = verify(catalog, snapshot(catalog, None))
    assert answer.ok, [check for check in answer.checks if not check.ok]
    return answer.ok
