#include "town/house/match.h"

#include <stdatomic.h>
#include <stdlib.h>

enum {
    MATCHER_ARENA_MAX = 32 << 20,
    NUMBER_DIGITS_MIN = 5,
    NONE = -1,
};

struct node {
    uint32_t parent, letter, fail;
    int32_t term;  /* the first that ends here, or NONE */
    uint32_t next; /* the nearest end of it where a term ends too; 0: none */
    uint16_t depth;
};

struct edge {
    uint64_t key; /* node and letter; 0: empty */
    uint32_t to;
};

struct term {
    struct house_term told;
    uint32_t *plain; /* its letters */
    uint16_t n;
    int32_t other; /* the next that is spoken alike, or NONE */
    bool whole_begin, whole_end;
};

struct house_matcher {
    atomic_int holders;
    struct arena arena; /* all of it */
    const struct house_fold *fold;
    struct node *nodes;
    struct edge *edges;
    struct term *terms;
    size_t nodes_n, edges_room, terms_n;
    const struct house_term *numbers[HOUSE_NUMBERS_MAX];
    size_t numbers_n;
};

/* --- edges: from a node by a letter --- */

static uint64_t key_of(uint32_t node, uint32_t letter)
{
    return (uint64_t)(node + 1) << 32 | letter;
}

static struct edge *edge_at(const struct house_matcher *m, uint64_t key)
{
    /* The keys are of the base's own words: nobody outside chooses collisions. */
    size_t at = (size_t)(key * 0x9E3779B97F4A7C15u >> 20) & (m->edges_room - 1);
    while (m->edges[at].key && m->edges[at].key != key)
        at = (at + 1) & (m->edges_room - 1);
    return &m->edges[at];
}

static uint32_t step(const struct house_matcher *m, uint32_t node, uint32_t letter)
{
    return edge_at(m, key_of(node, letter))->to; /* 0, the root, for none */
}

/* --- numbers --- */

static bool is_digit(uint32_t c)
{
    return c >= '0' && c <= '9';
}

static bool is_number(struct str text)
{
    return memchr(text.p, '#', text.n) != NULL;
}

static bool number_ok(struct str text)
{
    for (size_t i = 0; i < text.n; i++)
        if (text.p[i] != '#' && !is_digit((unsigned char)text.p[i]))
            return false;
    return text.n >= NUMBER_DIGITS_MIN && text.n <= HOUSE_TERM_MAX;
}

/* --- making --- */

enum err house_term_check(const struct house_fold *f, struct str text)
{
    struct house_letter letters[HOUSE_TERM_MAX]; /* a character is one letter, or none */
    if (!text.n || str_characters(text) > HOUSE_TERM_MAX)
        return ERR_INVALID;
    if (is_number(text))
        return number_ok(text) ? OK : ERR_INVALID;
    size_t n = house_fold_text(f, text, letters, HOUSE_TERM_MAX);
    return n >= HOUSE_TERM_MIN ? OK : ERR_INVALID;
}

static bool is_ascii(uint32_t c)
{
    return is_digit(c) || (c >= 'a' && c <= 'z');
}

static enum err descend(struct house_matcher *m, uint32_t *node, uint32_t letter)
{
    struct edge *e = edge_at(m, key_of(*node, letter));
    if (!e->key && m->nodes_n == HOUSE_NODES_MAX)
        return ERR_LIMIT;
    if (!e->key) {
        *e = (struct edge){key_of(*node, letter), (uint32_t)m->nodes_n};
        m->nodes[m->nodes_n++] = (struct node){.parent = *node,
                                               .letter = letter,
                                               .term = NONE,
                                               .depth = (uint16_t)(m->nodes[*node].depth + 1)};
    }
    *node = e->to;
    return OK;
}

static enum err add_word(struct house_matcher *m, struct term *t)
{
    struct house_letter letters[HOUSE_TERM_MAX];
    uint32_t node = 0;
    enum err e = OK;
    t->n = (uint16_t)house_fold_text(m->fold, t->told.text, letters, HOUSE_TERM_MAX);
    t->plain = arena_array(&m->arena, t->n, sizeof(*t->plain));
    if (!t->plain)
        return ERR_NOMEM;
    for (size_t i = 0; !e && i < t->n; i++) {
        t->plain[i] = letters[i].plain;
        e = descend(m, &node, letters[i].sound);
    }
    if (e)
        return e;
    t->whole_begin = is_ascii(t->plain[0]);
    t->whole_end = is_ascii(t->plain[t->n - 1]);
    t->other = m->nodes[node].term;
    m->nodes[node].term = (int32_t)(t - m->terms);
    return OK;
}

static enum err add_term(struct house_matcher *m, const struct house_term *told)
{
    struct term *t = &m->terms[m->terms_n];
    if (house_term_check(m->fold, told->text))
        return OK;
    t->told = (struct house_term){arena_str(&m->arena, told->text),
                                  arena_str(&m->arena, told->rule), told->class};
    m->terms_n++;
    if (arena_failed(&m->arena))
        return ERR_NOMEM;
    if (!is_number(told->text))
        return add_word(m, t);
    if (m->numbers_n == HOUSE_NUMBERS_MAX)
        return ERR_LIMIT;
    m->numbers[m->numbers_n++] = &t->told;
    return OK;
}

static uint32_t fail_of(const struct house_matcher *m, const struct node *n)
{
    uint32_t at = n->parent;
    while (at) {
        at = m->nodes[at].fail;
        uint32_t to = step(m, at, n->letter);
        if (to)
            return to;
    }
    return 0;
}

/* Depth after depth: what a node falls back to is less deep than itself. */
static void link_nodes(struct house_matcher *m)
{
    for (uint16_t depth = 1, found = 1; found; depth++) {
        found = 0;
        for (size_t i = 1; i < m->nodes_n; i++) {
            struct node *n = &m->nodes[i];
            if (n->depth != depth)
                continue;
            found = 1;
            n->fail = fail_of(m, n);
            n->next = m->nodes[n->fail].term != NONE ? n->fail : m->nodes[n->fail].next;
        }
    }
}

static size_t letters_in(const struct house_term *terms, size_t n)
{
    size_t all = 1;
    for (size_t i = 0; i < n && all < HOUSE_NODES_MAX; i++)
        all += str_characters(terms[i].text);
    return all < HOUSE_NODES_MAX ? all : HOUSE_NODES_MAX;
}

static enum err make(struct house_matcher *m, const struct house_term *terms, size_t n)
{
    size_t most = letters_in(terms, n);
    m->edges_room = 64;
    while (m->edges_room < 2 * most)
        m->edges_room *= 2;
    m->nodes =
        arena_array(&m->arena, HOUSE_NODES_MAX < most ? HOUSE_NODES_MAX : most, sizeof(*m->nodes));
    m->edges = arena_array(&m->arena, m->edges_room, sizeof(*m->edges));
    m->terms = arena_array(&m->arena, n + 1, sizeof(*m->terms));
    if (!m->nodes || !m->edges || !m->terms)
        return ERR_NOMEM;
    m->nodes[m->nodes_n++].term = NONE; /* the root */
    enum err e = OK;
    for (size_t i = 0; !e && i < n; i++)
        e = add_term(m, &terms[i]);
    if (!e)
        link_nodes(m);
    return e;
}

enum err house_matcher_make(const struct house_fold *f, const struct house_term *terms, size_t n,
                            struct house_matcher **out)
{
    struct house_matcher *m = n > HOUSE_TERMS_MAX ? NULL : calloc(1, sizeof(*m));
    *out = NULL;
    if (!m)
        return n > HOUSE_TERMS_MAX ? ERR_LIMIT : ERR_NOMEM;
    atomic_init(&m->holders, 1);
    arena_init(&m->arena, MATCHER_ARENA_MAX);
    m->fold = f;
    enum err e = make(m, terms, n);
    if (e)
        house_matcher_drop(m);
    else
        *out = m;
    return e;
}

struct house_matcher *house_matcher_keep(struct house_matcher *m)
{
    atomic_fetch_add(&m->holders, 1);
    return m;
}

void house_matcher_drop(struct house_matcher *m)
{
    if (!m || atomic_fetch_sub(&m->holders, 1) != 1)
        return;
    arena_free(&m->arena);
    free(m);
}

/* --- matching --- */

struct look {
    const struct house_matcher *m;
    const struct house_letter *letters;
    size_t n;
    uint32_t
        *exempt_until; /* of each letter: how far an exemption reaches that covers it; 0: none */
    struct house_found *out;
    size_t found, most;
};

static bool spelt_so(const struct look *k, const struct term *t, size_t from)
{
    for (size_t i = 0; i < t->n; i++)
        if (k->letters[from + i].plain != t->plain[i])
            return false;
    return true;
}

static bool across_signs(const struct look *k, size_t from, size_t until)
{
    for (size_t i = from + 1; i < until; i++)
        if (k->letters[i].gap == HOUSE_SIGNS)
            return true;
    return false;
}

/* Two ASCII letters, or two digits, side by side are of one word. */
static bool is_torn(const struct look *k, size_t left)
{
    if (left + 1 >= k->n || k->letters[left + 1].gap != HOUSE_NEAR)
        return false;
    uint32_t a = k->letters[left].plain, b = k->letters[left + 1].plain;
    return is_ascii(a) && is_ascii(b) && is_digit(a) == is_digit(b);
}

static bool is_whole(const struct look *k, const struct term *t, size_t from)
{
    return !(t->whole_begin && from > 0 && is_torn(k, from - 1)) &&
           !(t->whole_end && is_torn(k, from + t->n - 1));
}

static void put_found(struct look *k, const struct house_term *term, size_t from, size_t until,
                      bool guess)
{
    for (size_t i = 0; i < k->found; i++)
        if (k->out[i].term == term) {
            k->out[i].is_guess &= guess; /* found twice: what is certain counts */
            return;
        }
    if (k->found < k->most)
        k->out[k->found++] =
            (struct house_found){term, k->letters[from].from, k->letters[until - 1].to, guess};
}

static void meet(struct look *k, const struct term *t, size_t until, bool exempting)
{
    size_t from = until - t->n;
    bool certain = spelt_so(k, t, from);
    if (!is_whole(k, t, from) || (t->told.class == HOUSE_EXEMPT) != exempting)
        return;
    if (exempting) {
        if (certain && k->exempt_until[from] < until)
            k->exempt_until[from] = (uint32_t)until;
        return;
    }
    if (k->exempt_until[from] < until)
        put_found(k, &t->told, from, until, !certain || across_signs(k, from, until));
}

static void walk(struct look *k, bool exempting)
{
    const struct house_matcher *m = k->m;
    uint32_t at = 0;
    for (size_t i = 0; i < k->n; i++) {
        if (k->letters[i].gap == HOUSE_FAR)
            at = 0;
        uint32_t to = step(m, at, k->letters[i].sound);
        while (!to && at) {
            at = m->nodes[at].fail;
            to = step(m, at, k->letters[i].sound);
        }
        at = to;
        uint32_t end = m->nodes[at].term != NONE ? at : m->nodes[at].next;
        for (; end; end = m->nodes[end].next)
            for (int32_t t = m->nodes[end].term; t != NONE; t = m->terms[t].other)
                meet(k, &m->terms[t], i + 1, exempting);
    }
}

/* An exemption that begins before a letter and ends behind it covers it, too. */
static void spread(struct look *k)
{
    for (size_t i = 1; i < k->n; i++)
        if (k->exempt_until[i] < k->exempt_until[i - 1])
            k->exempt_until[i] = k->exempt_until[i - 1];
}

static bool begins_so(const struct look *k, struct str number, size_t from)
{
    for (size_t i = 0; i < number.n; i++)
        if (number.p[i] != '#' && (unsigned char)number.p[i] != k->letters[from + i].plain)
            return false;
    return true;
}

static void find_numbers(struct look *k)
{
    for (size_t from = 0, until; from < k->n; from = until) {
        until = from + 1;
        if (!is_digit(k->letters[from].plain))
            continue;
        while (until < k->n && is_digit(k->letters[until].plain) &&
               k->letters[until].gap <= HOUSE_BLANK)
            until++;
        for (size_t i = 0; i < k->m->numbers_n; i++) {
            const struct house_term *t = k->m->numbers[i];
            if (t->class != HOUSE_EXEMPT && until - from >= t->text.n &&
                k->exempt_until[from] < until && begins_so(k, t->text, from))
                put_found(k, t, from, until, false);
        }
    }
}

size_t house_match(const struct house_matcher *m, struct str text, struct arena *arena,
                   struct house_found *out, size_t most)
{
    size_t room = text.n < HOUSE_TEXT_MAX ? text.n : HOUSE_TEXT_MAX;
    struct house_letter *letters = arena_array(arena, room + 1, sizeof(*letters));
    struct look k = {.m = m,
                     .letters = letters,
                     .exempt_until = arena_array(arena, room + 1, sizeof(uint32_t)),
                     .out = out,
                     .most = most};
    if (!letters || !k.exempt_until)
        return 0;
    k.n = house_fold_text(m->fold, text, letters, room);
    walk(&k, true);
    spread(&k);
    walk(&k, false);
    find_numbers(&k);
    return k.found;
}
