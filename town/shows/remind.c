/* Who waits for a show is told ten minutes before it begins, whenever that comes to be. */
#include "store/queries.h"
#include "town/messages/messages.h"
#include "town/shows/internal.h"

enum { NEAR_MS = 10 * 60 * 1000, WAITING_SLICE = 5000 };

/* Who waits for one at 22:30 wants to be told, quiet hours or not. */
const struct messages_kind shows_kinds[] = {
    {"show.near", "shows", MESSAGES_APP | MESSAGES_MAIL, true},
};
const size_t shows_kinds_n = sizeof(shows_kinds) / sizeof(shows_kinds[0]);

static struct str about(struct arena *arena, int64_t show)
{
    return str_of(arena_printf(arena, "reservation:%lld", (long long)show));
}

static struct messages_new near(struct tx *tx, const struct rows *show)
{
    int64_t id = row_int(show, 0, "id"), starts = row_int(show, 0, "starts_at");
    return (struct messages_new){
        .kind = "show.near",
        .about = about(tx->arena, id),
        .link = str_of(arena_printf(tx->arena, "/shows/%lld?from=reservation", (long long)id)),
        .due_ms = starts - NEAR_MS,
        .until_ms = starts + NEAR_MS,
        .args = {{.name = "title",
                  .zh = row_str(show, 0, "title_zh"),
                  .en = row_str(show, 0, "title_en")},
                 {.name = "at", .time_ms = starts}}};
}

enum err shows_remind(struct tx *tx, const struct rows *show, int64_t user, bool on)
{
    struct messages_new m = near(tx, show);
    m.user = user;
    if (!on || row_int(show, 0, "starts_at") <= tx->now_ms) /* late: one waits for the picture */
        return messages_drop_for(tx, m.about, user);
    return messages_tell(tx, &m);
}

enum err shows_remind_again(struct tx *tx, int64_t show)
{
    struct rows now, waiting;
    enum err e = db_one(tx->db, &q_shows_get, ARGS(V_INT(show)), tx->arena, &now);
    if (!e)
        e = db_select(tx->db, &q_shows_waiting, ARGS(V_INT(show), V_INT(WAITING_SLICE)), tx->arena,
                      &waiting);
    if (e)
        return e;
    struct messages_new m = near(tx, &now);
    if (row_int(&now, 0, "starts_at") <= tx->now_ms)
        return messages_drop(tx, m.about);
    int64_t *users = arena_array(tx->arena, waiting.n + 1, sizeof(*users));
    for (size_t i = 0; users && i < waiting.n; i++)
        users[i] = row_int(&waiting, i, "user_id");
    return users ? messages_tell_all(tx, &m, users, waiting.n) : ERR_NOMEM;
}

enum err shows_remind_no_more(struct tx *tx, int64_t show)
{
    return messages_drop(tx, about(tx->arena, show));
}
