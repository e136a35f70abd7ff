-- How many texts would another threshold have dropped as near duplicates, as far as pairs can tell?
--
-- A text counts if one comparison with a founder reached the threshold; tokens are those of its document
-- that was compared, exact copies of it not counted. At the threshold that was used, this is what was
-- dropped. Elsewhere it is an estimate: another threshold makes other founders, and banding was chosen to find
-- pairs at the threshold that was used, so that it missed more and more of those below; of comparisons
-- that did not pass, pairs has the most similar ones of each document. To know, build with that threshold:
-- no source is read again.
WITH nearest AS (
    SELECT right_id AS doc_id, max(similarity) AS similarity
    FROM pairs
    GROUP BY right_id
),
steps AS (
    -- 0.72 is what a configuration that states none has.
    SELECT (unnest(range(50, 100, 5) || [72]) / 100)::DECIMAL(3, 2) AS threshold
)
SELECT
    steps.threshold,
    count(documents.doc_id) AS near_duplicates,
    coalesce(sum(documents.tokens), 0)::BIGINT AS tokens
FROM steps
LEFT JOIN nearest ON nearest.similarity >= steps.threshold::FLOAT
LEFT JOIN documents USING (doc_id)
GROUP BY steps.threshold
ORDER BY steps.threshold
