/*
 * A party's timetable as a calendar (RFC 5545), at an address that nobody can guess: the party's
 * number and a keyed hash of it and of how often the address was made anew.
 *
 *   GET /events/feeds/{token}/calendar.ics
 */
#include <stdio.h>

#include "base/enc.h"
#include "store/queries.h"
#include "store/seal.h"
#include "town/events/internal.h"
#include "town/ical.h"

enum { HASH_BYTES = 16, HASH_TEXT = HASH_BYTES * 2 + 1 };

static void hash_of(int64_t party, int64_t feed_n, char out[HASH_TEXT])
{
    char text[64];
    uint8_t hash[SEAL_HASH_BYTES];
    int n = snprintf(text, sizeof(text), "party:%lld:%lld", (long long)party, (long long)feed_n);
    seal_hash("events.feed", str_n(text, (size_t)n), hash);
    enc_hex(out, hash, HASH_BYTES);
}

struct str events_feed_address(struct req *r, int64_t party, int64_t feed_n)
{
    char hash[HASH_TEXT];
    hash_of(party, feed_n, hash);
    return str_of(arena_printf(r->arena, "%.*s/events/feeds/%lld-%s/calendar.ics",
                               STR_ARG(req_public_url(r)), (long long)party, hash));
}

static enum err find(struct req *r, struct rows *party)
{
    char hash[HASH_TEXT];
    int64_t id;
    struct str given, number = str_cut(req_param(r, "token"), '-', &given);
    if (str_to_i64(number, &id) || given.n != HASH_TEXT - 1)
        return ERR_NOT_FOUND;
    enum err e = db_one(r->db, &q_events_party, ARGS(V_INT(id)), r->arena, party);
    if (e)
        return e;
    hash_of(id, row_int(party, 0, "feed_n"), hash);
    return enc_equal(hash, given.p, given.n) ? OK : ERR_NOT_FOUND;
}

static void put_meeting(struct req *r, struct buf *b, const struct rows *rs, size_t i,
                        const struct rows *event, bool is_factory)
{
    struct view *v = view_object(r->arena);
    events_put(r, v, event, 0);
    const struct view *place = view_get(v, STR("place")), *title = view_get(v, STR("title"));
    struct str other = is_factory ? events_text(r, rs, i, "agency_zh", "agency_en")
                                  : events_text(r, rs, i, "factory_zh", "factory_en");
    const struct ical_event e = {
        .uid =
            str_of(arena_printf(r->arena, "event-meeting-%lld", (long long)row_int(rs, i, "id"))),
        .changed_ms = row_int(rs, i, "changed_at"),
        .starts_ms = row_int(rs, i, "starts_at"),
        .ends_ms = row_int(rs, i, "ends_at"),
        .summary = other,
        .place = str_of(arena_printf(r->arena, "%.*s, %.*s %lld", STR_ARG(place->s),
                                     STR_ARG(req_text(r, "events.", STR("table"))),
                                     (long long)row_int(rs, i, "table_n"))),
        .about = title->s,
        .url =
            str_of(arena_printf(r->arena, "%.*s/events/%lld/timetable", STR_ARG(req_public_url(r)),
                                (long long)row_int(event, 0, "id")))};
    ical_event(b, &e);
}

enum err events_feed(struct req *r)
{
    struct rows party, event, rs;
    struct buf b;
    enum err e = find(r, &party);
    if (!e)
        e = db_one(r->db, &q_events_get, ARGS(V_INT(row_int(&party, 0, "event_id"))), r->arena,
                   &event);
    if (!e)
        e = db_select(r->db, &q_events_meetings_of,
                      ARGS(V_INT(row_int(&party, 0, "id")), V_INT(EVENTS_SLOTS_MAX)), r->arena,
                      &rs);
    if (e)
        return e;
    buf_init(&b, ICAL_MAX);
    ical_begin(&b, "Events", events_text(r, &event, 0, "title_zh", "title_en"));
    for (size_t i = 0; i < rs.n; i++)
        put_meeting(r, &b, &rs, i, &event, str_eq_z(row_str(&party, 0, "side"), "factory"));
    ical_end(&b);
    return ical_reply(r, &b);
}
