/* The lines and paragraphs of texts, read where Python holds them; lines.py says what each count means and is the
 * reference.
 */

#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <stdint.h>
#include <string.h>

/* Of each character, as marks.py has them. */
enum { SPACE = 2, PUNCTUATION = 4, SENTENCE_END = 8, WIDE_END = 16 };
enum { BULLET = 32, TYPED_BULLET = 64 };
enum { BLANK = 0x20, FULL_STOP = 0x2E, ELLIPSIS = 0x2026, CODE_POINTS = 0x110000 };

/* Of each text, in the order of COUNTED in lines.py. */
typedef struct {
    int64_t lines, line_chars, again, again_chars;
    int64_t paragraphs, paragraph_chars, paragraphs_again, paragraph_chars_again;
    int64_t bullets, ellipses, punctuated, brief, sentences;
} Counts;

enum { COLUMNS = sizeof(Counts) / sizeof(int64_t), LEAST_BITS = 6 };

typedef struct {
    uint64_t hash;
    int64_t start, stop;
    int64_t text; /* whose piece this is; of another text, the slot is free */
} Piece;

typedef struct {
    Piece *slots;
    int64_t held; /* of the present text */
    int bits;
} Pieces;

typedef struct {
    const uint8_t *flags;
    const uint64_t *hashes, *phrases; /* phrases: each its number of words and their hashes, one after another */
    const uint8_t *twelfths;
    const int64_t *starts, *stops, *bounds, *offsets;
    const double *brief;
    int64_t texts, words, phrase_values, line_amount;
    uint64_t first_words; /* a bit for the highest six of the hash of each phrase's first word */
    Pieces lines, paragraphs;
} Task;

typedef struct {
    const void *points;
    int64_t length, number;
    int64_t word, last_word; /* the first one that no line has had yet; after the last one */
    int64_t opened, closed;  /* the paragraph: where it begins, and where its last line ends; none if both are 0 */
} Text;

#define INLINE static inline Py_ALWAYS_INLINE

INLINE int has(const Task *task, int kind, const void *points, int64_t place, int flag) {
    return (task->flags[PyUnicode_READ(kind, points, place)] & flag) != 0;
}

static uint64_t hash_bytes(const unsigned char *bytes, int64_t size) {
    uint64_t sum = (uint64_t)size, next;
    for (; size >= 8; size -= 8, bytes += 8) {
        memcpy(&next, bytes, 8);
        sum = (sum ^ next) * 0x9E3779B97F4A7C15u;
        sum ^= sum >> 32;
    }
    next = 0;
    memcpy(&next, bytes, (size_t)size);
    sum = (sum ^ next) * 0x9E3779B97F4A7C15u;
    return sum ^ sum >> 29;
}

static int widen(Pieces *pieces, int64_t text) {
    const int bits = pieces->bits + 1;
    Piece *slots = PyMem_RawMalloc(sizeof *slots << bits);
    if (!slots)
        return 0;
    for (int64_t slot = 0; slot < (int64_t)1 << bits; slot++)
        slots[slot].text = -1;
    for (int64_t old = 0; old < (int64_t)1 << pieces->bits; old++) {
        if (pieces->slots[old].text != text)
            continue;
        uint64_t slot = pieces->slots[old].hash >> (64 - bits);
        while (slots[slot].text == text)
            slot = (slot + 1) & (((uint64_t)1 << bits) - 1);
        slots[slot] = pieces->slots[old];
    }
    PyMem_RawFree(pieces->slots);
    pieces->slots = slots;
    pieces->bits = bits;
    return 1;
}

/* Tells whether a piece of a text stood in it before, by its characters; if not, it is kept. -1: no memory. */
INLINE int stood_before(Pieces *pieces, int kind, const Text *text, int64_t start, int64_t stop) {
    if (2 * pieces->held >= (int64_t)1 << pieces->bits && !widen(pieces, text->number))
        return -1;
    const unsigned char *bytes = text->points;
    const uint64_t hash = hash_bytes(bytes + start * kind, (stop - start) * kind);
    uint64_t slot = hash >> (64 - pieces->bits);
    for (; pieces->slots[slot].text == text->number; slot = (slot + 1) & (((uint64_t)1 << pieces->bits) - 1)) {
        const Piece *held = &pieces->slots[slot];
        if (held->hash == hash && held->stop - held->start == stop - start &&
            !memcmp(bytes + held->start * kind, bytes + start * kind, (size_t)((stop - start) * kind)))
            return 1;
    }
    pieces->slots[slot] = (Piece){hash, start, stop, text->number};
    pieces->held++;
    return 0;
}

/* Tells whether the words of a phrase stand among some words. */
static int holds_phrase(const Task *task, int64_t word, int64_t last) {
    for (; word < last; word++) {
        if (!(task->first_words >> (task->hashes[word] >> 58) & 1))
            continue;
        for (int64_t place = 0; place < task->phrase_values; place += 1 + (int64_t)task->phrases[place]) {
            const int64_t size = (int64_t)task->phrases[place];
            if (size <= last - word &&
                !memcmp(&task->phrases[place + 1], &task->hashes[word], (size_t)size * sizeof *task->hashes))
                return 1;
        }
    }
    return 0;
}

/* Sentences in a line that C4 would retain, given that it ends like one. */
INLINE int64_t sentences(const Task *task, int kind, Text *text, int64_t start, int64_t stop) {
    const int64_t offset = task->offsets[text->number];
    int64_t first = text->word, amount = 0, count = 1;
    while (first < text->last_word && task->starts[first] < offset + start)
        first++;
    text->word = first;
    while (text->word < text->last_word && task->starts[text->word] < offset + stop)
        amount += task->twelfths[text->word++];
    if (amount < task->line_amount || holds_phrase(task, first, text->word))
        return 0;
    for (int64_t place = start; place < stop - 1; place++) {
        const uint8_t flags = task->flags[PyUnicode_READ(kind, text->points, place)];
        if (flags & (SENTENCE_END | WIDE_END))
            count += (flags & WIDE_END) || PyUnicode_READ(kind, text->points, place + 1) == BLANK;
    }
    return count;
}

/* Counts the paragraph that is open, and closes it. */
INLINE int end_paragraph(Task *task, int kind, Text *text, Counts *counts) {
    if (text->opened == text->closed)
        return 1;
    const int again = stood_before(&task->paragraphs, kind, text, text->opened, text->closed);
    counts->paragraphs++;
    counts->paragraph_chars += text->closed - text->opened;
    if (again > 0) {
        counts->paragraphs_again++;
        counts->paragraph_chars_again += text->closed - text->opened;
    }
    text->opened = text->closed = 0;
    return again >= 0;
}

/* Counts a line; it is not empty, and no white space stands around it. */
INLINE int count_line(Task *task, int kind, Text *text, int64_t start, int64_t stop, Counts *counts) {
    const void *points = text->points;
    const int64_t length = stop - start;
    const Py_UCS4 last = PyUnicode_READ(kind, points, stop - 1);
    const int dots = last == FULL_STOP && length >= 3 && PyUnicode_READ(kind, points, stop - 2) == FULL_STOP &&
                     PyUnicode_READ(kind, points, stop - 3) == FULL_STOP;
    const int ended = (task->flags[last] & PUNCTUATION) != 0;
    const int again = stood_before(&task->lines, kind, text, start, stop);
    counts->lines++;
    counts->line_chars += length;
    counts->again += again > 0;
    counts->again_chars += again > 0 ? length : 0;
    counts->bullets += has(task, kind, points, start, BULLET) ||
                       (has(task, kind, points, start, TYPED_BULLET) && length > 1 &&
                        PyUnicode_READ(kind, points, start + 1) == BLANK);
    counts->ellipses += dots || last == ELLIPSIS;
    counts->punctuated += ended;
    counts->brief += (double)length < task->brief[text->number];
    if (ended && !dots)
        counts->sentences += sentences(task, kind, text, start, stop);
    if (text->opened == text->closed)
        text->opened = start;
    text->closed = stop;
    return again >= 0;
}

INLINE int64_t line_end(int kind, const void *points, int64_t place, int64_t length) {
    if (kind == PyUnicode_1BYTE_KIND) {
        const char *bytes = points, *found = memchr(bytes + place, '\n', (size_t)(length - place));
        return found ? found - bytes : length;
    }
    while (place < length && PyUnicode_READ(kind, points, place) != '\n')
        place++;
    return place;
}

INLINE int count_lines(Task *task, int kind, Text *text, Counts *counts) {
    for (int64_t begin = 0, end; begin <= text->length; begin = end + 1) {
        int64_t start = begin, stop = end = line_end(kind, text->points, begin, text->length);
        if (start == stop && !end_paragraph(task, kind, text, counts))
            return 0;
        while (start < stop && has(task, kind, text->points, start, SPACE))
            start++;
        while (start < stop && has(task, kind, text->points, stop - 1, SPACE))
            stop--;
        if (start < stop && !count_line(task, kind, text, start, stop, counts))
            return 0;
    }
    return end_paragraph(task, kind, text, counts);
}

static int count_text(Task *task, PyObject *object, int64_t number, Counts *counts) {
    if (!object || !PyUnicode_Check(object)) {
        PyErr_SetString(PyExc_TypeError, "a text is a str");
        return 0;
    }
    Text text = {PyUnicode_DATA(object), PyUnicode_GET_LENGTH(object), number, 0, 0, 0, 0};
    text.word = task->bounds[number];
    text.last_word = task->bounds[number + 1];
    task->lines.held = task->paragraphs.held = 0;
    memset(counts, 0, sizeof *counts);
    if (text.word < 0 || text.word > text.last_word || text.last_word > task->words) {
        PyErr_SetString(PyExc_ValueError, "the words are not those of the texts");
        return 0;
    }
    int good;
    switch (PyUnicode_KIND(object)) {
    case PyUnicode_1BYTE_KIND:
        good = count_lines(task, PyUnicode_1BYTE_KIND, &text, counts);
        break;
    case PyUnicode_2BYTE_KIND:
        good = count_lines(task, PyUnicode_2BYTE_KIND, &text, counts);
        break;
    default:
        good = count_lines(task, PyUnicode_4BYTE_KIND, &text, counts);
    }
    if (!good)
        PyErr_NoMemory();
    return good;
}

/* Reads the phrases; returns 0 if a length among them is wrong. */
static int prepare(Task *task) {
    for (int64_t place = 0; place < task->phrase_values;) {
        const uint64_t size = task->phrases[place];
        if (!size || size >= (uint64_t)(task->phrase_values - place))
            return 0;
        task->first_words |= (uint64_t)1 << (task->phrases[place + 1] >> 58);
        place += 1 + (int64_t)size;
    }
    for (int each = 0; each < 2; each++) {
        Pieces *pieces = each ? &task->paragraphs : &task->lines;
        pieces->bits = LEAST_BITS - 1;
        pieces->slots = PyMem_RawMalloc(sizeof *pieces->slots << pieces->bits);
        if (!pieces->slots)
            return 0;
        for (int slot = 0; slot < 1 << pieces->bits; slot++)
            pieces->slots[slot].text = -1;
    }
    return 1;
}

enum { FLAGS, HASHES, TWELFTHS, STARTS, STOPS, BOUNDS, OFFSETS, BRIEF, PHRASES, COUNTS, BUFFERS };

static int fit(const Py_buffer *given, int64_t texts) {
    const int64_t words = given[HASHES].len / 8;
    return given[FLAGS].len == CODE_POINTS && given[HASHES].len == words * 8 && given[TWELFTHS].len == words &&
           given[STARTS].len == words * 8 && given[STOPS].len == words * 8 &&
           given[BOUNDS].len == (texts + 1) * 8 && given[OFFSETS].len == (texts + 1) * 8 &&
           given[BRIEF].len == texts * 8 && given[COUNTS].len == texts * (int64_t)sizeof(Counts);
}

static PyObject *count_lines_of(PyObject *self, PyObject *arguments) {
    (void)self;
    PyObject *texts;
    Py_buffer given[BUFFERS];
    long long amount;
    if (!PyArg_ParseTuple(arguments, "O!y*y*y*y*y*y*y*y*y*w*L", &PyList_Type, &texts, &given[0], &given[1], &given[2],
                          &given[3], &given[4], &given[5], &given[6], &given[7], &given[8], &given[9], &amount))
        return NULL;
    Task task = {given[FLAGS].buf, given[HASHES].buf, given[PHRASES].buf, given[TWELFTHS].buf, given[STARTS].buf,
                 given[STOPS].buf, given[BOUNDS].buf, given[OFFSETS].buf, given[BRIEF].buf, PyList_GET_SIZE(texts),
                 given[HASHES].len / 8, given[PHRASES].len / 8, amount, 0, {NULL, 0, 0}, {NULL, 0, 0}};
    Counts *counts = given[COUNTS].buf;
    int good = fit(given, task.texts) && prepare(&task);
    if (!good)
        PyErr_SetString(PyExc_ValueError, "the arrays do not fit each other");
    for (int64_t row = 0; good && row < task.texts; row++)
        good = count_text(&task, PyList_GetItem(texts, row), row, counts + row);
    PyMem_RawFree(task.lines.slots);
    PyMem_RawFree(task.paragraphs.slots);
    for (int each = 0; each < BUFFERS; each++)
        PyBuffer_Release(&given[each]);
    if (!good)
        return NULL;
    Py_RETURN_NONE;
}

static PyMethodDef methods[] = {
    {"count_lines", count_lines_of, METH_VARARGS,
     "count_lines(texts, flags, hashes, twelfths, starts, stops, bounds, offsets, brief, phrases, counts, amount)\n\n"
     "Counts the lines of texts, a list of str. flags: of every code point. hashes to offsets: as Words has them.\n"
     "brief, float64: characters from which a line is not short. phrases, uint64: each its number of words and\n"
     "their hashes. counts, int64, a row a text, is written to. amount: twelfths of a line that C4 retains."},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, "_lines", NULL, -1, methods, NULL, NULL, NULL, NULL};

PyMODINIT_FUNC PyInit__lines(void) { return PyModule_Create(&module); }
