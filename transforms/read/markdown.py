"""Markdown (CommonMark, tables, front matter, MDX and what site generators add) to text.

Headings are lines of their own, lists keep their marks, code stays as it is, links and images give
their text. Two parsers share the work: ``markdown-it-py`` finds the blocks; the inline markup is parsed
only where a character of it occurs. Linear in the length of the text for all but hostile input.
"""

import re
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.token import Token

from schemas.records import Dead, Extracted, Refused
from transforms.read.decode import decode
from transforms.read.formats import ExtractOptions, Format
from transforms.read.front_matter import split_front_matter, with_front_matter
from transforms.read.layout import TextLayout, join_lines, needs_space, table_row
from transforms.read.markdown_dialects import drop_attributes, drop_braced, drop_includes, unwrap_links
from transforms.read.markdown_parser import parser_for
from transforms.read.tags import strip_tags

_INLINE = re.compile(r"[\\`*\[<&]|~~|\{[{%/:]|(?<![^\W_])_|_(?![^\W_])|  \n")
_CODE_SPAN = re.compile(r"(?<!`)(`+)(?!`)(.*?[^`])\1(?!`)", re.DOTALL)
_CJK = re.compile(
    r"[\u3040-\u30ff\u3400-\u9fff]"
)  # CommonMark misses emphasis that ends between them and a mark
_BREAK_TAG = re.compile(r"<br\s*/?>", re.IGNORECASE)
_ALERT = re.compile(r"\A\[!\w+\][ \t]*")


def extract(raw: bytes, options: ExtractOptions) -> Extracted | Refused | Dead:
    """Makes the text that a reader of the rendered page would see; front matter becomes metadata."""
    decoded = decode(raw)
    if isinstance(decoded, Dead):
        return decoded
    fields, body = split_front_matter(decoded[0])
    try:
        text, title = markdown_text(body)
    except RecursionError:
        return Dead("parse_error", "RecursionError: nested too deep")
    return with_front_matter(Extracted(text, title=title), fields)


def markdown_text(body: str) -> tuple[str, str | None]:
    """Returns the text of Markdown without front matter, and its first heading of the first level (or any).

    Raises:
        RecursionError: If it is nested too deep.
    """
    body = unwrap_links(body)
    rendering = _Rendering(parser_for(body))
    rendering.run(body)
    return rendering.layout.text(), rendering.title


class _Rendering:
    """One walk over the tokens of a text."""

    def __init__(self, parser: MarkdownIt) -> None:
        self.layout = TextLayout()
        self.title: str | None = None
        self._parser = parser
        self._env: dict[str, Any] = {}
        self._lists: list[int | None] = []  # number of the next item, None in a list of bullets
        self._row: list[str] | None = None
        self._heading = self._title_level = ""
        self._tight = self._fresh_list = self._fresh_table = False

    def run(self, body: str) -> None:
        for token in self._parser.parse(body, self._env):
            kind = token.type
            if kind == "inline":
                self._add_inline(token)
            elif kind == "paragraph_open":
                self._tight = token.hidden
            elif kind in {"fence", "code_block"}:
                self.layout.add(drop_includes(token.content))
            elif kind == "html_block":
                self.layout.add(strip_tags(drop_braced(token.content)))
            elif kind == "heading_open":
                self._heading = token.tag
            elif kind == "heading_close":
                self._heading = ""
            elif kind == "list_item_open":
                self.layout.open_item(self._marker())
            elif kind == "list_item_close":
                self.layout.close_item()
            elif kind.endswith("list_open"):
                ordered = kind == "ordered_list_open"
                self._lists.append(int(token.attrs.get("start", 1)) if ordered else None)
                self._fresh_list = len(self._lists) == 1
            elif kind.endswith("list_close"):
                self._lists.pop()
            elif kind == "tr_open":
                self._row = []
            elif kind == "tr_close":
                self._end_row()
            elif kind == "table_open":
                self._fresh_table = True

    def _marker(self) -> str:
        number = self._lists[-1]
        if number is None:
            return "- "
        self._lists[-1] = number + 1
        return f"{number}. "

    def _end_row(self) -> None:
        self.layout.add(table_row(self._row or []), tight=not self._fresh_table)
        self._row = None
        self._fresh_table = False

    def _add_inline(self, token: Token) -> None:
        text = self._inline_text(token)
        if self._row is not None:
            self._row.append(text)
            return
        if self._heading:
            text = drop_attributes(text)
            if self.title is None or (self._heading == "h1" and self._title_level != "h1"):
                self.title, self._title_level = text or None, self._heading
            self._heading = ""
            self.layout.add(text)
            return
        tight = self._tight and not self._fresh_list
        if text:
            self._fresh_list = False
        self.layout.add(text, tight=tight)
        self._tight = False

    def _inline_text(self, token: Token) -> str:
        content = token.content
        if content.startswith("[!"):
            content = _ALERT.sub("", content)
        if not _INLINE.search(content):
            return join_lines(content)
        if "`" in content:
            spans = _CODE_SPAN.split(content)  # text, backticks, code, text …
            if not any(_INLINE.search(text) for text in spans[::3]):
                spans[2::3] = [_code(code) for code in spans[2::3]]
                del spans[1::3]
                return join_lines("".join(spans))
        children: list[Token] = []
        self._parser.inline.parse(content, self._parser, self._env, children)
        if "**" in content and _CJK.search(content):
            for child in children:
                if child.type == "text":
                    child.content = child.content.replace("**", "")
        return _join(children).strip()


def _code(span: str) -> str:
    """Returns what stands in a code span (CommonMark 0.31, 6.1)."""
    code = span.replace("\n", " ")
    return code[1:-1] if code[:1] == code[-1:] == " " and code.strip() else code


def _join(tokens: list[Token]) -> str:
    """Returns the text of inline tokens."""
    parts: list[str] = []
    soft = hidden = False
    for token in tokens:
        kind = token.type
        if kind == "softbreak":
            soft = True
            continue
        if kind in {"text", "text_special", "code_inline"}:
            part = token.content
        elif kind == "hardbreak" or (kind == "html_inline" and _BREAK_TAG.match(token.content)):
            part = "\n"
        elif kind == "image":
            part = _join(token.children or [])
        else:  # nothing to see; of the spaces around it one is left
            hidden = hidden or kind == "html_inline"
            continue
        if hidden and part:
            part = part.lstrip(" ") if parts and parts[-1].endswith(" ") else part
            hidden = False
        if soft and part:
            before = next((text[-1] for text in reversed(parts) if text), "")
            if before and not before.isspace() and not part[0].isspace() and needs_space(before, part[0]):
                parts.append(" ")
            soft = False
        parts.append(part)
    return "".join(parts)


FORMAT = Format(
    name="markdown",
    media_type="text/markdown",
    extensions=(".md", ".markdown", ".mdx", ".mdown", ".mkd"),
    extract=extract,
    libraries=("charset-normalizer", "markdown-it-py", "pyyaml"),
)
