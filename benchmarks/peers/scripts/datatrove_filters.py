"""datatrove's filters, one document at a time: python datatrove_filters.py IN.jsonl OUT.json.

Every filter judges every document, so that its verdict and its cost can be compared alone. OUT holds for
each filter the CPU seconds and, by the id of a document, the reason for which it is refused.
"""

import json
import sys
from time import process_time

from datatrove.data import Document
from datatrove.pipeline.filters import (
    C4QualityFilter,
    FineWebQualityFilter,
    GopherQualityFilter,
    GopherRepetitionFilter,
)

FILTERS = {
    "gopher quality": GopherQualityFilter(),
    "gopher repetition": GopherRepetitionFilter(),
    # The numbers of the article in JMLR; the filter has those of a first version, 5 and 3.
    "c4": C4QualityFilter(min_num_sentences=3, min_words_per_line=5),
    # The paper says 0.1; the filter's own number is 0.01.
    "fineweb": FineWebQualityFilter(char_duplicates_ratio=0.1),
}


def main() -> None:
    """Judges the documents."""
    with open(sys.argv[1], encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    made = {}
    for name, judge in FILTERS.items():
        judge.filter(Document(text="Makes it load its tokenizer. " * 30, id="first"))
        start, refused = process_time(), {}
        for row in rows:
            verdict = judge.filter(Document(text=row["text"], id=row["id"]))  # C4 changes the text
            if verdict is not True:
                refused[row["id"]] = verdict[1] if isinstance(verdict, tuple) else "refused"
        made[name] = {"seconds": process_time() - start, "refused": refused}
    with open(sys.argv[2], "w", encoding="utf-8") as out:
        json.dump(made, out)


if __name__ == "__main__":
    main()
