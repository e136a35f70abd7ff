"""The contracts that everything stored stands on: schemas, identifiers, locators, batches."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas import locators
from schemas.batches import Batch
from schemas.ids import digest16, document_id, recipe_digest, sha256, text_sha256
from schemas.records import DeadLetter, Document, Rejection
from schemas.tables import INGEST_TABLES, SCHEMA_VERSION, TABLES
from schemas.units import WorkUnit

GOLDEN = Path(__file__).with_name("tables.golden")


def described() -> str:
    lines = [f"schema version {SCHEMA_VERSION}"]
    for table, schema in sorted(TABLES.items()):
        lines.append(f"\n{table}")
        lines += [f"  {f.name} {f.type}{'' if f.nullable else ' not null'}" for f in schema]
    return "\n".join(lines) + "\n"


def test_the_tables_are_those_of_the_golden_file() -> None:
    """A change here is a change of what is stored: raise SCHEMA_VERSION and renew the file."""
    assert described() == GOLDEN.read_text(encoding="utf-8")


def test_every_ingest_table_has_a_schema_and_names_its_document() -> None:
    assert all("doc_id" in TABLES[table].names for table in INGEST_TABLES)


def test_identifiers_have_golden_values() -> None:
    assert digest16("a", b"b").hex() == "6a93c5780b9861cdd8d2761a748d9591"
    assert document_id("s", "p", "").hex() == "237fd0e68e86a697dcc4f8d4873bb459"
    assert sha256(b"").hex().startswith("e3b0c44298fc1c14")
    assert text_sha256("\ud800") == sha256(b"\xed\xa0\x80")


@given(st.lists(st.text(), max_size=4), st.lists(st.text(), max_size=4))
def test_different_fields_have_different_digests(left: list[str], right: list[str]) -> None:
    safe = lambda fields: [f.encode("utf-8", "surrogatepass") for f in fields]  # noqa: E731
    assert (digest16(*left) == digest16(*right)) == (safe(left) == safe(right))


def test_a_recipe_digest_does_not_depend_on_the_order_of_keys() -> None:
    assert recipe_digest({"a": {"x": 1, "y": [2]}}) == recipe_digest({"a": {"y": [2], "x": 1}})
    assert recipe_digest({"a": 1}) != recipe_digest({"a": 2})


@given(st.lists(st.tuples(st.sampled_from(["member", "byte", "item", "row"]), st.text()), max_size=4))
def test_locators_are_taken_apart_as_they_were_joined(steps: list[tuple[locators.Step, str]]) -> None:
    steps = [(kind, value if kind == "member" else "7") for kind, value in steps]
    joined = locators.join(*(locators.step(kind, value) for kind, value in steps))
    assert locators.parse(joined) == steps


@pytest.mark.parametrize("wrong", ["x", "byte", "nothing=3", "byte=1!", "!"])
def test_what_is_no_locator_is_refused(wrong: str) -> None:
    with pytest.raises(ValueError, match="not a locator"):
        locators.parse(wrong)


@given(st.lists(st.sampled_from("adr"), max_size=20))
def test_a_rule_moves_each_document_to_exactly_one_fate(fates: list[str]) -> None:
    documents = tuple(
        Document(bytes([n]) * 16, "s", "s:p", str(n), "text/plain", bytes(32), fate)
        for n, fate in enumerate(fates)
    )
    batch = Batch(WorkUnit("u", "v", "s", (), 0), 0, True, len(fates), 1, 0, documents, (), ())

    def rule(document: Document) -> Document | Rejection | DeadLetter:
        place = (document.doc_id, document.source, document.uri, document.locator)
        if document.text == "r":
            return Rejection(*place, "stage", "rule")
        return DeadLetter(*place, "stage", "corrupt", "x") if document.text == "d" else document

    after = batch.apply(rule)
    assert [d.text for d in after.documents] == [f for f in fates if f == "a"]
    assert [r.locator for r in after.rejections] == [str(n) for n, f in enumerate(fates) if f == "r"]
    assert [d.locator for d in after.dead_letters] == [str(n) for n, f in enumerate(fates) if f == "d"]
