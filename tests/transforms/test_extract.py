import json

import pytest

from schemas import ids
from schemas.records import MAX_TEXT_BYTES, Dead, DeadLetter, Document, Fallen, Record, Refused, Rejection
from schemas.specs import IngestSpec, Named, SourceSpec
from transforms.extract import extract_record
from transforms.settle import settle_fallen


def spec(**options) -> IngestSpec:
    options.setdefault("contributor", Named(constant="c"))
    options.setdefault("license", Named(constant="MIT"))
    return IngestSpec(SourceSpec("s", **options))


def json_record(fields: dict, locator: str = "byte=0") -> Record:
    raw = json.dumps(fields).encode()
    return Record(locator, raw, "jsonl", "application/json", fields)


def test_a_document_has_its_place_and_its_bytes():
    raw = b"---\ntitle: T\nb: 1\na: 2\n---\n# H\n"
    found = extract_record("docs/a.md", Record("", raw, "markdown", "text/markdown"), spec())
    assert isinstance(found, Document)
    assert found.doc_id == ids.document_id("s", "docs/a.md", "")
    assert (found.uri, found.locator, found.raw_sha256) == ("s:docs/a.md", "", ids.sha256(raw))
    assert (found.text, found.title, found.metadata) == ("H\n", "T", '{"a":2,"b":1,"title":"T"}')
    assert (found.contributor, found.license, found.language) == (None, None, None)


def test_contributor_and_licence_of_the_record():
    record = json_record({"text": "a", "who": " Ada ", "meta": {"license": "CC0-1.0"}, "by": "B"})
    options = {
        "contributor": Named(field_name="who"),
        "license": Named(field_name="meta.license"),
        "fields": {"attribution": "by"},
    }
    found = extract_record("a.jsonl", record, spec(**options))
    assert isinstance(found, Document)
    assert (found.contributor, found.license, found.attribution) == ("Ada", "CC0-1.0", "B")


@pytest.mark.parametrize(
    ("path", "locator", "part", "expected"),
    [
        ("a/b/c.jsonl", "byte=0", 1, "b"),
        ("a.tar", "member=x/y%21.jsonl!byte=0", 1, "x"),
        ("a.tar", "member=x/y%21.jsonl!byte=0", 2, "y!.jsonl"),
        ("a.jsonl", "byte=0", 5, None),
    ],
)
def test_a_part_of_the_path_names_the_contributor(path, locator, part, expected):
    found = extract_record(path, json_record({"text": "a"}, locator), spec(contributor=Named(path_part=part)))
    assert isinstance(found, Document)
    assert found.contributor == expected


@pytest.mark.parametrize(
    ("record", "rule"),
    [
        (json_record({"x": 1}), "missing_field"),
        (json_record({"text": 1}), "not_text"),
        (json_record({"text": " \n"}), "empty"),
        (Record("", b"<!-- nothing -->\n", "markdown", "text/markdown"), "empty"),
    ],
)
def test_what_is_refused(record, rule):
    found = extract_record("a", record, spec())
    assert isinstance(found, Rejection)
    assert (found.stage, found.rule, found.raw_sha256) == ("extract", rule, ids.sha256(record.raw))


def test_what_is_dead():
    found = extract_record("a.txt", Record("", bytes(range(32)) * 20, "text", "text/plain"), spec())
    assert isinstance(found, DeadLetter)
    assert (found.stage, found.reason) == ("extract", "undecodable")
    found = extract_record("a.txt", Record("", b"x" * (MAX_TEXT_BYTES + 1), "text", "text/plain"), spec())
    assert isinstance(found, DeadLetter)
    assert found.reason == "too_large"
    assert len(found.head) == 500
    assert isinstance(
        extract_record("a", Record("", b"x" * MAX_TEXT_BYTES, "text", "text/plain"), spec()), Document
    )


def test_the_fallen_of_a_reader():
    rejection = settle_fallen(
        "a.py", Fallen("", Refused("unsupported_format", detail="py"), "ä".encode() * 900), "s"
    )
    assert isinstance(rejection, Rejection)
    assert (rejection.stage, rejection.rule, rejection.detail, rejection.head) == (
        "read",
        "unsupported_format",
        "py",
        "ä" * 500,
    )
    dead = settle_fallen("a.gz", Fallen("byte=7", Dead("truncated", "EOFError: x")), "s")
    assert isinstance(dead, DeadLetter)
    assert (dead.reason, dead.message, dead.raw_sha256) == ("truncated", "EOFError: x", None)
    assert dead.doc_id == ids.document_id("s", "a.gz", "byte=7")


def test_metadata_is_canonical_and_valid():
    record = json_record({"text": "a", "z": float("nan"), "b": [1, {"y": None}], "title": "x\ny"})
    found = extract_record("a.jsonl", record, spec())
    assert isinstance(found, Document)
    assert found.metadata == '{"b":[1,{"y":null}],"z":null}'
    assert found.title == "x y"
