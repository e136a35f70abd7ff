"""Draws what an export wrote."""

from rich.console import Console

from schemas.answers import Export


def show_export(answer: Export, console: Console) -> None:
    """Draws an export: how much of whom, under which licence."""
    say = console.print
    say(
        f"{answer.rows:,} rows, {answer.tokens:,} tokens in {len(answer.shards)} shards ({answer.format}) "
        f"of snapshot {answer.snapshot} of {answer.corpus}",
        markup=False,
    )
    for title, groups in (("licence", answer.licenses), ("contributor", answer.contributors)):
        say(f"\nby {title}", markup=False)
        for name, amount in sorted(groups.items(), key=lambda item: (-item[1].tokens, item[0])):
            say(f"  {amount.rows:>9,} rows  {amount.tokens:>13,} tokens  {name}", markup=False)
