"""What a right ``corpus.toml`` becomes; licences; the JSON Schema."""

import json
from pathlib import Path

import pytest

import schemas
from pipelines.config import json_schema, load_config
from pipelines.config.names import check_license
from schemas.specs import DedupSpec, Named


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with documents, as the current folder."""
    for name in ("docs/a.md", "docs/sub/b.md", "more/a.md", "more/c.jsonl"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("text")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_what_is_right_is_accepted(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATA", str(folder))
    (folder / "corpus.toml").write_text(
        """
[corpus]
name = "c"
[language]
detector = "fasttext"
keep = ["en", "de"]
[html]
extractor = "resiliparse"
[quality]
preset = "none"
[pii]
action = "keep"
[dedup]
threshold = 1
ngram = 3
[decontaminate]
enabled = false
benchmarks = ["x.csv"]

[[source]]
name = "a"
contributor = {field = "who"}
license = "mit or apache-2.0"
paths = ["${DATA}/docs", "docs/*.md"]
priority = -1
reference = true
fields = {title = "headline"}
[source.language]
keep = ["fr"]
[source.dedup]
enabled = false

[[source]]
name = "b"
contributor = "B"
license = {path = 0}
paths = ["more/*.jsonl", "more/a.md"]
format = "jsonl"
attribution = "B and others"
max_dead_fraction = 1
"""
    )
    monkeypatch.chdir("/")
    config = load_config(folder / "corpus.toml")
    assert config.warehouse == str(folder / "warehouse")
    assert [file.path for file in config.files("a")] == ["a.md", "sub/b.md"]
    assert [file.path for file in config.files("b")] == ["a.md", "c.jsonl"]

    first, second = config.ingest_spec("a"), config.ingest_spec("b")
    assert first.language.keep == ("fr",)
    assert first.language.detector == "fasttext"  # what the source does not say stays
    assert second.language.keep == ("en", "de")
    assert first.dedup == DedupSpec(enabled=False, threshold=1, ngram=3)
    assert second.dedup == config.dedup == DedupSpec(threshold=1, ngram=3)
    assert first.html.extractor == "resiliparse"
    assert first.source.contributor == Named(field_name="who")
    assert first.source.license == Named(constant="MIT OR Apache-2.0")
    assert second.source.license == Named(path_part=0)
    assert first.source.fields == {"title": "headline"}

    rows = config.source_rows()
    assert [(row.source, row.contributor, row.license) for row in rows] == [
        ("a", None, "MIT OR Apache-2.0"),
        ("b", "B", None),
    ]
    assert rows[0].roots == (str(folder / "docs"),)
    assert rows[0].reference
    assert not rows[1].reference
    assert not (folder / "warehouse").exists()


def test_a_warehouse_may_lie_beside_what_is_read(folder: Path) -> None:
    (folder / "corpus.toml").write_text(
        '[corpus]\nname = "c"\n[[source]]\nname = "a"\ncontributor = "A"\nlicense = "MIT"\n'
        'paths = ["docs/a.md", "more/*.jsonl", "d*/sub/b.md"]\n'
    )
    assert [file.path for file in load_config("corpus.toml").files("a")] == [
        "a.md",
        "c.jsonl",
        "docs/sub/b.md",
    ]


@pytest.mark.parametrize(
    ("stated", "canonical"),
    [
        ("MIT", "MIT"),
        ("apache-2.0", "Apache-2.0"),
        ("NOASSERTION", "NOASSERTION"),
        ("LicenseRef-Acme-1 AND MIT", "LicenseRef-Acme-1 AND MIT"),
        ("MIT OR (ISC AND 0BSD)", "MIT OR (ISC AND 0BSD)"),
        ("GPL-2.0-only WITH Classpath-exception-2.0", "GPL-2.0-only WITH Classpath-exception-2.0"),
    ],
)
def test_licences_get_their_canonical_spelling(stated: str, canonical: str) -> None:
    assert check_license(stated) == canonical


@pytest.mark.parametrize(
    "wrong", ["", " ", "MIT OR", "(MIT", "MIT/", "NONE OR MIT", "MIT WITH ISC", "®", "LicenseRef-"]
)
def test_no_licence_is_no_crash(wrong: str) -> None:
    with pytest.raises(ValueError, match="is no SPDX licence"):
        check_license(wrong)


def test_the_committed_json_schema_is_fresh() -> None:
    committed = Path(schemas.__file__).with_name("corpus.schema.json")
    assert json.loads(committed.read_text()) == json.loads(json.dumps(json_schema())), (
        "write it anew: datamoat init --schema > schemas/corpus.schema.json"
    )
