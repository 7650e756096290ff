#include "town/hall/search_order.h"

#include <string.h>

#include "store/queries.h"

enum {
    WALK_MOST = 4 * HALL_PAGE, /* goods whose tokens are read */
    ARGS_MOST = 12,
};

static const struct place {
    const struct query *page, *size;
    const char *parts,
        *without; /* that have the words, and that are a better place; NULL: titles */
} places[] = {
    {&q_hall_search_whole, &q_hall_search_whole_size, NULL, NULL},
    {&q_hall_search_begins, &q_hall_search_begins_size, NULL, NULL},
    {&q_hall_search_place, &q_hall_search_place_size, "t", ""},
    {&q_hall_search_place, &q_hall_search_place_size, "tm", "t"},
    {&q_hall_search_place, &q_hall_search_place_size, "tmf", "tm"},
    {&q_hall_search_place, &q_hall_search_place_size, "tmfks", "tmf"},
};
enum { PLACES = sizeof(places) / sizeof(places[0]), PLACES_BY_NAME = PLACES - 1 };

struct order {
    const struct search_attempt *a;
    struct str whole, beyond; /* titles from whole on, below beyond, begin with whole */
    int64_t limit, skip;
    struct hall_ids *out;
    struct walked {
        int64_t id;
        bool begins;
        struct str *tokens;
        size_t n;
    } * walked; /* what sells most, of what was asked for besides words; no whole titles */
    size_t walked_n;
};

const char *search_match(const struct search_attempt *a, const char *parts, const char *without)
{
    return search_terms_text(&a->terms, parts, without, db_dialect(a->db), a->arena);
}

static int64_t left(const struct order *o)
{
    return o->limit - (int64_t)o->out->n;
}

/* ---- what sells most ---- */

static bool cut(struct str words, struct arena *arena, struct walked *out)
{
    struct str rest = words;
    size_t n = 1;
    for (size_t i = 0; i < words.n; i++)
        n += words.p[i] == ' ';
    out->tokens = arena_array(arena, n, sizeof(*out->tokens));
    for (; out->tokens && rest.n && out->n < n; out->n++)
        out->tokens[out->n] = str_cut(rest, ' ', &rest);
    return out->tokens != NULL;
}

static enum err walk(struct order *o)
{
    struct rows rs;
    enum err e = db_select(
        o->a->db, &q_hall_search_walk,
        ARGS(V_STR(o->whole), V_STR(o->beyond), SEARCH_FILTERS(o->a->ask), V_INT(WALK_MOST)),
        o->a->arena, &rs);
    o->walked = e ? NULL : arena_array(o->a->arena, WALK_MOST, sizeof(*o->walked));
    for (size_t i = 0; o->walked && i < rs.n; i++, o->walked_n++) {
        struct walked *w = &o->walked[i];
        w->id = row_int(&rs, i, "id");
        w->begins = row_int(&rs, i, "begins") != 0;
        if (!cut(row_str(&rs, i, "words"), o->a->arena, w))
            return ERR_NOMEM;
    }
    return e ? e : o->walked ? OK : ERR_NOMEM;
}

static bool stands_in(const struct order *o, const struct walked *w, const struct place *p)
{
    if (!p->parts || w->begins)
        return !p->parts && w->begins;
    return search_terms_have(&o->a->terms, p->parts, p->without, w->tokens, w->n);
}

/* Do those that were walked fill the page? Then they are its best: each after them sells less. */
static bool is_filled(struct order *o, const struct place *p)
{
    int64_t skip = o->skip, wanted = left(o), n = 0;
    int64_t *ids = o->out->ids + o->out->n;
    for (size_t i = 0; i < o->walked_n && n < wanted; i++) {
        if (!stands_in(o, &o->walked[i], p))
            continue;
        if (skip > 0)
            skip--;
        else
            ids[n++] = o->walked[i].id;
    }
    if (n < wanted)
        return false;
    o->out->n += (size_t)n;
    o->skip = 0;
    return true;
}

/* ---- the places ---- */

/* In the order in which the statements name them: the words, what else was asked, the title.
 * None without memory. */
static size_t conditions(const struct order *o, const struct place *p, struct val *args)
{
    const struct val filters[] = {SEARCH_FILTERS(o->a->ask)};
    const char *text = p->parts ? search_match(o->a, p->parts, p->without) : NULL;
    size_t n = 0;
    if (p->parts && !text)
        return 0;
    if (text)
        args[n++] = V_Z(text);
    memcpy(args + n, filters, sizeof(filters));
    n += sizeof(filters) / sizeof(filters[0]);
    args[n++] = V_STR(o->whole);
    if (p->page != &q_hall_search_whole)
        args[n++] = V_STR(o->beyond);
    return n;
}

static enum err take(struct order *o, const struct place *p)
{
    struct rows rs;
    struct val args[ARGS_MOST];
    if (is_filled(o, p))
        return OK;
    size_t n = conditions(o, p, args);
    if (n == 0)
        return ERR_NOMEM;
    args[n] = V_INT(left(o));
    args[n + 1] = V_INT(o->skip);
    enum err e = db_select(o->a->db, p->page, args, n + 2, o->a->arena, &rs);
    for (size_t i = 0; e == OK && i < rs.n; i++)
        o->out->ids[o->out->n++] = row_int(&rs, i, "id");
    if (e == OK && rs.n) {
        o->skip = 0;
    } else if (e == OK && o->skip) { /* they all come before what is asked for */
        e = db_one(o->a->db, p->size, args, n, o->a->arena, &rs);
        o->skip -= e ? 0 : row_int(&rs, 0, "n");
    }
    return e;
}

enum err search_best_first(const struct search_attempt *a, const struct search_wish *wish,
                           struct hall_ids *out)
{
    struct order o = {.a = a, .limit = wish->limit, .skip = wish->skip, .out = out};
    size_t n = wish->by_name_only ? PLACES_BY_NAME : PLACES;
    out->n = 0;
    o.whole = search_fold(wish->whole, a->arena);
    o.beyond = str_of(arena_printf(a->arena, "%.*s\xF4\x8F\xBF\xBF", STR_ARG(o.whole)));
    enum err e = OK;
    for (size_t i = 0; e == OK && i < n && left(&o) > 0; i++) {
        if (i == 1 && wish->is_common)
            e = walk(&o);
        if (e == OK)
            e = take(&o, &places[i]);
    }
    return e;
}
