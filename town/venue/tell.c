/* What who has a booking is told. */
#include <string.h>

#include "store/queries.h"
#include "town/messages/messages.h"
#include "town/venue/internal.h"

enum { NEAR_MS = 30 * 60 * 1000 };

const struct messages_kind venue_kinds[] = {
    {"booking.granted", "bookings", MESSAGES_APP | MESSAGES_MAIL, false},
    {"booking.refused", "bookings", MESSAGES_APP | MESSAGES_MAIL, false},
    {"booking.moved", "bookings", MESSAGES_APP | MESSAGES_MAIL, false},
    {"booking.cancelled", "bookings", MESSAGES_APP | MESSAGES_MAIL, false},
    {"booking.near", "bookings", MESSAGES_APP, true},
    {"booking.reconfirm", "bookings", MESSAGES_APP | MESSAGES_MAIL, false},
    {"booking.released", "bookings", MESSAGES_APP | MESSAGES_MAIL, false},
    {"booking.offered", "bookings", MESSAGES_APP | MESSAGES_MAIL | MESSAGES_SMS, true},
    {"booking.missed", "bookings", MESSAGES_APP, false},
    {"booking.closed", "bookings", MESSAGES_APP | MESSAGES_MAIL | MESSAGES_SMS, false},
};
const size_t venue_kinds_n = sizeof(venue_kinds) / sizeof(venue_kinds[0]);

/* Of which event who has it is told; what one did oneself one knows. */
static const struct {
    const char *event, *kind;
    bool own_too;
} told[] = {
    {"grant", "booking.granted", true},    {"refuse", "booking.refused", true},
    {"move", "booking.moved", false},      {"cancel", "booking.cancelled", false},
    {"remind", "booking.reconfirm", true}, {"lapse", "booking.released", true},
    {"offer", "booking.offered", true},    {"miss", "booking.missed", true},
};

static enum err tell(struct tx *tx, const struct rows *b, const char *kind, int64_t due_ms)
{
    long long id = row_int(b, 0, "id");
    char *about = arena_printf(tx->arena, "booking:%lld", id),
         *link = arena_printf(tx->arena, "/venue/bookings/%lld", id);
    const struct messages_new m = {
        .user = row_int(b, 0, "user_id"),
        .kind = kind,
        .about = str_of(about),
        .link = str_of(link),
        .due_ms = due_ms,
        .until_ms = row_int(b, 0, "ends_at"),
        .args = {{.name = "room", .zh = row_str(b, 0, "name_zh"), .en = row_str(b, 0, "name_en")},
                 {.name = "at", .time_ms = row_int(b, 0, "starts_at")},
                 {.name = "why", .zh = row_str(b, 0, "note")}}};
    return about && link ? messages_tell(tx, &m) : ERR_NOMEM;
}

/* Also who has it for a show or a class: it cannot be held there. */
enum err tell_closed(struct tx *tx, const struct venue_closure *c, int64_t closure)
{
    struct rows hit;
    enum err e = db_select(tx->db, &q_venue_hit_by, ARGS(V_INT(closure), V_INT(tx->now_ms)),
                           tx->arena, &hit);
    for (size_t i = 0; e == OK && i < hit.n; i++) {
        long long id = row_int(&hit, i, "id");
        const struct messages_new m = {
            .user = row_int(&hit, i, "user_id"),
            .kind = "booking.closed",
            .about = str_of(arena_printf(tx->arena, "booking:%lld", id)),
            .link = str_of(arena_printf(tx->arena, "/venue/bookings/%lld", id)),
            .until_ms = row_int(&hit, i, "ends_at"),
            .args = {{.name = "room",
                      .zh = row_str(&hit, i, "name_zh"),
                      .en = row_str(&hit, i, "name_en")},
                     {.name = "at", .time_ms = row_int(&hit, i, "starts_at")},
                     {.name = "why", .zh = c->reason_zh, .en = c->reason_en}}};
        e = messages_tell(tx, &m);
    }
    return e;
}

enum err tell_moved(struct tx *tx, int64_t booking, int64_t actor)
{
    struct rows b;
    enum err e = db_one(tx->db, &q_venue_to_tell, ARGS(V_INT(booking)), tx->arena, &b);
    return e != OK || row_int(&b, 0, "user_id") == actor ? e : tell(tx, &b, "booking.moved", 0);
}

/* A department tells of its subjects itself. */
enum err tell_step(struct tx *tx, int64_t booking, const char *event, int64_t actor)
{
    struct rows b;
    char *about = arena_printf(tx->arena, "booking:%lld", (long long)booking);
    enum err e = about ? messages_drop(tx, str_of(about)) : ERR_NOMEM;
    if (e == OK)
        e = db_one(tx->db, &q_venue_to_tell, ARGS(V_INT(booking)), tx->arena, &b);
    if (e != OK || row_str(&b, 0, "subject").n)
        return e;
    bool by_own = actor == row_int(&b, 0, "user_id");
    for (size_t i = 0; e == OK && i < sizeof(told) / sizeof(told[0]); i++)
        if (strcmp(event, told[i].event) == 0 && (told[i].own_too || !by_own))
            e = tell(tx, &b, told[i].kind, 0);
    int64_t near = row_int(&b, 0, "starts_at") - NEAR_MS;
    if (e == OK && str_eq_z(row_str(&b, 0, "state"), "confirmed") && near > tx->now_ms)
        e = tell(tx, &b, "booking.near", near);
    return e;
}
