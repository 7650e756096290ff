/* Which agency shares in what a host sells: said by town/agencies, as hosts consent. */
#include "store/queries.h"
#include "town/settle/internal.h"

static enum err refuse(struct tx *tx, enum err e, const char *key)
{
    *tx->info = (struct err_info){.code = e, .field = "host", .key = key};
    return e;
}

enum err settle_agency_begin(struct tx *tx, int64_t host, int64_t agency, int64_t until_ms)
{
    struct rows rs;
    enum err e = db_select(tx->db, &q_settle_agency_span, ARGS(V_INT(host), V_INT(tx->now_ms)),
                           tx->arena, &rs);
    if (!e && rs.n)
        return refuse(tx, ERR_CONFLICT, "settle.other_agency");
    return e ? e
             : db_exec(tx->db, &q_settle_agency_span_add,
                       ARGS(V_INT(host), V_INT(agency), V_INT(tx->now_ms), V_INT(until_ms)), NULL);
}

enum err settle_agency_until(struct tx *tx, int64_t host, int64_t agency, int64_t until_ms)
{
    struct rows rs;
    enum err e = db_select(tx->db, &q_settle_agency_span_last, ARGS(V_INT(host), V_INT(agency)),
                           tx->arena, &rs);
    if (e || rs.n == 0)
        return e ? e : ERR_NOT_FOUND;
    /* What has begun is not undone, and what has ended is not begun again. */
    int64_t from = row_int(&rs, 0, "from_at");
    if (row_int(&rs, 0, "until_at") <= tx->now_ms && until_ms > row_int(&rs, 0, "until_at"))
        return ERR_NOT_FOUND;
    return db_exec(tx->db, &q_settle_agency_span_until,
                   ARGS(V_INT(until_ms < from ? from : until_ms), V_INT(row_int(&rs, 0, "id"))),
                   NULL);
}
