import json
import zipfile
from io import BytesIO

import pytest

from schemas.records import Document
from tests.transforms.read.papers import fate_of, lines, pdf, settled, text_of, together
from transforms.read.pdf.document import mixed_words

PARAGRAPH = (
    "The quick brown fox jumps over the lazy dog near the river, and the",
    "lazy dog sleeps on without any notice of the fox that jumped over",
    "it, as dogs do.",
)


def table(*rows: tuple[str, ...], lefts: tuple[float, ...] = (72, 200, 330), top: float = 700):
    return together(
        *(
            lines(cell, left=left, top=top - 15 * number)
            for number, row in enumerate(rows)
            for left, cell in zip(lefts, row, strict=False)
            if cell
        )
    )


def test_lines_are_joined_to_paragraphs():
    data = pdf(together(lines("A heading", size=20, top=740), lines(*PARAGRAPH), lines("Another.", top=600)))
    assert text_of(data, "a.pdf") == "A heading\n\n" + " ".join(PARAGRAPH) + "\n\nAnother.\n"


def test_what_the_file_states_is_kept():
    [found] = settled(pdf(lines("Words."), title="On growth", author="D'Arcy", lang="en-GB"), "a.pdf")
    assert isinstance(found, Document)
    assert (found.title, found.author, found.media_type) == ("On growth", "D'Arcy", "application/pdf")
    assert found.created_at == 946684800_000000  # what reportlab writes where it may not look at the clock
    stated = json.loads(found.metadata or "")
    assert (stated["pages"], stated["lang"]) == (1, "en-GB")


def test_a_name_says_nothing():
    data = pdf(lines("Words."))
    for name in ("a.txt", "a.docx", "a", "a.html"):
        [found] = settled(data, name)
        assert isinstance(found, Document)
        assert found.media_type == "application/pdf"
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("folder/a.pdf", data)
    [found] = settled(out.getvalue(), "a.zip")
    assert isinstance(found, Document)
    assert (found.text, found.locator) == ("Words.\n", "member=folder/a.pdf")


def test_items_of_a_list_stand_close():
    data = pdf(lines("\u2022 one item", "\u2022 another", "\u2022 the last one"))
    assert text_of(data, "a.pdf") == "- one item\n- another\n- the last one\n"


def test_a_table_keeps_its_columns():
    data = pdf(table(("Name", "Age", "Town"), ("Ada", "36", "London"), ("Alan", "", "Wilmslow")))
    assert text_of(data, "a.pdf") == "Name | Age | Town\nAda | 36 | London\nAlan |  | Wilmslow\n"


def test_two_columns_are_read_one_after_the_other():
    left = [f"left column line {number} goes on here" for number in range(6)]
    right = [f"right column line {number} goes on here" for number in range(6)]
    one_by_one = pdf(together(lines(*left), lines(*right, left=330)))
    interleaved = pdf(
        together(
            *(
                lines(text, left=at, top=700 - 14.4 * number)
                for number, pair in enumerate(zip(left, right, strict=True))
                for at, text in zip((72, 330), pair, strict=True)
            )
        )
    )
    for data in (one_by_one, interleaved):
        text = " ".join(text_of(data, "a.pdf").split())
        assert text == " ".join([*left, *right])


def test_heads_feet_and_page_numbers_are_left_out():
    def page(number: int):
        return together(
            lines("Annual Report 2024", top=780, size=9),
            lines(f"Text of page {number} that stands alone here", f"and differs: {'abc'[number - 1] * 5}."),
            lines(str(number), left=300, top=30, size=9),
        )

    text = text_of(pdf(page(1), page(2), page(3)), "a.pdf")
    assert "Annual" not in text
    assert [line for line in text.splitlines() if line.strip().isdigit()] == []
    assert text.count("Text of page") == 3


def test_numbers_that_do_not_count_the_pages_stay():
    pages = [together(lines("Some words here."), lines(number, top=30)) for number in ("7", "3", "9")]
    text = text_of(pdf(*pages), "a.pdf")
    assert [line for line in text.splitlines() if line.isdigit()] == ["7", "3", "9"]


def test_a_sentence_goes_on_over_the_page():
    first = lines("This sentence is long enough to be told from a heading, and goes")
    data = pdf(first, lines("on over the page."))
    assert text_of(data, "a.pdf").endswith("and goes on over the page.\n")


@pytest.mark.parametrize(
    ("before", "after", "rest", "joined"),
    [
        ("an infor-", "mation", "no more", "information"),
        ("an infor-", "mation", "by well-known means", "information"),
        ("a well-", "known", "it is a well-known fact", "well-known"),
        ("the X-", "Ray", "no more", "X-Ray"),
    ],
)
def test_hyphens_at_line_ends(before, after, rest, joined):
    text = f"The quick brown fox jumps over the lazy dog and finds {before}"
    data = pdf(lines(text, f"{after} about foxes which is not what it wanted, since {rest}."))
    assert f" {joined} about" in text_of(data, "a.pdf")


def test_a_page_on_its_side_is_read():
    def turned(canvas):
        canvas.translate(300, 100)
        canvas.rotate(90)
        lines("A line on its side", "and another one", left=0, top=0)(canvas)

    assert text_of(pdf(turned), "a.pdf") == "A line on its side and another one\n"


def test_watermarks_are_left_out():
    def slanted(canvas):
        canvas.saveState()
        canvas.translate(200, 200)
        canvas.rotate(45)
        lines("DRAFT", left=0, top=0, size=60)(canvas)
        canvas.restoreState()

    assert text_of(pdf(together(lines("Words of the text."), slanted)), "a.pdf") == "Words of the text.\n"


def test_pages_without_text_are_refused():
    def drawing(canvas):
        canvas.rect(100, 100, 200, 200, fill=1)

    assert fate_of(pdf(drawing, drawing), "scan.pdf") == "no_text_layer"
    [found] = settled(pdf(drawing, lines("Words.")), "a.pdf")
    assert isinstance(found, Document)
    assert json.loads(found.metadata or "")["pages_without_text"] == 1


def test_passwords():
    from reportlab.lib.pdfencrypt import StandardEncryption

    assert fate_of(pdf(lines("Words."), encrypt=StandardEncryption("user", "owner")), "a.pdf") == "encrypted"
    assert text_of(pdf(lines("Words."), encrypt=StandardEncryption("", "owner")), "a.pdf") == "Words.\n"


def test_damage():
    data = pdf(*[lines(*PARAGRAPH)] * 5)
    assert fate_of(data[:60], "a.pdf") == "truncated"
    assert fate_of(b"%PDF-1.7\n" + b"junk " * 100 + b"%%EOF", "a.pdf") == "corrupt"


@pytest.mark.parametrize("step", range(40))
def test_no_damage_is_an_exception(step):
    data = bytearray(pdf(*[lines(*PARAGRAPH)] * 2))
    for number in range(20):
        data[(step * 997 + number * 131) % len(data)] ^= 1 << (number % 8)
    for broken in (bytes(data), bytes(data[: len(data) * step // 40 + 5])):
        assert len(settled(broken, "a.pdf")) == 1


def test_words_of_mixed_scripts():
    assert mixed_words("日本のテスト東京タワー plain") == 0
    assert mixed_words("ಏೌ¢ୡ ଋҨ word") == pytest.approx(2 / 3)
    assert mixed_words("") == 0
