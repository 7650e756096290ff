/* What may happen to a contract, and what it does to the agency's hosts and shares. */
#include "store/queries.h"
#include "town/agencies/internal.h"
#include "town/day.h"
#include "town/factories/factories.h"
#include "town/people/people.h"
#include "town/settle/settle.h"

#include <string.h>

#define BASE AGENCIES_AS_BASE
#define SYSTEM AGENCIES_AS_SYSTEM
enum { SLUG_MIN = 3, SLUG_MAX = 40 };

static const struct transition rows[] = {
    {NULL, "file", "draft", BASE},
    {"draft", "sign", "signed", BASE},
    {"draft", "drop", "dropped", BASE, true},
    {"signed", "begin", "in_force", SYSTEM},
    {"signed", "terms", "signed", BASE},
    {"signed", "drop", "dropped", BASE, true},
    {"in_force", "terms", "in_force", BASE},
    {"in_force", "renew", "in_force", BASE},
    {"in_force", "end", "ended", BASE, true},
    {"in_force", "expire", "expired", SYSTEM},
};
const struct transition_table agencies_contract_table = TRANSITION_TABLE(rows);

enum err agency_refuse(struct tx *tx, enum err e, const char *field, const char *key, int64_t limit)
{
    *tx->info = (struct err_info){.code = e, .field = field, .key = key, .limit = limit};
    return e;
}

/* --- the firm --- */

static bool is_slug(struct str s)
{
    if (s.n < SLUG_MIN || s.n > SLUG_MAX || s.p[0] == '-')
        return false;
    for (size_t i = 0; i < s.n; i++)
        if (!((s.p[i] >= 'a' && s.p[i] <= 'z') || (s.p[i] >= '0' && s.p[i] <= '9') ||
              s.p[i] == '-'))
            return false;
    return true;
}

enum err agencies_add(struct tx *tx, const struct agencies_new *n, int64_t *id)
{
    struct rows rs;
    int64_t where, same;
    const struct people_organisation o = {.kind = "agency",
                                          .slug = n->slug,
                                          .name_zh = n->name_zh,
                                          .name_en = n->name_en,
                                          .about_zh = n->about_zh.p ? n->about_zh : STR(""),
                                          .about_en = n->about_en.p ? n->about_en : STR("")};
    if (!is_slug(n->slug))
        return agency_refuse(tx, ERR_INVALID, "slug", "agencies.slug_bad", 0);
    if (factories_code_check(n->code, &where) != CODE_RIGHT)
        return agency_refuse(tx, ERR_INVALID, "code", "agencies.code_bad", 0);
    enum err e = db_select(tx->db, &q_agencies_firm_of, ARGS(V_STR(n->code)), tx->arena, &rs);
    if (!e && rs.n)
        return agency_refuse(tx, ERR_EXISTS, "code", "agencies.code_taken", 0);
    if (!e && people_organisation_find(tx->db, tx->arena, n->slug, &same) == OK)
        return agency_refuse(tx, ERR_EXISTS, "slug", "agencies.slug_taken", 0);
    if (!e)
        e = people_organisation_add(tx, &o, id);
    return e ? e : db_exec(tx->db, &q_agencies_firm_add, ARGS(V_INT(*id), V_STR(n->code)), NULL);
}

enum err agency_is_active(struct tx *tx, int64_t agency, bool *is)
{
    enum agencies_kind kind;
    enum err e = agencies_kind_of(tx->db, tx->arena, agency, &kind);
    *is = kind != AGENCIES_NONE;
    return e;
}

/* --- filing --- */

static enum err log_event(struct tx *tx, int64_t id, int64_t by, const char *event, const char *to,
                          int64_t until_day, int64_t rule, struct str note)
{
    return db_exec(tx->db, &q_agencies_contract_event,
                   ARGS(V_INT(id), V_INT(tx->now_ms), by ? V_INT(by) : V_NULL, V_Z(event), V_Z(to),
                        V_INT(until_day), rule ? V_INT(rule) : V_NULL,
                        note.n ? V_STR(note) : V_NULL),
                   NULL);
}

static enum err check_days(struct tx *tx, int64_t from, int64_t until)
{
    if (until < day_of(tx->now_ms))
        return agency_refuse(tx, ERR_INVALID, "until", "agencies.day_past", 0);
    if (until < from || until - from > AGENCIES_CONTRACT_DAYS_MAX)
        return agency_refuse(tx, ERR_INVALID, "until", "agencies.days_bad",
                             AGENCIES_CONTRACT_DAYS_MAX / 366);
    return OK;
}

enum err agencies_contract_file(struct tx *tx, const struct agencies_contract *c, int64_t by,
                                int64_t *id)
{
    struct rows rs;
    enum err e = check_days(tx, c->from_day, c->until_day);
    if (!e && c->is_introduced != (c->introduced_by.n > 0))
        return agency_refuse(tx, ERR_INVALID, "introduced_by", "agencies.by_whom", 0);
    if (!e)
        e = db_one(tx->db, &q_agencies_get, ARGS(V_INT(by), V_INT(c->agency)), tx->arena, &rs);
    if (e)
        return e;
    if (!row_null(&rs, 0, "contract"))
        return agency_refuse(tx, ERR_EXISTS, "agency", "agencies.has_contract", 0);
    e = db_one(tx->db, &q_agencies_contract_add,
               ARGS(V_INT(c->agency), V_Z(c->is_introduced ? "introduced" : "partnered"),
                    c->is_introduced ? V_STR(c->introduced_by) : V_NULL, V_STR(c->number),
                    V_INT(c->from_day), V_INT(c->until_day), V_INT(tx->now_ms), V_INT(by)),
               tx->arena, &rs);
    *id = e ? 0 : row_int(&rs, 0, "id");
    return e ? e : log_event(tx, *id, by, "file", "draft", c->until_day, 0, STR_NONE);
}

/* --- going on --- */

static enum err publish(struct tx *tx, const struct rows *row, int64_t by,
                        const struct agencies_more *more, int64_t *rule)
{
    const struct settle_rule r = {.scope = "agency",
                                  .who_id = row_int(row, 0, "agency_id"),
                                  .day = more->rule_day,
                                  .host_bp = more->host_bp,
                                  .agency_bp = more->agency_bp,
                                  .base_bp = more->base_bp,
                                  .note = row_str(row, 0, "number")};
    return settle_rule_add(tx, &r, by, rule);
}

/* The next contract begins without the shares of this one: those that count end as soon as a rule
 * may, those to come never begin. */
static enum err end_terms(struct tx *tx, const struct rows *row)
{
    struct rows rs;
    struct settle_rule r = {.scope = "agency",
                            .who_id = row_int(row, 0, "agency_id"),
                            .is_ended = true,
                            .note = row_str(row, 0, "number")};
    int64_t id, today = day_of(tx->now_ms);
    bool begun = false;
    enum err e = db_select(tx->db, &q_agencies_terms,
                           ARGS(V_INT(r.who_id), V_INT(AGENCIES_TERMS_MAX)), tx->arena, &rs);
    for (size_t i = 0; !e && !begun && i < rs.n; i++) {
        begun = row_int(&rs, i, "valid_from") <= tx->now_ms;
        r.corrects_id = begun ? 0 : row_int(&rs, i, "id");
        r.day = begun ? today + SETTLE_NOTICE_DAYS : day_of(row_int(&rs, i, "valid_from"));
        if (!row_int(&rs, i, "is_ended"))
            e = settle_rule_add(tx, &r, 0, &id);
    }
    return e;
}

static enum err prolong(struct tx *tx, const struct rows *row, int64_t until_day)
{
    if (until_day <= row_int(row, 0, "until_day"))
        return agency_refuse(tx, ERR_INVALID, "until", "agencies.not_longer", 0);
    return check_days(tx, row_int(row, 0, "from_day"), until_day);
}

/* What an event does beside changing the state. */
static enum err carry_out(struct tx *tx, const struct rows *row, const char *event, int64_t by,
                          const struct agencies_more *more, int64_t *until_day, int64_t *rule)
{
    *rule = 0;
    *until_day = row_int(row, 0, "until_day");
    if (strcmp(event, "terms") == 0) {
        enum err e = publish(tx, row, by, more, rule);
        return e ? e : tell_of_terms(tx, row, more, *rule);
    }
    if (strcmp(event, "end") == 0 || strcmp(event, "expire") == 0 || strcmp(event, "drop") == 0) {
        enum err e = roster_void(tx, row_int(row, 0, "agency_id"));
        bool draft = str_eq_z(row_str(row, 0, "state"), "draft"); /* there are none of it */
        return e || draft ? e : end_terms(tx, row);
    }
    if (strcmp(event, "sign") == 0 && *until_day < day_of(tx->now_ms))
        return agency_refuse(tx, ERR_INVALID, "until", "agencies.day_past", 0);
    if (strcmp(event, "renew") != 0)
        return OK;
    enum err e = prolong(tx, row, more->until_day);
    *until_day = more->until_day;
    return e;
}

static enum err step(struct tx *tx, int64_t id, const char *event, unsigned as, int64_t by,
                     const struct agencies_more *more)
{
    struct rows row;
    int64_t until_day, rule;
    const struct transition *t;
    enum err e = db_one(tx->db, &q_agencies_contract, ARGS(V_INT(id)), tx->arena, &row);
    if (!e)
        e = transition_next(&agencies_contract_table, row_str(&row, 0, "state"), event, as, &t);
    if (e == ERR_CONFLICT)
        return agency_refuse(tx, e, "status", "agencies.not_now", 0);
    if (!e && t->needs_note && more->note.n == 0)
        return agency_refuse(tx, ERR_INVALID, "note", "agencies.note_needed", 0);
    if (e)
        return e;
    /* The state first: whatever the hosts are told is told of an agency that has ended. */
    bool over = strcmp(t->to, "ended") == 0 || strcmp(t->to, "expired") == 0;
    e = db_exec(tx->db, &q_agencies_contract_to,
                ARGS(V_Z(t->to), V_INT(strcmp(event, "begin") == 0), V_INT(tx->now_ms), V_INT(over),
                     V_INT(id)),
                NULL);
    if (!e)
        e = carry_out(tx, &row, event, by, more, &until_day, &rule);
    if (!e && strcmp(event, "renew") == 0)
        e = db_exec(tx->db, &q_agencies_contract_until, ARGS(V_INT(until_day), V_INT(id)), NULL);
    if (!e)
        e = log_event(tx, id, by, event, t->to, until_day, rule, more->note);
    return e ? e : tell_of_contract(tx, &row, event, over ? 0 : until_day);
}

static enum err begin_if_due(struct tx *tx, int64_t id)
{
    struct rows row;
    enum err e = db_one(tx->db, &q_agencies_contract, ARGS(V_INT(id)), tx->arena, &row);
    if (e || row_int(&row, 0, "from_day") > day_of(tx->now_ms))
        return e;
    return step(tx, id, "begin", SYSTEM, 0, &(struct agencies_more){0});
}

enum err agencies_contract_do(struct tx *tx, int64_t contract, const char *event, unsigned as,
                              int64_t by, const struct agencies_more *more)
{
    enum err e = step(tx, contract, event, as, by, more);
    return e || strcmp(event, "sign") != 0 ? e : begin_if_due(tx, contract);
}

enum err contract_turn(struct tx *tx)
{
    struct rows rs;
    int64_t today = day_of(tx->now_ms), voided = 0;
    enum err e = db_select(tx->db, &q_agencies_contracts_due,
                           ARGS(V_INT(today), V_INT(AGENCIES_TURN_MAX)), tx->arena, &rs);
    for (size_t i = 0; !e && i < rs.n; i++) {
        int64_t id = row_int(&rs, i, "id");
        if (str_eq_z(row_str(&rs, i, "state"), "signed")) {
            e = begin_if_due(tx, id);
        } else if (voided < AGENCIES_TURN_VOIDS_MAX) {
            voided += row_int(&rs, i, "hosts");
            e = step(tx, id, "expire", SYSTEM, 0, &(struct agencies_more){0});
        }
    }
    return e;
}
