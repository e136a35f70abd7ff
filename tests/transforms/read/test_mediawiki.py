import bz2
import gzip
import json
from io import BytesIO
from xml.sax.saxutils import escape

import pytest

from schemas.records import DeadLetter, Document, Record, Rejection
from schemas.specs import IngestSpec
from tests.transforms.read.helpers import Dribble, fates, read, records, source
from transforms.extract import extract_record
from transforms.read.reader import find_record, read_stream

HEAD = """<mediawiki xmlns="http://www.mediawiki.org/xml/export-0.10/" version="0.10" xml:lang="lv">
  <siteinfo>
    <sitename>Viki</sitename>
    <base>https://lv.example.org/wiki/Main_Page</base>
    <namespaces>
      <namespace key="0" />
      <namespace key="6">Attēls</namespace>
      <namespace key="10">Veidne</namespace>
      <namespace key="14">Kategorija</namespace>
    </namespaces>
  </siteinfo>
"""


def page(title: str, text: str, ns: object = 0, extra: str = "", model: str = "wikitext") -> str:
    number = "" if ns is None else f"<ns>{ns}</ns>"
    return (
        f"  <page><title>{escape(title)}</title>{number}<id>7</id>{extra}<revision><id>9</id>"
        "<timestamp>2020-01-02T03:04:05Z</timestamp><contributor><username>Ada</username></contributor>"
        f'<model>{model}</model><text xml:space="preserve">{escape(text)}</text></revision></page>\n'
    )


PAGES = [
    page("Rīga & co", "'''Rīga''' <ref>x</ref>ir [[pilsēta]].\n[[Attēls:a.png]]\n[[Kategorija:B]]"),
    page("Veidne:X", "template", 10),
    page("Old", "#REDIRECT [[Rīga]]", extra='<redirect title="Rīga" />'),
    page("Code", "{}", model="json"),
    page("Empty", "{{x}}"),
    page("Last", "The last page."),
]
XML = HEAD + "".join(PAGES) + "</mediawiki>\n"
PACKED = {
    "a.xml": XML.encode(),
    "a.xml.bz2": bz2.compress(XML.encode()),
    "a.xml.gz": gzip.compress(XML.encode(), mtime=0),
    "dump": b'<?xml version="1.0"?>\n<!-- c -->\n' + XML.encode(),
    "bom.xml": b"\xef\xbb\xbf" + XML.encode(),
    "utf16.xml": XML.encode("utf-16"),
    "be.xml": XML.encode("utf-16-be"),
}


def outcomes(data: bytes, name: str = "a.xml") -> list[Document | Rejection | DeadLetter]:
    return [extract_record(name, item, IngestSpec(source())) for item in records(read(data, name))]


@pytest.mark.parametrize("name", PACKED)
def test_a_page_is_a_record(name):
    found = read(PACKED[name], name)
    assert [item.locator for item in found] == [f"item={n}" for n in range(6)]
    assert found == list(read_stream(Dribble(PACKED[name], 50), name, source()))
    for item in found:
        assert find_record(BytesIO(PACKED[name]), name, source(), item.locator) == item.raw
    titles = [item.title for item in outcomes(PACKED[name], name) if isinstance(item, Document)]
    assert titles == ["Rīga & co", "Last"]


def test_the_bytes_of_a_page_are_those_of_the_file():
    encoded = [text.strip().encode("utf-16-le") for text in PAGES]
    assert [item.raw for item in read(PACKED["utf16.xml"], "x")] == encoded


def test_articles_become_text_and_the_others_are_refused():
    first, template, redirect, code, empty, last = outcomes(PACKED["a.xml"])
    assert isinstance(first, Document)
    assert first.text == "Rīga ir pilsēta."
    assert (first.media_type, first.author, first.created_at) == ("text/x-wiki", None, None)
    assert json.loads(first.metadata or "") == {
        "lang": "lv",
        "page_id": "7",
        "revision_contributor": "Ada",
        "revision_id": "9",
        "revision_timestamp": "2020-01-02T03:04:05Z",
        "site": "Viki",
        "url": "https://lv.example.org/wiki/R%C4%ABga_%26_co",
    }
    refused = [
        (item.rule, item.detail) for item in (template, redirect, code, empty) if isinstance(item, Rejection)
    ]
    assert refused == [
        ("namespace", "10 Veidne"),
        ("redirect", "Rīga"),
        ("content_model", "json"),
        ("empty", None),
    ]
    assert isinstance(last, Document)


def test_old_exports_state_no_namespace():
    old = (
        HEAD
        + page("Veidne:X", "t", None)
        + page("A: b", "t", None)
        + page("Q", "#redirect [[x]]", None)
        + "</mediawiki>"
    )
    found = outcomes(old.encode())
    assert [getattr(item, "rule", "kept") for item in found] == ["namespace", "kept", "redirect"]


def test_of_several_revisions_the_last_is_read():
    two = PAGES[5].replace("</page>", "<revision><id>10</id><text>Newer.</text></revision></page>")
    (found,) = outcomes((HEAD + two + "</mediawiki>").encode())
    assert isinstance(found, Document)
    assert found.text == "Newer."


@pytest.mark.parametrize("name", ["a.xml", "a.xml.gz", "a.xml.bz2", "utf16.xml"])
def test_a_file_cut_anywhere_gives_its_whole_pages_and_one_dead_letter(name):
    data = PACKED[name]
    whole = read(data, name)
    for cut in range(120, len(data) - 2, 37 if name.startswith(("a.xml", "u")) else 11):
        found = read(data[:cut], name)
        good = [item for item in found if isinstance(item, Record)]
        assert good == whole[: len(good)]
        assert fates(found) in (["truncated"], [])
        if name == "a.xml" and cut < len(data) - 14:
            assert len(good) == data[:cut].count(b"</page>")
            assert fates(found) == ["truncated"]


def test_damage_costs_no_other_page():
    broken = PAGES[0].replace("</page>", "")
    found = read((HEAD + broken + PAGES[5] + "</mediawiki>").encode(), "a.xml")
    assert (fates(found), len(records(found))) == (["corrupt"], 1)
    bad = (
        PAGES[0].replace("</title>", "").encode()
        + PAGES[1].encode().replace(b"Veidne", b"\xff\xfe")
        + PAGES[5].encode()
    )
    found = outcomes(HEAD.encode() + bad + b"</mediawiki>")
    assert [getattr(item, "reason", "kept") for item in found] == ["parse_error", "undecodable", "kept"]


def test_no_entity_is_expanded_and_no_file_is_read():
    laughs = '<!DOCTYPE mediawiki [<!ENTITY a "aaaaaaaaaa"><!ENTITY b SYSTEM "file:///etc/passwd">]>\n'
    data = XML.replace("The last page.", "x &a;&b; y").encode()
    for text in (data, data.replace(b"<siteinfo>", b"<siteinfo>&a;")):
        last = outcomes(text)[-1]
        assert isinstance(last, DeadLetter)
        assert last.reason == "parse_error"
    # With a document type the file does not begin as an export; configured so, it is read all the same.
    found = read((laughs + XML).encode(), "a.xml", format="mediawiki")
    assert len(records(found)) == 6


def test_limits(monkeypatch):
    monkeypatch.setattr("transforms.read.mediawiki.MAX_RAW_BYTES", 600)
    monkeypatch.setattr("transforms.read.lookahead.MAX_RAW_BYTES", 600)
    data = HEAD + page("Big", "x" * 1000) + PAGES[5] + "</mediawiki>"
    found = read(data.encode(), "a.xml")
    assert (fates(found), len(records(found))) == (["too_large"], 1)


def test_a_page_that_would_take_too_long_is_dead(monkeypatch):
    found = outcomes((HEAD + page("A", "{{a|" * 20_000) + "</mediawiki>").encode())
    assert [(item.reason, item.message) for item in found if isinstance(item, DeadLetter)] == [
        ("parse_error", "TooCostly: too many brackets are not closed")
    ]
    monkeypatch.setattr("transforms.read.mediawiki.MAX_CHARS", 5)
    (large,) = outcomes((HEAD + page("A", "too long") + "</mediawiki>").encode())
    assert isinstance(large, DeadLetter)
    assert large.reason == "too_large"


def test_other_xml_is_no_export_and_an_export_may_be_empty():
    assert fates(read(b"<rss><page></page></rss>", "a.xml")) == ["unsupported_format"]
    assert fates(read((HEAD + "</mediawiki>").encode(), "a.xml")) == ["empty"]
    assert fates(read(b"<mediawiki", "a.xml", format="mediawiki")) == ["truncated"]


def test_real_exports(shared_data):
    counts = {}
    for path in sorted((shared_data / "samples" / "H_mediawiki").glob("*.xml*")):
        with path.open("rb") as file:
            found = list(read_stream(file, path.name, source()))
        made = [extract_record(path.name, item, IngestSpec(source())) for item in records(found)]
        rules = [getattr(item, "rule", "kept") for item in made]
        counts[path.name.partition("-")[0]] = (len(found), rules.count("kept"), rules.count("redirect"))
    assert counts == {"bgwiki": (3, 1, 0), "smallwiki": (2004, 902, 147), "tinywiki": (8, 7, 1)}
