"""Which formats can be read here, as an answer and for eyes."""

from importlib.metadata import version

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from schemas.answers import FormatLine, Formats
from transforms.read import registry

_OURS = "datamoat"


def list_formats() -> Formats:
    """Returns every format, ours first.

    Raises:
        UsageError: If a plug-in cannot be used.
    """
    brought = {plugin.form.name: plugin.distribution for plugin in registry.plugins()}
    return Formats(
        formats=tuple(
            FormatLine(
                name=form.name,
                media_type=form.media_type,
                extensions=form.extensions,
                format_version=form.version,
                libraries={name: version(name) for name in sorted(form.libraries)},
                origin=brought.get(form.name, _OURS),
            )
            for form in registry.all_formats()
        )
    )


def show_formats(answer: Formats, console: Console) -> None:
    """Draws the formats as a table."""
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    for heading in ("format", "names", "media type", "libraries", "from"):
        table.add_column(heading, overflow="fold")
    for line in answer.formats:
        libraries = ", ".join(f"{name} {number}" for name, number in line.libraries.items())
        origin = "" if line.origin == _OURS else line.origin
        row = (line.name, " ".join(line.extensions), line.media_type, libraries, origin)
        table.add_row(*map(Text, row))
    console.print(table)
