/* The signs of plain.py: what a text must hold for there to be numbers, addresses or keys in it. One pass. */

#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <stdint.h>

/* As in plain.py. */
enum { AFTER_LETTER = 1, NUMBER = 2, LONG_NUMBER = 4, DOTTED = 8 };
enum { DIGITS = 7, CHARS = 26, LONG_DIGITS = 12, LONG_CHARS = 42, DOTS = 3, PLACES = 16 };

static PyObject *signs(PyObject *self, PyObject *argument) {
    (void)self;
    Py_ssize_t places[PLACES]; /* of the last digits, in turn */
    Py_ssize_t count = 0, gaps = 0, last = -2;
    long found = 0;
    if (!PyBytes_Check(argument)) {
        PyErr_SetString(PyExc_TypeError, "the text is given as bytes");
        return NULL;
    }
    const unsigned char *data = (const unsigned char *)PyBytes_AS_STRING(argument);
    const Py_ssize_t length = PyBytes_GET_SIZE(argument);
    for (Py_ssize_t place = 0; place < length; place++) {
        if ((unsigned char)(data[place] - '0') >= 10)
            continue;
        if (place > 0 && (unsigned char)((data[place - 1] | 0x20) - 'a') < 26)
            found |= AFTER_LETTER;
        gaps += place - last == 2 && count > 0;
        last = place;
        places[count++ % PLACES] = place;
        if (count >= DIGITS && place - places[(count - DIGITS) % PLACES] < CHARS)
            found |= NUMBER;
        if (count >= LONG_DIGITS && place - places[(count - LONG_DIGITS) % PLACES] < LONG_CHARS)
            found |= LONG_NUMBER;
    }
    return PyLong_FromLong(gaps >= DOTS ? found | DOTTED : found);
}

static PyMethodDef methods[] = {
    {"signs", signs, METH_O, "signs(data)\n\nReturns the signs of a plain text, bytes, that hold of it."},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, "_plain", NULL, -1, methods, NULL, NULL, NULL, NULL};

PyMODINIT_FUNC PyInit__plain(void) { return PyModule_Create(&module); }
