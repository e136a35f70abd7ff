"""``init`` writes a configuration that loads, plans, and reads everything that lies there once."""

import io
import tarfile
from collections import Counter
from pathlib import Path

import pytest

from pipelines.config import load_config
from pipelines.init import write_config
from pipelines.licenses import recognise
from pipelines.plan import plan_units
from schemas.errors import UsageError

MIT = "MIT License\n\nPermission is hereby granted, free of charge, to any person obtaining a copy\nof this"
APACHE = "                 Apache License\n           Version 2.0, January 2004\n"


def put(folder: Path, name: str, content: str = "text") -> None:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content)


def put_tar(path: Path, members: dict[str, str]) -> None:
    with tarfile.open(path, "w:gz") as archive:
        for name, content in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content.encode()))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "my papers"
    put(folder, "wiki/a.md")
    put(folder, "wiki/deep/b.html")
    put(folder, "wiki/LICENSE.txt", MIT)
    put(folder, "Prüfberichte & mehr/c.txt")
    put(folder, "loose.md")
    put(folder, "odd[1].md")
    put(folder, "README")
    put(folder, ".hidden/d.md")
    (folder / "empty").mkdir()
    put_tar(folder / "dump-1.0.tar.gz", {"dump/COPYING": APACHE, "dump/x.md": "x", "dump/y.png": "y"})
    put_tar(folder / "both.tgz", {"LICENSE-MIT": MIT, "LICENSE-APACHE": APACHE, "z.rst": "z"})
    return folder


def test_what_init_writes_loads_and_plans_and_leaves_nothing_out(folder: Path) -> None:
    written = write_config(folder)
    config = load_config(folder / "corpus.toml")
    assert written.sources == len(config.sources) == 5
    sources = {source.name: source for source in config.sources}
    assert sorted(sources) == ["Pr-fberichte-mehr", "both", "dump-1.0", "my-papers", "wiki"]
    assert sources["Pr-fberichte-mehr"].contributor == "Prüfberichte & mehr"
    assert {name: source.license for name, source in sources.items()} == {
        "Pr-fberichte-mehr": "NOASSERTION",
        "both": "NOASSERTION",
        "dump-1.0": "Apache-2.0",
        "my-papers": "NOASSERTION",
        "wiki": "MIT",
    }
    assert written.todo == 3
    assert config.warehouse == str(folder / "warehouse")
    listed = sorted(f"{file.root}/{file.path}" for source in sources for file in config.files(source))
    there = [path for path in folder.rglob("*") if path.is_file() and ".hidden" not in path.parts]
    assert listed == sorted(str(path) for path in there if path.name != "corpus.toml")
    plan = plan_units(config)
    members = [name for unit in plan.units for piece in unit.slices for name in piece.members]
    assert sorted(members) == [
        "LICENSE-APACHE",
        "LICENSE-MIT",
        "dump/COPYING",
        "dump/x.md",
        "dump/y.png",
        "z.rst",
    ]


def test_the_file_says_what_must_be_checked(folder: Path) -> None:
    write_config(folder)
    text = (folder / "corpus.toml").read_text()
    assert text.startswith("#:schema file://")
    assert "1 markdown, 1 text, 1 unsupported" in text
    assert 'license = "NOASSERTION"  # TODO an SPDX licence\n' in text
    assert "several licence files say Apache-2.0, MIT" in text


def test_written_elsewhere_it_reads_the_same_files(folder: Path, tmp_path: Path) -> None:
    write_config(folder)
    write_config(folder, tmp_path / "elsewhere.toml")
    inside, outside = load_config(folder / "corpus.toml"), load_config(tmp_path / "elsewhere.toml")
    for source in inside.sources:
        assert inside.files(source.name) == outside.files(source.name)
    assert outside.warehouse == str(tmp_path / "warehouse")


def test_a_second_time_it_takes_neither_its_file_nor_the_warehouse(folder: Path) -> None:
    write_config(folder)
    first = (folder / "corpus.toml").read_text()
    put(folder, "warehouse/documents/x.parquet")
    with pytest.raises(UsageError, match="is there already; --force overwrites it"):
        write_config(folder)
    write_config(folder, force=True)
    assert (folder / "corpus.toml").read_text() == first


def test_names_that_become_the_same_get_numbers(tmp_path: Path) -> None:
    for name in ("a b", "a-b", "a+b"):
        put(tmp_path, f"{name}/x.md")
    write_config(tmp_path)
    assert [source.name for source in load_config(tmp_path / "corpus.toml").sources] == [
        "a-b",
        "a-b-2",
        "a-b-3",
    ]


def test_a_broken_archive_is_still_a_source(tmp_path: Path) -> None:
    (tmp_path / "broken.zip").write_bytes(b"PK no zip")
    write_config(tmp_path)
    assert "nothing that can be listed" in (tmp_path / "corpus.toml").read_text()
    assert len(plan_units(load_config(tmp_path / "corpus.toml")).units) == 1


def test_nothing_to_read_is_said(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="nothing to read there"):
        write_config(tmp_path)
    with pytest.raises(UsageError, match="no such folder"):
        write_config(tmp_path / "nowhere")
    put(tmp_path, "a.md")
    with pytest.raises(UsageError, match="no such folder"):
        write_config(tmp_path, tmp_path / "nowhere" / "corpus.toml")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (MIT, "MIT"),
        (APACHE, "Apache-2.0"),
        ("GNU GENERAL PUBLIC LICENSE\n Version 3, 29 June 2007", "GPL-3.0-only"),
        ("GNU LESSER GENERAL PUBLIC LICENSE\n Version 2.1, February 1999", "LGPL-2.1-only"),
        ("Attribution-NonCommercial-ShareAlike 4.0 International", "CC-BY-NC-SA-4.0"),
        ("Creative Commons Legal Code\n\nCC0 1.0 Universal", "CC0-1.0"),
        ("This is licensed under the Creative Commons Attribution 4.0 License, code under the Apache License "
         "Version 2.0", "CC-BY-4.0"),
        ("Redistribution and use in source and binary forms … Neither the name of", "BSD-3-Clause"),
        ("Redistribution and use in source and binary forms", "BSD-2-Clause"),
        ("SPDX-License-Identifier: mit or isc", "MIT OR ISC"),
        ("SPDX-License-Identifier: whatever", None),
        ("All rights reserved.", None),
        ("", None),
    ],
)  # fmt: skip
def test_common_licence_texts_are_recognised(text: str, found: str | None) -> None:
    assert recognise(text) == found


def test_real_archives(shared_data: Path, tmp_path: Path) -> None:
    names = {"J_tldr_pages": 33_482, "J_vue_docs_en": 271, "J_ethereum_eips": 950, "J_progit_en": 110}
    for name in names:
        (tmp_path / f"{name}.tar.gz").symlink_to(shared_data / "bulk" / f"{name}.tar.gz")
    write_config(tmp_path)
    config = load_config(tmp_path / "corpus.toml")
    assert {source.name: source.license for source in config.sources} == {
        "J_tldr_pages": "CC-BY-4.0",
        "J_vue_docs_en": "CC-BY-4.0",
        "J_ethereum_eips": "CC0-1.0",
        "J_progit_en": "CC-BY-NC-SA-3.0",
    }
    units = plan_units(config).units
    members = Counter(dict.fromkeys(names, 0))
    for unit in units:
        members[unit.source] += sum(len(piece.members) for piece in unit.slices)
    assert members == names
    assert Counter(unit.source for unit in units)["J_tldr_pages"] == 18
