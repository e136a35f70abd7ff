"""A small prompt for SQL: lines until a semicolon, ``.tables``, ``.schema NAME``, Ctrl-D."""

from contextlib import suppress
from typing import TYPE_CHECKING, BinaryIO

from pipelines.cli.common import say
from schemas.errors import DatamoatError

if TYPE_CHECKING:
    from warehouse.connect import Connection
    from warehouse.results import Format

_HELP = "SQL ends with a semicolon. .tables  .schema NAME  .quit (or Ctrl-D)"


def run_prompt(con: "Connection", form: "Format", out: BinaryIO) -> None:
    """Reads and answers statements until the user leaves; an error ends no session."""
    with suppress(ImportError):
        import readline  # noqa: F401 - gives input() its editing
    say(_HELP)
    lines: list[str] = []
    while True:
        try:
            line = input("   ...> " if lines else "datamoat> ")
        except EOFError:
            say("")
            return
        except KeyboardInterrupt:
            say("")
            lines.clear()
            continue
        if not lines and line.startswith("."):
            if line.split()[0] in (".quit", ".exit"):
                return
            _run(con, _meta(line), form, out)
        elif line.strip() or lines:
            lines.append(line)
            if line.rstrip().endswith(";"):
                _run(con, "\n".join(lines), form, out)
                lines.clear()


def _meta(line: str) -> str | None:
    match line.split():
        case [".tables"]:
            return "SELECT name FROM (SHOW TABLES) ORDER BY name"
        case [".schema", name]:
            quoted = name.replace('"', '""')
            return f'SELECT column_name, column_type FROM (DESCRIBE "{quoted}")'  # noqa: S608 - quoted
    return None


def _run(con: "Connection", sql: str | None, form: "Format", out: BinaryIO) -> None:
    from warehouse.query import run_on

    if sql is None:
        say(_HELP)
        return
    try:
        note = run_on(con, sql, form, out)
        out.flush()
        if note:
            say(note)
    except DatamoatError as error:
        say(str(error))
    except KeyboardInterrupt:
        say("interrupted")
