/*
 * The same as a calendar that other programs read, at an address that nobody can guess and that can
 * be revoked. It ends with its owner's membership. The store has the token's hash.
 */
#include <sodium.h>

#include "base/clock.h"
#include "base/enc.h"
#include "base/rnd.h"
#include "store/queries.h"
#include "town/agencies/internal.h"
#include "town/day.h"
#include "town/ical.h"

enum {
    TOKEN_BYTES = 24,
    TOKEN_TEXT = TOKEN_BYTES * 2,
    BACK_DAYS = 30,
    AHEAD_DAYS = 180,
};

static void hash_of(struct str token, uint8_t out[crypto_hash_sha256_BYTES])
{
    crypto_hash_sha256(out, (const uint8_t *)token.p, token.n);
}

static void put_event(struct req *r, struct buf *b, const struct rows *rs, size_t i)
{
    struct str kind = row_str(rs, i, "kind"), title = agency_text(r, rs, i, "title_zh", "title_en"),
               place = agency_text(r, rs, i, "place_zh", "place_en"), url = req_public_url(r);
    long long id = row_int(rs, i, "id"), host = row_int(rs, i, "host_id");
    const struct ical_event event = {
        .uid = str_of(arena_printf(r->arena, "%.*s-%lld-%lld", STR_ARG(kind), id, host)),
        .changed_ms = row_int(rs, i, "changed_at"),
        .starts_ms = row_int(rs, i, "starts_at"),
        .ends_ms = row_int(rs, i, "ends_at"),
        .summary = str_of(arena_printf(r->arena, "%.*s: %.*s", STR_ARG(row_str(rs, i, "host")),
                                       STR_ARG(title.n ? title : place))),
        .place = place,
        .url = str_eq_z(kind, "show")
                   ? str_of(arena_printf(r->arena, "%.*s/shows/%lld", STR_ARG(url), id))
                   : STR_NONE};
    ical_event(b, &event);
}

enum err feed_get(struct req *r)
{
    uint8_t hash[crypto_hash_sha256_BYTES];
    struct rows feed, rs;
    struct buf b;
    int64_t now_ms = clock_wall_ms();
    struct str token = req_param(r, "token");
    if (token.n != TOKEN_TEXT)
        return ERR_NOT_FOUND;
    hash_of(token, hash);
    enum err e = db_one(r->db, &q_agencies_feed_by_token, ARGS(V_BLOB(str_n(hash, sizeof(hash)))),
                        r->arena, &feed);
    if (!e)
        e = calendar_rows(r, row_int(&feed, 0, "agency_id"), now_ms - BACK_DAYS * DAY_MS,
                          now_ms + AHEAD_DAYS * DAY_MS, &rs);
    if (e)
        return e;
    buf_init(&b, ICAL_MAX);
    ical_begin(&b, "Agencies", agency_text(r, &feed, 0, "name_zh", "name_en"));
    for (size_t i = 0; i < rs.n; i++)
        put_event(r, &b, &rs, i);
    ical_end(&b);
    return ical_reply(r, &b);
}

/* --- making and revoking --- */

struct feed {
    struct command cmd;
    int64_t agency, user, id;
    char token[TOKEN_TEXT + 1];
};

static enum err begin(struct req *r, const char *name,
                      enum err (*run)(struct command *, struct tx *), struct feed **out)
{
    struct agency a;
    struct feed *f = *out = ARENA_NEW(r->arena, struct feed);
    enum err e = f ? agency_load_inside(r, &a) : ERR_NOMEM;
    if (!e && !(a.as & AGENCIES_AS_AGENCY))
        e = ERR_FORBIDDEN;
    if (!e)
        *f = (struct feed){
            .cmd = {.name = name, .run = run}, .agency = a.id, .user = r->who.user_id};
    return e;
}

static enum err run_make(struct command *cmd, struct tx *tx)
{
    struct feed *f = (struct feed *)cmd;
    uint8_t hash[crypto_hash_sha256_BYTES];
    struct rows rs;
    enum err e = db_select(tx->db, &q_agencies_feeds, ARGS(V_INT(f->agency), V_INT(f->user)),
                           tx->arena, &rs);
    if (!e && rs.n >= AGENCIES_FEEDS_MAX)
        return agency_refuse(tx, ERR_LIMIT, "feed", "agencies.feeds_full", AGENCIES_FEEDS_MAX);
    hash_of(str_n(f->token, TOKEN_TEXT), hash);
    if (!e)
        e = db_one(tx->db, &q_agencies_feed_add,
                   ARGS(V_BLOB(str_n(hash, sizeof(hash))), V_INT(f->agency), V_INT(f->user),
                        V_INT(tx->now_ms)),
                   tx->arena, &rs);
    if (!e)
        f->id = row_int(&rs, 0, "id");
    return e;
}

static enum err made(struct req *r, struct command *cmd, enum err result)
{
    const struct feed *f = (const struct feed *)cmd;
    if (result)
        return result;
    view_put_int(r->view, "id", f->id);
    view_put_int(r->view, "agency", f->agency);
    view_put_z(r->view, "address",
               arena_printf(r->arena, "%.*s/agencies/feeds/%s/calendar.ics",
                            STR_ARG(req_public_url(r)), f->token));
    reply_secret(r);
    return OK;
}

enum err feed_make(struct req *r)
{
    uint8_t bytes[TOKEN_BYTES];
    struct feed *f;
    enum err e = begin(r, "agencies.feed", run_make, &f);
    if (e)
        return e;
    rnd_fill(bytes, sizeof(bytes));
    enc_hex(f->token, bytes, sizeof(bytes));
    return web_write(r, &f->cmd, made);
}

static enum err run_revoke(struct command *cmd, struct tx *tx)
{
    const struct feed *f = (const struct feed *)cmd;
    int64_t changed;
    enum err e =
        db_exec(tx->db, &q_agencies_feed_revoke,
                ARGS(V_INT(tx->now_ms), V_INT(f->id), V_INT(f->agency), V_INT(f->user)), &changed);
    return !e && changed == 0 ? ERR_NOT_FOUND : e;
}

enum err feed_revoke(struct req *r)
{
    struct feed *f;
    enum err e = begin(r, "agencies.feed_revoke", run_revoke, &f);
    if (!e)
        e = agency_read_id(r, "feed", &f->id);
    if (e)
        return e;
    reply_redirect(r, arena_printf(r->arena, "/agencies/%lld/calendar", (long long)f->agency));
    return web_write(r, &f->cmd, NULL);
}
