-- Where did everything that was read end up, source by source?
--
-- read = documents + rejected + dead, and documents = survivors + duplicates + removed. A source of
-- reference is counted like the others, though its survivors are not in the corpus.
WITH inputs AS (
    SELECT source, sum(records_read) AS records FROM units GROUP BY source
),
refused AS (
    SELECT source, count(*) AS records FROM rejections GROUP BY source
),
lost AS (
    SELECT source, count(*) AS records FROM dead_letters GROUP BY source
),
kept AS (
    SELECT
        source,
        count(*) AS documents,
        count(*) FILTER (fate = 'survivor') AS survivors,
        count(*) FILTER (fate = 'duplicate') AS duplicates,
        count(*) FILTER (fate = 'removed') AS removed
    FROM fates
    GROUP BY source
)
SELECT
    source,
    coalesce(inputs.records, 0)::BIGINT AS read,
    coalesce(kept.documents, 0)::BIGINT AS documents,
    coalesce(refused.records, 0)::BIGINT AS rejected,
    coalesce(lost.records, 0)::BIGINT AS dead,
    coalesce(kept.survivors, 0)::BIGINT AS survivors,
    coalesce(kept.duplicates, 0)::BIGINT AS duplicates,
    coalesce(kept.removed, 0)::BIGINT AS removed
FROM sources
FULL JOIN inputs USING (source)
FULL JOIN kept USING (source)
FULL JOIN refused USING (source)
FULL JOIN lost USING (source)
ORDER BY source
