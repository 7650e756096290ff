/* Routes, prices, and what rooms are told: see offers.h. */
#include "town/offers/offers.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/log.h"
#include "store/queries.h"
#include "town/coupons/coupons.h"
#include "town/hall/hall.h"
#include "town/offers/internal.h"

enum { TOUCHED_MAX = 256, TELL_ARENA_MAX = 256 * 1024, ALONE_ARENA_MAX = 16 << 20 };

static const struct route routes[] = {
    {"POST", "/shows/{id}/flash", flash_do_plan, NULL, NULL, WHO_MEMBER, CSRF_TOKEN, 0},
    {"POST", "/shows/{id}/flash/{flash}", flash_do, NULL, NULL, WHO_MEMBER, CSRF_TOKEN, 0},
    {"POST", "/shows/{id}/coupons", coupon_do_plan, NULL, NULL, WHO_MEMBER, CSRF_TOKEN, 0},
    {"POST", "/shows/{id}/coupons/{plan}", coupon_do, NULL, NULL, WHO_MEMBER, CSRF_TOKEN, 0},
    {"POST", "/shows/{id}/draws", draw_do_plan, NULL, NULL, WHO_MEMBER, CSRF_TOKEN, 0},
    {"POST", "/shows/{id}/draws/{draw}", draw_do, NULL, NULL, WHO_MEMBER, CSRF_TOKEN, 0},
    {"POST", "/shows/{id}/draws/{draw}/join", draw_do_join, NULL, NULL, WHO_MEMBER, CSRF_TOKEN, 0},
    {"GET", "/draws/{id}", draw_page, NULL, "offers/draw.html", WHO_ANYONE, CSRF_SAFE, 0},
    {"GET", "/prizes", prizes_page, NULL, "offers/prizes.html", WHO_MEMBER, CSRF_SAFE, 0},
    {"POST", "/prizes/{win}", prize_do_take, NULL, NULL, WHO_MEMBER, CSRF_TOKEN, 0},
    {"POST", "/shows/{id}/coupons/{plan}/claim", coupon_do_claim, NULL, NULL, WHO_MEMBER,
     CSRF_TOKEN, 0},
};

const struct web_module offers_module = {.name = "offers",
                                         .routes = routes,
                                         .routes_n = sizeof(routes) / sizeof(routes[0]),
                                         .nav = "shows"};

enum err offers_refuse(struct tx *tx, enum err e, const char *field, const char *key, int64_t limit)
{
    *tx->info = (struct err_info){.code = e, .field = field, .key = key, .limit = limit};
    return e;
}

/* --- prices --- */

enum err offers_price(struct db *db, struct arena *arena, int64_t show_id, int64_t sku_id,
                      int64_t now_ms, struct order_offer *out)
{
    struct rows rs;
    enum err e = shows_price(db, arena, show_id, sku_id, &out->price_fen);
    if (e == OK)
        e = db_select(db, &q_offers_flash_running,
                      ARGS(V_INT(show_id), V_INT(sku_id), V_INT(now_ms)), arena, &rs);
    /* All of its pieces gone, the show's own price and stock count, until some come back. */
    if (e != OK || rs.n == 0 || row_int(&rs, 0, "available") < 1)
        return e;
    if (row_int(&rs, 0, "price_fen") >= out->price_fen)
        return OK; /* the show's price was lowered meanwhile: nobody pays more in a sale */
    *out = (struct order_offer){.price_fen = row_int(&rs, 0, "price_fen"),
                                .account = row_int(&rs, 0, "account"),
                                .left = row_int(&rs, 0, "available"),
                                .flash_id = row_int(&rs, 0, "id"),
                                .per_buyer = row_int(&rs, 0, "per_buyer")};
    return OK;
}

/* --- telling; all of it on the writer's thread --- */

static int64_t touched[TOUCHED_MAX];
static size_t touched_n;

void offers_touch(int64_t show)
{
    for (size_t i = 0; i < touched_n; i++)
        if (touched[i] == show)
            return;
    if (touched_n < TOUCHED_MAX)
        touched[touched_n++] = show; /* else a page shows an old state until the next change */
}

static enum err tell_show(struct db *db, int64_t show)
{
    struct arena arena;
    arena_init(&arena, TELL_ARENA_MAX);
    struct view *v = view_object(&arena);
    view_put_z(v, "type", "offers");
    int64_t now = clock_wall_ms();
    enum err e = flash_put(db, &arena, NULL, view_put_object(v, "flash"), show, now);
    if (e == OK)
        e = coupon_put(db, &arena, NULL, false, view_put_object(v, "coupons"), show, now);
    if (e == OK)
        e = draw_put(db, &arena, NULL, false, view_put_object(v, "draws"), show, now);
    if (e == OK)
        shows_room_tell(show, v);
    arena_free(&arena);
    return e;
}

static void tell(struct db *db, void *arg)
{
    (void)arg;
    for (size_t i = 0; i < touched_n; i++) {
        enum err e = tell_show(db, touched[i]);
        if (e != OK)
            LOG(WARN, "offers.not_told", L_I("show", touched[i]), L_ERR(e));
    }
    touched_n = 0;
}

/* What is left of a sale moves with the SKU's stock, maybe many times a second: told with the tick.
 */
static bool stock_moved;

static void on_stock(const struct hall_stock_change *change, void *arg)
{
    (void)change, (void)arg;
    stock_moved = true;
}

static int64_t moved_shows[TOUCHED_MAX];
static size_t moved_shows_n;

void offers_move(int64_t show)
{
    for (size_t i = 0; i < moved_shows_n; i++)
        if (moved_shows[i] == show)
            return;
    if (moved_shows_n < TOUCHED_MAX)
        moved_shows[moved_shows_n++] = show;
}

static enum err touch_moved(struct tx *tx)
{
    struct rows rs;
    for (size_t i = 0; i < moved_shows_n; i++)
        offers_touch(moved_shows[i]);
    moved_shows_n = 0;
    if (!stock_moved)
        return OK;
    enum err e = db_select(tx->db, &q_offers_flash_shows, NO_ARGS, tx->arena, &rs);
    for (size_t i = 0; e == OK && i < rs.n; i++)
        offers_touch(row_int(&rs, i, "show_id"));
    if (e == OK)
        stock_moved = false;
    return e;
}

/* In a savepoint and an arena of its own: what cannot go on is logged and stays, and does not hold
 * up the others. */
enum err offers_alone(struct tx *tx, const char *what, int64_t id, offers_work_fn *work)
{
    struct arena scratch;
    struct err_info info = {0};
    enum err e = db_savepoint(tx->db);
    if (e != OK)
        return e;
    arena_init(&scratch, ALONE_ARENA_MAX);
    struct tx own = *tx;
    own.arena = &scratch;
    own.info = &info;
    enum err why = work(&own, id);
    if (why == OK)
        e = db_savepoint_release(tx->db);
    else
        LOG(ERROR, "offers.cannot_go_on", L_Z("what", what), L_I("id", id), L_ERR(why));
    if (why != OK || e != OK)
        db_savepoint_rollback(tx->db);
    arena_free(&scratch);
    if (e == OK && why != OK && (err_retryable(why) || !db_in_transaction(tx->db)))
        e = why;
    return e;
}

static enum err tick(struct tx *tx, void *unused)
{
    enum err e = touch_moved(tx);
    (void)unused;
    if (e == OK)
        e = coupon_tick(tx);
    if (e == OK)
        e = draw_tick(tx);
    return e != OK ? e : flash_tick(tx);
}

/* --- pages --- */

static enum err put_part(struct req *r, struct view *v, int64_t show, unsigned grants)
{
    struct rows rs;
    struct view *offers = view_put_object(v, "offers");
    struct view *coupons = view_put_object(offers, "coupons");
    bool crew = (grants & SHOW_OFFERS) != 0;
    int64_t now = clock_wall_ms();
    enum err e =
        flash_put(r->db, r->arena, crew ? r : NULL, view_put_object(offers, "flash"), show, now);
    if (e == OK)
        e = coupon_put(r->db, r->arena, r, crew, coupons, show, now);
    if (e == OK)
        e = draw_put(r->db, r->arena, r, crew, view_put_object(offers, "draws"), show, now);
    if (e != OK || !crew)
        return e;
    e = db_one(r->db, &q_offers_show, ARGS(V_INT(show)), r->arena, &rs);
    return e != OK ? e : coupon_put_shares(r, coupons, row_int(&rs, 0, "host_id"), now);
}

bool offers_by_base(const struct req *r)
{
    return (r->who.roles & (ROLE_OPERATOR | ROLE_ADMIN)) != 0;
}

enum err offers_back_to_desk(struct req *r, int64_t show, enum err result)
{
    if (result == OK)
        reply_redirect(r, arena_printf(r->arena, "/shows/%lld/desk#offers", (long long)show));
    return result;
}

void offers_start(struct writer *w)
{
    shows_part(put_part);
    hall_stock_on_change(on_stock, NULL);
    writer_on_commit(w, tell, NULL);
    writer_every(w, OFFERS_TICK_MS, "offers.tick", tick, NULL);
}

enum err offers_check(struct db *db, struct arena *arena, void (*say)(void *arg, const char *line),
                      void *arg, int *violations)
{
    static const struct {
        const struct query *query;
        const char *what;
    } rules[] = {
        {&q_offers_check_flash, "flash sale %lld: its pieces in the ledger do not add up"},
        {&q_offers_check_draws, "draw %lld: its entries or winners do not add up"},
    };
    enum err e = OK;
    *violations = 0;
    for (size_t k = 0; e == OK && k < sizeof(rules) / sizeof(rules[0]); k++) {
        struct rows rs;
        e = db_select(db, rules[k].query, ARGS(V_INT(OFFERS_CHECK_SAYS)), arena, &rs);
        for (size_t i = 0; e == OK && i < rs.n; i++) {
            char line[96];
            snprintf(line, sizeof(line), rules[k].what, (long long)row_int(&rs, i, "id"));
            say(arg, line);
            (*violations)++;
        }
    }
    return e;
}
