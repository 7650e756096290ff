/*
 * Calendars (RFC 5545) of a space and of a person, at addresses that nobody can guess and that can
 * be revoked. The token is shown once; the store has its hash. Times are UTC, so that no zone's
 * table is needed.
 *
 *   POST /venue/feeds                  space (the base's), or one's own: address
 *   POST /venue/feeds/{id}/revoke
 *   GET  /venue/feeds/{token}/calendar.ics
 */
#include <sodium.h>

#include "base/clock.h"
#include "base/enc.h"
#include "base/rnd.h"
#include "store/queries.h"
#include "town/ical.h"
#include "town/venue/internal.h"

enum {
    TOKEN_BYTES = 24,
    TOKEN_TEXT = TOKEN_BYTES * 2,
    EVENTS_MAX = 1000,
    BACK_DAYS = 30,
};

static void hash_of(struct str token, uint8_t out[crypto_hash_sha256_BYTES])
{
    crypto_hash_sha256(out, (const uint8_t *)token.p, token.n);
}

/* --- the text --- */

static void put_event(struct req *r, struct buf *b, const struct rows *rs, size_t i)
{
    bool en = r->lang == LANG_EN;
    struct str state = row_str(rs, i, "state"), url = req_public_url(r),
               title = row_str(rs, i, en ? "title_en" : "title_zh"),
               room = row_str(rs, i, en ? "name_en" : "name_zh");
    long long id = row_int(rs, i, "id");
    const struct ical_event event = {
        .uid = str_of(arena_printf(r->arena, "booking-%lld", id)),
        .changed_ms = row_int(rs, i, "changed_at"),
        .starts_ms = row_int(rs, i, "starts_at"),
        .ends_ms = row_int(rs, i, "ends_at"),
        .summary = title.n ? title : room,
        .place = str_of(
            arena_printf(r->arena, "%.*s %.*s", STR_ARG(room), STR_ARG(row_str(rs, i, "code")))),
        .url = str_of(arena_printf(r->arena, "%.*s/venue/bookings/%lld", STR_ARG(url), id)),
        .is_tentative = str_eq_z(state, "asked") || str_eq_z(state, "pending")};
    ical_event(b, &event);
}

static enum err find_events(struct req *r, const struct rows *feed, struct rows *out)
{
    int64_t since = clock_wall_ms() - BACK_DAYS * DAY_MS;
    if (row_null(feed, 0, "space_id"))
        return db_select(r->db, &q_venue_feed_user,
                         ARGS(V_INT(row_int(feed, 0, "user_id")), V_INT(since), V_INT(EVENTS_MAX)),
                         r->arena, out);
    return db_select(
        r->db, &q_venue_feed_space,
        ARGS(V_INT(row_int(feed, 0, "space_id")), V_INT(day_of(since)), V_INT(EVENTS_MAX)),
        r->arena, out);
}

enum err venue_feed(struct req *r)
{
    uint8_t hash[crypto_hash_sha256_BYTES];
    struct rows feed, rs;
    struct buf b;
    struct str token = req_param(r, "token");
    if (token.n != TOKEN_TEXT)
        return ERR_NOT_FOUND;
    hash_of(token, hash);
    enum err e = db_one(r->db, &q_venue_feed_by_token, ARGS(V_BLOB(str_n(hash, sizeof(hash)))),
                        r->arena, &feed);
    if (e == OK)
        e = find_events(r, &feed, &rs);
    if (e != OK)
        return e;
    buf_init(&b, ICAL_MAX);
    ical_begin(&b, "Venue", req_site_name(r));
    for (size_t i = 0; i < rs.n; i++)
        put_event(r, &b, &rs, i);
    ical_end(&b);
    return ical_reply(r, &b);
}

/* --- making and revoking --- */

struct feed {
    struct command cmd;
    int64_t space, user, id;
    char token[TOKEN_TEXT + 1];
};

static enum err run_make(struct command *cmd, struct tx *tx)
{
    struct feed *f = (struct feed *)cmd;
    uint8_t hash[crypto_hash_sha256_BYTES];
    struct rows rs;
    hash_of(str_n(f->token, TOKEN_TEXT), hash);
    enum err e = db_one(tx->db, &q_venue_feed_add,
                        ARGS(V_BLOB(str_n(hash, sizeof(hash))), f->space ? V_INT(f->space) : V_NULL,
                             V_INT(f->user), V_INT(tx->now_ms)),
                        tx->arena, &rs);
    if (e == OK)
        f->id = row_int(&rs, 0, "id");
    return e;
}

static enum err made(struct req *r, struct command *cmd, enum err result)
{
    const struct feed *f = (const struct feed *)cmd;
    if (result != OK)
        return result;
    view_put_int(r->view, "id", f->id);
    view_put_z(r->view, "address",
               arena_printf(r->arena, "%.*s/venue/feeds/%s/calendar.ics",
                            STR_ARG(req_public_url(r)), f->token));
    reply_secret(r);
    return OK;
}

enum err venue_do_feed(struct req *r)
{
    uint8_t bytes[TOKEN_BYTES];
    struct rows space;
    struct feed *f = ARENA_NEW(r->arena, struct feed);
    if (!f)
        return ERR_NOMEM;
    *f = (struct feed){.cmd = {.name = "venue.feed", .run = run_make}, .user = r->who.user_id};
    enum err e = OK;
    if (req_field(r, "space").n) {
        e = venue_is_base(r) ? req_field_int(r, "space", 1, INT64_MAX, &f->space) : ERR_FORBIDDEN;
        if (e == OK)
            e = db_one(r->db, &q_venue_space_get, ARGS(V_INT(f->space)), r->arena, &space);
    }
    rnd_fill(bytes, sizeof(bytes));
    enc_hex(f->token, bytes, sizeof(bytes));
    return e != OK ? e : web_write(r, &f->cmd, made);
}

static enum err run_revoke(struct command *cmd, struct tx *tx)
{
    const struct feed *f = (const struct feed *)cmd;
    int64_t changed;
    enum err e = db_exec(tx->db, &q_venue_feed_revoke,
                         ARGS(V_INT(tx->now_ms), V_INT(f->id), V_INT(f->user)), &changed);
    return e == OK && changed == 0 ? ERR_NOT_FOUND : e;
}

enum err venue_do_revoke(struct req *r)
{
    struct feed *f = ARENA_NEW(r->arena, struct feed);
    if (!f)
        return ERR_NOMEM;
    *f = (struct feed){.cmd = {.name = "venue.revoke", .run = run_revoke}, .user = r->who.user_id};
    if (str_to_i64(req_param(r, "id"), &f->id) != OK)
        return ERR_NOT_FOUND;
    reply_redirect(r, "/venue/bookings");
    return web_write(r, &f->cmd, NULL);
}

/* `feeds` [{id, code or nothing, made_at}] */
enum err feed_put_mine(struct req *r)
{
    struct rows rs;
    enum err e = db_select(r->db, &q_venue_feeds_of, ARGS(V_INT(r->who.user_id)), r->arena, &rs);
    struct view *list = view_put_list(r->view, "feeds");
    for (size_t i = 0; e == OK && i < rs.n; i++) {
        struct view *v = view_add_object(list);
        view_put_int(v, "id", row_int(&rs, i, "id"));
        view_put_str(v, "code", row_str(&rs, i, "code"));
        view_put_time(v, "made_at", row_int(&rs, i, "made_at"));
    }
    return e;
}
