"""Writes the corpus as training shards, each with a sidecar that says whose every row is.

One shard is made from one part of ``documents``, so that export is map only: nothing is shuffled, and a
shard made again has the same bytes. A file without rows is not written.

    OUT/data/part-00003.jsonl.zst           the rows
    OUT/provenance/part-00003.parquet       one row for each of them, in the same order
    OUT/manifest.json, NOTICE, README.md, SHA256SUMS
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import duckdb
import orjson
import pyarrow as pa

from schemas.answers import Amount, Export, ExportFormat, ExportShard
from schemas.errors import UsageError
from schemas.ids import sha256
from schemas.manifest import Manifest
from warehouse.catalog import Catalog, open_catalog, snapshot
from warehouse.conditions import check_condition, chosen
from warehouse.connect import connect
from warehouse.export_notes import notice, readme
from warehouse.failures import translate
from warehouse.parts import file_digest, open_part
from warehouse.shards import SUFFIX, ParquetShard, open_writer
from warehouse.storage import Storage, open_storage

DATA_SCHEMA = pa.schema(
    [
        pa.field("doc_id", pa.string(), nullable=False),
        pa.field("text", pa.string(), nullable=False),
        pa.field("title", pa.string()),
        pa.field("author", pa.string()),
        pa.field("created_at", pa.string()),
        pa.field("language", pa.string()),
        pa.field("source", pa.string(), nullable=False),
        pa.field("contributor", pa.string(), nullable=False),
        pa.field("license", pa.string(), nullable=False),
        pa.field("url", pa.string()),
        pa.field("metadata", pa.string()),
        pa.field("pii", pa.string()),
    ]
)
"""An exported row. ``created_at`` is ISO 8601; ``metadata`` and ``pii`` are JSON as text, since their keys
differ by row."""

PROVENANCE_SCHEMA = pa.schema(
    [
        pa.field("row", pa.int64(), nullable=False),
        pa.field("doc_id", pa.string(), nullable=False),
        pa.field("text_sha256", pa.string(), nullable=False),
        pa.field("source", pa.string(), nullable=False),
        pa.field("contributor", pa.string(), nullable=False),
        pa.field("license", pa.string(), nullable=False),
        pa.field("uri", pa.string(), nullable=False),
        pa.field("locator", pa.string(), nullable=False),
    ]
)
"""A row of the sidecar; hashes in hex, ``row`` counts from 0 in the shard."""

_READ = [
    *(name for name in DATA_SCHEMA.names if name not in ("contributor", "license", "url")),
    *("tokens", "text_sha256", "uri", "locator"),
]
_ROWS = 256


@dataclass(frozen=True, slots=True)
class _Terms:
    """What the views say of a document that its part does not."""

    contributor: str
    license: str
    attribution: str | None
    url: str | None
    tokens: int


def check_export(catalog: Catalog, manifest: Manifest, where: str | None, out: str) -> list[str]:
    """Checks an export before anything runs.

    Args:
        catalog: The warehouse.
        manifest: The snapshot.
        where: SQL condition over the columns of ``corpus``, or None for all of it.
        out: Folder or URL to write to.

    Returns:
        Paths of the parts to export, in order; a part's index is its shard's number.

    Raises:
        UsageError: If the condition is wrong, or something was exported there before.
    """
    with connect(catalog, manifest, views=["corpus"]) as con:
        check_condition(con, where)
    target = open_storage(out)
    if target.exists("manifest.json") or target.names("data") or target.names("provenance"):
        raise UsageError(f"there is an export in {out} already; name another folder or delete it")
    return [part.path for part in catalog.parts(manifest, "documents")]


def export_part(
    location: str, number: int, path: str, index: int, where: str | None, out: str, form: ExportFormat
) -> ExportShard:
    """Writes the shard of one part of ``documents``; safe to repeat.

    Args:
        location: Of the warehouse.
        number: Of the snapshot.
        path: Of the part.
        index: Number of the shard, for its name.
        where: Condition over the columns of ``corpus``, as ``check_export`` has checked it.
        out: Folder or URL to write to.
        form: What to write.

    Returns:
        What was written; ``data`` is None where no row of the part was selected.
    """
    catalog = open_catalog(location)
    terms = _choose(catalog, snapshot(catalog, number), path, where)
    if not terms:
        return ExportShard(part=path, rows=0, tokens=0)
    target = open_storage(out)
    name = f"part-{index:05d}"
    data, provenance = f"data/{name}.{SUFFIX[form]}", f"provenance/{name}.parquet"
    with target.scratch() as local, target.scratch() as local_provenance:
        with (
            open_writer(local, form, DATA_SCHEMA) as writer,
            ParquetShard(local_provenance, PROVENANCE_SCHEMA) as sidecar,
        ):
            for rows in _batches(catalog.storage, path, terms):
                writer.write(rows)
                sidecar.write(rows)
        size, digest = file_digest(local)
        _, provenance_digest = file_digest(local_provenance)
        target.publish(local, data)
        target.publish(local_provenance, provenance)
    notices = {(row.contributor, row.license, row.attribution, row.url) for row in terms.values()}
    return ExportShard(
        part=path,
        rows=len(terms),
        tokens=sum(row.tokens for row in terms.values()),
        data=data,
        data_sha256=digest,
        data_bytes=size,
        provenance=provenance,
        provenance_sha256=provenance_digest,
        licenses=_sum({row.license: Amount(rows=1, tokens=row.tokens)} for row in terms.values()),
        contributors=_sum({row.contributor: Amount(rows=1, tokens=row.tokens)} for row in terms.values()),
        notices=tuple(sorted(notices, key=lambda entry: tuple(part or "" for part in entry))),
    )


def finish_export(
    out: str,
    corpus: str,
    number: int,
    where: str | None,
    form: ExportFormat,
    shards: Iterable[ExportShard],
) -> Export:
    """Writes what describes the export as a whole, after all its shards; SHA256SUMS is last.

    Args:
        out: Folder or URL of the export.
        corpus: Name of the corpus.
        number: Of the snapshot.
        where: The condition.
        form: What the shards are.
        shards: What ``export_part`` returned, in any order.
    """
    written = sorted((shard for shard in shards if shard.data), key=lambda shard: str(shard.data))
    export = Export(
        corpus=corpus,
        snapshot=number,
        where=where,
        format=form,
        rows=sum(shard.rows for shard in written),
        tokens=sum(shard.tokens for shard in written),
        licenses=_sum(shard.licenses for shard in written),
        contributors=_sum(shard.contributors for shard in written),
        shards=tuple(written),
    )
    files = {
        "NOTICE": notice(export).encode(),
        "README.md": readme(export, DATA_SCHEMA).encode(),
        "manifest.json": export.model_dump_json(indent=1).encode() + b"\n",
    }
    sums = {name: sha256(data).hex() for name, data in files.items()}
    for shard in written:
        sums[str(shard.data)] = str(shard.data_sha256)
        sums[str(shard.provenance)] = str(shard.provenance_sha256)
    files["SHA256SUMS"] = "".join(f"{digest}  {name}\n" for name, digest in sorted(sums.items())).encode()
    target = open_storage(out)
    for name, data in files.items():
        target.write(name, data)
    target.clear_scratch()
    return export


def _choose(catalog: Catalog, manifest: Manifest, path: str, where: str | None) -> dict[bytes, _Terms]:
    """Returns the selected documents of a part; their texts are not read for it."""
    query = chosen(where, "doc_id, contributor, license, attribution, url, tokens")
    with connect(catalog, manifest, views=["corpus"], documents=[path]) as con:
        try:
            rows = con.execute(query).fetchall()
        except duckdb.Error as error:
            raise translate(error) from error
    return {doc_id.bytes: _Terms(*terms) for doc_id, *terms in rows}


def _batches(storage: Storage, path: str, terms: Mapping[bytes, _Terms]) -> Iterator[list[dict[str, Any]]]:
    """Yields the selected rows of a part in its order, with everything that data and sidecar need."""
    number = 0
    with open_part(storage, path) as part:
        for batch in part.iter_batches(columns=_READ, batch_size=_ROWS):
            rows = []
            for row in batch.to_pylist():
                of = terms.get(row["doc_id"].bytes)
                if of is None:
                    continue
                created, found = row["created_at"], row.get("pii")  # older parts have none
                rows.append(
                    row
                    | {
                        "row": number,
                        "doc_id": row["doc_id"].hex,
                        "text_sha256": row["text_sha256"].hex(),
                        "created_at": created.isoformat() if created else None,
                        "pii": None if found is None else orjson.dumps(dict(found)).decode(),
                        "contributor": of.contributor,
                        "license": of.license,
                        "url": of.url,
                    }
                )
                number += 1
            if rows:
                yield rows


def _sum(groups: Iterable[Mapping[str, Amount]]) -> dict[str, Amount]:
    rows: dict[str, int] = {}
    tokens: dict[str, int] = {}
    for group in groups:
        for name, amount in group.items():
            rows[name] = rows.get(name, 0) + amount.rows
            tokens[name] = tokens.get(name, 0) + amount.tokens
    return {name: Amount(rows=rows[name], tokens=tokens[name]) for name in sorted(rows)}
