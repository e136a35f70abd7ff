"""What an export says of itself in words: NOTICE with the attributions, README.md as a dataset card."""

import json
from itertools import groupby

import pyarrow as pa

from schemas.answers import Export


def notice(export: Export) -> str:
    """Returns the text of NOTICE: by licence, who must be named."""
    named = sorted({entry for shard in export.shards for entry in shard.notices}, key=_order)
    lines = [f"This corpus ({export.corpus}) holds texts of the following contributors."]
    for license_name, entries in groupby(named, key=lambda entry: entry[1]):
        rows = export.licenses[license_name].rows
        lines += ["", f"{license_name} ({rows:,} texts)"]
        for contributor, _, attribution, url in entries:
            credit = contributor if attribution in (None, contributor) else f"{contributor}: {attribution}"
            lines.append(f"  - {credit}" + (f" <{url}>" if url else ""))
    return "\n".join(lines) + "\n"


def readme(export: Export, schema: pa.Schema) -> str:
    """Returns a dataset card: its head tells Hugging Face ``datasets`` what to load and which columns.

    Without it ``datasets`` would take the sidecars for data, and guess a column's type from its first
    rows, which may all be null.
    """
    pattern = "data/*.parquet" if export.format == "parquet" else "data/*.jsonl.zst"
    features = "".join(f"  - name: {field.name}\n    dtype: {field.type}\n" for field in schema)
    condition = f", where {export.where}" if export.where else ""
    head = (
        f"---\npretty_name: {json.dumps(export.corpus, ensure_ascii=False)}\n"
        f"configs:\n- config_name: default\n  data_files:\n  - split: train\n    path: {pattern}\n"
        f"dataset_info:\n  features:\n{features}---\n"
    )
    lines = [
        f"# {export.corpus}",
        "",
        f"{export.rows:,} texts, about {export.tokens:,} tokens (an estimate), from snapshot "
        f"{export.snapshot}{condition}.",
        "",
        "`provenance/NAME.parquet` has a row for each row of `data/NAME.*`, in the same order: whose text it",
        "is, under which licence, and where it came from. Whom to name stands in `NOTICE`;",
        "`sha256sum -c SHA256SUMS` checks the files.",
        "",
        "| licence | texts | tokens |",
        "|---|---:|---:|",
        *(f"| {name} | {sum.rows:,} | {sum.tokens:,} |" for name, sum in export.licenses.items()),
    ]
    return head + "\n".join(lines) + "\n"


def _order(entry: tuple[str, str, str | None, str | None]) -> tuple[str, ...]:
    contributor, license_name, attribution, url = entry
    return license_name, contributor, attribution or "", url or ""
