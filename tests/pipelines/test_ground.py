"""The command ``ground``: what it writes, what it prints, and how it refuses what it cannot use."""

import json
import shutil
from io import BytesIO, TextIOWrapper

import pytest

from pipelines.build import build
from pipelines.cli.app import main
from pipelines.config import load_config
from tests.pipelines.corpora import HERE, SHARED, datamoat, prose, sound, write_config, write_corpus
from warehouse.catalog import open_catalog, snapshot

ON = "\n[index]\nenabled = true\n"


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    folder = tmp_path_factory.mktemp("ground")
    write_corpus(folder)
    build(load_config(write_config(folder, extra=ON)), HERE)
    return folder


@pytest.fixture
def answers(tmp_path):
    path = tmp_path / "answers.jsonl"
    lines = [
        {"id": "held", "text": prose("note3"), "model": "m"},
        {"id": "nothing", "text": "Bananas ripen in a bag of brown paper, and nobody here wrote that."},
    ]
    path.write_text("".join(json.dumps(line) + "\n\n" for line in lines))
    return path


def test_a_run_is_written_once_and_a_build_keeps_it(built, answers):
    place = str(built / "warehouse")
    done = datamoat("ground", place, str(answers), "--json")
    assert done.returncode == 0, done.stderr
    ground = json.loads(done.stdout)
    assert (ground["version"], ground["run"], ground["total"]["answers"]) == (1, "answers", 2)
    held, nothing = ground["answers"]
    assert held["counts"]["shares"]["verbatim"] == 1
    assert nothing["counts"]["none"] == nothing["counts"]["words"]
    assert [one["name"] for one in ground["contributors"]]
    again = json.loads(datamoat("ground", place, str(answers), "--json").stdout)
    assert again["written"] == ground["written"] == open_catalog(place).numbers()[-1]
    unwritten = datamoat("ground", place, str(answers), "--run", "other", "--no-write", "--json")
    assert json.loads(unwritten.stdout)["written"] is None
    rows = datamoat(
        "sql", place, "SELECT run, kind, sum(weight) FROM attributions GROUP BY ALL", "--format", "csv"
    )
    assert rows.stdout.splitlines()[1:] == [f"answers,verbatim,{float(held['counts']['words'])}"]

    (built / "docs" / "new.txt").write_text("A page that was not there before. " + prose("brandnew"))
    after = build(load_config(write_config(built, extra=ON)), HERE)
    assert after.committed
    catalog = open_catalog(place)
    (part,) = catalog.parts(snapshot(catalog, None), "attributions")
    assert part.rows
    assert sound(built)
    # The index of passages went on with the build.
    more = datamoat("trace", place, "before that a page was not there, brandnew9 follows brandnew4", "--json")
    assert json.loads(more.stdout)["similar_note"] is None


def test_people_see_a_line_an_answer_and_tables(built, answers):
    done = datamoat("ground", str(built / "warehouse"), str(answers), "--run", "people")
    assert done.returncode == 0
    assert "attributions of run people" in done.stderr
    for word in ("held", "nothing", "100%", "contributor", "licence", "source", "not at all"):
        assert word in done.stdout


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "no answer in it"),
        ("\n \n", "no answer in it"),
        ('{"id": 1, "text": "x"\n', "line 1: "),
        ('{"id": 1, "text": "x"}\n[1]\n', 'line 2: an object with "id" and "text" is expected'),
        ('{"id": 1, "text": "x"}\n{"id": 2, "text": " "}\n', "line 2: the answer is empty"),
        ('{"id": 1, "text": "x"}\n{"id": "1", "text": "y"}\n', "line 2: the id '1' is that of line 1 too"),
    ],
)
def test_answers_that_cannot_be_used_are_one_line_and_exit_2(built, tmp_path, capsys, text, said):
    path = tmp_path / "bad.jsonl"
    path.write_text(text)
    before = open_catalog(str(built / "warehouse")).numbers()
    assert main(["ground", str(built / "warehouse"), str(path)]) == 2
    shown = capsys.readouterr()
    assert shown.out == ""
    assert said in shown.err
    assert len(shown.err.splitlines()) == 1
    assert open_catalog(str(built / "warehouse")).numbers() == before


def test_what_is_not_there_is_said_and_exit_2(tmp_path, answers, capsys, monkeypatch):
    write_corpus(tmp_path)
    config = write_config(tmp_path)
    build(load_config(config), HERE)
    place = str(tmp_path / "warehouse")
    monkeypatch.setattr("sys.stdin", TextIOWrapper(BytesIO(b'{"text": "x"}')))
    for arguments, said in (
        ((place, str(tmp_path / "none.jsonl")), "none.jsonl: No such file"),
        ((place, str(answers)), "has no index to trace in"),
        ((str(tmp_path / "nowhere"), str(answers)), "no corpus in"),
        ((place, "-"), "need a name for their run"),
    ):
        assert main(["ground", *arguments]) == 2
        assert said in capsys.readouterr().err
    assert main(["index", place, "--workers", "0"]) == 0
    shutil.rmtree(tmp_path / "warehouse" / "cache")
    assert main(["ground", place, str(answers)]) == 2
    assert "not indexed on this machine; `datamoat index" in capsys.readouterr().err
    assert main(["ground", place, str(answers), "--similar", "0"]) == 0
    assert main(["trace", place, SHARED[:200]]) == 0
    assert "similar passages were not looked for" in capsys.readouterr().out


def test_documents_that_cannot_be_opened_are_exit_3_and_nothing_is_written(built, answers, capsys):
    catalog = open_catalog(str(built / "warehouse"))
    before = catalog.numbers()
    folder = built / "warehouse" / "parts" / "documents"
    folder.rename(built / "hidden")
    try:
        code = main(["ground", str(built / "warehouse"), str(answers), "--run", "damaged"])
    finally:
        (built / "hidden").rename(folder)
    assert code == 3
    assert "nothing was written" in capsys.readouterr().err
    assert catalog.numbers() == before
