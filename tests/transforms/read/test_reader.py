import gzip
import hashlib
from io import BytesIO

import pytest

from schemas.records import Record
from tests.transforms.read.helpers import Dribble, fates, read, source
from tests.transforms.read.test_archives import tar, zipped
from tests.transforms.read.test_parquet import parquet
from transforms.read.reader import find_record, read_stream

FILES = {
    "a.txt": b"plain",
    "a.md": b"# T\n\ntext",
    "a.rst": b"T\n=\n\ntext",
    "a.adoc": b"= T\n\ntext",
    "a.html": b"<html><body><p>text</p></body></html>",
    "a.json": b'[{"text":"a"}, {"text":"b"}, 7]',
    "one.json": b'{"text":"a"}',
    "a.jsonl": b'{"text":"a"}\r\n\n{broken\n{"text":"b"}',
    "a.csv": b'id,text\n1,"a\nb"\n2,c\n',
    "a.tsv": b"id\ttext\n1\ta\n",
    "a.parquet": parquet(),
    "x.dist-info/METADATA": b"Metadata-Version: 2.1\nName: x\n\n# X\n",
    "run.cfg": b"a = 1\n",
}
PACKED = [(f"{name}.gz", gzip.compress(data, mtime=0)) for name, data in FILES.items()]
ALL = {
    **FILES,
    **dict(PACKED),
    "a.zip": zipped(list(FILES.items())),
    "b.zip": zipped(PACKED),
    "a.tar": tar(FILES.items()),
    "a.tar.gz": tar(PACKED, "w:gz"),
}


@pytest.mark.parametrize("name", ALL)
def test_each_record_is_found_again_at_its_locator(name):
    found = read(ALL[name], name)
    assert found
    assert len({item.locator for item in found}) == len(found)
    for item in found:
        raw = find_record(BytesIO(ALL[name]), name, source(), item.locator)
        assert raw is not None
        assert hashlib.sha256(raw).digest() == hashlib.sha256(item.raw).digest()


@pytest.mark.parametrize("locator", ["byte=1", "byte=999999", "item=0", "row=9", "member=x", ""])
def test_a_place_without_a_record_gives_none(locator):
    assert find_record(BytesIO(FILES["a.jsonl"]), "a.jsonl", source(), locator) is None


def test_find_record_reads_only_what_it_must():
    data = b'{"text":"a"}\n' * 100_000

    class Counted(BytesIO):
        total = 0

        def read(self, size: int | None = -1, /) -> bytes:
            part = super().read(size)
            self.total += len(part)
            return part

    stream = Counted(data * 10)
    assert find_record(stream, "a.jsonl", source(), f"byte={13 * 900_000}") == b'{"text":"a"}'
    assert stream.total < len(data) * 2


@pytest.mark.parametrize("name", FILES)
def test_a_stream_that_cannot_seek_gives_the_same(name):
    assert list(read_stream(Dribble(FILES[name]), name, source())) == read(FILES[name], name)


def test_locators_stand_behind_the_prefix():
    found = list(read_stream(BytesIO(FILES["a.jsonl"]), "a.jsonl", source(), "member=m"))
    assert all(item.locator.startswith("member=m!byte=") for item in found)


def test_a_refused_file_keeps_its_bytes_for_the_table():
    (item,) = read(FILES["run.cfg"], "run.cfg")
    assert (item.fate.rule, item.fate.detail, item.raw) == ("unsupported_format", "cfg", FILES["run.cfg"])


def test_a_whole_file_above_the_limit_is_dead(monkeypatch):
    monkeypatch.setattr("transforms.read.formats.MAX_RAW_BYTES", 10)
    assert fates(read(b"12345678901", "a.txt")) == ["too_large"]
    assert isinstance(read(b"1234567890", "a.txt")[0], Record)


@pytest.mark.parametrize("name", [name for name in FILES if name not in {"run.cfg"}])
@pytest.mark.parametrize(
    "junk", [b"", b"\0" * 100, b"\xff\xfe\xfd" * 50, bytes(range(256)) * 4, b"\x1f\x8b\x08", b"{" * 9999]
)
def test_any_content_under_any_name_is_accounted_for(name, junk):
    from schemas.records import Document
    from schemas.specs import IngestSpec
    from transforms.extract import extract_record
    from transforms.settle import settle_fallen

    found = read(junk, name)
    assert found
    for item in found:
        if isinstance(item, Record):
            outcome = extract_record(name, item, IngestSpec(source()))
            assert outcome.doc_id
            assert not isinstance(outcome, Document) or outcome.text.strip()
        else:
            assert settle_fallen(name, item, "s").stage == "read"


def test_the_hostile_samples_are_accounted_for(shared_data):
    import tarfile

    seen = 0
    for name in ("tika_test_documents", "unstructured_example_docs"):
        with tarfile.open(shared_data / f"samples/H_documents/{name}.tar.gz") as archive:
            for info in archive:
                if info.isfile():
                    raw = archive.extractfile(info).read()  # type: ignore[union-attr]
                    assert read(raw, info.name), info.name
                    seen += 1
    assert seen > 200
