import bz2
import gzip
import lzma
from io import BytesIO

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from tests.transforms.read.helpers import Dribble, fallen, fates, read, records
from transforms.read.compression import Decompressed, detect_compression
from transforms.read.streams import BrokenStream, read_fully

PACKERS = {
    "gz": lambda data: gzip.compress(data, mtime=0),
    "bz2": bz2.compress,
    "xz": lzma.compress,
    "zst": zstandard.ZstdCompressor().compress,
}
LINES = b"".join(b'{"text":"line %d %d"}\n' % (i, i * i * 7919 % 10007) for i in range(5000))
kinds = pytest.mark.parametrize("kind", PACKERS)


def drain(stream) -> tuple[bytes, str | None]:
    parts = []
    try:
        while part := stream.read(1000):
            parts.append(part)
    except BrokenStream as broken:
        return b"".join(parts), broken.dead.reason
    return b"".join(parts), None


@kinds
@given(parts=st.lists(st.binary(max_size=3000), min_size=1, max_size=4), step=st.integers(1, 5000))
def test_members_one_after_the_other_are_one_content(kind, parts, step):
    packed = b"".join(PACKERS[kind](part) for part in parts)
    assert detect_compression(packed) == kind
    assert drain(Decompressed(Dribble(packed, step), kind)) == (b"".join(parts), None)


@kinds
@given(cut=st.integers(1, 10_000))
def test_any_cut_gives_a_prefix_and_is_truncated(kind, cut):
    packed = PACKERS[kind](LINES)
    cut = cut % len(packed) or 1
    good, reason = drain(Decompressed(BytesIO(packed[:cut]), kind))
    assert LINES.startswith(good)
    assert reason == "truncated"


@kinds
def test_what_is_given_before_a_cut_does_not_depend_on_the_reads(kind):
    packed = PACKERS[kind](LINES)
    packed = packed[: len(packed) * 2 // 3]
    assert drain(Decompressed(Dribble(packed, 11), kind)) == drain(Decompressed(BytesIO(packed), kind))


@kinds
def test_other_bytes_behind_the_end_are_corrupt_and_the_content_is_kept(kind):
    assert drain(Decompressed(BytesIO(PACKERS[kind](LINES) + b"junk"), kind)) == (LINES, "corrupt")


@pytest.mark.parametrize("kind", ["gz", "xz"])
def test_zeros_behind_the_end_are_padding(kind):
    assert drain(Decompressed(BytesIO(PACKERS[kind](LINES) + bytes(1024)), kind)) == (LINES, None)


def test_a_changed_byte_is_found():
    packed = bytearray(gzip.compress(LINES, mtime=0))
    packed[-6] ^= 1  # of the checksum
    assert drain(Decompressed(BytesIO(bytes(packed)), "gz"))[1] == "corrupt"


def test_skippable_frames_of_zstandard_hold_nothing():
    skippable = b"\x50\x2a\x4d\x18\x03\x00\x00\x00abc"
    packed = PACKERS["zst"](b"one") + skippable + PACKERS["zst"](b"two")
    assert drain(Decompressed(BytesIO(packed), "zst")) == (b"onetwo", None)


@kinds
def test_records_before_a_cut_are_read_and_then_there_is_one_dead_letter(kind):
    packed = PACKERS[kind](LINES)
    found = read(packed[: len(packed) * 3 // 4], f"a.jsonl.{kind}")
    good = records(found)
    assert fates(found) == ["truncated"]
    assert found[-1] == fallen(found)[0]
    assert [record.raw for record in good] == LINES.split(b"\n")[: len(good)]
    if good:
        assert found[-1].locator == f"byte={sum(len(record.raw) + 1 for record in good)}"
    assert "bytes in" in found[-1].fate.message


@kinds
def test_a_whole_file_that_is_cut_is_one_dead_letter(kind):
    packed = PACKERS[kind](b"# Title\n\nText\n" * 500)
    assert fates(read(packed[:-3], f"a.md.{kind}")) == ["truncated"]
    assert len(read(packed[:-3], f"a.md.{kind}")) == 1


def test_a_name_that_promises_compression_must_keep_it():
    assert fates(read(b"plain text\n", "a.txt.gz")) == ["corrupt"]
    assert fates(read(b"", "a.txt.gz")) == ["empty"]
    assert fates(read(gzip.compress(b""), "a.txt.gz")) == ["empty"]


def test_compressed_in_compressed_is_not_unpacked_again():
    assert fates(read(gzip.compress(gzip.compress(b"text")), "a.txt.gz")) == ["nested_archive"]


def test_a_bomb_ends_at_the_limit(monkeypatch):
    monkeypatch.setattr("transforms.read.formats.MAX_RAW_BYTES", 1 << 20)
    for pack in PACKERS.values():
        stream = BytesIO(pack(bytes(50 << 20)))
        taken = Decompressed(stream, detect_compression(stream.getvalue()))
        assert len(taken.read(1 << 16)) == 1 << 16
    assert fates(read(gzip.compress(b"a" * (50 << 20)), "a.txt.gz")) == ["too_large"]


@pytest.mark.parametrize("compressed", [False, True])
def test_the_dictionary_of_a_web_archive_is_used(compressed):
    records = [b"WARC/1.0\r\nWARC-Type: response\r\n" + str(i).encode() * 40 for i in range(300)]
    dictionary = zstandard.train_dictionary(2000, records)
    held = dictionary.as_bytes()
    held = zstandard.compress(held) if compressed else held
    frames = [zstandard.ZstdCompressor(dict_data=dictionary).compress(record) for record in records]
    raw = b"\x5d\x2a\x4d\x18" + len(held).to_bytes(4, "little") + held + b"".join(frames)
    assert detect_compression(raw) == "zst"
    stream = Decompressed(BytesIO(raw), "zst")
    assert read_fully(stream, 1 << 20) == b"".join(records)


@pytest.mark.parametrize("size", [100, 1 << 31])
def test_a_dictionary_that_is_not_there_is_damage(size):
    raw = b"\x5d\x2a\x4d\x18" + size.to_bytes(4, "little") + b"x" * 20
    with pytest.raises(BrokenStream):
        read_fully(Decompressed(BytesIO(raw), "zst"), 1 << 20)
