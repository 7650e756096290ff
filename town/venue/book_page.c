/*
 * Booking in two taps: what is found leads here, and one button books.
 *
 *   GET  /venue/book       space, day, from, until, weeks: space, when {day, from, until …}, weeks,
 *                          dates [{day, at, is_free, why}], free_n, may_wait, price
 *   POST /venue/bookings   the same, title, and wait (1: tell me when it is free): id, booked,
 * skipped
 *                          [{day, why}]
 */
#include "base/clock.h"
#include "store/queries.h"
#include "town/venue/internal.h"

struct booking {
    struct command cmd;
    struct venue_new n;
    int64_t weeks;
    bool wait;
    int64_t id;                         /* out: the first */
    enum venue_no why[VENUE_WEEKS_MAX]; /* out: of each week */
    int64_t booked;
};

bool venue_is_base(const struct req *r)
{
    return (r->who.roles & (ROLE_OPERATOR | ROLE_ADMIN)) != 0;
}

static enum err judge_week(struct db *db, int64_t now_ms, const struct venue_rules *rules,
                           const struct booking *b, int week, struct arena *arena,
                           enum venue_no *why)
{
    const struct judge j = {
        .space = b->n.space,
        .when = {b->n.when.day + (int64_t)week * 7, b->n.when.from, b->n.when.until},
        .user = b->n.user,
        .by_rules = !b->n.is_base,
        .is_series = week > 0};
    return judge_booking(db, now_ms, rules, &j, arena, why);
}

static enum err read_booking(struct req *r, struct booking *b)
{
    struct rows space;
    struct str weeks = r->route->csrf == CSRF_SAFE ? req_query(r, "weeks") : req_field(r, "weeks");
    bool is_get = r->route->csrf == CSRF_SAFE;
    struct str id = is_get ? req_query(r, "space") : req_field(r, "space");
    b->weeks = 1;
    b->n.user = r->who.user_id;
    b->n.is_base = venue_is_base(r);
    if (str_to_i64(id, &b->n.space) != OK)
        return ERR_NOT_FOUND;
    enum err e = db_one(r->db, &q_venue_space_get, ARGS(V_INT(b->n.space)), r->arena, &space);
    if (e != OK)
        return e;
    space_put(r, view_put_object(r->view, "space"), &space, 0);
    e = is_get ? when_read(r, req_query(r, "day"), req_query(r, "from"), req_query(r, "until"),
                           &b->n.when)
               : when_field(r, &b->n.when);
    if (e == OK)
        when_put(r, view_put_object(r->view, "when"), &b->n.when);
    if (e == OK && weeks.n &&
        (str_to_i64(weeks, &b->weeks) != OK || b->weeks < 1 || b->weeks > VENUE_WEEKS_MAX))
        e = req_refuse(r, ERR_INVALID, "weeks", "venue.weeks_bad");
    view_put_int(r->view, "weeks", b->weeks);
    view_put_money(r->view, "price",
                   row_int(&space, 0, "price_fen") * (b->n.when.until - b->n.when.from) / 2, "CNY");
    view_put_bool(r->view, "needs_word", row_int(&space, 0, "needs_word") && !b->n.is_base);
    return e;
}

static void put_date(struct req *r, struct view *list, int64_t day, enum venue_no why)
{
    char text[DAY_TEXT];
    struct view *v = view_add_object(list);
    view_put_z(v, "day", day_text(day, text) ? text : "");
    view_put_time(v, "at", day_begin_ms(day) + DAY_MS / 2);
    view_put_bool(v, "is_free", why == VENUE_YES);
    view_put_str(v, "why", why ? req_text(r, "venue.no_", str_of(venue_no_names[why])) : STR(""));
    view_put_z(v, "reason", why ? venue_no_names[why] : "");
}

/* As the command would decide, week by week. */
static enum err put_dates(struct req *r, const struct booking *b)
{
    struct venue_rules rules;
    struct view *list = view_put_list(r->view, "dates");
    int64_t free_n = 0, now = clock_wall_ms();
    enum venue_no why, first = VENUE_YES;
    enum err e = rules_at(r->db, now, r->arena, &rules);
    for (int week = 0; e == OK && week < b->weeks; week++) {
        e = judge_week(r->db, now, &rules, b, week, r->arena, &why);
        put_date(r, list, b->n.when.day + (int64_t)week * 7, why);
        free_n += why == VENUE_YES;
        if (week == 0)
            first = why;
    }
    view_put_int(r->view, "free_n", free_n);
    view_put_bool(r->view, "may_wait", b->weeks == 1 && first == VENUE_NO_TAKEN);
    return e;
}

enum err venue_page_book(struct req *r)
{
    struct booking b = {0};
    enum err e = read_booking(r, &b);
    return e != OK ? e : put_dates(r, &b);
}

/* --- POST --- */

static enum err run_wait(struct booking *b, struct tx *tx)
{
    struct rows space;
    const struct venue_when *w = &b->n.when;
    enum err e = db_select(
        tx->db, &q_venue_booking_waits,
        ARGS(V_INT(w->day), V_INT(b->n.space), V_INT(w->from), V_INT(w->until), V_INT(b->n.user)),
        tx->arena, &space);
    if (e == OK && space.n) {
        b->id = row_int(&space, 0, "id"); /* waits already */
        return OK;
    }
    return e != OK ? e : venue_wait(tx, &b->n, &b->id);
}

static enum err run_series(struct booking *b, struct tx *tx)
{
    struct venue_rules rules;
    struct rows series;
    enum err e = rules_at(tx->db, tx->now_ms, tx->arena, &rules);
    if (e == OK && b->weeks > rules.weeks_most) {
        *tx->info = (struct err_info){
            .field = "weeks", .key = "venue.weeks_bad", .limit = rules.weeks_most};
        return ERR_INVALID;
    }
    if (e == OK)
        e = db_one(tx->db, &q_venue_series_add,
                   ARGS(V_INT(b->n.user), V_INT(b->weeks), V_INT(tx->now_ms)), tx->arena, &series);
    for (int week = 0; e == OK && week < b->weeks; week++) {
        struct venue_new n = b->n;
        int64_t id;
        e = judge_week(tx->db, tx->now_ms, &rules, b, week, tx->arena, &b->why[week]);
        if (e != OK || b->why[week] != VENUE_YES)
            continue;
        n.when.day += (int64_t)week * 7;
        n.series = row_int(&series, 0, "id");
        e = venue_book(tx, &n, &id);
        if (e == OK && b->booked++ == 0)
            b->id = id;
    }
    return e == OK && b->booked == 0 ? judge_refuse(tx->info, b->why[0]) : e;
}

static enum err run_book(struct command *cmd, struct tx *tx)
{
    struct booking *b = (struct booking *)cmd;
    b->booked = 0;
    if (b->wait)
        return run_wait(b, tx);
    if (b->weeks > 1)
        return run_series(b, tx);
    b->booked = 1;
    return venue_book(tx, &b->n, &b->id);
}

static enum err booked(struct req *r, struct command *cmd, enum err result)
{
    struct booking *b = (struct booking *)cmd;
    struct err_info info = r->info;
    if (result != OK && !r->json) {
        enum err e = put_dates(r, b);
        r->info = info;
        return e != OK ? e : result;
    }
    if (result != OK)
        return result;
    view_put_int(r->view, "id", b->id);
    view_put_int(r->view, "booked", b->booked);
    struct view *skipped = view_put_list(r->view, "skipped");
    for (int week = 0; b->weeks > 1 && week < b->weeks; week++)
        if (b->why[week] != VENUE_YES)
            put_date(r, skipped, b->n.when.day + (int64_t)week * 7, b->why[week]);
    if (skipped && skipped->count && !r->json) {
        reply_page(r, "venue/booked.html"); /* which were left out is said, not hidden */
        return OK;
    }
    reply_redirect(r, arena_printf(r->arena, "/venue/bookings/%lld", (long long)b->id));
    return OK;
}

enum err venue_do_book(struct req *r)
{
    struct booking *b = ARENA_NEW(r->arena, struct booking);
    if (!b)
        return ERR_NOMEM;
    if (!r->json)
        reply_page(r, "venue/book.html");
    enum err e = read_booking(r, b);
    if (e == OK)
        e = req_field_text(r, "title", 0, VENUE_TITLE_MAX, &b->n.title_zh);
    view_put_str(r->view, "typed_title", b->n.title_zh);
    view_page_only(r->view, "typed_title");
    b->cmd = (struct command){.name = "venue.book", .run = run_book};
    b->wait = str_eq_z(req_field(r, "wait"), "1");
    return e != OK ? e : web_write(r, &b->cmd, booked);
}
