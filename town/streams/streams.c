#include "town/streams/streams.h"

#include <stdatomic.h>

#include "web/loop_request.h"

/* Players on other sites may use a stream: there is nothing private in it. */
#define OPEN_TO_ALL "Access-Control-Allow-Origin: *\r\n"

enum { PLAYLIST_MAX = 16 * 1024 };

static _Atomic(struct live *) the_live;

void streams_set_live(struct live *live)
{
    atomic_store(&the_live, live);
}

static streams_guard_fn *guard; /* set before the first request */

void streams_set_guard(streams_guard_fn *fn)
{
    guard = fn;
}

/* A stream that one may not watch is as if it were not there. */
static bool may_watch(struct loop_request *lr, struct str name)
{
    return !guard || guard(name, lr_query(lr, "ticket"));
}

/* The name of "show-3.flv" as a copy, or nothing. */
static struct str name_of(struct str file, char kept[LIVE_NAME_MAX])
{
    struct str name = str_ends(file, ".flv") ? str_slice(file, 0, file.n - 4) : STR_NONE;
    if (!live_name_ok(name))
        return STR_NONE;
    memcpy(kept, name.p, name.n);
    return str_n(kept, name.n);
}

/* Bytes from the player mean nothing, but its leaving does. */
static const struct ws_handler listen_only = {NULL, NULL};

static void on_flv(struct loop_request *lr)
{
    struct live *live = atomic_load(&the_live);
    char kept[LIVE_NAME_MAX]; /* the request goes when it is answered, the name is needed after */
    struct str name = name_of(lr_param(lr, "file"), kept);
    struct conn *c = NULL;
    if (name.n == 0 || !live_exists(live, name) || !may_watch(lr, name)) {
        lr_error(lr, ERR_NOT_FOUND);
        return;
    }
    bool websocket = lr_wants_websocket(lr);
    if (lr_is_head(lr)) {
        lr_reply(lr, 200, "video/x-flv", OPEN_TO_ALL "Cache-Control: no-store\r\n", NULL);
        return;
    }
    if (!websocket)
        c = lr_stream(lr, "video/x-flv", OPEN_TO_ALL "Cache-Control: no-store\r\n");
    else if (lr_websocket(lr, &listen_only, NULL, &c) != OK)
        return; /* answered there */
    enum err e =
        c ? live_follow_flv(live, c, name, websocket ? FOLLOW_WEBSOCKET : FOLLOW_RAW) : ERR_CLOSED;
    if (c && e != OK)
        conn_close(c, e);
}

/* A playlist that was had by a ticket: what it names is had by the same. Tickets are of digits, hex
 * and dots, or the guard would not have let them pass. NULL: no memory. */
static struct block *with_ticket(const struct block *playlist, struct str ticket)
{
    struct buf b;
    struct str rest = str_n(playlist->p, playlist->n), line;
    buf_init(&b, PLAYLIST_MAX);
    while (rest.n > 0) {
        line = str_cut(rest, '\n', &rest);
        bool is_map = str_starts(line, "#EXT-X-MAP:");
        if (is_map && str_ends(line, "\""))
            buf_printf(&b, "%.*s?ticket=%.*s\"\n", (int)line.n - 1, line.p, STR_ARG(ticket));
        else if (line.n > 0 && line.p[0] != '#')
            buf_printf(&b, "%.*s?ticket=%.*s\n", STR_ARG(line), STR_ARG(ticket));
        else
            buf_printf(&b, "%.*s\n", STR_ARG(line));
    }
    struct block *out = buf_ok(&b) ? block_copy(b.p, b.n) : NULL;
    buf_free(&b);
    return out;
}

/* Nothing of it is for a cache that others share, nor for one that outlives the ticket. */
static void answer_ticketed(struct loop_request *lr, const char *type, struct block *b)
{
    lr_reply(lr, 200, type, "Cache-Control: private, no-store\r\n", b);
}

static void on_hls(struct loop_request *lr)
{
    struct live *live = atomic_load(&the_live);
    struct str name = lr_param(lr, "name"), file = lr_param(lr, "file");
    struct block *b;
    const char *type;
    enum err e = live_name_ok(name) && may_watch(lr, name)
                     ? live_hls_file(live, name, file, &b, &type)
                     : ERR_NOT_FOUND;
    if (e == ERR_AGAIN) /* no segment yet: players ask again */
        e = ERR_NOT_FOUND;
    if (e != OK) {
        lr_error(lr, e);
        return;
    }
    bool playlist = str_ends(file, ".m3u8");
    struct str ticket = lr_query(lr, "ticket");
    if (guard && ticket.n && !guard(name, STR_NONE)) {
        struct block *plain = playlist ? b : NULL;
        if (plain)
            b = with_ticket(plain, ticket);
        block_unref(plain);
        if (b)
            answer_ticketed(lr, type, b);
        else
            lr_error(lr, ERR_NOMEM);
        return;
    }
    lr_reply(lr, 200, type,
             playlist ? OPEN_TO_ALL "Cache-Control: no-cache\r\n"
                      : OPEN_TO_ALL "Cache-Control: public, max-age=60, immutable\r\n",
             b);
}

static const struct route routes[] = {
    {"GET", "/live/{file}", NULL, on_flv, NULL, WHO_ANYONE, CSRF_SAFE, 0, false},
    {"GET", "/live/{name}/{file}", NULL, on_hls, NULL, WHO_ANYONE, CSRF_SAFE, 0, false},
};

const struct web_module streams_module = {"streams", routes, sizeof(routes) / sizeof(routes[0])};
