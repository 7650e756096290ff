#include "town/training/tell.h"

#include "store/queries.h"
#include "town/day.h"
#include "town/messages/messages.h"
#include "town/venue/venue.h"

const struct messages_kind training_kinds[] = {
    {"course.enrolled", "courses", MESSAGES_APP | MESSAGES_MAIL, false},
    {"course.seat", "courses", MESSAGES_APP | MESSAGES_MAIL | MESSAGES_SMS, false},
    {"session.near", "courses", MESSAGES_APP | MESSAGES_MAIL, false},
    {"session.moved", "courses", MESSAGES_APP | MESSAGES_MAIL | MESSAGES_SMS, false},
    {"course.cancelled", "courses", MESSAGES_APP | MESSAGES_MAIL | MESSAGES_SMS, false},
    {"exam.open", "courses", MESSAGES_APP | MESSAGES_MAIL, false},
    {"certificate.issued", "courses", MESSAGES_APP | MESSAGES_MAIL, false},
    {"certificate.revoked", "courses", MESSAGES_APP | MESSAGES_MAIL, false},
    {"certificate.expiring", "courses", MESSAGES_APP | MESSAGES_MAIL, false},
};
const size_t training_kinds_n = sizeof(training_kinds) / sizeof(training_kinds[0]);

static struct str path(struct tx *tx, const char *format, int64_t id)
{
    return str_of(arena_printf(tx->arena, "%s%lld", format, (long long)id));
}

enum err training_tell_run(struct tx *tx, const char *kind, int64_t run, int64_t user)
{
    struct rows rs;
    enum err e = db_one(tx->db, &q_training_run, ARGS(V_INT(run)), tx->arena, &rs);
    if (e)
        return e;
    const struct messages_new m = {.user = user,
                                   .kind = kind,
                                   .about = path(tx, "run:", run),
                                   .link = STR("/training/mine"),
                                   .args = {{.name = "course",
                                             .zh = row_str(&rs, 0, "title_zh"),
                                             .en = row_str(&rs, 0, "title_en")}}};
    return messages_tell(tx, &m);
}

enum err training_tell_cancelled(struct tx *tx, int64_t run, int64_t user, struct str why)
{
    struct rows rs;
    enum err e = db_one(tx->db, &q_training_run, ARGS(V_INT(run)), tx->arena, &rs);
    if (e)
        return e;
    const struct messages_new m = {.user = user,
                                   .kind = "course.cancelled",
                                   .about = path(tx, "run:", run),
                                   .link = STR("/training"),
                                   .args = {{.name = "course",
                                             .zh = row_str(&rs, 0, "title_zh"),
                                             .en = row_str(&rs, 0, "title_en")},
                                            {.name = "why", .zh = why}}};
    return messages_tell(tx, &m);
}

enum err training_tell_moved(struct tx *tx, int64_t session, int64_t user)
{
    struct rows rs;
    struct venue_booking b = {0};
    struct str about = path(tx, "session:", session);
    enum err e = db_one(tx->db, &q_training_session, ARGS(V_INT(session)), tx->arena, &rs);
    if (!e)
        e = venue_of_subject(tx->db, about, tx->arena, &b);
    if (e)
        return e;
    const struct messages_new m = {
        .user = user,
        .kind = "session.moved",
        .about = about,
        .link = STR("/training/mine"),
        .args = {{.name = "session",
                  .zh = row_str(&rs, 0, "title_zh"),
                  .en = row_str(&rs, 0, "title_en")},
                 {.name = "at", .time_ms = row_int(&rs, 0, "starts_at")},
                 {.name = "room", .zh = row_str(&rs, 0, "room"), .en = b.space_en}}};
    return messages_tell(tx, &m);
}

enum err training_tell_sessions(struct tx *tx, int64_t run, int64_t user, bool on)
{
    struct rows rs;
    enum err e = db_select(tx->db, &q_training_sessions, ARGS(V_INT(run)), tx->arena, &rs);
    for (size_t i = 0; !e && i < rs.n; i++) {
        int64_t starts = row_int(&rs, i, "starts_at");
        struct str about = path(tx, "session:", row_int(&rs, i, "id"));
        const struct messages_new m = {.user = user,
                                       .kind = "session.near",
                                       .about = about,
                                       .link = STR("/training/mine"),
                                       .due_ms = starts - TRAINING_NEAR_MS,
                                       .until_ms = starts,
                                       .args = {{.name = "session",
                                                 .zh = row_str(&rs, i, "title_zh"),
                                                 .en = row_str(&rs, i, "title_en")},
                                                {.name = "at", .time_ms = starts}}};
        if (!on)
            e = messages_drop_for(tx, about, user);
        else if (starts > tx->now_ms)
            e = messages_tell(tx, &m);
    }
    return e;
}

enum err training_tell_certificate(struct tx *tx, int64_t certificate)
{
    struct rows rs;
    enum err e = db_one(tx->db, &q_training_certificate, ARGS(V_INT(certificate)), tx->arena, &rs);
    if (e)
        return e;
    struct messages_new m = {.user = row_int(&rs, 0, "user_id"),
                             .kind = "certificate.issued",
                             .about = path(tx, "certificate:", certificate),
                             .link = STR("/training/record"),
                             .args = {{.name = "course",
                                       .zh = row_str(&rs, 0, "title_zh"),
                                       .en = row_str(&rs, 0, "title_en")},
                                      {.name = "number", .zh = row_str(&rs, 0, "number")}}};
    e = messages_tell(tx, &m);
    m.kind = "certificate.expiring";
    m.due_ms = row_int(&rs, 0, "valid_until") - TRAINING_EXPIRING_DAYS * DAY_MS;
    return e || m.due_ms <= tx->now_ms ? e : messages_tell(tx, &m);
}

enum err training_tell_revoked(struct tx *tx, int64_t certificate)
{
    struct rows rs;
    enum err e = messages_drop(tx, path(tx, "certificate:", certificate));
    if (!e)
        e = db_one(tx->db, &q_training_certificate, ARGS(V_INT(certificate)), tx->arena, &rs);
    if (e)
        return e;
    const struct messages_new m = {.user = row_int(&rs, 0, "user_id"),
                                   .kind = "certificate.revoked",
                                   .about = path(tx, "certificate:", certificate),
                                   .link = STR("/training/record"),
                                   .args = {{.name = "course",
                                             .zh = row_str(&rs, 0, "title_zh"),
                                             .en = row_str(&rs, 0, "title_en")}}};
    return messages_tell(tx, &m);
}
