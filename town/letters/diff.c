/* Comparing and merging texts: see diff.h. */
#include "town/letters/diff.h"

#include <stdlib.h>

#include "base/buf.h"

/* ---- pieces ---- */

struct pieces {
    struct str *at;
    size_t n;
};

static enum err split_lines(struct arena *arena, struct str text, struct pieces *out)
{
    size_t most = 1;
    for (size_t i = 0; i < text.n; i++)
        most += text.p[i] == '\n';
    out->at = arena_array(arena, most, sizeof(*out->at));
    out->n = 0;
    for (size_t i = 0; out->at && i < most; i++)
        out->at[out->n++] = str_cut(text, '\n', &text);
    return out->at ? OK : ERR_NOMEM;
}

static bool is_latin(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

static size_t word_end(struct str s, size_t at)
{
    size_t end = at;
    if (at + 1 < s.n && s.p[at] == '[' && s.p[at + 1] == '[')
        for (size_t i = at + 2; i + 1 < s.n && s.p[i] != '\n'; i++)
            if (s.p[i] == ']' && s.p[i + 1] == ']')
                return i + 2;
    while (end < s.n && is_latin(s.p[end]))
        end++;
    if (end == at)
        str_next_point(s, &end);
    return end;
}

static enum err split_words(struct arena *arena, struct str text, struct pieces *out)
{
    out->at = arena_array(arena, text.n + 1, sizeof(*out->at));
    out->n = 0;
    for (size_t at = 0, end; out->at && at < text.n; at = end) {
        end = word_end(text, at);
        out->at[out->n++] = str_slice(text, at, end);
    }
    return out->at ? OK : ERR_NOMEM;
}

/* ---- the longest common subsequence ---- */

#define NONE ((size_t)-1)

static void match_middle(const struct str *a, size_t n, const struct str *b, size_t m,
                         uint16_t *length, size_t *match, size_t offset)
{
    size_t wide = m + 1;
    for (size_t i = n; i-- > 0;)
        for (size_t j = m; j-- > 0;) {
            uint16_t down = length[(i + 1) * wide + j], right = length[i * wide + j + 1];
            length[i * wide + j] = str_eq(a[i], b[j])
                                       ? (uint16_t)(length[(i + 1) * wide + j + 1] + 1)
                                   : down > right ? down
                                                  : right;
        }
    for (size_t i = 0, j = 0; i < n && j < m;) {
        if (str_eq(a[i], b[j]))
            match[i++] = offset + j++;
        else if (length[(i + 1) * wide + j] >= length[i * wide + j + 1])
            i++;
        else
            j++;
    }
}

/* match[i]: which piece of b is the i-th of a, or NONE; rising. */
static enum err match(struct arena *arena, const struct pieces *a, const struct pieces *b,
                      size_t **out)
{
    size_t head = 0, tail = 0, n = a->n, m = b->n;
    size_t *found = *out = arena_array(arena, n + 1, sizeof(**out));
    if (!found)
        return ERR_NOMEM;
    for (; head < n && head < m && str_eq(a->at[head], b->at[head]); head++)
        found[head] = head;
    for (; tail < n - head && tail < m - head && str_eq(a->at[n - 1 - tail], b->at[m - 1 - tail]);
         tail++)
        found[n - 1 - tail] = m - 1 - tail;
    size_t rows = n - head - tail, columns = m - head - tail;
    for (size_t i = 0; i < rows; i++)
        found[head + i] = NONE;
    if (rows == 0 || columns == 0 || rows > UINT16_MAX || columns > UINT16_MAX ||
        (rows + 1) * (columns + 1) > DIFF_CELLS_MAX)
        return OK;
    uint16_t *length = calloc((rows + 1) * (columns + 1), sizeof(*length));
    if (!length)
        return ERR_NOMEM;
    match_middle(a->at + head, rows, b->at + head, columns, length, found + head, head);
    free(length);
    return OK;
}

/* ---- words ---- */

/* Longer, when it goes on where the last one ended. */
static void add_word(struct diff_part *parts, size_t *n, enum diff_kind kind, struct str was,
                     struct str is)
{
    struct diff_part *last = *n ? &parts[*n - 1] : NULL;
    if (last && last->kind == kind) {
        last->was.n += was.n;
        last->is.n += is.n;
    } else {
        parts[(*n)++] = (struct diff_part){kind, was, is};
    }
}

enum err diff_words(struct arena *arena, struct str was, struct str is, struct diff_part **out,
                    size_t *n)
{
    struct pieces a, b;
    size_t *found, j = 0;
    *n = 0;
    enum err e = split_words(arena, was, &a);
    if (e == OK)
        e = split_words(arena, is, &b);
    if (e == OK)
        e = match(arena, &a, &b, &found);
    *out = e == OK ? arena_array(arena, a.n + b.n + 1, sizeof(**out)) : NULL;
    if (!*out)
        return e != OK ? e : ERR_NOMEM;
    for (size_t i = 0; i <= a.n; i++) {
        size_t until = i == a.n ? b.n : found[i];
        for (; until != NONE && j < until; j++)
            add_word(*out, n, DIFF_NEW, STR_NONE, b.at[j]);
        if (i < a.n && found[i] == NONE)
            add_word(*out, n, DIFF_OLD, a.at[i], STR_NONE);
        else if (i < a.n)
            add_word(*out, n, DIFF_SAME, a.at[i], b.at[j++]);
    }
    return OK;
}

/* ---- paragraphs ---- */

/* A third of the longer one is the same. */
static enum err are_alike(struct arena *arena, struct str was, struct str is, bool *out)
{
    struct diff_part *parts;
    size_t n, same = 0, longer = was.n > is.n ? was.n : is.n;
    enum err e = diff_words(arena, was, is, &parts, &n);
    for (size_t i = 0; e == OK && i < n; i++)
        same += parts[i].kind == DIFF_SAME ? parts[i].is.n : 0;
    *out = same * 3 >= longer && same > 0;
    return e;
}

struct gap { /* paragraphs between two that are the same */
    const struct str *was, *is;
    size_t was_n, is_n;
};

static enum err put_gap(struct arena *arena, const struct gap *g, struct diff_part *parts,
                        size_t *n)
{
    size_t i = 0, j = 0;
    enum err e = OK;
    while (e == OK && (i < g->was_n || j < g->is_n)) {
        bool alike = false;
        if (i < g->was_n && j < g->is_n)
            e = are_alike(arena, g->was[i], g->is[j], &alike);
        if (alike)
            parts[(*n)++] = (struct diff_part){DIFF_CHANGED, g->was[i++], g->is[j++]};
        else if (i < g->was_n)
            parts[(*n)++] = (struct diff_part){DIFF_OLD, g->was[i++], STR_NONE};
        else
            parts[(*n)++] = (struct diff_part){DIFF_NEW, STR_NONE, g->is[j++]};
    }
    return e;
}

enum err diff_lines(struct arena *arena, struct str was, struct str is, struct diff_part **out,
                    size_t *n)
{
    struct pieces a, b;
    size_t *found, from = 0, j = 0;
    *n = 0;
    enum err e = split_lines(arena, was, &a);
    if (e == OK)
        e = split_lines(arena, is, &b);
    if (e == OK)
        e = match(arena, &a, &b, &found);
    *out = e == OK ? arena_array(arena, a.n + b.n + 1, sizeof(**out)) : NULL;
    if (!*out)
        return e != OK ? e : ERR_NOMEM;
    for (size_t i = 0; e == OK && i <= a.n; i++) {
        if (i < a.n && found[i] == NONE)
            continue;
        size_t until = i == a.n ? b.n : found[i];
        struct gap g = {a.at + from, b.at + j, i - from, until - j};
        e = put_gap(arena, &g, *out, n);
        if (i < a.n)
            (*out)[(*n)++] = (struct diff_part){DIFF_SAME, a.at[i], b.at[until]};
        from = i + 1;
        j = until + 1;
    }
    return e;
}

/* ---- merging ---- */

struct merge {
    struct buf out; /* owned */
    bool any;       /* a line was written */
    const struct merge_marks *marks;
    size_t conflicts;
};

struct chunk {
    const struct str *at;
    size_t n;
};

static bool is_same(struct chunk a, struct chunk b)
{
    bool same = a.n == b.n;
    for (size_t i = 0; same && i < a.n; i++)
        same = str_eq(a.at[i], b.at[i]);
    return same;
}

static void put_line(struct merge *m, struct str line)
{
    if (m->any)
        buf_u8(&m->out, '\n');
    buf_str(&m->out, line);
    m->any = true;
}

static void put_chunk(struct merge *m, struct chunk c)
{
    for (size_t i = 0; i < c.n; i++)
        put_line(m, c.at[i]);
}

static void put_conflict(struct merge *m, struct chunk theirs, struct chunk mine)
{
    m->conflicts++;
    put_line(m, m->marks->theirs);
    put_chunk(m, theirs);
    put_line(m, m->marks->mine);
    put_chunk(m, mine);
    put_line(m, m->marks->end);
}

static void merge_chunk(struct merge *m, struct chunk base, struct chunk theirs, struct chunk mine)
{
    if (is_same(base, theirs) || is_same(theirs, mine))
        put_chunk(m, mine);
    else if (is_same(base, mine))
        put_chunk(m, theirs);
    else if (base.n == theirs.n && base.n == mine.n && base.n > 1)
        for (size_t i = 0; i < base.n; i++) /* paragraphs beside each other: each by itself */
            merge_chunk(m, (struct chunk){base.at + i, 1}, (struct chunk){theirs.at + i, 1},
                        (struct chunk){mine.at + i, 1});
    else
        put_conflict(m, theirs, mine);
}

static void merge_all(struct merge *m, const struct pieces *a, const struct pieces *b,
                      const struct pieces *c, const size_t *in_b, const size_t *in_c)
{
    size_t from = 0, j = 0, k = 0;
    for (size_t i = 0; i <= a->n; i++) {
        if (i < a->n && (in_b[i] == NONE || in_c[i] == NONE))
            continue;
        size_t b_to = i == a->n ? b->n : in_b[i], c_to = i == a->n ? c->n : in_c[i];
        merge_chunk(m, (struct chunk){a->at + from, i - from}, (struct chunk){b->at + j, b_to - j},
                    (struct chunk){c->at + k, c_to - k});
        if (i < a->n)
            put_line(m, a->at[i]);
        from = i + 1;
        j = b_to + 1;
        k = c_to + 1;
    }
}

enum err diff_merge(struct arena *arena, struct str base, struct str theirs, struct str mine,
                    const struct merge_marks *marks, struct str *out, size_t *conflicts)
{
    struct pieces a, b, c;
    size_t *in_b, *in_c;
    enum err e = split_lines(arena, base, &a);
    if (e == OK)
        e = split_lines(arena, theirs, &b);
    if (e == OK)
        e = split_lines(arena, mine, &c);
    if (e == OK)
        e = match(arena, &a, &b, &in_b);
    if (e == OK)
        e = match(arena, &a, &c, &in_c);
    if (e != OK)
        return e;
    struct merge m = {.marks = marks};
    size_t mark = marks->theirs.n + marks->mine.n + marks->end.n + 3;
    buf_init(&m.out, base.n + theirs.n + mine.n + (a.n + b.n + c.n + 1) * (mark + 1));
    merge_all(&m, &a, &b, &c, in_b, in_c);
    *out = arena_str(arena, str_n(m.out.p, m.out.n));
    *conflicts = m.conflicts;
    bool ok = buf_ok(&m.out);
    buf_free(&m.out);
    return ok && !arena_failed(arena) ? OK : ERR_NOMEM;
}
