/* The inner loops of words.py, shingles.py and signatures.py, with the same results, value by value.
 *
 * What each computes and why stands there; here is only how. Called through ctypes by kernel.py; the module
 * itself is empty, so that it is built and found like any other. Nothing here allocates or keeps state: all arrays
 * are the caller's, and large enough as each function says.
 */

#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <stdint.h>
#include <string.h>

#if defined(_WIN32)
#define SHARED __declspec(dllexport)
#else
#define SHARED __attribute__((visibility("default")))
#endif

/* One build for the processors of today and of fifteen years ago: the loader chooses. */
#if defined(__x86_64__) && defined(__GLIBC__) && defined(__GNUC__)
#define VECTORS __attribute__((target_clones("avx512f", "avx2", "default")))
#else
#define VECTORS
#endif

enum { LETTER = 0, APART = 1, ATTACHED = 2, LOGOGRAM = 3, SOUND = 4 };
enum { CLASS_SHIFT = 24, WORD_CHARS = 256, WHOLE = 12, USUAL_LETTERS = 5, MOST_LETTERS = 20 };

static const uint64_t BASE = 0xD1342543DE82EF95u;
static const uint32_t NEXT = 0x9E3779B9u;

static int lowest_bit(uint64_t value) {
#if defined(__GNUC__)
    return __builtin_ctzll(value);
#else
    int place = 0;
    for (; !(value & 1); value >>= 1)
        place++;
    return place;
#endif
}

static uint64_t mix(uint64_t value) {
    value ^= value >> 33;
    value *= 0xFF51AFD7ED558CCDu;
    value ^= value >> 33;
    value *= 0xC4CEB9FE1A85EC53u;
    return value ^ value >> 33;
}

typedef struct {
    uint64_t *hashes;
    uint8_t *twelfths;
    int64_t *starts, *stops;
    int64_t count;
} Found;

static void add(Found *found, uint64_t sum, int64_t start, int64_t stop, uint8_t twelfths) {
    int64_t place = found->count++;
    found->hashes[place] = mix(sum);
    found->twelfths[place] = twelfths;
    found->starts[place] = start;
    found->stops[place] = stop;
}

/* Code points that are looked at together: few enough that all that is known of them stays in the first cache. */
enum { BLOCK = 1024 };

typedef struct {
    const uint32_t *table;        /* as characters.py has it */
    const uint64_t *up, *down;    /* P^0 to P^1023, and their inverses */
} Rules;

/* Finds the borders between zeros and ones, up to `count`, which is no more than BLOCK; returns how many there are.
 * inside: zeros and ones, zeros up to a multiple of 64. */
static int64_t find_borders(const uint8_t *inside, int64_t count, uint16_t *borders) {
    int64_t found = 0;
    uint64_t before = 0;
    for (int64_t base = 0; base < count; base += 64) {
        uint64_t mask = 0;
        for (int part = 0; part < 8; part++) {
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
            uint64_t bytes;
            memcpy(&bytes, inside + base + 8 * part, 8);
            mask |= (bytes * 0x0102040810204080u >> 56) << (8 * part); /* the bytes, as bits */
#else
            for (int bit = 0; bit < 8; bit++)
                mask |= (uint64_t)inside[base + 8 * part + bit] << (8 * part + bit);
#endif
        }
        uint64_t edges = mask ^ (mask << 1 | before);
        before = mask >> 63;
        for (; edges; edges &= edges - 1)
            borders[found++] = (uint16_t)(base + lowest_bit(edges));
    }
    if (before)
        borders[found++] = (uint16_t)count;
    return found;
}

/* Two functions for each width of Python's strings. The first one goes from character to character, from `place` up
 * to where a word ends at `until` or later, and returns where that is. A run goes on over attached characters;
 * cut into pieces of WORD_CHARS, it is cut wherever it is.
 * The second one does the same for blocks of nothing but letters and what is between words, as most are: where
 * words end no processor can foresee, so it first makes sums of all characters and then takes differences. */
#define SPLITTER(WALK, SPLIT, TYPE)                                                                           \
    static int64_t WALK(const TYPE *points, int64_t place, int64_t until, int64_t length, int64_t offset,     \
                        const Rules *rules, Found *found) {                                                   \
        const uint32_t *table = rules->table;                                                                 \
        while (place < until) {                                                                               \
            const uint32_t first = table[points[place]], kind = first >> CLASS_SHIFT;                         \
            if (kind == APART || kind == ATTACHED) {                                                          \
                place++;                                                                                      \
                continue;                                                                                     \
            }                                                                                                 \
            /* LETTER goes with LETTER and ATTACHED, the others with ATTACHED only. */                        \
            const uint32_t with = kind == LETTER ? LETTER : ATTACHED;                                         \
            uint8_t part = kind == LOGOGRAM ? 8 : kind == SOUND ? 3 : WHOLE;                                  \
            int64_t start = place++;                                                                          \
            uint64_t sum = first;                                                                             \
            for (; place < length; place++) {                                                                 \
                const uint32_t entry = table[points[place]], own = entry >> CLASS_SHIFT;                      \
                if (own != with && own != ATTACHED)                                                           \
                    break;                                                                                    \
                if (place - start == WORD_CHARS) {                                                            \
                    add(found, sum, offset + start, offset + place, part);                                    \
                    start = place;                                                                            \
                    sum = 0;                                                                                  \
                    part = WHOLE;                                                                             \
                }                                                                                             \
                sum += entry * rules->up[place - start];                                                      \
            }                                                                                                 \
            add(found, sum, offset + start, offset + place, part);                                            \
        }                                                                                                     \
        return place;                                                                                         \
    }                                                                                                         \
                                                                                                              \
    static void SPLIT(const TYPE *points, int64_t length, int64_t offset, const Rules *rules, Found *found) { \
        uint64_t sums[BLOCK + 1];                                                                             \
        uint8_t inside[BLOCK];                                                                                \
        uint16_t borders[BLOCK + 2];                                                                          \
        int64_t place = 0;                                                                                    \
        while (place < length) {                                                                              \
            const int64_t count = length - place < BLOCK ? length - place : BLOCK;                            \
            uint64_t sum = 0;                                                                                 \
            uint32_t any = 0;                                                                                 \
            for (int64_t at = 0; at < count; at++) {                                                          \
                const uint32_t entry = rules->table[points[place + at]];                                      \
                any |= entry;                                                                                 \
                inside[at] = entry >> CLASS_SHIFT == LETTER;                                                  \
                sums[at] = sum;                                                                               \
                sum += entry * rules->up[at];                                                                 \
            }                                                                                                 \
            sums[count] = sum;                                                                                \
            if (any >> CLASS_SHIFT > APART) { /* the bits of LETTER and APART make no other class */          \
                place = WALK(points, place, place + count, length, offset, rules, found);                     \
                continue;                                                                                     \
            }                                                                                                 \
            memset(inside + count, 0, (size_t)(-count & 63));                                                 \
            int64_t stops = find_borders(inside, count, borders);                                             \
            int64_t end = place + count;                                                                      \
            if (stops && borders[stops - 1] == count && end < length) { /* a word that may go on */           \
                stops -= 2;                                                                                   \
                end = place + borders[stops];                                                                 \
                if (end == place) {                                                                           \
                    place = WALK(points, place, place + 1, length, offset, rules, found);                     \
                    continue;                                                                                 \
                }                                                                                             \
            }                                                                                                 \
            for (int64_t border = 0; border < stops; border += 2) {                                           \
                int64_t start = borders[border], stop = borders[border + 1];                                  \
                for (; stop - start > WORD_CHARS; start += WORD_CHARS)                                        \
                    add(found, (sums[start + WORD_CHARS] - sums[start]) * rules->down[start],                 \
                        offset + place + start, offset + place + start + WORD_CHARS, WHOLE);                  \
                add(found, (sums[stop] - sums[start]) * rules->down[start], offset + place + start,           \
                    offset + place + stop, WHOLE);                                                            \
            }                                                                                                 \
            place = end;                                                                                      \
        }                                                                                                     \
    }

SPLITTER(walk_1, split_1, Py_UCS1)
SPLITTER(walk_2, split_2, Py_UCS2)
SPLITTER(walk_4, split_4, Py_UCS4)

static void split(PyObject *text, int64_t offset, const Rules *rules, Found *found) {
    const int64_t length = PyUnicode_GET_LENGTH(text);
    const void *points = PyUnicode_DATA(text);
    switch (PyUnicode_KIND(text)) {
    case PyUnicode_1BYTE_KIND:
        split_1(points, length, offset, rules, found);
        break;
    case PyUnicode_2BYTE_KIND:
        split_2(points, length, offset, rules, found);
        break;
    default:
        split_4(points, length, offset, rules, found);
    }
}

/* Finds the words of texts, a list of str; returns how many, at most one a character.
 * offset: of the first text; one more than its length comes between two. table: as characters.py has it.
 * up, down: P^0 to P^1023, and their inverses. ends: how many words there are up to the end of each text. */
SHARED int64_t datamoat_words(PyObject *texts, int64_t offset, const uint32_t *table, const uint64_t *up,
                              const uint64_t *down, uint64_t *hashes, uint8_t *twelfths, int64_t *starts,
                              int64_t *stops, int64_t *ends) {
    const Rules rules = {table, up, down};
    Found found = {hashes, twelfths, starts, stops, 0};
    for (Py_ssize_t place = 0; place < PyList_GET_SIZE(texts); place++) {
        PyObject *text = PyList_GET_ITEM(texts, place);
        split(text, offset, &rules, &found);
        offset += PyUnicode_GET_LENGTH(text) + 1;
        ends[place] = found.count;
    }
    return found.count;
}

/* Weighs a text. weights: of each character up to U+FFFF, and then one for all others. */
static int64_t weigh(PyObject *text, const uint8_t *weights) {
    const int64_t length = PyUnicode_GET_LENGTH(text);
    int64_t sum = 0;
    switch (PyUnicode_KIND(text)) {
    case PyUnicode_1BYTE_KIND: {
        const Py_UCS1 *points = PyUnicode_1BYTE_DATA(text);
        for (int64_t place = 0; place < length; place++)
            sum += weights[points[place]];
        break;
    }
    case PyUnicode_2BYTE_KIND: {
        const Py_UCS2 *points = PyUnicode_2BYTE_DATA(text);
        for (int64_t place = 0; place < length; place++)
            sum += weights[points[place]];
        break;
    }
    default: {
        const Py_UCS4 *points = PyUnicode_4BYTE_DATA(text);
        for (int64_t place = 0; place < length; place++)
            sum += weights[points[place] < 0x10000 ? points[place] : 0x10000];
    }
    }
    return sum;
}

/* Weighs each of texts, a list of str. weights: as weigh has it. */
SHARED void datamoat_weigh(PyObject *texts, const uint8_t *weights, int64_t *sums) {
    for (Py_ssize_t place = 0; place < PyList_GET_SIZE(texts); place++)
        sums[place] = weigh(PyList_GET_ITEM(texts, place), weights);
}

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
 * as many. counts: words of each text. sums: as weigh has it. left: is set where nothing else is, since the text is
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
        split(text, 0, &rules, &found);
        int64_t words[2] = {0, found.count}, bounds[2] = {0, 0};
        datamoat_shingles(hashes, twelfths, starts, stops, words, 1, ngram, powers, made, bounds + 1,
                          left + place);
        if (left[place])
            continue;
        datamoat_sign(made, bounds, 1, factors, summands, permutations, mixed,
                      signatures + place * permutations);
        counts[place] = found.count;
        sums[place] = weigh(text, weights);
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
