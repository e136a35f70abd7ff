"""A docutils parser that never gives up: any directive and any role is taken, with its text.

docutils and Sphinx know their directives by registration and make an error of any other. Here the
parser looks into its own small table and takes everything else as a title with content, so nothing
depends on what else is registered in the process. Files, URLs and raw output are never used.
"""

import re
from collections.abc import Callable
from functools import cache
from typing import Any, ClassVar

from docutils import frontend, nodes, utils
from docutils.parsers import rst
from docutils.parsers.rst import states
from docutils.parsers.rst.directives import misc, tables

_DROPPED = (
    "toctree", "index", "contents", "include", "raw", "highlight", "currentmodule", "module", "py:module",
    "py:currentmodule", "tabularcolumns", "sectionauthor", "moduleauthor", "codeauthor", "role",
    "default-role", "class", "rst-class", "meta", "sectnum", "target-notes",
    "literalinclude", "header", "footer", "date",
    "automodule", "autoclass", "autofunction", "automethod", "autodata", "autosummary", "autoattribute",
    "autoexception", "testsetup", "testcleanup", "graphviz", "digraph", "program", "audit-event-table",
)  # fmt: skip
_VERBATIM = (
    "code", "code-block", "sourcecode", "parsed-literal", "doctest", "testcode", "testoutput",
    "productionlist", "math", "prompt", "console", "ipython", "jupyter-execute", "literal",
)  # fmt: skip
_LABELLED = {
    "note": "Note", "warning": "Warning", "tip": "Tip", "important": "Important", "caution": "Caution",
    "danger": "Danger", "attention": "Attention", "hint": "Hint", "error": "Error", "seealso": "See also",
    "todo": "To do", "impl-detail": "CPython implementation detail", "availability": "Availability",
}  # fmt: skip
_VERSIONS = {
    "versionadded": "New in version",
    "versionchanged": "Changed in version",
    "deprecated": "Deprecated since version",
    "versionremoved": "Removed in version",
    "deprecated-removed": "Deprecated since version",
}


_DIRECTIVE = next(
    pattern for method, pattern in states.Body.explicit.constructs if method is states.Body.directive
)


_ROLE = re.compile(r":[\w:+.-]+:`!?~?([^`<]*?)(?:\s*<[^<>`]*>)?`")
_TITLED = re.compile(r"(.*\S)\s*<[^<>]*>\Z", re.DOTALL)


class _AnyOptions(dict[str, Any]):
    """An option table that takes every option as text."""

    def __missing__(self, name: str) -> Callable[[str | None], str]:
        return lambda value: value or ""


class _Lenient(rst.Directive):
    """Base: any argument, any option, any content."""

    optional_arguments = 1
    final_argument_whitespace = True
    has_content = True
    option_spec: ClassVar[Any] = _AnyOptions({"name": lambda value: value or ""})

    def content_nodes(self) -> list[nodes.Node]:
        """Returns the parsed content."""
        container = nodes.container()
        if self.content:
            self.state.nested_parse(self.content, self.content_offset, container, match_titles=True)
        return list(container.children)

    def argument(self) -> str:
        """Returns the argument, its lines as they are."""
        return self.arguments[0] if self.arguments else ""

    def paragraph(self, text: str) -> list[nodes.Node]:
        """Returns a paragraph of inline markup, none if there is no text."""
        if not text.strip():
            return []
        children, messages = self.state.inline_text(text, self.lineno)
        return [nodes.paragraph(text, "", *children), *messages]


class _Generic(_Lenient):
    """Any directive: its argument line by line (signatures), then its content."""

    def run(self) -> list[nodes.Node]:
        if isinstance(self.state, states.SubstitutionDef):
            return [nodes.Text(self.argument())]
        lines = [_ROLE.sub(r"\1", utils.unescape(line.strip())) for line in self.argument().split("\n")]
        title = [nodes.paragraph(line, line) for line in lines if line]
        return [*title, *self.content_nodes()]


class _Dropped(_Lenient):
    def run(self) -> list[nodes.Node]:
        return [nodes.Text("")] if isinstance(self.state, states.SubstitutionDef) else []


class _Table(tables.CSVTable):
    """A table in the text itself, never in a file or behind a URL."""

    def run(self) -> Any:
        outside = "file" in self.options or "url" in self.options
        return [] if outside else super().run()


class _Content(_Lenient):
    """A directive whose argument is a condition or a name, not text."""

    def run(self) -> list[nodes.Node]:
        return self.content_nodes()


class _Verbatim(_Lenient):
    """Code: the content as it is; the argument is its language, except where it is a part of it."""

    def run(self) -> list[nodes.Node]:
        lines = list(self.content)
        if self.name in {"productionlist", "math"}:
            lines = [*self.argument().split("\n"), *lines]
        text = "\n".join(lines)
        caption = self.paragraph(self.options.get("caption", ""))
        return [*caption, nodes.literal_block(text, text)] if text.strip() else caption


class _Labelled(_Lenient):
    """An admonition: its label stands before its first paragraph."""

    def run(self) -> list[nodes.Node]:
        label = _LABELLED.get(self.name.lower())
        own = self.paragraph(self.argument())
        if label is None:  # ``admonition``: the argument is the label
            return [*own, *self.content_nodes()]
        return [nodes.container("", *own, *self.content_nodes(), label=f"{label}: ")]


class _Version(_Lenient):
    """A change of a version: ``New in version 3.2: …``."""

    def run(self) -> list[nodes.Node]:
        version, _, text = self.argument().partition(" ")
        if self.name == "deprecated-removed":
            removed, _, text = text.strip().partition(" ")
            version = f"{version}, removed in version {removed}"
        first_line, _, more = version.partition("\n")
        label = f"{_VERSIONS[self.name.lower()]} {first_line}"
        children = [*self.paragraph(f"{more} {text}"), *self.content_nodes()]
        if not children:
            return [nodes.paragraph(label, f"{label}.")]
        return [nodes.container("", *children, label=f"{label}: ")]


class _Image(_Lenient):
    """An image or figure: its alternative text, then its caption."""

    def run(self) -> list[nodes.Node]:
        image = nodes.image(alt=self.options.get("alt", ""))
        return [image] if isinstance(self.state, states.SubstitutionDef) else [image, *self.content_nodes()]


_DIRECTIVES: dict[str, type[rst.Directive]] = {
    **dict.fromkeys(_DROPPED, _Dropped),
    **dict.fromkeys(_VERBATIM, _Verbatim),
    **dict.fromkeys(_LABELLED, _Labelled),
    **dict.fromkeys(_VERSIONS, _Version),
    **dict.fromkeys(("only", "container", "compound", "hlist", "glossary", "ifconfig", "tab-set"), _Content),
    **dict.fromkeys(("image", "figure"), _Image),
    "admonition": _Labelled,
    "replace": misc.Replace,
    "unicode": misc.Unicode,
    "table": tables.RSTTable,
    "csv-table": _Table,
    "list-table": tables.ListTable,
}


class _Inliner(states.Inliner):
    """Takes every role for its text."""

    def init_customizations(self, settings: Any) -> None:
        if not hasattr(self, "patterns"):  # they depend on no setting that changes from text to text
            super().init_customizations(settings)

    def interpreted(
        self, rawsource: str, text: str, role: str | None, lineno: int
    ) -> tuple[list[Any], list[Any]]:
        shown = utils.unescape(text)
        if role in {"pep", "rfc"}:
            shown = f"{role.upper()} {shown}" if shown[:1].isdigit() else shown
        elif role and (found := _TITLED.match(shown)):
            shown = found[1]  # ``title <target>``
        elif role and shown[:1] in "!~" and role not in {"math", "kbd", "samp", "file"}:
            shown = shown[1:].rpartition(".")[2] if shown[0] == "~" else shown[1:]
        return [nodes.inline(rawsource, shown)], []


for _name, _value in vars(states.Inliner).items():
    if isinstance(_value, str) and not _name.startswith("__"):
        setattr(_Inliner, _name, _value)  # docutils looks for its expressions in the class itself only


_TRANSITIONS: dict[type, list[tuple[str, Any, str]]] = {}
_ORDERS: dict[type, tuple[str, ...]] = {}


class _LenientState:
    """What is put before each state class of docutils: own directives, and states of the same kind below."""

    nested_sm_cache: ClassVar[list[Any]] = []
    transitions: dict[str, Any]
    transition_order: list[str]

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.nested_sm_kwargs = {"state_classes": _STATES, "initial_state": "Body"}

    def add_initial_transitions(self) -> None:
        # a nested parser makes 15 states; docutils would look up all of their patterns each time
        known = _TRANSITIONS.get(type(self))
        if known is None:
            super().add_initial_transitions()  # type: ignore[misc]
            made = self.transitions.items()
            _TRANSITIONS[type(self)] = [(name, pattern, following) for name, (pattern, _, following) in made]
            _ORDERS[type(self)] = tuple(self.transition_order)
            return
        self.transitions = {
            name: (pattern, getattr(self, name), following) for name, pattern, following in known
        }
        self.transition_order = list(_ORDERS[type(self)])

    def explicit_construct(self, match: Any) -> Any:
        # docutils lists its own function here, and would not find the method below
        found = _DIRECTIVE.match(match.string)
        return self.directive(found) if found else super().explicit_construct(match)  # type: ignore[misc]

    def directive(self, match: Any, **presets: Any) -> Any:
        name = match.group(1)
        return self.run_directive(_DIRECTIVES.get(name.lower(), _Generic), match, name, presets)  # type: ignore[attr-defined]


_STATES = tuple(type(state.__name__, (_LenientState, state), {}) for state in states.state_classes)


class _Parser(rst.Parser):
    def __init__(self) -> None:
        super().__init__(inliner=_Inliner())
        self.state_classes = _STATES


@cache
def _parser() -> tuple[_Parser, Any]:
    settings: Any = frontend.get_default_settings(rst.Parser)
    settings.report_level = settings.halt_level = 5
    settings.warning_stream = False
    settings.file_insertion_enabled = settings.raw_enabled = False
    settings.line_length_limit = 1 << 62  # a text with one longer line would be dropped as a whole
    settings.syntax_highlight = "none"
    return _Parser(), settings


def parse(text: str) -> nodes.document:
    """Parses reStructuredText without applying transforms: references stay as they were found.

    Raises:
        Exception: Whatever docutils stumbles over; hostile text can make it raise many types.
    """
    parser, settings = _parser()
    document = utils.new_document("text", settings)
    parser.parse(text, document)
    return document
