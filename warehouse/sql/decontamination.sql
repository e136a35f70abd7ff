-- How many items of each benchmark stand in what was read, and what was done?
--
-- found are items that were seen at all, acted those for which a document was masked or refused; short are
-- too short to be looked for. kept are survivors that still hold an item.
WITH items AS (
    SELECT benchmark, count(*) AS items, count(*) FILTER (NOT searchable) AS short
    FROM benchmarks
    GROUP BY benchmark
),
found AS (
    SELECT
        benchmark,
        count(DISTINCT item) AS found,
        count(DISTINCT item) FILTER (action <> 'keep') AS acted,
        count(DISTINCT doc_id) AS documents,
        count(DISTINCT doc_id) FILTER (action = 'reject') AS rejected,
        count(DISTINCT doc_id) FILTER (action = 'mask') AS masked,
        count(DISTINCT doc_id) FILTER (action = 'keep' AND fate = 'survivor') AS kept
    FROM contaminated
    GROUP BY benchmark
),
givers AS (
    SELECT benchmark, map_from_entries(list((contributor, documents) ORDER BY documents DESC, contributor))
        AS contributors
    FROM (
        SELECT benchmark, contributor, count(DISTINCT doc_id) AS documents
        FROM contaminated
        GROUP BY benchmark, contributor
    )
    GROUP BY benchmark
)
SELECT
    benchmark,
    items::BIGINT AS items,
    short::BIGINT AS short,
    coalesce(found, 0)::BIGINT AS found,
    coalesce(acted, 0)::BIGINT AS acted,
    coalesce(documents, 0)::BIGINT AS documents,
    coalesce(rejected, 0)::BIGINT AS rejected,
    coalesce(masked, 0)::BIGINT AS masked,
    coalesce(kept, 0)::BIGINT AS kept,
    contributors
FROM items
LEFT JOIN found USING (benchmark)
LEFT JOIN givers USING (benchmark)
ORDER BY benchmark
