/* Kinds, telling and dropping, routes: see messages.h. */
#include "town/messages/internal.h"
#include "town/messages/send.h"

#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "store/queries.h"

static struct {
    const struct messages_kind *of[MESSAGES_KINDS_MAX];
    size_t n;
} kinds;

void messages_register(const struct messages_kind *table, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (messages_kind_of(str_of(table[i].name))) /* tests prepare a town more than once */
            continue;
        if (kinds.n == MESSAGES_KINDS_MAX) {
            LOG(ERROR, "messages.too_many_kinds", L_Z("kind", table[i].name));
            return;
        }
        kinds.of[kinds.n++] = &table[i];
    }
}

void messages_stop(void)
{
    kinds.n = 0;
}

const struct messages_kind *messages_kind_of(struct str name)
{
    for (size_t i = 0; i < kinds.n; i++)
        if (str_eq_z(name, kinds.of[i]->name))
            return kinds.of[i];
    return NULL;
}

static bool is_first_of_group(size_t at)
{
    for (size_t i = 0; i < at; i++)
        if (strcmp(kinds.of[i]->group, kinds.of[at]->group) == 0)
            return false;
    return true;
}

const char *messages_group_at(size_t i)
{
    for (size_t at = 0; at < kinds.n; at++)
        if (is_first_of_group(at) && i-- == 0)
            return kinds.of[at]->group;
    return NULL;
}

unsigned messages_group_channels(const char *group)
{
    unsigned all = 0;
    for (size_t i = 0; i < kinds.n; i++)
        if (strcmp(kinds.of[i]->group, group) == 0)
            all |= kinds.of[i]->channels;
    return all;
}

/* --- telling --- */

/* A kind that nobody registered, or a link out of the site, is a bug of the caller's. */
static enum err look_at(const struct messages_new *m)
{
    bool ok = m->kind && messages_kind_of(str_of(m->kind)) && m->about.n > 0 &&
              m->about.n <= MESSAGES_ABOUT_MAX && m->link.n <= MESSAGES_LINK_MAX &&
              str_starts(m->link, "/") && !str_starts(m->link, "//");
    if (!ok)
        LOG(ERROR, "messages.cannot_be_told", L_Z("kind", m->kind ? m->kind : ""),
            L_S("about", m->about));
    return ok ? OK : ERR_INVALID;
}

enum { TOLD = 8 }; /* columns of a row of messages.tell */

static enum err tell(struct tx *tx, const struct messages_new *m, const int64_t *users, size_t n)
{
    struct str args;
    int64_t due = m->due_ms > tx->now_ms ? m->due_ms : tx->now_ms;
    struct val *rows = arena_array(tx->arena, n ? n * TOLD : 1, sizeof(*rows));
    enum err e = rows ? words_pack(m, tx->arena, &args) : ERR_NOMEM;
    for (size_t i = 0; !e && i < n; i++) {
        const struct val row[TOLD] = {V_INT(users[i]), V_Z(m->kind),
                                      V_STR(m->about), V_STR(m->link),
                                      V_STR(args),     V_INT(tx->now_ms),
                                      V_INT(due),      m->until_ms ? V_INT(m->until_ms) : V_NULL};
        memcpy(rows + i * TOLD, row, sizeof(row));
    }
    return e ? e : db_exec_many(tx->db, &q_messages_tell, rows, n, NULL);
}

enum err messages_tell_all(struct tx *tx, const struct messages_new *m, const int64_t *users,
                           size_t n)
{
    enum err e = look_at(m);
    if (!e)
        e = db_exec(tx->db, &q_messages_replace_all,
                    ARGS(V_STR(m->about), V_Z(m->kind), V_INT(tx->now_ms)), NULL);
    return e ? e : tell(tx, m, users, n);
}

enum err messages_tell(struct tx *tx, const struct messages_new *m)
{
    enum err e = look_at(m);
    if (!e)
        e = db_exec(tx->db, &q_messages_replace,
                    ARGS(V_STR(m->about), V_Z(m->kind), V_INT(m->user), V_INT(tx->now_ms)), NULL);
    return e ? e : tell(tx, m, &m->user, 1);
}

enum err messages_drop(struct tx *tx, struct str about)
{
    enum err e = db_exec(tx->db, &q_messages_drop, ARGS(V_STR(about), V_INT(tx->now_ms)), NULL);
    return e ? e
             : db_exec(tx->db, &q_messages_drop_sends, ARGS(V_INT(tx->now_ms), V_STR(about)), NULL);
}

enum err messages_drop_for(struct tx *tx, struct str about, int64_t user)
{
    enum err e = db_exec(tx->db, &q_messages_drop_of,
                         ARGS(V_STR(about), V_INT(user), V_INT(tx->now_ms)), NULL);
    return e ? e
             : db_exec(tx->db, &q_messages_drop_sends_of,
                       ARGS(V_INT(tx->now_ms), V_STR(about), V_INT(user)), NULL);
}

/* --- the bell --- */

enum err messages_frame(struct req *r)
{
    struct rows rs;
    if (!r->who.user_id)
        return OK;
    enum err e =
        db_one(r->db, &q_messages_unseen,
               ARGS(V_INT(r->who.user_id), V_INT(clock_wall_ms()), V_INT(NOTICES_COUNTED_MAX)),
               r->arena, &rs);
    if (e || row_int(&rs, 0, "n") == 0)
        return e;
    view_put_int(r->view, "new_notices", row_int(&rs, 0, "n"));
    view_page_only(r->view, "new_notices");
    return OK;
}

void messages_prepare(struct writer *w)
{
    send_prepare(w);
    writer_every(w, ROUTE_EVERY_MS, "messages.route", route_due, NULL);
    writer_every(w, PRUNE_EVERY_MS, "messages.prune", route_prune, NULL);
}

static const struct route routes[] = {
    {"GET", "/messages", notices_page, NULL, "messages/notices.html", WHO_MEMBER, CSRF_SAFE, 0},
    {"POST", "/messages/seen", notices_seen_post, NULL, NULL, WHO_MEMBER, CSRF_TOKEN, 0},
    {"GET", "/messages/settings", settings_page, NULL, "messages/settings.html", WHO_MEMBER,
     CSRF_SAFE, 0},
    {"POST", "/messages/settings", settings_post, NULL, NULL, WHO_MEMBER, CSRF_TOKEN, 0},
    {"POST", "/messages/mail", mail_post, NULL, NULL, WHO_MEMBER, CSRF_TOKEN, 0},
    {"POST", "/messages/mail/code", mail_code_post, NULL, NULL, WHO_MEMBER, CSRF_TOKEN, 0},
    {"POST", "/messages/mail/remove", mail_remove_post, NULL, NULL, WHO_MEMBER, CSRF_TOKEN, 0},
    {"GET", "/messages/log", log_page, NULL, "messages/log.html", ROLE_OPERATOR, CSRF_SAFE, 0},
    {"POST", "/messages/{id}/seen", notice_seen_post, NULL, NULL, WHO_MEMBER, CSRF_TOKEN, 0},
};

const struct web_module messages_module = {
    .name = "messages", .routes = routes, .routes_n = sizeof(routes) / sizeof(routes[0])};
