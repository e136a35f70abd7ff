-- What became of every document, and who gave it under which terms?
--
-- fate is 'survivor', 'duplicate' or 'removed'. What a record states of itself goes before what its
-- source states. A document outside every cluster has no cluster_id.
SELECT
    documents.* REPLACE (
        coalesce(documents.contributor, sources.contributor, 'unknown') AS contributor,
        coalesce(documents.license, sources.license, 'NOASSERTION') AS license,
        coalesce(documents.attribution, sources.attribution) AS attribution
    ),
    sources.url,
    coalesce(sources.priority, 0) AS priority,
    coalesce(sources.reference, false) AS reference,
    clustered.cluster_id,
    clustered.survivor_id,
    clustered.kind,
    clustered.similarity,
    CASE
        WHEN gone.doc_id IS NOT NULL THEN 'removed'
        WHEN clustered.survivor_id <> documents.doc_id THEN 'duplicate'
        ELSE 'survivor'
    END AS fate
FROM documents
LEFT JOIN sources USING (source)
LEFT JOIN clustered USING (doc_id)
LEFT JOIN (SELECT DISTINCT doc_id FROM removals) AS gone USING (doc_id)
