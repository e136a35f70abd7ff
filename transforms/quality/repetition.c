/* The runs of repetition.py, counted by a hash table; what is measured and why stands there.
 *
 * Runs of two words go into a table of their 64-bit hashes; those that came twice are made longer by a word
 * and go into the next one, up to runs of ten words. Two different runs of a document are taken for one if
 * their hashes meet, once in 10^14 documents of 800 words.
 */

#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <stdint.h>
#include <string.h>

enum { WHOLE = 12, SHORTEST = 2, LONGEST_TOP = 4, LONGEST = 10, COLUMNS = LONGEST - SHORTEST + 2 };
enum { LEAST_BITS = 4, MOST_WORDS = 1 << 26 };

static const uint64_t BASE = 0xD1342543DE82EF95u;

typedef struct {
    uint64_t hash;
    int32_t place, stop;     /* words of the document: the first one, and the one after the last */
    int32_t amount;          /* twelfths */
    uint32_t slot;           /* where its kind stands in the table */
} Run;

typedef struct {
    uint64_t hash;
    int32_t first, count;    /* index of the first run of this kind, and how many there are; 0: the slot is free */
} Kind;

typedef struct {
    const uint64_t *hashes;
    const uint8_t *twelfths;
    const int64_t *starts, *stops;
    int32_t count;
} Document;

/* What a call needs for its longest document. */
typedef struct {
    Run *runs;
    Kind *kinds;
    int64_t *chars;          /* before each word */
} Scratch;

/* Adds words to a run until it has that many twelfths; returns 0 if the document ends before. */
static int lengthen(const Document *document, Run *run, int32_t needed) {
    while (run->amount < needed) {
        if (run->stop == document->count)
            return 0;
        run->hash = run->hash * BASE + document->hashes[run->stop];
        run->amount += document->twelfths[run->stop++];
    }
    return 1;
}

static int bits_for(int32_t runs) {
    int bits = LEAST_BITS;
    while (((int64_t)1 << bits) < 2 * (int64_t)runs)
        bits++;
    return bits;
}

/* Finds the kind of each run. */
static void sort_out(Run *runs, int32_t count, Kind *kinds) {
    const int bits = bits_for(count);
    const uint32_t mask = (uint32_t)(((int64_t)1 << bits) - 1);
    memset(kinds, 0, sizeof(Kind) << bits);
    for (int32_t index = 0; index < count; index++) {
        const uint64_t hash = runs[index].hash;
        uint32_t slot = (uint32_t)((hash ^ hash >> 32) * BASE >> (64 - bits));
        while (kinds[slot].count && kinds[slot].hash != hash)
            slot = (slot + 1) & mask;
        if (!kinds[slot].count++) {
            kinds[slot].hash = hash;
            kinds[slot].first = index;
        }
        runs[index].slot = slot;
    }
}

/* Characters in the most frequent run, of equally frequent ones the longest; 0 if none comes twice. */
static int64_t most_frequent(const Run *runs, int32_t count, const Kind *kinds, const int64_t *chars) {
    int64_t often = 1, length = 0;
    for (int32_t index = 0; index < count; index++) {
        const Kind *kind = &kinds[runs[index].slot];
        if (kind->first != index || kind->count < often || kind->count < 2)
            continue;
        const int64_t own = chars[runs[index].stop] - chars[runs[index].place];
        if (kind->count > often || own > length) {
            often = kind->count;
            length = own;
        }
    }
    return often * length;
}

/* Characters in runs that came before, each counted once. */
static int64_t covered(const Run *runs, int32_t count, const Kind *kinds, const int64_t *chars) {
    int64_t sum = 0;
    int32_t done = 0;
    for (int32_t index = 0; index < count; index++) {
        const Run *run = &runs[index];
        if (kinds[run->slot].first == index)
            continue;
        sum += chars[run->stop] - chars[run->place > done ? run->place : done];
        done = run->stop;
    }
    return sum;
}

/* Writes the characters of all words, then those for runs of each length. */
static void measure(const Document *document, const Scratch *scratch, int64_t *columns) {
    Run *runs = scratch->runs;
    int64_t *chars = scratch->chars;
    int32_t count = 0;
    memset(columns, 0, COLUMNS * sizeof *columns);
    chars[0] = 0;
    for (int32_t word = 0; word < document->count; word++)
        chars[word + 1] = chars[word] + document->stops[word] - document->starts[word];
    columns[0] = chars[document->count];
    for (int32_t word = 0; word < document->count; word++) {
        Run run = {0, word, word, 0, 0};
        if (!lengthen(document, &run, SHORTEST * WHOLE))
            break; /* and no later one is longer */
        runs[count++] = run;
    }
    for (int32_t ngram = SHORTEST; count && ngram <= LONGEST; ngram++) {
        sort_out(runs, count, scratch->kinds);
        columns[ngram - SHORTEST + 1] =
            (ngram <= LONGEST_TOP ? most_frequent : covered)(runs, count, scratch->kinds, chars);
        int32_t left = 0;
        for (int32_t index = 0; index < count; index++) {
            Run run = runs[index];
            if (scratch->kinds[run.slot].count > 1 && lengthen(document, &run, (ngram + 1) * WHOLE))
                runs[left++] = run;
        }
        count = left;
    }
}

/* Returns the words of the longest document, or -1 if the bounds do not fit the words. */
static int64_t longest(const int64_t *bounds, int64_t documents, int64_t words, int64_t most) {
    int64_t longest = 0;
    for (int64_t document = 0; document < documents; document++) {
        const int64_t count = bounds[document + 1] - bounds[document];
        if (bounds[document] < 0 || count < 0 || bounds[document + 1] > words)
            return -1;
        longest = count > longest ? count : longest;
    }
    return longest < most ? longest : most;
}

static int reserve(Scratch *scratch, int64_t words) {
    scratch->runs = PyMem_RawMalloc((size_t)(words + 1) * sizeof *scratch->runs);
    scratch->kinds = PyMem_RawMalloc(sizeof *scratch->kinds << bits_for((int32_t)words));
    scratch->chars = PyMem_RawMalloc((size_t)(words + 1) * sizeof *scratch->chars);
    return scratch->runs && scratch->kinds && scratch->chars;
}

static void release(Scratch *scratch) {
    PyMem_RawFree(scratch->runs);
    PyMem_RawFree(scratch->kinds);
    PyMem_RawFree(scratch->chars);
}

static int fit(const Py_buffer *given, int64_t words, int64_t documents, int64_t most) {
    return documents >= 0 && most >= 0 && most <= MOST_WORDS && given[0].len == words * 8 && given[1].len == words &&
           given[2].len == words * 8 && given[3].len == words * 8 && given[4].len == (documents + 1) * 8 &&
           given[5].len == documents * COLUMNS * 8;
}

static PyObject *count_runs(PyObject *self, PyObject *arguments) {
    (void)self;
    Py_buffer given[6];
    long long most;
    if (!PyArg_ParseTuple(arguments, "y*y*y*y*y*w*L", &given[0], &given[1], &given[2], &given[3], &given[4],
                          &given[5], &most))
        return NULL;
    const int64_t words = given[0].len / 8, documents = given[4].len / 8 - 1;
    const uint64_t *hashes = given[0].buf;
    const uint8_t *twelfths = given[1].buf;
    const int64_t *starts = given[2].buf, *stops = given[3].buf, *bounds = given[4].buf;
    int64_t *columns = given[5].buf;
    Scratch scratch = {NULL, NULL, NULL};
    int64_t held = fit(given, words, documents, most) ? longest(bounds, documents, words, most) : -1;
    if (held < 0) {
        PyErr_SetString(PyExc_ValueError, "the arrays do not fit each other");
    } else if (!reserve(&scratch, held)) {
        held = -1;
        PyErr_NoMemory();
    } else {
        Py_BEGIN_ALLOW_THREADS
        for (int64_t row = 0; row < documents; row++) {
            const int64_t begin = bounds[row], count = bounds[row + 1] - begin;
            const Document document = {hashes + begin, twelfths + begin, starts + begin, stops + begin,
                                       (int32_t)(count < most ? count : most)};
            measure(&document, &scratch, columns + row * COLUMNS);
        }
        Py_END_ALLOW_THREADS
    }
    release(&scratch);
    for (int each = 0; each < 6; each++)
        PyBuffer_Release(&given[each]);
    if (held < 0)
        return NULL;
    Py_RETURN_NONE;
}

static PyMethodDef methods[] = {
    {"count_runs", count_runs, METH_VARARGS,
     "count_runs(hashes, twelfths, starts, stops, bounds, columns, most)\n\n"
     "Counts characters in repeated runs. The first five are those of transforms.words.Words; columns, int64,\n"
     "ten a document, is written to: characters of words, then those of runs of 2 to 10 words. Of a document\n"
     "the first ``most`` words are looked at."},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, "_repetition", NULL, -1, methods, NULL, NULL, NULL, NULL};

PyMODINIT_FUNC PyInit__repetition(void) { return PyModule_Create(&module); }
