#include "town/demo/told.h"

#include "store/queries.h"
#include "town/messages/messages.h"
#include "town/shows/shows.h"

enum { SHOWS_MAX = 40, NEAR_MS = 10 * 60 * 1000 };

static struct messages_new near(struct arena *arena, const struct rows *rs, size_t i)
{
    long long id = row_int(rs, i, "id");
    int64_t starts = row_int(rs, i, "starts_at");
    return (struct messages_new){
        .kind = "show.near",
        .about = str_of(arena_printf(arena, "reservation:%lld", id)),
        .link = str_of(arena_printf(arena, "/shows/%lld?from=reservation", id)),
        .due_ms = starts - NEAR_MS,
        .until_ms = starts + NEAR_MS,
        .args = {
            {.name = "title", .zh = row_str(rs, i, "title_zh"), .en = row_str(rs, i, "title_en")},
            {.name = "at", .time_ms = starts}}};
}

/* Waits for every show but the one that is on; of those that were held, it has come, by letter too,
 * and all but the last were seen. */
enum err fill_told(struct tx *tx, int64_t buyer)
{
    struct rows rs;
    int64_t now = tx->now_ms, held = 0, n = 0;
    enum err e =
        db_select(tx->db, &q_demo_shows_to_wait_for, ARGS(V_INT(SHOWS_MAX)), tx->arena, &rs);
    for (size_t i = 0; !e && i < rs.n; i++)
        held += row_int(&rs, i, "starts_at") < now;
    messages_register(shows_kinds, shows_kinds_n);
    for (size_t i = 0; !e && i < rs.n; i++) {
        struct messages_new m = near(tx->arena, &rs, i);
        bool is_held = row_int(&rs, i, "starts_at") < now;
        m.user = buyer;
        tx->now_ms = is_held ? m.due_ms : now;
        e = messages_tell(tx, &m);
        if (!e && !is_held)
            e = db_exec(tx->db, &q_shows_reserve,
                        ARGS(V_INT(row_int(&rs, i, "id")), V_INT(buyer), V_INT(now)), NULL);
        if (!e && is_held)
            e = db_exec(tx->db, &q_demo_told,
                        ARGS(V_INT(m.due_ms), ++n < held ? V_INT(m.due_ms + 60000) : V_NULL,
                             V_STR(m.about)),
                        NULL);
        if (!e && is_held)
            e = db_exec(tx->db, &q_demo_told_by_mail,
                        ARGS(V_Z(n == 2 ? "failed" : "sent"), V_Z(n == 2 ? "SMTP 550" : ""),
                             V_INT(m.due_ms), V_STR(m.about)),
                        NULL);
    }
    tx->now_ms = now;
    return e;
}
