"""How well and how fast are PDF, office files and books read, next to others? Prints two tables.

    python benchmarks/documents.py --data DIR [--repeat 3]

DIR is the folder with ``samples``. Quality: the files of docling's tests that have the Markdown which docling
gives for them, made and looked over by its authors. The words of both (markup and layout aside) are compared
as multisets: F1 of the words, and of the pairs of neighbouring words, which tells the order of reading. Where
the Markdown repeats a merged cell in each of its places, and where it writes formulas its own way, it costs
all. Survival: all documents of the samples that are of these formats, by their content: how many give text,
how many raise an exception, and CPU time. Of the others each takes part that is installed: kreuzberg, xberg,
markitdown, pypdf, PDFium as it is (pypdfium2).
"""

import argparse
import asyncio
import html
import logging
import re
import tarfile
import time
import warnings
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path
from statistics import mean, median

from schemas.records import Document, Fallen
from schemas.specs import IngestSpec, Named, SourceSpec
from transforms.extract import extract_record
from transforms.read import registry
from transforms.read.formats import Format
from transforms.read.reader import read_stream
from transforms.settle import settle_fallen

SPEC = IngestSpec(SourceSpec("documents", Named(constant="c"), Named(constant="l")))
FORMATS = ("pdf", "docx", "pptx", "xlsx", "xls", "odt", "ods", "odp", "rtf", "epub")
SETS = ("docling_with_groundtruth", "mammoth_docx", "markitdown_tests", "pdfjs_small_pdfs")
SETS += ("pypdf_sample_files", "tika_test_documents", "unstructured_example_docs")
Tool = Callable[[str, bytes], str]


def tools() -> dict[str, Tool]:
    """Returns what reads documents here: a function of the format and the bytes."""
    makers = {
        "kreuzberg": kreuzberg,
        "xberg": xberg,
        "markitdown": markitdown,
        "pypdf": pypdf,
        "pypdfium2": pdfium,
    }
    return {"datamoat": ours, **{name: make() for name, make in makers.items() if find_spec(name)}}


def ours(form: str, raw: bytes) -> str:
    """Returns the text of all records of a file; what is refused or dead has none."""
    name = f"file.{form}"
    texts = []
    for found in read_stream(BytesIO(raw), name, SPEC.source):
        fate = (
            settle_fallen(name, found, "documents")
            if isinstance(found, Fallen)
            else extract_record(name, found, SPEC)
        )
        texts.append(fate.text if isinstance(fate, Document) else "")
    return "\n\n".join(texts)


def kreuzberg() -> Tool:
    """Reads with kreuzberg, without OCR and without its cache."""
    import kreuzberg as tool

    config = tool.ExtractionConfig(use_cache=False, disable_ocr=True, output_format="markdown")
    return lambda form, raw: tool.extract_bytes_sync(raw, media_type(form), config).content


def xberg() -> Tool:
    """Reads with xberg, without OCR and without its cache."""
    import xberg as tool

    config = tool.ExtractionConfig(use_cache=False, disable_ocr=True, output_format="markdown")

    def read(form: str, raw: bytes) -> str:
        source = tool.ExtractInput(kind="bytes", bytes=raw, mime_type=media_type(form))
        found = asyncio.run(tool.extract(source, config))
        if found.errors:
            raise ValueError(found.errors[0].message)
        return found.results[0].content

    return read


def markitdown() -> Tool:
    """Reads with markitdown."""
    from markitdown import MarkItDown, StreamInfo

    tool = MarkItDown()

    def read(form: str, raw: bytes) -> str:
        stated = StreamInfo(extension=f".{form}", mimetype=media_type(form))
        return tool.convert_stream(BytesIO(raw), stream_info=stated).text_content

    return read


def pypdf() -> Tool:
    """Reads PDF with pypdf."""
    from pypdf import PdfReader

    def read(form: str, raw: bytes) -> str:
        only_pdf(form)
        return "\n\n".join(page.extract_text() for page in PdfReader(BytesIO(raw)).pages)

    return read


def pdfium() -> Tool:
    """Reads PDF with PDFium, without any layout."""
    from pypdfium2 import PdfDocument

    def read(form: str, raw: bytes) -> str:
        only_pdf(form)
        document = PdfDocument(raw)
        try:
            return "\n\n".join(page.get_textpage().get_text_range() for page in document)
        finally:
            document.close()

    return read


def only_pdf(form: str) -> None:
    """Says no to other formats."""
    if form != "pdf":
        raise NotImplementedError(form)


def media_type(form: str) -> str:
    """Returns the media type of a format."""
    return registry.by_name(form).media_type


def samples(data: Path) -> Iterator[tuple[str, str, bytes]]:
    """Yields set, name and content of every file."""
    folder = data / "samples" / "H_documents"
    for name in SETS:
        path = folder / f"{name}.tar.gz"
        if not path.exists():
            continue
        with tarfile.open(path) as archive:
            for member in archive:
                stream = archive.extractfile(member) if member.isfile() else None
                if stream:
                    yield name, member.name, stream.read()
    for path in sorted((data / "samples" / "H_epub").glob("*.epub")):
        yield "epub", path.name, path.read_bytes()


def form_of(name: str, raw: bytes) -> str | None:
    """Returns the format of a file, None if it is none of these."""
    found = registry.detect(name, raw[: registry.HEAD_BYTES], content=BytesIO(raw))
    if isinstance(found, Format):
        return found.name if found.name in FORMATS else None
    ending = name.rpartition(".")[2].lower()
    return ending if ending in FORMATS and raw[:2] in (b"PK", b"\xd0\xcf") else None  # encrypted, damaged


def words(text: str) -> list[str]:
    """Returns the words of a text or of Markdown, without its markup."""
    text = re.sub(r"<!--.*?-->", " ", text, flags=re.DOTALL)
    text = re.sub(r"!\[[^\]]*\]\([^)]*\)", " ", text)
    text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", text)
    text = html.unescape(re.sub(r"</?[a-zA-Z][^>]*>", " ", text))
    text = re.sub(r"\\([_*\[\]()#.!\-+`~>|])", r"\1", text)
    return re.findall(r"[^\W_]+", text.lower())


def f1(found: list[str], gold: list[str], size: int) -> float:
    """Returns the F1 of runs of words, compared as multisets."""
    ours, theirs = (Counter(zip(*(each[i:] for i in range(size)), strict=False)) for each in (found, gold))
    if not ours and not theirs:
        return 1.0
    return 2 * (ours & theirs).total() / max(ours.total() + theirs.total(), 1)


def measure_quality(files: dict[str, bytes], readers: dict[str, Tool]) -> None:
    """Prints the F1 of each tool, by format."""
    scores: dict[str, dict[str, list[tuple[float, float]]]] = defaultdict(lambda: defaultdict(list))
    counts: Counter[str] = Counter()
    for name, raw in sorted(files.items()):
        folder, _, base = name.rpartition("/")
        stem = base.rpartition(".")[0]
        places = (f"{folder}/groundtruth/{each}.md" for each in (base, stem, base.removesuffix(".pdf")))
        gold = next((files[place] for place in places if place in files), None)
        form = form_of(base, raw)
        if gold is None or form is None:
            continue
        counts[form] += 1
        expected = words(gold.decode())
        for tool, read in readers.items():
            try:
                found = words(read(form, raw))
            except NotImplementedError:
                continue
            except Exception:  # what it cannot read is worth nothing
                found = []
            scores[tool][form].append((f1(found, expected, 1), f1(found, expected, 2)))
    print("docling's expected Markdown: F1 of words / of pairs of words, mean by format")
    print(f"  {'':12}" + "".join(f"{f'{form} ({counts[form]})':>16}" for form in sorted(counts)))
    for tool, by_form in scores.items():
        cells = [
            f"{mean(a for a, _ in by_form[form]):.3f} / {mean(b for _, b in by_form[form]):.3f}"
            if form in by_form
            else "-"
            for form in sorted(counts)
        ]
        print(f"  {tool:12}" + "".join(f"{cell:>16}" for cell in cells))


def measure_survival(files: list[tuple[str, bytes]], readers: dict[str, Tool], repeat: int) -> None:
    """Prints what becomes of all documents, and the CPU time it takes."""
    by_form: dict[str, list[bytes]] = defaultdict(list)
    for name, raw in files:
        if (form := form_of(name, raw)) is not None:
            by_form[form].append(raw)
    total = sum(map(len, by_form.values()))
    print(f"\nall documents ({total} files): with text, exceptions, files a CPU second")
    print(f"  {'':12}" + "".join(f"{f'{form} ({len(each)})':>18}" for form, each in sorted(by_form.items())))
    cells: dict[str, dict[str, str]] = defaultdict(dict)
    for form, contents in sorted(by_form.items()):
        times: dict[str, list[float]] = defaultdict(list)
        for _ in range(repeat):
            for tool, read in readers.items():
                started = time.process_time()
                texts = raised = 0
                for raw in contents:
                    try:
                        texts += bool(words(read(form, raw)))
                    except NotImplementedError:
                        break
                    except Exception:  # what it raises is counted
                        raised += 1
                else:
                    times[tool].append(time.process_time() - started)
                    cells[tool][form] = f"{texts:4} {raised:4} {len(contents) / median(times[tool]):6.0f}/s"
    for tool in readers:
        print(f"  {tool:12}" + "".join(f"{cells[tool].get(form, '-'):>18}" for form in sorted(by_form)))


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--repeat", type=int, default=3)
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    logging.disable(logging.CRITICAL)
    readers = tools()
    files = list(samples(options.data))
    measure_quality({name: raw for group, name, raw in files if group == SETS[0]}, readers)
    measure_survival([(name.rpartition("/")[2], raw) for _, name, raw in files], readers, options.repeat)


if __name__ == "__main__":
    main()
