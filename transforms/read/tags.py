"""HTML inside other markup: tags go, their text stays."""

import re
from html import unescape

_DROPPED = re.compile(r"<!--.*?(?:-->|\Z)|<(script|style)\b.*?(?:</\1\s*>|\Z)", re.DOTALL | re.IGNORECASE)
_IMAGE = re.compile(r"<img\b[^>]*?\balt\s*=\s*(\"[^\"]*\"|'[^']*')[^>]*>", re.DOTALL | re.IGNORECASE)
_CELL = re.compile(r"(</t[dh]\s*>)\s*(?=<t[dh]\b)", re.IGNORECASE)
_ITEM = re.compile(r"\s*<li\b[^>]*>\s*", re.IGNORECASE)
_BREAK = re.compile(
    r"<br\s*/?>|</?(?:p|div|tr|table|ul|ol|dl|dt|dd|h[1-6]|blockquote|section|article|figure|figcaption"
    r"|summary|details|pre|center|video|iframe)\b[^>]*>",
    re.IGNORECASE,
)
_TAG = re.compile(
    r"</?[A-Za-z][\w.:-]*(?:\"[^\"]*\"|'[^']*'|\{[^{}]*+\}|[^<>\"'])*+>|<![A-Z][^>]*>|<\?.*?\?>", re.DOTALL
)
_BLANKS = re.compile(r"[ \t]*\n\s*\n\s*")


def strip_tags(html: str) -> str:
    r"""Returns the text of a piece of HTML: comments, scripts and tags dropped, blocks on lines of their own.

    >>> strip_tags("<ul><li>a &amp; b<li><b>c</b></ul><!-- d -->")
    '- a & b\n- c'
    """
    text = _DROPPED.sub("", html)
    text = _IMAGE.sub(lambda found: found[1][1:-1], text)
    text = _CELL.sub(" | ", text)
    text = _ITEM.sub("\n- ", text)
    text = _BREAK.sub("\n", text)
    text = unescape(_TAG.sub("", text))
    lines = [" ".join(line.split()) for line in _BLANKS.sub("\n\n", text).split("\n")]
    return _BLANKS.sub("\n\n", "\n".join(lines)).strip()
