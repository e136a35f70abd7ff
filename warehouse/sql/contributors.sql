-- Who contributed how much to the corpus? Contributors whose texts all fell out are here with zeros.
SELECT
    contributor,
    count(DISTINCT source) AS sources,
    list_sort(list(DISTINCT license)) AS licenses,
    count(*) FILTER (fate = 'survivor') AS documents,
    coalesce(sum(words) FILTER (fate = 'survivor'), 0)::BIGINT AS words,
    coalesce(sum(tokens) FILTER (fate = 'survivor'), 0)::BIGINT AS tokens,
    count(*) FILTER (fate = 'duplicate') AS duplicates,
    count(*) FILTER (fate = 'removed') AS removed
FROM fates
WHERE NOT reference
GROUP BY contributor
ORDER BY words DESC, contributor
