"""Inline markup of AsciiDoc: marks go, their text stays."""

import re
from collections.abc import Mapping
from html import unescape

# Spans are bounded, so that a text full of opening marks does not cost the square of its length.
_PASS = re.compile(r"\+\+\+(.{0,2000}?)\+\+\+|pass:[a-z,]*\[(.{0,2000}?)\]|`\+(.{0,2000}?)\+`", re.DOTALL)
_HIDDEN = re.compile(
    r"\(\(\(.{0,500}?\)\)\)|indexterm:\[.{0,500}?\]|\[\[[\w:.,\s-]{1,500}\]\]|anchor:[\w:.-]{1,200}\[.{0,500}?\]",
    re.DOTALL,
)
_INDEXED = re.compile(r"\(\(([^()]{1,500})\)\)|indexterm2:\[(.{0,500}?)\]", re.DOTALL)
_REFERENCE = re.compile(r"<<([^<>,]{1,500})(?:,\s*([^<>]{0,500}))?>>")
_LINK = re.compile(
    r"(?:link:|xref:|mailto:)([^\s\[\]]{1,2000})\[(.{0,1000}?)\]"
    r"|((?:https?|ftp|irc)://[^\s\[\]<>]{1,2000})\[(.{0,1000}?)\]",
    re.DOTALL,
)
_MACRO = re.compile(
    r"(image|icon|kbd|btn|menu|footnote|footnoteref|stem|latexmath|asciimath):([^\s\[\]:]{0,1000})\[(.{0,2000}?)\]",
    re.DOTALL,
)
_ATTRIBUTE = re.compile(r"\\?\{([\w-]+)\}")
_ROLE = re.compile(r"\[[.#]?[\w.# -]{1,100}\](?=[*_`#]\S)")
_UNCONSTRAINED = re.compile(r"(\*\*|__|``|##)(?=\S)(.{1,500}?)(?<=\S)\1", re.DOTALL)
_CONSTRAINED = re.compile(r"(?<![\w\\:;}*_`#])([*_`#+])(?=\S)(.{1,500}?)(?<=\S)\1(?!\w)", re.DOTALL)
_MARKED = re.compile(r"[*_`#+\[\]<>{}()&\\^~]|://")
_ESCAPE = re.compile(r"\\(?=[*_`#{\[<(+:]|[a-z]+://|[\w.]+@)")
_KNOWN = {
    "nbsp": "\u00a0", "sp": " ", "empty": "", "lt": "<", "gt": ">", "amp": "&", "plus": "+", "asterisk": "*",
    "vbar": "|", "startsb": "[", "endsb": "]", "backslash": "\\", "tilde": "~", "caret": "^", "backtick": "`",
    "apos": "'", "quot": '"', "lsquo": "‘", "rsquo": "’", "ldquo": "“", "rdquo": "”", "zwsp": "",
    "cpp": "C++", "two-colons": "::", "two-semicolons": ";;", "deg": "°",
}  # fmt: skip


def inline_text(text: str, attributes: Mapping[str, str], titles: Mapping[str, str] | None = None) -> str:
    """Returns the text of a paragraph, heading or cell.

    Args:
        text: The source.
        attributes: Values for ``{name}``; a name without value stays as it is.
        titles: Titles of what ``<<name>>`` refers to.

    >>> inline_text("see *the* link:a.html[`docs`] of {v}", {"v": "1.0"})
    'see the docs of 1.0'
    """
    if not _MARKED.search(text):
        return text
    kept: list[str] = []

    def keep(found: re.Match[str]) -> str:
        kept.append(next((group for group in found.groups() if group is not None), ""))
        return f"\ue000{len(kept) - 1}\ue001"

    text = _PASS.sub(keep, text)
    text = _HIDDEN.sub("", text)
    text = _INDEXED.sub(lambda found: found[1] or found[2] or "", text)
    text = _ATTRIBUTE.sub(lambda found: attributes.get(found[1], _KNOWN.get(found[1], found[0])), text)
    text = _MACRO.sub(_macro, text)
    text = _LINK.sub(_link, text)
    text = _REFERENCE.sub(lambda found: found[2] or (titles or {}).get(found[1], found[1].lstrip("#_")), text)
    text = _ROLE.sub("", text)
    text = _UNCONSTRAINED.sub(r"\2", text)
    for _ in range(2):  # *_both_*
        text = _CONSTRAINED.sub(r"\2", text)
    text = _ESCAPE.sub("", text)
    text = unescape(text) if "&" in text else text
    return re.sub("\ue000(\\d+)\ue001", lambda found: kept[int(found[1])], text) if kept else text


def _link(found: re.Match[str]) -> str:
    target, label = (found[1], found[2]) if found[1] else (found[3], found[4])
    return label.split(",window=")[0].rstrip("^") or target


def _macro(found: re.Match[str]) -> str:
    kind, target, content = found[1], found[2], found[3]
    if kind == "image":
        return content.split(",")[0].strip('"')
    if kind == "icon":
        return ""
    if kind in {"footnote", "footnoteref"}:
        return f" [{content.split(',', 1)[-1] if kind == 'footnoteref' else content}]"
    if kind == "menu":
        return " > ".join(part.strip() for part in (target + ">" + content).split(">"))
    return content
