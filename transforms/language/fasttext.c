/* What fastText's quantised model predicts for a text, by the same arithmetic in the same order, so that every
 * probability is the same number; its own code looks up and unpacks each n-gram's vector at forty times the cost.
 *
 * Joulin et al. 2016, "Bag of Tricks for Efficient Text Classification" and "FastText.zip": the mean of the vectors
 * of all words and of their n-grams of characters, and a tree of yes-or-no questions over the labels. fasttext.py
 * reads the model.
 */

#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <math.h>
#include <stdint.h>
#include <string.h>

enum { DIM = 16, MOST_LABELS = 1024, MOST_FOUND = 16 };

static const uint32_t FNV_OFFSET = 2166136261u, FNV_PRIME = 16777619u;

typedef struct {
    const float *rows;       /* vectors: of the words, then of the n-grams that the model kept, by bucket */
    const float *questions;  /* vectors of the inner nodes */
    const uint64_t *kept;    /* a bit a bucket of the n-grams' hashes: whether it has a vector */
    const uint16_t *before;  /* for each 64 buckets, how many before them have one */
    const int32_t *table;    /* words by hash, open addressing; -1 is free */
    const uint8_t *spelling; /* of all words, one after another */
    const int64_t *spelled;  /* where each begins, and the end of the last */
    const int32_t *left, *right; /* of each inner node: a label, or labels + another inner node */
    int64_t words, buckets, groups, slots, labels, held_rows;
    int least, most;         /* characters of an n-gram */
} Model;

typedef struct {
    float sum[DIM];
    int64_t rows;
} Hidden;

typedef struct {
    float score;
    int32_t label;
} Answer;

typedef struct {
    Answer best[MOST_FOUND + 1]; /* by falling score */
    int found, wanted;
} Answers;

/* FNV-1a, with fastText's sign extension. */
static inline uint32_t hash_byte(uint32_t hash, uint8_t byte) {
    return (hash ^ (uint32_t)(int32_t)(int8_t)byte) * FNV_PRIME;
}

static inline void add_row(const Model *model, Hidden *hidden, int64_t row) {
    const float *vector = model->rows + row * DIM;
    for (int place = 0; place < DIM; place++)
        hidden->sum[place] += vector[place];
    hidden->rows++;
}

/* Byte of "<word>" at a place. */
static inline uint8_t bracketed(const uint8_t *word, int64_t size, int64_t place) {
    return place == 0 ? '<' : place == size + 1 ? '>' : word[place - 1];
}

static inline int64_t ones(uint64_t bits) {
    bits -= bits >> 1 & 0x5555555555555555u;
    bits = (bits & 0x3333333333333333u) + (bits >> 2 & 0x3333333333333333u);
    return (int64_t)(((bits + (bits >> 4)) & 0x0F0F0F0F0F0F0F0Fu) * 0x0101010101010101u >> 56);
}

static void add_ngrams(const Model *model, Hidden *hidden, const uint8_t *word, int64_t size) {
    const int64_t end = size + 2;
    for (int64_t first = 0; first < end; first++) {
        if ((bracketed(word, size, first) & 0xC0) == 0x80)
            continue;
        uint32_t hash = FNV_OFFSET;
        int64_t place = first;
        for (int chars = 1; place < end && chars <= model->most; chars++) {
            do
                hash = hash_byte(hash, bracketed(word, size, place++));
            while (place < end && (bracketed(word, size, place) & 0xC0) == 0x80);
            if (chars < model->least || (chars == 1 && (first == 0 || place == end)))
                continue;
            const uint32_t bucket = hash % (uint32_t)model->buckets;
            const uint64_t bits = model->kept[bucket / 64] >> bucket % 64;
            if (bits & 1) /* its row is that of the group's end, less what follows in the group */
                add_row(model, hidden, model->words + model->before[bucket / 64 + 1] - ones(bits));
        }
    }
}

/* Returns the number of a word, or -1. */
static int64_t find_word(const Model *model, const uint8_t *word, int64_t size, uint32_t hash) {
    for (int64_t slot = hash % (uint64_t)model->slots;; slot = slot + 1 == model->slots ? 0 : slot + 1) {
        const int32_t number = model->table[slot];
        if (number < 0)
            return -1;
        if (model->spelled[number + 1] - model->spelled[number] == size &&
            !memcmp(model->spelling + model->spelled[number], word, (size_t)size))
            return number;
    }
}

static int separates(uint8_t byte) {
    return byte == ' ' || (byte >= '\t' && byte <= '\r') || byte == 0;
}

static void add_text(const Model *model, Hidden *hidden, const uint8_t *text, int64_t size) {
    static const char LABEL[] = "__label__";
    int64_t place = 0;
    while (place < size) {
        uint32_t hash = FNV_OFFSET;
        const int64_t start = place;
        for (; place < size && !separates(text[place]); place++)
            hash = hash_byte(hash, text[place]);
        const int64_t length = place - start;
        const uint8_t *word = text + start;
        if (length) {
            const int64_t number = find_word(model, word, length, hash);
            const int label = length >= (int64_t)sizeof LABEL - 1 && !memcmp(word, LABEL, sizeof LABEL - 1);
            if (number >= 0)
                add_row(model, hidden, number);
            if (number > 0 || (number < 0 && !label)) /* 0 is the end of a line, which has no n-grams */
                add_ngrams(model, hidden, word, length);
            if (number == 0)
                return; /* as written out, it ends the line too */
        }
        place++;
    }
    add_row(model, hidden, 0);
}

/* fastText's std_log: the sum in double, the result and the argument in float. */
static float log_of(float value) { return (float)log((double)value + 1e-5); }

static void answer(Answers *answers, float score, int32_t label) {
    int place = answers->found < answers->wanted ? answers->found++ : answers->wanted;
    for (; place > 0 && answers->best[place - 1].score < score; place--)
        answers->best[place] = answers->best[place - 1];
    answers->best[place] = (Answer){score, label};
}

/* Looks at the labels below a node that can still be among the best. */
static void descend(const Model *model, const Hidden *hidden, int64_t node, float score, Answers *answers) {
    if (score < log_of(0.0f) || (answers->found == answers->wanted &&
                                 score < answers->best[answers->wanted - 1].score))
        return;
    if (node < model->labels) {
        answer(answers, score, (int32_t)node);
        return;
    }
    const int64_t inner = node - model->labels;
    const float *question = model->questions + inner * DIM;
    float sum = 0.0f;
    for (int place = 0; place < DIM; place++)
        sum += question[place] * hidden->sum[place];
    const float yes = (float)(1.0 / (double)(1.0f + expf(-sum)));
    descend(model, hidden, model->left[inner], score + log_of((float)(1.0 - (double)yes)), answers);
    descend(model, hidden, model->right[inner], score + log_of(yes), answers);
}

static PyObject *told(const Answers *answers) {
    PyObject *list = PyList_New(answers->found);
    for (int place = 0; list && place < answers->found; place++) {
        const Answer *one = &answers->best[place];
        PyObject *pair = Py_BuildValue("(if)", (int)one->label, (double)expf(one->score));
        if (pair)
            PyList_SET_ITEM(list, place, pair);
        else
            Py_CLEAR(list);
    }
    return list;
}

enum { ROWS, QUESTIONS, KEPT, BEFORE, TABLE, SPELLING, SPELLED, LEFT, RIGHT, BUFFERS };

typedef struct {
    PyObject_HEAD
    Py_buffer given[BUFFERS];
    Model model;
} ModelObject;

static int words_fit(const Model *model, int64_t letters) {
    int64_t free_slots = 0;
    for (int64_t slot = 0; slot < model->slots; slot++) {
        if (model->table[slot] >= model->words)
            return 0;
        free_slots += model->table[slot] < 0;
    }
    for (int64_t word = 0; word < model->words; word++)
        if (model->spelled[word] < 0 || model->spelled[word] > model->spelled[word + 1])
            return 0;
    return free_slots > 0 && model->spelled[model->words] <= letters;
}

static int aligned(const Py_buffer *given) {
    static const size_t sizes[BUFFERS] = {4, 4, 8, 2, 4, 1, 8, 4, 4};
    for (int each = 0; each < BUFFERS; each++)
        if ((uintptr_t)given[each].buf % sizes[each])
            return 0;
    return 1;
}

/* Checks sizes, and that every number in the model is one of what it counts. */
static int fit(const Model *model, const Py_buffer *given) {
    const int64_t inner = model->labels - 1;
    if (inner < 1 || model->labels > MOST_LABELS || model->words < 1 || model->buckets < 1 ||
        model->buckets > UINT32_MAX || model->groups * 64 < model->buckets ||
        given[BEFORE].len != (model->groups + 1) * 2 || model->least < 1 || given[QUESTIONS].len != inner * DIM * 4 ||
        given[LEFT].len != inner * 4 || given[RIGHT].len != inner * 4)
        return 0;
    for (int64_t node = 0; node < inner; node++) /* children stand before their parent, so the tree ends */
        if (model->left[node] < 0 || model->left[node] >= model->labels + node || model->right[node] < 0 ||
            model->right[node] >= model->labels + node)
            return 0;
    int64_t before = 0;
    for (int64_t group = 0; group < model->groups; before += ones(model->kept[group++]))
        if (model->before[group] != before)
            return 0;
    return model->before[model->groups] == before && model->words + before == model->held_rows &&
           words_fit(model, given[SPELLING].len);
}

static void model_free(ModelObject *self) {
    for (int each = 0; each < BUFFERS; each++)
        PyBuffer_Release(&self->given[each]); /* does nothing where none was taken */
    Py_TYPE(self)->tp_free((PyObject *)self);
}

static PyObject *model_new(PyTypeObject *type, PyObject *arguments, PyObject *keywords) {
    if (keywords && PyDict_GET_SIZE(keywords)) {
        PyErr_SetString(PyExc_TypeError, "Model takes no keywords");
        return NULL;
    }
    ModelObject *self = (ModelObject *)type->tp_alloc(type, 0); /* all zero */
    unsigned int buckets;
    int least, most;
    if (!self)
        return NULL;
    Py_buffer *given = self->given;
    if (!PyArg_ParseTuple(arguments, "y*y*y*y*y*y*y*y*y*Iii", &given[0], &given[1], &given[2], &given[3], &given[4],
                          &given[5], &given[6], &given[7], &given[8], &buckets, &least, &most)) {
        memset(given, 0, sizeof self->given); /* what was taken is released already */
        Py_DECREF(self);
        return NULL;
    }
    self->model = (Model){
        .rows = given[ROWS].buf,
        .questions = given[QUESTIONS].buf,
        .kept = given[KEPT].buf,
        .before = given[BEFORE].buf,
        .table = given[TABLE].buf,
        .spelling = given[SPELLING].buf,
        .spelled = given[SPELLED].buf,
        .left = given[LEFT].buf,
        .right = given[RIGHT].buf,
        .words = given[SPELLED].len / 8 - 1,
        .buckets = buckets,
        .groups = given[KEPT].len / 8,
        .slots = given[TABLE].len / 4,
        .labels = given[LEFT].len / 4 + 1,
        .held_rows = given[ROWS].len / (DIM * 4),
        .least = least,
        .most = most,
    };
    if (!aligned(given) || !fit(&self->model, given)) {
        PyErr_SetString(PyExc_ValueError, "the arrays do not fit each other");
        Py_DECREF(self);
        return NULL;
    }
    return (PyObject *)self;
}

static PyObject *model_predict(ModelObject *self, PyObject *arguments) {
    const char *text;
    Py_ssize_t size;
    Hidden hidden = {{0.0f}, 0};
    Answers answers = {.found = 0};
    if (!PyArg_ParseTuple(arguments, "y#i", &text, &size, &answers.wanted))
        return NULL;
    if (answers.wanted < 1 || answers.wanted > MOST_FOUND) {
        PyErr_Format(PyExc_ValueError, "1 to %d labels can be asked for", MOST_FOUND);
        return NULL;
    }
    add_text(&self->model, &hidden, (const uint8_t *)text, size);
    const float part = (float)(1.0 / (double)hidden.rows);
    for (int place = 0; place < DIM; place++)
        hidden.sum[place] *= part;
    descend(&self->model, &hidden, 2 * self->model.labels - 2, 0.0f, &answers);
    return told(&answers);
}

static PyMethodDef methods[] = {
    {"predict", (PyCFunction)model_predict, METH_VARARGS,
     "predict(text, count)\n\nReturns the likeliest labels of a text, bytes of UTF-8, as (number, probability)."},
    {NULL, NULL, 0, NULL},
};

static PyTypeObject model_type = {
    PyVarObject_HEAD_INIT(NULL, 0).tp_name = "transforms.language._fasttext.Model",
    .tp_doc = "Model(rows, questions, kept, before, table, spelling, spelled, left, right, buckets, least, most)",
    .tp_basicsize = sizeof(ModelObject),
    .tp_flags = Py_TPFLAGS_DEFAULT,
    .tp_new = model_new,
    .tp_dealloc = (destructor)model_free,
    .tp_methods = methods,
};

static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, "_fasttext", NULL, -1, NULL, NULL, NULL, NULL, NULL};

PyMODINIT_FUNC PyInit__fasttext(void) {
    PyObject *made = PyModule_Create(&module);
    if (made && PyModule_AddType(made, &model_type) < 0)
        Py_CLEAR(made);
    return made;
}
