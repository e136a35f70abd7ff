"""The tables: one fixed, versioned Arrow schema each.

Columns are only added, never changed or removed; an older part is read with nulls in the columns it
lacks. A change of this file shows in ``tests/schemas/tables.golden`` and bumps ``SCHEMA_VERSION``.
"""

import pyarrow as pa

SCHEMA_VERSION = 4

_ID = pa.uuid()
_SHA256 = pa.binary(32)
_TIME = pa.timestamp("us", "UTC")


def _required(name: str, kind: pa.DataType) -> pa.Field:
    return pa.field(name, kind, nullable=False)


QUALITY_COLUMNS: dict[str, pa.DataType] = {
    "q_words": pa.int32(),
    "q_mean_word_length": pa.float64(),
    "q_hash_ratio": pa.float64(),
    "q_ellipsis_ratio": pa.float64(),
    "q_bullet_lines": pa.float64(),
    "q_ellipsis_lines": pa.float64(),
    "q_alphabetic_words": pa.float64(),
    "q_stop_words": pa.int32(),
    "q_duplicate_lines": pa.float64(),
    "q_duplicate_paragraphs": pa.float64(),
    "q_duplicate_line_chars": pa.float64(),
    "q_duplicate_paragraph_chars": pa.float64(),
    "q_top_2gram_chars": pa.float64(),
    "q_top_3gram_chars": pa.float64(),
    "q_top_4gram_chars": pa.float64(),
    "q_duplicate_5gram_chars": pa.float64(),
    "q_duplicate_6gram_chars": pa.float64(),
    "q_duplicate_7gram_chars": pa.float64(),
    "q_duplicate_8gram_chars": pa.float64(),
    "q_duplicate_9gram_chars": pa.float64(),
    "q_duplicate_10gram_chars": pa.float64(),
    "q_sentences": pa.int32(),
    "q_lorem_ipsum": pa.int32(),
    "q_curly_brackets": pa.int32(),
    "q_punctuated_lines": pa.float64(),
    "q_short_lines": pa.float64(),
}
"""What the quality step measures of each document (docs/quality.md): null where a measure does not apply."""

_PLACE = [
    _required("doc_id", _ID),
    _required("source", pa.string()),
    _required("uri", pa.string()),
    _required("locator", pa.string()),
]

TABLES: dict[str, pa.Schema] = {
    "units": pa.schema(
        [
            _required("unit", pa.string()),
            _required("source", pa.string()),
            _required("files", pa.int64()),
            _required("bytes", pa.int64()),
            _required("records_read", pa.int64()),
            _required("recipe", pa.string()),
        ]
    ),
    "documents": pa.schema(
        [
            *_PLACE,
            pa.field("parent_id", _ID),
            _required("text", pa.string()),
            pa.field("messages", pa.string()),
            pa.field("title", pa.string()),
            pa.field("author", pa.string()),
            pa.field("created_at", _TIME),
            pa.field("metadata", pa.string()),
            pa.field("language", pa.string()),
            pa.field("language_score", pa.float32()),
            pa.field("pii", pa.map_(pa.string(), pa.int32())),  # since version 3
            _required("chars", pa.int32()),
            _required("words", pa.int32()),
            _required("tokens", pa.int32()),
            pa.field("contributor", pa.string()),
            pa.field("license", pa.string()),
            pa.field("attribution", pa.string()),
            _required("media_type", pa.string()),
            _required("raw_sha256", _SHA256),
            _required("text_sha256", _SHA256),
            _required("recipe", pa.string()),
        ]
    ),
    "rejections": pa.schema(
        [
            *_PLACE,
            pa.field("media_type", pa.string()),
            _required("stage", pa.string()),
            _required("rule", pa.string()),
            pa.field("value", pa.float64()),
            pa.field("limit", pa.float64()),
            pa.field("detail", pa.string()),
            _required("also", pa.list_(pa.string())),
            _required("head", pa.string()),
            pa.field("raw_sha256", _SHA256),
            _required("recipe", pa.string()),
        ]
    ),
    "dead_letters": pa.schema(
        [
            *_PLACE,
            _required("stage", pa.string()),
            _required("reason", pa.string()),
            _required("message", pa.string()),
            pa.field("raw_sha256", _SHA256),
            _required("head", pa.string()),
            _required("recipe", pa.string()),
        ]
    ),
    "signals": pa.schema(
        [
            _required("doc_id", _ID),
            _required("kept", pa.bool_()),  # it stands in documents
            *(pa.field(name, kind) for name, kind in QUALITY_COLUMNS.items()),  # since version 3
        ]
    ),
    "signatures": pa.schema(
        [
            _required("doc_id", _ID),
            _required("text_sha256", _SHA256),
            _required("minhash", pa.binary()),
        ]
    ),
    "members": pa.schema(
        [
            _required("doc_id", _ID),
            _required("cluster_id", _ID),
            _required("component_id", _ID),
            _required("survivor_id", _ID),
            _required("kind", pa.string()),
            _required("similarity", pa.float32()),
            _required("policy", pa.string()),
            _required("public", pa.bool_()),
        ]
    ),
    "pairs": pa.schema(
        [
            _required("left_id", _ID),
            _required("right_id", _ID),
            _required("similarity", pa.float32()),
            _required("accepted", pa.bool_()),
            pa.field("exact", pa.bool_()),  # since version 2
        ]
    ),
    "fingerprints": pa.schema(  # since version 3
        [
            _required("segment", pa.string()),
            _required("hash", pa.int64()),
            _required("doc", pa.int32()),
        ]
    ),
    "indexed": pa.schema(  # since version 3
        [
            _required("segment", pa.string()),
            _required("doc", pa.int32()),
            _required("part", pa.string()),
            _required("row", pa.int32()),
            _required("text_sha256", _SHA256),
        ]
    ),
    "contamination": pa.schema(  # since version 4
        [
            *_PLACE,
            _required("benchmark", pa.string()),
            _required("item", pa.string()),
            _required("start", pa.int32()),
            _required("end", pa.int32()),
            _required("score", pa.float32()),
            pa.field("question", pa.float32()),
            pa.field("answer", pa.float32()),
            pa.field("passage", pa.float32()),
            _required("bits", pa.float32()),
            _required("action", pa.string()),
            _required("excerpt", pa.string()),
            _required("recipe", pa.string()),
        ]
    ),
    "benchmarks": pa.schema(  # since version 4
        [
            _required("benchmark", pa.string()),
            _required("item", pa.string()),
            _required("question", pa.string()),
            _required("answer", pa.string()),
            _required("passage", pa.string()),
            _required("searchable", pa.bool_()),
        ]
    ),
    "attributions": pa.schema(  # since version 4
        [
            _required("run", pa.string()),
            _required("answer", pa.string()),
            pa.field("model", pa.string()),
            _required("start", pa.int32()),
            _required("end", pa.int32()),
            _required("doc_id", _ID),
            _required("kind", pa.string()),
            _required("share", pa.float64()),
            _required("weight", pa.float64()),
        ]
    ),
    "removals": pa.schema(
        [
            _required("doc_id", _ID),
            _required("predicate", pa.string()),
            _required("reason", pa.string()),
            _required("at", _TIME),
            _required("purged", pa.bool_()),
        ]
    ),
    "sources": pa.schema(
        [
            _required("source", pa.string()),
            pa.field("contributor", pa.string()),
            pa.field("license", pa.string()),
            pa.field("attribution", pa.string()),
            pa.field("url", pa.string()),
            _required("priority", pa.int32()),
            _required("reference", pa.bool_()),
        ]
    ),
}

INGEST_TABLES = ("documents", "rejections", "dead_letters", "signals", "contamination", "signatures")
"""The tables of which a work unit writes a part."""
