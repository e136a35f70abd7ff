-- Which languages does the corpus speak, and how much of each?
SELECT
    language,
    count(DISTINCT contributor) AS contributors,
    count(*) AS documents,
    sum(words)::BIGINT AS words,
    sum(tokens)::BIGINT AS tokens
FROM corpus
GROUP BY language
ORDER BY words DESC, language
