/* Sharing an order's goods money when it is received, and letting the rest go when it is closed. */
#include <stdio.h>
#include <string.h>

#include "store/queries.h"
#include "town/pay/pay.h"
#include "town/settle/internal.h"

/* --- reckoning --- */

struct claims {
    struct cut_claim all[CUT_LINES_MAX * 3];
    size_t n;
};

static enum err party_of(struct reckoning *k, const char *kind, int64_t id, size_t *out)
{
    char name[SETTLE_PARTY_BYTES];
    if (id)
        snprintf(name, sizeof(name), "%s:%lld", kind, (long long)id);
    else
        snprintf(name, sizeof(name), "%s", kind);
    for (*out = 0; *out < k->parties; ++*out)
        if (strcmp(k->party[*out], name) == 0)
            return OK;
    if (k->parties == CUT_PARTIES_MAX)
        return ERR_LIMIT;
    memcpy(k->party[k->parties++], name, sizeof(name));
    return OK;
}

static enum err claim(struct reckoning *k, struct claims *claims, const char *kind, int64_t id,
                      int64_t bp)
{
    size_t party;
    if (bp == 0)
        return OK;
    enum err e = party_of(k, kind, id, &party);
    if (!e)
        claims->all[claims->n++] = (struct cut_claim){k->lines, party, bp};
    return e;
}

static enum err add_line(struct db *db, struct arena *arena, struct reckoning *k,
                         struct claims *claims, const struct rows *rs, size_t i)
{
    struct rows rule;
    int64_t host = row_int(rs, i, "host_id"), agency = row_int(rs, i, "agency_id");
    if (k->lines == CUT_LINES_MAX)
        return ERR_LIMIT;
    k->line[k->lines] = row_int(rs, i, "line");
    k->nets[k->lines] = row_int(rs, i, "net");
    k->rules[k->lines] = 0;
    enum err e =
        db_select(db, &q_settle_rule_of,
                  ARGS(V_INT(row_int(rs, i, "placed_at")), V_INT(row_int(rs, i, "factory_id")),
                       V_INT(row_int(rs, i, "kind_id")), V_INT(host), V_INT(agency)),
                  arena, &rule);
    if (!e && rule.n) {
        k->rules[k->lines] = row_int(&rule, 0, "id");
        e = claim(k, claims, "base", 0, row_int(&rule, 0, "base_bp"));
        if (!e && host)
            e = claim(k, claims, "host", host, row_int(&rule, 0, "host_bp"));
        if (!e && agency)
            e = claim(k, claims, "agency", agency, row_int(&rule, 0, "agency_bp"));
    }
    k->lines++;
    return e;
}

enum err reckon(struct db *db, struct arena *arena, int64_t order_id, struct reckoning *out)
{
    struct rows rs;
    struct claims claims = {.n = 0};
    memset(out, 0, sizeof(*out));
    enum err e = db_one(db, &q_settle_provider_of, ARGS(V_INT(order_id)), arena, &rs);
    if (e)
        return e;
    out->most_bp = row_int(&rs, 0, "most");
    out->provider = row_str(&rs, 0, "provider");
    e = db_select(db, &q_settle_lines, ARGS(V_INT(order_id)), arena, &rs);
    for (size_t i = 0; !e && i < rs.n; i++)
        e = add_line(db, arena, out, &claims, &rs, i);
    return e ? e
             : cut(out->nets, out->lines, claims.all, claims.n, out->most_bp, out->fen,
                   out->parties);
}

/* --- sharing --- */

static enum err is_known(struct tx *tx, struct str party, struct str provider, bool *is)
{
    struct rows rs;
    enum err e = db_select(tx->db, &q_settle_account_of, ARGS(V_STR(party), V_STR(provider)),
                           tx->arena, &rs);
    *is = !e && rs.n > 0;
    return e;
}

static enum err keep_lines(struct tx *tx, int64_t order_id, const struct reckoning *k)
{
    enum err e = OK;
    for (size_t i = 0; !e && i < k->lines; i++)
        e = db_exec(tx->db, &q_settle_share_line_add,
                    ARGS(V_INT(order_id), V_INT(k->line[i]),
                         k->rules[i] ? V_INT(k->rules[i]) : V_NULL, V_INT(k->nets[i])),
                    NULL);
    return e;
}

static enum err share_one(struct tx *tx, int64_t order_id, const struct reckoning *k, size_t i)
{
    bool known = false;
    if (k->fen[i] == 0)
        return OK;
    enum err e = db_exec(tx->db, &q_settle_share_add,
                         ARGS(V_INT(order_id), V_Z(k->party[i]), V_INT(k->fen[i]),
                              V_INT(k->most_bp), V_INT(tx->now_ms)),
                         NULL);
    if (!e)
        e = is_known(tx, str_of(k->party[i]), k->provider, &known);
    return e || !known ? e : pay_share(tx, order_id, k->party[i], k->fen[i]);
}

static enum err share(struct tx *tx, int64_t order_id)
{
    struct reckoning *k = ARENA_NEW(tx->arena, struct reckoning);
    enum err e = k ? reckon(tx->db, tx->arena, order_id, k) : ERR_NOMEM;
    if (e == ERR_NOT_FOUND) /* no money of it is anywhere */
        return OK;
    if (!e)
        e = keep_lines(tx, order_id, k);
    for (size_t i = 0; !e && i < k->parties; i++)
        e = share_one(tx, order_id, k, i);
    return e;
}

static enum err release(struct tx *tx, int64_t order_id)
{
    bool paid;
    enum err e = pay_is_paid(tx->db, tx->arena, order_id, &paid);
    return e || !paid ? e : pay_release(tx, order_id);
}

enum err share_on_change(struct tx *tx, const struct order_changed *c)
{
    if (strcmp(c->event, "receive") == 0)
        return share(tx, c->order_id);
    if (strcmp(c->event, "close") == 0)
        return release(tx, c->order_id);
    return OK;
}

/* --- later --- */

static enum err refuse(struct tx *tx, const char *field, const char *key)
{
    *tx->info = (struct err_info){.code = ERR_CONFLICT, .field = field, .key = key};
    return ERR_CONFLICT;
}

/* Of a refund meanwhile it bears its part, and it gets no more than was reckoned then. */
static int64_t due_now(const struct reckoning *k, struct str party, int64_t then)
{
    for (size_t i = 0; i < k->parties; i++)
        if (str_eq_z(party, k->party[i]))
            return k->fen[i] < then ? k->fen[i] : then;
    return 0;
}

enum err settle_share_now(struct tx *tx, int64_t order_id, struct str party)
{
    struct rows rs;
    bool known;
    struct reckoning *k = ARENA_NEW(tx->arena, struct reckoning);
    enum err e =
        k ? db_one(tx->db, &q_settle_share_get, ARGS(V_INT(order_id), V_STR(party)), tx->arena, &rs)
          : ERR_NOMEM;
    if (e)
        return e;
    if (row_int(&rs, 0, "is_shared"))
        return OK;
    if (!str_eq_z(row_str(&rs, 0, "status"), "received"))
        return refuse(tx, "status", "settle.order_is_over");
    e = reckon(tx->db, tx->arena, order_id, k);
    if (!e)
        e = is_known(tx, party, k->provider, &known);
    if (!e && !known)
        return refuse(tx, "party", "settle.still_unknown");
    int64_t fen = e ? 0 : due_now(k, party, row_int(&rs, 0, "fen"));
    if (!e && fen == 0)
        return refuse(tx, "party", "settle.nothing_left");
    const char *name = arena_printf(tx->arena, "%.*s", STR_ARG(party));
    return e ? e : !name ? ERR_NOMEM : pay_share(tx, order_id, name, fen);
}
