import json

import pptx
from pptx.util import Inches

from schemas.records import Document
from tests.transforms.read.papers import fate_of, saved, settled, text_of


def slide(made, title: str, *points: str):
    found = made.slides.add_slide(made.slide_layouts[1])
    found.shapes.title.text = title
    found.placeholders[1].text = "\n".join(points)
    return found


def test_a_presentation():
    made = pptx.Presentation()
    made.core_properties.author, made.core_properties.title = "Ann", "PowerPoint Presentation"
    first = slide(made, "One", "a point", "another")
    first.placeholders[1].text_frame.paragraphs[1].level = 1
    first.notes_slide.notes_text_frame.text = "Say this."
    second = slide(made, "Two", "a sentence alone")
    table = second.shapes.add_table(2, 2, Inches(1), Inches(1), Inches(4), Inches(1)).table
    for number, text in enumerate(("a", "b", "c", "d")):
        table.cell(number // 2, number % 2).text = text
    slide(made, "Hidden")._element.set("show", "0")
    [found] = settled(saved(made), "a.pptx")
    assert isinstance(found, Document)
    assert found.text == (
        "One\n\n- a point\n  - another\n\nNotes: Say this.\n\nTwo\n\na sentence alone\n\na | b\nc | d\n"
    )
    assert (found.title, found.author) == ("One", "Ann")
    assert found.media_type.endswith("presentationml.presentation")
    stated = json.loads(found.metadata or "")
    assert (stated["slides"], stated["slides_hidden"]) == (3, 1)


def test_slides_stand_in_the_order_in_which_they_are_shown():
    made = pptx.Presentation()
    slide(made, "made first")
    slide(made, "made second")
    order = made.slides._sldIdLst
    order.append(order[0])
    assert text_of(saved(made), "a.pptx") == "made second\n\nmade first\n"


def test_shapes_in_groups_are_read():
    made = pptx.Presentation()
    page = made.slides.add_slide(made.slide_layouts[6])
    group = page.shapes.add_group_shape()
    box = group.shapes.add_textbox(0, 0, Inches(1), Inches(1))
    box.text_frame.text = "in a group"
    assert text_of(saved(made), "a.txt") == "in a group\n"


def test_what_cannot_be_read():
    data = saved(pptx.Presentation())
    assert fate_of(data, "a.pptx") == "empty"
    assert fate_of(data[:5000], "a.pptx") == "truncated"
