"""The questions at the end of the demo, as SQL over the views of the warehouse."""

_WORDS = """\
SELECT contributor, documents, duplicates, words, list_aggregate(licenses, 'string_agg', ', ') AS license
FROM contributors
ORDER BY words DESC, contributor
LIMIT 10"""

_HELD = """\
WITH held AS (
    SELECT cluster_id, count(DISTINCT contributor) AS contributors
    FROM holders
    GROUP BY cluster_id
),
copies AS (
    SELECT
        cluster_id,
        count(*) FILTER (kind = 'exact' AND doc_id <> survivor_id) AS exact_copies,
        count(*) FILTER (kind = 'near' AND doc_id <> survivor_id) AS near_copies
    FROM members
    GROUP BY cluster_id
)
SELECT
    contributors,
    exact_copies,
    near_copies,
    corpus.contributor AS kept_from,
    left(trim(regexp_replace(corpus.text, '\\s+', ' ', 'g')), 40) AS begins
FROM held
JOIN copies USING (cluster_id)
JOIN corpus USING (cluster_id)
ORDER BY contributors DESC, exact_copies + near_copies DESC, begins
LIMIT 10"""

_LICENSES = """\
SELECT left(license, 50) AS license, contributors, documents, words
FROM licenses
ORDER BY words DESC, license
LIMIT 10"""

_REFUSED = """\
WITH refused AS (
    SELECT stage, rule AS why, detail, uri FROM rejections
    UNION ALL
    SELECT stage, reason, message, uri FROM dead_letters
)
SELECT stage, why, left(detail, 25) AS detail, count(*) AS records, left(min(uri), 45) AS for_example
FROM refused
GROUP BY stage, why, detail
ORDER BY records DESC, stage, why, detail
LIMIT 10"""


def demo_questions() -> list[tuple[str, str]]:
    """Returns (title, SQL) in the order in which they are shown; each answers in at most 10 rows.

    >>> [title for title, _ in demo_questions()][0]
    'Who contributed how many words?'
    """
    return [
        ("Who contributed how many words?", _WORDS),
        ("Which text is held by most contributors?", _HELD),
        ("Which licences does the corpus stand under?", _LICENSES),
        ("What was refused, and why?", _REFUSED),
    ]
