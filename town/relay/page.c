/*
 *   GET /shows/{id}/relay   show {id, title, has_ended}, relay (as relay/part.html wants it), full:
 * there may be no more, typed {name, url} after a refusal
 */
#include <stdio.h>

#include "proto/rtmp_target.h"
#include "store/queries.h"
#include "store/seal.h"
#include "town/relay/internal.h"

enum { TAIL = 4, TAIL_OF = 12 }; /* the last signs of a key, when it is longer than that */

/* How a target is doing, as a colour's name: what the chip and the script need to know. */
static const char *tone_of(enum push_state s)
{
    static const char *const tones[] = {"plain", "warn", "live", "warn", "bad"};
    return tones[s];
}

static struct str say(struct req *r, const char *key, const struct i18n_arg *args, size_t n)
{
    return i18n_text(r->lang, str_of(key), args, n, r->arena);
}

static struct str number(struct req *r, int64_t n)
{
    return i18n_number(r->lang, n, r->arena);
}

/* "12:05", "1:02:03". */
static struct str clock_of(struct req *r, int64_t ms)
{
    long long s = ms / 1000;
    return str_of(
        s < 3600 ? arena_printf(r->arena, "%lld:%02lld", s / 60, s % 60)
                 : arena_printf(r->arena, "%lld:%02lld:%02lld", s / 3600, s / 60 % 60, s % 60));
}

static struct str words_live(struct req *r, const struct push_status *s)
{
    const struct i18n_arg args[] = {
        {"time", clock_of(r, s->up_ms)},
        {"mbps", str_of(arena_printf(r->arena, "%d.%02d", s->kbps / 1000, s->kbps / 10 % 100))}};
    return say(r, "relay.words_live", args, 2);
}

/* What went wrong, and with it what the platform itself said. */
static struct str words_why(struct req *r, const struct push_status *s)
{
    struct str why = req_text(r, "relay.why_", str_of(push_why_name(s->why)));
    return s->said[0] ? str_of(arena_printf(r->arena, "%.*s (%s)", STR_ARG(why), s->said)) : why;
}

static struct str words_of(struct req *r, const struct push_status *s)
{
    struct str why = words_why(r, s);
    const struct i18n_arg args[] = {{"why", why}, {"count", number(r, (s->retry_ms + 999) / 1000)}};
    switch (s->state) {
    case PUSH_WAITING: return say(r, "relay.words_waiting", NULL, 0);
    case PUSH_CONNECTING: return say(r, "relay.words_connecting", NULL, 0);
    case PUSH_LIVE: return words_live(r, s);
    case PUSH_RETRY: return say(r, "relay.words_retry", args, 2);
    case PUSH_REFUSED: break;
    }
    return say(r, "relay.words_refused", args, 1);
}

static void put_status(struct req *r, struct view *v, const struct push_status *s)
{
    view_put_z(v, "state", push_state_name(s->state));
    view_put_z(v, "tone", tone_of(s->state));
    view_put_str(v, "name_of_state",
                 req_text(r, "relay.state_", str_of(push_state_name(s->state))));
    view_put_str(v, "words", words_of(r, s));
    view_put_z(v, "why", push_why_name(s->why));
    view_put_int(v, "kbps", s->kbps);
    view_put_int(v, "up_s", s->up_ms / 1000);
    view_put_int(v, "retry_s", (s->retry_ms + 999) / 1000);
    view_put_int(v, "reconnects", (int64_t)s->drops);
    view_put_int(v, "skips", (int64_t)s->skips);
    const struct i18n_arg n = {"count", number(r, (int64_t)s->drops)};
    view_put_str(v, "also", s->drops ? say(r, "relay.words_drops", &n, 1) : STR(""));
}

/* Nothing is under way: it is off, its show is over, or the wish was not heard yet. */
static void put_still(struct req *r, struct view *v, const char *state)
{
    view_put_z(v, "state", state);
    view_put_z(v, "tone", "plain");
    view_put_str(v, "name_of_state", req_text(r, "relay.state_", str_of(state)));
    view_put_str(v, "words", req_text(r, "relay.words_", str_of(state)));
    view_put_z(v, "also", "");
}

static struct str masked(struct req *r, struct str key)
{
    struct str tail = key.n >= TAIL_OF ? str_slice(key, key.n - TAIL, key.n) : STR("");
    return str_of(arena_printf(r->arena, "••••••%.*s", STR_ARG(tail)));
}

/* What is known of the show, for each of its targets. */
struct show {
    bool has_ended, is_rehearsal;
};

static void put_state(struct req *r, struct view *v, int64_t target, bool on,
                      const struct show *show)
{
    struct push_status status;
    struct pushes *pushes = relay_pushes(); /* once: it may be gone the next time */
    if (show->has_ended)
        put_still(r, v, "stopped");
    else if (!on)
        put_still(r, v, "off");
    else if (show->is_rehearsal)
        put_still(r, v, "rehearsal");
    else if (pushes && push_status(pushes, target, &status) == OK)
        put_status(r, v, &status);
    else
        put_still(r, v, "waiting");
    const struct view *state = view_get(v, STR("state"));
    view_put_bool(v, "may_retry",
                  state && (str_eq_z(state->s, "refused") || str_eq_z(state->s, "retry")));
}

static enum err put_target(struct req *r, struct view *v, const struct rows *rs, size_t row,
                           const struct show *show)
{
    struct str key;
    int64_t id = row_int(rs, row, "id");
    bool on = str_eq_z(row_str(rs, row, "state"), "on");
    enum err e = seal_reveal("relay.key", row_val(rs, row, "key_sealed").s, r->arena, &key);
    if (e != OK)
        return e;
    view_put_int(v, "id", id);
    view_put_str(v, "name", row_str(rs, row, "name"));
    view_put_str(v, "url", row_str(rs, row, "url"));
    view_put_str(v, "key", masked(r, key));
    explicit_bzero((char *)key.p, key.n);
    view_put_bool(v, "is_on", on);
    put_state(r, v, id, on, show);
    return OK;
}

static enum err put_relay(struct req *r, struct view *v, const struct rows *show)
{
    struct rows rs;
    const struct show about = {str_eq_z(row_str(show, 0, "status"), "ended"),
                               row_int(show, 0, "is_rehearsal") != 0};
    enum err e =
        db_select(r->db, &q_relay_of_show, ARGS(V_INT(row_int(show, 0, "id"))), r->arena, &rs);
    struct view *relay = view_put_object(v, "relay");
    struct view *list = view_put_list(relay, "targets");
    for (size_t i = 0; e == OK && i < rs.n; i++)
        e = put_target(r, view_add_object(list), &rs, i, &about);
    view_put_bool(relay, "full", e == OK && rs.n >= RELAY_TARGETS_MAX);
    return e;
}

enum err relay_part(struct req *r, struct view *v, int64_t show, unsigned grants)
{
    struct rows rs;
    if (!(grants & SHOW_PICTURE))
        return OK;
    enum err e = db_one(r->db, &q_relay_show, ARGS(V_INT(show)), r->arena, &rs);
    return e != OK ? e : put_relay(r, v, &rs);
}

enum err relay_page(struct req *r)
{
    int64_t show, host;
    struct rows rs;
    enum err e = shows_desk_of(r, SHOW_PICTURE, &show, &host);
    if (e == OK)
        e = db_one(r->db, &q_relay_show, ARGS(V_INT(show)), r->arena, &rs);
    if (e != OK)
        return e;
    struct view *v = view_put_object(r->view, "show");
    view_put_int(v, "id", show);
    struct str title = row_str(&rs, 0, r->lang == LANG_EN ? "title_en" : "title_zh");
    view_put_str(v, "title", title.n ? title : row_str(&rs, 0, "title_zh"));
    view_put_bool(v, "has_ended", str_eq_z(row_str(&rs, 0, "status"), "ended"));
    return put_relay(r, r->view, &rs);
}
