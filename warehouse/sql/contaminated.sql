-- Which documents hold benchmark items, who gave them, and what became of them?
--
-- fate is that of the document, or 'refused' where it is none because of the item.
SELECT
    contamination.* EXCLUDE (recipe),
    coalesce(fates.contributor, sources.contributor, 'unknown') AS contributor,
    coalesce(fates.license, sources.license, 'NOASSERTION') AS license,
    CASE WHEN contamination.action = 'reject' THEN 'refused' ELSE coalesce(fates.fate, 'refused') END AS fate
FROM contamination
LEFT JOIN fates USING (doc_id)
LEFT JOIN sources ON sources.source = contamination.source
