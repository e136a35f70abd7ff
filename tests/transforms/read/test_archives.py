import gzip
import io
import struct
import tarfile
import zipfile
from io import BytesIO

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from schemas.records import Fallen
from tests.transforms.read.helpers import Dribble, fallen, fates, read, records
from transforms.read.archives import Member, list_members, open_members

FILES = [
    ("a/one.md", b"# One\n\ntext"),
    ("b.jsonl", b'{"text":"x"}\n{"text":"y"}\n'),
    ("c.txt", b"see " * 2000),
]


def tar(files, mode="w", extra=()):
    out = BytesIO()
    with tarfile.open(fileobj=out, mode=mode) as archive:
        for name, content in files:
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, BytesIO(content))
        for info in extra:
            archive.addfile(info)
    return out.getvalue()


def zipped(files, method=zipfile.ZIP_DEFLATED):
    out = BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, content in files:
            archive.writestr(zipfile.ZipInfo(name), content, method)
    return out.getvalue()


ARCHIVES = {
    "a.tar": tar(FILES),
    "a.tar.gz": tar(FILES, "w:gz"),
    "a.tgz": tar(FILES, "w:gz"),
    "a.tar.bz2": tar(FILES, "w:bz2"),
    "a.tar.xz": tar(FILES, "w:xz"),
    "a.tar.zst": zstandard.ZstdCompressor().compress(tar(FILES)),
    "a.zip": zipped(FILES),
    "stored.zip": zipped(FILES, zipfile.ZIP_STORED),
    "bz2.zip": zipped(FILES, zipfile.ZIP_BZIP2),
    "lzma.zip": zipped(FILES, zipfile.ZIP_LZMA),
}


def link(name, kind=tarfile.SYMTYPE, target="/etc/passwd"):
    info = tarfile.TarInfo(name)
    info.type = kind
    info.linkname = target
    return info


@pytest.mark.parametrize("name", ARCHIVES)
def test_members_are_listed_and_read(name):
    data = ARCHIVES[name]
    assert list(list_members(BytesIO(data), name)) == [Member(file, len(content)) for file, content in FILES]
    found = read(data, name)
    assert [record.locator for record in records(found)] == [
        "member=a/one.md",
        "member=b.jsonl!byte=0",
        "member=b.jsonl!byte=13",
        "member=c.txt",
    ]
    assert records(found)[3].raw == FILES[2][1]
    assert not fallen(found)


@given(
    kinds=st.lists(st.sampled_from(["file", "link", "unsafe", "folder"]), max_size=8),
    cut=st.integers(0, 8),
)
def test_two_ranges_meet_each_entry_once(kinds, cut):
    out = BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for index, kind in enumerate(kinds):
            info = tarfile.TarInfo(f"../{index}.txt" if kind == "unsafe" else f"{index}.txt")
            info.type = {"link": tarfile.SYMTYPE, "folder": tarfile.DIRTYPE}.get(kind, tarfile.REGTYPE)
            archive.addfile(info)
    data = out.getvalue()
    count = sum(isinstance(found, Member) for found in list_members(BytesIO(data), "a.tar"))
    cut = min(cut, count)

    def names(start, stop):
        found = open_members(BytesIO(data), "a.tar", start, stop)
        return [item.locator if isinstance(item, Fallen) else item[0] for item in found]

    if 0 < cut < count:
        assert names(0, cut) + names(cut, count) == names(0, None)
    assert names(0, count) == names(0, None)
    assert len(names(0, None)) == sum(kind != "folder" for kind in kinds)


def test_names_that_point_outside_and_links_fall():
    unsafe = ["../up.txt", "/root.txt", "a/../../b.txt", "C:\\x.txt", "..\\up.txt"]
    data = tar(
        [(name, b"x") for name in unsafe],
        extra=[link("l.txt"), link("h.txt", tarfile.LNKTYPE), link("f", tarfile.FIFOTYPE)],
    )
    found = read(data, "a.tar")
    assert fates(found) == ["unsafe_path"] * 5 + ["not_a_file"] * 3
    assert fates(read(zipped([("../up.txt", b"x"), ("ok.txt", b"x")]), "a.zip")) == ["unsafe_path"]


def test_a_link_in_a_zip_falls():
    out = BytesIO()
    info = zipfile.ZipInfo("l.txt")
    info.external_attr = 0o120777 << 16
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(info, "/etc/passwd")
    assert fates(read(out.getvalue(), "a.zip")) == ["not_a_file"]


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize("pack", [tar, zipped])
def test_names_that_come_again_have_locators_of_their_own(pack):
    data = pack([("a.md", b"one"), ("a.md", b"two"), ("a.md#2", b"three")])
    name = "a.tar" if pack is tar else "a.zip"
    found = read(data, name)
    assert [(record.locator, record.raw, record.format) for record in records(found)] == [
        ("member=a.md", b"one", "markdown"),
        ("member=a.md#2", b"two", "markdown"),
        ("member=a.md#2#2", b"three", "markdown"),
    ]


def test_names_that_are_not_utf8_are_shown():
    info = tarfile.TarInfo("x")
    out = BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.GNU_FORMAT, encoding="latin-1") as archive:
        info = tarfile.TarInfo("gr\xfc\xdfe!.txt")
        archive.addfile(info, BytesIO())
    (found,) = read(out.getvalue(), "a.tar")
    assert found.locator == r"member=gr\xfc\xdfe%21.txt"


@pytest.mark.parametrize("name", ["a.tar", "a.tar.gz", "a.tar.zst"])
@given(share=st.floats(0.05, 0.99))
def test_a_tar_that_is_cut_gives_its_good_records_and_one_dead_letter(name, share):
    data = ARCHIVES[name]
    plain = tar(FILES)
    end = plain.rindex(b"see ") + 4 + 512 - (plain.rindex(b"see ") + 4) % 512
    limit = end if name == "a.tar" else len(data) - 1
    found = read(data[: max(1, int(limit * share))], name)
    assert fates(found) == ["truncated"]
    whole = records(read(data, name))
    assert records(found) == whole[: len(records(found))]


def test_garbage_within_a_tar_is_corrupt():
    data = bytearray(tar(FILES))
    data[1024 : 1024 + 512] = b"\xaa" * 512
    found = read(bytes(data), "a.tar")
    assert (len(records(found)), fates(found)) == (1, ["corrupt"])


def test_a_zip_that_is_cut_or_none():
    assert fates(read(ARCHIVES["a.zip"][:-30], "a.zip")) == ["truncated"]
    assert fates(read(b"no zip at all", "a.zip")) == ["corrupt"]
    assert fates(read(b"", "a.zip")) == ["empty"]


def test_a_wrong_checksum_in_a_zip_is_corrupt_and_the_next_member_goes_on():
    data = bytearray(ARCHIVES["stored.zip"])
    data[data.index(b"# One")] ^= 1
    found = read(bytes(data), "a.zip")
    assert fates(found) == ["corrupt"]
    assert len(records(found)) == 3


def test_an_encrypted_member_is_told():
    data = bytearray(zipped([("a.txt", b"secret"), ("b.txt", b"open")]))
    data[data.index(b"PK\x01\x02") + 8] |= 1
    found = read(bytes(data), "a.zip")
    assert (len(records(found)), fates(found)) == (1, ["encrypted"])


def test_an_unknown_method_is_refused():
    data = bytearray(zipped([("a.txt", b"text")]))
    struct.pack_into("<H", data, data.index(b"PK\x01\x02") + 10, 98)
    assert fates(read(bytes(data), "a.zip")) == ["unsupported_format"]


def test_compressed_members_are_read_through():
    packed = gzip.compress(b'{"text":"x"}\n')
    for name, data in [
        ("a.zip", zipped([("m.jsonl.gz", packed)])),
        ("a.tar.gz", tar([("m.jsonl.gz", packed)], "w:gz")),
    ]:
        (record,) = read(data, name)
        assert record.locator == "member=m.jsonl.gz!byte=0"


def test_archives_in_archives_are_not_opened():
    inner = [
        ("in.tar", tar(FILES)),
        ("in.zip", zipped(FILES)),
        ("in.tar.gz", tar(FILES, "w:gz")),
        ("in.tgz", b"\x1f\x8b"),
    ]
    assert fates(read(tar(inner), "a.tar")) == ["nested_archive"] * 3 + ["truncated"]
    assert fates(read(zipped(inner[:2]), "a.zip")) == ["nested_archive"] * 2


def test_a_member_that_nobody_reads_is_passed_over():
    members = open_members(Dribble(ARCHIVES["a.tar.gz"], 100), "a.tar.gz")
    assert [found[0] for found in members if not isinstance(found, Fallen)] == [name for name, _ in FILES]


def test_empty_archives():
    assert list(list_members(BytesIO(tar([])), "a.tar")) == []
    assert [found.fate.reason for found in list_members(BytesIO(b""), "a.tar")] == ["truncated"]
    assert list(list_members(BytesIO(zipped([])), "a.zip")) == []


def test_sparse_members_fall():
    header = tarfile.TarInfo("s.txt")
    header.type = tarfile.GNUTYPE_SPARSE
    raw = bytearray(header.tobuf(tarfile.GNU_FORMAT))
    data = io.BytesIO(bytes(raw) + bytes(1024)).getvalue()
    assert fates(read(data, "a.tar")) in (["not_a_file"], ["corrupt"], ["truncated"])
