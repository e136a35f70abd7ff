-- How much of what each contributor gave does nobody else have?
--
-- A contributor's best copy of a text counts once. Its tokens are public where a reference source
-- holds the text, else shared where another contributor does, else exclusive; tokens is their sum.
WITH texts AS (
    SELECT
        cluster_id,
        bool_or(reference) AS public,
        count(*) FILTER (NOT reference) AS owners
    FROM holders
    GROUP BY cluster_id
)
SELECT
    holders.contributor,
    holders.source,
    holders.license,
    holders.language,
    count(*) AS documents,
    sum(holders.tokens)::BIGINT AS tokens,
    coalesce(sum(holders.tokens) FILTER (NOT texts.public AND texts.owners = 1), 0)::BIGINT AS exclusive_tokens,
    coalesce(sum(holders.tokens) FILTER (NOT texts.public AND texts.owners > 1), 0)::BIGINT AS shared_tokens,
    coalesce(sum(holders.tokens) FILTER (texts.public), 0)::BIGINT AS public_tokens
FROM holders
JOIN texts USING (cluster_id)
WHERE NOT holders.reference
GROUP BY ALL
ORDER BY tokens DESC, contributor, source, license, language
