import json
import tarfile

import pytest

from schemas.records import Dead, Extracted
from tests.transforms.read.helpers import read
from transforms.read.formats import ExtractOptions
from transforms.read.notebook import extract

CELLS = [
    {"cell_type": "markdown", "source": ["# Sums\n", "\n", "Some **bold** words."]},
    {"cell_type": "code", "source": "x = 1\nprint(x)\n", "outputs": [{"text": "MACHINE"}]},
    {"cell_type": "raw", "source": "RAW"},
    {"cell_type": "code", "source": []},
]


def notebook(**fields: object) -> bytes:
    return json.dumps({"nbformat": 4, "cells": CELLS, "metadata": {}, **fields}).encode()


def test_cells_become_text_and_outputs_do_not():
    found = extract(notebook(metadata={"language_info": {"name": "Python"}}), ExtractOptions())
    assert found == Extracted(
        "Sums\n\nSome bold words.\n\nx = 1\nprint(x)", title="Sums", metadata={"code": "python"}
    )


def test_title_and_authors_that_are_stated():
    stated = {"title": "T", "authors": [{"name": "Ada"}, {"name": "Bob"}], "kernelspec": {"language": "R"}}
    found = extract(notebook(metadata=stated), ExtractOptions())
    assert isinstance(found, Extracted)
    assert (found.title, found.author, found.metadata) == ("T", "Ada, Bob", {"code": "r"})


def test_version_3_has_worksheets_and_heading_cells():
    cells = [
        {"cell_type": "heading", "source": "Top"},
        {"cell_type": "code", "language": "python", "input": ["a = 1\n", "b"]},
    ]
    raw = json.dumps({"nbformat": 3, "worksheets": [{"cells": cells}]}).encode()
    found = extract(raw, ExtractOptions())
    assert found == Extracted("Top\n\na = 1\nb", title="Top", metadata={"code": "python"})


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"{", "corrupt"),
        (b"[]", "parse_error"),
        (b"{}", "parse_error"),
        (b"null", "parse_error"),
        (b'{"worksheets": 7}', "parse_error"),
        (notebook()[:-20], "corrupt"),
    ],
)
def test_what_is_no_notebook_is_dead(raw, reason):
    found = extract(raw, ExtractOptions())
    assert isinstance(found, Dead)
    assert found.reason == reason


@pytest.mark.parametrize(
    "cells", [[], [7], [{"cell_type": 1}], [{"cell_type": "markdown", "source": {"a": 1}}]]
)
def test_odd_cells_give_no_text(cells):
    found = extract(notebook(cells=cells, metadata=[1]), ExtractOptions())
    assert found == Extracted("")


def test_lone_surrogates_are_replaced():
    cells = [{"cell_type": "code", "source": "a\ud800"}]
    found = extract(json.dumps({"cells": cells}).encode(), ExtractOptions())
    assert isinstance(found, Extracted)
    assert found.text == "a\ufffd"


def test_the_format_is_found_by_its_name():
    (record,) = read(notebook(), "a.ipynb")
    assert (record.format, record.media_type, record.locator) == ("notebook", "application/x-ipynb+json", "")


def test_a_real_notebook(shared_data):
    path = shared_data / "samples" / "H_documents" / "markitdown_tests.tar.gz"
    with tarfile.open(path) as archive:
        member = next(item for item in archive if item.name.endswith(".ipynb"))
        file = archive.extractfile(member)
        assert file is not None
        found = extract(file.read(), ExtractOptions())
    assert isinstance(found, Extracted)
    assert found.title == "Test Notebook Title"
    assert 'print("markitdown")' in found.text
    assert found.metadata == {"code": "python"}
