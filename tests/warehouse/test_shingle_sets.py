"""Shingle sets of chosen documents, read from their parts."""

from pathlib import Path

import numpy as np
import pytest

from tests.warehouse.factory import Doc, World, source
from transforms.shingles import Shingles, shingles
from transforms.words import split_words
from warehouse.catalog import Catalog
from warehouse.parts import open_part
from warehouse.shingle_sets import stored_shingle_sets

COUNT = 700


def shingle(texts: list[str]) -> Shingles:
    return shingles(split_words(texts), 2)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> tuple[Catalog, list, list[str]]:
    """Two parts of several row groups each, and the texts by dense row."""
    rng = np.random.default_rng(3)
    texts = [" ".join(f"w{word}" for word in rng.integers(0, 50, rng.integers(0, 40))) for _ in range(COUNT)]
    docs = [Doc("ab"[number % 2], f"{number}.md", text) for number, text in enumerate(texts)]
    built = World(tmp_path_factory.mktemp("w"), [source("a", "A"), source("b", "B")], docs)
    catalog, manifest = built.build()
    parts = catalog.parts(manifest, "documents")
    stored = []
    for info in parts:
        with open_part(catalog.storage, info.path) as part:
            assert part.num_row_groups > 1
            stored += part.read(columns=["text"]).column("text").to_pylist()
    assert len(parts) == 2
    return catalog, parts, stored


def sets_of(read: Shingles) -> list[list[int]]:
    return [read.of(number).tolist() for number in range(len(read.bounds) - 1)]


def test_sets_are_those_of_the_texts_in_any_order(world) -> None:
    catalog, parts, texts = world
    expected = [np.unique(shingle([text]).hashes).tolist() for text in texts]
    rng = np.random.default_rng(1)
    with stored_shingle_sets(catalog.storage, parts, shingle) as sets:
        ahead = rng.permutation(COUNT)
        for rows in (ahead[:5], ahead[5:300], ahead[300:301], ahead[301:600]):
            assert not sets.known(rows).any()
            sets.learn(np.sort(rows))
            assert sets.known(rows).all()
        assert sets.known(np.arange(COUNT)).sum() == sets.texts == 600
        asked = rng.choice(ahead[:600], 50)  # some of them twice
        assert sets_of(sets.read(asked)) == [expected[row] for row in asked]
        assert sets.sizes(asked).tolist() == [len(expected[row]) for row in asked]
    assert not list(Path(catalog.storage.uri("tmp")).iterdir())


def test_only_row_groups_that_are_needed_are_read_and_each_once(world) -> None:
    catalog, parts, _ = world
    with stored_shingle_sets(catalog.storage, parts, shingle) as sets:
        sets.learn(np.array([0, 1, 5, 200]))
        assert (sets.texts, sets.row_groups) == (4, 1)
        sets.learn(np.array([COUNT - 1]))
        assert (sets.texts, sets.row_groups) == (5, 2)


def test_nothing_is_learned(world) -> None:
    catalog, parts, _ = world
    with stored_shingle_sets(catalog.storage, parts, shingle) as sets:
        sets.learn(np.empty(0, np.int64))
        assert not sets.known(np.arange(3)).any()
        assert (sets.texts, sets.row_groups) == (0, 0)
