"""How well and how fast is mail read, next to others? Prints two tables.

    python benchmarks/mail.py --data DIR [--every 1]

DIR is the folder with ``samples`` and ``bulk``. Bodies: of the messages of Apache James Mime4j, how many
decoded bodies come out with the same bytes (line ends aside), at the right place in the tree and anywhere.
Mails: every n-th of the SpamAssassin corpus; how many give text that is not empty, how many raise, and CPU
time. The standard library is asked as its documentation says (``policy.default``, ``get_body``);
fast-mail-parser (mailparse, Rust) takes part if it is installed. Only ours makes text of HTML.
"""

import argparse
import re
import tarfile
import time
from collections.abc import Callable, Iterator
from email import message_from_bytes
from email.policy import default
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path
from typing import Any

from schemas.records import Document, Fallen
from schemas.specs import IngestSpec, Named, SourceSpec
from transforms.extract import extract_record
from transforms.read.mail_message import Part, parse
from transforms.read.mail_parts import MAIL_KINDS
from transforms.read.reader import read_stream
from transforms.settle import settle_fallen

SPEC = IngestSpec(SourceSpec("mail", Named(constant="c"), Named(constant="l")))
GOLD = re.compile(r"(.*)_decoded_([\d_]+)\.\w+$")


def files(archive: Path, every: int = 1) -> dict[str, bytes]:
    """Returns the content of every n-th file of a tar."""
    found: dict[str, bytes] = {}
    with tarfile.open(archive) as members:
        for number, member in enumerate(each for each in members if each.isfile()):
            stream = members.extractfile(member) if number % every == 0 else None
            if stream:
                found[member.name] = stream.read()
    return found


def same_lines(raw: bytes) -> bytes:
    """Returns the bytes with one kind of line end."""
    return raw.replace(b"\r\n", b"\n").replace(b"\r", b"\n")


def our_bodies(message: Part, number: str = "1") -> Iterator[tuple[str, bytes]]:
    """Yields the bodies of a message, numbered as Mime4j does: a mail within a mail is part 1 of its part."""
    if message.parts:
        for index, part in enumerate(message.parts, 1):
            yield from our_bodies(part, f"{number}_{index}")
    elif message.kind in MAIL_KINDS:
        inner = parse(message.content())
        if isinstance(inner, Part):
            yield from our_bodies(inner, f"{number}_1")
    else:
        yield number, message.content()


def their_bodies(raw: bytes) -> list[bytes]:
    """Returns the bodies that the standard library finds."""
    return [part.get_payload(decode=True) or b"" for part in message_from_bytes(raw, policy=default).walk()]  # type: ignore[misc]


def rust_bodies(raw: bytes) -> list[bytes]:
    """Returns the bodies that fast-mail-parser finds; those in mails within mails by parsing these."""
    from fast_mail_parser import parse_email

    mail = parse_email(raw)
    found = [text.encode() for text in (*mail.text_plain, *mail.text_html)]
    for file in mail.attachments:
        found.append(bytes(file.content))
        if file.mimetype in MAIL_KINDS:
            found += rust_bodies(bytes(file.content))
    return found


def measure_bodies(samples: dict[str, bytes], peers: dict[str, Callable[[bytes], list[bytes]]]) -> None:
    """Prints how many decoded bodies are the same."""
    gold: dict[str, dict[str, bytes]] = {}
    for name, raw in samples.items():
        if (found := GOLD.match(name)) and not name.endswith(".xml"):
            gold.setdefault(f"{found[1]}.msg", {})[found[2]] = same_lines(raw)
    total = sum(map(len, gold.values()))
    print(f"bodies: {total} in {len(gold)} messages")
    in_place = anywhere = 0
    for name, bodies in gold.items():
        message = parse(samples[name])
        if isinstance(message, Part):
            ours = {number: same_lines(body) for number, body in our_bodies(message)}
            in_place += sum(ours.get(number) == body for number, body in bodies.items())
            anywhere += sum(body in ours.values() for body in bodies.values())
    print(f"  {'datamoat':20}{anywhere:6}  anywhere; {in_place} in their place")
    for peer, read in peers.items():
        same = raised = 0
        for name, bodies in gold.items():
            try:
                theirs = {same_lines(body) for body in read(samples[name])}
            except Exception:  # what it raises is counted
                raised += 1
            else:
                same += sum(body in theirs for body in bodies.values())
        print(f"  {peer:20}{same:6}  anywhere; {raised} messages raise")


def our_text(name: str, raw: bytes) -> tuple[str, int]:
    """Returns the text of a mail, and how many records it has."""
    fates = [
        settle_fallen(name, found, "mail") if isinstance(found, Fallen) else extract_record(name, found, SPEC)
        for found in read_stream(BytesIO(raw), name, SPEC.source)
    ]
    return fates[0].text if isinstance(fates[0], Document) else "", len(fates)


def their_text(_: str, raw: bytes) -> tuple[str, int]:
    """Returns the text that the standard library finds."""
    message: Any = message_from_bytes(raw, policy=default)
    body = message.get_body(("plain", "html"))
    return (body.get_content() if body else ""), 1 + len(list(message.iter_attachments()))


def rust_text(_: str, raw: bytes) -> tuple[str, int]:
    """Returns the text that fast-mail-parser finds."""
    from fast_mail_parser import parse_email

    mail = parse_email(raw)
    return "\n".join(mail.text_plain or mail.text_html), 1 + len(mail.attachments)


def measure_mails(
    mails: dict[str, bytes], readers: dict[str, Callable[[str, bytes], tuple[str, int]]]
) -> None:
    """Prints how many mails give text, and the speed; best of three, taken in turn."""
    size = sum(map(len, mails.values()))
    print(f"mails: {len(mails):,}, {size / 1e6:.1f} MB")
    best = dict.fromkeys(readers, float("inf"))
    counts: dict[str, list[int]] = {}
    for _ in range(3):
        for reader, read in readers.items():
            texts = raised = records = 0
            start = time.process_time()
            for name, raw in mails.items():
                try:
                    text, count = read(name, raw)
                except Exception:  # what it raises is counted
                    raised += 1
                else:
                    texts += bool(text.strip())
                    records += count
            best[reader] = min(best[reader], time.process_time() - start)
            counts[reader] = [texts, raised, records]
    print(f"  {'':20}{'with text':>10}{'raise':>8}{'records':>9}{'mails/s':>9}{'records/s':>11}{'MB/s':>7}")
    for reader, (texts, raised, records) in counts.items():
        seconds = best[reader]
        speed = f"{len(mails) / seconds:9,.0f}{records / seconds:11,.0f}{size / seconds / 1e6:7.1f}"
        print(f"  {reader:20}{texts:10,}{raised:8,}{records:9,}{speed}")


def main() -> None:
    """Measures and prints."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    arguments.add_argument("--data", type=Path, required=True)
    arguments.add_argument("--every", type=int, default=1)
    options = arguments.parse_args()
    with_rust = find_spec("fast_mail_parser") is not None
    samples = files(options.data / "samples/H_mail/mime4j_testmsgs.tar.gz")
    peers = {"standard library": their_bodies} | ({"fast-mail-parser": rust_bodies} if with_rust else {})
    measure_bodies(samples, peers)
    mails = files(options.data / "bulk/I_spamassassin_all.tar.gz", options.every)
    texts = {"datamoat": our_text, "standard library": their_text}
    measure_mails(mails, texts | ({"fast-mail-parser": rust_text} if with_rust else {}))


if __name__ == "__main__":
    main()
