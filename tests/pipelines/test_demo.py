"""The demo's configuration: whose files, which of them, under which licence."""

import tomllib
from email.message import Message
from importlib.metadata import Distribution, distributions
from pathlib import Path
from typing import Any

import pytest

from pipelines.config.names import check_license, check_name
from pipelines.demo import demo_config, demo_questions
from pipelines.demo.distributions import documentation, is_documentation, source_name
from pipelines.demo.licenses import _CLASSIFIERS, _SPELLINGS, stated_license
from tests.pipelines.installed import install


def config_of(folder: Path, *installed: Distribution) -> dict[str, Any]:
    return tomllib.loads(demo_config(folder, installed).read_text("utf-8"))


def header(*fields: tuple[str, str]) -> Message:
    message = Message()
    for name, value in fields:
        message[name] = value
    return message


@pytest.mark.parametrize(
    ("fields", "expression"),
    [
        ([("License-Expression", "mit or apache-2.0")], "MIT OR Apache-2.0"),
        ([("License-Expression", "Apache-2.0"), ("License", "MIT")], "Apache-2.0"),
        ([("Classifier", "License :: OSI Approved :: MIT License")], "MIT"),
        ([("Classifier", "License :: DFSG approved"), ("License", "MIT")], "MIT"),
        (
            [("Classifier", "License :: OSI Approved :: BSD License"), ("License", "BSD-3-Clause")],
            "BSD-3-Clause",
        ),
        (
            [("Classifier", "License :: OSI Approved :: MIT License"), ("License", "Copyright (c)\nmany")],
            "MIT",
        ),
        ([("License", "MIT License")], "MIT"),
        ([("License", "Apache 2.0")], "Apache-2.0"),
        ([("License", "Apache License, Version 2.0")], "Apache-2.0"),
        ([("License", "3-Clause BSD License")], "BSD-3-Clause"),
        ([("License", "The BSD 2-Clause License")], "BSD-2-Clause"),
        ([("License", "MPL-2.0 AND MIT")], "MPL-2.0 AND MIT"),
    ],
)
def test_a_clear_statement_gives_a_licence(fields: list[tuple[str, str]], expression: str) -> None:
    stated = stated_license(header(*fields))
    assert (stated.expression, stated.reason) == (expression, "")


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ([], "the metadata says nothing"),
        ([("License", "UNKNOWN")], "the metadata says nothing"),
        ([("License", "BSD")], '"BSD" may be one of several licences'),
        ([("License", "Dual License")], '"Dual License" may be one of several licences'),
        ([("License", "see the\nfile")], "the field License holds a text, not a name"),
        ([("License", "Beerware, sort of")], '"Beerware, sort of" is not a licence name that is known here'),
        ([("License-Expression", "Nonsense-9")], '"Nonsense-9" is no SPDX expression'),
        (
            [("Classifier", "License :: OSI Approved :: BSD License")],
            '"BSD License" may be one of several licences',
        ),
        (
            [
                ("Classifier", "License :: OSI Approved :: BSD License"),
                ("Classifier", "License :: OSI Approved :: Apache Software License"),
                ("License", "Dual License"),
            ],
            "2 classifiers, which do not say whether all or any of them apply",
        ),
        (
            [("Classifier", "License :: OSI Approved :: Apache Software License"), ("License", "MIT")],
            "the classifier says Apache-2.0, the field License MIT",
        ),
    ],
)
def test_an_unclear_statement_asserts_nothing_and_says_why(
    fields: list[tuple[str, str]], reason: str
) -> None:
    stated = stated_license(header(*fields))
    assert (stated.expression, stated.reason) == ("NOASSERTION", reason)


def test_every_licence_of_the_tables_is_one() -> None:
    for expression in [*_CLASSIFIERS.values(), *_SPELLINGS.values()]:
        if expression is not None:
            assert check_license(expression) == expression


@pytest.mark.parametrize(
    ("path", "taken"),
    [
        ("a-1.dist-info/METADATA", True),
        ("a-1.dist-info/LICENSE", True),
        ("a-1.dist-info/licenses/vendored/x/COPYING.LESSER", True),
        ("a-1.dist-info/licenses/third_party.json", True),
        ("a-1.dist-info/AUTHORS.rst", True),
        ("a-1.dist-info/RECORD", False),
        ("a-1.dist-info/top_level.txt", False),
        ("a-1.dist-info/entry_points.txt", False),
        ("a-1.dist-info/SOURCES.txt", False),
        ("a/guide.MD", True),
        ("a/vendor/LICENSE", True),
        ("a/vendor/LICENSE.APACHE", True),
        ("a/license.py", False),
        ("a/licenses.json", False),
        ("a/tests/data/numbers.txt", False),
        ("a/METADATA", False),
        ("../../../share/doc/a.txt", False),
        ("/etc/motd.txt", False),
    ],
)
def test_which_files_are_documentation(path: str, taken: bool) -> None:
    assert is_documentation(path) is taken


def test_a_distribution_becomes_a_source(tmp_path: Path) -> None:
    fields = (
        "License-Expression: MIT\nProject-URL: Changes, https://e.org/c\nProject-URL: Homepage, https://e.org"
    )
    site = tmp_path / "site"
    package = install(
        site, "Good.Name", fields, {"INFO/licenses/LICENSE": "MIT", "good/a[1].md": "#", "good/b.py": ""}
    )
    config = config_of(tmp_path, package)
    assert config["source"] == [
        {
            "name": "good-name",
            "contributor": "Good.Name",
            "license": "MIT",
            "url": "https://e.org",
            "root": str(site),
            "paths": [
                "Good.Name-1.0.dist-info/METADATA",
                "Good.Name-1.0.dist-info/licenses/LICENSE",
                "good/a[[]1].md",
            ],
        }
    ]


def test_two_files_of_one_name_keep_their_folders(tmp_path: Path) -> None:
    package = install(tmp_path, "a", "", {"INFO/LICENSE": "x", "a/LICENSE": "y"})
    (found,) = documentation([package])
    assert found.paths == ("a-1.0.dist-info/LICENSE", "a-1.0.dist-info/METADATA", "a/LICENSE")


def test_a_file_that_two_distributions_claim_has_one_source(tmp_path: Path) -> None:
    shared = {"LICENSE.txt": "the same place"}
    found = documentation([install(tmp_path, "b", "", shared), install(tmp_path, "a", "", shared)])
    assert [(each.source, "LICENSE.txt" in each.paths) for each in found] == [("a", True), ("b", False)]


def test_the_first_of_a_name_counts_and_the_order_of_the_others_does_not(tmp_path: Path) -> None:
    first, second = install(tmp_path / "1", "same-name"), install(tmp_path / "2", "Same_Name")
    other = install(tmp_path / "1", "another")
    for order in ([first, second, other], [other, first, second]):
        found = documentation(order)
        assert [(each.source, each.contributor, Path(each.root).name) for each in found] == [
            ("another", "another", "1"),
            ("same-name", "same-name", "1"),
        ]


def test_ourselves_nameless_and_vanished_are_left_out(tmp_path: Path) -> None:
    ours = install(tmp_path, "datamoat")
    nameless = install(tmp_path, "x")
    (tmp_path / "x-1.0.dist-info" / "METADATA").write_text("Metadata-Version: 2.4\n")
    vanished = install(tmp_path, "y", "", {"y/gone.md": "x"})
    (tmp_path / "y" / "gone.md").unlink()
    found = documentation([ours, nameless, vanished])
    assert [(each.source, each.paths) for each in found] == [("y", ("y-1.0.dist-info/METADATA",))]


def test_odd_values_are_still_toml(tmp_path: Path) -> None:
    fields = 'Home-page: https://e.org/?q="a"\\b\nLicense: say "what" \\ you want'
    (source,) = config_of(tmp_path, install(tmp_path / "site", "odd", fields))["source"]
    assert source["url"] == 'https://e.org/?q="a"\\b'
    assert source["license"] == "NOASSERTION"


def test_control_characters_are_still_toml(tmp_path: Path) -> None:
    fields = "License: Gr\x01n\nHome-page: http://e/\x7f\x02"
    (source,) = config_of(tmp_path, install(tmp_path / "site", "odd", fields))["source"]
    assert (source["license"], source["url"]) == ("NOASSERTION", "http://e/\x7f\x02")


def test_metadata_that_is_not_utf8_leaves_the_others(tmp_path: Path) -> None:
    good, bad = install(tmp_path, "good"), install(tmp_path, "bad")
    (tmp_path / "bad-1.0.dist-info" / "METADATA").write_bytes(b"Name: B\xe4d\n\n")
    assert [each.source for each in documentation([bad, good])] == ["good"]


def test_what_is_installed_here(tmp_path: Path) -> None:
    config = config_of(tmp_path, *distributions())
    names = [source["name"] for source in config["source"]]
    assert names == sorted(set(names))
    assert "pytest" in names
    places = [Path(source["root"], path) for source in config["source"] for path in source["paths"]]
    assert len(places) == len({place.resolve() for place in places})
    for source in config["source"]:
        assert check_name(source["name"]) == source_name(source["contributor"]) == source["name"]
        assert check_license(source["license"]) == source["license"]


def test_four_questions_of_ten_rows_each() -> None:
    questions = demo_questions()
    assert len({title for title, _ in questions}) == 4
    assert all(sql.endswith("LIMIT 10") for _, sql in questions)
