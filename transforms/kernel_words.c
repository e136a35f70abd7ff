/* The inner loops of words.py and measures.py: where words begin and end, their hashes, and weights of characters.
 *
 * What is computed and why stands there; here is only how. kernel.c says how it is called.
 */

#include "kernel.h"

#include <string.h>

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

static void add(Found *found, uint64_t sum, int64_t start, int64_t stop, uint8_t twelfths) {
    int64_t place = found->count++;
    found->hashes[place] = mix(sum);
    found->twelfths[place] = twelfths;
    found->starts[place] = start;
    found->stops[place] = stop;
}

/* Code points that are looked at together: few enough that all that is known of them stays in the first cache. */
enum { BLOCK = 1024 };

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
            for (int64_t at = count; at & 63; at++)                                                           \
                inside[at] = 0;                                                                               \
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

void datamoat_split(PyObject *text, int64_t offset, const Rules *rules, Found *found) {
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
        datamoat_split(text, offset, &rules, &found);
        offset += PyUnicode_GET_LENGTH(text) + 1;
        ends[place] = found.count;
    }
    return found.count;
}

int64_t datamoat_weight(PyObject *text, const uint8_t *weights) {
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

/* Weighs each of texts, a list of str. weights: as datamoat_weight takes them. */
SHARED void datamoat_weigh(PyObject *texts, const uint8_t *weights, int64_t *sums) {
    for (Py_ssize_t place = 0; place < PyList_GET_SIZE(texts); place++)
        sums[place] = datamoat_weight(PyList_GET_ITEM(texts, place), weights);
}
