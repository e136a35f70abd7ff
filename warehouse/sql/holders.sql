-- Who holds each text? One row for each cluster (or lone document) and contributor.
--
-- The row describes the contributor's best copy: the survivor if it is theirs, else the first in
-- survivor order; copies says how many they have. cluster_id of a lone document is its own doc_id.
-- A contributor with both kinds of sources has one row as an owner and one as a reference.
WITH ranked AS (
    SELECT
        coalesce(cluster_id, doc_id) AS cluster_id,
        contributor,
        reference,
        count(*) AS copies,
        arg_min(
            {
                'doc_id': doc_id,
                'source': source,
                'license': license,
                'language': language,
                'words': words,
                'tokens': tokens
            },
            row(
                fate <> 'survivor',
                -priority,
                -chars,
                coalesce(created_at, 'infinity'::TIMESTAMPTZ),
                doc_id
            )
        ) AS best
    FROM fates
    WHERE fate <> 'removed'
    GROUP BY ALL
)
SELECT cluster_id, contributor, reference, copies, unnest(best)
FROM ranked
