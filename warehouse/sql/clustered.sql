-- Which document stands for the others of its cluster, now that some may have been removed?
--
-- The survivor is the one that deduplication chose. Where that one was removed, the next in survivor
-- order takes its place: ours before reference, priority, longer, earlier, id. The similarity was
-- measured against the chosen survivor, so it is unknown to a near copy that has a new one. A part of another
-- document (kind contained) founded its cluster; if the document that holds it is removed, it comes back.
WITH gone AS (
    SELECT DISTINCT doc_id FROM removals
),
present AS (
    SELECT * FROM members ANTI JOIN gone USING (doc_id)
),
orphaned AS (
    SELECT DISTINCT cluster_id FROM present WHERE survivor_id IN (SELECT doc_id FROM gone)
),
heirs AS (
    SELECT
        present.cluster_id,
        arg_min(
            present.doc_id,
            row(
                coalesce(sources.reference, false),
                -coalesce(sources.priority, 0),
                -everything.chars,
                coalesce(everything.created_at, 'infinity'::TIMESTAMPTZ),
                present.doc_id
            )
        ) AS survivor_id
    FROM present
    JOIN orphaned USING (cluster_id)
    JOIN detail.documents AS everything USING (doc_id)
    LEFT JOIN sources USING (source)
    GROUP BY present.cluster_id
)
SELECT
    present.doc_id,
    present.cluster_id,
    present.component_id,
    coalesce(heirs.survivor_id, present.survivor_id) AS survivor_id,
    CASE WHEN present.kind = 'contained' AND heirs.survivor_id IS NOT NULL THEN 'exact' ELSE present.kind END AS kind,
    CASE
        WHEN present.doc_id = coalesce(heirs.survivor_id, present.survivor_id) THEN 1.0::FLOAT
        -- A copy of a part was measured against the part, not against what holds it.
        WHEN parts.cluster_id IS NOT NULL AND heirs.survivor_id IS NULL AND present.kind <> 'contained' THEN NULL
        WHEN heirs.survivor_id IS NULL OR present.kind = 'exact' THEN present.similarity
    END AS similarity
FROM present
LEFT JOIN heirs USING (cluster_id)
LEFT JOIN (SELECT cluster_id FROM members WHERE kind = 'contained') AS parts USING (cluster_id)
