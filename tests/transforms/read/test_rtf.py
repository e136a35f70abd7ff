from schemas.records import Document
from tests.transforms.read.papers import fate_of, settled, text_of


def test_a_document():
    data = (
        rb"{\rtf1\ansi\ansicpg1252{\fonttbl{\f0 Times;}}"
        rb"{\info{\title On growth}{\author Ann}{\subject Form}{\creatim\yr1970\mo1\dy2\hr0\min0}}"
        rb"{\header HEAD}\pard First \b paragraph\b0  \'e9t\'e9 \u8364?.\par Second.\par"
        rb"{\listtext\'b7\tab}one\par{\listtext\'b7\tab}two\par"
        rb"\trowd\intbl a\cell b\cell\row\trowd\intbl c\cell d\cell\row}"
    )
    [found] = settled(data, "a.doc")
    assert isinstance(found, Document)
    assert found.text == "First paragraph été €.\n\nSecond.\n\n- one\n- two\n\na | b\nc | d\n"
    assert (found.title, found.author, found.created_at) == ("On growth", "Ann", 86400_000000)
    assert found.media_type == "application/rtf"


def test_pictures_are_passed_over():
    picture = b"{\\pict\\pngblip " + b"89504e470d0a1a0a" * 200_000 + b"}"
    assert text_of(b"{\\rtf1 before " + picture + b" after\\par}", "a.rtf") == "before  after\n"


def test_characters_beyond_the_first_plane():
    assert text_of(rb"{\rtf1\uc1 \u-10240?\u-8398?}", "a.rtf") == "\U00010332\n"


def test_what_cannot_be_read():
    assert fate_of(rb"{\rtf1 }", "a.rtf") == "empty"
    assert fate_of(b"{\\rtf1\\ansi{\\fonttbl{\\f0 Ti", "a.rtf") == "truncated"
