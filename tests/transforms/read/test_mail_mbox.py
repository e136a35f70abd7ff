from io import BytesIO
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.records import Document, Fallen, Record
from tests.transforms.read.helpers import Dribble, read, records, source
from tests.transforms.read.mails import HEADERS, fates, lines, multipart, part, settled
from transforms.read import mail_mbox
from transforms.read.reader import find_record, read_stream
from transforms.read.registry import by_name, detect

FROM = "From ada@example.org Thu Aug 22 13:27:39 2002"


def mailbox(*bodies: str, begin: str = FROM) -> bytes:
    return b"".join(lines(begin, *HEADERS, "", body, "") for body in bodies)


def test_each_mail_is_a_record_at_its_from_line():
    data = mailbox("One.", "Two.\n>From the start\n>>From twice", "Three.")
    found = settled(data, "inbox.mbox")
    assert [item.text for item in found if isinstance(item, Document)] == [
        "One.\n",
        "Two.\nFrom the start\n>From twice\n",
        "Three.\n",
    ]
    starts = [0, len(mailbox("One.")), len(data) - len(mailbox("Three."))]
    assert [item.locator for item in found] == [f"byte={start}" for start in starts]
    assert found[0].title == "Notes"  # type: ignore[union-attr]
    raws = [item.raw for item in records(read(data, "inbox.mbox"))]
    assert b"".join(raws) == data


def test_attachments_know_the_mail_in_the_mailbox():
    body = multipart(part("Text."), part("# A", Content_Disposition="attachment; filename=a.md"))
    data = lines(FROM, body) + lines(FROM, body)
    found = settled(data, "inbox.mbox")
    second = len(data) // 2
    assert fates(found) == dict.fromkeys(
        ["byte=0", "byte=0!part=2", f"byte={second}", f"byte={second}!part=2"], "document"
    )
    assert [item.parent_id for item in found] == [None, found[0].doc_id, None, found[2].doc_id]  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "begin",
    [
        FROM,
        "From - Thu Aug 22 13:27:39 2002",
        "From MAILER-DAEMON Thu Aug  2 13:27 2002",
        "From user at example.com  Thu Aug 22 13:27:39 2002",
        '"'.join(("From ", "a b", "@x Thu Aug 22 13:27:39 EDT 2002")),
        "From 1471586312345678@xxx Sat Aug 20 12:34:56 +0000 2016",
        "From ada 22 Aug 2002 13:27:39 -0400",
    ],
)
def test_from_lines(begin):
    data = mailbox("One.", "Two.", begin=begin)
    assert detect("Inbox", data) == by_name("mbox")
    assert len(records(read(data, "Inbox"))) == 2


def test_text_that_begins_with_from_is_text():
    body = "Dear Ada,\n\nFrom here at 10:30 on 22 May 2002 it looks well.\nFrom time to time.\n"
    [found] = settled(mailbox(body), "a.mbox")
    assert isinstance(found, Document)
    assert found.text.count("From") == 2
    assert detect("a.txt", body.encode()) == by_name("text")


@given(
    bodies=st.lists(st.text("aF rom:>\n", max_size=40), min_size=1, max_size=8),
    cuts=st.lists(st.integers(0, 3000), max_size=4),
)
def test_any_way_to_cut_a_mailbox_gives_the_same_mails(bodies, cuts):
    data = mailbox(*bodies)
    whole = records(read(data, "a.mbox"))
    assert b"".join(item.raw for item in whole) == data
    borders = [0, *sorted({cut for cut in cuts if 0 < cut < len(data)}), len(data)]
    pieces = [item for start, stop in pairwise(borders) for item in read(data, "a.mbox", start, stop)]
    assert pieces == whole
    dribbled = list(read_stream(Dribble(data), "a.mbox", source()))
    assert dribbled == whole


def test_a_mail_in_a_large_mailbox_is_found_without_reading_the_others():
    class Counting(BytesIO):
        taken = 0

        def read(self, size: int | None = -1, /) -> bytes:
            part = super().read(size)
            self.taken += len(part)
            return part

    data = mailbox(*("Words. " * 2_000 for _ in range(600)))
    last = records(read(data, "a.mbox"))[-1]
    stream = Counting(data)
    assert find_record(stream, "a.mbox", source(), last.locator) == last.raw
    assert stream.taken < len(data) / 2


def test_what_stands_before_the_first_mail_is_told():
    junk, first = read(b"some junk\n" + mailbox("One."), "a.mbox", format="mbox")
    assert isinstance(junk, Fallen)
    assert (junk.locator, junk.raw) == ("byte=0", b"some junk\n")
    assert isinstance(first, Record)
    assert first.locator == "byte=10"


def test_a_mail_above_the_limit_is_dead_and_costs_no_neighbour_its_place(monkeypatch):
    monkeypatch.setattr(mail_mbox, "MAX_RAW_BYTES", 1_000)
    data = mailbox("One.", "x\n" * 1_000, "Three.")
    assert list(fates(settled(data, "a.mbox")).values()) == ["document", "too_large", "document"]


def test_the_good_mails_of_a_damaged_file_are_read(tmp_path):
    import gzip

    data = gzip.compress(mailbox(*(f"{i} {'word ' * 500}" for i in range(50))), mtime=0)
    found = read(data[: len(data) // 2], "a.mbox.gz")
    assert len(records(found)) > 10
    [broken] = [item for item in found if isinstance(item, Fallen)]
    assert broken.locator.startswith("byte=")
    assert broken.fate.reason == "truncated"  # type: ignore[union-attr]


def test_mails_without_headers():
    data = lines(
        "From a Mon Jun 01 10:00:00 2009", "", "One.", "", "From a Mon Jun 01 11:00:00 2010", "", "Two."
    )
    assert [item.text for item in settled(data, "simple.mbox") if isinstance(item, Document)] == [
        "One.\n",
        "Two.\n",
    ]
