"""The measures of quality of one text, written down as plainly as the papers say them; slow."""

import math
import unicodedata
from collections import Counter
from fractions import Fraction
from itertools import pairwise

from transforms.quality.lines import C4_PHRASES
from transforms.quality.stop_words import STOP_WORDS
from transforms.words import WHOLE, split_words

TERMINAL = ".!?。！？｡．।॥؟۔።፧။᠃‼⁇⁈⁉"
QUOTES = "\"'”’»›」』"
WIDE = "。！？｡．"
BULLETS = "•‣⁃◦▪▫●○■□◆◇▶►➢➤✓✔·∙"
NAN = math.nan


def words_in(text: str) -> list[tuple[str, int]]:
    """The words, in lower case as they are compared, with their twelfths."""
    split = split_words([text])
    spans = zip(split.starts.tolist(), split.stops.tolist(), split.twelfths.tolist(), strict=True)
    return [(text[start:stop].casefold(), part) for start, stop, part in spans]


def runs(parts: list[int], ngram: int) -> list[tuple[int, int]]:
    """Where the runs of so many words begin and end."""
    found = []
    for start in range(len(parts)):
        total = 0
        for stop in range(start, len(parts)):
            total += parts[stop]
            if total >= ngram * WHOLE:
                found.append((start, stop + 1))
                break
    return found


def top_ngram(words: list[tuple[str, int]], ngram: int) -> float:
    texts = [word for word, _ in words]
    if not texts:
        return NAN
    kinds = [tuple(texts[a:b]) for a, b in runs([part for _, part in words], ngram)]
    counts = Counter(kinds)
    best = max(((n, sum(map(len, kind))) for kind, n in counts.items() if n > 1), default=(0, 0))
    return min(1.0, best[0] * best[1] / sum(map(len, texts)))


def duplicate_ngrams(words: list[tuple[str, int]], ngram: int) -> float:
    texts = [word for word, _ in words]
    if not texts:
        return NAN
    seen: set[tuple[str, ...]] = set()
    covered: set[int] = set()
    for start, stop in runs([part for _, part in words], ngram):
        kind = tuple(texts[start:stop])
        if kind in seen:
            covered |= set(range(start, stop))
        seen.add(kind)
    return sum(len(texts[place]) for place in covered) / sum(map(len, texts))


def duplicates(pieces: list[str]) -> tuple[float, float]:
    seen: set[str] = set()
    again = []
    for piece in pieces:
        if piece in seen:
            again.append(piece)
        seen.add(piece)
    if not pieces:
        return NAN, NAN
    return len(again) / len(pieces), sum(map(len, again)) / sum(map(len, pieces))


def sentences(lines: list[str]) -> int:
    count = 0
    for line in lines:
        enough = sum(part for _, part in words_in(line)) >= 5 * WHOLE
        ends = line[-1] in TERMINAL + QUOTES and not line.endswith("...")
        held = f" {' '.join(word for word, _ in words_in(line))} "
        if not (enough and ends) or any(f" {phrase} " in held for phrase in C4_PHRASES):
            continue
        inside = [
            place
            for place, char in enumerate(line[:-1])
            if char in TERMINAL and (char in WIDE or line[place + 1] == " ")
        ]
        count += 1 + len(inside)
    return count


def measure(text: str, language: str | None) -> dict[str, float]:
    """Returns every measure; NaN where it does not apply."""
    words = words_in(text)
    amount = Fraction(sum(part for _, part in words), WHOLE)
    whole = [word for word, part in words if part == WHOLE]
    spaceless = len(whole) * 2 < amount
    parts = [part for _, part in words if part < WHOLE]
    chars_per_word = len(parts) * WHOLE / sum(parts) if spaceless else 0.0
    lines = [line.strip() for line in text.split("\n") if line.strip()]
    paragraphs = [part.strip() for part in text.split("\n\n") if part.strip()]
    short = 5 * chars_per_word if spaceless else 30
    listed = STOP_WORDS.get(language or "", "").split()
    syllables = sum(
        "HANGUL" in (name := unicodedata.name(char, ""))
        or "ETHIOPIC" in name
        or (unicodedata.category(char)[0] == "M" and "\u0900" <= char <= "\u0fbc")
        for char in text
    )

    def per_line(holds: object) -> float:
        return sum(map(holds, lines)) / len(lines) if lines else NAN  # type: ignore[arg-type, call-overload]

    duplicate_lines, line_chars = duplicates(lines)
    duplicate_paragraphs, paragraph_chars = duplicates(paragraphs)
    return {
        "words": int(amount),
        "mean_word_length": NAN
        if spaceless or not whole or 2 * syllables > len(whole)
        else sum(map(len, whole)) / len(whole),
        "hash_ratio": text.count("#") / amount if words else NAN,
        "ellipsis_ratio": (text.count("...") + text.count("…")) / amount if words else NAN,
        "bullet_lines": per_line(
            lambda line: line[0] in BULLETS or line[:2] in ("- ", "* ", "+ ", "– ", "— ")
        ),
        "ellipsis_lines": per_line(lambda line: line.endswith(("...", "…"))),
        "alphabetic_words": sum(any(c.isalpha() for c in word) for word, _ in words) / len(words)
        if words
        else NAN,
        "stop_words": len({word for word, _ in words} & set(listed)) if listed else NAN,
        "duplicate_lines": duplicate_lines,
        "duplicate_paragraphs": duplicate_paragraphs,
        "duplicate_line_chars": line_chars,
        "duplicate_paragraph_chars": paragraph_chars,
        **{f"top_{n}gram_chars": top_ngram(words, n) for n in (2, 3, 4)},
        **{f"duplicate_{n}gram_chars": duplicate_ngrams(words, n) for n in range(5, 11)},
        "sentences": sentences(lines),
        "lorem_ipsum": sum(a == "lorem" and b == "ipsum" for (a, _), (b, _) in pairwise(words)),
        "curly_brackets": text.count("{") + text.count("}"),
        "punctuated_lines": per_line(lambda line: line[-1] in TERMINAL + QUOTES),
        "short_lines": per_line(lambda line: len(line) < short),
    }
