/* The inner loops of shingles.py, signatures.py, sketches.py and judging.py, with the same results, value by value
 * (those of words.py and measures.py are in kernel_words.c).
 *
 * What each computes and why stands there; here is only how. Called through ctypes by kernel.py; the module
 * itself is empty, so that it is built and found like any other. Nothing here allocates or keeps state: all arrays
 * are the caller's, and large enough as each function says.
 */

#include "kernel.h"

/* One build for the processors of today and of fifteen years ago: the loader chooses. */
#if defined(__x86_64__) && defined(__GLIBC__) && defined(__GNUC__)
#define VECTORS __attribute__((target_clones("avx512f", "avx2", "default")))
#else
#define VECTORS
#endif

static const uint64_t BASE = 0xD1342543DE82EF95u;
static const uint32_t NEXT = 0x9E3779B9u;

/* Makes the shingles of documents; returns how many hashes, at most five a word and two a document.
 * powers: B^0 to B^(12 ngram). made: the hashes. ends: after each document's last one.
 * lone: is set where two hashes were left out, which the caller must write. */
SHARED int64_t datamoat_shingles(const uint64_t *hashes, const uint8_t *twelfths, const int64_t *starts,
                                 const int64_t *stops, const int64_t *bounds, int64_t documents, int64_t ngram,
                                 const uint64_t *powers, uint32_t *made, int64_t *ends, uint8_t *lone) {
    const int64_t needed = ngram * WHOLE;
    const uint64_t usual = (uint64_t)(USUAL_LETTERS * WHOLE * ngram), one = usual << 16;
    int64_t count = 0;
    for (int64_t document = 0; document < documents; document++) {
        const int64_t last = bounds[document + 1], before = count;
        int64_t stop = bounds[document], amount = 0, kept = 0;
        uint64_t sum = 0;
        uint32_t letters = 0;
        for (int64_t begin = stop; begin < last; begin++) {
            for (; amount < needed && stop < last; stop++) {
                int64_t length = stops[stop] - starts[stop];
                sum = sum * BASE + hashes[stop];
                amount += twelfths[stop];
                letters += twelfths[stop] < WHOLE ? twelfths[stop] * USUAL_LETTERS
                                                  : WHOLE * (length < MOST_LETTERS ? length : MOST_LETTERS);
            }
            if (amount < needed)
                break;
            uint64_t mixed = (sum ^ sum >> 32) * BASE;
            uint32_t run = (uint32_t)(mixed >> 32), chance = (uint32_t)mixed >> 16;
            /* ((letters << 16) / usual + chance) >> 16, which is five at most, without a division. */
            const uint64_t weight = ((uint64_t)letters << 16) + usual * chance;
            const int64_t times = (weight >= one) + (weight >= 2 * one) + (weight >= 3 * one) +
                                  (weight >= 4 * one) + (weight >= 5 * one);
            kept += times > 0;
            /* No branch for the usual ones: what is written beyond the last one is written over. */
            made[count] = run;
            made[count + 1] = run + NEXT;
            for (int64_t nth = 2; nth < times; nth++)
                made[count + nth] = run + (uint32_t)nth * NEXT;
            count += times;
            int64_t length = stops[begin] - starts[begin];
            sum -= hashes[begin] * powers[stop - begin - 1];
            amount -= twelfths[begin];
            letters -= twelfths[begin] < WHOLE ? twelfths[begin] * USUAL_LETTERS
                                               : WHOLE * (length < MOST_LETTERS ? length : MOST_LETTERS);
        }
        lone[document] = kept <= 1;
        if (kept <= 1)
            count = before + 2;
        ends[document] = count;
    }
    return count;
}

/* Signs documents of one shingle at least. mixed: scratch, as long as hashes. */
VECTORS SHARED void datamoat_sign(const uint32_t *hashes, const int64_t *bounds, int64_t documents,
                                  const uint32_t *factors, const uint32_t *summands, int64_t permutations,
                                  uint32_t *mixed, uint32_t *signatures) {
    for (int64_t place = 0; place < bounds[documents]; place++) {
        uint32_t value = hashes[place];
        value = (value ^ value >> 16) * 0x85EBCA6Bu;
        value = (value ^ value >> 13) * 0xC2B2AE35u;
        mixed[place] = value ^ value >> 16;
    }
    for (int64_t document = 0; document < documents; document++) {
        const uint32_t *values = mixed + bounds[document];
        const int64_t count = bounds[document + 1] - bounds[document];
        uint32_t *signature = signatures + document * permutations;
        int64_t row = 0;
        for (; row + 4 <= permutations; row += 4) { /* four at once: each value is read once for them */
            const uint32_t *a = factors + row, *b = summands + row;
            const uint32_t a0 = a[0], a1 = a[1], a2 = a[2], a3 = a[3];
            const uint32_t b0 = b[0], b1 = b[1], b2 = b[2], b3 = b[3];
            uint32_t m0 = UINT32_MAX, m1 = UINT32_MAX, m2 = UINT32_MAX, m3 = UINT32_MAX;
            for (int64_t place = 0; place < count; place++) {
                const uint32_t value = values[place];
                const uint32_t v0 = a0 * value + b0, v1 = a1 * value + b1;
                const uint32_t v2 = a2 * value + b2, v3 = a3 * value + b3;
                m0 = v0 < m0 ? v0 : m0;
                m1 = v1 < m1 ? v1 : m1;
                m2 = v2 < m2 ? v2 : m2;
                m3 = v3 < m3 ? v3 : m3;
            }
            signature[row] = m0;
            signature[row + 1] = m1;
            signature[row + 2] = m2;
            signature[row + 3] = m3;
        }
        for (; row < permutations; row++) {
            uint32_t least = UINT32_MAX;
            for (int64_t place = 0; place < count; place++) {
                const uint32_t value = factors[row] * values[place] + summands[row];
                least = value < least ? value : least;
            }
            signature[row] = least;
        }
    }
}

/* Measures and signs texts, a list of str, one by one, so that what is between text and signature stays in the
 * cache. hashes, twelfths, starts, stops: scratch of one text, room values each; made, mixed: MOST_SHINGLES times
 * as many. counts: words of each text. sums: weights of each. left: is set where nothing else is, since the text is
 * longer than room or has a lone shingle. The others are as the functions above take them. */
SHARED void datamoat_sketch(PyObject *texts, int64_t room, const uint32_t *table, const uint64_t *up,
                            const uint64_t *down, uint64_t *hashes, uint8_t *twelfths, int64_t *starts,
                            int64_t *stops, int64_t ngram, const uint64_t *powers, uint32_t *made,
                            const uint32_t *factors, const uint32_t *summands, int64_t permutations,
                            uint32_t *mixed, const uint8_t *weights, int64_t *counts, int64_t *sums,
                            uint32_t *signatures, uint8_t *left) {
    const Rules rules = {table, up, down};
    for (Py_ssize_t place = 0; place < PyList_GET_SIZE(texts); place++) {
        PyObject *text = PyList_GET_ITEM(texts, place);
        left[place] = PyUnicode_GET_LENGTH(text) > room;
        if (left[place])
            continue;
        Found found = {hashes, twelfths, starts, stops, 0};
        datamoat_split(text, 0, &rules, &found);
        int64_t words[2] = {0, found.count}, bounds[2] = {0, 0};
        datamoat_shingles(hashes, twelfths, starts, stops, words, 1, ngram, powers, made, bounds + 1,
                          left + place);
        if (left[place])
            continue;
        datamoat_sign(made, bounds, 1, factors, summands, permutations, mixed,
                      signatures + place * permutations);
        counts[place] = found.count;
        sums[place] = datamoat_weight(text, weights);
    }
}

/* Counts what each of `count` sets shares with one of others. All sets are ascending and distinct.
 * which: of each, the number of the one that it is held against. */
SHARED void datamoat_shared(const uint32_t *ones, const int64_t *one_bounds, const uint32_t *others,
                            const int64_t *other_bounds, const int64_t *which, int64_t count, int64_t *shared) {
    for (int64_t place = 0; place < count; place++) {
        const uint32_t *one = ones + one_bounds[which[place]], *one_end = ones + one_bounds[which[place] + 1];
        const uint32_t *other = others + other_bounds[place], *other_end = others + other_bounds[place + 1];
        int64_t found = 0;
        while (one < one_end && other < other_end) { /* no branch on which of both is less: nobody can foresee it */
            const uint32_t left = *one, right = *other;
            found += left == right;
            one += left <= right;
            other += right <= left;
        }
        shared[place] = found;
    }
}

static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, "_kernel", NULL, -1, NULL, NULL, NULL, NULL, NULL};

PyMODINIT_FUNC PyInit__kernel(void) { return PyModule_Create(&module); }
