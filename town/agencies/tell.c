/* Who hears of contracts and consents, and is reminded before they end. */
#include "store/queries.h"
#include "town/agencies/internal.h"
#include "town/day.h"

#include <string.h>

#define APP MESSAGES_APP
#define APP_MAIL (MESSAGES_APP | MESSAGES_MAIL)

const struct messages_kind agencies_kinds[] = {
    {"agency.asked", "agencies", APP_MAIL, false},
    {"agency.on", "agencies", APP_MAIL, false},
    {"agency.off", "agencies", APP_MAIL, false},
    {"agency.terms", "agencies", APP_MAIL, false},
    {"agency.consent_due", "agencies", APP_MAIL, false},
    {"agency.contract_begun", "agencies", APP_MAIL, false},
    {"agency.contract_due", "agencies", APP_MAIL, false},
    {"agency.contract_over", "agencies", APP_MAIL, false},
};
const size_t agencies_kinds_n = sizeof(agencies_kinds) / sizeof(agencies_kinds[0]);

static const int before[] = {AGENCIES_NEAR_DAYS, AGENCIES_SOON_DAYS};
enum { BEFORE = sizeof(before) / sizeof(before[0]) };

struct about { /* what a notice is about, and whom it names */
    const char *subject;
    int64_t id;
    struct str link;
    struct messages_arg name;
};

static struct messages_new notice(struct tx *tx, const struct about *a, const char *kind, int days)
{
    const char *key =
        days ? arena_printf(tx->arena, "%s:%lld:%d", a->subject, (long long)a->id, days)
             : arena_printf(tx->arena, "%s:%lld", a->subject, (long long)a->id);
    return (struct messages_new){
        .kind = kind, .about = str_of(key), .link = a->link, .args = {a->name}};
}

static enum err tell_members(struct tx *tx, int64_t agency, struct messages_new m)
{
    struct rows rs;
    enum err e = db_select(tx->db, &q_agencies_members,
                           ARGS(V_INT(agency), V_INT(AGENCIES_MEMBERS_MAX)), tx->arena, &rs);
    for (size_t i = 0; !e && i < rs.n; i++) {
        m.user = row_int(&rs, i, "id");
        e = messages_tell(tx, &m);
    }
    return e;
}

/* To members of the agency (0: to nobody of one) and to `user`, so many days before an end. */
static enum err remind(struct tx *tx, const struct about *a, const char *kind, int64_t end_ms,
                       int64_t agency, int64_t user)
{
    enum err e = OK;
    for (size_t i = 0; !e && i < BEFORE; i++) {
        struct messages_new m = notice(tx, a, kind, before[i]);
        m.user = user;
        m.due_ms = end_ms - before[i] * DAY_MS;
        m.until_ms = end_ms;
        m.args[1] = (struct messages_arg){.name = "at", .time_ms = end_ms - 1};
        e = messages_drop(tx, m.about);
        if (e || m.due_ms <= tx->now_ms || !end_ms) /* no reminder of what is nearer already */
            continue;
        e = messages_tell(tx, &m);
        if (!e && agency)
            e = tell_members(tx, agency, m);
    }
    return e;
}

enum err tell_of_contract(struct tx *tx, const struct rows *row, const char *event,
                          int64_t until_day)
{
    int64_t agency = row_int(row, 0, "agency_id"), by = row_int(row, 0, "made_by");
    const struct about a = {
        .subject = "contract",
        .id = row_int(row, 0, "id"),
        .link = str_of(arena_printf(tx->arena, "/agencies/%lld", (long long)agency)),
        .name = {
            .name = "name", .zh = row_str(row, 0, "name_zh"), .en = row_str(row, 0, "name_en")}};
    bool is_over = strcmp(event, "end") == 0 || strcmp(event, "expire") == 0;
    enum err e = OK;
    if (strcmp(event, "begin") == 0 || strcmp(event, "renew") == 0 || is_over)
        e = remind(tx, &a, "agency.contract_due", until_day ? day_begin_ms(until_day + 1) : 0,
                   agency, by);
    if (!e && strcmp(event, "begin") == 0)
        e = tell_members(tx, agency, notice(tx, &a, "agency.contract_begun", 0));
    return e || !is_over ? e : tell_members(tx, agency, notice(tx, &a, "agency.contract_over", 0));
}

static struct messages_arg percent(struct tx *tx, const char *name, int64_t bp)
{
    long long whole = (long long)bp / 100, part = (long long)bp % 100;
    const char *text = part ? arena_printf(tx->arena, "%lld.%02lld%%", whole, part)
                            : arena_printf(tx->arena, "%lld%%", whole);
    return (struct messages_arg){.name = name, .zh = str_of(text)};
}

enum err tell_of_terms(struct tx *tx, const struct rows *row, const struct agencies_more *terms,
                       int64_t rule)
{
    struct rows rs;
    int64_t hosts[AGENCIES_ROSTER_MAX];
    size_t n = 0;
    const struct about a = {.subject = "terms",
                            .id = rule,
                            .link = STR("/roster"),
                            .name = {.name = "name",
                                     .zh = row_str(row, 0, "name_zh"),
                                     .en = row_str(row, 0, "name_en")}};
    struct messages_new m = notice(tx, &a, "agency.terms", 0);
    m.args[1] = (struct messages_arg){.name = "at", .time_ms = day_begin_ms(terms->rule_day)};
    m.args[2] = percent(tx, "host", terms->host_bp);
    m.args[3] = percent(tx, "share", terms->agency_bp);
    enum err e = db_select(tx->db, &q_agencies_roster,
                           ARGS(V_INT(row_int(row, 0, "agency_id")), V_INT(AGENCIES_ROSTER_MAX)),
                           tx->arena, &rs);
    for (size_t i = 0; !e && i < rs.n; i++)
        if (str_eq_z(row_str(&rs, i, "state"), "on"))
            hosts[n++] = row_int(&rs, i, "host_id");
    return e || n == 0 ? e : messages_tell_all(tx, &m, hosts, n);
}

enum err tell_of_host(struct tx *tx, const struct rows *row, const char *event, unsigned as,
                      int64_t until_ms)
{
    int64_t agency = row_int(row, 0, "agency_id"), host = row_int(row, 0, "host_id");
    struct str page = str_of(arena_printf(tx->arena, "/agencies/%lld", (long long)agency));
    const struct about theirs = {.subject = "roster",
                                 .id = row_int(row, 0, "id"),
                                 .link = STR("/roster"),
                                 .name = {.name = "name",
                                          .zh = row_str(row, 0, "name_zh"),
                                          .en = row_str(row, 0, "name_en")}};
    struct about ours = theirs;
    ours.link = page;
    ours.name = (struct messages_arg){.name = "name", .zh = row_str(row, 0, "host")};
    bool was_on = str_eq_z(row_str(row, 0, "state"), "on");
    struct messages_new asked = notice(tx, &theirs, "agency.asked", 0),
                        off = notice(tx, &theirs, "agency.off", 0);
    asked.user = off.user = host;
    if (strcmp(event, "ask") == 0)
        return messages_tell(tx, &asked);
    enum err e = OK;
    if (!was_on && strcmp(event, "accept") != 0)
        return e; /* an asking came to nothing: nobody is told, least of all of a no */
    e = remind(tx, &theirs, "agency.consent_due", until_ms, 0, host);
    if (!e && strcmp(event, "accept") == 0)
        e = tell_members(tx, agency, notice(tx, &ours, "agency.on", 0));
    if (e || until_ms)
        return e;
    if (!(as & AGENCIES_AS_HOST)) /* who ended it knows */
        e = messages_tell(tx, &off);
    return e || as & AGENCIES_AS_AGENCY
               ? e
               : tell_members(tx, agency, notice(tx, &ours, "agency.off", 0));
}
