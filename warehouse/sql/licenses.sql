-- Under which licences does the corpus stand, and how much under each?
SELECT
    license,
    count(DISTINCT contributor) AS contributors,
    count(*) AS documents,
    sum(words)::BIGINT AS words,
    sum(tokens)::BIGINT AS tokens
FROM corpus
GROUP BY license
ORDER BY words DESC, license
