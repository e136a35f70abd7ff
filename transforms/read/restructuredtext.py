"""reStructuredText (docutils, Sphinx, PEPs) to text.

Headings are lines of their own, lists keep their marks, literal blocks stay as they are, roles and
references give their text. A header block (``Title: …``, ``Author: …``) or a first field list becomes
metadata.
"""

import re
from typing import Any

from docutils import nodes

from schemas.records import Dead, Extracted, Refused
from transforms.read.dates import parse_timestamp
from transforms.read.decode import decode
from transforms.read.formats import ExtractOptions, Format
from transforms.read.layout import TextLayout, join_lines, table_row

_HEADER_LINE = r"[A-Z][\w-]*:(?:[ \t].*)?\n(?:[ \t]+\S.*\n)*"
_HEADER = re.compile(rf"\A\s*((?:{_HEADER_LINE}){{2,}})\s*\n")
_HEADER_FIELD = re.compile(r"^([A-Z][\w-]*):[ \t]*((?:.*\n)(?:[ \t]+\S.*\n)*)", re.MULTILINE)
_KNOWN_HEADERS = {"title", "author", "pep", "status", "created"}
_UNDERLINE = re.compile(r"^([!-/:-@\[-`{-~])\1{2,}[ \t]*$", re.MULTILINE)
_ALPHABET = "abcdefghijklmnopqrstuvwxyz"
_DROPPED = (
    nodes.comment,
    nodes.target,
    nodes.raw,
    nodes.substitution_definition,
    nodes.pending,
    nodes.docinfo,
    nodes.transition,
    nodes.colspec,
)


def extract(raw: bytes, options: ExtractOptions) -> Extracted | Refused | Dead:
    """Makes the text that a reader of the rendered page would see."""
    from transforms.read.rst_parser import parse  # slow to import, and few builds have any

    decoded = decode(raw)
    if isinstance(decoded, Dead):
        return decoded
    header, body = _split_header(decoded[0].replace("\r\n", "\n").lstrip("\ufeff"))
    try:
        document = parse(body)
        rendering = _Rendering(document)
        header = {**rendering.take_fields(), **header}
        rendering.blocks(document)
    except Exception as error:  # docutils on untrusted text raises what it likes
        return Dead("parse_error", f"{type(error).__name__}: docutils cannot parse it")
    return Extracted(
        rendering.layout.text(),
        title=header.get("title") or rendering.title,
        author=_names(header.get("author") or header.get("authors")),
        created_at=parse_timestamp(header.get("created") or header.get("date")),
        metadata=header,
    )


def _split_header(text: str) -> tuple[dict[str, str], str]:
    """Takes a header block as in RFC 2822 off the text; names are in lower case."""
    found = _HEADER.match(text + "\n")
    if found is None:
        return {}, text
    fields = {name.lower(): " ".join(value.split()) for name, value in _HEADER_FIELD.findall(found[1])}
    if not _KNOWN_HEADERS & fields.keys():
        return {}, text
    return fields, text[found.end() :]


def _names(author: str | None) -> str | None:
    """Returns names without addresses in angle brackets."""
    if not author:
        return None
    return (
        ", ".join(name.strip() for name in re.sub(r"\s*<[^<>]*>", "", author).split(",") if name.strip())
        or None
    )


class _Rendering:
    """One walk over a document tree."""

    def __init__(self, document: nodes.document) -> None:
        self.layout = TextLayout()
        self.title: str | None = None
        self._document = document
        self._label = ""
        self._tight = False

    def take_fields(self) -> dict[str, str]:
        """Takes a field list that is the first of the document off it, or that follows its title."""
        place: Any = self._document
        for _ in range(2):
            content = [node for node in place if not isinstance(node, (*_DROPPED, nodes.title))]
            if content and isinstance(content[0], nodes.field_list):
                fields = content[0]
                place.remove(fields)
                pairs: list[Any] = list(fields)
                return {name.astext().lower(): join_lines(self._inline(body)) for name, body in pairs}
            if len(content) != 1 or not isinstance(content[0], nodes.section):
                return {}
            place = content[0]
        return {}

    def blocks(self, node: Any) -> None:
        """Adds the children of a block."""
        for child in node:
            self.block(child)

    def block(self, node: Any) -> None:
        """Adds a block."""
        if isinstance(node, _DROPPED):
            return
        handle = getattr(self, f"_{type(node).__name__}", None)
        if handle is not None:
            handle(node)
        elif isinstance(node, nodes.FixedTextElement):
            self._add(self._inline(node))
        elif isinstance(node, nodes.TextElement | nodes.Text):
            self._add(join_lines(self._inline(node)))
        else:
            self.blocks(node)

    def _add(self, text: str) -> None:
        label, self._label = self._label, ""
        tight, self._tight = self._tight, False
        self.layout.add(label + text if text else "", tight=tight)

    def _title(self, node: Any) -> None:
        text = join_lines(self._inline(node))
        if self.title is None:
            self.title = text or None
        self._add(text)

    def _container(self, node: Any) -> None:
        self._label = node.get("label", "") or self._label
        self.blocks(node)
        self._label = ""

    def _image(self, node: Any) -> None:
        self._add(node.get("alt", ""))

    def _bullet_list(self, node: Any) -> None:
        self._items(node, ["- "] * len(node))

    def _enumerated_list(self, node: Any) -> None:
        first = node.get("start", 1)
        letters = _ALPHABET if node.get("enumtype") == "loweralpha" else _ALPHABET.upper()
        numbers: list[Any] = list(range(first, first + len(node)))
        if node.get("enumtype", "").endswith("alpha"):
            numbers = [letters[(number - 1) % 26] for number in numbers]
        self._items(node, [f"{number}. " for number in numbers])

    def _items(self, node: Any, markers: list[str]) -> None:
        """Adds a list; items of one paragraph each stand close together."""
        compact = all(len(item) < 2 or isinstance(item[1], nodes.bullet_list) for item in node)
        for index, (item, marker) in enumerate(zip(node, markers, strict=True)):
            self.layout.open_item(marker)
            self._tight = compact and index > 0
            self.blocks(item)
            self.layout.close_item()
        self._tight = False

    def _definition_list_item(self, node: Any) -> None:
        for child in node:
            if isinstance(child, nodes.definition):
                self.layout.open_item("  ")
                self._tight = True
                self.blocks(child)
                self.layout.close_item()
            else:
                self._add(join_lines(self._inline(child)))
        self._tight = False

    def _field(self, node: Any) -> None:
        self._label = f"{node[0].astext()}: "
        if not node[1].astext().strip():
            self._add(" ")
        self.blocks(node[1])
        self._label = ""

    def _option_list_item(self, node: Any) -> None:
        names = ", ".join(option.astext() for option in node[0])
        self._add(f"{names}  {join_lines(self._inline(node[1]))}")

    def _line_block(self, node: Any, indent: str = "") -> None:
        self._add("\n".join(self._verse(node, "")))

    def _verse(self, node: Any, indent: str) -> list[str]:
        lines: list[str] = []
        for child in node:
            nested = isinstance(child, nodes.line_block)
            lines.extend(self._verse(child, indent + "    ") if nested else [indent + self._inline(child)])
        return lines

    def _footnote(self, node: Any) -> None:
        label = next((child.astext() for child in node if isinstance(child, nodes.label)), "")
        self._label = f"[{label}] " if label else ""
        self.blocks([child for child in node if not isinstance(child, nodes.label)])
        self._label = ""

    _citation = _footnote

    def _table(self, node: Any) -> None:
        for title in node.findall(nodes.title):
            self._add(join_lines(self._inline(title)))
        first = True
        for row in node.findall(nodes.row):
            cells = ["; ".join(join_lines(self._inline(block)) for block in entry) for entry in row]
            self.layout.add(table_row(cells), tight=not first)
            first = False

    def _system_message(self, node: Any) -> None:
        """Keeps the text that docutils could not make sense of."""
        for child in node:
            if isinstance(child, nodes.literal_block):
                self._add(_UNDERLINE.sub("", child.astext()).strip("\n"))

    def _inline(self, node: Any) -> str:
        """Returns the text of inline content."""
        children: Any = node
        if isinstance(node, nodes.Text):
            return str(node.astext())  # it holds marks of escapes
        if isinstance(node, nodes.image):
            return str(node.get("alt", ""))
        if isinstance(node, (*_DROPPED, nodes.system_message)):
            return node.astext() if isinstance(node, nodes.target) else ""
        if isinstance(node, nodes.substitution_reference):
            return self._substitution(node)
        if isinstance(node, nodes.footnote_reference | nodes.citation_reference):
            return f"[{node.astext()}]" if node.astext() else ""
        if isinstance(node, nodes.Inline | nodes.TextElement):
            return "".join(self._inline(child) for child in children)
        return "\n".join(self._inline(child) for child in children)

    def _substitution(self, node: Any) -> str:
        names = self._document.substitution_names
        name = nodes.fully_normalize_name(node.get("refname", node.astext()))
        definition = self._document.substitution_defs.get(names.get(name, node.get("refname", "")))
        if definition is None:
            return str(node.astext())
        return "".join(
            child.get("alt", "") if isinstance(child, nodes.image) else child.astext() for child in definition
        )


FORMAT = Format(
    name="rst",
    media_type="text/x-rst",
    extensions=(".rst", ".rest", ".rst.txt"),
    extract=extract,
    libraries=("charset-normalizer", "docutils"),
)
