"""What ``corpus.toml`` may not say, and the one line for each of it."""

import re
from pathlib import Path

import pytest

from pipelines.config import load_config
from schemas.errors import UsageError

CORPUS = '[corpus]\nname = "c"\n'
SOURCE = '[[source]]\nname = "a"\ncontributor = "A"\nlicense = "MIT"\npaths = ["docs"]\n'
WHOLE = CORPUS + SOURCE


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with documents, as the current folder."""
    for name in ("docs/a.md", "docs/sub/b.md", "more/a.md", "more/c.jsonl"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("text")
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("UNSET", raising=False)
    monkeypatch.setenv("EMPTY", "")
    return tmp_path


def mistakes(text: str | bytes) -> list[str]:
    """The lines for a configuration, with the current folder written as ``~``."""
    raw = text.encode() if isinstance(text, str) else text
    Path("corpus.toml").write_bytes(raw)
    with pytest.raises(UsageError) as caught:
        load_config("corpus.toml")
    assert caught.value.exit_code == 2
    return str(caught.value).replace(str(Path.cwd()), "~").split("\n")


def replaced(old: str, new: str) -> str:
    assert old in WHOLE
    return WHOLE.replace(old, new)


CASES = {
    "not TOML": ("[corpus]\nname = \n", "corpus.toml: line 2, column 8: Invalid value"),
    "not UTF-8": (b'[corpus]\nname = "\xff"\n', "corpus.toml: byte 17: not UTF-8"),
    "no corpus": (SOURCE, "corpus.toml: corpus: missing; The corpus as a whole."),
    "no source": (CORPUS, "corpus.toml: source: missing; The sources, each in a [[source]] table."),
    "empty sources": ("source = []\n" + CORPUS, "corpus.toml: source: must not be empty"),
    "single bracket": (
        WHOLE.replace("[[source]]", "[source]"),
        "corpus.toml: source: each source is an entry of a list: write [[source]], with two brackets",
    ),
    "unknown table": (
        WHOLE + "[languages]\n", "corpus.toml: languages: unknown key; did you mean `language`?"
    ),
    "unknown key": (
        replaced('license = "MIT"', 'license = "MIT"\nlicence = "MIT"'),
        "corpus.toml: source.1.licence: unknown key; did you mean `license`?",
    ),
    "unknown key, nothing near": (
        replaced('name = "c"', 'name = "c"\nzzz = 1'), "corpus.toml: corpus.zzz: unknown key"
    ),
    "key of another table": (
        replaced('name = "c"', 'name = "c"\nthreshold = 0.8'),
        "corpus.toml: corpus.threshold: unknown key; did you mean [dedup]?",
    ),
    "unknown key in a step of a source": (
        WHOLE + "[source.language]\nkept = []\n",
        "corpus.toml: source.1.language.kept: unknown key; did you mean `keep`?",
    ),
    "missing key": (
        replaced('contributor = "A"\n', ""),
        'corpus.toml: source.1.contributor: missing; Who gave it: a name, {field = "author"}, or {path = 1}.',
    ),
    "text expected": (replaced('"c"', "3"), "corpus.toml: corpus.name: must be a text in quotes, not 3"),
    "list expected": (
        replaced('["docs"]', '"docs"'), 'corpus.toml: source.1.paths: must be a list, not "docs"'
    ),
    "entry of a list": (
        replaced('["docs"]', '["docs", 7]'), "corpus.toml: source.1.paths.2: must be a text in quotes, not 7"
    ),
    "table expected": ("dedup = 3\n" + WHOLE, "corpus.toml: dedup: must be a table, not 3"),
    "whole number expected": (
        WHOLE + "priority = 1.5\n", "corpus.toml: source.1.priority: must be a whole number, not 1.5"
    ),
    "a truth value is no number": (
        WHOLE + "[dedup]\nngram = true\n", "corpus.toml: dedup.ngram: must be a whole number, not true"
    ),
    "truth value expected": (
        WHOLE + "reference = 1\n", "corpus.toml: source.1.reference: must be true or false, not 1"
    ),
    "empty text": (replaced('"A"', '""'), "corpus.toml: source.1.contributor: must not be empty"),
    "empty paths": (replaced('["docs"]', "[]"), "corpus.toml: source.1.paths: must not be empty"),
    "origin": (
        replaced('"A"', "{feild = 'x'}"),
        'corpus.toml: source.1.contributor: must be a text, {field = "…"} or {path = N}, not a table',
    ),
    "origin twice": (
        replaced('"A"', "{field = 'x', path = 1}"), "corpus.toml: source.1.contributor.path: unknown key"
    ),
    "path part": (
        replaced('"A"', "{path = -1}"), "corpus.toml: source.1.contributor.path: must be at least 0, not -1"
    ),
    "SPDX": (
        replaced('"MIT"', '"Apache 2.0"'),
        "corpus.toml: source.1.license: `Apache 2.0` is no SPDX licence; did you mean `Apache-2.0`?",
    ),
    "SPDX, one part": (
        replaced('"MIT"', '"MIT OR GPLv3"'),
        "corpus.toml: source.1.license: `GPLv3` is no SPDX licence; did you mean `GPL-3.0-only`?",
    ),
    "SPDX, nothing near": (
        replaced('"MIT"', '"proprietary"'),
        "corpus.toml: source.1.license: `proprietary` is no SPDX licence; "
        "LicenseRef-… names one that is not listed there",
    ),
    "source name": (
        replaced('"a"', '"a b"'),
        "corpus.toml: source.1.name: `a b` is not a name: a letter or digit of ASCII, then also . _ -",
    ),
    "corpus name": (
        replaced('"c"', '"../c"'),
        "corpus.toml: corpus.name: `../c` is not a name: a letter or digit of ASCII, then also . _ -",
    ),
    "same name": (
        WHOLE + SOURCE.replace("docs", "more"), "corpus.toml: source.2.name: `a` is the name of source.1 too"
    ),
    "threshold": (
        WHOLE + "[dedup]\nthreshold = 0\n", "corpus.toml: dedup.threshold: must be above 0, not 0"
    ),
    "threshold, too high": (
        WHOLE + "[dedup]\nthreshold = 1.5\n", "corpus.toml: dedup.threshold: must be at most 1, not 1.5"
    ),
    "threshold of a source": (
        WHOLE + "[source.dedup]\nthreshold = 0.5\n",
        "corpus.toml: source.1.dedup.threshold: must be the same for all sources; set it in [dedup]",
    ),
    "dead fraction": (
        WHOLE + "max_dead_fraction = 5\n", "corpus.toml: source.1.max_dead_fraction: must be at most 1, not 5"
    ),
    "detector": (
        WHOLE + '[language]\ndetector = "fastext"\n',
        'corpus.toml: language.detector: must be one of "cascade", "fasttext", "langdetect", not "fastext"; '
        "did you mean `fasttext`?",
    ),
    "extractor": (
        WHOLE + '[html]\nextractor = "bs4"\n',
        'corpus.toml: html.extractor: must be one of "blocks", "trafilatura", "resiliparse", not "bs4"',
    ),
    "language code": (
        WHOLE + '[language]\nkeep = ["EN"]\n',
        'corpus.toml: language.keep.1: `EN` is not a language code such as "en"; did you mean `en`?',
    ),
    "format": (
        WHOLE + 'format = "mardown"\n',
        "corpus.toml: source.1.format: unknown format `mardown`; did you mean `markdown`?",
    ),
    "quality, preset": (
        WHOLE + '[quality]\npreset = "gofer"\n',
        'corpus.toml: quality.preset: must be one of "none", "gopher", "c4", "fineweb", not "gofer"; '
        "did you mean `gopher`?",
    ),
    "quality, presets": (
        WHOLE + '[quality]\npreset = ["gopher", 3]\n',
        'corpus.toml: quality.preset: must be one of "none", "gopher", "c4", "fineweb", not 3',
    ),
    "quality, no preset": (
        WHOLE + "[quality]\npreset = []\n",
        'corpus.toml: quality.preset: must be one of "none", "gopher", "c4", "fineweb", or a list of them',
    ),
    "quality, rule": (
        WHOLE + "[quality.rules]\nmean_word_lenght = [3, 10]\n",
        "corpus.toml: quality.rules.mean_word_lenght: unknown key; did you mean `mean_word_length`?",
    ),
    "quality, rule in the table above": (
        WHOLE + "[quality]\nstop_words = false\n",
        "corpus.toml: quality.stop_words: unknown key; rules have a table of their own, [quality.rules]",
    ),
    "quality, one number for two": (
        WHOLE + "[quality.rules]\nwords = 50\n",
        "corpus.toml: quality.rules.words: must be [least, greatest] value that stays, or false, not 50",
    ),
    "quality, the wrong way round": (
        WHOLE + "[quality.rules]\nwords = [9, 3]\n",
        "corpus.toml: quality.rules.words: nothing is at least 9 and at most 3",
    ),
    "quality, true": (
        WHOLE + "[quality.rules]\nstop_words = true\n",
        "corpus.toml: quality.rules.stop_words: must be the least value that stays, or false, not true",
    ),
    "quality, a text": (
        WHOLE + '[quality.rules]\nhash_ratio = "0.1"\n',
        'corpus.toml: quality.rules.hash_ratio: must be the greatest value that stays, or false, not "0.1"',
    ),
    "pii": (
        WHOLE + '[pii]\naction = "redcat"\n',
        'corpus.toml: pii.action: must be one of "keep", "redact", "reject", not "redcat"; '
        "did you mean `redact`?",
    ),
    "pii, kind": (
        WHOLE + '[pii.types]\nemails = "keep"\n',
        "corpus.toml: pii.types.emails: unknown key; did you mean `email`?",
    ),
    "pii, what is done with a kind": (
        WHOLE + '[pii]\ntypes = {card = "hide"}\n',
        'corpus.toml: pii.types.card: must be one of "keep", "redact", "reject", "ignore", not "hide"',
    ),
    "pii, region": (
        WHOLE + '[pii]\nregions = ["DE", "en"]\n',
        'corpus.toml: pii.regions.2: `en` is not a country code such as "DE"',
    ),
    "decontaminate": (
        WHOLE + '[decontaminate]\nbenchmarks = ["x"]\n',
        "corpus.toml: decontaminate.benchmarks.1: `~/x` matches no file",
    ),
    "decontaminate, against nothing": (
        WHOLE + "[decontaminate]\nenabled = true\n",
        "corpus.toml: decontaminate.benchmarks: no benchmark is named",
    ),
    "decontaminate a source, against nothing": (
        WHOLE + '[source.decontaminate]\naction = "mask"\n',
        "corpus.toml: source.1.decontaminate: no benchmark is named in [decontaminate]",
    ),
    "decontaminate, what is done": (
        WHOLE + '[decontaminate]\nbenchmarks = ["docs/a.md"]\naction = "drop"\n',
        'corpus.toml: decontaminate.action: must be one of "keep", "mask", "reject", not "drop"',
    ),
    "decontaminate, a key of a benchmark": (
        WHOLE + '[decontaminate]\nbenchmarks = [{paths = ["docs/a.md"], quesion = "q"}]\n',
        "corpus.toml: decontaminate.benchmarks.1.quesion: unknown key; did you mean `question`?",
    ),
    "decontaminate, a benchmark of another type": (
        WHOLE + "[decontaminate]\nbenchmarks = [7]\n",
        'corpus.toml: decontaminate.benchmarks.1: must be a file, or {paths = ["…"], question = "…"}, not 7',
    ),
    "decontaminate, a benchmark that is a source": (
        WHOLE + '[decontaminate]\nbenchmarks = ["docs/a.md"]\n',
        "corpus.toml: decontaminate.benchmarks.1: ~/docs/a.md is a benchmark and a file of source `a`",
    ),
    "path without files": (
        replaced("docs", "dosc/*.md"), "corpus.toml: source.1.paths.1: `~/dosc/*.md` matches no file"
    ),
    "path that is not to be listed": (
        replaced("docs", "nowhere://a/b"),
        "corpus.toml: source.1.paths.1: `nowhere://a/b` cannot be listed: Protocol not known: nowhere",
    ),
    "variable": (
        replaced("docs", "${UNSET}/docs"),
        "corpus.toml: source.1.paths.1: environment variable UNSET is not set",
    ),
    "empty variable": (
        replaced("docs", "${EMPTY}/docs"),
        "corpus.toml: source.1.paths.1: environment variable EMPTY is empty",
    ),
    "half a variable": (
        replaced("docs", "${UNSET/docs"),
        "corpus.toml: source.1.paths.1: `${UNSET/docs` names no environment variable; write it as in ${DATA}",
    ),
    "variable of the warehouse": (
        replaced('name = "c"', 'name = "c"\nwarehouse = "${UNSET}"'),
        "corpus.toml: corpus.warehouse: environment variable UNSET is not set",
    ),
    "two sources": (
        WHOLE + SOURCE.replace('"a"', '"b"').replace('"docs"', '"docs/**/*.md", "more/c.jsonl"'),
        "corpus.toml: source.2.paths: ~/docs/a.md and 1 more also belongs to source `a`; "
        "a file has one source",
    ),
    "two names for a file": (
        replaced('"docs"', '"docs", "docs/sub"'),
        "corpus.toml: source.1.paths: ~/docs/sub/b.md is matched by two paths, as `sub/b.md` and as `b.md`; "
        "a file is read once",
    ),
    "two files for a name": (
        replaced('"docs"', '"docs", "more"'),
        "corpus.toml: source.1.paths.2: ~/more and ~/docs both hold `a.md`, so it would have one id twice; "
        "name a folder above both, or make `a` two sources",
    ),
    "warehouse in a source": (
        replaced('name = "c"', 'name = "c"\nwarehouse = "docs/w"'),
        "corpus.toml: source.1.paths.1: the warehouse ~/docs/w lies inside this source; move one of them",
    ),
    "warehouse in a glob": (
        replaced("docs", "**/*.md"),
        "corpus.toml: source.1.paths.1: the warehouse ~/warehouse lies inside this source; move one of them",
    ),
    "source in the warehouse": (
        replaced('name = "c"', 'name = "c"\nwarehouse = "."'),
        "corpus.toml: source.1.paths.1: lies inside the warehouse ~",
    ),
    "warehouse is a file": (
        replaced('name = "c"', 'name = "c"\nwarehouse = "more/a.md"'),
        "corpus.toml: corpus.warehouse: ~/more/a.md is a file; a warehouse is a folder",
    ),
    "warehouse by http": (
        replaced('name = "c"', 'name = "c"\nwarehouse = "http://host/w"'),
        "corpus.toml: corpus.warehouse: `http:` is not a place for a warehouse; "
        "it is a folder, or one of file:, s3:, gs:, az:",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("text", "line"), CASES.values(), ids=CASES)
@pytest.mark.usefixtures("folder")
def test_a_mistake_is_one_line(text: str | bytes, line: str) -> None:
    assert mistakes(text) == [line]


@pytest.mark.usefixtures("folder")
def test_all_mistakes_come_at_once_and_sorted() -> None:
    others = "".join(
        SOURCE.replace('"a"', f'"s{index}"').replace("docs", f"missing{index}") for index in range(2, 12)
    )
    text = CORPUS + SOURCE.replace("license", "licence") + others + "[dedup]\nngram = 0\n"
    lines = mistakes(text)
    places = [re.match(r"corpus.toml: ([^:]+):", line)[1] for line in lines]  # type: ignore[index]
    assert places == [
        "dedup.ngram",
        "source.1.licence",
        "source.1.license",
        *(f"source.{index}.paths.1" for index in range(2, 12)),
    ]


@pytest.mark.usefixtures("folder")
def test_a_file_that_is_not_there_says_how_to_get_one() -> None:
    with pytest.raises(UsageError, match=r"corpus\.toml: no such file; `datamoat init FOLDER` writes one"):
        load_config("corpus.toml")


def test_a_link_does_not_make_a_file_another(folder: Path) -> None:
    (folder / "link").symlink_to("docs")
    text = WHOLE + SOURCE.replace('"a"', '"b"').replace("docs", "link")
    assert mistakes(text) == [
        "corpus.toml: source.2.paths: ~/docs/a.md and 1 more also belongs to source `a`; "
        "a file has one source"
    ]
