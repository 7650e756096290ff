#include "proto/rtmp_target.h"

static bool is_printable(struct str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] <= 0x20 || s.p[i] >= 0x7F)
            return false;
    return true;
}

/* A name of DNS or an IPv4 address: what else may stand here is none that can be asked for. */
static bool is_host(struct str s)
{
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
              c == '-' || c == '_' || c == '.'))
            return false;
    }
    return s.n > 0 && s.p[0] != '.' && s.p[0] != '-';
}

static bool is_v6(struct str s)
{
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F') ||
              c == ':' || c == '.'))
            return false;
    }
    return s.n >= 2 && str_find(s, ':') >= 0;
}

/* "host:port", "[v6]:port", or either without a port. */
static enum err parse_authority(struct str text, struct rtmp_target *out)
{
    struct str host, port = STR_NONE;
    int64_t number = out->tls ? RTMPS_PORT : RTMP_PORT;
    bool v6 = text.n > 0 && text.p[0] == '[';
    if (v6) {
        struct str rest;
        host = str_cut(str_slice(text, 1, text.n), ']', &rest);
        if (host.n + 1 == text.n || (rest.n > 0 && rest.p[0] != ':'))
            return ERR_SYNTAX;
        port = str_slice(rest, 1, rest.n);
    } else {
        host = str_cut(text, ':', &port);
    }
    if (host.n > RTMP_TARGET_HOST_MAX)
        return ERR_TOO_LARGE;
    if (!(v6 ? is_v6(host) : is_host(host)))
        return ERR_SYNTAX;
    if (port.n && (str_to_i64(port, &number) != OK || number < 1 || number > 65535))
        return ERR_SYNTAX;
    memcpy(out->host, host.p, host.n);
    out->host[host.n] = 0;
    out->port = (int)number;
    return OK;
}

static struct str trim_slashes(struct str s)
{
    while (s.n && s.p[0] == '/')
        s = str_slice(s, 1, s.n);
    while (s.n && s.p[s.n - 1] == '/')
        s.n--;
    return s;
}

/* The last part of the path, with its query, when no key is given apart. */
static enum err split_stream(struct str path, struct str *app, struct str *stream)
{
    struct str query, place = str_cut(path, '?', &query);
    size_t at = place.n;
    while (at > 0 && place.p[at - 1] != '/')
        at--;
    if (at == 0 || at == place.n)
        return ERR_INVALID;
    *app = trim_slashes(str_slice(place, 0, at));
    *stream = str_slice(path, at, path.n);
    return app->n ? OK : ERR_INVALID;
}

enum err rtmp_target_parse(struct arena *arena, struct str url, struct str key,
                           struct rtmp_target *out)
{
    struct str rest, app, stream = key;
    *out = (struct rtmp_target){0};
    url = str_trim(url);
    stream = str_trim(stream);
    if (url.n > RTMP_TARGET_URL_MAX || stream.n > RTMP_TARGET_KEY_MAX)
        return ERR_TOO_LARGE;
    struct str scheme = str_cut(url, ':', &rest);
    out->tls = str_ieq_z(scheme, "rtmps");
    if (!(out->tls || str_ieq_z(scheme, "rtmp")) || !str_starts(rest, "//") || !is_printable(url) ||
        !is_printable(stream) || str_find(url, '#') >= 0)
        return ERR_SYNTAX;
    struct str path, authority = str_cut(str_slice(rest, 2, rest.n), '/', &path);
    enum err e = parse_authority(authority, out);
    if (e != OK)
        return e;
    if (stream.n)
        app = trim_slashes(path);
    else if (split_stream(path, &app, &stream) != OK)
        return ERR_INVALID;
    if (app.n == 0)
        return ERR_INVALID;
    /* tcUrl is the address up to the app: it must not give the key away a second time. */
    out->app = arena_str(arena, app);
    out->tc_url = str_of(arena_printf(arena, "%.*s//%.*s/%.*s", (int)(scheme.n + 1), scheme.p,
                                      STR_ARG(authority), STR_ARG(app)));
    out->stream = arena_str(arena, stream);
    return arena_failed(arena) ? ERR_NOMEM : OK;
}
