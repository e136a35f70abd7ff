-- Which documents were dropped as duplicates, of which one, and how similar are the two?
SELECT
    copy.doc_id,
    copy.kind,
    copy.similarity,
    copy.source,
    copy.contributor,
    copy.license,
    copy.title,
    copy.uri,
    copy.locator,
    copy.tokens,
    copy.cluster_id,
    copy.survivor_id,
    kept.source AS survivor_source,
    kept.contributor AS survivor_contributor,
    kept.license AS survivor_license,
    kept.title AS survivor_title,
    kept.uri AS survivor_uri,
    kept.locator AS survivor_locator
FROM fates AS copy
LEFT JOIN fates AS kept ON kept.doc_id = copy.survivor_id
WHERE copy.fate = 'duplicate'
