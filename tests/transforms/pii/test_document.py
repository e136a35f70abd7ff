"""The step: everywhere a value may stand it is hidden, and what was found is counted."""

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.records import HEAD_CHARS, DeadLetter, Document, Rejection
from schemas.specs import PiiSpec
from transforms.pii.attributes import hide_json
from transforms.pii.document import protect_document, protect_fallen
from transforms.pii.find import Rules, find
from transforms.pii.kinds import KINDS

REDACT = PiiSpec(actions=dict.fromkeys(("secret", "iban", "card", "email", "ip", "phone"), "redact"))
KEEP = PiiSpec()


def document(text: str, **more: str | None) -> Document:
    made = Document(
        doc_id=b"\1" * 16,
        source="notes",
        uri="notes:a.txt",
        locator="byte=3",
        media_type="text/plain",
        raw_sha256=b"\2" * 32,
        text=text,
        language="en",
    )
    return replace(made, **more)  # type: ignore[arg-type]


def protected(one: Document, spec: PiiSpec) -> Document:
    outcome = protect_document(one, spec)
    assert isinstance(outcome, Document)
    return outcome


def test_it_is_hidden_wherever_it_stands_and_counted_once_in_each_place() -> None:
    before = document(
        "From ann@corp.org to bob@corp.org",
        title="Re: ann@corp.org",
        author="Ann <ann@corp.org>",
        metadata=json.dumps({"to": ["bob@corp.org", "cid"], "n": 3, "x": {"ann@corp.org": None}}),
        messages=json.dumps([{"role": "user", "content": "From ann@corp.org"}]),
    )
    after = protected(before, REDACT)
    assert after.text == "From <EMAIL> to <EMAIL>"
    assert (after.title, after.author) == ("Re: <EMAIL>", "Ann <<EMAIL>>")
    assert json.loads(after.metadata or "") == {"to": ["<EMAIL>", "cid"], "n": 3, "x": {"<EMAIL>": None}}
    assert json.loads(after.messages or "") == [{"role": "user", "content": "From <EMAIL>"}]
    assert after.pii == (("email", 6),)
    assert "corp" not in repr(after)


def test_what_is_kept_is_counted_and_nothing_changes() -> None:
    before = document("ann@corp.org, 81.2.69.142", metadata='{"from":"ann@corp.org"}')
    after = protected(before, KEEP)
    assert after == replace(before, pii=(("email", 2), ("ip", 1)))
    assert after.text is before.text


def test_nothing_found_is_not_the_same_as_nobody_looked() -> None:
    assert protected(document("nothing"), REDACT).pii == ()
    assert protected(document("ann@corp.org"), replace(REDACT, enabled=False)).pii is None


def test_a_refused_document_leaves_a_count_and_no_value() -> None:
    spec = PiiSpec(actions={"email": "redact", "card": "reject", "secret": "reject", "ip": "keep"})
    text = "ann@corp.org paid with 4539 1488 0343 6467, then 5500-0055-5555-5559, from 81.2.69.142"
    outcome = protect_document(document(text + " and so on" * 60), spec)
    assert isinstance(outcome, Rejection)
    assert (outcome.stage, outcome.rule, outcome.value, outcome.limit) == ("pii", "pii", 2.0, 0.0)
    assert outcome.detail == "card=2"
    assert outcome.head.startswith("<EMAIL> paid with <CARD>, then <CARD>, from 81.2.69.142 and")
    assert len(outcome.head) == HEAD_CHARS


def test_a_document_is_refused_for_what_it_says_of_itself() -> None:
    spec = PiiSpec(actions={"secret": "reject"})
    outcome = protect_document(document("x", metadata='{"password":"x8f3k2l9q0"}'), spec)
    assert isinstance(outcome, Rejection)
    assert isinstance(protect_document(document("x", metadata='{"other":"x8f3k2l9q0"}'), spec), Document)


def rejection(head: str, detail: str | None = None) -> Rejection:
    return Rejection(b"\1" * 16, "a", "a:b", "", "language", "language", detail=detail, head=head)


def test_what_fell_before_is_hidden_too() -> None:
    (one,) = protect_fallen([rejection("mail ann@corp.org", "ann@corp.org")], REDACT)
    assert (one.head, one.detail) == ("mail <EMAIL>", "<EMAIL>")
    dead = DeadLetter(b"\1" * 16, "a", "a:b", "", "read", "corrupt", "broken", "ann@corp.org {")
    assert protect_fallen([dead], REDACT)[0].head == "<EMAIL> {"
    assert protect_fallen([dead], KEEP) == (dead,)
    assert protect_fallen([dead], PiiSpec(actions={"email": "reject"}))[0].head == "<EMAIL> {"


@pytest.mark.parametrize(
    "value", ["ann.miller@corp.org", "+1 650-253-0000", "4539 1488 0343 6467", "ghp_" + "a1B2c3" * 6]
)
def test_a_value_that_the_end_of_a_head_cuts_does_not_stay_in_part(value: str) -> None:
    for cut in range(6, len(value) + 1):
        head = ("word " * HEAD_CHARS)[: HEAD_CHARS - cut - 1] + " " + value[:cut]
        (one,) = protect_fallen([rejection(head)], REDACT)
        rest = one.head.rstrip().removesuffix("<EMAIL>").removesuffix("<PHONE>").removesuffix("<CARD>")
        assert "@" not in rest
        assert not any(character.isdigit() for character in rest)


values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.sampled_from(["ann@corp.org", "call +1 650-253-0000", "x8f3k2l9q0", "password", "81.2.69.142", "é"])
    | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["a", "password", "tel", "ann@corp.org", "bob@corp.org"]), inner, max_size=3
        )
    ),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from(["a", "password", "tel"]), values, max_size=3))
def test_json_stays_json_of_the_same_shape(value: dict[str, object]) -> None:
    rules = Rules(KINDS, KINDS, ("US",))
    written = json.dumps(value)
    hidden, counts = hide_json(written, rules)
    assert (hidden is written) == (not counts)
    assert shape(json.loads(hidden)) == shape(value)
    again, left = hide_json(hidden, rules)
    assert (again, left) == (hidden, {})


def shape(value: object) -> object:
    if isinstance(value, dict):
        return [shape(item) for item in value.values()]
    if isinstance(value, list):
        return [shape(item) for item in value]
    return isinstance(value, str | int) and not isinstance(value, bool)


def test_a_text_is_judged_with_its_name() -> None:
    rules = Rules(KINDS, KINDS, ("US",))
    number = 6502530000
    value = {"phone": str(number), "fax": number, "count": number, "b": str(number)}
    hidden, _ = hide_json(json.dumps(value), rules)
    assert json.loads(hidden) == {**value, "phone": "<PHONE>", "fax": "<PHONE>"}


def test_ordinary_text_has_no_findings() -> None:
    """Prose of a standard: version numbers, dates, sections, and nothing of a person."""
    text = "Section 4.2.1.3 of RFC 2822 (2001-04-01) was replaced by 3.4.1.10 in version 12.7.30.41. " * 20
    assert find(text, KINDS, ("US", "GB", "DE")) == []
