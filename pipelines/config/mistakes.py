"""Mistakes in ``corpus.toml`` as lines that a person can act on: file, key, what is wrong, what is right."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args, get_origin

from pydantic import BaseModel, ValidationError

from pipelines.config.model import CorpusFile, DedupTable, SourceDedupTable
from pipelines.config.names import hint
from pipelines.config.quality import QualityTable
from schemas.errors import UsageError
from transforms.quality import RULES

Place = tuple[str | int, ...]
"""Keys from the outside in; a list's entries count from 1."""

_TAGS = ("constant", "field", "path", "benchmark")
_TYPES = {
    str: "a text",
    bool: "true or false",
    int: "a whole number",
    float: "a number",
    list: "a list",
    dict: "a table",
}
_WANTED = {
    "string_type": "a text in quotes",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "bool_type": "true or false",
    "tuple_type": "a list",
    "model_type": "a table",
    "model_attributes_type": "a table",
}


@dataclass(frozen=True, slots=True)
class Mistake:
    """One mistake.

    Attributes:
        place: The key.
        message: What is wrong with it.
    """

    place: Place
    message: str

    def line(self, file: str) -> str:
        """Returns the mistake as a line.

        >>> Mistake(("source", 2, "licence"), "unknown key").line("corpus.toml")
        'corpus.toml: source.2.licence: unknown key'
        """
        where = ".".join(map(str, self.place))
        return f"{file}: {where}: {self.message}" if where else f"{file}: {self.message}"

    def order(self) -> tuple[list[tuple[bool, int, str]], str]:
        """Returns what mistakes are sorted by: the place, numbers as numbers."""
        place = [(isinstance(key, str), key if isinstance(key, int) else 0, str(key)) for key in self.place]
        return place, self.message


def raise_all(file: str, mistakes: Iterable[Mistake]) -> None:
    """Raises if there is any mistake.

    Raises:
        UsageError: With a line for each.
    """
    ordered = sorted(set(mistakes), key=Mistake.order)
    if ordered:
        raise UsageError("\n".join(mistake.line(file) for mistake in ordered))


def from_validation(error: ValidationError) -> list[Mistake]:
    """Returns the mistakes that the models found."""
    # A list whose entries are all wrong counts as empty, too; that is no mistake of its own.
    return [
        _mistake(found)
        for found in error.errors(include_url=False)
        if not (found["type"] == "too_short" and found["input"])
    ]


def _mistake(found: Any) -> Mistake:
    raw: Place = found["loc"]
    table = _table(raw[:-1])
    place = tuple(key + 1 if isinstance(key, int) else key for key in _without_tags(raw))
    return Mistake(place, _message(found, raw, table))


def _message(found: Any, raw: Place, table: type[BaseModel] | None) -> str:
    kind, value, context = found["type"], found["input"], found.get("ctx", {})
    key = str(raw[-1])
    match kind:
        case "extra_forbidden":
            return _unknown(key, table)
        case "missing":
            field = table.model_fields.get(key) if table else None
            return f"missing; {field.description}" if field else "missing"
        case "union_tag_not_found" if "benchmarks" in raw:
            return 'must be a file, or {paths = ["…"], question = "…"}, ' + f"not {_shown(value)}"
        case "union_tag_not_found":
            return 'must be a text, {field = "…"} or {path = N}, ' + f"not {_shown(value)}"
        case "literal_error":
            return _literal(value, table, key)
        case "value_error":
            return str(context["error"])
        case "greater_than" | "greater_than_equal" | "less_than" | "less_than_equal":
            return _range(value, kind, context)
        case "too_short" | "string_too_short":
            return "must not be empty"
        case "tuple_type" if key == "source":
            return "each source is an entry of a list: write [[source]], with two brackets"
        case _ if kind in _WANTED:
            return f"must be {_WANTED[kind]}, not {_shown(value)}"
    return str(found["msg"])


def _unknown(key: str, table: type[BaseModel] | None) -> str:
    if table is SourceDedupTable and key in DedupTable.model_fields:
        return "must be the same for all sources; set it in [dedup]"
    if table is QualityTable and key in RULES:
        return "unknown key; rules have a table of their own, [quality.rules]"
    if table is None:
        return "unknown key"
    near = hint(key, table.model_fields)
    elsewhere = [name for name, field in CorpusFile.model_fields.items() if _has(field.annotation, key)]
    if not near and elsewhere:
        return f"unknown key; did you mean [{elsewhere[0]}]?"
    return f"unknown key{near}"


def _has(annotation: Any, key: str) -> bool:
    table = _model(annotation)
    return table is not None and key in table.model_fields


def _literal(value: Any, table: type[BaseModel] | None, key: str) -> str:
    allowed = _choices(table.model_fields[key].annotation) if table else []
    names = ", ".join("false" if name == "False" else f'"{name}"' for name in allowed)
    wanted = f"must be {names}" if len(allowed) == 1 else f"must be one of {names}"
    later = "; other values come with a later version" if len(allowed) == 1 else ""
    return f"{wanted}, not {_shown(value)}{hint(str(value), allowed) or later}"


def _choices(annotation: Any) -> list[str]:
    """Returns the values of a ``Literal``, also of one that may be left out."""
    if get_origin(annotation) is Literal:
        return [str(name) for name in get_args(annotation)]
    return [name for part in get_args(annotation) for name in _choices(part)]


_LIMITS = {"greater_than": "above {gt:g}", "greater_than_equal": "at least {ge:g}"}
_LIMITS |= {"less_than": "below {lt:g}", "less_than_equal": "at most {le:g}"}


def _range(value: Any, kind: str, context: dict[str, Any]) -> str:
    return f"must be {_LIMITS[kind].format(**context)}, not {_shown(value)}"


def _shown(value: Any) -> str:
    """Names a value as the file has it, without its contents where they may be long."""
    if isinstance(value, list | dict):
        return _TYPES[type(value)]
    if isinstance(value, bool):
        return "true" if value else "false"
    return f'"{value}"' if isinstance(value, str) else str(value)


def _without_tags(raw: Place) -> list[str | int]:
    # A union's branch is a key of its own in pydantic's place; here it follows the key it belongs to.
    return [
        key for index, key in enumerate(raw) if not (key in _TAGS and index > 0 and _is_union(raw[:index]))
    ]


def _is_union(place: Place) -> bool:
    return place[-1] in ("contributor", "license") or (len(place) > 1 and place[-2] == "benchmarks")


def _table(place: Sequence[str | int]) -> type[BaseModel] | None:
    table: type[BaseModel] | None = CorpusFile
    for key in place:
        if isinstance(key, int) or key == "benchmark":
            continue
        if table is None or key not in table.model_fields:
            return None
        table = _model(table.model_fields[key].annotation)
    return table


def _model(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for part in get_args(annotation) if (found := _model(part))), None)
