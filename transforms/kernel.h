/* What kernel_words.c and kernel.c have in common. */

#ifndef DATAMOAT_KERNEL_H
#define DATAMOAT_KERNEL_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <stdint.h>

#if defined(_WIN32)
#define SHARED __declspec(dllexport)
#else
#define SHARED __attribute__((visibility("default")))
#endif

enum { LETTER = 0, APART = 1, ATTACHED = 2, LOGOGRAM = 3, SOUND = 4 };
enum { CLASS_SHIFT = 24, WORD_CHARS = 256, WHOLE = 12, USUAL_LETTERS = 5, MOST_LETTERS = 20 };

typedef struct {
    uint64_t *hashes;
    uint8_t *twelfths;
    int64_t *starts, *stops;
    int64_t count;
} Found;

typedef struct {
    const uint32_t *table;        /* as characters.py has it */
    const uint64_t *up, *down;    /* P^0 to P^1023, and their inverses */
} Rules;

/* Adds the words of a text to those found; offset is that of its first character. */
void datamoat_split(PyObject *text, int64_t offset, const Rules *rules, Found *found);

/* Weighs a text. weights: of each character up to U+FFFF, and then one for all others. */
int64_t datamoat_weight(PyObject *text, const uint8_t *weights);

#endif
