"""Draws what ``ground`` found: a line an answer, on a terminal its sentences in colour, tables of shares."""

from collections.abc import Sequence
from itertools import zip_longest

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from schemas.grounds import KINDS, Ground, GroundAnswer, GroundCredit, GroundModel

_STYLES = {"verbatim": "bold green", "near": "yellow", "similar": "cyan", "none": ""}
_NAMES = {"verbatim": "verbatim", "near": "nearly", "similar": "similar", "none": "not at all"}
_ANSWERS = 200
_MARKED = 50
_CREDITS = 15


def ground(answer: Ground, console: Console) -> None:
    """Draws a run."""
    if console.is_terminal:
        for one in answer.answers[:_MARKED]:
            _marked(one, console)
        if len(answer.answers) > _MARKED:
            _line(console, f"({len(answer.answers) - _MARKED:,} more answers are not shown in colour)")
    table = _table("answer", "model", "words", *_NAMES.values(), "reference only")
    for one in answer.answers[:_ANSWERS]:
        counts = one.counts
        shares = [f"{counts.shares[kind]:.0%}" for kind in KINDS]
        short = " (short)" if one.shorter else ""
        table.add_row(
            Text(one.id + short), Text(one.model or "–"), f"{counts.words:,}", *shares, f"{counts.public:,}"
        )
    console.print(table)
    if len(answer.answers) > _ANSWERS:
        _line(console, f"({len(answer.answers) - _ANSWERS:,} more answers: --json has all)")
    _models(answer, console)
    for title, credits in (
        ("contributor", answer.contributors), ("source", answer.sources), ("licence", answer.licenses),
    ):  # fmt: skip
        _credits(title, credits, console)
    if answer.unindexed:
        _line(console, f"{answer.unindexed:,} documents are not indexed and were not looked at")
    closed = sum(one.unopened > 0 for one in answer.answers)
    if closed:
        _line(console, f"of {closed:,} answers not all texts that share an n-gram with them were opened")


def _marked(answer: GroundAnswer, console: Console) -> None:
    """Draws an answer sentence by sentence, its words in the colour of their kind."""
    console.print(Text(f"── {answer.id}", style="bold").append(f"  {answer.model or ''}", style="dim"))
    text = Text(answer.text)
    for span in answer.spans:
        text.stylize(_STYLES[span.kind], span.start, span.stop)
    for claim, after in zip_longest(answer.claims, answer.claims[1:]):
        # The mark after a sentence's last word is shown with it, the one before the next sentence is not.
        tail = answer.text[claim.stop : after.start if after else len(answer.text)].split("\n")[0]
        head = Text().append(f"{_NAMES[claim.kind]:<10} ", style=_STYLES[claim.kind] or "dim")
        console.print(head.append_text(text[claim.start : claim.stop + len(tail)]))
    console.print()


def _models(answer: Ground, console: Console) -> None:
    rows: list[tuple[str, GroundModel]] = [(model.model or "–", model) for model in answer.models]
    if len(rows) != 1:
        rows.append(("all", answer.total))
    table = _table("model", "answers", "words", *_NAMES.values())
    for name, model in rows:
        shares = [f"{model.counts.shares[kind]:.1%}" for kind in KINDS]
        table.add_row(Text(name), f"{model.answers:,}", f"{model.counts.words:,}", *shares)
    console.print(table)


def _credits(title: str, credits: Sequence[GroundCredit], console: Console) -> None:
    if not credits:
        return
    table = _table(
        title, "words credited", "of all words", "verbatim", "nearly", "similar", "documents", "answers"
    )
    for one in credits[:_CREDITS]:
        weights = [f"{value:,.1f}" for value in (one.verbatim, one.near, one.similar)]
        table.add_row(
            Text(one.name),
            f"{one.weight:,.1f}",
            f"{one.share:.1%}",
            *weights,
            f"{one.documents:,}",
            f"{one.answers:,}",
        )
    console.print(table)
    if len(credits) > _CREDITS:
        _line(console, f"({len(credits) - _CREDITS:,} more: --json has all)")


def _table(first: str, *names: str) -> Table:
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    table.add_column(first)
    for name in names:
        table.add_column(name, justify="left" if name == "model" else "right")
    return table


def _line(console: Console, line: str) -> None:
    console.print(Text(line), soft_wrap=True)
