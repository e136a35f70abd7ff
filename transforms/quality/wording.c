/* The characters and words of texts, read where Python holds them; wording.py says what each count means and is
 * the reference.
 */

#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <stdint.h>
#include <string.h>

enum { LETTER = 1, SYLLABLE = 128 }; /* of a character, as marks.py has them */
enum { WHOLE = 12, ELLIPSIS = 0x2026, CODE_POINTS = 0x110000, SLOTS = 1 << 16 };

/* Of each text, in the order of COUNTED in wording.py. */
typedef struct {
    int64_t twelfths, wholes, whole_chars, lettered, stop_words;
    int64_t syllables, hashes, ellipses, brackets;
} Counts;

typedef struct {
    const uint8_t *flags;
    const uint64_t *hashes;
    const uint8_t *twelfths;
    const int64_t *starts, *stops, *bounds, *offsets, *languages;
    const int16_t *slots;       /* which stop word a hash may be, by 16 of its bits */
    const uint64_t *stop_words; /* their hashes */
    const uint8_t *belongs;     /* a row a language: whether each is one of its */
    int64_t shift, words, known, rows, *last_text; /* of each stop word, in which text it was found last */
} Task;

#define INLINE static inline Py_ALWAYS_INLINE

INLINE void count_characters(const Task *task, int kind, const void *points, int64_t length, Counts *counts) {
    int64_t hashes = 0, brackets = 0, syllables = 0, ellipses = 0, dots = 0;
    for (int64_t place = 0; place < length; place++) {
        const Py_UCS4 point = PyUnicode_READ(kind, points, place);
        hashes += point == '#';
        brackets += (point == '{') | (point == '}');
    }
    for (int64_t place = 0; place < length; place++) {
        const Py_UCS4 point = PyUnicode_READ(kind, points, place);
        if (kind == PyUnicode_1BYTE_KIND) { /* which has neither syllables nor the sign */
            const char *bytes = points, *found = memchr(bytes + place, '.', (size_t)(length - place));
            if (!found)
                break;
            dots = found - bytes == place ? dots + 1 : 1;
            place = found - bytes;
        } else {
            syllables += (task->flags[point] & SYLLABLE) != 0;
            ellipses += point == ELLIPSIS;
            dots = point == '.' ? dots + 1 : 0;
        }
        if (dots == 3) {
            ellipses++;
            dots = 0;
        }
    }
    counts->hashes = hashes;
    counts->brackets = brackets;
    counts->syllables = syllables;
    counts->ellipses = ellipses;
}

/* Returns 0 if the words are not those of the text. */
INLINE int count_words(const Task *task, int kind, const void *points, int64_t length, int64_t text,
                       Counts *counts) {
    const int64_t offset = task->offsets[text], language = task->languages[text];
    for (int64_t word = task->bounds[text]; word < task->bounds[text + 1]; word++) {
        int64_t place = task->starts[word] - offset;
        const int64_t stop = task->stops[word] - offset;
        if (place < 0 || stop > length)
            return 0;
        counts->twelfths += task->twelfths[word];
        if (task->twelfths[word] == WHOLE) {
            counts->wholes++;
            counts->whole_chars += stop - place;
        }
        while (place < stop && !(task->flags[PyUnicode_READ(kind, points, place)] & LETTER))
            place++;
        counts->lettered += place < stop;
        const int16_t known = task->slots[task->hashes[word] >> task->shift & (SLOTS - 1)];
        if (task->stop_words[known] == task->hashes[word] && task->belongs[language * task->known + known] &&
            task->last_text[known] != text) {
            task->last_text[known] = text;
            counts->stop_words++;
        }
    }
    return 1;
}

static int count_text(const Task *task, PyObject *object, int64_t text, Counts *counts) {
    if (!object || !PyUnicode_Check(object)) {
        PyErr_SetString(PyExc_TypeError, "a text is a str");
        return 0;
    }
    const void *points = PyUnicode_DATA(object);
    const int64_t length = PyUnicode_GET_LENGTH(object);
    int good = task->bounds[text] >= 0 && task->bounds[text + 1] <= task->words && task->languages[text] >= 0 &&
               task->languages[text] < task->rows;
    memset(counts, 0, sizeof *counts);
    switch (PyUnicode_KIND(object)) {
    case PyUnicode_1BYTE_KIND:
        count_characters(task, PyUnicode_1BYTE_KIND, points, length, counts);
        good = good && count_words(task, PyUnicode_1BYTE_KIND, points, length, text, counts);
        break;
    case PyUnicode_2BYTE_KIND:
        count_characters(task, PyUnicode_2BYTE_KIND, points, length, counts);
        good = good && count_words(task, PyUnicode_2BYTE_KIND, points, length, text, counts);
        break;
    default:
        count_characters(task, PyUnicode_4BYTE_KIND, points, length, counts);
        good = good && count_words(task, PyUnicode_4BYTE_KIND, points, length, text, counts);
    }
    if (!good)
        PyErr_SetString(PyExc_ValueError, "the words are not those of the texts");
    return good;
}

enum { FLAGS, HASHES, TWELFTHS, STARTS, STOPS, BOUNDS, OFFSETS, LANGUAGES, IN_SLOTS, STOP_WORDS, BELONGS, COUNTS };
enum { BUFFERS = COUNTS + 1 };

static int fit(const Py_buffer *given, int64_t texts, int64_t shift) {
    const int64_t words = given[HASHES].len / 8, known = given[STOP_WORDS].len / 8;
    if (given[FLAGS].len != CODE_POINTS || given[HASHES].len != words * 8 || given[TWELFTHS].len != words ||
        given[STARTS].len != words * 8 || given[STOPS].len != words * 8 || given[BOUNDS].len != (texts + 1) * 8 ||
        given[OFFSETS].len != (texts + 1) * 8 || given[LANGUAGES].len != texts * 8 ||
        given[IN_SLOTS].len != SLOTS * 2 || given[COUNTS].len != texts * (int64_t)sizeof(Counts) || known < 1 ||
        given[BELONGS].len % known || shift < 0 || shift > 48)
        return 0;
    const int16_t *slots = given[IN_SLOTS].buf;
    for (int slot = 0; slot < SLOTS; slot++)
        if (slots[slot] < 0 || slots[slot] >= known)
            return 0;
    return 1;
}

static PyObject *count_words_of(PyObject *self, PyObject *arguments) {
    (void)self;
    PyObject *texts;
    Py_buffer given[BUFFERS];
    long long shift;
    if (!PyArg_ParseTuple(arguments, "O!y*y*y*y*y*y*y*y*y*y*y*w*L", &PyList_Type, &texts, &given[0], &given[1],
                          &given[2], &given[3], &given[4], &given[5], &given[6], &given[7], &given[8], &given[9],
                          &given[10], &given[11], &shift))
        return NULL;
    Task task = {given[FLAGS].buf,     given[HASHES].buf,   given[TWELFTHS].buf,   given[STARTS].buf,
                 given[STOPS].buf,     given[BOUNDS].buf,   given[OFFSETS].buf,    given[LANGUAGES].buf,
                 given[IN_SLOTS].buf,  given[STOP_WORDS].buf, given[BELONGS].buf,  shift,
                 given[HASHES].len / 8, given[STOP_WORDS].len / 8, 0, NULL};
    const int64_t count = PyList_GET_SIZE(texts);
    Counts *counts = given[COUNTS].buf;
    int good = fit(given, count, shift);
    if (!good) {
        PyErr_SetString(PyExc_ValueError, "the arrays do not fit each other");
    } else {
        task.rows = given[BELONGS].len / task.known;
        task.last_text = PyMem_Malloc((size_t)task.known * sizeof *task.last_text);
        good = task.last_text != NULL;
        if (!good)
            PyErr_NoMemory();
    }
    for (int64_t known = 0; good && known < task.known; known++)
        task.last_text[known] = -1;
    for (int64_t text = 0; good && text < count; text++)
        good = count_text(&task, PyList_GetItem(texts, text), text, counts + text);
    PyMem_Free(task.last_text);
    for (int each = 0; each < BUFFERS; each++)
        PyBuffer_Release(&given[each]);
    if (!good)
        return NULL;
    Py_RETURN_NONE;
}

static PyMethodDef methods[] = {
    {"count_words", count_words_of, METH_VARARGS,
     "count_words(texts, flags, hashes, twelfths, starts, stops, bounds, offsets, languages, slots, stop_words,\n"
     "belongs, counts, shift)\n\n"
     "Counts in texts, a list of str. flags: of every code point. hashes to offsets: as Words has them. languages,\n"
     "int64: of each text the row in belongs. slots to belongs, and shift: as StopWordTable has them. counts,\n"
     "int64, a row a text, is written to."},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, "_wording", NULL, -1, methods, NULL, NULL, NULL, NULL};

PyMODINIT_FUNC PyInit__wording(void) { return PyModule_Create(&module); }
