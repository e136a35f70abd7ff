"""Where does a text hold personal data? All kinds, one pass over the text to see where it may.

A text is made plain once (``transforms.pii.plain``); whatever needs digits is looked for only around
them, addresses only around ``@``, forms of keys only in long runs of characters. So a text of 4 KB without
anything costs some 10 µs.
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from transforms.pii.accounts import find_accounts
from transforms.pii.addresses import find_addresses
from transforms.pii.assigned import find_assigned
from transforms.pii.cards import find_cards
from transforms.pii.emails import find_emails
from transforms.pii.identities import find_identities
from transforms.pii.kinds import KINDS, Finding, Kind, placeholder
from transforms.pii.phones import find_phones
from transforms.pii.plain import LONG_NUMBER, NUMBER, Plain
from transforms.pii.tokens import find_tokens


def find(text: str, kinds: Collection[Kind], regions: Sequence[str] = ()) -> list[Finding]:
    """Returns what is found, in order and without overlaps.

    Args:
        text: Any text.
        kinds: What to look for.
        regions: Countries (ISO 3166-1) whose national telephone numbers are looked for.

    >>> find("write to ann@corp.org", ["email"])
    [Finding(start=9, stop=21, kind='email')]
    """
    plain = Plain(text)
    found = [finding for finding in _all(plain, kinds, regions) if finding.kind in kinds]
    if len(found) > 1:
        found.sort(key=lambda finding: (KINDS.index(finding.kind), finding))
    return _apart(found)


def redact(text: str, findings: Sequence[Finding], kinds: Collection[Kind]) -> str:
    """Returns a text with placeholders for the findings of some kinds; all else stays as it is."""
    pieces, at = [], 0
    for finding in findings:
        if finding.kind in kinds:
            pieces += [text[at : finding.start], placeholder(finding.kind)]
            at = finding.stop
    return "".join(pieces) + text[at:] if at else text


@dataclass(frozen=True, slots=True)
class Rules:
    """What is looked for in a text, and what is hidden.

    Attributes:
        seen: Kinds that are looked for and counted.
        hidden: Those of them that placeholders stand for in the end.
        regions: Countries (ISO 3166-1) whose national telephone numbers are looked for.
    """

    seen: tuple[Kind, ...]
    hidden: tuple[Kind, ...]
    regions: tuple[str, ...] = ()

    def hide(self, text: str, before: str = "") -> tuple[str, Counter[Kind]]:
        """Returns a text in which nothing hidden is found any more, and how much of each kind was found.

        A placeholder may set free what stood beside it (digits, once the letter before them is gone), so
        the text is looked through until nothing is left; each round takes away something that no
        placeholder brings. Everything outside of the findings stays as it is.

        Args:
            text: Any text; it is returned itself if nothing is hidden.
            before: What stands before it, such as its name: it may tell what the text is.
        """
        counts: Counter[Kind] = Counter()
        kinds = self.seen
        while findings := _within(find(before + text, kinds, self.regions), len(before)):
            counts.update(finding.kind for finding in findings)
            changed = redact(text, findings, self.hidden)
            if changed is text:
                break
            # What is kept was counted in the first round.
            text, kinds = changed, self.hidden
        return text, counts


def _within(findings: Sequence[Finding], start: int) -> list[Finding]:
    """Returns the findings from an offset on, counted from there."""
    if not start:
        return list(findings)
    return [Finding(f.start - start, f.stop - start, f.kind) for f in findings if f.start >= start]


def _all(plain: Plain, kinds: Collection[Kind], regions: Sequence[str]) -> Iterator[Finding]:
    if "secret" in kinds:
        yield from find_tokens(plain)
        yield from find_assigned(plain)
    if "email" in kinds:
        yield from find_emails(plain)
    if "ip" in kinds or "private_ip" in kinds:
        yield from find_addresses(plain)
    if not plain.signs & NUMBER:
        return
    if plain.signs & LONG_NUMBER:
        if "iban" in kinds:
            yield from find_accounts(plain)
        if "card" in kinds:
            yield from find_cards(plain)
    if "national_id" in kinds:
        yield from find_identities(plain)
    if "phone" in kinds:
        yield from find_phones(plain, regions)


def _apart(found: Sequence[Finding]) -> list[Finding]:
    """Returns the findings that overlap none that comes before them, in the order of the text."""
    if len(found) < 2:
        return list(found)
    taken: list[Finding] = []
    for finding in found:
        at = bisect_left(taken, finding)
        clear_left = at == 0 or taken[at - 1].stop <= finding.start
        if clear_left and (at == len(taken) or finding.stop <= taken[at].start):
            taken.insert(at, finding)
    return taken
