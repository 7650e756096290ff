/*
 * Which ways a notice goes out, once it is due: by its kind, by what its reader has said, and not
 * in their quiet hours. Each way that was wanted leaves a row, the one that could not be taken too:
 * the log says why.
 */
#include "town/messages/internal.h"

#include "store/queries.h"
#include "town/day.h"
#include "town/messages/send.h"

enum { MINUTE_MS = 60 * 1000 };

int64_t route_after_quiet(int64_t at_ms, int64_t from, int64_t until)
{
    int64_t midnight = day_begin_ms(day_of(at_ms)), minute = (at_ms - midnight) / MINUTE_MS;
    bool over_midnight = from > until;
    bool is_quiet =
        over_midnight ? minute >= from || minute < until : minute >= from && minute < until;
    if (!is_quiet) /* nor is it ever with from == until */
        return at_ms;
    int64_t end = midnight + until * MINUTE_MS;
    return end > at_ms ? end : end + DAY_MS;
}

bool route_is_late(const struct messages_kind *kind, int64_t due_ms, int64_t until_ms,
                   int64_t now_ms)
{
    return (until_ms && now_ms > until_ms) ||
           (kind && kind->is_urgent && now_ms - due_ms > URGENT_LATE_MS);
}

/* --- one notice --- */

struct way {
    enum messages_channel channel;
    const char *name, *proven; /* the column that says that there is an address */
};
static const struct way ways[] = {{MESSAGES_MAIL, "mail", "proven_at"},
                                  {MESSAGES_SMS, "sms", "phone_proven_at"}};
enum { WAYS = sizeof(ways) / sizeof(ways[0]) };

static enum err wanted_by(struct tx *tx, int64_t user, const struct messages_kind *kind,
                          unsigned *out)
{
    struct rows rs;
    *out = kind ? kind->channels : 0;
    if (!kind)
        return OK;
    enum err e = db_select(tx->db, &q_messages_preferences_of, ARGS(V_INT(user), V_Z(kind->group)),
                           tx->arena, &rs);
    for (size_t i = 0; !e && i < rs.n; i++)
        for (int w = 0; w < WAYS; w++)
            if (str_eq_z(row_str(&rs, i, "channel"), ways[w].name))
                *out = row_int(&rs, i, "is_on") ? *out | ways[w].channel : *out & ~ways[w].channel;
    return e;
}

static const char *why_not(const struct rows *rs, size_t i, const struct way *way,
                           const struct messages_kind *kind, int64_t now_ms)
{
    if (!row_null(rs, i, "disabled_at"))
        return "disabled";
    if (route_is_late(kind, row_int(rs, i, "due_at"), row_int(rs, i, "until_at"), now_ms))
        return "late";
    if (!send_can(way->channel))
        return "not_set";
    return row_null(rs, i, way->proven) ? "no_address" : NULL;
}

static enum err add_send(struct tx *tx, const struct rows *rs, size_t i, const struct way *way,
                         const struct messages_kind *kind)
{
    const char *why = why_not(rs, i, way, kind, tx->now_ms);
    int64_t from = QUIET_FROM, until = QUIET_UNTIL, next = tx->now_ms;
    if (!row_null(rs, i, "quiet_from"))
        from = row_int(rs, i, "quiet_from"), until = row_int(rs, i, "quiet_until");
    if (!kind->is_urgent)
        next = route_after_quiet(next, from, until);
    if (!why)
        send_has_news();
    return db_exec(tx->db, &q_messages_send_add,
                   ARGS(V_INT(row_int(rs, i, "id")), V_Z(way->name),
                        V_Z(why ? "skipped" : "waiting"), V_Z(why ? why : ""), V_INT(tx->now_ms),
                        why ? V_NULL : V_INT(next), why ? V_INT(tx->now_ms) : V_NULL),
                   NULL);
}

static enum err route(struct tx *tx, const struct rows *rs, size_t i)
{
    const struct messages_kind *kind = messages_kind_of(row_str(rs, i, "kind"));
    unsigned wanted = 0;
    enum err e = wanted_by(tx, row_int(rs, i, "user_id"), kind, &wanted);
    for (int w = 0; !e && w < WAYS; w++)
        if (wanted & ways[w].channel)
            e = add_send(tx, rs, i, &ways[w], kind);
    return e ? e
             : db_exec(tx->db, &q_messages_routed,
                       ARGS(V_INT(tx->now_ms), V_INT(row_int(rs, i, "id"))), NULL);
}

enum err route_due(struct tx *tx, void *unused)
{
    struct rows rs;
    (void)unused;
    enum err e = db_select(tx->db, &q_messages_to_route,
                           ARGS(V_INT(tx->now_ms), V_INT(ROUTE_SLICE)), tx->arena, &rs);
    for (size_t i = 0; !e && i < rs.n; i++)
        e = route(tx, &rs, i);
    return e;
}

/* --- what is old --- */

enum err route_prune(struct tx *tx, void *unused)
{
    (void)unused;
    int64_t before = tx->now_ms - MESSAGES_KEPT_DAYS * DAY_MS;
    enum err e =
        db_exec(tx->db, &q_messages_prune_sends, ARGS(V_INT(before), V_INT(PRUNE_SLICE)), NULL);
    if (!e)
        e = db_exec(tx->db, &q_messages_prune, ARGS(V_INT(before), V_INT(PRUNE_SLICE)), NULL);
    return e ? e
             : db_exec(tx->db, &q_messages_codes_prune,
                       ARGS(V_INT(tx->now_ms - DAY_MS), V_INT(PRUNE_SLICE)), NULL);
}
