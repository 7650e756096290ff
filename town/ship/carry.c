#include "town/ship/carry.h"

#include <stdio.h>

#include "base/log.h"
#include "store/queries.h"

#define DAY_MS (INT64_C(24) * 3600 * 1000)

static enum err refuse(struct tx *tx, const char *field, const char *key)
{
    *tx->info = (struct err_info){.code = ERR_CONFLICT, .field = field, .key = key};
    return ERR_CONFLICT;
}

/* --- asking for a number --- */

enum err carry_ask(struct tx *tx, const struct waybill *w, struct order_actor by, bool further,
                   struct str purpose)
{
    struct carriers carriers;
    struct rows rs;
    enum err e = parcel_may_send(tx, w, further);
    if (!e)
        e = carriers_load(tx->db, tx->arena, &carriers);
    int row = e ? -1 : carriers_find(&carriers, w->carrier);
    if (!e && row < 0)
        return refuse(tx, "carrier", "ship.carrier_unknown");
    struct str code = e ? STR_NONE : carriers_code(&carriers, row);
    if (!e && !gateway_of(code))
        return refuse(tx, "carrier", "ship.carrier_by_hand");
    if (!e)
        e = db_select(tx->db, &q_ship_ask_open, ARGS(V_INT(w->order_id)), tx->arena, &rs);
    if (e || rs.n) /* asked already: there will be one number */
        return e;
    e = order_receiver_open(tx, w->order_id, by.user_id, true, purpose);
    if (!e || e == ERR_NOT_FOUND)
        e = db_exec(tx->db, &q_ship_ask_add,
                    ARGS(V_INT(w->order_id), V_STR(code), V_INT(further), V_INT(tx->now_ms),
                         V_INT(by.user_id)),
                    NULL);
    if (!e)
        carry_has_news();
    return e;
}

/* --- taking --- */

static enum err fill_parcel(struct tx *tx, struct carry_job *job, int64_t order_id)
{
    struct rows rs;
    struct order_receiver to = {STR(""), STR(""), STR("")};
    const char *reference =
        arena_printf(tx->arena, "G%lld-%lld", (long long)order_id, (long long)job->id);
    enum err e = reference ? order_receiver_get(tx->db, tx->arena, order_id, &to) : ERR_NOMEM;
    if (!e || e == ERR_NOT_FOUND)
        e = db_one(tx->db, &q_ship_ask_parcel, ARGS(V_INT(order_id)), tx->arena, &rs);
    if (!e)
        job->parcel = (struct gateway_parcel){
            str_of(reference),        to.name, to.phone, to.address, row_str(&rs, 0, "sender"),
            row_int(&rs, 0, "pieces")};
    return e;
}

static enum err take_number(struct tx *tx, struct carry_job *job, const struct rows *rs)
{
    enum err e = db_exec(tx->db, &q_ship_ask_taken,
                         ARGS(V_INT(tx->now_ms + CARRY_AGAIN_MS), V_INT(job->id)), NULL);
    if (e || !job->gateway) /* of another process's settings: it is due again, for that one */
        return e;
    job->what = CARRY_NUMBER;
    return fill_parcel(tx, job, row_int(rs, 0, "order_id"));
}

enum err carry_take(struct tx *tx, struct carry_job *job)
{
    struct rows rs;
    *job = (struct carry_job){0};
    enum err e = db_select(tx->db, &q_ship_ask_due, ARGS(V_INT(tx->now_ms)), tx->arena, &rs);
    bool number = !e && rs.n;
    if (!e && !number)
        e = db_select(tx->db, &q_ship_trace_due, ARGS(V_INT(tx->now_ms)), tx->arena, &rs);
    if (e || rs.n == 0)
        return e;
    job->id = row_int(&rs, 0, "id");
    job->tries = (int)row_int(&rs, 0, "tries") + 1;
    job->gateway = gateway_of(row_str(&rs, 0, "carrier"));
    if (number)
        return take_number(tx, job, &rs);
    job->number = row_str(&rs, 0, "number");
    job->what = job->gateway ? CARRY_TRACES : CARRY_NOTHING;
    return db_exec(tx->db, &q_ship_trace_taken,
                   ARGS(V_INT(tx->now_ms + CARRY_AGAIN_MS), V_INT(job->id)), NULL);
}

void carry_call(struct carry_job *job, struct arena *arena)
{
    job->answer = job->what == CARRY_NUMBER
                      ? gateway_waybill(job->gateway, &job->parcel, &job->number, arena, &job->info)
                      : gateway_traces(job->gateway, job->number, &job->traces, &job->traces_n,
                                       arena, &job->info);
    if (job->answer && job->answer != ERR_NOT_FOUND)
        LOG(WARN, "ship.call_failed", L_Z("what", job->what == CARRY_NUMBER ? "number" : "traces"),
            L_I("id", job->id), L_I("tries", job->tries), L_ERR(job->answer),
            L_Z("why", job->info.text ? job->info.text : ""));
}

/* --- recording a number --- */

static enum err end_ask(struct tx *tx, int64_t id, struct str number, struct str said)
{
    return db_exec(tx->db, &q_ship_ask_ended,
                   ARGS(V_STR(number.n ? STR("got") : STR("refused")),
                        number.n ? V_STR(number) : V_NULL, V_STR(said), V_INT(id)),
                   NULL);
}

/* The order may have been called off while the carrier was asked: then its number lies unused. */
static enum err send_number(struct tx *tx, const struct carry_job *job, const struct rows *ask)
{
    int64_t parcel;
    const struct waybill w = {row_int(ask, 0, "order_id"), row_int(ask, 0, "factory_id"),
                              row_str(ask, 0, "carrier"), job->number};
    const struct order_actor by = {row_int(ask, 0, "asked_by"), ORDER_AS_FACTORY};
    enum err e = db_savepoint(tx->db);
    if (e)
        return e;
    e = parcel_send(tx, &w, by, row_int(ask, 0, "further"), &parcel);
    if (!e) {
        e = db_savepoint_release(tx->db);
        return e ? e : end_ask(tx, job->id, job->number, STR(""));
    }
    db_savepoint_rollback(tx->db);
    if ((e != ERR_CONFLICT && e != ERR_FORBIDDEN && e != ERR_NOT_FOUND) ||
        !db_in_transaction(tx->db))
        return e;
    struct str key = str_of(tx->info->key ? tx->info->key : "ship.order_not_to_ship");
    *tx->info = (struct err_info){0};
    return end_ask(tx, job->id, STR_NONE, key);
}

static int64_t pause_ms(int tries, int64_t first, int64_t most)
{
    int64_t ms = first;
    for (int i = 1; i < tries && ms < most; i++)
        ms *= 2;
    return ms < most ? ms : most;
}

static enum err record_number(struct tx *tx, const struct carry_job *job)
{
    struct rows ask;
    enum err e = db_one(tx->db, &q_ship_ask_get, ARGS(V_INT(job->id)), tx->arena, &ask);
    if (e || !str_eq_z(row_str(&ask, 0, "status"), "asked")) /* recorded by another */
        return e;
    if (job->answer == OK)
        return send_number(tx, job, &ask);
    if (job->answer == ERR_CONFLICT)
        return end_ask(tx, job->id, STR_NONE, str_of(job->info.text ? job->info.text : "refused"));
    if (job->tries >= CARRY_TRIES_MAX)
        return end_ask(tx, job->id, STR_NONE, STR("ship.no_answer"));
    return db_exec(tx->db, &q_ship_ask_later,
                   ARGS(V_INT(tx->now_ms + pause_ms(job->tries, CARRY_PAUSE_MS, CARRY_AGAIN_MS)),
                        V_INT(job->id)),
                   NULL);
}

/* --- recording where a parcel is --- */

static int64_t within(int64_t at, int64_t least, int64_t most)
{
    return at < least ? least : at > most ? most : at;
}

static enum err record_traces(struct tx *tx, const struct carry_job *job)
{
    struct rows rs;
    enum err e = db_one(tx->db, &q_ship_parcel_get, ARGS(V_INT(job->id)), tx->arena, &rs);
    if (e)
        return e;
    int64_t shipped_at = row_int(&rs, 0, "shipped_at"), delivered_at = 0;
    for (size_t i = 0; !e && job->answer == OK && i < job->traces_n; i++) {
        const struct gateway_trace *t = &job->traces[i];
        int64_t at = within(t->at_ms, shipped_at, tx->now_ms); /* their clocks are their own */
        e = db_exec(tx->db, &q_ship_trace_add,
                    ARGS(V_INT(job->id), V_INT(at), V_STR(t->what), V_INT(t->is_delivery)), NULL);
        delivered_at = t->is_delivery ? at : delivered_at;
    }
    if (!e && delivered_at)
        e = parcel_arrived(tx, job->id, delivered_at);
    bool over = delivered_at || tx->now_ms - shipped_at > CARRY_TRACE_DAYS * DAY_MS;
    int64_t next = tx->now_ms + pause_ms(job->tries, CARRY_TRACE_FIRST_MS, CARRY_TRACE_MAX_MS);
    return e ? e
             : db_exec(tx->db, &q_ship_trace_later,
                       ARGS(over ? V_NULL : V_INT(next), V_INT(job->id)), NULL);
}

enum err carry_record(struct tx *tx, const struct carry_job *job)
{
    return job->what == CARRY_NUMBER ? record_number(tx, job) : record_traces(tx, job);
}
