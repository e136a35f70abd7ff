"""A page as a tree of blocks: one walk over the parsed page, in which inline text becomes runs.

Everything that chooses and lays out the main text works on this small tree and never on the page again.
"""

import re
from dataclasses import dataclass, field
from typing import Any

from transforms.read.layout import needs_space

MAX_DEPTH = 128
"""Elements nested deeper become text of the element at this depth."""


def tags(names: str) -> frozenset[str]:
    """Returns a set of tags, written as words."""
    return frozenset(names.split())


HEADINGS = tags("h1 h2 h3 h4 h5 h6")
_BLOCKS = HEADINGS | tags(
    "address article aside blockquote body caption center dd details dialog dir div dl dt fieldset figcaption"
    " figure footer form header hgroup legend li listing main menu nav ol p pre search section summary table"
    " tbody td tfoot th thead tr ul xmp"
)
_DROPPED = tags(
    "applet area audio base button canvas colgroup datalist embed frame frameset head iframe img input link"
    " map meta meter noscript object optgroup option output param picture progress rp rt rtc script select"
    " source style svg template textarea title track video"
)
_SLUGGED = HEADINGS | tags("section dt dd p td tr li")  # their id is often made of their text
_PLAIN = tags("abbr acronym b big cite code em font i kbd mark q s small strong sub sup tt u var")
_VERBATIM = frozenset(("pre", "listing", "xmp"))
_PERMALINKS = frozenset(("\u00b6", "\u00a7", "#", "\U0001f517", "\uf0c1", "Permalink", "link"))
_HIDDEN_STYLE = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_LINE_NUMBERS = re.compile(r"\b(?:linenos?|line-?numbers?|gutter|lnt?)\b")


@dataclass(slots=True)
class Run:
    """Inline text between two blocks.

    Attributes:
        text: Paragraphs divided by a blank line, lines by a line break where the page has one.
        links: How many of its characters are those of links.
    """

    text: str
    links: int


@dataclass(slots=True)
class Block:
    """A block of a page.

    Attributes:
        tag: Its HTML tag; a custom element is called ``div``.
        names: Class, id, role and ``itemprop``, in one string.
        items: Runs and blocks in order.
        chars: Characters of its text, those of its blocks included.
        links: How many of them are those of links.
        prose: How many of them are prose, as ``transforms.read.html_main`` counts.
    """

    tag: str
    names: str = ""
    items: list["Run | Block"] = field(default_factory=list)
    chars: int = 0
    links: int = 0
    prose: float = 0.0


def page_blocks(tree: Any) -> Block:
    """Returns the blocks of a parsed page, without scripts, forms' controls, pictures and what is hidden."""
    body = tree if tree.tag == "body" else next((each for each in tree if each.tag == "body"), tree)
    walk = _Walk()
    root = Block("body", _names(body.items()) or "")
    walk.open(body, root, 0, False)
    return root


class _Walk:
    """Collects the pieces of the run that is open, across inline elements."""

    def __init__(self) -> None:
        self._pieces: list[str] = []
        self._links = 0

    def open(self, element: Any, block: Block, depth: int, linked: bool) -> None:
        """Fills a block with the content of its element."""
        if block.tag in _VERBATIM:
            text = _verbatim(element)
            block.items.append(Run(text, 0))
            block.chars = len(text)
            return
        self._content(element, block, depth, linked)
        self._close_run(block)

    def _content(self, element: Any, block: Block, depth: int, linked: bool) -> None:
        self._add(element.text, linked)
        for child in element:
            tag = child.tag
            if tag in _BLOCKS:
                self._block(child, tag, block, depth, linked)
            elif tag in _DROPPED or not isinstance(tag, str):
                pass
            elif tag == "br":
                self._pieces.append("\v")
            elif tag == "hr":
                self._close_run(block)
            elif depth >= MAX_DEPTH:
                self._add(" ".join(child.itertext()), linked)
            elif "-" in tag or ":" in tag:
                self._block(child, "div", block, depth, linked)
            elif tag == "a":
                self._link(child, block, depth)
            elif tag in _PLAIN or not (attributes := child.items()) or _names(attributes) is not None:
                self._content(child, block, depth + 1, linked)
            self._add(child.tail, linked)

    def _block(self, child: Any, tag: str, block: Block, depth: int, linked: bool) -> None:
        self._close_run(block)
        if depth >= MAX_DEPTH:
            self._add(" ".join(child.itertext()), linked)
            self._close_run(block)
            return
        attributes = child.items()
        names = _names(attributes, tag) if attributes else ""
        if names is None:
            return
        inner = Block(tag, names)
        self.open(child, inner, depth + 1, linked)
        if inner.chars:
            block.items.append(inner)
            block.chars += inner.chars
            block.links += inner.links

    def _link(self, child: Any, block: Block, depth: int) -> None:
        if not len(child) and (child.text or "").strip() in _PERMALINKS:
            return
        self._content(child, block, depth + 1, child.get("href") is not None)

    def _add(self, text: str | None, linked: bool) -> None:
        if text and (self._pieces or not text.isspace()):
            self._pieces.append(text)
            if linked:
                self._links += len(text.strip())

    def _close_run(self, block: Block) -> None:
        if not self._pieces:
            return
        text = _flowing("".join(self._pieces))
        if text:
            links = min(self._links, len(text))
            block.items.append(Run(text, links))
            block.chars += len(text)
            block.links += links
        self._pieces.clear()
        self._links = 0


def _names(attributes: list[tuple[str, str]], tag: str = "") -> str | None:
    """Returns class, id, role and ``itemprop`` of an element, None if it is hidden."""
    names = ""
    for name, value in attributes:
        if name in ("class", "role", "itemprop") or (
            name == "id" and tag not in _SLUGGED and "section" not in names.split()
        ):
            names = f"{names} {value}" if names else value
        elif (
            name == "hidden"
            or (name == "aria-hidden" and value == "true")
            or (name == "style" and "none" in value and _HIDDEN_STYLE.search(value))
        ):
            return None
    return names


def _flowing(text: str) -> str:
    r"""Joins the lines of a run but for the breaks that were meant (``\v``); two of them part paragraphs."""
    if "\v" not in text:
        return _line(text)
    lines: list[str] = []
    for part in text.split("\v"):
        line = _line(part)
        if line or (lines and lines[-1]):
            lines.append(line)
    return "\n".join(lines).strip("\n")


def _line(text: str) -> str:
    if text.isascii():
        return " ".join(text.split())
    joined = ""
    for line in text.split("\n"):
        flat = " ".join(line.split())
        if flat:
            joined += (" " if joined and needs_space(joined[-1], flat[0]) else "") + flat
    return joined


def _verbatim(element: Any) -> str:
    """Returns preformatted text as it stands, without numbers of lines."""
    parts: list[str] = []
    _verbatim_parts(element, parts, 0)
    return "".join(parts).replace("\r\n", "\n").strip("\n").rstrip()


def _verbatim_parts(element: Any, parts: list[str], depth: int) -> None:
    parts.append(element.text or "")
    for child in element:
        tag = child.tag
        if tag == "br":
            parts.append("\n")
        elif (
            isinstance(tag, str)
            and tag not in _DROPPED
            and not _LINE_NUMBERS.search(child.get("class") or "")
        ):
            if depth < MAX_DEPTH:
                if tag in _BLOCKS and parts and not parts[-1].endswith("\n"):
                    parts.append("\n")
                _verbatim_parts(child, parts, depth + 1)
            else:
                parts.extend(child.itertext())
        parts.append(child.tail or "")
