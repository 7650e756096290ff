/*
 * /settle/payouts, for the base: what was released to makers and shared to others in a period, by
 * provider; instructions that are not carried out; shares that could not be given.
 */
#include "base/clock.h"
#include "store/queries.h"
#include "town/day.h"
#include "town/settle/page.h"

enum { SHOWN_MAX = 100, LATE_MS = 24 * 3600 * 1000, PERIOD_MAX_DAYS = 400 };

/* --- the period: this month until today, unless another is asked for --- */

struct period {
    int64_t from, until; /* days */
};

static enum err read_day(struct req *r, const char *name, int64_t otherwise, int64_t *day)
{
    struct str text = str_trim(req_query(r, name));
    *day = otherwise;
    if (text.n && day_read(text, day) != OK)
        return req_refuse(r, ERR_INVALID, name, "settle.day_bad");
    return OK;
}

static void put_day(struct view *v, const char *name, int64_t day)
{
    char text[DAY_TEXT];
    day_text(day, text);
    view_put_z(v, name, text);
}

static enum err read_period(struct req *r, struct period *p)
{
    int64_t today = day_of(clock_wall_ms());
    int64_t first = day_of(settlement_month_begin(settlement_month_of(clock_wall_ms())));
    enum err e = read_day(r, "from", first, &p->from);
    if (!e)
        e = read_day(r, "until", today, &p->until);
    if (!e && (p->until < p->from || p->until - p->from > PERIOD_MAX_DAYS))
        e = req_refuse(r, ERR_INVALID, "until", "settle.period_bad");
    if (!e) {
        put_day(r->view, "from", p->from);
        put_day(r->view, "until", p->until);
    }
    return e;
}

/* --- what was given --- */

static enum err put_given(struct req *r, const struct period *p)
{
    struct rows rs;
    int64_t after, until, all = 0;
    struct view *list = view_put_list(r->view, "given");
    enum err e = settlement_seq_at(r->db, r->arena, day_begin_ms(p->from) - 1, &after);
    if (!e)
        e = settlement_seq_at(r->db, r->arena, day_end_ms(p->until), &until);
    if (!e)
        e = db_select(r->db, &q_settle_given, ARGS(V_INT(after), V_INT(until)), r->arena, &rs);
    for (size_t i = 0; !e && i < rs.n; i++) {
        struct view *v = view_add_object(list);
        struct str party = row_str(&rs, i, "party");
        view_put_str(v, "party", party);
        view_put_str(v, "name", party_name_of(r, party));
        view_put_str(v, "provider", row_str(&rs, i, "provider"));
        view_put_str(v, "provider_name", req_text(r, "pay.provider_", row_str(&rs, i, "provider")));
        view_page_only(v, "provider_name");
        view_put_int(v, "orders", row_int(&rs, i, "orders"));
        view_put_money(v, "in", row_int(&rs, i, "plus"), "CNY");
        view_put_money(v, "back", row_int(&rs, i, "minus"), "CNY");
        view_put_money(v, "net", row_int(&rs, i, "plus") - row_int(&rs, i, "minus"), "CNY");
        all += row_int(&rs, i, "plus") - row_int(&rs, i, "minus");
    }
    view_put_money(r->view, "given_all", all, "CNY");
    return e;
}

/* --- what waits --- */

static enum err put_waiting(struct req *r)
{
    struct rows rs;
    int64_t now_ms = clock_wall_ms();
    struct view *list = view_put_list(r->view, "waiting");
    enum err e = db_select(r->db, &q_settle_not_done, ARGS(V_INT(SHOWN_MAX)), r->arena, &rs);
    for (size_t i = 0; !e && i < rs.n; i++) {
        struct view *v = view_add_object(list);
        struct str status = row_str(&rs, i, "status"), party = row_str(&rs, i, "party");
        view_put_int(v, "id", row_int(&rs, i, "id"));
        view_put_int(v, "order", row_int(&rs, i, "order_id"));
        view_put_str(v, "kind", row_str(&rs, i, "kind"));
        view_put_str(v, "kind_name", req_text(r, "pay.kind_", row_str(&rs, i, "kind")));
        view_page_only(v, "kind_name");
        view_put_str(v, "party", party);
        view_put_str(v, "name", party_name_of(r, party));
        view_put_money(v, "amount", row_int(&rs, i, "amount_fen"), "CNY");
        view_put_str(v, "provider_name", req_text(r, "pay.provider_", row_str(&rs, i, "provider")));
        view_put_str(v, "status", status);
        view_put_str(v, "status_name", req_text(r, "pay.is_", status));
        view_page_only(v, "status_name");
        view_put_str(v, "said", row_str(&rs, i, "said"));
        view_put_time(v, "since", row_int(&rs, i, "made_at"));
        view_put_bool(v, "is_stuck",
                      str_eq_z(status, "failed") || row_int(&rs, i, "made_at") < now_ms - LATE_MS);
    }
    return e;
}

static enum err put_unshared(struct req *r)
{
    struct rows rs;
    struct view *list = view_put_list(r->view, "unshared");
    enum err e = db_select(r->db, &q_settle_unshared, ARGS(V_INT(SHOWN_MAX)), r->arena, &rs);
    for (size_t i = 0; !e && i < rs.n; i++) {
        struct view *v = view_add_object(list);
        struct str party = row_str(&rs, i, "party");
        view_put_int(v, "order", row_int(&rs, i, "order_id"));
        view_put_str(v, "party", party);
        view_put_str(v, "name", party_name_of(r, party));
        view_put_money(v, "amount", row_int(&rs, i, "fen"), "CNY");
        view_put_str(v, "provider_name", req_text(r, "pay.provider_", row_str(&rs, i, "provider")));
        view_put_bool(v, "is_known", row_int(&rs, i, "is_known"));
        view_put_time(v, "since", row_int(&rs, i, "made_at"));
        if (row_null(&rs, i, "auto_at"))
            view_put_null(v, "closes_at");
        else
            view_put_time(v, "closes_at", row_int(&rs, i, "auto_at"));
    }
    return e;
}

enum err payouts_get(struct req *r)
{
    struct period p;
    enum err e = read_period(r, &p);
    if (!e)
        e = put_given(r, &p);
    if (!e)
        e = put_waiting(r);
    return e ? e : put_unshared(r);
}

/* --- sharing now --- */

struct sharing {
    struct command cmd;
    int64_t order;
    struct str party;
};

static enum err share_run(struct command *cmd, struct tx *tx)
{
    const struct sharing *s = (struct sharing *)cmd;
    return settle_share_now(tx, s->order, s->party);
}

static enum err shared(struct req *r, struct command *cmd, enum err result)
{
    (void)cmd;
    if (!result) {
        reply_redirect(r, "/settle/payouts#unshared");
        return OK;
    }
    if (!r->json) { /* the page again, with why */
        struct err_info info = r->info;
        reply_page(r, "settle/payouts.html");
        enum err e = payouts_get(r);
        if (e)
            return e;
        r->info = info;
    }
    return result;
}

enum err payouts_share(struct req *r)
{
    struct sharing *s = ARENA_NEW(r->arena, struct sharing);
    if (!s)
        return ERR_NOMEM;
    s->cmd = (struct command){.name = "settle.share_now", .run = share_run};
    enum err e = req_field_int(r, "order", 1, INT64_MAX, &s->order);
    if (!e)
        e = req_field_text(r, "party", 1, SETTLE_PARTY_BYTES - 1, &s->party);
    return e ? shared(r, &s->cmd, e) : web_write(r, &s->cmd, shared);
}
