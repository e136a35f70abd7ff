import re
from pathlib import Path

import pytest

from schemas.records import Refused
from transforms.read import registry
from transforms.read.registry import FORMATS, by_name, detect

TEXT = b"Some plain text.\nAnother line.\n"
HTML = b"<!DOCTYPE html>\n<html><body><p>x</p></body></html>"


@pytest.mark.parametrize(
    ("name", "head", "form"),
    [
        ("a.txt", TEXT, "text"),
        ("docs/a.MD", TEXT, "markdown"),
        ("a.mdx", TEXT, "markdown"),
        ("a.rst.txt", TEXT, "rst"),
        ("a.adoc", TEXT, "asciidoc"),
        ("a.asc", TEXT, "asciidoc"),
        ("a.htm", HTML, "html"),
        ("a.txt", HTML, "html"),
        ("page", HTML, "html"),
        ("a.json", b'{"text": 1}', "json"),
        ("a.json", b'{"text":"a"}\n{"text":"b"}\n', "jsonl"),
        ("a.json", b'{\n"text":"a"}', "json"),
        ("a.ndjson", TEXT, "jsonl"),
        ("a.csv", TEXT, "csv"),
        ("a.tsv", TEXT, "tsv"),
        ("noname", b"PAR1\x15\x04", "parquet"),
        ("x.dist-info/METADATA", b"Metadata-Version: 2.1\nName: x\n", "package-metadata"),
        ("x/METADATA", TEXT, "text"),
        ("README", TEXT, "text"),
        ("__LICENSE-MIT", TEXT, "text"),
        ("LICENSE.BSD", TEXT, "text"),
        ("COPYING.LESSER", TEXT, "text"),
        ("some notes", TEXT, "text"),
        ("a.txt", "text\n".encode("utf-16"), "text"),
        ("a.py", TEXT, "code"),
        ("changes.PY", TEXT, "code"),
        ("a.ipynb", b'{"cells": []}', "notebook"),
        ("a.txt", b"%PDF-1.7\n", "pdf"),
        ("a.md", b"\xef\xbb\xbf\r\n%PDF-1.7\n", "pdf"),
        ("a.bin", b"\0\1\2\3 %PDF-1.4\n\xff\0", "pdf"),
        ("a.txt", b"A PDF begins with %PDF-1.7, as its first line.\n", "text"),
        ("a.doc", b"{\\rtf1\\ansi x}", "rtf"),
        ("a.doc", HTML, "html"),
    ],
)
def test_the_format_is_found(name, head, form):
    found = detect(name, head)
    assert found == by_name(form)


@pytest.mark.parametrize(
    ("name", "head", "rule", "detail"),
    [
        ("a.md", b"", "empty", None),
        ("a.docx", b"PK\x03\x04rest", "unsupported_format", "docx"),
        ("a.yaml", TEXT, "unsupported_format", "yaml"),
        ("changes.xml", TEXT, "unsupported_format", "xml"),
        ("jquery.min.js", TEXT, "unsupported_format", "js"),
        ("de.ts", b"<?xml version='1.0'?><TS/>", "unsupported_format", "ts"),
        (".gitignore", TEXT, "unsupported_format", "gitignore"),
        ("run", b"#!/bin/sh\n", "unsupported_format", "script"),
        ("key.asc", b"-----BEGIN PGP PUBLIC KEY BLOCK-----\n", "unsupported_format", "pgp"),
        ("a.txt", b"\x89PNG\r\n\x1a\n", "binary", "png"),
        ("a.txt", b"a\0b\0\0\0", "binary", "txt"),
        ("data", bytes(range(64)), "binary", "data"),
        ("a.bin", bytes(range(64)), "binary", "bin"),
    ],
)
def test_what_is_refused(name, head, rule, detail):
    assert detect(name, head) == Refused(rule, detail=detail)


def test_a_configured_format_is_taken():
    assert detect("a.xyz", TEXT, "markdown") == by_name("markdown")
    assert detect("a.xyz", b"", "markdown") == Refused("empty")
    with pytest.raises(KeyError):
        by_name("no such format")


def test_formats_are_whole():
    assert len({form.name for form in FORMATS}) == len(FORMATS)
    for form in FORMATS:
        assert "/" in form.media_type
        assert form.version >= 1
        assert all(
            extension.startswith(".") and extension == extension.lower() for extension in form.extensions
        )
    assert registry.HEAD_BYTES >= 4096


def test_every_format_stands_in_the_documentation():
    table = (Path(__file__).parents[3] / "docs" / "formats.md").read_text("utf-8")
    rows = [line.split("|")[1] for line in table.splitlines() if line.startswith("| `")]
    listed = {name for row in rows for name in re.findall("`([^`]+)`", row)}
    assert {form.name for form in FORMATS} <= listed


def test_many_comments_before_what_is_no_page_are_looked_at_once():
    head = b"<!-- a -->\n" * 2_000 + b"<svg>"
    assert detect("page.php", head) == by_name("code")
    assert detect("page.php", b"<!-- a --> " * 300 + b"<html><p>x</p>") == by_name("html")
