"""Locators: where in a file a record stands, from the outside in.

A locator is a chain of steps joined by ``!``; the empty locator is the whole file. Steps:

    member=PATH    a member of an archive or a book (``!`` and ``%`` in the name are percent-encoded)
    byte=OFFSET    a line or block that begins at this byte of the decompressed content
    item=N         the N-th element of a JSON array, from 0
    row=N          the N-th row of a Parquet file, from 0
    part=N[.M…]    a MIME part of a mail, decoded; numbered from 1 at each level, as in RFC 3501, 6.4.5

So ``member=dump/a.jsonl.gz!byte=1024`` is the line at byte 1024 of the decompressed member, and
``byte=0!part=2!part=1`` is the first part of the mail that is attached to the first mail of an mbox.
"""

from typing import Literal, cast, get_args

Step = Literal["member", "byte", "item", "row", "part"]
_STEPS = get_args(Step)


def step(kind: Step, value: str | int) -> str:
    """Returns one step of a locator.

    >>> step("member", "50%!.md")
    'member=50%25%21.md'
    """
    text = str(value)
    if kind == "member":
        text = text.replace("%", "%25").replace("!", "%21")
    return f"{kind}={text}"


def join(*steps: str) -> str:
    """Joins steps (and locators) to one locator; empty ones are left out.

    >>> join("member=a.jsonl", "", "byte=3")
    'member=a.jsonl!byte=3'
    """
    return "!".join(part for part in steps if part)


def parse(locator: str) -> list[tuple[Step, str]]:
    """Takes a locator apart; the inverse of ``step`` and ``join``.

    Raises:
        ValueError: If it is not a locator.

    >>> parse("member=50%25%21.md!byte=3")
    [('member', '50%!.md'), ('byte', '3')]
    """
    steps: list[tuple[Step, str]] = []
    for part in locator.split("!") if locator else []:
        kind, equals, value = part.partition("=")
        if not equals or kind not in _STEPS:
            raise ValueError(f"not a locator: {locator!r}")
        if kind == "member":
            value = value.replace("%21", "!").replace("%25", "%")
        steps.append((cast("Step", kind), value))
    return steps


def parent(locator: str) -> str | None:
    """Returns the place of the mail that holds this part; None for what is no part of a mail.

    >>> parent("byte=7!part=2.1!row=3"), parent("part=2"), parent("byte=7")
    ('byte=7', '', None)
    """
    if "part=" not in locator:
        return None
    steps = locator.split("!")
    for index in range(len(steps) - 1, -1, -1):
        if steps[index].startswith("part="):
            return "!".join(steps[:index])
    return None
