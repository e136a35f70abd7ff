"""The command ``datamoat``: its frame, and how every failure becomes lines and an exit code.

    0    done
    1    the answer is no
    2    wrong usage or configuration
    3    the work failed, or there is a bug (with its traceback)
    130  interrupted

The modules imported here register their commands and import nothing heavy on their own: Beam, DuckDB,
pyarrow and pydantic's models are imported when a command runs.
"""

import errno
import os
import sys
import traceback
from collections.abc import Sequence
from typing import Annotated

import typer

from pipelines import __version__
from pipelines.cli import ask, build, contamination, ground, make, trace
from pipelines.cli.common import say
from schemas.errors import DatamoatError

FAILED = 3
INTERRUPTED = 130
NO_READER = 141
"""Whoever read our output went away; what a shell reports for SIGPIPE."""

app = typer.Typer(
    name="datamoat",
    help="Turns documents into a training corpus whose every token can be traced back to its source.",
    epilog="Exit codes: 0 done, 1 the answer is no, 2 wrong usage or configuration, 3 the work failed, "
    "130 interrupted.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _show_version(asked: bool) -> None:
    if asked:
        typer.echo(__version__)
        raise typer.Exit


@app.callback()
def _frame(
    _version: Annotated[
        bool,
        typer.Option("--version", callback=_show_version, is_eager=True, help="Print the version and exit."),
    ] = False,
) -> None:
    pass


for module in (make, build, ask, contamination, trace, ground):
    module.register(app)


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs a command line and returns its exit code; it never raises.

    Args:
        arguments: Without the program's name; None takes those of the process.
    """
    try:
        app(args=None if arguments is None else list(arguments), prog_name="datamoat")
        sys.stdout.flush()
    except SystemExit as stop:
        return _exit_code(stop)
    except KeyboardInterrupt:
        say("interrupted")
        return INTERRUPTED
    except BrokenPipeError:
        return _no_reader()
    except DatamoatError as error:
        say(str(error))
        return error.exit_code
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            say(f"no space left on the device: {error.filename or 'while writing'}")
        else:
            traceback.print_exc()
        return FAILED
    except Exception:
        traceback.print_exc()
        return FAILED
    return 0


def _exit_code(stop: SystemExit) -> int:
    # Typer exits with 1, which is an answer here, for a broken pipe and for an EOFError that got away.
    if isinstance(stop.__context__, BrokenPipeError):
        return _no_reader()
    if isinstance(stop.__context__, typer.Abort):
        traceback.print_exception(stop.__context__.__cause__)
        return FAILED
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        return _no_reader()
    return stop.code if isinstance(stop.code, int) else int(stop.code is not None)


def _no_reader() -> int:
    # Else the interpreter complains when it flushes on its way out.
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return NO_READER
