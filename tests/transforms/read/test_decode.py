import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.records import Dead
from transforms.read.decode import decode, encoding_of, looks_like_text

GERMAN = "Größe, Übermaß und Fußgängerübergänge: die Straße heißt Äußere Mühlgasse. " * 20
RUSSIAN = "Съешь же ещё этих мягких французских булок, да выпей чаю. " * 20
JAPANESE = "これは日本語の文章です。文字コードを調べるために書かれています。" * 20


@given(text=st.text())
def test_utf8_is_read_as_it_is(text):
    decoded = decode(text.encode("utf-8", "replace").replace(b"\0", b" "))
    if isinstance(decoded, Dead):  # only what is full of control characters
        assert any(ord(char) < 32 for char in text)
    elif not text.startswith("\ufeff"):
        assert decoded[0].replace("?", "") == text.encode("utf-8", "replace").decode().replace(
            "\0", " "
        ).replace("?", "")


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32"])
def test_a_mark_decides(encoding):
    decoded = decode(JAPANESE.encode(encoding))
    assert not isinstance(decoded, Dead)
    assert decoded[0] == JAPANESE


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"])
def test_wide_text_without_a_mark_is_told_by_its_zeros(encoding):
    assert decode(GERMAN.encode(encoding)) == (GERMAN, encoding)
    assert looks_like_text(GERMAN.encode(encoding)[:1000])
    assert encoding_of(GERMAN.encode(encoding)) is None


@pytest.mark.parametrize(
    ("text", "encoding", "declared"),
    [
        (GERMAN, "cp1252", None),
        (GERMAN, "cp1252", "iso-8859-1"),
        (RUSSIAN, "cp1251", None),
        (RUSSIAN, "koi8-r", "koi8-r"),
        (JAPANESE, "shift_jis", None),
        (JAPANESE, "euc-jp", "EUC-JP"),
        (GERMAN, "utf-8", "iso-8859-1"),
        (GERMAN, "cp1252", "utf-8"),
        (GERMAN, "cp1252", "no-such-encoding"),
    ],
)
def test_legacy_encodings(text, encoding, declared):
    decoded = decode(text.encode(encoding), declared)
    assert not isinstance(decoded, Dead)
    assert decoded[0] == text


def test_line_ends_stay():
    assert decode(b"a\r\nb\rc\n") == ("a\r\nb\rc\n", "utf-8")


def test_a_few_broken_bytes_do_not_make_utf8_something_else():
    decoded = decode(GERMAN.encode() + b"\xff" + RUSSIAN.encode())
    assert decoded == (GERMAN + "\ufffd" + RUSSIAN, "utf-8")


@pytest.mark.parametrize("raw", [bytes(range(256)) * 10, b"\x00\x01\x02\x03" * 100, b"a\0b\0\0\0\1\1" * 50])
def test_binary_is_undecodable(raw):
    decoded = decode(raw)
    assert isinstance(decoded, Dead)
    assert decoded.reason == "undecodable"
    assert not looks_like_text(raw)


@pytest.mark.parametrize(
    "declared", ["idna", "punycode", "undefined", "unicode_escape", "rot13", "a\0b", "x"]
)
def test_no_name_of_a_codec_is_taken_for_an_encoding(declared):
    raw = b"caf\xe9 und Gr\xfc\xdfe, \\u0041 " * 20
    assert decode(raw, declared) == decode(raw)


def test_the_sample_files(shared_data):
    """Of the legacy files of a public set, most decode to what their folder says."""
    import tarfile

    right = total = 0
    with tarfile.open(shared_data / "samples/E_encoding/char_dataset.tar.gz") as archive:
        for info in archive:
            parts = info.name.split("/")
            if not info.isfile() or parts[-2] == "None":
                continue
            raw = archive.extractfile(info).read()  # type: ignore[union-attr]
            try:
                truth = raw.decode(parts[-2]).lstrip("\ufeff")
            except (LookupError, UnicodeDecodeError):
                continue
            decoded = decode(raw)
            total += 1
            right += not isinstance(decoded, Dead) and decoded[0] == truth
    assert total > 100
    assert right / total > 0.7
