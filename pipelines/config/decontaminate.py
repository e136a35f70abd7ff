"""What may stand in ``[decontaminate]``: benchmarks, and what is done with a document that holds an item."""

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Discriminator, Field, Tag

from pipelines.config.base import Flag, Name, Table, Text
from schemas.specs import DecontaminateSpec

_SPEC = DecontaminateSpec()
_Score = Annotated[float, Field(strict=True, gt=0, le=1)]


def _several(value: object) -> object:
    return (value,) if isinstance(value, str) else value


Fields = Annotated[
    tuple[Text, ...], BeforeValidator(_several), Field(json_schema_extra={"type": ["string", "array"]})
]


class BenchmarkTable(Table):
    """Files of a benchmark: JSONL, JSON, CSV or Parquet, compressed or not."""

    paths: Annotated[tuple[Text, ...], Field(min_length=1)]
    """Files or globs, relative to this file; ${NAME} is an environment variable."""
    name: Name | None = None
    """Name of the benchmark; else each file is one, called as it is."""
    question: Fields = ()
    """Field, or fields, with what is asked; else the first of the usual names."""
    answer: Fields = ()
    """Field, or fields, with the right answer, or with all answers where `choice` tells the right one."""
    passage: Fields = ()
    """Field, or fields, with the text that the question is about."""
    id: Text | None = None
    """Field with the item's id; else it is the item's place in its file."""
    choice: Text | None = None
    """Field that tells which answer is right, by number from 0, letter or label."""


def _kind(value: object) -> str | None:
    if isinstance(value, str):
        return "constant"
    return "benchmark" if isinstance(value, dict | BenchmarkTable) else None


Benchmark = Annotated[
    Annotated[Text, Tag("constant")] | Annotated[BenchmarkTable, Tag("benchmark")], Discriminator(_kind)
]


class SourceDecontaminateTable(Table):
    """Benchmark items in the documents of a source."""

    enabled: Flag = True
    """False does not look for them."""
    action: Literal["keep", "mask", "reject"] = "reject"
    """keep lists them, mask puts <BENCHMARK> in their place, reject refuses the document."""
    threshold: _Score = _SPEC.threshold
    """Score from which that is done: 1 is all of an item, word by word."""
    report: _Score = _SPEC.report
    """Score from which an item is listed at all."""


class DecontaminateTable(SourceDecontaminateTable):
    """Benchmark items in the documents."""

    benchmarks: tuple[Benchmark, ...] = ()
    """Benchmark files, or tables that also name their fields."""


def decontaminate_spec(*layers: SourceDecontaminateTable | None) -> DecontaminateSpec:
    """Returns what the step must know, all but the items: what a later layer states goes over earlier ones.

    Nothing is looked for where no layer names a benchmark.

    >>> corpus = DecontaminateTable(benchmarks=("gsm8k.jsonl",), threshold=0.9)
    >>> made = decontaminate_spec(corpus, SourceDecontaminateTable(action="mask"))
    >>> made.enabled, made.action, made.threshold
    (True, 'mask', 0.9)
    """
    values: dict[str, Any] = {}
    named = False
    for layer in layers:
        if layer is not None:
            named |= bool(getattr(layer, "benchmarks", ()))
            values |= {name: getattr(layer, name) for name in layer.model_fields_set if name != "benchmarks"}
    return DecontaminateSpec(**(values | {"enabled": named and values.get("enabled", True)}))
