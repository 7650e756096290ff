/* Draws, until they are drawn: see offers.h and lot.h. What winners do is in prize.c. */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/enc.h"
#include "base/rnd.h"
#include "store/queries.h"
#include "store/seal.h"
#include "town/offers/internal.h"
#include "town/offers/lot.h"

enum {
    NAME_BYTES = 48,
    RECEIPT_BYTES = 8,
    DUE_MOST = 20,
    ENTRIES_PAGE = 1000,
    SLICE_ARENA_MAX = 1 << 20,
    SHOWN_MS = 60 * 1000, /* so long who won is told in the room */
    NAMES_TOLD = 10,
};
#define TAKE_MS (OFFERS_TAKE_DAYS * INT64_C(24) * 3600 * 1000)

/* --- planning --- */

static enum err check_terms(struct tx *tx, const struct draw_new *n, int64_t value_fen)
{
    if (n->prizes < 1 || n->prizes > OFFERS_PRIZES_MAX)
        return offers_refuse(tx, ERR_INVALID, "prizes", "web.number_bad", OFFERS_PRIZES_MAX);
    if (n->seconds < OFFERS_DRAW_SECONDS_MIN || n->seconds > OFFERS_DRAW_SECONDS_MAX)
        return offers_refuse(tx, ERR_INVALID, "seconds", "web.number_bad", OFFERS_DRAW_SECONDS_MAX);
    if (value_fen > OFFERS_PRIZE_FEN_MAX)
        return offers_refuse(tx, ERR_INVALID, "item", "offers.prize_too_dear",
                             OFFERS_PRIZE_FEN_MAX / 100);
    return OK;
}

enum err draw_plan(struct tx *tx, const struct draw_new *n, int64_t actor, int64_t *draw)
{
    struct rows item, rs;
    enum err e = db_one(tx->db, &q_offers_item, ARGS(V_INT(n->item_id)), tx->arena, &item);
    if (e == OK && row_int(&item, 0, "show_id") != n->show_id)
        e = ERR_NOT_FOUND;
    if (e == OK && str_eq_z(row_str(&item, 0, "status"), "ended"))
        return offers_refuse(tx, ERR_CONFLICT, NULL, "shows.has_ended", 0);
    if (e == OK)
        e = db_one(tx->db, &q_offers_sku_price, ARGS(V_INT(row_int(&item, 0, "sku_id"))), tx->arena,
                   &rs);
    if (e != OK)
        return e;
    int64_t value = row_int(&rs, 0, "price_fen");
    e = check_terms(tx, n, value);
    if (e == OK)
        e = db_one(tx->db, &q_offers_draws_open_n, ARGS(V_INT(n->show_id)), tx->arena, &rs);
    if (e == OK && row_int(&rs, 0, "n") >= OFFERS_DRAWS_MAX)
        return offers_refuse(tx, ERR_LIMIT, NULL, "offers.too_many_draws", OFFERS_DRAWS_MAX);
    if (e == OK)
        e = db_one(tx->db, &q_offers_draw_add,
                   ARGS(V_INT(n->show_id), V_INT(n->item_id), V_INT(row_int(&item, 0, "sku_id")),
                        V_INT(n->prizes), V_INT(value), V_INT(n->seconds), V_INT(tx->now_ms)),
                   tx->arena, &rs);
    if (e != OK)
        return e;
    *draw = row_int(&rs, 0, "id");
    offers_touch(n->show_id);
    return shows_log(tx, n->show_id, actor, "draw_plan", n->item_id, n->prizes, STR_NONE);
}

enum err draw_drop(struct tx *tx, int64_t draw, int64_t actor)
{
    struct rows d;
    int64_t changed;
    enum err e = db_one(tx->db, &q_offers_draw, ARGS(V_INT(draw)), tx->arena, &d);
    if (e == OK)
        e = db_exec(tx->db, &q_offers_draw_dropped, ARGS(V_INT(draw)), &changed);
    if (e == OK && changed == 0)
        return offers_refuse(tx, ERR_CONFLICT, NULL, "offers.draw_is_so", 0);
    if (e != OK)
        return e;
    offers_touch(row_int(&d, 0, "show_id"));
    return shows_log(tx, row_int(&d, 0, "show_id"), actor, "draw_drop", row_int(&d, 0, "item_id"),
                     0, STR_NONE);
}

/* --- opening --- */

static enum err may_open(struct tx *tx, const struct rows *d)
{
    struct rows rs;
    if (!str_eq_z(row_str(d, 0, "status"), "planned"))
        return offers_refuse(tx, ERR_CONFLICT, NULL, "offers.draw_is_so", 0);
    if (!str_eq_z(row_str(d, 0, "show_status"), "live"))
        return offers_refuse(tx, ERR_CONFLICT, NULL, "offers.not_live", 0);
    enum err e = db_select(tx->db, &q_offers_draw_of_show_open,
                           ARGS(V_INT(row_int(d, 0, "show_id"))), tx->arena, &rs);
    return e == OK && rs.n ? offers_refuse(tx, ERR_CONFLICT, NULL, "offers.draw_runs", 0) : e;
}

static enum err choose_seed(struct tx *tx, struct str *sealed, char hash[LOT_HEX])
{
    uint8_t seed[LOT_SEED_BYTES];
    rnd_fill(seed, sizeof(seed));
    lot_seed_hash(seed, hash);
    return seal_text("draws.seed", str_n(seed, sizeof(seed)), tx->arena, sealed);
}

enum err draw_open(struct tx *tx, int64_t draw, int64_t actor)
{
    struct rows d;
    struct share share;
    struct str sealed;
    char hash[LOT_HEX];
    enum err e = db_one(tx->db, &q_offers_draw, ARGS(V_INT(draw)), tx->arena, &d);
    if (e == OK)
        e = may_open(tx, &d);
    if (e == OK)
        e = share_open(tx, "draw", draw, row_int(&d, 0, "sku_id"), &share);
    if (e == OK)
        e = share_move(tx, &share, row_int(&d, 0, "prizes"), "draw", ledger_id_new());
    if (e == ERR_SOLD_OUT)
        return offers_refuse(tx, e, "prizes", "offers.too_few", tx->info->limit);
    if (e == OK)
        e = choose_seed(tx, &sealed, hash);
    if (e == OK)
        e = db_exec(tx->db, &q_offers_draw_opened,
                    ARGS(V_INT(tx->now_ms), V_INT(tx->now_ms + row_int(&d, 0, "seconds") * 1000),
                         V_INT(share.account), V_BLOB(sealed), V_Z(hash), V_INT(draw)),
                    NULL);
    if (e != OK)
        return e;
    offers_touch(row_int(&d, 0, "show_id"));
    return shows_log(tx, row_int(&d, 0, "show_id"), actor, "draw_open", row_int(&d, 0, "item_id"),
                     row_int(&d, 0, "prizes"), str_of(hash));
}

/* --- taking part --- */

/* Not the show's crew, nor the people of the prize's maker: nobody gives to himself. */
static enum err may_join(struct tx *tx, const struct rows *d, int64_t user)
{
    struct rows maker, crew;
    if (!str_eq_z(row_str(d, 0, "status"), "open") || row_int(d, 0, "closes_at") <= tx->now_ms)
        return offers_refuse(tx, ERR_CONFLICT, NULL, "offers.draw_not_open", 0);
    enum err e =
        db_select(tx->db, &q_offers_works_for,
                  ARGS(V_INT(user), V_INT(row_int(d, 0, "organisation_id"))), tx->arena, &maker);
    if (e == OK)
        e = db_select(tx->db, &q_offers_is_crew, ARGS(V_INT(row_int(d, 0, "show_id")), V_INT(user)),
                      tx->arena, &crew);
    if (e == OK && (maker.n || crew.n || row_int(d, 0, "host_id") == user))
        return offers_refuse(tx, ERR_CONFLICT, NULL, "offers.draw_own", 0);
    if (e == OK && row_int(d, 0, "entries") >= OFFERS_ENTRIES_MAX)
        return offers_refuse(tx, ERR_LIMIT, NULL, "offers.draw_full", OFFERS_ENTRIES_MAX);
    return e;
}

/* What stands in the list for a person: nobody can tell whom, but the one who was given it. */
static void receipt_of(int64_t draw, int64_t user, char hex[2 * RECEIPT_BYTES + 1])
{
    uint8_t hash[SEAL_HASH_BYTES];
    char text[NAME_BYTES];
    int n = snprintf(text, sizeof(text), "%lld.%lld", (long long)draw, (long long)user);
    seal_hash("draws.receipt", str_n(text, (size_t)n), hash);
    enc_hex(hex, hash, RECEIPT_BYTES);
}

enum err draw_join(struct tx *tx, int64_t draw, int64_t user, int64_t *number)
{
    struct rows d, had;
    char receipt[2 * RECEIPT_BYTES + 1];
    enum err e = db_one(tx->db, &q_offers_draw, ARGS(V_INT(draw)), tx->arena, &d);
    if (e == OK)
        e = db_select(tx->db, &q_offers_entry_of, ARGS(V_INT(draw), V_INT(user)), tx->arena, &had);
    if (e != OK)
        return e;
    if (had.n) {
        *number = row_int(&had, 0, "number");
        return OK;
    }
    e = may_join(tx, &d, user);
    *number = e ? 0 : row_int(&d, 0, "entries") + 1;
    receipt_of(draw, user, receipt);
    if (e == OK)
        e = db_exec(tx->db, &q_offers_entry_add,
                    ARGS(V_INT(draw), V_INT(*number), V_INT(user), V_Z(receipt), V_INT(tx->now_ms)),
                    NULL);
    if (e == OK)
        e = db_exec(tx->db, &q_offers_entries_count, ARGS(V_INT(draw)), NULL);
    if (e == OK)
        offers_move(row_int(&d, 0, "show_id"));
    return e;
}

/* --- drawing --- */

/* A slice of the list after the other: there may be more entries than a query gives. */
static enum err hash_entries(struct tx *tx, int64_t draw, char hex[LOT_HEX], size_t *n)
{
    struct lot_list list;
    int64_t after = 0;
    enum err e = lot_list_begin(&list);
    while (e == OK && after >= 0) {
        struct arena slice;
        struct rows rs;
        arena_init(&slice, SLICE_ARENA_MAX);
        e = db_select(tx->db, &q_offers_entries_page,
                      ARGS(V_INT(draw), V_INT(after), V_INT(ENTRIES_PAGE)), &slice, &rs);
        for (size_t i = 0; e == OK && i < rs.n; i++)
            lot_list_add(&list, row_str(&rs, i, "receipt"));
        after = e == OK && rs.n == ENTRIES_PAGE ? row_int(&rs, rs.n - 1, "number") : -1;
        arena_free(&slice);
    }
    *n = list.n;
    lot_list_end(&list, hex);
    return e;
}

static enum err add_wins(struct tx *tx, int64_t draw, const size_t *winners, size_t n)
{
    enum err e = OK;
    for (size_t i = 0; e == OK && i < n; i++) {
        struct rows rs;
        int64_t number = (int64_t)winners[i];
        e = db_one(tx->db, &q_offers_entry_user, ARGS(V_INT(draw), V_INT(number)), tx->arena, &rs);
        if (e == OK)
            e = db_exec(tx->db, &q_offers_win_add,
                        ARGS(V_INT(draw), V_INT(number), V_INT(row_int(&rs, 0, "user_id")),
                             V_INT((int64_t)i + 1), V_INT(tx->now_ms + TAKE_MS)),
                        NULL);
    }
    return e;
}

static enum err draw_one(struct tx *tx, int64_t draw)
{
    struct rows d;
    struct str seed;
    size_t winners[OFFERS_PRIZES_MAX], entries = 0;
    char list[LOT_HEX], seed_hex[LOT_HEX];
    enum err e = db_one(tx->db, &q_offers_draw, ARGS(V_INT(draw)), tx->arena, &d);
    if (e == OK)
        e = hash_entries(tx, draw, list, &entries);
    if (e == OK)
        e = seal_reveal("draws.seed", row_val(&d, 0, "seed_sealed").s, tx->arena, &seed);
    if (e != OK)
        return e;
    enc_hex(seed_hex, seed.p, LOT_SEED_BYTES);
    size_t most = (size_t)row_int(&d, 0, "prizes"), n = entries < most ? entries : most;
    e = lot_draw((const uint8_t *)seed.p, list, entries, most, winners);
    if (e == OK)
        e = add_wins(tx, draw, winners, n);
    if (e == OK && most > n) /* fewer took part than there are prizes */
        e = share_give_back(tx, "draw", draw, row_int(&d, 0, "sku_id"), (int64_t)(most - n),
                            "draw_back");
    if (e == OK)
        e = db_exec(tx->db, &q_offers_draw_drawn,
                    ARGS(V_INT(tx->now_ms), V_Z(seed_hex), V_Z(list), V_INT(draw)), NULL);
    if (e != OK)
        return e;
    offers_touch(row_int(&d, 0, "show_id"));
    return shows_log(tx, row_int(&d, 0, "show_id"), 0, "draw_drawn", row_int(&d, 0, "item_id"),
                     (int64_t)n, str_of(list));
}

enum err draw_tick(struct tx *tx)
{
    struct rows rs;
    enum err e = db_select(tx->db, &q_offers_draw_due, ARGS(V_INT(tx->now_ms), V_INT(DUE_MOST)),
                           tx->arena, &rs);
    for (size_t i = 0; e == OK && i < rs.n; i++)
        e = offers_alone(tx, "draw", row_int(&rs, i, "id"), draw_one);
    return e != OK ? e : prizes_tick(tx);
}

/* --- reading --- */

static enum err put_winners(struct db *db, struct arena *arena, struct view *v, int64_t draw,
                            size_t most)
{
    struct rows rs;
    enum err e = db_select(db, &q_offers_wins, ARGS(V_INT(draw)), arena, &rs);
    struct view *list = view_put_list(v, "winners");
    for (size_t i = 0; e == OK && i < rs.n && i < most; i++) {
        struct view *w = view_add_object(list);
        struct str name = row_str(&rs, i, "name");
        view_put_int(w, "number", row_int(&rs, i, "number"));
        view_put_str(w, "receipt", row_str(&rs, i, "receipt"));
        /* As others may know it: the first character. */
        view_put_str(
            w, "name",
            str_of(arena_printf(arena, "%.*s**", (int)str_characters_bytes(name, 1), name.p)));
    }
    return e;
}

static enum err put_numbers(struct db *db, struct arena *arena, struct view *v, int64_t draw)
{
    struct rows rs;
    enum err e = db_select(db, &q_offers_wins, ARGS(V_INT(draw)), arena, &rs);
    struct buf b;
    buf_init(&b, 8 * OFFERS_PRIZES_MAX);
    for (size_t i = 0; e == OK && i < rs.n; i++)
        buf_printf(&b, "%s%lld", i ? " " : "", (long long)row_int(&rs, i, "number"));
    view_put_str(v, "numbers", arena_str(arena, str_n(b.p, b.n)));
    buf_free(&b);
    return e;
}

static enum err put_one(struct db *db, struct arena *arena, struct req *r, struct view *v,
                        const struct rows *rs, size_t i, int64_t now_ms)
{
    struct rows mine;
    int64_t id = row_int(rs, i, "id");
    bool drawn = str_eq_z(row_str(rs, i, "status"), "drawn");
    view_put_int(v, "id", id);
    view_put_int(v, "item", row_int(rs, i, "item_id"));
    view_put_int(v, "prizes", row_int(rs, i, "prizes"));
    view_put_int(v, "value_fen", row_int(rs, i, "value_fen"));
    view_put_int(v, "entries", row_int(rs, i, "entries"));
    view_put_int(v, "seconds", row_int(rs, i, "seconds"));
    view_put_str(v, "title_zh", row_str(rs, i, "title_zh"));
    view_put_str(v, "title_en", row_str(rs, i, "title_en"));
    if (!row_null(rs, i, "closes_at"))
        view_put_int(v, "ends_in_ms", row_int(rs, i, "closes_at") - now_ms);
    /* A room's message has its bounds: some names, and all numbers, by which each knows his own. */
    enum err e = drawn ? put_winners(db, arena, v, id, r ? OFFERS_PRIZES_MAX : NAMES_TOLD) : OK;
    if (e == OK && drawn && !r)
        e = put_numbers(db, arena, v, id);
    if (e != OK || !r)
        return e;
    view_put_str(v, "title", row_str(rs, i, r->lang == LANG_ZH ? "title_zh" : "title_en"));
    view_put_money(v, "value", row_int(rs, i, "value_fen"), "CNY");
    if (!r->who.user_id)
        return OK;
    e = db_select(db, &q_offers_entry_of, ARGS(V_INT(id), V_INT(r->who.user_id)), arena, &mine);
    if (e == OK && mine.n)
        view_put_int(v, "my_number", row_int(&mine, 0, "number"));
    return e;
}

enum err draw_put(struct db *db, struct arena *arena, struct req *r, bool crew, struct view *v,
                  int64_t show, int64_t now_ms)
{
    struct rows rs;
    enum err e = db_select(db, &q_offers_draws_of_show, ARGS(V_INT(show), V_INT(now_ms - SHOWN_MS)),
                           arena, &rs);
    if (e != OK)
        return e;
    struct view *open = view_put_list(v, "open"), *drawn = view_put_list(v, "drawn");
    struct view *planned = crew ? view_put_list(v, "planned") : NULL;
    for (size_t i = 0; e == OK && i < rs.n; i++) {
        struct str status = row_str(&rs, i, "status");
        struct view *list = str_eq_z(status, "open")    ? open
                            : str_eq_z(status, "drawn") ? drawn
                                                        : planned;
        if (list)
            e = put_one(db, arena, r, view_add_object(list), &rs, i, now_ms);
    }
    return e;
}

/* --- GET /draws/{id}: the terms, and when it is drawn all that one needs to check it --- */

static enum err put_entries(struct req *r, int64_t draw)
{
    struct rows rs;
    int64_t after = 0;
    struct str text = req_query(r, "after");
    if (text.n && (str_to_i64(text, &after) != OK || after < 0))
        return req_refuse(r, ERR_INVALID, "after", "web.number_bad");
    enum err e = db_select(r->db, &q_offers_entries_page,
                           ARGS(V_INT(draw), V_INT(after), V_INT(ENTRIES_PAGE)), r->arena, &rs);
    if (e != OK)
        return e;
    struct view *list = view_put_list(r->view, "list");
    for (size_t i = 0; i < rs.n; i++) {
        struct view *v = view_add_object(list);
        view_put_int(v, "number", row_int(&rs, i, "number"));
        view_put_str(v, "receipt", row_str(&rs, i, "receipt"));
    }
    if (rs.n == ENTRIES_PAGE)
        view_put_int(r->view, "next", row_int(&rs, rs.n - 1, "number"));
    return OK;
}

static void put_terms(struct req *r, const struct rows *d)
{
    bool zh = r->lang == LANG_ZH;
    struct view *v = view_put_object(r->view, "draw");
    view_put_int(v, "id", row_int(d, 0, "id"));
    view_put_str(v, "status", row_str(d, 0, "status"));
    view_put_str(v, "title", row_str(d, 0, zh ? "title_zh" : "title_en"));
    view_put_str(v, "name", row_str(d, 0, zh ? "name_zh" : "name_en"));
    view_put_str(v, "slug", row_str(d, 0, "slug"));
    view_put_str(v, "maker", row_str(d, 0, zh ? "factory_zh" : "factory_en"));
    view_put_int(v, "show", row_int(d, 0, "show_id"));
    view_put_str(v, "show_title", row_str(d, 0, zh ? "show_zh" : "show_en"));
    view_put_int(v, "prizes", row_int(d, 0, "prizes"));
    view_put_money(v, "value", row_int(d, 0, "value_fen"), "CNY");
    view_put_int(v, "entries", row_int(d, 0, "entries"));
    view_put_int(v, "take_days", OFFERS_TAKE_DAYS);
    view_put_str(v, "seed_hash", row_str(d, 0, "seed_hash"));
    view_put_time(v, "opened_at", row_int(d, 0, "opened_at"));
    view_put_time(v, "closes_at", row_int(d, 0, "closes_at"));
    if (row_null(d, 0, "drawn_at"))
        return;
    view_put_time(v, "drawn_at", row_int(d, 0, "drawn_at"));
    view_put_str(v, "seed", row_str(d, 0, "seed"));
    view_put_str(v, "entries_hash", row_str(d, 0, "entries_hash"));
}

enum err draw_page(struct req *r)
{
    struct rows d, mine;
    int64_t id;
    if (str_to_i64(req_param(r, "id"), &id) != OK)
        return ERR_NOT_FOUND;
    enum err e = db_one(r->db, &q_offers_draw, ARGS(V_INT(id)), r->arena, &d);
    if (e == OK && row_null(&d, 0, "opened_at"))
        e = ERR_NOT_FOUND; /* the crew may still change its mind */
    if (e != OK)
        return e;
    put_terms(r, &d);
    if (r->who.user_id) {
        e = db_select(r->db, &q_offers_entry_of, ARGS(V_INT(id), V_INT(r->who.user_id)), r->arena,
                      &mine);
        if (e == OK && mine.n) {
            view_put_int(r->view, "my_number", row_int(&mine, 0, "number"));
            view_put_str(r->view, "my_receipt", row_str(&mine, 0, "receipt"));
        }
    }
    bool drawn = str_eq_z(row_str(&d, 0, "status"), "drawn");
    if (e == OK && drawn)
        e = put_winners(r->db, r->arena, r->view, id, OFFERS_PRIZES_MAX);
    return e == OK && drawn ? put_entries(r, id) : e;
}

/* --- requests --- */

struct draw_command {
    struct command cmd;
    enum err (*work)(struct tx *tx, int64_t draw, int64_t actor);
    struct draw_new fresh;
    bool open; /* at once, too */
    bool is_base;
    int64_t actor, show, draw, number;
};

static enum err run_plan(struct command *cmd, struct tx *tx)
{
    struct draw_command *c = (struct draw_command *)cmd;
    enum err e = shows_still_may(tx, c->show, c->actor, SHOW_OFFERS, c->is_base);
    if (e == OK)
        e = draw_plan(tx, &c->fresh, c->actor, &c->draw);
    return e == OK && c->open ? draw_open(tx, c->draw, c->actor) : e;
}

static enum err of_show(struct tx *tx, const struct draw_command *c)
{
    struct rows d;
    enum err e = db_one(tx->db, &q_offers_draw, ARGS(V_INT(c->draw)), tx->arena, &d);
    return e == OK && row_int(&d, 0, "show_id") != c->show ? ERR_NOT_FOUND : e;
}

static enum err run_work(struct command *cmd, struct tx *tx)
{
    struct draw_command *c = (struct draw_command *)cmd;
    enum err e = shows_still_may(tx, c->show, c->actor, SHOW_OFFERS, c->is_base);
    if (e == OK)
        e = of_show(tx, c);
    return e != OK ? e : c->work(tx, c->draw, c->actor);
}

static enum err run_join(struct command *cmd, struct tx *tx)
{
    struct draw_command *c = (struct draw_command *)cmd;
    enum err e = of_show(tx, c);
    return e != OK ? e : draw_join(tx, c->draw, c->actor, &c->number);
}

static enum err done(struct req *r, struct command *cmd, enum err result)
{
    const struct draw_command *c = (struct draw_command *)cmd;
    if (result == OK)
        view_put_int(r->view, "draw", c->draw);
    return offers_back_to_desk(r, c->show, result);
}

static enum err joined(struct req *r, struct command *cmd, enum err result)
{
    const struct draw_command *c = (struct draw_command *)cmd;
    if (result != OK)
        return result;
    view_put_int(r->view, "number", c->number);
    reply_redirect(r, arena_printf(r->arena, "/draws/%lld", (long long)c->draw));
    return OK;
}

/* POST /shows/{id}/draws: item, prizes, seconds, start */
enum err draw_do_plan(struct req *r)
{
    struct draw_command *c = ARENA_NEW(r->arena, struct draw_command);
    int64_t host;
    if (!c)
        return ERR_NOMEM;
    *c = (struct draw_command){.cmd = {.name = "offers.draw_plan", .run = run_plan},
                               .actor = r->who.user_id,
                               .is_base = offers_by_base(r),
                               .open = req_field(r, "start").n > 0};
    enum err e = shows_desk_of(r, SHOW_OFFERS, &c->show, &host);
    c->fresh.show_id = c->show;
    if (e == OK)
        e = req_field_int(r, "item", 1, INT64_MAX, &c->fresh.item_id);
    if (e == OK)
        e = req_field_int(r, "prizes", 1, OFFERS_PRIZES_MAX, &c->fresh.prizes);
    if (e == OK)
        e = req_field_int(r, "seconds", OFFERS_DRAW_SECONDS_MIN, OFFERS_DRAW_SECONDS_MAX,
                          &c->fresh.seconds);
    return e != OK ? e : web_write(r, &c->cmd, done);
}

/* POST /shows/{id}/draws/{draw}: do=open or drop */
enum err draw_do(struct req *r)
{
    struct draw_command *c = ARENA_NEW(r->arena, struct draw_command);
    int64_t host;
    if (!c)
        return ERR_NOMEM;
    *c = (struct draw_command){.cmd = {.name = "offers.draw", .run = run_work},
                               .actor = r->who.user_id,
                               .is_base = offers_by_base(r)};
    enum err e = shows_desk_of(r, SHOW_OFFERS, &c->show, &host);
    if (e == OK && str_to_i64(req_param(r, "draw"), &c->draw) != OK)
        e = ERR_NOT_FOUND;
    if (e != OK)
        return e;
    c->work = str_eq_z(req_field(r, "do"), "open")   ? draw_open
              : str_eq_z(req_field(r, "do"), "drop") ? draw_drop
                                                     : NULL;
    return c->work ? web_write(r, &c->cmd, done)
                   : req_refuse(r, ERR_INVALID, "do", "shows.deed_unknown");
}

/* POST /shows/{id}/draws/{draw}/join */
enum err draw_do_join(struct req *r)
{
    struct draw_command *c = ARENA_NEW(r->arena, struct draw_command);
    if (!c)
        return ERR_NOMEM;
    *c = (struct draw_command){.cmd = {.name = "offers.draw_join", .run = run_join},
                               .actor = r->who.user_id};
    if (str_to_i64(req_param(r, "id"), &c->show) != OK ||
        str_to_i64(req_param(r, "draw"), &c->draw) != OK)
        return ERR_NOT_FOUND;
    return web_write(r, &c->cmd, joined);
}
