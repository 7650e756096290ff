/* A recording as players ask for it: playlists, segments, films; and its talk in time. */
#include <stdio.h>

#include "store/queries.h"
#include "town/replay/internal.h"

enum { ENTRY_MAX = 120, SHORT_S = 24 * 3600, THUMB_S = 10, SEEN_AFTER_MS = 60 * 1000 };

#define M3U8 "application/vnd.apple.mpegurl"

/* ---- playlists ---- */

static int64_t longest_s(const struct record_index *x, size_t from, size_t to)
{
    int64_t ms = 0;
    for (size_t i = from; i < to; i++)
        if (x->entries[i].duration_ms > ms)
            ms = x->entries[i].duration_ms;
    return (ms + 500) / 1000 > 0 ? (ms + 500) / 1000 : 1;
}

struct block *replay_playlist(const struct record_index *x, size_t from, size_t to, bool ended)
{
    struct buf b;
    uint32_t init = 0;
    buf_init(&b, (to - from + 4) * ENTRY_MAX);
    buf_printf(&b,
               "#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-TARGETDURATION:%lld\n#EXT-X-PLAYLIST-TYPE:%s\n"
               "#EXT-X-MEDIA-SEQUENCE:%u\n#EXT-X-INDEPENDENT-SEGMENTS\n",
               (long long)longest_s(x, from, to), ended ? "VOD" : "EVENT",
               from < to ? x->entries[from].number : 0);
    for (size_t i = from; i < to; i++) {
        const struct record_entry *e = &x->entries[i];
        if (i > from && (e->discontinuity || e->init != init))
            buf_z(&b, "#EXT-X-DISCONTINUITY\n");
        if (e->init != init)
            buf_printf(&b, "#EXT-X-MAP:URI=\"init-%u.mp4\"\n", e->init);
        init = e->init;
        buf_printf(&b, "#EXTINF:%lld.%03d,\nseg-%u.m4s\n", (long long)(e->duration_ms / 1000),
                   (int)(e->duration_ms % 1000), e->number);
    }
    if (ended)
        buf_z(&b, "#EXT-X-ENDLIST\n");
    struct block *out = buf_ok(&b) ? block_copy(b.p, b.n) : NULL;
    buf_free(&b);
    return out;
}

/* What everybody may have changes no more; what the crew alone may is nobody else's to keep. */
static enum err send_playlist(struct req *r, const struct record_index *x, size_t from, size_t to,
                              bool ended, bool is_public)
{
    struct block *b = replay_playlist(x, from, to, ended);
    if (!b)
        return ERR_NOMEM;
    reply_body(r, M3U8, b, is_public && ended ? 60 : 0);
    return OK;
}

enum err replay_on_index(struct req *r)
{
    int64_t show;
    bool is_public;
    const struct replay_index *index;
    enum err e = replay_id(r, &show);
    if (e == OK)
        e = replay_may(r, show, false, &is_public);
    if (e == OK)
        e = replay_index_of(show, &index);
    if (e != OK)
        return e;
    e = send_playlist(r, &index->x, 0, index->x.n, is_public, is_public);
    replay_index_done(index);
    return e;
}

/* ---- files ---- */

/* "seg-12.m4s" → 12. */
static bool number_in(struct str file, const char *prefix, const char *suffix, int64_t *out)
{
    size_t head = strlen(prefix), tail = strlen(suffix);
    return str_starts(file, prefix) && str_ends(file, suffix) && file.n > head + tail &&
           str_to_i64(str_slice(file, head, file.n - tail), out) == OK && *out >= 1 &&
           *out <= UINT32_MAX;
}

/* A file of a recording never changes: its number is its name for ever. */
static enum err send_file(struct req *r, struct str stream, struct str file, bool is_public)
{
    int64_t n;
    bool is_init = number_in(file, "init-", ".mp4", &n);
    struct source *s;
    if (!is_init && !number_in(file, "seg-", ".m4s", &n))
        return ERR_NOT_FOUND;
    enum err e = replay_file(stream, is_init, (uint32_t)n, &s);
    if (e != OK)
        return e;
    const char *etag = arena_printf(r->arena, "\"%.*s-%s%lld\"", STR_ARG(stream),
                                    is_init ? "i" : "s", (long long)n);
    reply_source(r, is_init ? "video/mp4" : "video/iso.segment", s, etag,
                 is_public ? WEB_FOREVER_S : 0);
    return OK;
}

static enum err send_film(struct req *r, struct str stream, const struct record_index *x,
                          size_t from, size_t n, const char *name, int64_t cache_s)
{
    struct source *s;
    enum err e = replay_film(stream, &x->entries[from], n, &s);
    if (e != OK)
        return e;
    const char *etag = arena_printf(r->arena, "\"%.*s-%u-%u\"", STR_ARG(stream),
                                    x->entries[from].number, x->entries[from + n - 1].number);
    reply_header(r, "Content-Disposition",
                 str_of(arena_printf(r->arena, "inline; filename=\"%s.mp4\"", name)));
    reply_source(r, "video/mp4", s, etag, cache_s);
    return OK;
}

/* The nth run of one configuration, from 1. */
static enum err film_of_show(struct req *r, int64_t show, int64_t nth)
{
    char name[SHOWS_ROOM_NAME];
    const struct replay_index *index;
    struct str stream = replay_name(show, name);
    enum err e = replay_index_of(show, &index);
    if (e != OK)
        return e;
    const struct record_index *x = &index->x;
    size_t from = 0, n = replay_run(x, 0, x->n);
    while (e == OK && --nth > 0) {
        from += n;
        if (from >= x->n)
            e = ERR_NOT_FOUND;
        else
            n = replay_run(x, from, x->n);
    }
    if (e == OK)
        e = send_film(r, stream, x, from, n, name, 0);
    replay_index_done(index);
    return e;
}

enum err replay_on_file(struct req *r)
{
    int64_t show, nth;
    bool is_public;
    char name[SHOWS_ROOM_NAME];
    struct str file = req_param(r, "file");
    bool is_film = number_in(file, "film-", ".mp4", &nth);
    enum err e = replay_id(r, &show);
    if (e == OK)
        e = replay_may(r, show, is_film, &is_public);
    if (e != OK)
        return e;
    return is_film ? film_of_show(r, show, nth)
                   : send_file(r, replay_name(show, name), file, is_public);
}

/* ---- clips ---- */

struct clip {
    struct rows row;
    const struct replay_index *index; /* to be given back; NULL: not asked for */
    size_t from, to;                  /* its entries */
    struct str stream;
    char name[SHOWS_ROOM_NAME];
};

static enum err load_clip(struct req *r, struct clip *c)
{
    int64_t id;
    enum err e = replay_id(r, &id);
    if (e == OK)
        e = db_one(r->db, &q_replay_clip, ARGS(V_INT(id)), r->arena, &c->row);
    if (e == OK)
        e = replay_is_kept(r, row_int(&c->row, 0, "show_id"));
    if (e != OK)
        return e;
    c->stream = replay_name(row_int(&c->row, 0, "show_id"), c->name);
    return OK;
}

static enum err load_segments(struct clip *c)
{
    int64_t first = row_int(&c->row, 0, "first_segment"),
            last = row_int(&c->row, 0, "last_segment");
    enum err e = replay_index_of(row_int(&c->row, 0, "show_id"), &c->index);
    if (e != OK)
        return e;
    const struct record_index *x = &c->index->x;
    const struct record_entry *a = record_index_number(x, first);
    const struct record_entry *b = record_index_number(x, last);
    if (!a || !b)
        return ERR_NOT_FOUND; /* the disk has lost it */
    c->from = (size_t)(a - x->entries);
    c->to = (size_t)(b - x->entries) + 1;
    return OK;
}

enum err replay_on_clip_index(struct req *r)
{
    struct clip c = {0};
    enum err e = load_clip(r, &c);
    if (e == OK)
        e = load_segments(&c);
    if (e == OK)
        e = send_playlist(r, &c.index->x, c.from, c.to, true, true);
    replay_index_done(c.index);
    return e;
}

/* The longest run of one configuration in it: nearly always all of it. */
static enum err film_of_clip(struct req *r, struct clip *c)
{
    size_t best = 0, best_n = 0;
    enum err e = load_segments(c);
    for (size_t at = c->from; e == OK && at < c->to;) {
        size_t n = replay_run(&c->index->x, at, c->to);
        if (n > best_n) {
            best = at;
            best_n = n;
        }
        at += n;
    }
    if (e == OK)
        e = send_film(r, c->stream, &c->index->x, best, best_n,
                      arena_printf(r->arena, "clip-%lld", (long long)row_int(&c->row, 0, "id")),
                      SHORT_S);
    replay_index_done(c->index);
    return e;
}

static enum err thumb_of_clip(struct req *r, const struct clip *c)
{
    char name[40];
    struct block *jpeg;
    snprintf(name, sizeof(name), "clip-%lld", (long long)row_int(&c->row, 0, "id"));
    enum err e = row_int(&c->row, 0, "has_thumb") ? replay_thumb_read(c->stream, name, &jpeg)
                                                  : ERR_NOT_FOUND;
    if (e == OK)
        reply_body(r, "image/jpeg", jpeg, SHORT_S);
    return e;
}

enum err replay_on_clip_file(struct req *r)
{
    struct clip c = {0};
    int64_t n;
    struct str file = req_param(r, "file");
    enum err e = load_clip(r, &c);
    if (e != OK)
        return e;
    if (str_eq_z(file, "clip.mp4"))
        return film_of_clip(r, &c);
    if (str_eq_z(file, "thumb"))
        return thumb_of_clip(r, &c);
    /* Of a running show a clip's own segments are everybody's, the others are not. */
    if (number_in(file, "seg-", ".m4s", &n) &&
        (n < row_int(&c.row, 0, "first_segment") || n > row_int(&c.row, 0, "last_segment")))
        return ERR_NOT_FOUND;
    return send_file(r, c.stream, file, true);
}

/* ---- the show's thumbnail ---- */

enum err replay_on_thumb(struct req *r)
{
    int64_t show, at_ms;
    char name[SHOWS_ROOM_NAME];
    struct shows_look look;
    struct block *jpeg;
    enum err e = replay_id(r, &show);
    if (e == OK)
        e = shows_look(r, show, &look);
    if (e == OK)
        e = replay_is_kept(r, show);
    if (e != OK)
        return e;
    bool is_cover =
        look.has_ended && replay_thumb_read(replay_name(show, name), "cover", &jpeg) == OK;
    if (!is_cover)
        e = replay_thumb(show, &jpeg, &at_ms);
    if (e == OK)
        reply_body(r, "image/jpeg", jpeg, is_cover ? SHORT_S : THUMB_S);
    return e;
}

/* ---- talk ---- */

/* The moments that [from, until) of the replay are of. A gap's talk is where the picture goes on;
 * the first picture's moment is where talk begins. */
static void moments(const struct record_index *x, int64_t from_ms, int64_t until_ms, int64_t *after,
                    int64_t *until)
{
    *after = from_ms > 0 ? record_index_wall(x, from_ms - 1) : x->entries[0].wall_ms - 1;
    *until = record_index_wall(x, until_ms - 1);
    if (until_ms >= x->last_ms)
        *until += SEEN_AFTER_MS;
}

static enum err put_talk(struct req *r, int64_t show, const struct record_index *x, int64_t from_ms,
                         int64_t id)
{
    struct rows rs;
    int64_t after, until;
    moments(x, from_ms, from_ms + REPLAY_TALK_MS, &after, &until);
    if (from_ms >= x->last_ms) /* after its end nothing is said */
        until = after;
    enum err e =
        db_select(r->db, &q_replay_messages,
                  ARGS(V_INT(show), V_INT(after), V_INT(until), V_INT(id), V_INT(REPLAY_TALK_MAX)),
                  r->arena, &rs);
    if (e != OK)
        return e;
    struct view *list = view_put_list(r->view, "messages");
    for (size_t i = 0; i < rs.n; i++) {
        struct view *v = view_add_object(list);
        view_put_int(v, "id", row_int(&rs, i, "id"));
        view_put_str(v, "name", row_str(&rs, i, "name"));
        view_put_bool(v, "crew", row_int(&rs, i, "is_crew") != 0);
        view_put_str(v, "text", row_str(&rs, i, "body"));
        if (!row_null(&rs, i, "to_name"))
            view_put_str(v, "to", row_str(&rs, i, "to_name"));
        view_put_int(v, "at_ms", record_index_at(x, row_int(&rs, i, "sent_at")));
    }
    view_put_bool(r->view, "more", rs.n == REPLAY_TALK_MAX);
    return OK;
}

enum err replay_on_talk(struct req *r)
{
    int64_t show, from_ms = 0, id = 0;
    bool is_public;
    const struct replay_index *index;
    struct str from = req_query(r, "from"), after = req_query(r, "after");
    enum err e = replay_id(r, &show);
    if (e == OK)
        e = replay_may(r, show, false, &is_public);
    if (e != OK)
        return e;
    if ((from.n && str_to_i64(from, &from_ms) != OK) || from_ms < 0 || from_ms > INT64_MAX / 2 ||
        (after.n && str_to_i64(after, &id) != OK))
        return req_refuse(r, ERR_INVALID, "from", "web.number_bad");
    e = replay_index_of(show, &index);
    if (e == OK)
        e = put_talk(r, show, &index->x, from_ms, id);
    replay_index_done(index);
    return e;
}
