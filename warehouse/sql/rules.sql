-- What would each rule of each published preset refuse, of all that was measured?
--
-- alone: documents that no other rule of the preset refuses. The row without a rule counts the documents that
-- any of them refuses. Limits as published (docs/quality.md); what was configured stands in rejections.
WITH asked AS (
    SELECT
        doc_id,
        unnest([
            {'preset': 'gopher', 'rule': 'words', 'refuses': q_words < 50 OR q_words > 100000},
            {'preset': 'gopher', 'rule': 'mean_word_length', 'refuses': q_mean_word_length < 3 OR q_mean_word_length > 10},
            {'preset': 'gopher', 'rule': 'hash_ratio', 'refuses': q_hash_ratio > 0.1},
            {'preset': 'gopher', 'rule': 'ellipsis_ratio', 'refuses': q_ellipsis_ratio > 0.1},
            {'preset': 'gopher', 'rule': 'bullet_lines', 'refuses': q_bullet_lines > 0.9},
            {'preset': 'gopher', 'rule': 'ellipsis_lines', 'refuses': q_ellipsis_lines > 0.3},
            {'preset': 'gopher', 'rule': 'alphabetic_words', 'refuses': q_alphabetic_words < 0.8},
            {'preset': 'gopher', 'rule': 'stop_words', 'refuses': q_stop_words < 2},
            {'preset': 'gopher', 'rule': 'duplicate_lines', 'refuses': q_duplicate_lines > 0.3},
            {'preset': 'gopher', 'rule': 'duplicate_paragraphs', 'refuses': q_duplicate_paragraphs > 0.3},
            {'preset': 'gopher', 'rule': 'duplicate_line_chars', 'refuses': q_duplicate_line_chars > 0.2},
            {'preset': 'gopher', 'rule': 'duplicate_paragraph_chars', 'refuses': q_duplicate_paragraph_chars > 0.2},
            {'preset': 'gopher', 'rule': 'top_2gram_chars', 'refuses': q_top_2gram_chars > 0.2},
            {'preset': 'gopher', 'rule': 'top_3gram_chars', 'refuses': q_top_3gram_chars > 0.18},
            {'preset': 'gopher', 'rule': 'top_4gram_chars', 'refuses': q_top_4gram_chars > 0.16},
            {'preset': 'gopher', 'rule': 'duplicate_5gram_chars', 'refuses': q_duplicate_5gram_chars > 0.15},
            {'preset': 'gopher', 'rule': 'duplicate_6gram_chars', 'refuses': q_duplicate_6gram_chars > 0.14},
            {'preset': 'gopher', 'rule': 'duplicate_7gram_chars', 'refuses': q_duplicate_7gram_chars > 0.13},
            {'preset': 'gopher', 'rule': 'duplicate_8gram_chars', 'refuses': q_duplicate_8gram_chars > 0.12},
            {'preset': 'gopher', 'rule': 'duplicate_9gram_chars', 'refuses': q_duplicate_9gram_chars > 0.11},
            {'preset': 'gopher', 'rule': 'duplicate_10gram_chars', 'refuses': q_duplicate_10gram_chars > 0.1},
            {'preset': 'c4', 'rule': 'sentences', 'refuses': q_sentences < 3},
            {'preset': 'c4', 'rule': 'lorem_ipsum', 'refuses': q_lorem_ipsum > 0},
            {'preset': 'c4', 'rule': 'curly_brackets', 'refuses': q_curly_brackets > 0},
            {'preset': 'fineweb', 'rule': 'duplicate_line_chars', 'refuses': q_duplicate_line_chars >= 0.1},
            {'preset': 'fineweb', 'rule': 'punctuated_lines', 'refuses': q_punctuated_lines <= 0.12},
            {'preset': 'fineweb', 'rule': 'short_lines', 'refuses': q_short_lines >= 0.67}
        ], recursive := true)
    FROM signals
),
counted AS (
    SELECT *, count(*) FILTER (refuses) OVER (PARTITION BY doc_id, preset) AS refusing
    FROM asked
)
SELECT
    preset,
    rule,
    count(DISTINCT doc_id) FILTER (refuses) AS refused,
    count(DISTINCT doc_id) FILTER (refuses AND refusing = 1) AS alone,
    count(DISTINCT doc_id) AS measured
FROM counted
GROUP BY GROUPING SETS ((preset, rule), (preset))
ORDER BY preset, rule NULLS FIRST
