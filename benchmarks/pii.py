"""What personal data is found, and what is taken for it? Precision, recall and F1 by kind, and speed.

    python benchmarks/pii.py --data DIR [--peers FOLDER]

DIR is the folder with ``samples/G_pii``. Three sets: sentences of Presidio's research repository with spans;
one sentence made of each row of the Fake Name Generator's table (numbers are written as in the row's
country); the fixtures of detect-secrets with the values that its own baseline calls secret.

A finding is right if it overlaps a labelled span of its kind. Many labels are invented and pass no check:
cards without an issuer, numbers of no numbering plan. So recall and F1 stand twice: over all labels, and over
those that are valid by a judge that knows nothing of our rules: a telephone number that libphonenumber calls
valid in some country that its sentence may be of, a card that passes Luhn, an account that passes MOD 97, an
address of the public internet (``ipaddress``), a social security number in a range that is given out.
Precision is over all labels.

With --peers (where the environments of ``benchmarks.peers`` lie or shall lie) datatrove's PIIFormatter and
detect-secrets run on the same texts, each in an environment of its own. Seconds are of the processor.
"""

import argparse
import csv
import hashlib
import ipaddress
import json
import subprocess
import tarfile
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import phonenumbers

from benchmarks.peers.environments import python_of
from transforms.pii.accounts import passes_mod97
from transforms.pii.cards import passes_luhn
from transforms.pii.find import find
from transforms.pii.kinds import KINDS, OPTIONAL

KIND_OF = {
    "EMAIL_ADDRESS": "email",
    "IP_ADDRESS": "ip",
    "PHONE_NUMBER": "phone",
    "CREDIT_CARD": "card",
    "IBAN_CODE": "iban",
    "US_SSN": "national_id",
}
BULK = (
    "J_rust_book",
    "J_react_docs",
    "J_python_peps",
    "J_python3.11_doc",
    "J_postgresql_doc_15",
    "J_ethereum_eips",
    "J_vue_docs_zh",
    "I_spamassassin_all",
    "I_web_html_pages",
)
FILES = 100
PROSE = ("The quick brown fox jumped over the lazy dog in 2004, and went home with 12 friends. " * 60)[:4096]
CHINESE = ("这段文字里没有任何人的数据，写于2004年，一共12页，请放心阅读。" * 200)[:4096]
SCRIPTS = Path(__file__).parent / "peers" / "scripts"

Span = tuple[int, int, str]
"""First code point, one after the last, kind."""


Run = tuple[Sequence[Sequence[Span]], float]
"""What a tool finds in each text, and its seconds."""


@dataclass(frozen=True)
class Labelled:
    """A text, where it holds what, and which country's numbers may stand in it (none: any)."""

    text: str
    spans: tuple[Span, ...]
    region: str | None = None


def presidio(folder: Path) -> Iterator[Labelled]:
    """Yields the sentences."""
    for row in json.loads((folder / "presidio_synth_dataset_v2.json").read_text("utf-8")):
        spans = [
            (span["start_position"], span["end_position"], KIND_OF[span["entity_type"]])
            for span in row["spans"]
            if span["entity_type"] in KIND_OF
        ]
        yield Labelled(row["full_text"], tuple(spans))


def identities(folder: Path) -> Iterator[Labelled]:
    """Yields a sentence for each row of the table of fake persons."""
    with open(folder / "FakeNameGenerator.com_100.csv", encoding="utf-8-sig", newline="") as handle:
        for row in csv.DictReader(handle):
            text, spans = f"{row['GivenName']} {row['Surname']} of {row['City']}", []
            for words, column, kind in (
                (", e-mail ", "EmailAddress", "email"),
                (", phone ", "TelephoneNumber", "phone"),
                (f", born {row['Birthday']}, {row['CCType']} ", "CCNumber", "card"),
            ):
                text += words
                spans.append((len(text), len(text) + len(row[column]), kind))
                text += row[column]
            yield Labelled(text + ".", tuple(spans), row["Country"])


def is_valid(label: Labelled, span: Span) -> bool:
    """Tells whether a label could be what it says."""
    value = label.text[span[0] : span[1]]
    digits = "".join(filter(str.isdigit, value)).encode()
    match span[2]:
        case "phone":
            regions = [label.region] if label.region else sorted(phonenumbers.SUPPORTED_REGIONS)
            return any(_is_valid_phone(value, region) for region in regions)
        case "card":
            return passes_luhn(digits)
        case "iban":
            return passes_mod97(value.replace(" ", "").upper().encode())
        case "ip":
            return ipaddress.ip_address(value).is_global
        case "national_id":
            return value[:3] not in ("000", "666") and value < "9"
    return True


def _is_valid_phone(value: str, region: str) -> bool:
    try:
        return phonenumbers.is_valid_number(phonenumbers.parse(value, region))
    except phonenumbers.NumberParseException:
        return False


def ours(labelled: Sequence[Labelled]) -> Iterator[list[Span]]:
    """Yields what we find, as in a corpus of English, or of the row's country."""
    for label in labelled:
        regions = (label.region,) if label.region else ("US", "GB", "AU", "IN")
        yield [(found.start, found.stop, found.kind) for found in find(label.text, KINDS, regions)]


def peer(python: Path, script: str, texts: Sequence[str]) -> tuple[list[list[Span]], float]:
    """Returns what a peer finds and the seconds it took, without its start."""
    done = subprocess.run(
        [python, SCRIPTS / script], input=json.dumps(texts), capture_output=True, text=True, check=True
    )
    answer = json.loads(done.stdout)
    return [[tuple(span) for span in spans] for spans in answer["found"]], answer["seconds"]


def overlaps(one: Span, others: Iterable[Span]) -> bool:
    """Tells whether a span shares a character with one of its kind."""
    return any(one[2] == other[2] and one[0] < other[1] and other[0] < one[1] for other in others)


def rates(labelled: Sequence[Labelled], found: Sequence[Sequence[Span]], kind: str) -> str:
    """Returns a line of the table, or "" where there is nothing to say."""
    gold = [(index, span) for index, label in enumerate(labelled) for span in label.spans if span[2] == kind]
    seen = [(index, span) for index, spans in enumerate(found) for span in spans if span[2] == kind]
    if not gold:
        return ""
    right = sum(overlaps(span, labelled[index].spans) for index, span in seen)
    precision = right / len(seen) if seen else None
    cells = [f"{len(seen):6}", f"{precision:9.3f}" if seen else f"{'-':>9}"]
    for wanted in (gold, [(index, span) for index, span in gold if is_valid(labelled[index], span)]):
        hits = sum(overlaps(span, found[index]) for index, span in wanted)
        recall = hits / len(wanted) if wanted else 0.0
        f1 = 2 * precision * recall / (precision + recall) if precision and recall else 0.0
        cells += [f"{len(wanted):7}", f"{recall:7.3f}", f"{f1:6.3f}"]
    return " ".join(cells)


def table(name: str, labelled: Sequence[Labelled], runs: dict[str, Run]) -> None:
    """Prints the rates of one set."""
    megabytes = sum(len(label.text) for label in labelled) / 1e6
    print(f"\n{name}: {len(labelled)} texts, {megabytes:.2f} M characters")
    print(f"{'kind':<12} {'tool':<15} {'found':>6} precision   labels  recall     F1   valid  recall     F1")
    for kind in KINDS:
        for tool, (found, _) in runs.items():
            if line := rates(labelled, found, kind):
                print(f"{kind:<12} {tool:<15} {line}")
    for tool, (_, seconds) in runs.items():
        print(
            f"{tool}: {seconds:.2f} s, {len(labelled) / seconds:,.0f} texts/s, {megabytes / seconds:.2f} MB/s"
        )


def secrets(folder: Path, python: Path | None) -> None:
    """Prints which values of the fixtures are found; the baseline names them by their SHA-1."""
    files = folder / "detect_secrets"
    baseline = json.loads((files / "baseline.file").read_text())["results"]
    present = [path for path in sorted(files.rglob("*")) if path.is_file() and path.name != "baseline.file"]
    gold = {
        (name, entry["hashed_secret"])
        for name, entries in baseline.items()
        if (files / name) in present
        for entry in entries
    }
    runs: dict[str, set[tuple[str, str]]] = {"datamoat": set()}
    for path in present:
        text = path.read_text("utf-8")
        for found in find(text, ["secret"]):
            digest = hashlib.sha1(text[found.start : found.stop].encode()).hexdigest()
            runs["datamoat"].add((str(path.relative_to(files)), digest))
    if python is not None:
        paths = json.dumps([str(path) for path in present])
        script = SCRIPTS / "detect_secrets_scan.py"
        done = subprocess.run([python, script], input=paths, capture_output=True, text=True, check=True)
        answer = json.loads(done.stdout)["found"]
        runs["detect-secrets"] = {(str(Path(path).relative_to(files)), digest) for path, digest in answer}
    print(f"\ndetect-secrets' fixtures: {len(present)} files, {len(gold)} values in its baseline")
    for tool, found_values in runs.items():
        right = len(found_values & gold)
        precision, recall = right / max(len(found_values), 1), right / len(gold)
        print(f"secret       {tool:<15} {len(found_values):3} found, {right} of them in it: ", end="")
        print(f"precision {precision:.3f}, recall {recall:.3f}")


def timed(run: Callable[[], Iterable[list[Span]]]) -> tuple[list[list[Span]], float]:
    """Returns what a run finds, and the median seconds of three runs after a first."""
    found, times = list(run()), []
    for _ in range(3):
        start = time.process_time()
        list(run())
        times.append(time.process_time() - start)
    return found, sorted(times)[1]


def bulk(folder: Path, name: str) -> list[str]:
    """Returns the first files of an archive as they are."""
    texts: list[str] = []
    with tarfile.open(folder / f"{name}.tar.gz") as archive:
        for member in archive:
            handle = archive.extractfile(member) if member.isfile() and member.size < 400_000 else None
            if handle is not None:
                texts.append(handle.read().decode("utf-8", "replace"))
            if len(texts) == FILES:
                break
    return texts


def speed(folder: Path) -> None:
    """Prints what looking through real texts costs, and how much is found in them."""
    kinds = [kind for kind in KINDS if kind not in OPTIONAL]
    sets = {"prose without any": [PROSE], "Chinese without any": [CHINESE]}
    sets |= {name: bulk(folder, name) for name in BULK if (folder / f"{name}.tar.gz").exists()}
    print(f"\nreal texts, the first {FILES} files of each archive as they are; found in a million characters")
    print(f"{'texts':<22} {'M chars':>7} {'us/4096':>7} " + " ".join(f"{kind:>7}" for kind in kinds))
    for name, texts in sets.items():
        counts = Counter(found.kind for text in texts for found in find(text, kinds, ("US", "GB")))
        repeats = max(1, 400_000 // sum(map(len, texts)))
        times = []
        for _ in range(3):
            start = time.process_time()
            for text in texts * repeats:
                find(text, kinds, ("US", "GB"))
            times.append((time.process_time() - start) / repeats)
        million = sum(map(len, texts)) / 1e6
        cost = sorted(times)[1] / million * 4096
        cells = " ".join(f"{counts[kind] / million:7.1f}" for kind in kinds)
        print(f"{name:<22} {million:7.2f} {cost:7.0f} {cells}")


def main() -> None:
    """Runs all sets."""
    raw = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=raw)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--peers", type=Path, help="folder of the environments of other tools")
    options = parser.parse_args()
    folder = options.data / "samples" / "G_pii"
    for name, rows in (("Presidio's sentences", presidio(folder)), ("fake identities", identities(folder))):
        labelled = list(rows)
        runs = {"datamoat": timed(lambda labelled=labelled: ours(labelled))}
        if options.peers:
            python = python_of("datatrove", options.peers)
            runs["datatrove"] = peer(python, "datatrove_pii.py", [label.text for label in labelled])
        table(name, labelled, runs)
    speed(options.data / "bulk")
    secrets(folder, python_of("detect-secrets", options.peers) if options.peers else None)


if __name__ == "__main__":
    main()
