"""Wikitext (MediaWiki) to the text that a reader of the page sees, as far as the page itself says it.

Templates are dropped: what they expand to stands elsewhere. So are references, files, categories, links
to the same page in other languages, and headings under which nothing is left. Links give their text, lists
keep their marks, a row of a table is a line, code and formulas stay as they are.
"""

import re
from collections.abc import Callable, Iterable
from functools import cache
from typing import Any

MAX_CHARS = 1 << 21
"""Longest wikitext; MediaWiki itself takes 2 MB (``$wgMaxArticleSize``)."""

MAX_COST = 20_000_000
"""Brackets that are not closed times characters: what the parser may go over again, a few seconds of it."""

_PAIRS = re.compile(
    r"\{\{|\}\}|\[\[|\]\]|\[(?=https?:)|\]|<(?P<close>/?)(?P<tag>[a-zA-Z]+)(?P<rest>[^<>]*)(?P<end>>?)"
)
_LONE_TAGS = {"br", "hr", "li", "td", "th", "tr", "dt", "dd", "wbr"}
_CLOSES = {"}}": "{{", "]]": "[[", "]": "["}

_DROPPED = {
    "ref", "references", "gallery", "imagemap", "timeline", "score", "graph", "mapframe", "maplink",
    "templatestyles", "includeonly", "indicator", "section", "categorytree", "inputbox", "hiero",
    "style", "script",
}  # fmt: skip
_VERBATIM = {"pre", "syntaxhighlight", "source"}
_AS_WRITTEN = {"math", "chem", "ce", "nowiki", "code", "tt"}
_BLOCKS = {
    "div", "p", "center", "blockquote", "ul", "ol", "dl", "poem", "h1", "h2", "h3", "h4", "h5", "h6",
    "caption", "onlyinclude", "noinclude",
}  # fmt: skip
_LANGUAGE_LINK = re.compile(r"[a-z]{2,3}(?:-[a-z-]{2,12})?:|simple:")
_MAGIC_WORD = re.compile(r"__[A-Z]{3,30}__")
_EMPTY_BRACKETS = re.compile(r"[ \t]*[(\uff08][\s,;:\u2013-]*[)\uff09]")
_AFTER_BRACKET = re.compile(r"(?<=[(\uff08])[\s,;]+")
_AFTER_MARK = re.compile(r"^- [ \t,;]*", re.MULTILINE)
_SENTINEL = re.compile(r"\0([HV])(\d+)\0")
_IS_BLOCK = re.compile(r"\0|^- |\n\n", re.MULTILINE)
_BLANK_LINES = re.compile(r"\n{3,}")
_DANGLING = re.compile(r"^[-*#:;,.|\s]*$")


class TooCostly(ValueError):  # noqa: N818
    """The parser would go over unclosed brackets too often."""


def wikitext_to_text(wikitext: str, dropped: Iterable[str] = ()) -> str:
    r"""Returns the text of a page.

    Args:
        wikitext: Its source.
        dropped: Namespaces whose links show nothing (files, categories), in lower case.

    Raises:
        TooCostly: If the page holds so many unclosed brackets that parsing would take long.

    >>> wikitext_to_text("'''Riga''' is in [[Latvia]].<ref>a</ref>{{b}}\n[[Category:C]]", ["category"])
    'Riga is in Latvia.'
    """
    if _open_brackets(wikitext) * len(wikitext) > MAX_COST:
        raise TooCostly("too many brackets are not closed")
    page = _Page(frozenset(dropped))
    return page.finish(page.render(_parser()(wikitext.replace("\0", "")).nodes))


@cache
def _parser() -> Callable[[str], Any]:
    import mwparserfromhell  # at the first page: most processes read none

    found: Callable[[str], Any] = mwparserfromhell.parse
    return found


class _Page:
    """One walk over the nodes of a page. Headings and verbatim blocks are set in at the end."""

    def __init__(self, dropped: frozenset[str]) -> None:
        self._dropped = dropped
        self._kept: list[tuple[int, str]] = []  # (level, text) of headings; (0, text) of verbatim blocks

    def render(self, nodes: Iterable[Any]) -> str:
        parts: list[str] = []
        for node in nodes:
            kind = type(node).__name__
            if kind == "Text":
                parts.append(node.value)
            elif kind == "Wikilink":
                parts.append(self._link(node))
            elif kind == "ExternalLink":
                if node.title is not None:
                    parts.append(self.render(node.title.nodes))
                elif not node.brackets:
                    parts.append(str(node.url))
            elif kind == "Heading":
                parts.append(self._keep("H", node.level, self.render(node.title.nodes).strip()))
            elif kind == "HTMLEntity":
                parts.append(_character(node))
            elif kind == "Tag":
                parts.append(self._tag(node, parts))
        return "".join(parts)

    def finish(self, text: str) -> str:
        """Tidies up what dropped parts leave behind, and sets in headings and blocks."""
        text = _EMPTY_BRACKETS.sub("", _MAGIC_WORD.sub("", text))
        text = _AFTER_MARK.sub("- ", _AFTER_BRACKET.sub("", text))
        blocks = _SENTINEL.split("\n".join(line.strip() for line in text.split("\n")))
        out = [_tidy(blocks[0])]
        pending: list[tuple[int, str]] = []  # headings under which nothing stands yet
        for kind, number, after in zip(blocks[1::3], blocks[2::3], blocks[3::3], strict=True):
            level, kept = self._kept[int(number)]
            body = _tidy(after)
            if kind == "H":
                pending = [item for item in pending if item[0] < level]
                if kept:
                    pending.append((level, kept))
            if body or kind == "V":
                out += [title for _, title in pending]
                pending.clear()
            if kind == "V":
                out.append(kept)
            out.append(body)
        return "\n\n".join(part for part in out if part)

    def _keep(self, kind: str, level: int, text: str) -> str:
        self._kept.append((level, text))
        return f"\n\0{kind}{len(self._kept) - 1}\0\n"

    def _link(self, node: Any) -> str:
        target = str(node.title).strip()
        text = None if node.text is None else self.render(node.text.nodes)
        if not target.startswith(":"):
            prefix = target.partition(":")[0].strip().lower() if ":" in target else ""
            if prefix in self._dropped or (text is None and _LANGUAGE_LINK.match(target)):
                return ""
        if text is None:
            return self.render(node.title.nodes).strip().removeprefix(":")
        return text or re.sub(r"^:?[^:]*:|\s*\([^()]*\)$", "", target)

    def _tag(self, node: Any, parts: list[str]) -> str:
        name = str(node.tag).strip().lower()
        contents = node.contents
        if name in _DROPPED:
            return ""
        if name in {"li", "dt", "dd"} and node.wiki_markup:
            mark = "- " if name == "li" else ""
            return "" if parts and parts[-1] == "- " and mark else mark
        if name == "br":
            return "\n"
        if name == "hr":
            return "\n\n"
        if contents is None:
            return ""
        if name in _VERBATIM:
            return self._keep("V", 0, str(contents).strip("\n"))
        if name in _AS_WRITTEN:
            return str(contents)
        if name == "table":
            return f"\n\n{self._table(contents.nodes)}\n\n"
        text = self.render(contents.nodes)
        if name == "li":
            return f"\n- {text.strip()}"
        return f"\n{text}\n" if name in _BLOCKS else text

    def _table(self, nodes: Iterable[Any]) -> str:
        """Returns a line for each row; where a cell holds a list or paragraphs, the table only lays out."""
        lines: list[str] = []
        loose: list[Any] = []  # cells of a first row that has no mark of its own
        for node in nodes:
            name = str(node.tag).strip().lower() if type(node).__name__ == "Tag" else ""
            if name == "td" and node.wiki_markup == "|" and str(node.contents).startswith("+"):
                lines.append(self.render(node.contents.nodes).strip()[1:].strip())  # the caption
                continue
            if name in {"td", "th"}:
                loose.append(node)
                continue
            if name:
                lines.append(self._row(loose))
                loose = []
            if name == "tr" and node.contents is not None:
                lines.append(self._row(node.contents.nodes))
            elif name in {"tbody", "thead", "tfoot"} and node.contents is not None:
                lines.append(self._table(node.contents.nodes))
            else:
                lines.append(self.render([node]).strip())
        lines.append(self._row(loose))
        return "\n".join(line for line in lines if line)

    def _row(self, nodes: Iterable[Any]) -> str:
        tags = (node for node in nodes if type(node).__name__ == "Tag" and node.contents is not None)
        cells = [self.render(node.contents.nodes).strip() for node in tags]
        filled = [cell for cell in cells if cell]
        if len(filled) < 2 or any(_IS_BLOCK.search(cell) for cell in filled):
            return "\n".join(filled)
        return " | ".join(" ".join(cell.split()) for cell in cells)


def _character(entity: Any) -> str:
    try:
        return str(entity.normalize()).replace("\0", "")
    except (ValueError, OverflowError, KeyError):
        return str(entity)


def _tidy(text: str) -> str:
    """Drops list marks and separators without text, and blank lines beyond one."""
    lines = [line if not line or not _DANGLING.match(line) else "" for line in text.split("\n")]
    return _BLANK_LINES.sub("\n\n", "\n".join(lines)).strip()


def _open_brackets(wikitext: str) -> int:
    """Returns how many brackets and tags are opened and not closed in order, or are broken."""
    stack: list[str] = []
    faults = 0
    for found in _PAIRS.finditer(wikitext):
        mark = found[0]
        if (tag := found["tag"]) is not None:
            tag = tag.lower()
            rest = found["rest"]
            if not found["end"] or rest.count('"') % 2 or rest.count("'") % 2:
                faults += 1
                continue
            if tag in _LONE_TAGS or rest.endswith("/"):
                continue
            mark, opening = tag, None if not found["close"] else tag
        else:
            opening = _CLOSES.get(mark)
            mark = mark[:2]
        if opening is None:
            stack.append(mark)
        elif stack and stack[-1] == opening:
            stack.pop()
        elif opening in stack[-64:]:
            while stack.pop() != opening:
                faults += 1
    return faults + len(stack)
