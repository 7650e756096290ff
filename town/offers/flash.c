/* Flash sales: see offers.h. */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "store/queries.h"
#include "town/offers/internal.h"
#include "town/yuan.h"

enum {
    DUE_MOST = 100,
    NAME_BYTES = 48,
    /* An order of its last moment holds its pieces for ORDER_HOLD_MS; after that nothing comes
       back. */
    SWEPT_AFTER_MS = 2 * ORDER_HOLD_MS,
};

/* --- its pieces --- */

/* What is left goes back to the SKU's stock. More may come back while orders of it can lapse. */
static enum err give_back(struct tx *tx, int64_t flash, int64_t sku, int64_t left)
{
    return share_give_back(tx, "flash", flash, sku, left, "flash_back");
}

/* --- planning --- */

static enum err check_terms(struct tx *tx, const struct flash_new *n, const struct rows *item)
{
    if (n->price_fen < 1 || n->price_fen >= row_int(item, 0, "price_fen"))
        return offers_refuse(tx, ERR_INVALID, "price", "offers.flash_price_bad",
                             row_int(item, 0, "price_fen"));
    if (n->pieces < 1 || n->pieces > OFFERS_FLASH_PIECES_MAX)
        return offers_refuse(tx, ERR_INVALID, "pieces", "web.number_bad", OFFERS_FLASH_PIECES_MAX);
    if (n->per_buyer < 1 || n->per_buyer > OFFERS_PER_BUYER_MAX)
        return offers_refuse(tx, ERR_INVALID, "per_buyer", "web.number_bad", OFFERS_PER_BUYER_MAX);
    if (n->seconds < OFFERS_FLASH_SECONDS_MIN || n->seconds > OFFERS_FLASH_SECONDS_MAX)
        return offers_refuse(tx, ERR_INVALID, "seconds", "web.number_bad",
                             OFFERS_FLASH_SECONDS_MAX);
    return OK;
}

enum err flash_plan(struct tx *tx, const struct flash_new *n, int64_t actor, int64_t *flash)
{
    struct rows item, rs;
    enum err e = db_one(tx->db, &q_offers_item, ARGS(V_INT(n->item_id)), tx->arena, &item);
    if (e == OK && row_int(&item, 0, "show_id") != n->show_id)
        e = ERR_NOT_FOUND;
    if (e == OK && str_eq_z(row_str(&item, 0, "status"), "ended"))
        return offers_refuse(tx, ERR_CONFLICT, NULL, "shows.has_ended", 0);
    if (e == OK)
        e = check_terms(tx, n, &item);
    if (e == OK)
        e = db_one(tx->db, &q_offers_flash_open_n, ARGS(V_INT(n->show_id)), tx->arena, &rs);
    if (e == OK && row_int(&rs, 0, "n") >= OFFERS_FLASH_MAX)
        return offers_refuse(tx, ERR_LIMIT, NULL, "offers.too_many", OFFERS_FLASH_MAX);
    if (e == OK)
        e = db_one(tx->db, &q_offers_flash_add,
                   ARGS(V_INT(n->show_id), V_INT(n->item_id), V_INT(row_int(&item, 0, "sku_id")),
                        V_INT(n->price_fen), V_INT(n->pieces), V_INT(n->per_buyer),
                        V_INT(n->seconds), V_INT(tx->now_ms)),
                   tx->arena, &rs);
    if (e != OK)
        return e;
    *flash = row_int(&rs, 0, "id");
    offers_touch(n->show_id);
    return shows_log(tx, n->show_id, actor, "flash_plan", n->item_id, n->price_fen, STR_NONE);
}

/* --- starting, ending --- */

static enum err may_start(struct tx *tx, const struct rows *f)
{
    if (!str_eq_z(row_str(f, 0, "status"), "planned"))
        return offers_refuse(tx, ERR_CONFLICT, NULL, "offers.flash_is_so", 0);
    if (!str_eq_z(row_str(f, 0, "show_status"), "live"))
        return offers_refuse(tx, ERR_CONFLICT, NULL, "offers.not_live", 0);
    if (!row_int(f, 0, "is_on_shelf"))
        return offers_refuse(tx, ERR_CONFLICT, NULL, "offers.off_shelf", 0);
    if (row_int(f, 0, "price_fen") >= row_int(f, 0, "show_price_fen"))
        return offers_refuse(tx, ERR_CONFLICT, "price", "offers.flash_price_bad",
                             row_int(f, 0, "show_price_fen"));
    return OK;
}

enum err flash_start(struct tx *tx, int64_t flash, int64_t actor)
{
    struct rows f, rs;
    struct share share;
    int64_t changed;
    char of[NAME_BYTES];
    enum err e = db_one(tx->db, &q_offers_flash, ARGS(V_INT(flash)), tx->arena, &f);
    if (e == OK)
        e = may_start(tx, &f);
    if (e != OK)
        return e;
    int64_t sku = row_int(&f, 0, "sku_id"), show = row_int(&f, 0, "show_id");
    e = db_select(tx->db, &q_offers_flash_running, ARGS(V_INT(show), V_INT(sku), V_INT(0)),
                  tx->arena, &rs);
    if (e == OK && rs.n)
        return offers_refuse(tx, ERR_CONFLICT, NULL, "offers.flash_runs", 0);
    if (e == OK)
        e = share_open(tx, "flash", flash, sku, &share);
    int n = snprintf(of, sizeof(of), "%lld", (long long)flash);
    if (e == OK)
        e = share_move(tx, &share, row_int(&f, 0, "pieces"), "flash",
                       ledger_id_derive("offers.flash", str_n(of, (size_t)n)));
    if (e == ERR_SOLD_OUT)
        return offers_refuse(tx, e, "pieces", "offers.too_few", tx->info->limit);
    if (e == OK)
        e = db_exec(tx->db, &q_offers_flash_started,
                    ARGS(V_INT(tx->now_ms), V_INT(tx->now_ms + row_int(&f, 0, "seconds") * 1000),
                         V_INT(share.account), V_INT(flash)),
                    &changed);
    if (e != OK)
        return e;
    offers_touch(show);
    return shows_log(tx, show, actor, "flash_start", row_int(&f, 0, "item_id"),
                     row_int(&f, 0, "price_fen"), STR_NONE);
}

static enum err end_running(struct tx *tx, int64_t flash, int64_t show, int64_t sku, int64_t left,
                            int64_t actor)
{
    int64_t changed;
    enum err e =
        db_exec(tx->db, &q_offers_flash_ended, ARGS(V_INT(tx->now_ms), V_INT(flash)), &changed);
    if (e == OK && changed == 0)
        return offers_refuse(tx, ERR_CONFLICT, NULL, "offers.flash_is_so", 0);
    if (e == OK)
        e = give_back(tx, flash, sku, left);
    if (e != OK)
        return e;
    offers_touch(show);
    return shows_log(tx, show, actor, "flash_end", 0, left, STR_NONE);
}

enum err flash_end(struct tx *tx, int64_t flash, int64_t actor)
{
    struct rows f, running;
    enum err e = db_one(tx->db, &q_offers_flash, ARGS(V_INT(flash)), tx->arena, &f);
    if (e == OK)
        e = db_select(
            tx->db, &q_offers_flash_running,
            ARGS(V_INT(row_int(&f, 0, "show_id")), V_INT(row_int(&f, 0, "sku_id")), V_INT(0)),
            tx->arena, &running);
    if (e != OK)
        return e;
    bool runs = running.n && row_int(&running, 0, "id") == flash;
    return end_running(tx, flash, row_int(&f, 0, "show_id"), row_int(&f, 0, "sku_id"),
                       runs ? row_int(&running, 0, "available") : 0, actor);
}

enum err flash_drop(struct tx *tx, int64_t flash, int64_t actor)
{
    struct rows f;
    int64_t changed;
    enum err e = db_one(tx->db, &q_offers_flash, ARGS(V_INT(flash)), tx->arena, &f);
    if (e == OK)
        e = db_exec(tx->db, &q_offers_flash_dropped, ARGS(V_INT(flash)), &changed);
    if (e == OK && changed == 0)
        return offers_refuse(tx, ERR_CONFLICT, NULL, "offers.flash_is_so", 0);
    if (e != OK)
        return e;
    offers_touch(row_int(&f, 0, "show_id"));
    return shows_log(tx, row_int(&f, 0, "show_id"), actor, "flash_drop", row_int(&f, 0, "item_id"),
                     0, STR_NONE);
}

/* One that is over, or that pieces have come back to, or that none can come back to any more. */
static enum err tend(struct tx *tx, int64_t flash)
{
    struct rows rs;
    enum err e =
        db_one(tx->db, &q_offers_flash_one, ARGS(V_INT(tx->now_ms), V_INT(flash)), tx->arena, &rs);
    if (e != OK)
        return e;
    int64_t sku = row_int(&rs, 0, "sku_id"), left = row_int(&rs, 0, "available");
    if (row_int(&rs, 0, "is_over"))
        return end_running(tx, flash, row_int(&rs, 0, "show_id"), sku, left, 0);
    e = give_back(tx, flash, sku, left);
    if (e == OK && row_int(&rs, 0, "held") == 0 &&
        row_int(&rs, 0, "ended_at") + SWEPT_AFTER_MS < tx->now_ms)
        e = db_exec(tx->db, &q_offers_flash_swept, ARGS(V_INT(flash)), NULL);
    return e;
}

enum err flash_tick(struct tx *tx)
{
    struct rows rs;
    enum err e =
        db_select(tx->db, &q_offers_flash_due,
                  ARGS(V_INT(tx->now_ms), V_INT(tx->now_ms - SWEPT_AFTER_MS), V_INT(DUE_MOST)),
                  tx->arena, &rs);
    for (size_t i = 0; e == OK && i < rs.n; i++)
        e = offers_alone(tx, "flash", row_int(&rs, i, "id"), tend);
    return e;
}

/* --- reading --- */

static void put_one(struct req *r, struct view *v, const struct rows *rs, size_t i, int64_t now_ms)
{
    view_put_int(v, "id", row_int(rs, i, "id"));
    view_put_int(v, "item", row_int(rs, i, "item_id"));
    view_put_int(v, "sku", row_int(rs, i, "sku_id"));
    view_put_int(v, "price_fen", row_int(rs, i, "price_fen"));
    view_put_int(v, "was_fen", row_int(rs, i, "show_price_fen"));
    view_put_int(v, "pieces", row_int(rs, i, "pieces"));
    view_put_int(v, "left", row_int(rs, i, "available"));
    view_put_int(v, "per_buyer", row_int(rs, i, "per_buyer"));
    view_put_int(v, "seconds", row_int(rs, i, "seconds"));
    if (!row_null(rs, i, "ends_at"))
        view_put_int(v, "ends_in_ms", row_int(rs, i, "ends_at") - now_ms);
    if (!r)
        return;
    bool zh = r->lang == LANG_ZH;
    view_put_str(v, "title", row_str(rs, i, zh ? "title_zh" : "title_en"));
    view_put_str(v, "name", row_str(rs, i, zh ? "name_zh" : "name_en"));
    view_put_money(v, "price", row_int(rs, i, "price_fen"), "CNY");
    view_put_money(v, "was", row_int(rs, i, "show_price_fen"), "CNY");
}

enum err flash_put(struct db *db, struct arena *arena, struct req *r, struct view *v, int64_t show,
                   int64_t now_ms)
{
    struct rows rs;
    enum err e = db_select(db, &q_offers_flash_of_show, ARGS(V_INT(show)), arena, &rs);
    if (e != OK)
        return e;
    struct view *running = view_put_list(v, "running");
    struct view *planned = r ? view_put_list(v, "planned") : NULL;
    for (size_t i = 0; i < rs.n; i++) {
        bool runs = str_eq_z(row_str(&rs, i, "status"), "running");
        if (runs && row_int(&rs, i, "ends_at") <= now_ms)
            continue;
        if (runs && !planned && row_int(&rs, i, "price_fen") >= row_int(&rs, i, "show_price_fen"))
            continue; /* see offers_price() */
        if (runs || planned)
            put_one(r, view_add_object(runs ? running : planned), &rs, i, now_ms);
    }
    return OK;
}

/* --- POST /shows/{id}/flash: item, price (yuan), pieces, per_buyer, seconds, start --- */

struct flash_command {
    struct command cmd;
    enum err (*work)(struct tx *tx, int64_t flash, int64_t actor);
    struct flash_new fresh;
    bool start; /* at once, too */
    bool is_base;
    int64_t actor, show, flash;
};

static enum err run_plan(struct command *cmd, struct tx *tx)
{
    struct flash_command *c = (struct flash_command *)cmd;
    enum err e = shows_still_may(tx, c->show, c->actor, SHOW_OFFERS, c->is_base);
    if (e == OK)
        e = flash_plan(tx, &c->fresh, c->actor, &c->flash);
    return e == OK && c->start ? flash_start(tx, c->flash, c->actor) : e;
}

/* A sale of another show is not there. */
static enum err run_work(struct command *cmd, struct tx *tx)
{
    struct flash_command *c = (struct flash_command *)cmd;
    struct rows f;
    enum err e = shows_still_may(tx, c->show, c->actor, SHOW_OFFERS, c->is_base);
    if (e == OK)
        e = db_one(tx->db, &q_offers_flash, ARGS(V_INT(c->flash)), tx->arena, &f);
    if (e == OK && row_int(&f, 0, "show_id") != c->show)
        e = ERR_NOT_FOUND;
    return e != OK ? e : c->work(tx, c->flash, c->actor);
}

static enum err done(struct req *r, struct command *cmd, enum err result)
{
    const struct flash_command *c = (struct flash_command *)cmd;
    if (result == OK)
        view_put_int(r->view, "flash", c->flash);
    return offers_back_to_desk(r, c->show, result);
}

static enum err price_of(struct req *r, int64_t *fen)
{
    return yuan_typed(req_field(r, "price"), fen) == OK
               ? OK
               : req_refuse(r, ERR_INVALID, "price", "offers.price_bad");
}

enum err flash_do_plan(struct req *r)
{
    struct flash_command *c = ARENA_NEW(r->arena, struct flash_command);
    int64_t host;
    if (!c)
        return ERR_NOMEM;
    *c = (struct flash_command){.cmd = {.name = "offers.flash_plan", .run = run_plan},
                                .actor = r->who.user_id,
                                .is_base = offers_by_base(r),
                                .start = req_field(r, "start").n > 0};
    struct flash_new *n = &c->fresh;
    enum err e = shows_desk_of(r, SHOW_OFFERS, &c->show, &host);
    n->show_id = c->show;
    if (e == OK)
        e = req_field_int(r, "item", 1, INT64_MAX, &n->item_id);
    if (e == OK)
        e = price_of(r, &n->price_fen);
    if (e == OK)
        e = req_field_int(r, "pieces", 1, OFFERS_FLASH_PIECES_MAX, &n->pieces);
    if (e == OK)
        e = req_field_int(r, "per_buyer", 1, OFFERS_PER_BUYER_MAX, &n->per_buyer);
    if (e == OK)
        e = req_field_int(r, "seconds", OFFERS_FLASH_SECONDS_MIN, OFFERS_FLASH_SECONDS_MAX,
                          &n->seconds);
    return e != OK ? offers_back_to_desk(r, c->show, e) : web_write(r, &c->cmd, done);
}

/* POST /shows/{id}/flash/{flash}: do=start, end or drop */
enum err flash_do(struct req *r)
{
    static const struct {
        const char *name, *command;
        enum err (*work)(struct tx *tx, int64_t flash, int64_t actor);
    } works[] = {{"start", "offers.flash_start", flash_start},
                 {"end", "offers.flash_end", flash_end},
                 {"drop", "offers.flash_drop", flash_drop}};
    struct flash_command *c = ARENA_NEW(r->arena, struct flash_command);
    int64_t host;
    if (!c)
        return ERR_NOMEM;
    *c = (struct flash_command){
        .cmd = {.run = run_work}, .actor = r->who.user_id, .is_base = offers_by_base(r)};
    enum err e = shows_desk_of(r, SHOW_OFFERS, &c->show, &host);
    if (e == OK && str_to_i64(req_param(r, "flash"), &c->flash) != OK)
        e = ERR_NOT_FOUND;
    for (size_t i = 0; e == OK && i < sizeof(works) / sizeof(works[0]); i++)
        if (str_eq_z(req_field(r, "do"), works[i].name)) {
            c->work = works[i].work;
            c->cmd.name = works[i].command;
        }
    if (e == OK && !c->work)
        e = req_refuse(r, ERR_INVALID, "do", "shows.deed_unknown");
    return e != OK ? e : web_write(r, &c->cmd, done);
}
