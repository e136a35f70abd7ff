"""The Markdown parser for a text: ``markdown-it-py`` with only those rules that can match in it.

Half of the time of parsing goes into rules that look at every line and find nothing. A rule whose sign
does not occur in the text can be left out without another result; one parser is kept for each choice.
"""

import re
from functools import cache

from markdown_it import MarkdownIt

from transforms.read.markdown_dialects import add_dialects

_MAX_NESTING = 60  # blocks in blocks; what is nested deeper is left out
_SIGNS: dict[str, tuple[str, ...]] = {  # rule -> it needs one of these in the text
    "table": ("|",),
    "blockquote": (">",),
    "reference": ("]:",),
    "html_block": ("<",),
    "heading": ("#",),
    "fence": ("```", "~~~"),
    "escape": ("\\",),
    "strikethrough": ("~~",),
    "link": ("[",),
    "image": ("![",),
    "autolink": ("<",),
    "html_inline": ("<",),
    "entity": ("&",),
    "backticks": ("`",),
}
_UNDERLINE = re.compile(r"^[ \t>]*(?:=+|-+)[ \t]*$", re.MULTILINE)
_LIST = re.compile(r"^[ \t>]*(?:[-+*]|\d+[.)])(?:[ \t]|$)", re.MULTILINE)
_RULE = re.compile(r"^[ \t>]*(?:[-+*\d.)]+[ \t]+)*([-*_])[ \t]*\1", re.MULTILINE)
_DIALECT = re.compile(
    r":::|^[ \t>]*(?:import|export)\b|\[(?i:toc)\]|</?[A-Z>]|<\w[^<>]*\{|\{[{%/:]", re.MULTILINE
)


def parser_for(body: str) -> MarkdownIt:
    """Returns a parser that does the same as one with all rules would, on this text.

    It finds blocks; inline markup is left for the caller to parse.
    """
    absent = [rule for rule, signs in _SIGNS.items() if not any(sign in body for sign in signs)]
    if not _UNDERLINE.search(body):
        absent.append("lheading")
    if not _LIST.search(body):
        absent.append("list")
    if not _RULE.search(body):
        absent.append("hr")
    return _parser(tuple(absent), _DIALECT.search(body) is not None)


@cache
def _parser(absent: tuple[str, ...], dialects: bool) -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"maxNesting": _MAX_NESTING}).enable(["table", "strikethrough"])
    parser.core.ruler.disable(["inline", "text_join"])
    if dialects:
        add_dialects(parser)
    parser.disable(list(absent))
    parser.normalizeLink = parser.normalizeLinkText = str  # type: ignore[method-assign,assignment]
    parser.validateLink = _any_link  # type: ignore[method-assign]
    return parser


def _any_link(url: str) -> bool:
    """Takes every target: only the text of a link is kept."""
    return True
