"""Draws the answers of the asking commands for eyes."""

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from schemas.answers import Cluster, Custody, Funnel, Log, RawBytes, Sample, Verification

_STATES = {
    "same": "the same bytes stand there today",
    "different": "OTHER BYTES stand there today",
    "lost": "the file is there, but has nothing at this place",
    "missing": "the file is gone",
    "unknown": "no hash of the bytes was kept",
}
_COPIES = 12


def funnel(answer: Funnel, console: Console) -> None:
    """Draws the funnel, one line a source."""
    names = ("read", "documents", "rejected", "dead", "survivors", "duplicates", "removed")
    table = _table("source", *names)
    for row in (*answer.sources, answer.total):
        style = None if row.balanced else "bold red"
        table.add_row(Text(row.source), *(f"{getattr(row, name):,}" for name in names), style=style)
    console.print(table)
    if answer.balanced:
        console.print("read = documents + rejected + dead;  documents = survivors + duplicates + removed")
    else:
        wrong = ", ".join(row.source for row in answer.sources if not row.balanced)
        console.print(f"does not add up: {wrong}; run `datamoat verify`", markup=False)


def log(answer: Log, console: Console) -> None:
    """Draws the history, newest first."""
    for line in answer.snapshots:
        totals = ", ".join(f"{value:,} {name}" for name, value in line.totals.items())
        _line(console, f"snapshot {line.number}  {line.created_at}  {line.corpus}")
        _line(console, f"    {totals}")
        for change in line.changes:
            _line(console, f"    - {change}")


def sample(answer: Sample, console: Console) -> None:
    """Draws the chosen records, each with the beginning of its text."""
    for row in answer.rows:
        facts = [row.fate, row.language, row.contributor, row.license]
        _line(console, f"{row.doc_id}  {_place(row.uri, row.locator)}")
        _line(console, f"    {', '.join(fact for fact in facts if fact)}")
        if row.why:
            _line(console, f"    {row.why}")
        if row.title:
            _line(console, f"    {row.title}")
        for text in row.head.splitlines()[:6]:
            if text.strip():
                _line(console, f"    | {text[:160]}")
        console.print()
    _line(console, f"{len(answer.rows)} of {answer.matching:,} that match")


def custody(answer: Custody, console: Console) -> None:
    """Draws a chain of custody from the bytes to the corpus."""
    kind = answer.kind.replace("_", " ")
    _line(console, f"{kind} {answer.doc_id}{': ' + answer.fate if answer.fate else ''}")
    if answer.why:
        _line(console, f"why          {answer.why}")
    _line(console, f"given by     {answer.contributor or 'unknown'}, under {answer.license or 'NOASSERTION'}")
    if answer.attribution:
        _line(console, f"attribution  {answer.attribution}")
    if answer.url:
        _line(console, f"url          {answer.url}")
    reference = " (reference: never exported)" if answer.reference else ""
    _line(console, f"source       {answer.source}{reference}")
    _raw(answer.raw, console)
    _line(console, f"recipe       {answer.recipe}")
    if answer.text is not None:
        text = answer.text
        state = "matches the text" if text.sha256_matches else "IS NOT THAT OF THE TEXT"
        _line(console, f"text         sha256 {text.sha256} ({state})")
        _line(
            console, f"             {text.chars:,} characters, {text.words:,} words, ~{text.tokens:,} tokens"
        )
        if text.language:
            score = "" if text.language_score is None else f" ({text.language_score:.2f})"
            _line(console, f"language     {text.language}{score}")
        for name, value in (("title", text.title), ("author", text.author), ("created", text.created_at)):
            if value:
                _line(console, f"{name:<13}{value}")
    if answer.cluster is not None:
        _cluster(answer.cluster, console)
    for item in answer.contamination:
        where = f"at {item.start}-{item.end}, score {item.score:.2f}: {item.action}"
        _line(console, f"benchmark    {item.benchmark} {item.item} {where}")
    head = answer.text.head if answer.text is not None else answer.head or ""
    console.print()
    for line in head.splitlines()[:12]:
        _line(console, f"| {line[:200]}")


def verification(answer: Verification, console: Console) -> None:
    """Draws every check, and what is wrong where something is."""
    for check in answer.checks:
        if check.skipped is not None:
            _line(console, f"–  {check.name}: not checked ({check.skipped})")
            continue
        _line(console, f"{'✓' if check.ok else '✗'}  {check.name}  ({check.checked:,} checked)")
        for detail in check.details:
            _line(console, f"       {detail}")
        if check.wrong > len(check.details):
            _line(console, f"       … and {check.wrong - len(check.details):,} more")


def _raw(raw: RawBytes, console: Console) -> None:
    _line(console, f"place        {_place(raw.uri, raw.locator)}")
    if raw.file:
        _line(console, f"file         {raw.file}")
    if raw.media_type:
        _line(console, f"media type   {raw.media_type}")
    if raw.sha256:
        _line(console, f"bytes        sha256 {raw.sha256}")
    _line(console, f"             {_STATES[raw.state]}")


def _cluster(cluster: Cluster, console: Console) -> None:
    similar = "" if cluster.similarity is None else f", similarity {cluster.similarity:.3f}"
    _line(console, f"cluster      {cluster.cluster_id} ({cluster.kind or 'founder'}{similar})")
    _line(console, f"survivor     {cluster.survivor_id}")
    _line(console, f"held by      {', '.join(cluster.holders)}")
    for copy in cluster.copies[:_COPIES]:
        how = copy.kind or "founder"
        like = "" if copy.similarity is None else f" {copy.similarity:.3f}"
        _line(console, f"  {copy.fate:<10} {how}{like}  {copy.contributor}  {_place(copy.uri, copy.locator)}")
    if len(cluster.copies) > _COPIES:
        _line(console, f"  … and {len(cluster.copies) - _COPIES:,} more")
    if cluster.diff:
        console.print()
        for line in cluster.diff:
            _line(console, f"  {line}")


def _place(uri: str, locator: str) -> str:
    return f"{uri}!{locator}" if locator else uri


def _table(first: str, *names: str) -> Table:
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    table.add_column(first, no_wrap=True)
    for name in names:
        table.add_column(name, justify="right", no_wrap=True)
    return table


def _line(console: Console, text: str) -> None:
    # Titles and paths may hold square brackets and terminal codes.
    shown = "".join(character if character.isprintable() else " " for character in text)
    console.print(shown, markup=False, soft_wrap=True)
