"""The demo from installed packages to its four answers, with the real pipeline."""

import json
from io import BytesIO
from typing import Any

import pytest

from pipelines.build import build
from pipelines.config import load_config
from pipelines.demo import demo_config, demo_questions
from pipelines.stages import How
from tests.pipelines.installed import install
from warehouse.catalog import open_catalog
from warehouse.query import run_sql

TERMS = """Permission is hereby granted, free of charge, to any person obtaining a copy of this software and
associated documentation files, to deal in the software without restriction, including without limitation
the rights to use, copy, modify, merge, publish, distribute and sell copies of the software, and to permit
persons to whom the software is furnished to do so, subject to the following conditions."""

GUIDE = "# Guide\n\nThis is how you use the fourth package, step by step and in plain English."
GERMAN = "Und das ist ein ganz anderer Text, der von den Häusern und den Menschen der Stadt erzählt."


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[dict[str, Any]]]:
    folder = tmp_path_factory.mktemp("demo")
    site = folder / "site"
    mit = "License-Expression: MIT"
    packages = [
        install(site, "one", mit, {"INFO/licenses/LICENSE": f"Copyright of One.\n\n{TERMS}"}),
        install(site, "two", mit, {"INFO/licenses/LICENSE": f"Copyright of Two.\n\n{TERMS}"}),
        install(site, "three", "License: BSD", {"three/LICENSE": f"Copyright of One.\n\n{TERMS}"}),
        install(
            site,
            "four",
            "License: Apache 2.0",
            {"four/guide.md": GUIDE, "four/wörter.txt": GERMAN, "four/empty.rst": ""},
        ),
    ]
    config = load_config(demo_config(folder, packages))
    manifest = build(config, How(workers=0, quiet=True)).manifest
    found = {}
    for title, sql in demo_questions():
        out = BytesIO()
        run_sql(open_catalog(config.warehouse), manifest, sql, "json", out)
        found[title] = json.loads(out.getvalue())
    return found


def test_who_contributed(answers: dict[str, list[dict[str, Any]]]) -> None:
    rows = answers["Who contributed how many words?"]
    assert {row["contributor"] for row in rows} == {"one", "two", "three", "four"}
    assert [row["words"] for row in rows] == sorted((row["words"] for row in rows), reverse=True)
    assert sum(row["duplicates"] for row in rows) == 2


def test_what_most_hold(answers: dict[str, list[dict[str, Any]]]) -> None:
    (row,) = answers["Which text is held by most contributors?"]
    assert (row["contributors"], row["exact_copies"], row["near_copies"]) == (3, 1, 1)
    assert row["mostly_under"] == "MIT"
    assert row["begins"].startswith("Copyright of ")


def test_which_licences(answers: dict[str, list[dict[str, Any]]]) -> None:
    rows = answers["Which licences does the corpus stand under?"]
    assert {row["license"] for row in rows} == {"MIT", "NOASSERTION", "Apache-2.0"}


def test_what_was_refused(answers: dict[str, list[dict[str, Any]]]) -> None:
    rows = {row["why"]: row for row in answers["What was refused, and why?"]}
    assert {why: row["records"] for why, row in rows.items()} == {"language": 1, "empty": 1}
    assert rows["language"]["details"] == "de"
    assert rows["empty"]["for_example"] == "four:four/empty.rst"
