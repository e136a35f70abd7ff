"""The tools that are compared: how each is run, and how to see what it kept."""

import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import orjson
import pyarrow as pa

from benchmarks.build import to_toml
from benchmarks.peers.environments import python_of
from warehouse.catalog import Catalog
from warehouse.connect import connect
from warehouse.storage import open_storage

THRESHOLD = 0.7
"""Similarity of word 5-grams from which others take a document for a duplicate, where they let one choose."""

_ROOT = Path(__file__).resolve().parents[2]
_SCRIPTS = Path(__file__).parent / "scripts"

Command = Callable[[Path, Path, int], list[str]]
"""(folder of the corpus, folder for the output, workers) -> command line."""


@dataclass(frozen=True, slots=True)
class Tool:
    """A tool with its settings.

    Attributes:
        name: As the table calls it.
        settings: What was chosen, in words.
        command: Makes the command line.
        kept: Reads the ids of the documents that are kept from the output folder.
        most_workers: More than these make no difference.
        slow: Takes minutes.
        env: Environment variables.
    """

    name: str
    settings: str
    command: Command
    kept: Callable[[Path], Iterable[str]]
    most_workers: int = 1
    slow: bool = False
    env: Mapping[str, str] = field(default_factory=dict)


def all_tools(environments: Path) -> list[Tool]:
    """Returns every tool with its defaults and its best settings.

    Args:
        environments: Folder of the virtual environments; what is missing is made when it is run.
    """

    def script(name: str, file: str, settings: str) -> Command:
        def command(corpus: Path, out: Path, workers: int) -> list[str]:
            python = python_of(name, environments)
            return [str(python), str(_SCRIPTS / file), str(corpus), str(out), str(workers), settings]

        return command

    def text_dedup(*options: str) -> Command:
        def command(corpus: Path, out: Path, workers: int) -> list[str]:
            words = f"--path json --data_files {corpus}/*.jsonl --split train --column text --ngram 5"
            words += f" --threshold {THRESHOLD} --num_perm 128 --num_proc {workers}"
            words += f" --cache_dir {out}/cache --output {out}/kept"
            python = python_of("text-dedup", environments)
            return [str(python), "-m", "text_dedup.minhash", *words.split(), *options]

        return command

    def trove(settings: str) -> Command:
        return script("datatrove", "datatrove_minhash.py", settings)

    def sketch(settings: str) -> Command:
        return script("datasketch", "datasketch_loop.py", settings)

    def rensa(settings: str) -> Command:
        return script("rensa", "rensa_loop.py", settings)

    offline = {"HF_DATASETS_OFFLINE": "1"}
    paths = os.pathsep.join(filter(None, (str(_ROOT), os.environ.get("PYTHONPATH"))))
    return [
        Tool(
            "datamoat",
            "duplicates only",
            datamoat_build,
            _warehouse,
            64,
            env={"PYTHONPATH": paths},
        ),
        Tool(
            "datatrove", "defaults: 14x8, 64 bits, spaCy's English words", trove("default"), _jsonl, 64, True
        ),
        Tool(
            "datatrove fastest",
            "32 bits, spaCy's words of any language, digits and accents as they are",
            trove("fastest"),
            _jsonl,
            64,
            True,
        ),
        Tool("text-dedup", "SHA-1, 64 bits, 128 permutations", text_dedup(), _arrow, 64, env=offline),
        Tool(
            "text-dedup fastest",
            "xxh3, 32 bits, 128 permutations",
            text_dedup("--hash_func", "xxh3", "--hash_bits", "32"),
            _arrow,
            64,
            env=offline,
        ),
        Tool("datasketch", "documented loop, SHA-1", sketch("default"), _jsonl),
        Tool("datasketch fastest", "loop, signatures in bulk, xxHash", sketch("fastest"), _jsonl),
        Tool("rensa", "RMinHashDeduplicator", rensa("default"), _jsonl),
        Tool("rensa verified", "RMinHashLSH, 16 bands, compared", rensa("verified"), _jsonl),
        Tool("rensa rho", "batch of sampled words, 16 bands", rensa("rho"), _jsonl),
    ]


def datamoat_build(corpus: Path, out: Path, workers: int) -> list[str]:
    """Writes ``examples/dedup-only`` for this corpus, and returns the real command line that builds it."""
    config = out / "corpus.toml"
    source: dict[str, object] = {"name": "documents", "contributor": "unknown", "license": "NOASSERTION"}
    source |= {"paths": [str(corpus)], "text_field": "text"}
    off = {"enabled": False}
    tables: dict[str, object] = {"corpus": {"name": "peers", "warehouse": str(out / "warehouse")}}
    tables |= {
        "clean": off,
        "language": off,
        "quality": off,
        "pii": off,
        "source": [source],
    }
    config.write_text(to_toml(tables), encoding="utf-8")
    return [sys.executable, "-m", "datamoat", "build", str(config), "--workers", str(workers)]


def _warehouse(out: Path) -> Iterator[str]:
    catalog = Catalog(open_storage(str(out / "warehouse")))
    manifest = catalog.current()
    if manifest is None:
        raise RuntimeError("datamoat committed nothing")
    with connect(catalog, manifest) as connection:
        for (name,) in connection.execute("SELECT metadata ->> 'id' FROM corpus").fetchall():
            yield str(name)


def _jsonl(out: Path) -> Iterator[str]:
    for path in sorted((out / "kept").glob("*.jsonl")):
        with path.open("rb") as file:
            for line in file:
                yield orjson.loads(line)["id"]


def _arrow(out: Path) -> Iterator[str]:
    for path in sorted((out / "kept").glob("*.arrow")):
        with pa.OSFile(str(path)) as file:
            yield from pa.ipc.open_stream(file).read_all().column("id").to_pylist()


def pinned(command: Sequence[str], cores: Sequence[int]) -> list[str]:
    """Returns a command that runs on these cores only."""
    return ["taskset", "--cpu-list", ",".join(map(str, cores)), *command]
