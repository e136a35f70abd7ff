"""What site generators add to Markdown, as rules of ``markdown-it-py``: marks go, the text in them stays.

Known are MDX (imports, exports, JSX tags, comments in braces), shortcodes of Hugo, tags of Liquid,
containers between ``:::``, attributes in braces, includes of mdBook and tables of contents.
"""

import re

from markdown_it import MarkdownIt
from markdown_it.ruler import RuleOptionsType
from markdown_it.rules_block import StateBlock
from markdown_it.rules_inline import StateInline

_VALUE = r"(?:\"[^\"]*\"|'[^']*'|\{(?:[^{}]++|\{(?:[^{}]++|\{[^{}]*+\})*+\})*+\}|[^\s\"'=<>`{}]++)"
_JSX_OPEN = rf"<[A-Za-z][\w.:-]*(?:\s+(?:[\w:@.-]+(?:\s*=\s*{_VALUE})?|\{{\.\.\.[^{{}}]*\}}))*\s*/?>"
_JSX = re.compile(rf"{_JSX_OPEN}|</[A-Za-z][\w.:-]*\s*>|</?>")
_JSX_LINE = re.compile(r"<[A-Z][\w.]*(?=[\s/>])|</[A-Z]|</?>")
_BRACED = re.compile(
    r"\{/\*.{0,2000}?\*/\}"  # MDX comment
    r"|\{\{[<%].{0,2000}?[>%]\}\}"  # Hugo shortcode
    r"|\{%.{0,2000}?%\}"  # Liquid tag
    r"|\{\{#\w+[^{}]{0,2000}\}\}"  # mdBook include
    r"|\{:\s?[.#][^{}\n]*\}",  # kramdown attributes
    re.DOTALL,
)
_INCLUDE = re.compile(r"^[ \t]*\{\{#\w+[^{}]*\}\}[ \t]*\n?", re.MULTILINE)
_SHORTCODE_IN_TARGET = re.compile(r"(\]\([^()\s{}]*+|\]: *+[^\s{}]*+)\{\{[<%][^{}]{0,200}[>%]\}\}")
_CONTAINER = re.compile(r":{3,}(?:[ \t]*\{[^{}]*\}|[ \t]*[\w-]*)[ \t]*(?:\[(.*)\]|(.*))$")
_IMPORT = re.compile(
    r"import\s+(?:[\w*{},$\s]+\s+from\s+)?['\"][^'\"]+['\"]"
    r"|export\s+(?:default\b|(?:const|let|var|function|async|class)\s+\w+)"
)
_MAX_TAG = 5000  # characters; no tag is longer, and a text full of open ones must not cost their square
_CONTENTS = re.compile(r"\[\[?toc\]\]?[ \t]*$", re.IGNORECASE)
_ATTRIBUTES = re.compile(r"\s*\{:?\s*[#.][^{}]*\}\s*$")


def add_dialects(parser: MarkdownIt) -> None:
    """Adds the rules to a parser."""
    interrupts: RuleOptionsType = {"alt": ["paragraph", "reference", "blockquote", "list"]}
    parser.block.ruler.before("table", "container_mark", _container_mark, interrupts)
    parser.block.ruler.before("table", "module_line", _module_line)
    parser.block.ruler.before("table", "jsx_line", _jsx_line, interrupts)
    parser.inline.ruler.before("html_inline", "jsx_tag", _jsx_tag)
    parser.inline.ruler.before("html_inline", "braced", _braced)


def drop_attributes(heading: str) -> str:
    """Takes ``{#name}`` off the end of a heading.

    >>> drop_attributes("Usage {#usage}")
    'Usage'
    """
    return _ATTRIBUTES.sub("", heading) if heading.endswith("}") else heading


def drop_includes(code: str) -> str:
    """Takes the lines of code that only stand for another file out of it."""
    return _INCLUDE.sub("", code) if "{{#" in code else code


def drop_braced(html: str) -> str:
    """Takes shortcodes, comments and tags in braces out of HTML."""
    return _BRACED.sub("", html) if "{" in html else html


def unwrap_links(body: str) -> str:
    """Takes shortcodes out of link targets, which may not hold the spaces that they have.

    >>> unwrap_links("[a](http://x/{{< param v >}}/b)")
    '[a](http://x//b)'
    """
    return _SHORTCODE_IN_TARGET.sub(r"\1", body) if "{{<" in body or "{{%" in body else body


def _line(state: StateBlock, line: int) -> str | None:
    """Returns a line without its indent; None if it is code by its indent."""
    if state.is_code_block(line):
        return None
    return state.src[state.bMarks[line] + state.tShift[line] : state.eMarks[line]]


def _container_mark(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """Takes a line of ``:::``; its title becomes a paragraph."""
    line = _line(state, start)
    if line is None or not line.startswith(":::"):
        return False
    found = _CONTAINER.match(line)
    if found is None:
        return False
    if silent:
        return True
    title = (found[1] or found[2] or "").strip()
    state.line = start + 1
    if title:
        state.push("paragraph_open", "p", 1)
        token = state.push("inline", "", 0)
        token.content = title
        token.children = []
        state.push("paragraph_close", "p", -1)
    return True


def _module_line(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """Takes a block of MDX that imports or exports, up to the next blank line; also a mark for contents."""
    line = _line(state, start)
    if line is None or state.blkIndent or state.parentType != "root":
        return False
    if _CONTENTS.match(line):
        state.line = start + 1
        return True
    if not line.startswith(("import", "export")) or not _IMPORT.match(line):
        return False
    following = start + 1
    while following < end and not state.isEmpty(following):
        following += 1
    state.line = following
    return True


def _jsx_line(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """Takes lines that are one JSX tag of a component and nothing else."""
    line = _line(state, start)
    if line is None or not line.startswith("<") or not _JSX_LINE.match(line):
        return False
    begin = state.bMarks[start] + state.tShift[start]
    found = _JSX.match(state.src, begin, min(state.eMarks[end - 1], begin + _MAX_TAG))
    if found is None:
        return False
    last = start
    while state.eMarks[last] < found.end():
        last += 1
    if last >= end or state.src[found.end() : state.eMarks[last]].strip():
        return False
    if not silent:
        state.line = last + 1
    return True


def _jsx_tag(state: StateInline, silent: bool) -> bool:
    """Takes a tag with values in braces, which HTML does not know."""
    if state.src[state.pos] != "<":
        return False
    found = _JSX.match(state.src, state.pos, min(state.posMax, state.pos + _MAX_TAG))
    return _take(state, found, silent)


def _braced(state: StateInline, silent: bool) -> bool:
    """Takes a comment, shortcode, tag or include in braces."""
    if state.src[state.pos] != "{":
        return False
    return _take(state, _BRACED.match(state.src, state.pos, state.posMax), silent)


def _take(state: StateInline, found: re.Match[str] | None, silent: bool) -> bool:
    if found is None:
        return False
    if not silent:
        token = state.push("html_inline", "", 0)
        token.content = found[0]
    state.pos = found.end()
    return True
