"""Telephone numbers that are valid where they belong, in a form that numbers are written in.

Whether a number is valid, and grouped as its country groups it, is for ``phonenumbers`` (Google's
libphonenumber). Its matcher alone takes many dates, sizes and identifiers for numbers of some country,
so a run of digits must first look like one:

* it begins with ``+`` or with ``00`` and groups after it; or
* a word such as "phone" stands before it, in its line (right before it, or with a colon alone above it,
  and the number may be one of other countries, too); or
* its line begins with it, and a word such as "fax" is all that follows; or
* it has the trunk prefix 0 and groups, or North American groups with hyphens, dots or brackets.

Numbers kept for fiction (NANP 555-0100 to 555-0199, Ofcom's ranges for drama) are nobody's and no
finding.
"""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Final

import numpy as np

from transforms.pii.kinds import Finding
from transforms.pii.plain import WORD, Plain

_REGIONS: Final = {
    "af": "ZA",
    "am": "ET",
    "ar": "SA EG AE",
    "az": "AZ",
    "be": "BY",
    "bg": "BG",
    "bn": "BD IN",
    "bs": "BA",
    "ca": "ES AD",
    "cs": "CZ",
    "da": "DK",
    "de": "DE AT CH",
    "el": "GR",
    "en": "US GB AU IN",
    "es": "ES MX AR CO",
    "et": "EE",
    "fa": "IR",
    "fi": "FI",
    "fr": "FR BE CH CA",
    "ga": "IE",
    "he": "IL",
    "hi": "IN",
    "hr": "HR",
    "hu": "HU",
    "hy": "AM",
    "id": "ID",
    "is": "IS",
    "it": "IT CH",
    "ja": "JP",
    "ka": "GE",
    "kk": "KZ",
    "ko": "KR",
    "lb": "LU",
    "lt": "LT",
    "lv": "LV",
    "mk": "MK",
    "ms": "MY SG",
    "mt": "MT",
    "nb": "NO",
    "nl": "NL BE",
    "nn": "NO",
    "no": "NO",
    "pl": "PL",
    "pt": "BR PT",
    "ro": "RO",
    "ru": "RU",
    "sk": "SK",
    "sl": "SI",
    "sq": "AL",
    "sr": "RS",
    "sv": "SE FI",
    "sw": "KE TZ",
    "th": "TH",
    "tl": "PH",
    "tr": "TR",
    "uk": "UA",
    "ur": "PK",
    "uz": "UZ",
    "vi": "VN",
    "zh": "CN TW HK",
}
_UNKNOWN = ("US", "GB")
_ALL_REGIONS = tuple(dict.fromkeys(" ".join(_REGIONS.values()).split()))

_GAP = frozenset(b" -./()")
_GAP_TABLE = np.isin(np.arange(256), list(_GAP))
_GAP_CHARS = 3
_MIN_DIGITS, _MAX_DIGITS = 7, 15
_WINDOW_CHARS = 40

_WORDS = re.compile(
    r"(?:\bt(?:el|[ée]l|lf)\b|\bphones?\b|t[eé]l[eé](?:f|ph)on|\bfax|telefax|\bmob(?:ile?|il|\b)|m[óo]vil|\bcell\b"
    r"|\bcalls?\b|\bdial\b|\bsms\b|whatsapp|hotline|\bhandy\b|\bgsm\b|\bph\b|\bcontact\b"
    r"|тел|факс|\bмоб|电话|電話|手机|手機|传真|傳真|致电|致電|拨打|撥打|联系|聯絡|携帯|전화|휴대|연락|팩스"
    r"|هاتف|جوال|اتصل|تلفن|फ़ोन|फोन|โทร|điện thoại|☎|📞|📱|\b(?:desk|office)\s?:)"
    r"[^\d\n]{0,20}$",
    re.IGNORECASE,
)
_LABEL = (
    r"(?:t(?:el|[ée]l|lf)|phone|t[eé]l[eé](?:f|ph)on\w*|fax|mob(?:ile?|il)?|m[óo]vil|cell|whatsapp|hotline|handy|gsm|ph"
    r"|тел\w*|факс|моб|电话|電話|手机|手機|传真|傳真|携帯|전화|휴대폰|هاتف|جوال|تلفن)"
)
_LABELS = re.compile(
    _LABEL + r"[\s.:：#]{1,4}[\s(]*$"
    r"|\b(?:call|reach|phone|ring|fax|text|answer)(?:ed|ing)?\b[^\d\n]{0,20}\b(?:at|on|under)\s$"
    r"|\b(?:messages?|sms)\sto\s$",
    re.IGNORECASE,
)
"""What says so plainly that a number follows that it may be one of any country."""

_LABEL_ABOVE = re.compile(r"(?:^|\n)[^\d\n]{0,12}" + _LABEL + r"\s?[:：][ \t]*\n[ \t(]*$", re.IGNORECASE)
_LABEL_BEHIND = re.compile(
    rb"[ \t]?[-(]?[ \t]?(?:office|fax|mobile|cell|phone|tel)\b\)?[ \t]*(?:[\\,;.]|\r?\n|$)", re.IGNORECASE
)
_LINE_BEGINS = re.compile(r"(?:^|\n)[ \t(]*$")

_WORD_CHARS = 36
_OTHER_NUMBER = re.compile(
    r"(?:\b(?:isbn|issn|doi|pmid|rfc|order|invoice|serial|version|id|ids|no|nr|isin|ref|oid|bug|issue|port|pid|uid"
    r"|size|bytes?|line|lines)\b[^\w\n]{0,4}(?:\w{1,10}[^\w\n]{1,3})?|[$€£¥#%&]\s?)$",
    re.IGNORECASE,
)
_DATE = re.compile(
    rb"(?:\d{1,2}([-/.])\d{1,2}\1(?:\d\d){1,2}|(?:19|20)\d\d([-/.])\d{1,2}\2\d{1,2})(?!\d|[-/.]\d)"
)
_AMERICAN = re.compile(
    rb"(?:1[-. ])?(?:\([2-9]\d\d\) ?|[2-9]\d\d[-.] ?)[2-9]\d\d[-.]\d{4}|(?:1 )?\([2-9]\d\d\) ?[2-9]\d\d \d{4}"
)
_TRUNK = re.compile(rb"\(?0\d[\d\-./() ]*")
_ABROAD = re.compile(r"00[1-9]\d*[-. ]")
_EXTENSION = re.compile(rb" ?(?:x|ext\.?|extension) ?\d{1,6}(?!\d)", re.IGNORECASE)
# \Z, since $ is also before a line feed: a number may begin the line after a word.
_BEFORE = re.compile(rb"(?:[" + WORD + rb"]|[" + WORD + rb"][.\-/,+*^=]|[0-9]:|[/_\\.?&]|--)\Z")
_BEFORE_PLUS = re.compile(rb"[" + WORD + rb")\]+]\+\Z")
_AFTER = re.compile(rb"[" + WORD + rb"]|[.,:\-/][" + WORD + rb"]|[%*]|-[->]|\)? ?[x*] ?\d")
_FICTION = re.compile(r"\+1\d{3}55501\d\d|\+447700900\d{3}|\+442079460\d{3}|\+441632960\d{3}")


def regions_of(language: str | None, configured: Sequence[str]) -> tuple[str, ...]:
    """Returns the countries (ISO 3166-1) whose national numbers are looked for.

    Args:
        language: ISO 639-1 code of the text, if known.
        configured: What the configuration states; goes before the language.

    >>> regions_of("de", ()), regions_of("de", ("FR",))
    (('DE', 'AT', 'CH'), ('FR',))
    """
    if configured:
        return tuple(configured)
    return tuple(_REGIONS[language].split()) if language in _REGIONS else _UNKNOWN


def find_phones(plain: Plain, regions: Sequence[str]) -> Iterator[Finding]:
    """Yields the numbers in order.

    Args:
        plain: The text.
        regions: Countries whose national numbers are looked for; international ones always are.
    """
    for start, stop in _runs_of_groups(plain):
        found = _number(plain, start, stop, tuple(regions))
        if found is not None:
            yield Finding(*found, "phone")


def _runs_of_groups(plain: Plain) -> Iterator[tuple[int, int]]:
    """Yields the places of digits with only separators between them, of enough digits."""
    starts, stops = plain.runs()
    if not len(starts):
        return
    gaps = starts[1:] - stops[:-1]
    linked = gaps <= _GAP_CHARS
    for offset in range(_GAP_CHARS):
        inside = gaps > offset
        at = np.minimum(stops[:-1] + offset, len(plain.view) - 1)
        linked &= ~inside | _GAP_TABLE[plain.view[at]]
    first = np.flatnonzero(np.concatenate(([True], ~linked)))
    last = np.concatenate((first[1:], [len(starts)])) - 1
    digits = np.add.reduceat(stops - starts, first)
    for group in np.flatnonzero(digits >= _MIN_DIGITS).tolist():
        yield int(starts[first[group]]), int(stops[last[group]])


def _number(plain: Plain, start: int, stop: int, regions: tuple[str, ...]) -> tuple[int, int] | None:
    data = plain.data
    if data[start - 1 : start] == b"(" and b")" in data[start:stop]:
        start -= 1
    plus = data[start - 1 : start] == b"+"
    window = _window(data, start - plus, stop)
    if plus:
        return None if _BEFORE_PLUS.search(data, max(0, start - 2), start) else _place(window, start - 1, ())
    lines = plain.text[max(0, start - _WORD_CHARS) : start]
    behind = _LINE_BEGINS.search(lines) and _LABEL_BEHIND.match(data, start + len(window))
    before = _BEFORE.search(data, max(0, start - 2), start)
    after = not behind and _AFTER.match(data, start + len(window))
    if before or after or _DATE.match(data, start):
        return None
    if _ABROAD.match(window):
        found = _place("+" + window[2:], start, ())
        return (start, found[1] + 1) if found else None
    line = lines.rpartition("\n")[2]
    labelled = bool(behind or _LABELS.search(line) or (not line.strip(" \t(") and _LABEL_ABOVE.search(lines)))
    if labelled or _WORDS.search(line):
        return _place(window, start, regions, grouped=False) or (
            _place(window, start, _ALL_REGIONS, grouped=False) if labelled else None
        )
    written = data[start:stop]
    if _OTHER_NUMBER.search(line) or len(written) - sum(map(written.count, _GAP)) > _MAX_DIGITS:
        return None
    if _AMERICAN.fullmatch(written) or (_TRUNK.fullmatch(written) and not written.isdigit()):
        found = _place(window, start, regions)
        return found if found and found[1] >= stop else None
    return None


def _window(data: bytes, start: int, stop: int) -> str:
    """Returns what may be a number, with its extension."""
    stop = min(stop, start + _WINDOW_CHARS)
    extension = _EXTENSION.match(data, stop)
    return data[start : extension.end() if extension else stop].decode("ascii")


def _place(
    window: str, start: int, regions: tuple[str, ...], *, grouped: bool = True
) -> tuple[int, int] | None:
    length = _length(window, regions, grouped)
    return (start, start + length) if length else None


@lru_cache(maxsize=4096)
def _length(window: str, regions: tuple[str, ...], grouped: bool) -> int:
    """Returns how many characters at the beginning of ``window`` are a valid number; 0 if it is none.

    Args:
        window: What may be a number.
        regions: Countries to try, for a number without its country code.
        grouped: Whether the digits of a national number must be grouped as its country does it.
    """
    # 0.1 s, and many a corpus has no candidate.
    from phonenumbers import Leniency, PhoneNumberFormat, PhoneNumberMatcher, format_number

    for region in regions or (None,):
        leniency = Leniency.STRICT_GROUPING if grouped and region else Leniency.VALID
        for match in PhoneNumberMatcher(window, region, leniency=leniency):
            if match.start > 1:
                break  # its beginning is no number
            fiction = _FICTION.match(format_number(match.number, PhoneNumberFormat.E164))
            return 0 if fiction else int(match.end)
    return 0
