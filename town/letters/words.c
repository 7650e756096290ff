/* What a suggestion is found by. Chinese has no blanks between words, so pairs of neighbouring
 * characters stand for them; letters and digits are words as they are. */
#include "store/queries.h"
#include "town/letters/internal.h"

enum { TITLE_WEIGHT = 5, WORDS_ARENA_MAX = 4 * 1024 * 1024 };

static bool is_han(uint32_t c)
{
    static const struct str_points han[] = {
        {0x3400, 0x4DBF}, {0x4E00, 0x9FFF}, {0xF900, 0xFAFF}, {0x20000, 0x3134F}};
    return STR_POINT_IN(c, han);
}

static bool is_latin(uint32_t c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

void words_init(struct words *w, size_t most)
{
    *w = (struct words){.most = most};
    map_init(&w->seen);
}

void words_free(struct words *w)
{
    map_free(&w->seen);
}

static enum err add(struct arena *arena, struct words *w, struct str text, int64_t weight)
{
    char *p = arena_alloc(arena, text.n + 1);
    if (!p)
        return ERR_NOMEM;
    for (size_t i = 0; i < text.n; i++)
        p[i] = (char)(text.p[i] >= 'A' && text.p[i] <= 'Z' ? text.p[i] + 'a' - 'A' : text.p[i]);
    struct str lower = str_n(p, text.n);
    struct word *same = map_get(&w->seen, lower);
    if (same)
        same->weight += weight;
    if (same || w->n == w->most)
        return OK;
    w->word[w->n] = (struct word){lower, weight};
    return map_put(&w->seen, lower, &w->word[w->n++]);
}

enum err words_of(struct arena *arena, struct str text, int64_t weight, struct words *w)
{
    size_t at = 0, before = 0; /* where the character before this one began, when that was Han */
    bool follows = false;
    enum err e = OK;
    if (!w->word && !(w->word = arena_alloc(arena, w->most * sizeof(*w->word))))
        return ERR_NOMEM;
    while (!e && at < text.n) {
        size_t from = at;
        uint32_t c = str_next_point(text, &at);
        if (is_latin(c)) {
            while (at < text.n && is_latin((uint8_t)text.p[at]))
                at++;
            if (at - from <= WORD_BYTES_MAX)
                e = add(arena, w, str_slice(text, from, at), weight);
            follows = false;
            continue;
        }
        bool is = is_han(c);
        if (is && follows)
            e = add(arena, w, str_slice(text, before, at), weight);
        follows = is;
        before = from;
    }
    return e;
}

enum err words_asked(struct arena *arena, struct str asked, struct words_asked *out)
{
    struct words w;
    *out = (struct words_asked){.q = str_head(str_trim(asked), WORDS_Q_MAX)};
    for (int i = 0; i < WORDS_FOUND_BY; i++)
        out->word[i] = STR("");
    if (out->q.n == 0 || (!str_to_i64(out->q, &out->number) && out->number > 0))
        return OK;
    out->number = 0;
    words_init(&w, WORDS_MAX);
    enum err e = words_of(arena, out->q, 1, &w);
    words_free(&w);
    for (size_t i = 0; !e && i < w.n && i < WORDS_FOUND_BY; i++)
        out->word[i] = w.word[i].text;
    if (!e && w.n == 0)
        out->word[0] = out->q; /* a single character: nothing is kept under it */
    return e;
}

enum err words_keep(struct tx *tx, int64_t suggestion, struct str title, struct str text)
{
    struct words w;
    words_init(&w, WORDS_MAX);
    enum err e = words_of(tx->arena, title, TITLE_WEIGHT, &w);
    if (!e)
        e = words_of(tx->arena, text, 1, &w);
    words_free(&w);
    struct val *args = arena_alloc(tx->arena, (w.n + 1) * 3 * sizeof(*args));
    if (!e && !args)
        return ERR_NOMEM;
    for (size_t i = 0; !e && i < w.n; i++) {
        args[3 * i] = V_STR(w.word[i].text);
        args[3 * i + 1] = V_INT(suggestion);
        args[3 * i + 2] = V_INT(w.word[i].weight);
    }
    return e ? e : db_exec_many(tx->db, &q_letters_word_add, args, w.n, NULL);
}

enum err words_due(struct tx *tx, void *unused)
{
    struct rows ids, row;
    size_t bytes = 0;
    (void)unused;
    enum err e =
        db_select(tx->db, &q_letters_words_due_ids, ARGS(V_INT(WORDS_DUE_MOST)), tx->arena, &ids);
    for (size_t i = 0; !e && i < ids.n && bytes < WORDS_DUE_BYTES; i++) {
        int64_t id = row_int(&ids, i, "suggestion_id");
        struct arena *arena = tx->arena, own;
        arena_init(&own, WORDS_ARENA_MAX);
        tx->arena = &own;
        e = case_row(tx, id, &row);
        if (!e)
            e = words_keep(tx, id, row_str(&row, 0, "title"), row_str(&row, 0, "text"));
        if (!e) {
            bytes += row_str(&row, 0, "title").n + row_str(&row, 0, "text").n;
            e = db_exec(tx->db, &q_letters_words_done, ARGS(V_INT(id)), NULL);
        }
        tx->arena = arena;
        arena_free(&own);
    }
    return e;
}
