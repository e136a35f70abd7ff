"""How often is an encoding told right, and text repaired as ftfy does? Prints two tables.

    python benchmarks/encodings.py --data DIR

DIR is the folder with ``samples``. Files: those of Ousret/char-dataset, whose folder names their encoding.
Right is the same text as the named codec gives (another name for it is as good); the folder ``None`` holds
what is no text, and right is to say so. charset-normalizer is asked as its documentation says
(``from_bytes(…).best()``), chardet if it is installed. Repair: ftfy's own test cases; wanted is what ftfy
gives with its defaults, and with the configuration of our cleaning.
"""

import argparse
import codecs
import json
import sys
import tarfile
import time
from collections import Counter
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from transforms.read.decode import decode

Detect = Callable[[bytes], str | None]


def ours(raw: bytes) -> str | None:
    """Returns the text as our readers decode it, None if they call it no text."""
    found = decode(raw)
    return found[0] if isinstance(found, tuple) else None


def charset_normalizer(raw: bytes) -> str | None:
    """Returns the text of charset-normalizer's best guess."""
    from charset_normalizer import from_bytes

    best = from_bytes(raw).best()
    return str(best) if best is not None else None


def chardet(raw: bytes) -> str | None:
    """Returns the text in the encoding that chardet names."""
    from chardet import detect

    name = detect(raw)["encoding"]
    return raw.decode(name, "replace") if name else None


def plain(text: str | None) -> str | None:
    """Returns a text without a byte order mark and with one kind of line end."""
    return None if text is None else text.lstrip("\ufeff").replace("\r\n", "\n").replace("\r", "\n")


def wanted(folder: str, raw: bytes) -> str | None:
    """Returns the text in the encoding that the folder names, None for what is no text."""
    if folder == "None":
        return None
    try:
        return raw.decode(codecs.lookup(folder).name, "replace")
    except LookupError:
        return None


def measure_files(archive: Path, detectors: dict[str, Detect]) -> None:
    """Prints how many files of each encoding come out right."""
    right: dict[str, Counter[str]] = {name: Counter() for name in detectors}
    spent = dict.fromkeys(detectors, 0.0)
    total: Counter[str] = Counter()
    wrong = []
    with tarfile.open(archive) as members:
        for member in members:
            stream = members.extractfile(member) if member.isfile() else None
            folder = member.name.removeprefix("./").split("/")[-2] if "/" in member.name else ""
            if stream is None or (folder != "None" and not _known(folder)):
                continue
            raw = stream.read()
            gold = plain(wanted(folder, raw))
            total[folder] += 1
            for name, detect in detectors.items():
                began = time.process_time()
                try:
                    found = plain(detect(raw))
                except (LookupError, UnicodeDecodeError):
                    found = None
                spent[name] += time.process_time() - began
                right[name][folder] += found == gold
                if name == "datamoat" and found != gold:
                    wrong.append(member.name)
    print(f"files: {total.total()} in {len(total)} encodings")
    for name, counts in right.items():
        print(f"  {name:22}{counts.total():5} right {total.total() / spent[name]:9,.0f} files/s")
    for folder in sorted(total):
        row = "".join(f"{name} {right[name][folder]:<5}" for name in detectors)
        if len({right[name][folder] for name in detectors} | {total[folder]}) > 1:
            print(f"    {folder:16}{total[folder]:4}   {row}")
    print("  not right here: " + ", ".join(wrong))


def _known(name: str) -> bool:
    try:
        codecs.lookup(name)
    except LookupError:
        return False
    return True


def measure_repair(cases: Path) -> None:
    """Prints how many of ftfy's cases give what ftfy gives, and what is expected."""
    from ftfy import fix_text
    from ftfy.fixes import uncurl_quotes

    from transforms.clean.repair import CONFIG, repair

    rows = json.loads(cases.read_text("utf-8"))
    counts: Counter[str] = Counter()
    for row in rows:
        original, wanted = row["original"], row.get("fixed", row["original"])
        mine, default = repair(original)[0], fix_text(original)
        counts["as ftfy gives with our configuration"] += mine == fix_text(original, CONFIG)
        counts["as ftfy gives with its defaults"] += mine == default
        counts["as that, but for quotes that we leave curly"] += mine != default == uncurl_quotes(mine)
        counts["as the case expects"] += uncurl_quotes(mine) == uncurl_quotes(wanted)
        counts["as the case expects, ftfy's defaults"] += uncurl_quotes(default) == uncurl_quotes(wanted)
    print(f"repair: {len(rows)} cases of ftfy")
    for name, count in counts.items():
        print(f"  {name:48}{count:4}")


def main() -> None:
    """Measures and prints."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    arguments.add_argument("--data", type=Path, required=True)
    folder = arguments.parse_args().data / "samples/E_encoding"
    detectors: dict[str, Detect] = {"datamoat": ours, "charset-normalizer": charset_normalizer}
    if find_spec("chardet"):
        detectors["chardet"] = chardet
    measure_files(folder / "char_dataset.tar.gz", detectors)
    measure_repair(folder / "ftfy_cases.json")


if __name__ == "__main__":
    main()
