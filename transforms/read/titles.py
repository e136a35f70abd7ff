"""Titles and names that files state of themselves, without those that only a program put there."""

import re

_PROGRAM = re.compile(
    r"(?:microsoft (?:word|powerpoint|excel)|powerpoint[- ]pr\w+|untitled|no title|titel|title|slide \d+"
    r"|document\d*|dokument\d*|presentation\d*|präsentation\d*|new document|word document"
    r"|book\d+|mappe\d+|sheet\d+)"
    r"(?:\s+-\s+.*|\s*\d*)?",
    re.IGNORECASE,
)
_FILE = re.compile(
    r"\S*\.(?:docx?|dotx?|rtf|odt|pptx?|xlsx?|pdf|dvi|tex|ps|indd|qxd|pmd|fm|wpd|html?|txt)", re.IGNORECASE
)

_NOBODY = re.compile(
    r"[(\[]?(?:anonymous|unspecified|unknown|none|null|author|user(?: name)?|admin(?:istrator)?|owner)[)\]]?"
    r"|(?:microsoft|windows)(?: office)? user|python-docx|openpyxl|apache poi|reportlab",
    re.IGNORECASE,
)


def stated_name(name: str | None) -> str | None:
    """Returns a name or a subject, None for what stands where nobody stated one.

    >>> stated_name("(anonymous)"), stated_name("Microsoft Office User"), stated_name("Ada  Lovelace")
    (None, None, 'Ada Lovelace')
    """
    text = " ".join((name or "").split())
    return None if not any(char.isalnum() for char in text) or _NOBODY.fullmatch(text) else text


def stated_title(title: str | None) -> str | None:
    """Returns a title, None for one that a program made up or that is the name of a file.

    >>> stated_title("Microsoft Word - a.doc"), stated_title("a.dvi"), stated_title("On  Growth")
    (None, None, 'On Growth')
    """
    text = " ".join((title or "").split())
    if (
        not any(char.isalnum() for char in text)
        or _NOBODY.fullmatch(text)
        or _PROGRAM.fullmatch(text)
        or _FILE.fullmatch(text)
    ):
        return None
    return text
