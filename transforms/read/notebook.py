"""Jupyter notebooks: Markdown cells as their text, code cells as they are.

Outputs are left out: a machine wrote them, they repeat what the code says, and most of their bytes are
images, tables twice over and tracebacks. So are raw cells, which hold commands for converters.
The format is that of nbformat 4 (``cells``) and 3 (``worksheets``), docs of the Jupyter project.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from schemas.records import Dead, Extracted, Refused
from transforms.read import markdown
from transforms.read.formats import ExtractOptions, Format
from transforms.read.json_values import parse_json
from transforms.read.markdown import markdown_text
from transforms.read.structured import as_names
from transforms.read.values import valid_text

_MAX_LANGUAGE_CHARS = 40


def extract(raw: bytes, options: ExtractOptions) -> Extracted | Refused | Dead:
    """Joins the cells by blank lines; the title is stated, or the first heading."""
    parsed = parse_json(raw)
    if isinstance(parsed, Dead):
        return parsed
    notebook = parsed[0]
    cells = _cells(notebook)
    if cells is None:
        return Dead("parse_error", "ValueError: not a notebook")
    texts: list[str] = []
    title: str | None = None
    try:
        for cell in cells:
            text, heading = _text(cell)
            title = title or heading
            if text.strip():
                texts.append(text.strip("\n"))
    except RecursionError:
        return Dead("parse_error", "RecursionError: nested too deep")
    stated = _mapping(notebook.get("metadata"))
    language = _language(stated, cells)
    name = stated.get("title")
    return Extracted(
        "\n\n".join(texts),
        title=name if isinstance(name, str) and name.strip() else title,
        author=as_names(stated.get("authors")),
        metadata={"code": language} if language else {},
    )


def _cells(notebook: Any) -> list[Mapping[str, Any]] | None:
    """Returns the cells of a notebook; None if it is none."""
    if not isinstance(notebook, Mapping):
        return None
    lists = [notebook.get("cells")]
    if lists[0] is None:
        sheets = notebook.get("worksheets")
        if not isinstance(sheets, list):
            return None
        lists = [_mapping(sheet).get("cells") for sheet in sheets]
    return [cell for cells in lists if isinstance(cells, list) for cell in cells if isinstance(cell, Mapping)]


def _text(cell: Mapping[str, Any]) -> tuple[str, str | None]:
    """Returns the text of a cell, and its first heading."""
    kind = cell.get("cell_type")
    source = _joined(cell.get("source", cell.get("input")))
    if kind == "markdown":
        return markdown_text(source)
    if kind == "heading":
        return source, source.strip() or None
    return (source, None) if kind == "code" else ("", None)


def _joined(source: Any) -> str:
    """Returns multi-line text, which is a string or the list of its lines."""
    lines: Iterator[Any] = iter(source) if isinstance(source, list) else iter([source])
    return valid_text("".join(line for line in lines if isinstance(line, str)))


def _language(stated: Mapping[str, Any], cells: Sequence[Mapping[str, Any]]) -> str | None:
    """Returns the programming language as the notebook, its kernel or (nbformat 3) a cell states it."""
    names = [
        _mapping(stated.get("language_info")).get("name"),
        _mapping(stated.get("kernelspec")).get("language"),
        *(cell.get("language") for cell in cells),
    ]
    found = next((name for name in names if isinstance(name, str) and name.strip()), None)
    return found.strip().lower()[:_MAX_LANGUAGE_CHARS] if found else None


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


FORMAT = Format(
    name="notebook",
    media_type="application/x-ipynb+json",
    extensions=(".ipynb",),
    extract=extract,
    libraries=("orjson", *markdown.FORMAT.libraries),
)
