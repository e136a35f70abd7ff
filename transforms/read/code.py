"""Source code by the extension of its file: the text as it is, comments and all.

The language is told by a fixed table, named as GitHub's Linguist names it in lower case. Data and
configuration (XML, YAML, TOML, INI) are no code; nor is what a program wrote for a browser
(``.min.js``). The natural language of code is not known: the language step treats it like any text,
so a list of languages to keep may refuse it.
"""

import re
from collections.abc import Iterator, Mapping

from schemas.records import MAX_RAW_BYTES, Dead, Extracted, Fallen, Record, Refused
from transforms.read.decode import decode, looks_like_text
from transforms.read.formats import ExtractOptions, Format, ReadContext
from transforms.read.streams import Readable, read_fully

LANGUAGES: Mapping[str, str] = {
    ".ada": "ada", ".adb": "ada", ".ads": "ada",
    ".asm": "assembly", ".s": "assembly",
    ".awk": "awk",
    ".bas": "basic",
    ".bat": "batchfile", ".cmd": "batchfile",
    ".c": "c", ".h": "c",
    ".cc": "cpp", ".cpp": "cpp", ".cxx": "cpp", ".c++": "cpp", ".hh": "cpp", ".hpp": "cpp", ".hxx": "cpp",
    ".clj": "clojure", ".cljs": "clojure",
    ".cob": "cobol", ".cbl": "cobol",
    ".coffee": "coffeescript",
    ".cr": "crystal",
    ".cs": "csharp",
    ".css": "css", ".scss": "scss", ".less": "less",
    ".cu": "cuda",
    ".d": "d",
    ".dart": "dart",
    ".elm": "elm",
    ".erl": "erlang", ".hrl": "erlang",
    ".ex": "elixir", ".exs": "elixir",
    ".f": "fortran", ".for": "fortran", ".f90": "fortran", ".f95": "fortran", ".f03": "fortran",
    ".fs": "fsharp", ".fsx": "fsharp",
    ".glsl": "glsl", ".vert": "glsl", ".frag": "glsl",
    ".go": "go",
    ".groovy": "groovy", ".gradle": "groovy",
    ".hs": "haskell", ".lhs": "haskell",
    ".java": "java",
    ".jl": "julia",
    ".js": "javascript", ".mjs": "javascript", ".cjs": "javascript", ".jsx": "javascript",
    ".kt": "kotlin", ".kts": "kotlin",
    ".lisp": "lisp", ".cl": "lisp", ".el": "emacs-lisp", ".scm": "scheme", ".rkt": "racket",
    ".lua": "lua",
    ".m": "objective-c", ".mm": "objective-c",
    ".ml": "ocaml", ".mli": "ocaml",
    ".nim": "nim",
    ".pas": "pascal",
    ".php": "php",
    ".pl": "perl", ".pm": "perl", ".t": "perl",
    ".proto": "protobuf",
    ".ps1": "powershell", ".psm1": "powershell",
    ".py": "python", ".pyi": "python", ".pyx": "cython",
    ".r": "r",
    ".rb": "ruby", ".rake": "ruby",
    ".rs": "rust",
    ".scala": "scala",
    ".sh": "shell", ".bash": "shell", ".zsh": "shell", ".fish": "shell",
    ".sol": "solidity",
    ".sql": "sql",
    ".svelte": "svelte",
    ".swift": "swift",
    ".tcl": "tcl",
    ".tf": "hcl", ".hcl": "hcl",
    ".ts": "typescript", ".mts": "typescript", ".cts": "typescript", ".tsx": "typescript",
    ".v": "verilog", ".sv": "systemverilog", ".vhd": "vhdl", ".vhdl": "vhdl",
    ".vb": "visual-basic",
    ".vim": "vimscript",
    ".vue": "vue",
    ".zig": "zig",
}  # fmt: skip
"""Ending of the file name in lower case -> programming language."""

_PACKED = (".min.js", ".min.css", "-min.js", ".bundle.js")
_FIELD = "code"
_CODING = re.compile(rb"\A(?:[^\n]*\n)?[^\n]*coding[:=][ \t]*([-\w.]+)")  # PEP 263
_HEAD_BYTES = 1024


def language_of(name: str) -> str | None:
    """Returns the programming language that a file name promises.

    >>> language_of("src/Main.RS"), language_of("notes.txt")
    ('rust', None)
    """
    base, dot, ending = name.rpartition(".")
    return LANGUAGES.get(f".{ending.lower()}") if dot and base else None


def records(stream: Readable, context: ReadContext) -> Iterator[Record | Fallen]:
    """Yields the whole file as one record with its language."""
    language = language_of(context.name)
    media_type = f"text/x-{language}" if language else FORMAT.media_type
    raw = read_fully(stream, MAX_RAW_BYTES + 1)
    if len(raw) > MAX_RAW_BYTES:
        dead = Dead("too_large", f"more than {MAX_RAW_BYTES} bytes")
        yield Fallen(context.prefix, dead, media_type=media_type)
    elif not raw:
        yield Fallen(context.prefix, Refused("empty"), media_type=media_type)
    else:
        yield Record(context.prefix, raw, FORMAT.name, media_type, {_FIELD: language} if language else None)


def extract(raw: bytes, options: ExtractOptions) -> Extracted | Refused | Dead:
    """Decodes the code; nothing of it is left out. The language stands in the metadata as ``code``."""
    declared = _CODING.match(raw[:_HEAD_BYTES])
    decoded = decode(raw, declared[1].decode("ascii", "replace") if declared else options.charset)
    if isinstance(decoded, Dead):
        return decoded
    return Extracted(decoded[0], metadata=dict(options.parsed or {}))


def sniff(head: bytes, name: str) -> bool:
    """Takes text; not what was packed for a browser, nor Qt's translations, which are called ``.ts`` too."""
    lower = name.lower()
    if lower.endswith(_PACKED) or (lower.endswith(".ts") and head.lstrip().startswith(b"<")):
        return False
    return looks_like_text(head)


FORMAT = Format(
    name="code",
    media_type="text/plain",
    extensions=tuple(LANGUAGES),
    extract=extract,
    libraries=("charset-normalizer",),
    sniff=sniff,
    reader=records,
)
