/* The search of gate.py, character by character over a table instead of by a regular expression. */

#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <stdint.h>
#include <string.h>

/* Of each character of the basic plane, in the order of _FLAGS in gate.py; no other one is in any class. */
enum {
    FIRST = 1,
    SURE = 2,
    PIVOT = 4,
    BEFORE = 8,
    AFTER = 16,
    LOWER_COMMON = 32,
    UPPER_ACCENTED = 64,
    CAPITAL = 128,
    AFTER_CAPITAL = 256,
    LIGATURE = 512,
    LATIN_LETTER = 1024,
    WHITE = 2048
};
enum { PLANE = 0x10000 };

#define INLINE static inline Py_ALWAYS_INLINE

INLINE uint16_t flags_at(const uint16_t *table, int kind, const void *points, Py_ssize_t place, Py_ssize_t length) {
    if (place < 0 || place >= length)
        return 0;
    const Py_UCS4 point = PyUnicode_READ(kind, points, place);
    return point < PLANE ? table[point] : 0;
}

INLINE Py_ssize_t search(const uint16_t *table, int kind, const void *points, Py_ssize_t place, Py_ssize_t length) {
    for (; place < length; place++) {
        const uint16_t flags = flags_at(table, kind, points, place, length);
        if (!(flags & FIRST))
            continue;
        const uint16_t last = flags_at(table, kind, points, place - 1, length);
        const uint16_t next = flags_at(table, kind, points, place + 1, length);
        if ((flags & SURE) || ((flags & PIVOT) && ((last & BEFORE) || (next & AFTER))) ||
            ((flags & UPPER_ACCENTED) && (last & LOWER_COMMON)) || ((flags & CAPITAL) && (next & AFTER_CAPITAL)) ||
            ((flags & LIGATURE) && !(next & LATIN_LETTER)))
            return place;
        if (PyUnicode_READ(kind, points, place) == '\r' &&
            (place + 1 == length || PyUnicode_READ(kind, points, place + 1) != '\n'))
            return place;
    }
    return -1;
}

INLINE int untidy(const uint16_t *table, int kind, const void *points, Py_ssize_t length) {
    for (Py_ssize_t place = 0; place < length; place++) {
        if (kind == PyUnicode_1BYTE_KIND) {
            const char *bytes = points, *found = memchr(bytes + place, '\n', (size_t)(length - place));
            if (!found)
                return 0;
            place = found - bytes;
        }
        if (PyUnicode_READ(kind, points, place) == '\n' &&
            (flags_at(table, kind, points, place - 1, length) & WHITE))
            return 1;
    }
    return 0;
}

/* Takes (text, table) and, where a place is asked for, where to begin. */
static int taken(PyObject *arguments, const char *form, PyObject **text, Py_buffer *table, Py_ssize_t *place) {
    if (!PyArg_ParseTuple(arguments, form, text, table, place))
        return 0;
    if (table->len == PLANE * (Py_ssize_t)sizeof(uint16_t) && *place >= 0)
        return 1;
    PyBuffer_Release(table);
    PyErr_SetString(PyExc_ValueError, "the table holds two bytes of each character of the basic plane");
    return 0;
}

static PyObject *first_suspect(PyObject *self, PyObject *arguments) {
    (void)self;
    PyObject *text;
    Py_buffer table;
    Py_ssize_t place = 0;
    if (!taken(arguments, "Uy*n", &text, &table, &place))
        return NULL;
    const void *points = PyUnicode_DATA(text);
    const Py_ssize_t length = PyUnicode_GET_LENGTH(text);
    switch (PyUnicode_KIND(text)) {
    case PyUnicode_1BYTE_KIND:
        place = search(table.buf, PyUnicode_1BYTE_KIND, points, place, length);
        break;
    case PyUnicode_2BYTE_KIND:
        place = search(table.buf, PyUnicode_2BYTE_KIND, points, place, length);
        break;
    default:
        place = search(table.buf, PyUnicode_4BYTE_KIND, points, place, length);
    }
    PyBuffer_Release(&table);
    return PyLong_FromSsize_t(place);
}

static PyObject *space_at_line_end(PyObject *self, PyObject *arguments) {
    (void)self;
    PyObject *text;
    Py_buffer table;
    Py_ssize_t unused = 0;
    int found;
    if (!taken(arguments, "Uy*", &text, &table, &unused))
        return NULL;
    const void *points = PyUnicode_DATA(text);
    const Py_ssize_t length = PyUnicode_GET_LENGTH(text);
    switch (PyUnicode_KIND(text)) {
    case PyUnicode_1BYTE_KIND:
        found = untidy(table.buf, PyUnicode_1BYTE_KIND, points, length);
        break;
    case PyUnicode_2BYTE_KIND:
        found = untidy(table.buf, PyUnicode_2BYTE_KIND, points, length);
        break;
    default:
        found = untidy(table.buf, PyUnicode_4BYTE_KIND, points, length);
    }
    PyBuffer_Release(&table);
    return PyBool_FromLong(found);
}

static PyMethodDef methods[] = {
    {"first_suspect", first_suspect, METH_VARARGS,
     "first_suspect(text, table, place)\n\nReturns where the first suspect character from a place on is, or -1."},
    {"space_at_line_end", space_at_line_end, METH_VARARGS,
     "space_at_line_end(text, table)\n\nTells whether white space stands before a line feed."},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, "_gate", NULL, -1, methods, NULL, NULL, NULL, NULL};

PyMODINIT_FUNC PyInit__gate(void) { return PyModule_Create(&module); }
