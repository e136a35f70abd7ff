"""Personal data in a whole build: nothing that was hidden can be read anywhere in the warehouse."""

import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest
import zstandard

from pipelines.build import build
from pipelines.config import load_config
from pipelines.config.pii import PiiTable, PiiTypes, pii_spec
from tests.pipelines.corpora import HERE, datamoat, prose

VALUES = ("ann@corp.org", "+1 650-253-0000", "4539 1488 0343 6467", "x8f3k2l9q0", "DE89370400440532013000")
CONFIG = """
[corpus]
name = "c"
[language]
keep = ["en"]
[pii]
action = "redact"
types = {secret = "reject"}

[[source]]
name = "notes"
contributor = "A"
license = "MIT"
paths = ["notes"]

[[source]]
name = "kept"
contributor = "B"
license = "MIT"
paths = ["kept"]
pii = {action = "keep"}
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("pii")
    (folder / "notes").mkdir()
    (folder / "kept").mkdir()
    notes = folder / "notes"
    head = "---\ntitle: Mail of ann@corp.org\nauthor: Ann <ann@corp.org>\nphone: +1 650-253-0000\n---\n"
    (notes / "a.md").write_text(f"{head}Write to {VALUES[0]} or {VALUES[4]}. {prose('apples')}")
    (notes / "clean.txt").write_text(prose("pears"))
    (notes / "secret.txt").write_text(f"password = '{VALUES[3]}' of {VALUES[0]}. {prose('plums')}")
    (notes / "fremd.txt").write_text(
        f"Schreiben Sie uns bitte an {VALUES[0]} oder rufen Sie {VALUES[1]} an, wenn Sie Fragen haben. "
        "Wir sind an jedem Tag der Woche für Sie da und freuen uns auf Ihre Nachricht aus aller Welt."
    )
    (notes / "broken.json").write_text(f'{{"mail": "{VALUES[0]}", "card": "{VALUES[2]}"')
    (folder / "kept" / "b.txt").write_text(f"Call {VALUES[1]} about bob@corp.net. {prose('figs')}")
    (folder / "corpus.toml").write_text(CONFIG)
    build(load_config(folder / "corpus.toml"), HERE)
    return folder


def sql(folder: Path, query: str) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = json.loads(
        datamoat("sql", folder / "warehouse", query, "--format", "json").stdout
    )
    return rows


def test_counts_by_kind_stand_in_documents(folder: Path) -> None:
    query = "SELECT uri, map_keys(pii) AS kinds, map_values(pii) AS counts FROM documents ORDER BY uri"
    assert sql(folder, query) == [
        {"uri": "kept:b.txt", "kinds": ["email", "phone"], "counts": [1, 1]},
        {"uri": "notes:a.md", "kinds": ["email", "iban", "phone"], "counts": [5, 1, 1]},
        {"uri": "notes:clean.txt", "kinds": [], "counts": []},
    ]
    assert sql(folder, "SELECT sum(pii['email'])::INT AS n FROM corpus") == [{"n": 6}]


def test_a_refused_document_says_what_for(folder: Path) -> None:
    query = "SELECT uri, value, detail, head[:32] AS head FROM rejections WHERE rule = 'pii'"
    assert sql(folder, query) == [
        {
            "uri": "notes:secret.txt",
            "value": 1.0,
            "detail": "secret=1",
            "head": "password = '<SECRET>' of <EMAIL>",
        }
    ]


def test_no_hidden_value_can_be_read_in_the_warehouse(folder: Path) -> None:
    rows = 0
    for file in (folder / "warehouse").rglob("*"):
        if not file.is_file():
            continue
        if file.suffix != ".parquet":
            read = file.read_bytes().decode("utf-8", "replace")
        else:
            table = pq.read_table(file)
            rows += table.num_rows
            if table.num_rows and "source" in table.column_names:
                table = table.filter([source != "kept" for source in table.column("source").to_pylist()])
            read = str(table.to_pylist())
        assert not [value for value in VALUES if value in read], file
    assert rows > 5


def test_what_is_kept_is_still_there(folder: Path) -> None:
    query = "SELECT count(*)::INT AS n FROM corpus WHERE contains(text, 'bob@corp.net')"
    assert sql(folder, query) == [{"n": 1}]


@pytest.mark.parametrize("form", ["jsonl", "parquet"])
def test_exports_have_the_counts(folder: Path, tmp_path: Path, form: str) -> None:
    out = tmp_path / "out"
    datamoat("export", folder / "warehouse", out, "--format", form)
    if form == "parquet":
        rows = [row for file in sorted(out.glob("data/*")) for row in pq.read_table(file).to_pylist()]
    else:
        unpack = zstandard.ZstdDecompressor()
        files = [unpack.stream_reader(file.read_bytes()).readall() for file in sorted(out.glob("data/*"))]
        rows = [json.loads(line) for file in files for line in file.splitlines()]
    expected = ['{"email":1,"phone":1}', '{"email":5,"iban":1,"phone":1}', "{}"]
    assert sorted(row["pii"] for row in rows) == expected


def test_a_later_layer_of_the_configuration_goes_over_an_earlier_one() -> None:
    corpus = PiiTable(action="redact", types=PiiTypes(secret="reject", private_ip="keep"))
    every = {"card", "email", "iban", "ip", "phone"}
    redacted = dict.fromkeys(every, "redact") | {"secret": "reject", "private_ip": "keep"}
    assert pii_spec().actions == dict.fromkeys(every | {"secret"}, "keep")
    assert pii_spec(corpus).actions == redacted
    without = pii_spec(corpus, PiiTable(types=PiiTypes(email="ignore"))).actions
    assert without == {kind: action for kind, action in redacted.items() if kind != "email"}
    assert set(pii_spec(corpus, PiiTable(action="keep")).actions.values()) == {"keep"}
    assert not pii_spec(corpus, PiiTable(enabled=False)).enabled
