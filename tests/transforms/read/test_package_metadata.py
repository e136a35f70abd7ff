import pytest

from schemas.records import Extracted, Refused
from transforms.read import package_metadata
from transforms.read.formats import ExtractOptions


def extract(text: str):
    return package_metadata.extract(text.encode(), ExtractOptions())


def test_a_readme_in_markdown():
    found = extract(
        "Metadata-Version: 2.1\nName: tool\nVersion: 1.0\nAuthor: Ada\nClassifier: A\nClassifier: B\n"
        "Description-Content-Type: text/markdown; charset=UTF-8\n\n# Tool\n\nDoes *things*.\n"
    )
    assert isinstance(found, Extracted)
    assert (found.text, found.title, found.author) == ("Tool\n\nDoes things.\n", "tool", "Ada")
    assert found.metadata["classifier"] == ["A", "B"]
    assert found.metadata["version"] == "1.0"


@pytest.mark.parametrize(
    ("headers", "body", "text"),
    [
        ("Description-Content-Type: text/x-rst\n", "Tool\n====\n\n:func:`x`\n", "Tool\n\nx\n"),
        ("Description-Content-Type: text/plain\n", "*kept*\n", "*kept*\n"),
        ("", "# Tool\n\n**x**\n", "Tool\n\nx\n"),
        ("", "Tool\n====\n\n*x*\n", "Tool\n\nx\n"),
        ("Summary: In short.\n", "", "In short."),
        ("Description: Tool\n        ====\n        \n        *x*\n", "", "Tool\n\nx\n"),
    ],
)
def test_readmes_of_all_kinds(headers, body, text):
    found = extract(f"Metadata-Version: 2.1\nName: tool\n{headers}\n{body}")
    assert isinstance(found, Extracted)
    assert found.text == text


def test_without_any_text():
    assert extract("Metadata-Version: 2.1\nName: tool\n\n") == Refused("empty")
