"""The questions at the end of the demo, as SQL over the views of the warehouse."""

DEMO_FUNNEL = """\
WITH total AS (
    SELECT
        'all ' || count(*) || ' sources' AS source,
        sum(read) AS read,
        sum(documents) AS documents,
        sum(rejected) AS rejected,
        sum(dead) AS dead,
        sum(survivors) AS survivors,
        sum(duplicates) AS duplicates
    FROM funnel
),
largest AS (SELECT * EXCLUDE (removed) FROM funnel ORDER BY read DESC, source LIMIT 9)
SELECT * FROM largest UNION ALL SELECT * FROM total ORDER BY read, source"""
"""The funnel of the largest sources and of all: there are too many for a screen."""

_WORDS = """\
SELECT
    contributor,
    documents,
    duplicates,
    words,
    left(list_aggregate(licenses, 'string_agg', ', '), 44) AS license
FROM contributors
ORDER BY words DESC, contributor
LIMIT 10"""

# Identical copies count as exact, also where they are only near copies of the one that is kept.
_HELD = """\
WITH held AS (
    SELECT
        cluster_id,
        count(DISTINCT contributor) AS contributors,
        count(*) - count(DISTINCT text_sha256) AS exact_copies,
        count(DISTINCT text_sha256) - 1 AS near_copies
    FROM fates
    WHERE fate <> 'removed' AND cluster_id IS NOT NULL
    GROUP BY cluster_id
),
terms AS (
    SELECT cluster_id, license, count(*) AS holders FROM holders GROUP BY cluster_id, license
),
usual AS (
    SELECT cluster_id, arg_max(license, row(holders, license)) AS license FROM terms GROUP BY cluster_id
)
SELECT
    contributors,
    exact_copies,
    near_copies,
    left(usual.license, 14) AS mostly_under,
    left(trim(regexp_replace(corpus.text, '\\s+', ' ', 'g')), 38) AS begins
FROM held
JOIN usual USING (cluster_id)
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
    SELECT rule AS why, detail, source, uri FROM rejections
    UNION ALL
    SELECT reason, message, source, uri FROM dead_letters
)
SELECT
    why,
    count(*) AS records,
    count(DISTINCT source) AS sources,
    left(string_agg(DISTINCT detail, ' ' ORDER BY detail), 22) AS details,
    left(min(uri), 33) AS for_example
FROM refused
GROUP BY why
ORDER BY records DESC, why
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
