/* Campaigns: planned, filled, called off. */
#include "store/queries.h"
#include "town/agencies/internal.h"
#include "town/day.h"

static const struct transition rows[] = {
    {NULL, "plan", "open", AGENCIES_AS_AGENCY},
    {"open", "host", "open", AGENCIES_AS_AGENCY},
    {"open", "goods", "open", AGENCIES_AS_AGENCY},
    {"open", "off", "open", AGENCIES_AS_AGENCY},
    {"open", "cancel", "cancelled", AGENCIES_AS_AGENCY},
};
const struct transition_table agencies_campaign_table = TRANSITION_TABLE(rows);

static enum err log_event(struct tx *tx, int64_t id, const char *event, const char *to,
                          const char *about, int64_t by)
{
    return db_exec(tx->db, &q_agencies_campaign_event,
                   ARGS(V_INT(id), V_INT(tx->now_ms), V_INT(by), V_Z(event), V_Z(to),
                        about ? V_Z(about) : V_NULL),
                   NULL);
}

enum err campaign_step(struct tx *tx, int64_t id, const char *event, const char *about, int64_t by)
{
    struct rows rs;
    const struct transition *t;
    enum err e = db_one(tx->db, &q_agencies_campaign, ARGS(V_INT(id)), tx->arena, &rs);
    if (!e)
        e = transition_next(&agencies_campaign_table, row_str(&rs, 0, "state"), event,
                            AGENCIES_AS_AGENCY, &t);
    if (!e && row_int(&rs, 0, "until_at") <= tx->now_ms) /* what was sold in it stays as it was */
        e = ERR_CONFLICT;
    if (e == ERR_CONFLICT)
        return agency_refuse(tx, e, "status", "agencies.campaign_over", 0);
    if (!e)
        e = db_exec(tx->db, &q_agencies_campaign_to, ARGS(V_Z(t->to), V_INT(id)), NULL);
    return e ? e : log_event(tx, id, event, t->to, about, by);
}

static enum err check(struct tx *tx, const struct agencies_campaign *c)
{
    struct rows rs;
    bool active;
    if (c->until_day < day_of(tx->now_ms))
        return agency_refuse(tx, ERR_INVALID, "until", "agencies.day_past", 0);
    if (c->until_day < c->from_day || c->until_day - c->from_day >= AGENCIES_CAMPAIGN_DAYS_MAX)
        return agency_refuse(tx, ERR_INVALID, "until", "agencies.days_bad", 1);
    enum err e = agency_is_active(tx, c->agency, &active);
    if (!e && !active)
        return agency_refuse(tx, ERR_CONFLICT, "status", "agencies.no_contract", 0);
    if (!e)
        e = db_one(tx->db, &q_agencies_campaigns_n, ARGS(V_INT(c->agency), V_INT(tx->now_ms)),
                   tx->arena, &rs);
    if (!e && row_int(&rs, 0, "n") >= AGENCIES_CAMPAIGNS_MAX)
        return agency_refuse(tx, ERR_LIMIT, "name", "agencies.campaigns_full",
                             AGENCIES_CAMPAIGNS_MAX);
    if (!e) /* pressed twice, it is planned once */
        e = db_select(tx->db, &q_agencies_campaign_same,
                      ARGS(V_INT(c->agency), V_STR(c->name), V_INT(tx->now_ms)), tx->arena, &rs);
    return !e && rs.n ? agency_refuse(tx, ERR_EXISTS, "name", "agencies.campaign_exists", 0) : e;
}

enum err agencies_campaign_plan(struct tx *tx, const struct agencies_campaign *c, int64_t by,
                                int64_t *id)
{
    struct rows rs;
    enum err e = check(tx, c);
    if (!e)
        e = db_one(tx->db, &q_agencies_campaign_add,
                   ARGS(V_INT(c->agency), V_STR(c->name), V_INT(c->from_day), V_INT(c->until_day),
                        V_INT(day_begin_ms(c->from_day)), V_INT(day_begin_ms(c->until_day + 1)),
                        V_INT(c->goal_fen), V_INT(tx->now_ms), V_INT(by)),
                   tx->arena, &rs);
    *id = e ? 0 : row_int(&rs, 0, "id");
    return e ? e : log_event(tx, *id, "plan", "open", NULL, by);
}

enum err agencies_campaign_host(struct tx *tx, int64_t campaign, int64_t host, int64_t by)
{
    struct rows c, rs;
    enum err e = db_one(tx->db, &q_agencies_campaign, ARGS(V_INT(campaign)), tx->arena, &c);
    if (!e) /* who said no, or never yes, cannot be listed */
        e = db_select(tx->db, &q_agencies_roster_has,
                      ARGS(V_INT(row_int(&c, 0, "agency_id")), V_INT(host)), tx->arena, &rs);
    if (!e && rs.n == 0)
        return agency_refuse(tx, ERR_INVALID, "host", "agencies.not_on_roster", 0);
    if (!e)
        e = db_select(tx->db, &q_agencies_campaign_hosts,
                      ARGS(V_INT(campaign), V_INT(AGENCIES_CAMPAIGN_HOSTS_MAX)), tx->arena, &rs);
    for (size_t i = 0; !e && i < rs.n; i++)
        if (row_int(&rs, i, "id") == host)
            return agency_refuse(tx, ERR_EXISTS, "host", "agencies.in_campaign", 0);
    if (!e && rs.n >= AGENCIES_CAMPAIGN_HOSTS_MAX)
        return agency_refuse(tx, ERR_LIMIT, "host", "agencies.campaign_full",
                             AGENCIES_CAMPAIGN_HOSTS_MAX);
    if (!e)
        e = campaign_step(tx, campaign, "host",
                          arena_printf(tx->arena, "host:%lld", (long long)host), by);
    return e ? e
             : db_exec(tx->db, &q_agencies_campaign_host_add, ARGS(V_INT(campaign), V_INT(host)),
                       NULL);
}

static enum err check_goods(struct tx *tx, int64_t campaign, struct str slug)
{
    struct rows rs;
    enum err e =
        db_select(tx->db, &q_agencies_campaign_goods,
                  ARGS(V_INT(campaign), V_INT(AGENCIES_CAMPAIGN_GOODS_MAX)), tx->arena, &rs);
    for (size_t i = 0; !e && i < rs.n; i++)
        if (str_eq(row_str(&rs, i, "slug"), slug))
            return agency_refuse(tx, ERR_EXISTS, "goods", "agencies.in_campaign", 0);
    return !e && rs.n >= AGENCIES_CAMPAIGN_GOODS_MAX
               ? agency_refuse(tx, ERR_LIMIT, "goods", "agencies.campaign_full",
                               AGENCIES_CAMPAIGN_GOODS_MAX)
               : e;
}

enum err agencies_campaign_goods(struct tx *tx, int64_t campaign, struct str slug, int64_t by)
{
    struct rows rs;
    enum err e = db_select(tx->db, &q_agencies_goods_by_slug, ARGS(V_STR(slug)), tx->arena, &rs);
    if (!e && rs.n == 0)
        return agency_refuse(tx, ERR_INVALID, "goods", "agencies.no_goods", 0);
    if (!e)
        e = check_goods(tx, campaign, slug);
    if (e)
        return e;
    int64_t product = row_int(&rs, 0, "product_id"), factory = row_int(&rs, 0, "factory_id");
    e = campaign_step(tx, campaign, "goods",
                      arena_printf(tx->arena, "%s:%lld", product ? "product" : "factory",
                                   (long long)(product ? product : factory)),
                      by);
    return e ? e
             : db_exec(tx->db, &q_agencies_campaign_goods_add,
                       ARGS(V_INT(campaign), product ? V_INT(product) : V_NULL,
                            product ? V_NULL : V_INT(factory)),
                       NULL);
}
