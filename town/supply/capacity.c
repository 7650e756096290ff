/* What a factory makes in a week, and what it has promised by when. */
#include "base/clock.h"
#include "store/queries.h"
#include "town/day.h"
#include "town/hall/hall.h"
#include "town/supply/internal.h"

enum { WEEK = 7, DUE_MAX = 2000 };

static enum err refuse(struct tx *tx, enum err e, const char *field, const char *key)
{
    *tx->info = (struct err_info){.code = e, .field = field, .key = key};
    return e;
}

enum err supply_promise(struct tx *tx, int64_t factory, const struct supply_promise *p,
                        int64_t actor)
{
    struct rows rs;
    if (p->per_week < 0 || p->per_week > SUPPLY_WEEK_MAX)
        return refuse(tx, ERR_INVALID, "per_week", "supply.pieces_bad");
    if (p->day && (p->pieces < 1 || p->pieces > SUPPLY_WEEK_MAX))
        return refuse(tx, ERR_INVALID, "pieces", "supply.pieces_bad");
    if (p->day && p->day < day_of(tx->now_ms))
        return refuse(tx, ERR_INVALID, "day", "supply.day_past");
    enum err e =
        db_one(tx->db, &q_supply_sku_of, ARGS(V_INT(p->sku), V_INT(factory)), tx->arena, &rs);
    return e ? e
             : db_exec(tx->db, &q_supply_promise_put,
                       ARGS(V_INT(p->sku), V_INT(p->per_week), p->day ? V_INT(p->day) : V_NULL,
                            p->day ? V_INT(p->pieces) : V_NULL, V_INT(tx->now_ms), V_INT(actor)),
                       NULL);
}

enum err supply_kept(struct tx *tx, int64_t factory, int64_t sku, int64_t actor)
{
    struct rows rs, promise;
    enum err e = db_one(tx->db, &q_supply_sku_of, ARGS(V_INT(sku), V_INT(factory)), tx->arena, &rs);
    if (!e)
        e = db_select(tx->db, &q_supply_promise_of, ARGS(V_INT(sku)), tx->arena, &promise);
    if (!e && (promise.n == 0 || row_null(&promise, 0, "day")))
        return refuse(tx, ERR_CONFLICT, "sku", "supply.nothing_promised");
    if (e)
        return e;
    const char *once = arena_printf(tx->arena, "%lld:%lld", (long long)sku,
                                    (long long)row_int(&promise, 0, "version"));
    e = once ? hall_stock_add(tx, sku, row_int(&promise, 0, "pieces"),
                              ledger_id_derive("supply.promise", str_of(once)))
             : ERR_NOMEM;
    return e ? e
             : db_exec(tx->db, &q_supply_promise_kept,
                       ARGS(V_INT(tx->now_ms), V_INT(actor), V_INT(sku)), NULL);
}

/* --- what is to be made, against what can be made --- */

struct reckoning {
    int64_t day, pieces, can; /* until then, so many; of the first day by which it is too much, */
    bool is_over;             /* else of the last one */
};

/* rows sku, day, pieces of one SKU from i on, the nearest first. What was due before today is to be
 * made by today. */
static struct reckoning reckon(const struct rows *due, size_t i, int64_t per_week, int64_t today)
{
    struct reckoning k = {0};
    int64_t sku = i < due->n ? row_int(due, i, "sku") : 0;
    for (; i < due->n && row_int(due, i, "sku") == sku && !k.is_over; i++) {
        int64_t day = row_int(due, i, "day") > today ? row_int(due, i, "day") : today;
        bool more = i + 1 < due->n && row_int(due, i + 1, "sku") == sku &&
                    row_int(due, i + 1, "day") <= day; /* a day is looked at when all of it is in */
        k.day = day;
        k.pieces += row_int(due, i, "pieces");
        k.can = per_week * (day - today + 1) / WEEK;
        k.is_over = !more && per_week > 0 && k.pieces > k.can;
    }
    return k;
}

/* Whether more of it is to be made by a day than can be. */
static enum err judge_load(struct req *r, int64_t sku, int64_t per_week, int64_t until_day,
                           struct reckoning *k)
{
    struct rows due;
    enum err e =
        db_select(r->db, &q_supply_due_of_sku, ARGS(V_INT(sku), V_INT(DUE_MAX)), r->arena, &due);
    if (!e)
        *k = reckon(&due, 0, per_week, day_of(clock_wall_ms()));
    k->is_over = !e && k->is_over && k->day <= until_day;
    return e;
}

/* Late, too late for the show, or more than its factory can make by then. */
enum err supply_judge(struct req *r, int64_t sku, int64_t starts_at, const char **key,
                      struct str *detail)
{
    struct rows rs;
    char text[DAY_TEXT];
    enum err e = db_select(r->db, &q_supply_promise_of, ARGS(V_INT(sku)), r->arena, &rs);
    if (e || rs.n == 0 || row_null(&rs, 0, "day"))
        return e;
    int64_t day = row_int(&rs, 0, "day"), left = 0;
    struct reckoning k = {0};
    e = hall_stock_left(r->db, sku, r->arena, &left);
    if (!e)
        e = judge_load(r, sku, row_int(&rs, 0, "per_week"), day, &k);
    *key = e                               ? NULL
           : day < day_of(clock_wall_ms()) ? "supply.check_late"
           : left > 0                      ? NULL
           : day > day_of(starts_at)       ? "supply.check_after"
           : k.is_over                     ? "supply.check_over"
                                           : NULL;
    if (*key && day_text(day, text))
        *detail = arena_str(r->arena, str_of(text));
    return e;
}

/* --- GET /factory/capacity --- */

static void put_due(struct view *v, const struct rows *due, int64_t sku, int64_t per_week)
{
    size_t i = 0;
    char text[DAY_TEXT];
    while (i < due->n && row_int(due, i, "sku") != sku)
        i++;
    struct reckoning k = reckon(due, i, per_week, day_of(clock_wall_ms()));
    if (!k.pieces || !day_text(k.day, text))
        return;
    v = view_put_object(v, "due");
    view_put_int(v, "pieces", k.pieces);
    view_put_str(v, "day", str_of(text));
    view_put_int(v, "can", k.can);
    view_put_bool(v, "is_over", k.is_over);
}

static void put_sku(struct req *r, struct view *v, const struct rows *rs, size_t i)
{
    bool zh = r->lang == LANG_ZH;
    char text[DAY_TEXT];
    view_put_int(v, "sku", row_int(rs, i, "sku"));
    view_put_str(v, "title", row_str(rs, i, zh ? "title_zh" : "title_en"));
    view_put_str(v, "name", row_str(rs, i, zh ? "name_zh" : "name_en"));
    view_put_int(v, "stock", row_int(rs, i, "stock"));
    view_put_int(v, "per_week", row_int(rs, i, "per_week"));
    if (row_null(rs, i, "day") || !day_text(row_int(rs, i, "day"), text))
        return;
    view_put_str(v, "day", str_of(text));
    view_put_int(v, "pieces", row_int(rs, i, "pieces"));
    view_put_bool(v, "is_late", row_int(rs, i, "day") < day_of(clock_wall_ms()));
}

enum err capacity_page(struct req *r)
{
    struct rows rs, due;
    if (!r->who.organisation_id)
        return ERR_FORBIDDEN;
    enum err e = db_select(r->db, &q_supply_capacity,
                           ARGS(V_INT(r->who.organisation_id), V_INT(SUPPLY_SHOWN)), r->arena, &rs);
    if (!e)
        e = db_select(r->db, &q_supply_due_of_factory,
                      ARGS(V_INT(r->who.organisation_id), V_INT(DUE_MAX)), r->arena, &due);
    struct view *list = view_put_list(r->view, "skus");
    for (size_t i = 0; !e && i < rs.n; i++) {
        struct view *v = view_add_object(list);
        put_sku(r, v, &rs, i);
        put_due(v, &due, row_int(&rs, i, "sku"), row_int(&rs, i, "per_week"));
    }
    return e;
}

struct save {
    struct command cmd;
    struct supply_promise promise;
    int64_t factory, actor;
    bool kept;
};

static enum err run_save(struct command *cmd, struct tx *tx)
{
    struct save *s = (struct save *)cmd;
    return s->kept ? supply_kept(tx, s->factory, s->promise.sku, s->actor)
                   : supply_promise(tx, s->factory, &s->promise, s->actor);
}

static enum err saved(struct req *r, struct command *cmd, enum err result)
{
    struct err_info info = r->info;
    (void)cmd;
    if (!result)
        reply_redirect(r, "/factory/capacity");
    if (!result || r->json || result == ERR_NOT_FOUND)
        return result;
    r->view = view_object(r->arena);
    enum err e = capacity_page(r);
    reply_page(r, "supply/capacity.html");
    r->info = info;
    return e ? e : result;
}

static enum err read_promise(struct req *r, struct supply_promise *p)
{
    struct str day = str_trim(req_field(r, "day"));
    enum err e = req_field_int(r, "per_week", 0, SUPPLY_WEEK_MAX, &p->per_week);
    if (e || day.n == 0)
        return e;
    if (day_read(day, &p->day))
        return req_refuse(r, ERR_INVALID, "day", "supply.day_bad");
    return req_field_int(r, "pieces", 1, SUPPLY_WEEK_MAX, &p->pieces);
}

enum err capacity_post(struct req *r)
{
    struct save *s = ARENA_NEW(r->arena, struct save);
    if (!s)
        return ERR_NOMEM;
    *s = (struct save){.cmd = {.name = "supply.promise", .run = run_save},
                       .factory = r->who.organisation_id,
                       .actor = r->who.user_id,
                       .kept = str_eq_z(req_field(r, "do"), "kept")};
    if (!s->factory)
        return ERR_FORBIDDEN;
    if (str_to_i64(req_field(r, "sku"), &s->promise.sku))
        return ERR_NOT_FOUND;
    enum err e = s->kept ? OK : read_promise(r, &s->promise);
    return e ? saved(r, &s->cmd, e) : web_write(r, &s->cmd, saved);
}
