/* How the base sees what went out, and why what did not. Of whom, it sees no more than a letter. */
#include "store/queries.h"
#include "town/day.h"
#include "town/messages/internal.h"

#include "base/clock.h"

enum { LOG_PAGE = 50, KIND_MAX = 60 };

static const char *const statuses[] = {"waiting", "sent", "failed", "skipped"}, *const channels[] =
                                                                                    {"mail", "sms"};
#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* One of the words, or empty. */
static bool read_word(const struct req *r, const char *name, const char *const *words, size_t n,
                      struct str *out)
{
    *out = req_query(r, name);
    for (size_t i = 0; i < n; i++)
        if (str_eq_z(*out, words[i]))
            return true;
    return out->n == 0;
}

static void put_choices(struct req *r, const char *member, const char *prefix,
                        const char *const *words, size_t n, struct str chosen)
{
    struct view *list = view_put_list(r->view, member);
    view_page_only(r->view, member);
    for (size_t i = 0; i < n; i++) {
        struct view *v = view_add_object(list);
        view_put_z(v, "value", words[i]);
        view_put_str(v, "name", req_text(r, prefix, str_of(words[i])));
        view_put_bool(v, "is_chosen", str_eq_z(chosen, words[i]));
    }
}

/* A reason of ours has a text; a server's word stands as it is. */
static struct str why_text(struct req *r, struct str why)
{
    const char *key = arena_printf(r->arena, "messages.why_%.*s", STR_ARG(why));
    return key && why.n && i18n_has(r->lang, str_of(key)) ? req_text(r, "messages.why_", why) : why;
}

static void put_line(struct req *r, struct view *list, const struct rows *rs, size_t i)
{
    struct view *v = view_add_object(list);
    struct str name = row_str(rs, i, "name"), status = row_str(rs, i, "status"),
               channel = row_str(rs, i, "channel"), why = row_str(rs, i, "why");
    struct str head = str_slice(name, 0, str_characters_bytes(name, 1));
    view_put_int(v, "id", row_int(rs, i, "id"));
    view_put_z(v, "who", arena_printf(r->arena, "%.*s***", STR_ARG(head)));
    view_put_str(v, "kind", row_str(rs, i, "kind"));
    view_put_str(v, "about", row_str(rs, i, "about"));
    view_put_str(v, "channel", channel);
    view_put_str(v, "channel_name", req_text(r, "messages.channel_", channel));
    view_put_str(v, "status", status);
    view_put_str(v, "status_name", req_text(r, "messages.status_", status));
    view_put_str(v, "why", why);
    view_put_str(v, "why_text", why_text(r, why));
    view_put_int(v, "tries", row_int(rs, i, "tries"));
    view_put_time(v, "made_at", row_int(rs, i, "made_at"));
    if (!row_null(rs, i, "next_at"))
        view_put_time(v, "next_at", row_int(rs, i, "next_at"));
    if (!row_null(rs, i, "ended_at"))
        view_put_time(v, "ended_at", row_int(rs, i, "ended_at"));
}

static enum err put_counts(struct req *r)
{
    struct rows rs;
    enum err e = db_select(r->db, &q_messages_log_counts, ARGS(V_INT(clock_wall_ms() - DAY_MS)),
                           r->arena, &rs);
    struct view *v = view_put_object(r->view, "day");
    for (size_t s = 0; !e && s < COUNT(statuses); s++) {
        int64_t n = 0;
        for (size_t i = 0; i < rs.n; i++)
            n += str_eq_z(row_str(&rs, i, "status"), statuses[s]) ? row_int(&rs, i, "n") : 0;
        view_put_int(v, statuses[s], n);
    }
    return e;
}

enum err log_page(struct req *r)
{
    struct rows rs;
    struct str status, channel, kind = req_query(r, "kind");
    int64_t before = 0;
    if (!read_word(r, "status", statuses, COUNT(statuses), &status) ||
        !read_word(r, "channel", channels, COUNT(channels), &channel) || kind.n > KIND_MAX ||
        (req_query(r, "before").n && str_to_i64(req_query(r, "before"), &before)))
        return ERR_NOT_FOUND;
    enum err e = db_select(r->db, &q_messages_log,
                           ARGS(V_INT(before), V_STR(status.n ? status : STR("")),
                                V_STR(channel.n ? channel : STR("")),
                                V_STR(kind.n ? kind : STR("")), V_INT(LOG_PAGE + 1)),
                           r->arena, &rs);
    if (!e)
        e = put_counts(r);
    if (e)
        return e;
    struct view *list = view_put_list(r->view, "sends");
    for (size_t i = 0; i < rs.n && i < LOG_PAGE; i++)
        put_line(r, list, &rs, i);
    if (rs.n > LOG_PAGE)
        view_put_int(r->view, "next", row_int(&rs, LOG_PAGE - 1, "id"));
    put_choices(r, "statuses", "messages.status_", statuses, COUNT(statuses), status);
    put_choices(r, "channels", "messages.channel_", channels, COUNT(channels), channel);
    view_put_str(r->view, "kind", kind.n ? kind : STR(""));
    view_put_str(r->view, "status_asked", status.n ? status : STR(""));
    view_put_str(r->view, "channel_asked", channel.n ? channel : STR(""));
    view_page_only(r->view, "status_asked");
    view_page_only(r->view, "channel_asked");
    return OK;
}
