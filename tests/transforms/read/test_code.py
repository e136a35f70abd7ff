import json

import pytest

from schemas.records import Document
from schemas.specs import IngestSpec
from tests.transforms.read.helpers import fates, read, records, source
from transforms.extract import extract_record
from transforms.read.code import FORMAT, LANGUAGES, language_of


@pytest.mark.parametrize(
    ("name", "language"),
    [("a/main.rs", "rust"), ("x.PY", "python"), ("view.vue", "vue"), ("run.sh", "shell"), ("q.sql", "sql")],
)
def test_code_is_text_with_its_language(name, language):
    code = "# naïve: 1 < 2\n\tif x:\n"
    (record,) = read(code.encode(), name)
    document = extract_record(name, record, IngestSpec(source()))
    assert isinstance(document, Document)
    assert document.text == code
    assert document.media_type == f"text/x-{language}"
    assert json.loads(document.metadata or "") == {"code": language}
    assert document.language is None


def test_the_encoding_that_code_declares_is_taken():
    code = "#!/usr/bin/python\n# -*- coding: latin-1 -*-\n# Größe: äöü, ÄÖÜ und ß\n"
    (record,) = read(code.encode("latin-1"), "a.py")
    document = extract_record("a.py", record, IngestSpec(source()))
    assert isinstance(document, Document)
    assert document.text == code


def test_a_forced_format_takes_any_name():
    (record,) = read(b"all: build\n", "Makefile", format="code")
    assert (record.format, record.media_type, record.fields) == ("code", "text/plain", None)


def test_limits(monkeypatch):
    monkeypatch.setattr("transforms.read.code.MAX_RAW_BYTES", 10)
    assert fates(read(b"12345678901", "a.c")) == ["too_large"]
    assert records(read(b"1234567890", "a.c"))
    assert fates(read(b"", "a.c")) == ["empty"]
    assert fates(read(bytes(range(256)), "a.c")) == ["binary"]


def test_the_table_is_sane():
    assert set(FORMAT.extensions) == set(LANGUAGES)
    for ending, language in LANGUAGES.items():
        assert language_of(f"x{ending}") == language
        assert language == language.lower()
        assert " " not in language
    assert language_of(".sh") is None
    assert language_of("sh") is None
