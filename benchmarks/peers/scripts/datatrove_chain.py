"""datatrove's filters and deduplication in a row: python datatrove_chain.py IN OUT WORKERS MODEL.

Reads, repairs (ftfy), tells the language (fastText's lid.176.ftz, MODEL, as the larger one cannot be had
everywhere), judges (Gopher's repetition and quality filters), writes; then the four stages of MinHash.
"""

import sys
from pathlib import Path

from datatrove.executor import LocalPipelineExecutor
from datatrove.pipeline.dedup import (
    MinhashDedupBuckets,
    MinhashDedupCluster,
    MinhashDedupFilter,
    MinhashDedupSignature,
)
from datatrove.pipeline.dedup.minhash import MinhashConfig
from datatrove.pipeline.filters import GopherQualityFilter, GopherRepetitionFilter, LanguageFilter
from datatrove.pipeline.formatters import FTFYFormatter
from datatrove.pipeline.readers import JsonlReader
from datatrove.pipeline.writers import JsonlWriter
from datatrove.utils.lid import FT176LID


def main() -> None:
    """Runs the chain."""
    source, out, workers, model = sys.argv[1:]
    FT176LID.MODEL_URL = f"file://{model}"
    scratch = Path(out, "scratch")
    config = MinhashConfig()

    def run(name: str, tasks: int, *steps: object) -> None:
        LocalPipelineExecutor(
            list(steps),
            tasks=tasks,
            workers=int(workers),
            logging_dir=str(scratch / "logs" / name),
            start_method="fork",  # children of a fork server do not count in the CPU time
        ).run()

    files = len(list(Path(source).glob("*.jsonl")))
    judged, signatures, buckets, remove = (
        str(scratch / name) for name in ("judged", "signatures", "buckets", "remove")
    )
    run(
        "1",
        files,
        JsonlReader(source),
        FTFYFormatter(),
        LanguageFilter(language_threshold=0.0),
        GopherRepetitionFilter(),
        GopherQualityFilter(),
        JsonlWriter(judged, compression=None),
        MinhashDedupSignature(signatures, config),
    )
    run("2", config.num_buckets, MinhashDedupBuckets(signatures, buckets, config=config))
    run("3", 1, MinhashDedupCluster(buckets, remove, config=config))
    run(
        "4",
        files,
        JsonlReader(judged),
        MinhashDedupFilter(remove),
        JsonlWriter(str(Path(out, "kept")), compression=None),
    )


if __name__ == "__main__":
    main()
