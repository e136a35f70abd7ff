"""datatrove's four MinHash stages: python datatrove_minhash.py IN OUT WORKERS default|fastest."""

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
from datatrove.pipeline.readers import JsonlReader
from datatrove.pipeline.writers import JsonlWriter
from datatrove.utils.hashing import HashConfig
from datatrove.utils.text import TextNormConfig

# A language without a tokenizer of its own: it gets spaCy's for all languages, the fastest there is.
_ANY_LANGUAGE = "yi"


def main() -> None:
    """Runs the stages."""
    source, out, workers, settings = sys.argv[1:]
    scratch = Path(out, "scratch")
    config, language = MinhashConfig(), "en"
    if settings == "fastest":
        plain = TextNormConfig(norm_numbers=False, norm_unicode_diacritics=False)
        config = MinhashConfig(norm_config=plain, hash_config=HashConfig(precision=32))
        language = _ANY_LANGUAGE

    def run(name: str, tasks: int, *steps: object) -> None:
        LocalPipelineExecutor(
            list(steps),
            tasks=tasks,
            workers=int(workers),
            logging_dir=str(scratch / "logs" / name),
            start_method="fork",  # children of a fork server do not count in the CPU time
        ).run()

    files = len(list(Path(source).glob("*.jsonl")))
    signatures, buckets, remove = (str(scratch / name) for name in ("signatures", "buckets", "remove"))
    run("1", files, JsonlReader(source), MinhashDedupSignature(signatures, config, language))
    run("2", config.num_buckets, MinhashDedupBuckets(signatures, buckets, config=config))
    run("3", 1, MinhashDedupCluster(buckets, remove, config=config))
    writer = JsonlWriter(str(Path(out, "kept")), compression=None)
    run("4", files, JsonlReader(source), MinhashDedupFilter(remove), writer)


if __name__ == "__main__":
    main()
