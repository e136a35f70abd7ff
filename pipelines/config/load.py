"""Reads ``corpus.toml`` and checks it whole, files included, before anything runs."""

import os
import tomllib
from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from pipelines.config.benchmarks import check_benchmarks
from pipelines.config.checks import Check
from pipelines.config.decontaminate import DecontaminateTable
from pipelines.config.mistakes import Mistake, from_validation, raise_all
from pipelines.config.model import CorpusFile, CorpusTable, SourceTable
from pipelines.config.resolved import Config
from schemas.errors import UsageError
from transforms.read import registry

_T = TypeVar("_T", bound=BaseModel)


def load_config(path: str | os.PathLike[str]) -> Config:
    """Reads and checks a configuration; it lists the sources' files, and changes nothing.

    Raises:
        UsageError: If anything is wrong with it; a line for every mistake that could be found at once.
    """
    file = os.fspath(path)
    raw = _parse(file)
    tables, mistakes = _tables(raw)
    corpus, sources = _sound_parts(raw, tables)
    check = Check(os.path.dirname(os.path.abspath(file)), format_names())
    warehouse = check.warehouse(corpus)
    listing = check.sources(sources, warehouse)
    decontaminate = tables.decontaminate if tables else _sound(DecontaminateTable, raw.get("decontaminate"))
    benchmarks = check_benchmarks(check, decontaminate, sources, listing)
    raise_all(file, [*mistakes, *check.mistakes])
    if tables is None or warehouse is None:
        raise AssertionError("a configuration without mistakes is whole")
    return Config(file, tables, warehouse, listing, benchmarks)


def json_schema() -> dict[str, Any]:
    """Returns the JSON Schema of ``corpus.toml``, by which editors complete and check it."""
    schema: dict[str, Any] = _without_null(CorpusFile.model_json_schema())
    schema["$defs"]["SourceTable"]["properties"]["format"]["enum"] = format_names()
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}


def format_names() -> list[str]:
    """Returns what may stand as ``format`` of a source."""
    return ["auto", *sorted(form.name for form in registry.all_formats())]


def _without_null(schema: Any) -> Any:
    """Takes the null out of a JSON Schema: in TOML, a key that is not set is not there."""
    if isinstance(schema, list):
        return [_without_null(part) for part in schema if part != {"type": "null"}]
    if not isinstance(schema, dict):
        return schema
    plain = {key: _without_null(part) for key, part in schema.items() if part is not None}
    if len(plain.get("anyOf", ())) == 1:
        plain = {**plain.pop("anyOf")[0], **plain}
    return plain


def _parse(file: str) -> dict[str, Any]:
    try:
        with open(file, "rb") as handle:
            return tomllib.load(handle)
    except FileNotFoundError:
        raise UsageError(f"{file}: no such file; `datamoat init FOLDER` writes one") from None
    except OSError as error:
        raise UsageError(f"{file}: cannot be read: {error.strerror}") from None
    except UnicodeDecodeError as error:
        raise UsageError(f"{file}: byte {error.start}: not UTF-8") from None
    except tomllib.TOMLDecodeError as error:
        text, _, place = str(error).rpartition(" (at ")
        raise UsageError(f"{file}: {place.rstrip(')')}: {text}") from None


def _tables(raw: Mapping[str, Any]) -> tuple[CorpusFile | None, list[Mistake]]:
    try:
        return CorpusFile.model_validate(raw), []
    except ValidationError as error:
        return None, from_validation(error)


def _sound_parts(
    raw: Mapping[str, Any], tables: CorpusFile | None
) -> tuple[CorpusTable | None, list[tuple[int, SourceTable]]]:
    """Returns the tables that are right by themselves: one wrong key hides no mistake of another table."""
    if tables is not None:
        return tables.corpus, list(enumerate(tables.source, 1))
    listed = raw.get("source")
    entries = listed if isinstance(listed, list) else []
    sources = [(index, _sound(SourceTable, entry)) for index, entry in enumerate(entries, 1)]
    return _sound(CorpusTable, raw.get("corpus")), [(i, source) for i, source in sources if source]


def _sound(table: type[_T], entry: Any) -> _T | None:
    try:
        return table.model_validate(entry)
    except ValidationError:
        return None
