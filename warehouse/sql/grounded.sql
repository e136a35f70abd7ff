-- Which contributors, sources and licences do the grounded answers stand on, run by run?
--
-- weight is in words of the answers: those of a word are split equally among the contributors who hold it.
-- Documents of reference sources have no weight. Those that left the corpus since have the fate 'gone'.
SELECT
    attributions.run,
    attributions.model,
    coalesce(fates.contributor, 'unknown') AS contributor,
    fates.source,
    coalesce(fates.license, 'NOASSERTION') AS license,
    coalesce(fates.reference, false) AS reference,
    coalesce(fates.fate, 'gone') AS fate,
    attributions.kind,
    count(DISTINCT attributions.answer) AS answers,
    count(DISTINCT attributions.doc_id) AS documents,
    round(sum(attributions.weight), 6) AS weight
FROM attributions
LEFT JOIN fates USING (doc_id)
GROUP BY ALL
ORDER BY run, model, weight DESC, contributor, source, license, fate, attributions.kind
