-- What is the corpus? Every text once: survivors of our own sources, without what was removed.
SELECT * EXCLUDE (reference, survivor_id, kind, similarity, fate)
FROM fates
WHERE fate = 'survivor' AND NOT reference
