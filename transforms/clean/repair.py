"""Repair of broken text: exactly ``ftfy.fix_text`` with ``CONFIG``, at many times its speed.

ftfy works line by line (a line keeps its line feed), so lines can be judged alone. Lines that the gate
lets through are left as they are, or put into NFC; only the others are given to ftfy.
"""

import unicodedata

import ftfy

from transforms.clean.gate import first_suspect

CONFIG = ftfy.TextFixerConfig(
    unescape_html=False,  # extraction has unescaped already; code may say ``&lt;`` on purpose
    remove_terminal_escapes=True,  # colours of a terminal are no text
    fix_encoding=True,
    restore_byte_a0=True,
    replace_lossy_sequences=True,
    decode_inconsistent_utf8=True,
    fix_c1_controls=True,
    fix_latin_ligatures=True,  # typesetting (mostly of PDF), never typed: "file" must be one word
    fix_character_width=False,  # typed on purpose in Chinese and Japanese
    uncurl_quotes=False,  # typed on purpose
    fix_line_breaks=True,
    fix_surrogates=True,
    remove_control_chars=True,
    normalization="NFC",
    max_decode_length=1_000_000,  # characters; a longer line is taken in pieces
    explain=False,
)
"""What ftfy does, every setting stated, so that a new default of ftfy changes nothing."""


def repair(text: str) -> tuple[str, bool]:
    """Returns ``ftfy.fix_text(text, CONFIG)``, and whether any line was suspect.

    If none was, the text differs by NFC and line ends at most.

    >>> repair("schÃ¶n, “quoted”")
    ('schön, “quoted”', True)
    """
    found = first_suspect(text)
    if found < 0:
        return _compose(text), False
    pieces: list[str] = []
    done = 0
    while found >= 0:
        begin = text.rfind("\n", done, found) + 1 or done
        end = text.find("\n", found) + 1 or len(text)
        pieces.append(_compose(text[done:begin]))
        pieces.append(ftfy.fix_text(text[begin:end], CONFIG))
        done = end
        found = first_suspect(text, done)
    pieces.append(_compose(text[done:]))
    return "".join(pieces), True


def _compose(text: str) -> str:
    """Does what ftfy does to lines without a suspect place: NFC, and LF for CR LF."""
    if text.isascii() or unicodedata.is_normalized("NFC", text):
        return text.replace("\r\n", "\n")
    # Composition may make a suspect character ("A" and a tilde), and a line of more than a million
    # characters is composed in pieces: then, which is rare, ftfy itself is asked.
    lines = text.split("\n")
    for number, line in enumerate(lines):
        if not unicodedata.is_normalized("NFC", line):
            composed = unicodedata.normalize("NFC", line)
            if len(line) >= CONFIG.max_decode_length or first_suspect(composed) >= 0:
                end = "\n" if number + 1 < len(lines) else ""
                composed = ftfy.fix_text(line + end, CONFIG).removesuffix(end)
            lines[number] = composed
    return "\n".join(lines).replace("\r\n", "\n")
