"""How a command fails: each class is one exit code of the command line.

    0   done
    1   AnswerIsNo    the question was answered, and the answer is no (verify, dead-letter budget)
    2   UsageError    a wrong command or configuration; the message is one line that says what to do
    3   WorkFailed    the work itself failed (a worker died, the disk is full)

Bad *data* is none of these: it is a row in ``rejections`` or ``dead_letters``. Any other exception
is a bug and is shown with its traceback.
"""

from typing import ClassVar


class DatamoatError(Exception):
    """Base of the errors that a command reports as one line.

    Attributes:
        exit_code: What the process returns for it.
    """

    exit_code: ClassVar[int] = 3


class AnswerIsNo(DatamoatError):  # noqa: N818 - an answer, not an error of the program
    """The command worked and its answer is no."""

    exit_code = 1


class UsageError(DatamoatError):
    """The command or the configuration is wrong; the message says what to change."""

    exit_code = 2


class WorkFailed(DatamoatError):  # noqa: N818
    """The work could not be finished; the message says why and what to do."""

    exit_code = 3
