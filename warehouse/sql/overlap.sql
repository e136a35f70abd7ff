-- What does each contributor share, and with whom? Reference sources stand among the others.
--
-- A text that three hold counts for each pair of them; tokens are those of the contributor's best copy.
WITH others AS (
    SELECT DISTINCT cluster_id, contributor AS other FROM holders
)
SELECT
    holders.contributor,
    others.other,
    count(*) AS documents,
    sum(holders.tokens)::BIGINT AS tokens
FROM holders
JOIN others USING (cluster_id)
WHERE NOT holders.reference AND others.other <> holders.contributor
GROUP BY ALL
ORDER BY tokens DESC, contributor, other
