/* Rating, answering, hiding: see ratings.h. */
#include <stdio.h>
#include <string.h>

#include "store/queries.h"
#include "town/ratings/internal.h"

static const struct transition rows[] = {
    {NULL, "rate", "shown", ORDER_AS_BUYER},
    {"shown", "answer", "answered", ORDER_AS_FACTORY, true},
    {"shown", "hide", "hidden", ORDER_AS_OPERATOR, true},
    {"answered", "hide", "hidden", ORDER_AS_OPERATOR, true},
};
const struct transition_table rating_transitions = TRANSITION_TABLE(rows);

static enum err refuse(struct tx *tx, enum err e, const char *field, const char *key, int64_t limit)
{
    *tx->info = (struct err_info){.code = e, .field = field, .key = key, .limit = limit};
    return e;
}

static enum err check_words(struct tx *tx, struct str text, size_t least, size_t most)
{
    size_t n = str_characters(text);
    return n >= least && n <= most
               ? OK
               : refuse(tx, ERR_INVALID, "text", "ratings.text_bad", (int64_t)most);
}

static enum err add_event(struct tx *tx, int64_t rating, const struct transition *t,
                          int64_t user_id)
{
    return db_exec(tx->db, &q_ratings_add_event,
                   ARGS(V_INT(rating), V_Z(t->event), t->from ? V_Z(t->from) : V_NULL, V_Z(t->to),
                        V_INT(user_id), V_Z(order_as_name(t->who)), V_INT(tx->now_ms)),
                   NULL);
}

/* --- the buyer --- */

static enum err check_line(struct tx *tx, const struct rows *line)
{
    if (row_int(line, 0, "is_own"))
        return refuse(tx, ERR_CONFLICT, "status", "ratings.own", 0);
    if (row_null(line, 0, "received_at"))
        return refuse(tx, ERR_CONFLICT, "status", "ratings.not_received", 0);
    if (row_int(line, 0, "returned") >= row_int(line, 0, "quantity"))
        return refuse(tx, ERR_CONFLICT, "status", "ratings.went_back", 0);
    if (tx->now_ms >= row_int(line, 0, "received_at") + RATING_DAYS_MS)
        return refuse(tx, ERR_CONFLICT, "status", "ratings.too_late", RATING_DAYS);
    return OK;
}

static enum err add(struct tx *tx, const struct rating_words *w, const struct rows *line,
                    int64_t *rating)
{
    struct rows rs;
    const struct transition *t;
    enum err e = transition_next(&rating_transitions, STR_NONE, "rate", ORDER_AS_BUYER, &t);
    if (!e)
        e = db_one(tx->db, &q_ratings_add,
                   ARGS(V_INT(w->order_id), V_INT(w->line), V_INT(row_int(line, 0, "product_id")),
                        V_INT(row_int(line, 0, "factory_id")), V_INT(w->buyer_id), V_Z(t->to),
                        V_INT(w->stars), V_STR(w->text), V_INT(tx->now_ms)),
                   tx->arena, &rs);
    if (e)
        return e;
    *rating = row_int(&rs, 0, "id");
    return add_event(tx, *rating, t, w->buyer_id);
}

enum err rating_rate(struct tx *tx, const struct rating_words *w, int64_t *rating)
{
    struct rows line, there;
    const struct val order = V_INT(w->order_id), which = V_INT(w->line);
    enum err e = db_one(tx->db, &q_ratings_line, ARGS(order, which), tx->arena, &line);
    if (e || row_int(&line, 0, "buyer_id") != w->buyer_id)
        return e ? e : ERR_NOT_FOUND;
    if (w->stars < 1 || w->stars > RATING_STARS_MAX)
        return refuse(tx, ERR_INVALID, "stars", "ratings.stars_bad", RATING_STARS_MAX);
    e = check_words(tx, w->text, 0, RATING_TEXT_MAX);
    if (!e)
        e = db_select(tx->db, &q_ratings_of_line, ARGS(order, which), tx->arena, &there);
    if (e)
        return e;
    if (there.n == 0) {
        e = check_line(tx, &line);
        return e ? e : add(tx, w, &line, rating);
    }
    if (row_int(&there, 0, "stars") != w->stars || !str_eq(row_str(&there, 0, "words"), w->text))
        return refuse(tx, ERR_CONFLICT, "status", "ratings.rated", 0);
    *rating = row_int(&there, 0, "id");
    return OK;
}

/* --- the maker and the base --- */

/* `kept`: the column where the words of this event are, for who presses twice. */
static enum err step(struct tx *tx, const struct rows *rs, const char *event, struct order_actor by,
                     const struct query *put, const char *kept, struct str words)
{
    const struct transition *t;
    struct val id = row_val(rs, 0, "id");
    enum err e = check_words(tx, words, 1, RATING_ANSWER_MAX);
    if (e)
        return e;
    if (!row_null(rs, 0, kept) && str_eq(row_str(rs, 0, kept), words))
        return OK;
    e = transition_next(&rating_transitions, row_str(rs, 0, "status"), event, by.as, &t);
    if (e == ERR_CONFLICT)
        return refuse(tx, e, "status", "ratings.done_already", 0);
    if (!e)
        e = db_exec(tx->db, put, ARGS(V_Z(t->to), V_STR(words), V_INT(tx->now_ms), id), NULL);
    return e ? e : add_event(tx, row_int(rs, 0, "id"), t, by.user_id);
}

enum err rating_answer(struct tx *tx, int64_t rating, int64_t factory_id, int64_t user_id,
                       struct str text)
{
    struct rows rs;
    enum err e = db_one(tx->db, &q_ratings_get, ARGS(V_INT(rating)), tx->arena, &rs);
    if (e || row_int(&rs, 0, "factory_id") != factory_id)
        return e ? e : ERR_NOT_FOUND;
    return step(tx, &rs, "answer", (struct order_actor){user_id, ORDER_AS_FACTORY},
                &q_ratings_answer, "answer", text);
}

enum err rating_hide(struct tx *tx, int64_t rating, int64_t user_id, struct str why)
{
    struct rows rs;
    enum err e = db_one(tx->db, &q_ratings_get, ARGS(V_INT(rating)), tx->arena, &rs);
    return e ? e
             : step(tx, &rs, "hide", (struct order_actor){user_id, ORDER_AS_OPERATOR},
                    &q_ratings_hide, "hidden_why", why);
}

int64_t rating_tenths(int64_t stars, int64_t n)
{
    return (20 * stars + n) / (2 * n);
}

/* --- the check --- */

enum err ratings_check(struct db *db, struct arena *arena, void (*say)(void *arg, const char *line),
                       void *arg, int *violations)
{
    static const struct {
        const struct query *query;
        const char *says;
        bool in_days;
    } rules[] = {{&q_ratings_wrong_stars, "has no number of stars that there is", false},
                 {&q_ratings_wrong_line, "is not of its order, its buyer or its product", false},
                 {&q_ratings_wrong_time, "was not made in the days after receipt", true},
                 {&q_ratings_wrong_event, "its state is not what its last event says", false}};
    struct rows rs;
    enum err e = OK;
    *violations = 0;
    for (size_t i = 0; !e && i < sizeof(rules) / sizeof(rules[0]); i++) {
        const struct val most = V_INT(RATINGS_CHECK_SAYS), days = V_INT(RATING_DAYS_MS);
        e = rules[i].in_days ? db_select(db, rules[i].query, ARGS(days, most), arena, &rs)
                             : db_select(db, rules[i].query, ARGS(most), arena, &rs);
        for (size_t k = 0; !e && k < rs.n; k++, ++*violations) {
            char line[160];
            snprintf(line, sizeof(line), "rating %lld: %s", (long long)row_int(&rs, k, "id"),
                     rules[i].says);
            say(arg, line);
        }
    }
    return e;
}
