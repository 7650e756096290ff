#include "proto/rtmp_url.h"

#include "base/enc.h"
#include "proto/rtmp_session.h"

static struct str trim_slashes(struct str s)
{
    while (s.n && s.p[0] == '/')
        s = str_slice(s, 1, s.n);
    while (s.n && s.p[s.n - 1] == '/')
        s.n--;
    return s;
}

static bool is_plain(struct str s)
{
    for (size_t i = 0; i < s.n; i++) {
        if ((unsigned char)s.p[i] < 0x20 || s.p[i] == 0x7F)
            return false;
    }
    return true;
}

/* The raw value of `key` in a query. */
static bool find_key(struct str query, struct str *out)
{
    while (query.n) {
        struct str pair = str_cut(query, '&', &query);
        if (str_eq_z(str_cut(pair, '=', &pair), "key")) {
            *out = pair;
            return true;
        }
    }
    return false;
}

/* "a/b/show" with an empty stream name: the last part is the stream. */
static void split_app(struct str *app, struct str *stream)
{
    for (size_t i = app->n; i > 0; i--) {
        if (app->p[i - 1] == '/') {
            *stream = str_slice(*app, i, app->n);
            *app = trim_slashes(str_slice(*app, 0, i));
            return;
        }
    }
}

static bool too_long(struct str app, struct str stream, struct str query)
{
    return app.n > RTMP_NAME_MAX || stream.n > RTMP_NAME_MAX || query.n > RTMP_QUERY_MAX;
}

enum err rtmp_url_names(struct arena *arena, struct str app, struct str tc_url, struct str stream,
                        struct rtmp_names *out)
{
    struct str queries[3], key = STR_NONE;
    struct str name = trim_slashes(str_cut(stream, '?', &queries[0]));
    struct str place = trim_slashes(str_cut(app, '?', &queries[1]));
    str_cut(tc_url, '?', &queries[2]);
    if (name.n == 0)
        split_app(&place, &name);
    size_t at = 0;
    while (at < 3 && !find_key(queries[at], &key))
        at++;
    for (size_t i = 0; at == 3 && i < 3; i++) {
        if (queries[i].n)
            at = i;
    }
    struct str query = at < 3 ? queries[at] : STR_NONE;
    if (too_long(place, name, query))
        return ERR_TOO_LARGE;
    if (name.n == 0 || !is_plain(name) || !is_plain(place))
        return ERR_INVALID;
    out->app = arena_str(arena, place);
    out->stream = arena_str(arena, name);
    out->query = arena_str(arena, query);
    enum err e = enc_unpercent(arena, key, false, &out->key);
    return e == OK && arena_failed(arena) ? ERR_NOMEM : e;
}
