"""Styles and numbering of a Word document: what a paragraph is, and what stands before it.

Numbers are not in the text of such a document; they are counted as ECMA-376, part 1, 17.9 says.
"""

import re
from dataclasses import dataclass, field
from typing import Any

from transforms.read.office.package import attribute, child, local

MAX_LEVELS = 9
_CODE = re.compile(r"\b(?:source ?code|code|html preformatted|preformatted|verbatim|listing|macro text)\b")
_HEADING = re.compile(r"(?:heading|überschrift|titre|título|titolo|заголовок|标题) ?(\d)\Z")
_BASED_ON = 20  # styles deep


@dataclass(slots=True)
class Style:
    """What matters of a style.

    Attributes:
        name: Its name in lower case.
        heading: Level of a heading from 1, 0 for other text.
        hidden: True if its text is not shown.
        numbering: Number definition and level, if it has them.
    """

    name: str = ""
    heading: int = 0
    hidden: bool = False
    numbering: tuple[str, int | None] | None = None

    @property
    def is_code(self) -> bool:
        """True for program code, whose lines stand close."""
        return _CODE.search(self.name) is not None

    @property
    def is_contents(self) -> bool:
        """True for entries and the heading of a table of contents, which a program makes."""
        return re.match(r"toc(?: ?\d| heading)", self.name) is not None


@dataclass(slots=True)
class _Level:
    start: int = 1
    kind: str = "decimal"
    text: str = ""
    legal: bool = False


@dataclass(slots=True)
class Numbering:
    """The lists of a document while they are counted."""

    _abstract: dict[str, dict[int, _Level]] = field(default_factory=dict)
    _of: dict[str, str] = field(default_factory=dict)
    _restarts: dict[str, dict[int, int]] = field(default_factory=dict)
    _by_style: dict[str, tuple[str, int]] = field(default_factory=dict)
    _counts: dict[str, list[int | None]] = field(default_factory=dict)
    _seen: set[tuple[str, int]] = field(default_factory=set)

    def level_of_style(self, number: str, style_id: str) -> int:
        """Returns the level that a list gives to a style; 0 if it names none."""
        found = self._by_style.get(style_id)
        return found[1] if found and found[0] == self._of.get(number) else 0

    def marker(self, number: str, level: int) -> str | None:
        """Counts a paragraph and returns what stands before it, ``-`` for a bullet; None if nothing does."""
        abstract = self._of.get(number)
        levels = self._abstract.get(abstract or "", {})
        if abstract is None or not levels or not 0 <= level < MAX_LEVELS:
            return None
        counts = self._counts.setdefault(abstract, [None] * MAX_LEVELS)
        restart = self._restarts.get(number, {}).get(level)
        if restart is not None and (number, level) not in self._seen:
            self._seen.add((number, level))
            counts[level] = restart
        else:
            before = counts[level]
            counts[level] = levels.get(level, _Level()).start if before is None else before + 1
        counts[level + 1 :] = [None] * (MAX_LEVELS - level - 1)
        own = levels.get(level, _Level())
        if own.kind == "bullet":
            return "-"
        if own.kind == "none":
            return None

        def number_at(found: re.Match[str]) -> str:
            at = int(found[1]) - 1
            each = levels.get(at, _Level())
            value = counts[at] if at < MAX_LEVELS else None
            return format_number(
                each.start if value is None else value, "decimal" if own.legal else each.kind
            )

        return re.sub(r"%([1-9])", number_at, own.text).strip() or None


class Styles:
    """The styles of a document by their identifier; each is put together when it is first asked for."""

    def __init__(self, root: Any) -> None:
        """Takes the part with the styles, or None."""
        self._raw: dict[str, Any] = {}
        self._made: dict[str, Style] = {}
        self._default = ""
        for each in () if root is None else root.iterchildren("{*}style"):
            name = attribute(each, "styleId") or ""
            self._raw[name] = each
            if attribute(each, "type") == "paragraph" and attribute(each, "default") in ("1", "true", "on"):
                self._default = self._default or name

    def get(self, name: str) -> Style | None:
        """Returns a style, None if there is none of that name."""
        if name not in self._made and name in self._raw:
            self._made[name] = _style(self._raw[name], self._raw)
        return self._made.get(name)

    def of_paragraph(self, name: str) -> Style:
        """Returns the style of a paragraph: its own, else that of the document."""
        return self.get(name) or self.get(self._default) or Style()


def _style(element: Any, raw: dict[str, Any]) -> Style:
    """Puts together a style and those it is based on."""
    name = attribute_of(element, "name")
    style = Style(name=name.lower())
    heading: int | None = None
    hidden: bool | None = None
    at = element
    for _ in range(_BASED_ON):
        if found := _HEADING.match(attribute_of(at, "name").lower()):
            heading = int(found[1]) if heading is None else heading
        outline = attribute_of(at, "pPr", "outlineLvl")
        if heading is None and outline.isdigit():
            heading = int(outline) + 1 if int(outline) < MAX_LEVELS else 0
        if hidden is None:
            hidden = is_on(child(at, "rPr", "vanish"))
        if style.numbering is None:
            style.numbering = numbering_of(child(at, "pPr"))
        base = raw.get(attribute_of(at, "basedOn"))
        if base is None or base is at:
            break
        at = base
    if heading is None and style.name in ("title", "subtitle"):
        heading = 1
    style.heading, style.hidden = heading or 0, bool(hidden)
    return style


def numbering_of(properties: Any) -> tuple[str, int | None] | None:
    """Returns the list and level that paragraph properties state; list ``0`` means none."""
    element = child(properties, "numPr")
    number = attribute_of(element, "numId")
    if not number:
        return None
    level = attribute_of(element, "ilvl")
    return number, int(level) if level.isdigit() else None


def read_numbering(root: Any) -> Numbering:
    """Returns the lists that a document defines."""
    found = Numbering()
    for each in () if root is None else root:
        if local(each) == "abstractNum":
            name = attribute(each, "abstractNumId") or ""
            found._abstract[name] = levels = {}
            for level in each:
                if local(level) == "lvl" and (at := attribute(level, "ilvl") or "").isdigit():
                    levels[int(at)] = _level(level)
                    if style := attribute_of(level, "pStyle"):
                        found._by_style[style] = (name, int(at))
        elif local(each) == "num":
            number = attribute(each, "numId") or ""
            found._of[number] = attribute_of(each, "abstractNumId")
            for override in each:
                at = attribute(override, "ilvl") or ""
                start = attribute_of(override, "startOverride")
                if local(override) == "lvlOverride" and at.isdigit() and start.isdigit():
                    found._restarts.setdefault(number, {})[int(at)] = int(start)
    return found


def _level(element: Any) -> _Level:
    start = attribute_of(element, "start")
    return _Level(
        start=int(start) if start.isdigit() else 0 if not start else 1,
        kind=attribute_of(element, "numFmt") or "decimal",
        text=attribute_of(element, "lvlText"),
        legal=is_on(child(element, "isLgl")) is True,
    )


def attribute_of(element: Any, *path: str) -> str:
    """Returns the ``val`` of an element down a path of names, "" if there is none."""
    found = child(element, *path)
    return "" if found is None else attribute(found, "val") or ""


def is_on(element: Any) -> bool | None:
    """Returns the value of a property that is on or off; None if it is not stated."""
    if element is None:
        return None
    return (attribute(element, "val") or "true").lower() not in ("0", "false", "off", "none")


def format_number(value: int, kind: str) -> str:
    """Writes a number of a list.

    >>> format_number(4, "lowerRoman"), format_number(28, "upperLetter"), format_number(3, "decimalZero")
    ('iv', 'BB', '03')
    """
    match kind:
        case "lowerLetter" | "upperLetter" if 0 < value < 26 * 9:
            text = chr(97 + (value - 1) % 26) * ((value - 1) // 26 + 1)
            return text.upper() if kind == "upperLetter" else text
        case "lowerRoman" | "upperRoman" if 0 < value < 4000:
            return _roman(value).upper() if kind == "upperRoman" else _roman(value)
        case "decimalZero":
            return f"{value:02d}"
        case "ordinal":
            ending = {1: "st", 2: "nd", 3: "rd"}.get(
                value % 10 if value % 100 not in (11, 12, 13) else 0, "th"
            )
            return f"{value}{ending}"
    return str(value)


def _roman(value: int) -> str:
    text = ""
    for size, letters in (
        *((1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l")),
        *((40, "xl"), (10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i")),
    ):
        text += letters * (value // size)
        value %= size
    return text
