"""AsciiDoc to text, line by line: a careful converter of what documents use, without includes or macros.

The header (title, author line, revision line, attributes) becomes metadata; attributes are put into
the text where it names them. Conditional blocks are kept whatever their condition.
"""

import re

from schemas.records import Dead, Extracted, Refused
from transforms.read.asciidoc_inline import inline_text
from transforms.read.asciidoc_tables import table_rows
from transforms.read.dates import parse_timestamp
from transforms.read.decode import decode
from transforms.read.formats import ExtractOptions, Format
from transforms.read.front_matter import split_front_matter, with_front_matter
from transforms.read.layout import TextLayout, join_lines, table_row

_HEADING = re.compile(r"(?:={1,6}|#{1,6})[ \t]+(\S.*)$")
_UNDERLINES = "=-~^+"
_ATTRIBUTE = re.compile(r":(!?[\w-]+!?):(?:[ \t]+(.*))?$")
_AUTHOR = re.compile(r"([\w.'-]+(?: [\w.'-]+){0,3})(?:\s*<[^<>]*>)?(?:\s*;.*)?$")
_REVISION = re.compile(r"(?:v?[\d.]+,?\s*)?(\d{4}-\d{2}-\d{2}|\w+ \d{1,2}, \d{4}|\d{1,2} \w+ \d{4})")
_BLOCK_ATTRIBUTES = re.compile(r"\[.*\]$")
_ANCHOR = re.compile(r"\[(?:\[[^\[\]]*\]|#[^\[\]]*)\]$")
_TITLE = re.compile(r"\.([^\s.].*)$")
_LIST = re.compile(r"[ \t]*(\*{1,5}|-|\.{1,5}|\d{1,4}\.|<(?:\d+|\.)>)[ \t]+(\S.*)$")
_TERM = re.compile(r"[ \t]*(\S.*?)(?::{2,4}|;;)(?:[ \t]+(\S.*))?$")
_DELIMITER = re.compile(
    r"(-{4,}|={4,}|\.{4,}|\*{4,}|_{4,}|\+{4,}|/{4,}|--|```\w*|\|===|,===|:===|!===)[ \t]*$"
)
_DIRECTIVE = re.compile(r"(?:include|ifdef|ifndef|ifeval|endif|toc)::?.*\[.*\]$|'{3,}$|<{3,}$")
_BLOCK_MACRO = re.compile(r"(image|video|audio)::[^\[]*\[(.*)\]$")
_ADMONITION = re.compile(r"(NOTE|TIP|IMPORTANT|WARNING|CAUTION):[ \t]+")
_VERBATIM = "-.+`"
_CALLOUT = re.compile(r"[ \t]*(?://|#|;;)?[ \t]*<(?:\d+|\.)>(?=[ \t]*$|[ \t]+<)", re.MULTILINE)


def extract(raw: bytes, options: ExtractOptions) -> Extracted | Refused | Dead:
    """Makes the text that a reader of the rendered page would see."""
    decoded = decode(raw)
    if isinstance(decoded, Dead):
        return decoded
    fields, body = split_front_matter(decoded[0])
    conversion = _Conversion(body.replace("\r\n", "\n").replace("\t", "    ").split("\n"))
    conversion.run()
    attributes = {key: value for key, value in conversion.attributes.items() if value}
    author = conversion.author or attributes.get("author")
    date = conversion.date or attributes.get("revdate") or attributes.get("date")
    found = Extracted(
        conversion.layout.text(), conversion.title, author, parse_timestamp(date), None, attributes
    )
    return with_front_matter(found, fields)


class _Conversion:
    """One pass over the lines of a document."""

    def __init__(self, lines: list[str]) -> None:
        self.layout = TextLayout()
        self.title: str | None = None
        self.author: str | None = None
        self.date: str | None = None
        self.attributes: dict[str, str] = {}
        self._lines = lines
        self._at = 0
        self._open: list[str] = []  # delimiters of the blocks around
        self._levels: list[str] = []  # marks of the lists around
        self._counts: list[int] = []
        self._attached = False
        self._caption = ""
        self._titles = _titles(lines)

    def run(self) -> None:
        self._header()
        while self._at < len(self._lines):
            self._block()
        self._close_lists()

    def _header(self) -> None:
        while self._at < len(self._lines) and (not self._line() or self._is_aside(self._line())):
            self._at += 1
        if self._at >= len(self._lines) or not re.match(r"[=#] \S", self._line()):
            return
        self.title = self._inline(self._line()[2:])
        self.layout.add(self.title)
        self._at += 1
        for _ in range(2):
            line = self._line()
            if self.author is None and _AUTHOR.match(line):
                self.author = _AUTHOR.sub(r"\1", line)
            elif self.author is not None and (found := _REVISION.match(line)):
                self.date = found[1]
            else:
                return
            self._at += 1

    def _line(self, ahead: int = 0) -> str:
        index = self._at + ahead
        return self._lines[index].rstrip() if index < len(self._lines) else ""

    def _is_aside(self, line: str) -> bool:
        """Takes lines that are no text: comments, attributes, directives."""
        if line.startswith("//") and not line.startswith("///"):
            return True
        if found := _ATTRIBUTE.match(line):
            name = found[1]
            if "!" not in name:
                self.attributes[name] = self._inline(found[2] or "") if len(self.attributes) < 1000 else ""
            return True
        return _DIRECTIVE.match(line) is not None

    def _block(self) -> None:
        line = self._line()
        if not line:
            self._at += 1
        elif found := _DELIMITER.match(line):
            self._delimited(found[1])
        elif self._is_aside(line) or _ANCHOR.match(line) or _BLOCK_ATTRIBUTES.match(line):
            self._at += 1
        elif line == "+":
            self._attached = True
            self._at += 1
        elif found := _HEADING.match(line):
            self._at += 1
            self._heading(found[1])
        elif self._is_underlined(line):
            self._at += 2
            self._heading(line)
        elif found := _BLOCK_MACRO.match(line):
            self._at += 1
            alternative = self._inline(found[2].split(",")[0].strip('"'))
            if alternative != self._caption:
                self.layout.add(alternative)
        elif found := _LIST.match(self._lines[self._at]):
            self._at += 1
            self._item(found[1], found[2])
        elif found := _TITLE.match(line):
            self._at += 1
            self._caption = self._inline(found[1])
            self._add(found[1])
        elif self._lines[self._at].startswith(" ") and not self._levels:
            self._literal()
        elif (found := _TERM.match(line)) and not re.search(r"\w::\w", line):
            self._at += 1
            self._term(found[1], found[2])
        else:
            self._paragraph(line)

    def _heading(self, text: str) -> None:
        self._close_lists()
        text = self._inline(text)
        if self.title is None:
            self.title = text
        self.layout.add(text)

    def _is_underlined(self, line: str) -> bool:
        """Tells a heading of two lines: the second is one sign, as long as the first give or take 2."""
        rule = self._line(1)
        if len(rule) < 3 or rule[0] not in _UNDERLINES or rule.strip(rule[0]):
            return False
        return abs(len(rule) - len(line)) <= 2 and not line.startswith((".", "[", "|"))

    def _add(self, text: str, *, tight: bool = False) -> None:
        if not self._attached and self._levels:
            self._close_lists()
        self._attached = False
        self.layout.add(self._inline(text), tight=tight)

    def _paragraph(self, first: str) -> None:
        lines: list[str] = []
        while (line := self._line()) and not (lines and self._ends_paragraph(line)):
            self._at += 1
            if not (line.startswith("//") and not line.startswith("///")):
                lines.append(line[:-2].rstrip() + "\n" if line.endswith(" +") else line)
        text = "\n".join(lines)
        parts = [join_lines(part) for part in text.split("\n\n")] if "\n\n" in text else [join_lines(text)]
        text = "\n".join(parts)
        text = (
            _ADMONITION.sub(lambda found: f"{found[1].capitalize()}: ", text, count=1)
            if first[:1].isupper()
            else text
        )
        self._add(text)

    def _ends_paragraph(self, line: str) -> bool:
        if line == "+" or _DELIMITER.match(line) or _DIRECTIVE.match(line) or _BLOCK_ATTRIBUTES.match(line):
            return True
        return bool(self._levels) and _LIST.match(line) is not None

    def _literal(self) -> None:
        lines: list[str] = []
        while self._line():
            lines.append(self._lines[self._at])
            self._at += 1
        indent = min(len(line) - len(line.lstrip()) for line in lines)
        self.layout.add("\n".join(line[indent:] for line in lines))

    def _delimited(self, delimiter: str) -> None:
        """Takes a delimited block: code as it is, comments and tables; of others only the delimiters."""
        if not self._attached:
            self._close_lists()
        self._at += 1
        if delimiter.endswith("==="[-3:]) and delimiter[0] in "|,:!":
            self._table(delimiter)
        elif delimiter[0] in _VERBATIM and delimiter != "--":
            self.layout.add(_CALLOUT.sub("", "\n".join(self._until(delimiter))))
        elif delimiter[0] == "/":
            self._until(delimiter)
        self._attached = False

    def _until(self, delimiter: str) -> list[str]:
        """Takes the lines up to the closing delimiter."""
        closing = "```" if delimiter.startswith("```") else delimiter
        lines: list[str] = []
        while self._at < len(self._lines) and self._line() != closing:
            line = self._lines[self._at].rstrip()
            if not _DIRECTIVE.match(line):
                lines.append(line)
            self._at += 1
        self._at += 1
        return lines

    def _table(self, delimiter: str) -> None:
        for index, row in enumerate(table_rows(self._until(delimiter), delimiter[0])):
            self.layout.add(table_row([self._inline(cell) for cell in row]), tight=index > 0)

    def _item(self, mark: str, text: str) -> None:
        kind = "1." if mark[0].isdigit() or mark[0] == "<" else mark
        fresh = not self._levels
        if kind in self._levels:
            while self._levels[-1] != kind:
                self._close_list()
            self.layout.close_item()
        else:
            self._levels.append(kind)
            self._counts.append(0)
        self._counts[-1] += 1
        bullet = kind[0] in "*-"
        self.layout.open_item("- " if bullet else f"{self._counts[-1]}. ")
        lines = [text]
        while (line := self._line()) and not self._ends_paragraph(line) and not _TERM.match(line):
            lines.append(line)
            self._at += 1
        self.layout.add(self._inline(join_lines("\n".join(lines))), tight=not fresh)
        self._attached = False

    def _term(self, term: str, text: str | None) -> None:
        self._close_lists()
        self.layout.add(self._inline(term))
        if text:
            self.layout.add("  " + self._inline(text), tight=True)

    def _close_list(self) -> None:
        self._levels.pop()
        self._counts.pop()
        self.layout.close_item()

    def _close_lists(self) -> None:
        while self._levels:
            self._close_list()

    def _inline(self, text: str) -> str:
        return inline_text(text, self.attributes, self._titles).strip()


def _titles(lines: list[str]) -> dict[str, str]:
    """Returns the titles of the places that have an anchor."""
    titles: dict[str, str] = {}
    anchor = ""
    for line in lines:
        if found := _ANCHOR.match(line.rstrip()):
            anchor = found[0].strip("[]").split(",")[0].lstrip("#")
        elif anchor and (found := _HEADING.match(line) or _TITLE.match(line)):
            titles[anchor] = inline_text(found[1].strip(), {})
            anchor = ""
        elif not line.startswith("["):
            anchor = ""
    return titles


def sniff(head: bytes, name: str) -> bool:
    """Takes every text; ``.asc`` with armoured keys was told apart before."""
    return b"\0" not in head


FORMAT = Format(
    name="asciidoc",
    media_type="text/asciidoc",
    extensions=(".adoc", ".asciidoc", ".asc"),
    extract=extract,
    libraries=("charset-normalizer", "pyyaml"),
)
