#include "town/hall/search_order.h"

#include "store/queries.h"

enum {
    WALK_MOST = 4 * HALL_PAGE, /* goods whose tokens are read */
    WALK_TOKENS = 1000,        /* of one; those with more are left to the store */
};

/* After the titles that begin so: parts, and what is in a better place. */
static const struct {
    const char *parts, *without;
} places[] = {{"t", ""}, {"tm", "t"}, {"tmf", "tm"}, {"tmfks", "tmf"}};
enum { PLACES = sizeof(places) / sizeof(places[0]), PLACES_BY_NAME = 3 };

struct order {
    const struct search_attempt *a;
    struct str whole, beyond; /* titles from whole on, below beyond, begin with whole */
    int64_t limit, skip;
    struct hall_ids *out;
    struct walked {
        int64_t id;
        struct str *tokens;
        size_t n;
    } * walked; /* what sells most, of what was asked for besides words */
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

static void take(struct order *o, const struct rows *rs)
{
    for (size_t i = 0; i < rs->n; i++)
        o->out->ids[o->out->n++] = row_int(rs, i, "id");
    if (rs->n)
        o->skip = 0;
}

/* ---- what sells most ---- */

static bool cut(struct str words, struct arena *arena, struct walked *out)
{
    struct str rest = words;
    out->tokens = arena_array(arena, WALK_TOKENS, sizeof(*out->tokens));
    for (out->n = 0; out->tokens && rest.n && out->n < WALK_TOKENS; out->n++)
        out->tokens[out->n] = str_cut(rest, ' ', &rest);
    return out->tokens && rest.n == 0;
}

static enum err walk(struct order *o)
{
    struct rows rs;
    enum err e = db_select(
        o->a->db, &q_hall_search_walk,
        ARGS(SEARCH_FILTERS(o->a->ask), V_STR(o->whole), V_STR(o->beyond), V_INT(WALK_MOST)),
        o->a->arena, &rs);
    o->walked = e ? NULL : arena_array(o->a->arena, WALK_MOST, sizeof(*o->walked));
    for (size_t i = 0; o->walked && i < rs.n; i++) {
        struct walked *w = &o->walked[i];
        w->id = row_int(&rs, i, "id");
        if (!cut(row_str(&rs, i, "words"), o->a->arena, w))
            break;
        o->walked_n++;
    }
    return e;
}

/* Do those that were walked fill the page? Then they are its best: each after them sells less. */
static bool is_filled(struct order *o, int at)
{
    const struct search_attempt *a = o->a;
    int64_t skip = o->skip, wanted = left(o), n = 0;
    int64_t *ids = o->out->ids + o->out->n;
    for (size_t i = 0; i < o->walked_n && n < wanted; i++) {
        const struct walked *w = &o->walked[i];
        if (!search_terms_have(&a->terms, places[at].parts, places[at].without, w->tokens, w->n))
            continue;
        if (skip > 0)
            skip--;
        else
            ids[n++] = w->id;
    }
    if (n < wanted)
        return false;
    o->out->n += (size_t)n;
    o->skip = 0;
    return true;
}

/* ---- the places ---- */

static enum err begins(struct order *o)
{
    const struct search_attempt *a = o->a;
    struct rows rs;
    enum err e = db_select(a->db, &q_hall_search_begins,
                           ARGS(SEARCH_FILTERS(a->ask), V_STR(o->whole), V_STR(o->beyond),
                                V_INT(left(o)), V_INT(o->skip)),
                           a->arena, &rs);
    if (e == OK)
        take(o, &rs);
    if (e == OK && o->skip) { /* they all come before what is asked for */
        e = db_one(a->db, &q_hall_search_begins_size,
                   ARGS(SEARCH_FILTERS(a->ask), V_STR(o->whole), V_STR(o->beyond)), a->arena, &rs);
        o->skip -= e ? 0 : row_int(&rs, 0, "n");
    }
    return e;
}

static enum err place(struct order *o, int at)
{
    const struct search_attempt *a = o->a;
    struct rows rs;
    if (is_filled(o, at))
        return OK;
    const char *text = search_match(a, places[at].parts, places[at].without);
    if (!text)
        return ERR_NOMEM;
    enum err e = db_select(a->db, &q_hall_search_place,
                           ARGS(V_Z(text), SEARCH_FILTERS(a->ask), V_STR(o->whole),
                                V_STR(o->beyond), V_INT(left(o)), V_INT(o->skip)),
                           a->arena, &rs);
    if (e == OK)
        take(o, &rs);
    if (e == OK && o->skip) {
        e = db_one(a->db, &q_hall_search_place_size,
                   ARGS(V_Z(text), SEARCH_FILTERS(a->ask), V_STR(o->whole), V_STR(o->beyond)),
                   a->arena, &rs);
        o->skip -= e ? 0 : row_int(&rs, 0, "n");
    }
    return e;
}

enum err search_best_first(const struct search_attempt *a, const struct search_wish *wish,
                           struct hall_ids *out)
{
    struct order o = {.a = a, .limit = wish->limit, .skip = wish->skip, .out = out};
    int n = wish->by_name_only ? PLACES_BY_NAME : PLACES;
    out->n = 0;
    o.whole = search_fold(wish->whole, a->arena);
    o.beyond = str_of(arena_printf(a->arena, "%.*s\xF4\x8F\xBF\xBF", STR_ARG(o.whole)));
    enum err e = begins(&o);
    if (e == OK && wish->is_common && left(&o) > 0)
        e = walk(&o);
    for (int i = 0; e == OK && i < n && left(&o) > 0; i++)
        e = place(&o, i);
    return e;
}
