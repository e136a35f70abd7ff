"""Files made to break their readers: each ends as stated, and costs nothing but itself."""

import json
import resource
from pathlib import Path

import pytest

from pipelines.build import build
from pipelines.config import load_config
from tests.pipelines.corpora import HERE, datamoat, sound
from tests.pipelines.hostile_files import GOOD, hostile
from warehouse.catalog import open_catalog, snapshot
from warehouse.connect import connect

CONFIG = """
[corpus]
name = "hostile"
[[source]]
name = "s"
contributor = "c"
license = "CC0-1.0"
paths = ["d"]
max_dead_fraction = 0.01
[limits]
seconds = 20
memory_mb = 500
"""

FALLEN = {
    "absurd.tar": ["member=b.txt truncated: ReadError: the archive ends early"],
    "bomb.jsonl.gz": [
        "byte=766 too_large: a line of more than 67108864 bytes",
        "byte=73401998 corrupt: JSONDecodeError: not JSON",
    ],
    "bomb.txt.gz": [" too_large: more than 67108864 bytes"],
    "bomb.txt.zst": [" too_large: more than 67108864 bytes"],
    "bomb.zip": ["member=b.txt too_large: more than 67108864 bytes"],
    "deep.json": ["item=0 truncated: EOFError: the array is not closed"],
    "deep.jsonl": [
        "byte=0 parse_error: RecursionError: nested too deep",
        "byte=500767 corrupt: JSONDecodeError: not JSON",
    ],
    "empty.parquet": [" empty"],
    "encrypted.zip": ["member=a.txt encrypted: a password is needed"],
    "evil.tar": [
        "member=../up.txt unsafe_path: name points outside the archive",
        "member=/etc/passwd unsafe_path: name points outside the archive",
        "member=dev not_a_file",
        "member=hard not_a_file",
        "member=link not_a_file",
        "member=pipe not_a_file",
    ],
    "footer.parquet": [" corrupt: ArrowInvalid: not a Parquet file"],
    "laughs.docx": [" empty"],
    "laughs.odt": [" empty"],
    "laughs.xlsx": [" corrupt: CalamineError: not a workbook"],
    "laughs.xml": [" unsupported_format"],
    "long.warc": ["byte=444 corrupt: ValueError: no valid length"],
    "nested.tar": ["member=in.tar.gz nested_archive", "member=in.zip nested_archive"],
    "nul.jsonl": [
        "byte=1249 corrupt: JSONDecodeError: not JSON",
        "byte=382 corrupt: JSONDecodeError: not JSON",
    ],
    "nul.txt": [" binary"],
    "overlap.zip": [
        f"member=a{n} corrupt: BadZipFile: the member shares its bytes with another one" for n in range(1, 5)
    ],
    "pages.parquet": ["row=0 corrupt: OSError: row group 0 cannot be read"],
    "twice.txt.gz": [" nested_archive"],
}
"""File -> what fell there, sorted. Files that were cut off are looked at by themselves."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("hostile")
    (made / "d").mkdir()
    for name, content in hostile().items():
        (made / "d" / name).write_bytes(content)
    for name in ("a.txt", "c.md", "m.txt", "zz.txt"):
        (made / "d" / name).write_text(f"{GOOD} {name}")
    (made / "corpus.toml").write_text(CONFIG)
    build(load_config(made / "corpus.toml"), HERE)
    return made


@pytest.fixture(scope="module")
def fallen(folder: Path) -> dict[str, list[str]]:
    catalog = open_catalog(str(folder / "warehouse"))
    query = """
        SELECT uri, locator || ' ' || rule FROM rejections
        UNION ALL SELECT uri, locator || ' ' || reason || ': ' || message FROM dead_letters ORDER BY ALL
    """
    found: dict[str, list[str]] = {}
    with connect(catalog, snapshot(catalog, None), views=["fates"]) as con:
        for uri, what in con.execute(query).fetchall():
            found.setdefault(uri.removeprefix("s:"), []).append(what)
    return found


def documents(folder: Path) -> dict[str, int]:
    catalog = open_catalog(str(folder / "warehouse"))
    with connect(catalog, snapshot(catalog, None), views=["fates"]) as con:
        rows = con.execute("SELECT uri[3:], count(*) FROM documents GROUP BY 1").fetchall()
    return dict(rows)


@pytest.mark.parametrize("name", FALLEN)
def test_each_ends_as_stated(fallen: dict[str, list[str]], name: str) -> None:
    assert fallen[name] == sorted(FALLEN[name])


def test_nothing_else_fell(fallen: dict[str, list[str]]) -> None:
    # Whether 50,000 nested elements leave any text depends on the extractor; that it ends does not.
    assert {name for name in fallen if not name.startswith("cut.")} - {"deep.html"} == {*FALLEN, "deep.eml"}
    assert [what.split(" ", 1)[1] for what in fallen["deep.eml"] if "too_deep" in what] == [
        "too_deep: more than 8 mails in one another"
    ]


def test_no_neighbour_lost_its_place(folder: Path) -> None:
    good = documents(folder)
    for name in (
        "a.txt",
        "c.md",
        "m.txt",
        "zz.txt",
        "absurd.tar",
        "encrypted.zip",
        "overlap.zip",
    ):
        assert good[name] == 1
    assert (good["bomb.zip"], good["evil.tar"], good["long.warc"]) == (2, 2, 2)
    assert (good["bomb.jsonl.gz"], good["deep.jsonl"], good["nul.jsonl"]) == (4, 2, 3)
    assert sound(folder)


@pytest.mark.parametrize(
    "name",
    ["cut.jsonl.gz", "cut.jsonl.bz2", "cut.jsonl.xz", "cut.jsonl.zst", "cut.warc.gz", "cut.xml.bz2"],
)
def test_a_file_cut_off_gives_its_good_records_and_one_dead_letter_with_the_place(
    folder: Path, fallen: dict[str, list[str]], name: str
) -> None:
    assert documents(folder)[name] >= 12
    (dead,) = fallen[name]
    size = (folder / "d" / name).stat().st_size
    assert f"truncated: EOFError: {name.rpartition('.')[2]} data ends early ({size} bytes in, " in dead


def test_too_many_dead_letters_are_an_exit_1_with_the_reasons_and_everything_written(folder: Path) -> None:
    done = datamoat("build", folder / "corpus.toml", "--json", "--workers", "0")
    assert done.returncode == 1
    assert json.loads(done.stdout)  # the funnel, all the same
    assert "above its max_dead_fraction of 0.01" in done.stderr
    assert "truncated" in done.stderr
    assert "too_large" in done.stderr
    assert sound(folder)


@pytest.mark.slow
def test_a_line_of_a_gigabyte_is_one_dead_letter_and_takes_no_more_memory(tmp_path: Path) -> None:
    (tmp_path / "d").mkdir()
    good = json.dumps({"text": GOOD}).encode()
    with (tmp_path / "d" / "long.jsonl").open("wb") as file:
        file.write(good + b'\n{"text": "')
        for _ in range(1024):
            file.write(b"a" * (1 << 20))
        file.write(b'"}\n' + good.replace(b"good", b"fine") + b"\n")
    (tmp_path / "corpus.toml").write_text(CONFIG.replace("0.01", "1"))
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    done = datamoat("build", str(tmp_path / "corpus.toml"), "-q")
    assert done.returncode == 0, done.stderr
    # The largest child so far, in KB: a worker, its sandbox, or one of an earlier test.
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss < max(before, 700_000)
    catalog = open_catalog(str(tmp_path / "warehouse"))
    with connect(catalog, snapshot(catalog, None), views=["fates"]) as con:
        (dead,) = con.execute("SELECT locator, reason FROM dead_letters").fetchall()
        assert dead == (f"byte={len(good) + 1}", "too_large")
        assert con.execute("SELECT count(*) FROM documents").fetchall() == [(2,)]
    assert sound(tmp_path)
