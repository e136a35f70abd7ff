/* The inner loops of words.py, shingles.py and signatures.py, with the same results, value by value.
 *
 * What each computes and why stands there; here is only how. Called through ctypes by kernel.py; the module
 * itself is empty, so that it is built and found like any other. Nothing here allocates or keeps state: all arrays
 * are the caller's, and large enough as each function says.
 */

#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <stdint.h>

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

/* One function for each width of Python's strings. A run goes on over attached characters; cut into pieces of
 * WORD_CHARS, it is cut wherever it is. */
#define SPLITTER(NAME, TYPE)                                                                                  \
    static void NAME(const TYPE *points, int64_t length, int64_t offset, const uint32_t *table,               \
                     const uint64_t *powers, Found *found) {                                                  \
        int64_t place = 0;                                                                                    \
        while (place < length) {                                                                              \
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
                sum += entry * powers[place - start];                                                         \
            }                                                                                                 \
            add(found, sum, offset + start, offset + place, part);                                            \
        }                                                                                                     \
    }

SPLITTER(split_1, Py_UCS1)
SPLITTER(split_2, Py_UCS2)
SPLITTER(split_4, Py_UCS4)

/* Finds the words of texts, a list of str; returns how many, at most one a character.
 * offset: of the first text; one more than its length comes between two. table: as characters.py has it.
 * powers: P^0 to P^255. ends: how many words there are up to the end of each text. */
SHARED int64_t datamoat_words(PyObject *texts, int64_t offset, const uint32_t *table, const uint64_t *powers,
                              uint64_t *hashes, uint8_t *twelfths, int64_t *starts, int64_t *stops,
                              int64_t *ends) {
    Found found = {hashes, twelfths, starts, stops, 0};
    for (Py_ssize_t place = 0; place < PyList_GET_SIZE(texts); place++) {
        PyObject *text = PyList_GET_ITEM(texts, place);
        const int64_t length = PyUnicode_GET_LENGTH(text);
        const void *points = PyUnicode_DATA(text);
        switch (PyUnicode_KIND(text)) {
        case PyUnicode_1BYTE_KIND:
            split_1(points, length, offset, table, powers, &found);
            break;
        case PyUnicode_2BYTE_KIND:
            split_2(points, length, offset, table, powers, &found);
            break;
        default:
            split_4(points, length, offset, table, powers, &found);
        }
        offset += length + 1;
        ends[place] = found.count;
    }
    return found.count;
}

/* Makes the shingles of documents; returns how many hashes, at most four a word and two a document.
 * powers: B^0 to B^(12 ngram). made: the hashes. ends: after each document's last one.
 * lone: is set where two hashes were left out, which the caller must write. */
SHARED int64_t datamoat_shingles(const uint64_t *hashes, const uint8_t *twelfths, const int64_t *starts,
                                 const int64_t *stops, const int64_t *bounds, int64_t documents, int64_t ngram,
                                 const uint64_t *powers, uint32_t *made, int64_t *ends, uint8_t *lone) {
    const int64_t needed = ngram * WHOLE;
    const uint32_t usual = (uint32_t)(USUAL_LETTERS * WHOLE * ngram);
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
            uint32_t times = ((letters << 16) / usual + chance) >> 16;
            kept += times > 0;
            for (; times; times--, run += 0x9E3779B9u)
                made[count++] = run;
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

static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, "_kernel", NULL, -1, NULL, NULL, NULL, NULL, NULL};

PyMODINIT_FUNC PyInit__kernel(void) { return PyModule_Create(&module); }
