import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.records import Dead
from transforms.read.coherence import wide_by_script
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


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"])
@pytest.mark.parametrize(
    "text",
    ["这是一个测试。今天天气很好，我们去公园吧！\n" * 9, RUSSIAN, JAPANESE, "한국어 문장입니다.\n" * 20],
)
def test_wide_text_without_latin_letters_is_told_by_its_script(text, encoding):
    assert decode(text.encode(encoding)) == (text, encoding)
    assert looks_like_text(text.encode(encoding)[:400])


@given(raw=st.binary(min_size=64, max_size=400))
def test_bytes_at_random_are_no_wide_text(raw):
    assert wide_by_script(raw) is None


@pytest.mark.parametrize(
    ("text", "encoding"), [(JAPANESE, "iso2022-jp-2"), ("한국어 문장입니다.\n" * 20, "iso2022-kr")]
)
def test_escape_sequences_tell_an_encoding(text, encoding):
    assert decode(text.encode(encoding)) == (text, encoding)
    assert looks_like_text(text.encode(encoding))


@pytest.mark.parametrize("colours", [b"\x1b[31mred\x1b[0m text", b"cost: \x1b$ 5"])
def test_escape_sequences_of_terminals_tell_nothing(colours):
    assert decode(colours) == (colours.decode(), "utf-8")


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("Um docente espanhol de 33 anos não foi tão bem à reunião da associação, que é só dele. ", "cp1252"),
        ("Un docente español de 33 años de edad que llegó a la reunión con el señor Núñez. ", "cp1252"),
        (
            "Türkiye'nin başkenti Ankara'dır; şehrin nüfusu hızla büyüyor, çünkü iş imkânları çoğalıyor. ",
            "cp1254",
        ),
        ("Příliš žluťoučký kůň úpěl ďábelské ódy, a už týdny cloumá český policejní mluvčí. ", "iso8859-2"),
        ("Příliš žluťoučký kůň úpěl ďábelské ódy, a už týdny cloumá český policejní mluvčí. ", "cp1250"),
        ("Naukowcy zauważyli, że zmiana rytmu snu ma wpływ na pamięć i na zdrowie dzieci. ", "iso8859-2"),
    ],
)
def test_a_language_tells_the_encodings_of_europe(text, encoding):
    decoded = decode((text * 8).encode(encoding))
    assert not isinstance(decoded, Dead)
    assert decoded[0] == text * 8


def test_a_mark_wins_over_what_is_declared():
    assert decode(RUSSIAN.encode("utf-16"), "windows-1251") == (RUSSIAN, "utf-16-le")
    assert decode(RUSSIAN.encode("utf-8-sig"), "windows-1251") == (RUSSIAN, "utf-8")


def test_japanese_with_a_broken_byte_is_read():
    raw = JAPANESE.encode("cp932")
    decoded = decode(raw[:200] + b"\x81\x20\xff" + raw[200:])
    assert not isinstance(decoded, Dead)
    assert decoded[0].count("日本語") >= 18
