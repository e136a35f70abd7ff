"""Draws a trace for eyes: the answer with what was found in it marked, the spans, the shares."""

from collections.abc import Sequence

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from schemas.traces import SimilarHolder, Trace, TraceHolder, TraceShare, TraceSpan

_STYLES = {"verbatim": "bold green", "words": "green", "near": "yellow"}
_NAMES = {"verbatim": "verbatim", "words": "the same words", "near": "nearly"}
_CHANGED = "bold red"
_SIMILAR = "cyan"
_SPANS = 10
_HOLDERS = 5
_TEXT = 300
_PASSAGE = 800


def trace(answer: Trace, console: Console) -> None:
    """Draws an answer."""
    if answer.id is not None:
        console.print(Text(f"── {answer.id}", style="bold"))
    if console.is_terminal:
        console.print(_marked(answer))
        console.print()
    spans = _chosen(answer.spans)
    for number, span in enumerate(spans[:_SPANS], 1):
        _span(number, span, console)
    hidden = len(answer.spans) - min(len(spans), _SPANS)
    if hidden:
        _line(console, f"({hidden} more spans, most of them inside of these: --json has all)\n")
    verbatim = answer.verbatim_words
    _line(
        console,
        f"{answer.coverage:.0%} of {answer.words:,} words found: {verbatim:,} verbatim or but for case and "
        f"punctuation, {answer.near_words:,} more in nearly verbatim spans",
    )
    _notes(answer, console)
    if answer.contributors:
        _shares("contributor", answer.contributors, console)
        _shares("licence", answer.licenses, console)
    _similar(answer, console)


def _similar(answer: Trace, console: Console) -> None:
    """Draws the other list."""
    if answer.similar_note:
        _line(console, answer.similar_note)
    found = [sentence for sentence in answer.similar if sentence.passages]
    if found:
        console.print(Text("\nsays something similar, by the words that it holds:", style="bold"))
    for sentence in found[:_SPANS]:
        console.print(Text(f"“{_cut(sentence.text)}”"))
        for passage in sentence.passages:
            held = ", ".join(answer.text[start:stop] for start, stop in passage.held)
            head = Text("   ~ ").append(f"{passage.share:.0%} of its words by weight", style=_SIMILAR)
            head.append(f" (BM25 {passage.score:.1f}): {_cut(held)}")
            console.print(head, soft_wrap=True)
            console.print(Text(f"     │ {_cut(passage.text, _PASSAGE)}"), soft_wrap=True)
            for holder in passage.holders[:_HOLDERS]:
                console.print(Text("     → ").append_text(_described(holder)), soft_wrap=True)
            hidden = len(passage.holders) - _HOLDERS + passage.more
            if len(passage.holders) > _HOLDERS:
                _line(console, f"     … and {hidden:,} more documents")
        console.print()
    if len(found) > _SPANS:
        _line(console, f"({len(found) - _SPANS} more sentences: --json has all)")
    nothing = len(answer.similar) - len(found)
    if nothing:
        _line(console, f"to {nothing:,} of the sentences that stand nowhere no passage is similar enough")


def _described(holder: TraceHolder | SimilarHolder) -> Text:
    line = Text().append(f"{holder.contributor}, {holder.license}", style="bold")
    if holder.reference:
        line.append(" (reference, not ours)", style="dim")
    title = f"  {holder.title}" if holder.title else ""
    line.append(f"{title}  {'!'.join(filter(None, (holder.uri, holder.locator)))}")
    same = ""
    if isinstance(holder, TraceHolder) and holder.kind == "near":
        same = f", {holder.share:.0%} of the words"
    line.append(f"  [{holder.start:,}-{holder.stop:,}{same}]  {holder.doc_id[:8]}", style="dim")
    if holder.copy_of:
        line.append(f" (the same text as {holder.copy_of[:8]})", style="dim")
    return line


def _cut(text: str, most: int = _TEXT) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= most else f"{flat[: most // 2]} … {flat[-most // 2 :]}"


def _notes(answer: Trace, console: Console) -> None:
    if answer.truncated:
        _line(console, f"only the first {len(answer.text):,} characters were traced")
    if answer.shorter:
        _line(
            console,
            f"the text is shorter than the {answer.guaranteed} words from which a shared run is never "
            "missed: what was not found may be there all the same",
        )
    if answer.unopened:
        _line(
            console,
            f"{answer.unopened:,} more texts share an n-gram with it and were not opened; --all opens them",
        )
    if answer.unindexed:
        _line(
            console,
            f"{answer.unindexed:,} of {answer.unindexed + answer.indexed:,} documents of snapshot "
            f"{answer.snapshot} are not indexed and were not looked at; `datamoat index` does it",
        )


def _marked(answer: Trace) -> Text:
    text = Text(answer.text[:4000])
    # The strictest kind last, so that it shows where spans lie over one another.
    for kind in ("near", "words", "verbatim"):
        for span in answer.spans:
            if span.kind == kind:
                text.stylize(_STYLES[kind], span.start, span.stop)
    return text


def _chosen(spans: Sequence[TraceSpan]) -> list[TraceSpan]:
    """Returns spans by their rank, without those that lie mostly inside of a better one."""
    chosen: list[TraceSpan] = []
    for span in spans:
        if not any(_inside(span, other) for other in chosen):
            chosen.append(span)
    return chosen


def _inside(span: TraceSpan, other: TraceSpan) -> bool:
    shared = min(span.stop, other.stop) - max(span.start, other.start)
    return shared >= 0.8 * (span.stop - span.start)


def _span(number: int, span: TraceSpan, console: Console) -> None:
    stands = "in one text"
    if span.texts > 1:
        # What was not opened may hold less than all of it.
        opened = len({holder.copy_of or holder.doc_id for holder in span.holders})
        stands = f"in {'' if opened >= span.texts else 'at most '}{span.texts:,} texts"
    head = Text(f"{number}. ")
    head.append(f"{_NAMES[span.kind]}, {span.words} words", style=_STYLES[span.kind])
    head.append(f", {stands} of the index")
    if span.common:
        head.append(" (common: says little of its source)", style="dim")
    console.print(head)
    for line in _shown(span).split("\n"):
        if line.plain.strip():
            console.print(Text("   │ ").append_text(line), soft_wrap=True)
    for holder in span.holders[:_HOLDERS]:
        console.print(Text("   → ").append_text(_described(holder)), soft_wrap=True)
    hidden = len(span.holders) - _HOLDERS + span.more
    if len(span.holders) > _HOLDERS:
        names = sorted({holder.contributor for holder in span.holders[_HOLDERS:]})
        _line(console, f"   … and {hidden:,} more documents, of {', '.join(names[:5])}")
    console.print()


def _shown(span: TraceSpan) -> Text:
    """Returns the span's text, what its first holder says otherwise in brackets; cut in the middle."""
    text = Text()
    done = span.start
    for piece in span.holders[0].pieces:
        gap = span.text[done - span.start : piece.start - span.start]
        if done > span.start:
            # Between two pieces there is at least the place where the document says something else.
            inner = gap.strip()
            before = gap[: len(gap) - len(gap.lstrip())] or " "
            text.append(f"{before}[{inner}] ", style=_CHANGED)
        text.append(span.text[piece.start - span.start : piece.stop - span.start], style=_STYLES[span.kind])
        done = piece.stop
    if len(text) <= _TEXT:
        return text
    return text[: _TEXT // 2] + Text(" … ") + text[len(text) - _TEXT // 2 :]


def _shares(title: str, shares: Sequence[TraceShare], console: Console) -> None:
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    table.add_column(title)
    for name in ("words", "share", "documents"):
        table.add_column(name, justify="right")
    for share in shares[:10]:
        table.add_row(Text(share.name), f"{share.words:,}", f"{share.share:.0%}", f"{share.documents:,}")
    console.print(table)


def _line(console: Console, line: str) -> None:
    console.print(Text(line), soft_wrap=True)
