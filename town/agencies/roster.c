/* Whom an agency speaks for: asking, a host's yes until a day, its no, and the end of it. */
#include "store/queries.h"
#include "town/agencies/internal.h"
#include "town/day.h"
#include "town/settle/settle.h"

#include <string.h>

#define AGENCY AGENCIES_AS_AGENCY
#define HOST AGENCIES_AS_HOST
#define SYSTEM AGENCIES_AS_SYSTEM

static const struct transition rows[] = {
    {NULL, "ask", "asked", AGENCY},       {"asked", "accept", "on", HOST},
    {"asked", "refuse", "refused", HOST}, {"asked", "withdraw", "withdrawn", AGENCY},
    {"asked", "lapse", "lapsed", SYSTEM}, {"asked", "void", "lapsed", SYSTEM},
    {"on", "renew", "on", HOST},          {"on", "end", "ended", HOST | AGENCY},
    {"on", "expire", "expired", SYSTEM},  {"on", "void", "ended", SYSTEM},
};
const struct transition_table agencies_roster_table = TRANSITION_TABLE(rows);

static enum err log_event(struct tx *tx, int64_t entry, int64_t by, const char *event,
                          const char *to, int64_t until_ms)
{
    return db_exec(tx->db, &q_agencies_host_event,
                   ARGS(V_INT(entry), V_INT(tx->now_ms), by ? V_INT(by) : V_NULL, V_Z(event),
                        V_Z(to), until_ms ? V_INT(until_ms) : V_NULL),
                   NULL);
}

/* --- asking --- */

static enum err may_ask(struct tx *tx, int64_t agency)
{
    struct rows rs;
    bool active;
    enum err e = agency_is_active(tx, agency, &active);
    if (!e && !active)
        return agency_refuse(tx, ERR_CONFLICT, "status", "agencies.no_contract", 0);
    if (!e)
        e = db_one(tx->db, &q_agencies_roster_n, ARGS(V_INT(agency)), tx->arena, &rs);
    return !e && row_int(&rs, 0, "n") >= AGENCIES_ROSTER_MAX
               ? agency_refuse(tx, ERR_LIMIT, "login", "agencies.roster_full", AGENCIES_ROSTER_MAX)
               : e;
}

/* Whoever cannot be asked gives one answer: an agency cannot learn here who has a login, nor that
 * somebody said no. */
static enum err find_host(struct tx *tx, int64_t agency, struct str login, int64_t *host)
{
    struct rows rs;
    enum err e = db_select(tx->db, &q_agencies_askable,
                           ARGS(V_INT(agency), V_INT(tx->now_ms), V_STR(login), V_INT(ROLE_HOST)),
                           tx->arena, &rs);
    if (e)
        return e;
    if (rs.n == 0 || row_int(&rs, 0, "said_no"))
        return agency_refuse(tx, ERR_INVALID, "login", "agencies.cannot_ask", 0);
    if (row_int(&rs, 0, "same"))
        return agency_refuse(tx, ERR_EXISTS, "login", "agencies.asked_already", 0);
    *host = row_int(&rs, 0, "id");
    return OK;
}

enum err agencies_ask(struct tx *tx, int64_t agency, struct str login, struct str note, int64_t by,
                      int64_t *entry)
{
    struct rows rs;
    int64_t host = 0;
    enum err e = may_ask(tx, agency);
    if (!e)
        e = find_host(tx, agency, login, &host);
    if (!e)
        e = db_one(tx->db, &q_agencies_host_add,
                   ARGS(V_INT(agency), V_INT(host), V_STR(note.p ? note : STR("")),
                        V_INT(tx->now_ms), V_INT(by)),
                   tx->arena, &rs);
    if (e)
        return e;
    *entry = row_int(&rs, 0, "id");
    e = log_event(tx, *entry, by, "ask", "asked", 0);
    if (!e)
        e = db_one(tx->db, &q_agencies_entry, ARGS(V_INT(*entry)), tx->arena, &rs);
    return e ? e : tell_of_host(tx, &rs, "ask", AGENCY, 0);
}

/* --- going on --- */

static enum err read_until(struct tx *tx, int64_t day, int64_t *until_ms)
{
    int64_t today = day_of(tx->now_ms);
    if (day <= today || day - today > AGENCIES_CONSENT_DAYS_MAX)
        return agency_refuse(tx, ERR_INVALID, "until", "agencies.consent_bad", 3);
    *until_ms = day_begin_ms(day + 1);
    return OK;
}

static enum err take_on(struct tx *tx, const struct rows *row, int64_t until_ms)
{
    struct rows rs;
    bool active;
    int64_t host = row_int(row, 0, "host_id"), agency = row_int(row, 0, "agency_id"), other;
    enum err e = agency_is_active(tx, agency, &active);
    if (!e && !active)
        return agency_refuse(tx, ERR_CONFLICT, "status", "agencies.no_contract", 0);
    if (!e)
        e = db_select(tx->db, &q_agencies_is_host, ARGS(V_INT(host), V_INT(ROLE_HOST)), tx->arena,
                      &rs);
    if (!e && rs.n == 0)
        return agency_refuse(tx, ERR_CONFLICT, "host", "agencies.no_host", 0);
    if (!e)
        e = agencies_of_host(tx->db, tx->arena, host, &other);
    if (!e && other)
        return agency_refuse(tx, ERR_CONFLICT, "host", "agencies.has_another", 0);
    return e ? e : settle_agency_begin(tx, host, agency, until_ms);
}

/* What an event does to the agency's share in what the host sells. */
static enum err carry_out(struct tx *tx, const struct rows *row, const char *event,
                          const struct agencies_more *more, int64_t *until_ms)
{
    int64_t host = row_int(row, 0, "host_id"), agency = row_int(row, 0, "agency_id");
    enum err e = OK;
    bool accepts = strcmp(event, "accept") == 0, renews = strcmp(event, "renew") == 0;
    *until_ms = row_null(row, 0, "until_at") ? 0 : row_int(row, 0, "until_at");
    if (renews && *until_ms <= tx->now_ms) /* over, though nobody has looked yet */
        return agency_refuse(tx, ERR_CONFLICT, "status", "agencies.entry_not_now", 0);
    if (accepts || renews)
        e = read_until(tx, more->until_day, until_ms);
    if (!e && accepts)
        return take_on(tx, row, *until_ms);
    if (e || !str_eq_z(row_str(row, 0, "state"), "on"))
        return e;
    if (!renews && *until_ms > tx->now_ms)
        *until_ms = tx->now_ms;
    return settle_agency_until(tx, host, agency, *until_ms);
}

/* After a no, and after an end that the host made, it is not asked again for some time. */
static bool is_no(const char *event, unsigned as)
{
    return strcmp(event, "refuse") == 0 || (strcmp(event, "end") == 0 && as & HOST);
}

enum err agencies_roster_do(struct tx *tx, int64_t entry, const char *event, unsigned as,
                            int64_t by, const struct agencies_more *more)
{
    struct rows row;
    int64_t until_ms;
    const struct transition *t;
    enum err e = db_one(tx->db, &q_agencies_entry, ARGS(V_INT(entry)), tx->arena, &row);
    if (!e)
        e = transition_next(&agencies_roster_table, row_str(&row, 0, "state"), event, as, &t);
    if (e == ERR_CONFLICT)
        return agency_refuse(tx, e, "status", "agencies.entry_not_now", 0);
    if (!e)
        e = carry_out(tx, &row, event, more, &until_ms);
    if (e)
        return e;
    bool on = strcmp(t->to, "on") == 0;
    int64_t no_until = is_no(event, as) ? tx->now_ms + AGENCIES_NO_DAYS * DAY_MS : 0;
    e = db_exec(tx->db, &q_agencies_host_to,
                ARGS(V_Z(t->to), V_INT(strcmp(event, "accept") == 0), V_INT(tx->now_ms),
                     until_ms ? V_INT(until_ms) : V_NULL, V_INT(on),
                     no_until ? V_INT(no_until) : V_NULL, V_INT(entry)),
                NULL);
    if (!e)
        e = log_event(tx, entry, by, event, t->to, until_ms);
    return e ? e : tell_of_host(tx, &row, event, as, on ? until_ms : 0);
}

/* --- of itself --- */

static enum err do_all(struct tx *tx, const struct rows *rs, const char *event)
{
    enum err e = OK;
    for (size_t i = 0; !e && i < rs->n; i++)
        e = agencies_roster_do(tx, row_int(rs, i, "id"), event, SYSTEM, 0,
                               &(struct agencies_more){0});
    return e;
}

enum err roster_void(struct tx *tx, int64_t agency)
{
    struct rows rs;
    enum err e = db_select(tx->db, &q_agencies_open_entries, ARGS(V_INT(agency)), tx->arena, &rs);
    return e ? e : do_all(tx, &rs, "void");
}

/* What one step has ended the next does not meet again. */
enum err roster_turn(struct tx *tx)
{
    struct rows rs;
    int64_t asked_before = tx->now_ms - AGENCIES_ASKED_DAYS * DAY_MS;
    enum err e = db_select(tx->db, &q_agencies_hosts_gone,
                           ARGS(V_INT(ROLE_HOST), V_INT(AGENCIES_TURN_MAX)), tx->arena, &rs);
    if (!e)
        e = do_all(tx, &rs, "void");
    if (!e)
        e = db_select(tx->db, &q_agencies_hosts_over,
                      ARGS(V_INT(tx->now_ms), V_INT(AGENCIES_TURN_MAX)), tx->arena, &rs);
    if (!e)
        e = do_all(tx, &rs, "expire");
    if (!e)
        e = db_select(tx->db, &q_agencies_hosts_old,
                      ARGS(V_INT(asked_before), V_INT(AGENCIES_TURN_MAX)), tx->arena, &rs);
    return e ? e : do_all(tx, &rs, "lapse");
}
