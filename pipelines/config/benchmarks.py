"""Which files are benchmarks, and what is wrong with how they are named."""

import re
from collections.abc import Iterator, Mapping, Sequence

from pipelines.config.checks import Check
from pipelines.config.decontaminate import BenchmarkTable, DecontaminateTable, SourceDecontaminateTable
from pipelines.config.mistakes import Place
from pipelines.config.model import SourceTable
from pipelines.config.resolved import BenchmarkFiles
from transforms.decontaminate.fields import ItemFields
from transforms.read.compression import strip_suffix
from warehouse.storage.inputs import InputFile

_NONE = "no benchmark is named"
_UNUSUAL = re.compile(r"[^\w.-]+")


def check_benchmarks(
    check: Check,
    table: DecontaminateTable | None,
    sources: Sequence[tuple[int, SourceTable]],
    listing: Mapping[str, tuple[InputFile, ...]],
) -> tuple[BenchmarkFiles, ...]:
    """Returns the benchmarks of a configuration, in its order; mistakes are noted.

    Args:
        check: Notes mistakes, and knows where paths begin.
        table: The table of the corpus, if there is one that is right by itself.
        sources: With their places in the file, from 1.
        listing: The files of the sources: a benchmark must not be among them.
    """
    asking = [number for number, source in sources if _asks(source.decontaminate)]
    if table is None or not table.benchmarks:
        for number in asking:
            check.add(("source", number, "decontaminate"), f"{_NONE} in [decontaminate]")
        if table is not None and table.enabled:
            check.add(("decontaminate", "benchmarks"), _NONE)
        return ()
    if not table.enabled and not asking:
        return ()
    owners = {
        f"{check.real(file.root)}/{file.path}": source for source, files in listing.items() for file in files
    }
    found: dict[str, BenchmarkFiles] = {}
    for number, entry in enumerate(table.benchmarks, 1):
        place: Place = ("decontaminate", "benchmarks", number)
        for benchmark in _benchmarks(check, place, entry):
            if benchmark.name in found:
                message = f"`{benchmark.name}` is the name of another benchmark too; give it a `name`"
                check.add(place, message)
            found[benchmark.name] = benchmark
            for file in benchmark.files:
                name = f"{check.real(file.root)}/{file.path}"
                if name in owners:
                    check.add(place, f"{name} is a benchmark and a file of source `{owners[name]}`")
    return tuple(found.values())


def _asks(table: SourceDecontaminateTable | None) -> bool:
    return table is not None and table.enabled


def _benchmarks(check: Check, place: Place, entry: str | BenchmarkTable) -> Iterator[BenchmarkFiles]:
    if isinstance(entry, str):
        for file in _files(check, place, entry):
            yield BenchmarkFiles(_called(file), (file,))
        return
    fields = ItemFields(entry.question, entry.answer, entry.passage, entry.id, entry.choice)
    files = [
        file
        for number, pattern in enumerate(entry.paths, 1)
        for file in _files(check, (*place, "paths", number), pattern)
    ]
    if entry.name is not None:
        yield BenchmarkFiles(entry.name, tuple(files), fields)
        return
    for file in files:
        yield BenchmarkFiles(_called(file), (file,), fields)


def _files(check: Check, place: Place, text: str) -> list[InputFile]:
    pattern = check.location(place, text)
    files = check.listed(place, pattern) if pattern is not None else None
    if files is not None and not files:
        check.add(place, f"`{pattern}` matches no file")
    return files or []


def _called(file: InputFile) -> str:
    """Returns the name of a file without what says how it is packed.

    >>> _called(InputFile("/evals", "math/gsm8k test.jsonl.gz", 0, ""))
    'gsm8k-test'
    """
    name, _ = strip_suffix(file.path.rpartition("/")[2])
    return _UNUSUAL.sub("-", name.rpartition(".")[0] or name)
