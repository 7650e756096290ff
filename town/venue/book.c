/* Booking, and moving what is booked: see venue.h. */
#include "store/queries.h"
#include "town/venue/internal.h"

int64_t venue_begins_ms(const struct venue_when *w)
{
    return day_begin_ms(w->day) + w->from * STEP_MS;
}

int64_t venue_ends_ms(const struct venue_when *w)
{
    return day_begin_ms(w->day) + w->until * STEP_MS;
}

enum err venue_when_of(int64_t from_ms, int64_t until_ms, struct venue_when *out,
                       struct err_info *info)
{
    int64_t day = day_of(from_ms), begin = day_begin_ms(day);
    info->field = "until";
    info->key = until_ms <= from_ms ? "venue.no_backwards" : "venue.no_midnight";
    if (until_ms <= from_ms || until_ms > begin + DAY_MS)
        return ERR_INVALID;
    info->field = info->key = NULL;
    *out = (struct venue_when){day, (int)((from_ms - begin) / STEP_MS),
                               (int)((until_ms - begin + STEP_MS - 1) / STEP_MS)};
    return OK;
}

static bool is_when(const struct venue_when *w)
{
    return w->from >= 0 && w->from < w->until && w->until <= VENUE_STEPS;
}

/* The price of a person's own; a department's is settled elsewhere. */
static int64_t price_of(const struct rows *space, const struct venue_when *w, struct str subject)
{
    return subject.n ? 0
                     : row_int(space, 0, "price_fen") * (w->until - w->from) * VENUE_STEP_MIN / 60;
}

/* Pressed twice, it is one booking. */
static enum err find_same(struct tx *tx, const struct venue_new *n, int64_t *booking)
{
    struct rows rs;
    enum err e = db_select(tx->db, &q_venue_booking_same,
                           ARGS(V_INT(n->when.day), V_INT(n->space), V_INT(n->when.from),
                                V_INT(n->when.until), V_INT(n->user), V_STR(n->subject)),
                           tx->arena, &rs);
    *booking = e == OK && rs.n ? row_int(&rs, 0, "id") : 0;
    return e;
}

static enum err add_row(struct tx *tx, const struct venue_new *n, const struct rows *space,
                        bool is_sure, int64_t *booking)
{
    struct rows rs;
    const struct venue_when *w = &n->when;
    struct str en = n->title_en.n ? n->title_en : n->title_zh;
    enum err e =
        db_one(tx->db, &q_venue_booking_add,
               ARGS(V_INT(n->space), V_INT(w->day), V_INT(w->from), V_INT(w->until),
                    V_INT(venue_begins_ms(w)), V_INT(venue_ends_ms(w)), V_INT(n->user),
                    V_STR(n->subject), V_STR(n->title_zh.n ? n->title_zh : STR("")),
                    V_STR(en.n ? en : STR("")), n->series ? V_INT(n->series) : V_NULL,
                    V_INT(price_of(space, w, n->subject)), V_INT(is_sure), V_INT(tx->now_ms)),
               tx->arena, &rs);
    if (e == OK)
        *booking = row_int(&rs, 0, "id");
    return e;
}

static enum err begin(struct tx *tx, const struct venue_new *n, const struct venue_rules *rules,
                      int64_t *booking)
{
    struct rows space;
    bool by_rules = !n->is_base && !n->subject.n;
    bool is_sure = !by_rules || rules->reconfirm_h == 0 ||
                   venue_begins_ms(&n->when) - rules->reconfirm_h * HOUR_MS <= tx->now_ms;
    unsigned as = n->subject.n ? VENUE_SYSTEM : n->is_base ? VENUE_BASE : VENUE_BOOKER;
    enum err e = db_one(tx->db, &q_venue_space_get, ARGS(V_INT(n->space)), tx->arena, &space);
    if (e == OK)
        e = add_row(tx, n, &space, is_sure, booking);
    if (e != OK)
        return e;
    bool asks = by_rules && row_int(&space, 0, "needs_word");
    return state_begin(tx, *booking, asks ? "ask" : "book", as, n->user);
}

enum err venue_book(struct tx *tx, const struct venue_new *n, int64_t *booking)
{
    struct venue_rules rules;
    enum venue_no why;
    const struct judge j = {.space = n->space,
                            .when = n->when,
                            .user = n->user,
                            .by_rules = !n->is_base && !n->subject.n,
                            .is_series = n->series != 0};
    if (!is_when(&n->when) || n->subject.n > VENUE_SUBJECT_MAX)
        return ERR_INVALID;
    enum err e = find_same(tx, n, booking);
    if (e != OK || *booking)
        return e;
    e = rules_at(tx->db, tx->now_ms, tx->arena, &rules);
    if (e == OK)
        e = judge_booking(tx->db, tx->now_ms, &rules, &j, tx->arena, &why);
    if (e == OK)
        e = judge_refuse(tx->info, why);
    return e != OK ? e : begin(tx, n, &rules, booking);
}

enum err venue_wait(struct tx *tx, const struct venue_new *n, int64_t *booking)
{
    struct venue_rules rules;
    struct rows space;
    enum venue_no why;
    const struct judge j = {
        .space = n->space, .when = n->when, .user = n->user, .by_rules = !n->is_base};
    enum err e = rules_at(tx->db, tx->now_ms, tx->arena, &rules);
    if (e == OK)
        e = judge_booking(tx->db, tx->now_ms, &rules, &j, tx->arena, &why);
    if (e == OK && why == VENUE_YES)
        return venue_book(tx, n, booking); /* it has become free meanwhile */
    if (e == OK && (why != VENUE_NO_TAKEN || venue_begins_ms(&n->when) <= tx->now_ms))
        e = judge_refuse(tx->info, why == VENUE_NO_TAKEN ? VENUE_NO_PAST : why);
    if (e == OK)
        e = db_one(tx->db, &q_venue_space_get, ARGS(V_INT(n->space)), tx->arena, &space);
    if (e == OK)
        e = add_row(tx, n, &space, false, booking);
    return e != OK ? e : state_begin(tx, *booking, "wait", VENUE_BOOKER, n->user);
}

/* Rows first, then the ledger: what is refused is refused before anything is moved. */
static enum err place(struct tx *tx, const struct rows *b, int64_t space,
                      const struct venue_when *w, const struct venue_rules *rules)
{
    struct rows to;
    int64_t id = row_int(b, 0, "id");
    bool later = venue_begins_ms(w) - rules->reconfirm_h * HOUR_MS > tx->now_ms,
         is_own = row_str(b, 0, "subject").n == 0;
    /* put off, a person's is asked again when its time comes near */
    bool is_sure = row_int(b, 0, "is_sure") && !(is_own && later && rules->reconfirm_h > 0 &&
                                                 venue_begins_ms(w) > row_int(b, 0, "starts_at"));
    enum err e = db_one(tx->db, &q_venue_space_get, ARGS(V_INT(space)), tx->arena, &to);
    if (e == OK)
        e = cells_give(tx, id, row_int(b, 0, "space_id"), row_int(b, 0, "day"),
                       (int)row_int(b, 0, "from_step"), (int)row_int(b, 0, "held_until"));
    if (e == OK)
        e = cells_take(tx, id, space, w->day, w->from, w->until);
    return e != OK ? e
                   : db_exec(tx->db, &q_venue_booking_place,
                             ARGS(V_INT(space), V_INT(w->day), V_INT(w->from), V_INT(w->until),
                                  V_INT(venue_begins_ms(w)), V_INT(venue_ends_ms(w)),
                                  V_INT(price_of(&to, w, row_str(b, 0, "subject"))), V_INT(is_sure),
                                  V_INT(tx->now_ms), V_INT(id)),
                             NULL);
}

/* What has begun may end otherwise, and no more. */
static enum err may_move(struct tx *tx, const struct rows *b, int64_t space,
                         const struct venue_when *w, unsigned as)
{
    const struct transition *step;
    bool stays = row_int(b, 0, "space_id") == space && row_int(b, 0, "day") == w->day &&
                 row_int(b, 0, "from_step") == w->from;
    enum err e = transition_next(&venue_table, row_str(b, 0, "state"), "move", as, &step);
    if (e == OK && !stays && str_eq_z(row_str(b, 0, "state"), "checked_in")) {
        tx->info->key = "venue.has_begun";
        return ERR_CONFLICT;
    }
    if (e == ERR_CONFLICT)
        tx->info->key = "venue.not_any_more";
    return e;
}

enum err venue_move(struct tx *tx, int64_t booking, int64_t space, const struct venue_when *w,
                    int64_t actor, bool is_base)
{
    struct rows b;
    struct venue_rules rules;
    enum venue_no why;
    if (!is_when(w))
        return ERR_INVALID;
    enum err e = booking_get(tx->db, booking, tx->arena, &b);
    if (e == OK)
        e = may_move(tx, &b, space, w, is_base ? VENUE_BASE | VENUE_SYSTEM : VENUE_BOOKER);
    if (e == OK)
        e = rules_at(tx->db, tx->now_ms, tx->arena, &rules);
    if (e != OK)
        return e;
    int64_t old_space = row_int(&b, 0, "space_id"), old_day = row_int(&b, 0, "day");
    const struct judge j = {.space = space,
                            .when = *w,
                            .user = row_int(&b, 0, "user_id"),
                            .by_rules = !is_base && !row_str(&b, 0, "subject").n,
                            .except = booking};
    if (old_space == space && old_day == w->day && row_int(&b, 0, "from_step") == w->from &&
        row_int(&b, 0, "until_step") == w->until)
        return OK;
    e = judge_booking(tx->db, tx->now_ms, &rules, &j, tx->arena, &why);
    if (e == OK)
        e = judge_refuse(tx->info, why);
    if (e == OK)
        e = place(tx, &b, space, w, &rules);
    if (e == OK)
        e = state_due(tx, booking);
    if (e == OK)
        e = state_log(tx, booking, actor, "move", STR_NONE);
    if (e == OK)
        e = tell_step(tx, booking, "move", actor);
    return e != OK ? e : state_offer_next(tx, old_space, old_day);
}

enum err venue_of_subject(struct db *db, struct str subject, struct arena *arena,
                          struct venue_booking *out)
{
    struct rows rs;
    *out = (struct venue_booking){0};
    enum err e = db_select(db, &q_venue_booking_subject, ARGS(V_STR(subject)), arena, &rs);
    if (e != OK || rs.n == 0)
        return e;
    *out =
        (struct venue_booking){.id = row_int(&rs, 0, "id"),
                               .space = row_int(&rs, 0, "space_id"),
                               .when = {row_int(&rs, 0, "day"), (int)row_int(&rs, 0, "from_step"),
                                        (int)row_int(&rs, 0, "until_step")},
                               .state = row_str(&rs, 0, "state"),
                               .space_zh = row_str(&rs, 0, "name_zh"),
                               .space_en = row_str(&rs, 0, "name_en"),
                               .code = row_str(&rs, 0, "code"),
                               .user = row_int(&rs, 0, "user_id")};
    return OK;
}
