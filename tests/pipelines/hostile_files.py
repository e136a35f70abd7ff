"""Files that were made to break their readers, and what each must become."""

import bz2
import gzip
import io
import json
import lzma
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Callable

import pyarrow as pa
import pyarrow.parquet as pq
import zstandard

GOOD = "A good neighbour keeps its place, whatever stands beside it in the folder or the archive. " * 4
LINES = b"".join(json.dumps({"text": f"{GOOD} {n}", "n": n}).encode() + b"\n" for n in range(400))
PAGE = (
    "<page><title>T{0}</title><ns>0</ns><id>{0}</id><revision><id>1</id><text>" + GOOD + " {0}</text>"
    "</revision></page>\n"
)
WIKI = (
    '<mediawiki xmlns="http://www.mediawiki.org/xml/export-0.10/" version="0.10" xml:lang="en">\n'
    + "".join(PAGE.format(n) for n in range(300))
    + "</mediawiki>\n"
).encode()
PACK: dict[str, Callable[[bytes], bytes]] = {
    "gz": lambda data: gzip.compress(data, mtime=0),
    "bz2": bz2.compress,
    "xz": lzma.compress,
    "zst": zstandard.ZstdCompressor().compress,
}


def zipped(members: dict[str, bytes | str], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """Returns a zip of members."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as box:
        for name, content in members.items():
            box.writestr(name, content)
    return out.getvalue()


def tarred(members: dict[str, bytes | tarfile.TarInfo]) -> bytes:
    """Returns a tar of members; a ``TarInfo`` has no content."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.GNU_FORMAT) as tar:
        for name, content in members.items():
            if isinstance(content, tarfile.TarInfo):
                tar.addfile(content)
            else:
                info = tarfile.TarInfo(name)
                info.size = len(content)
                tar.addfile(info, io.BytesIO(content))
    return out.getvalue()


def special(name: str, kind: bytes, target: str = "") -> tarfile.TarInfo:
    """Returns a member of a tar that is no file."""
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, target
    return info


def overlapping(entries: int = 5) -> bytes:
    """Returns a zip whose entries all claim the same bytes (Fifield 2019, A better zip bomb)."""
    content = GOOD.encode()
    packer = zlib.compressobj(9, wbits=-15)
    data = packer.compress(content) + packer.flush()
    sizes = (zlib.crc32(content), len(data), len(content))
    out = struct.pack("<4s5H3I2H", b"PK\3\4", 20, 0, 8, 0, 33, *sizes, 2, 0) + b"a0" + data
    start = len(out)
    for n in range(entries):
        out += struct.pack("<4s6H3I5H2I", b"PK\1\2", 20, 20, 0, 8, 0, 33, *sizes, 2, 0, 0, 0, 0, 0, 0)
        out += b"a%d" % n
    return out + struct.pack("<4s4H2IH", b"PK\5\6", 0, 0, entries, entries, len(out) - start, start, 0)


def absurd_tar() -> bytes:
    """Returns a tar whose second member claims 8 EB."""
    info = tarfile.TarInfo("b.txt")
    info.size = 1 << 62
    good = tarred({"a.txt": GOOD.encode()})[:1024]
    return good + info.tobuf(tarfile.GNU_FORMAT) + b"x" * 4096


def parquet(mutate: Callable[[bytearray], None]) -> bytes:
    """Returns a Parquet file with something wrong."""
    out = io.BytesIO()
    pq.write_table(pa.table({"text": [f"{GOOD} {n}" for n in range(50)]}), out)
    data = bytearray(out.getvalue())
    mutate(data)
    return bytes(data)


def _long_footer(data: bytearray) -> None:
    data[-8:-4] = struct.pack("<I", 0x7FFFFFFF)


def _wrong_pages(data: bytearray) -> None:
    data[20:60] = b"\xff" * 40


def cut(data: bytes, share: float = 0.6) -> bytes:
    """Returns the first part of it."""
    return data[: int(len(data) * share)]


def in_blocks(pack: Callable[[bytes], bytes], data: bytes) -> bytes:
    """Returns data compressed 20 kB at a time, as parallel compressors do it."""
    return b"".join(pack(data[at : at + 20_000]) for at in range(0, len(data), 20_000))


def hostile() -> dict[str, bytes]:
    """Returns name -> content; every name begins with a letter, so that the good ones can be told."""
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    warc = (
        b"WARC/1.0\r\nWARC-Type: resource\r\nContent-Type: text/plain\r\nContent-Length: %d\r\n\r\n%s\r\n\r\n"
    )
    good_warc = warc % (len(GOOD), GOOD.encode())
    files = {
        "bomb.zip": zipped({"a.txt": GOOD, "b.txt": b"x" * (70 << 20), "c.txt": GOOD + "c"}),
        "overlap.zip": overlapping(),
        "encrypted.zip": _encrypted(),
        "absurd.tar": absurd_tar(),
        "bomb.txt.gz": PACK["gz"](b"x" * (70 << 20)),
        "bomb.txt.zst": PACK["zst"](b"x" * (70 << 20)),
        "bomb.jsonl.gz": PACK["gz"](LINES[:900] + b'{"text":"' + b"x" * (70 << 20) + b'"}\n' + LINES[:900]),
        "evil.tar": tarred(
            {
                "ok.txt": GOOD.encode(),
                "../up.txt": b"x",
                "/etc/passwd": b"x",
                "link": special("link", tarfile.SYMTYPE, "/etc/passwd"),
                "hard": special("hard", tarfile.LNKTYPE, "ok.txt"),
                "dev": special("dev", tarfile.CHRTYPE),
                "pipe": special("pipe", tarfile.FIFOTYPE),
                "last.txt": (GOOD + "last").encode(),
            }
        ),
        "nested.tar": tarred({"in.zip": zipped({"a.txt": GOOD}), "in.tar.gz": PACK["gz"](tarred({}))}),
        "twice.txt.gz": PACK["gz"](PACK["gz"](GOOD.encode())),
        "nul.txt": GOOD.encode() + bytes(3000),
        "nul.jsonl": b'{"text": "a\\u0000b ' + GOOD.encode() + b'"}\n' + bytes(100) + b"\n" + LINES[:900],
        "deep.json": b"[" * 500_000,
        "deep.jsonl": b'{"a":' * 100_000 + b"\n" + LINES[:900],
        "deep.html": b"<html><body>" + b"<div>" * 50_000 + GOOD.encode(),
        "deep.eml": _deep_mail(),
        "laughs.xml": (
            f'<?xml version="1.0"?><!DOCTYPE mediawiki [<!ENTITY l0 "ha">{laughs}]>'
            f"<mediawiki>{PAGE.format('&l9;')}</mediawiki>"
        ).encode(),
        "laughs.docx": office_laughs(
            "word/document.xml",
            '<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">'
            "<w:body><w:p><w:r><w:t>&l9;</w:t></w:r></w:p></w:body></w:document>",
            laughs,
        ),
        "laughs.xlsx": office_laughs(
            "xl/sharedStrings.xml",
            '<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><si><t>&l9;</t></si></sst>',
            laughs,
        ),
        "laughs.odt": office_laughs("content.xml", _ODF.format("&l9;"), laughs),
        "long.warc": good_warc + warc % (1 << 60, b"short") + good_warc,
        "footer.parquet": parquet(_long_footer),
        "pages.parquet": parquet(_wrong_pages),
        "empty.parquet": b"",
    }
    for kind, pack in PACK.items():
        files[f"cut.jsonl.{kind}"] = cut(in_blocks(pack, LINES))
    files["cut.xml.bz2"] = cut(in_blocks(bz2.compress, WIKI))
    files["cut.warc.gz"] = cut(b"".join(PACK["gz"](good_warc) for _ in range(20)), 0.62)
    return files


_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_SHEET = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_ODF = (
    '<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><office:body><office:text>'
    "<text:p>{}</text:p></office:text></office:body></office:document-content>"
)
_BOOK = {
    "xl/workbook.xml": f'<workbook xmlns="{_SHEET}" xmlns:r="{_OFFICE}"><sheets>'
    '<sheet name="s" sheetId="1" r:id="r1"/></sheets></workbook>',
    "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">'
    f'<Relationship Id="r1" Type="{_OFFICE}/worksheet" Target="worksheets/s.xml"/>'
    f'<Relationship Id="r2" Type="{_OFFICE}/sharedStrings" Target="sharedStrings.xml"/></Relationships>',
    "xl/worksheets/s.xml": f'<worksheet xmlns="{_SHEET}"><sheetData><row r="1"><c r="A1" t="s"><v>0</v></c>'
    "</row></sheetData></worksheet>",
}


def office_laughs(part: str, xml: str, laughs: str) -> bytes:
    """Returns an office package one of whose parts expands to 10^9 words (billion laughs)."""
    content = f'<?xml version="1.0"?><!DOCTYPE d [<!ENTITY l0 "ha">{laughs}]>{xml}'
    if part == "content.xml":
        return zipped({"mimetype": "application/vnd.oasis.opendocument.text", part: content}, 0)
    word = part.startswith("word")
    kind, main = ("wordprocessingml.document", part) if word else ("spreadsheetml.sheet", "xl/workbook.xml")
    members: dict[str, bytes | str] = {
        "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types"><Override PartName="/{main}" '
        f'ContentType="application/vnd.openxmlformats-officedocument.{kind}.main+xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="r1" '
        f'Type="{_OFFICE}/officeDocument" Target="{main}"/></Relationships>',
        part: content,
    }
    return zipped(members if word else {**members, **_BOOK})


def _encrypted() -> bytes:
    data = bytearray(zipped({"a.txt": GOOD, "b.txt": GOOD + "b"}))
    for magic, offset in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
        at = data.index(magic)
        data[at + offset] |= 1
    return bytes(data)


def _deep_mail() -> bytes:
    mail = b"Subject: innermost\r\n\r\n" + GOOD.encode()
    for n in range(200):
        mail = (
            b"From: a@example.org\r\nSubject: level %d\r\nMIME-Version: 1.0\r\n"
            b'Content-Type: multipart/mixed; boundary="b%d"\r\n\r\n--b%d\r\n%s\r\n--b%d--\r\n'
        ) % (n, n, n, mail if not n else b"Content-Type: message/rfc822\r\n\r\n" + mail, n)
    return mail
