/*
 * A tablet at a door, which nobody is logged in on: it shows the door's code, which turns, at an
 * address that only the base knows and that is made anew with the door's.
 *
 *   GET /venue/screens/{id}/{key}   anybody with the address: space, svg, again_ms
 */
#include "base/clock.h"
#include "base/enc.h"
#include "store/queries.h"
#include "store/seal.h"
#include "town/qr.h"
#include "town/turning.h"
#include "town/venue/internal.h"

enum { KEY_BYTES = 16, KEY_TEXT = 2 * KEY_BYTES };
#define SCREEN_USE "venue.screen"

static void key_of(const struct rows *space, char out[KEY_TEXT + 1])
{
    uint8_t hash[SEAL_HASH_BYTES];
    seal_hash(SCREEN_USE, row_str(space, 0, "door_token"), hash);
    enc_hex(out, hash, KEY_BYTES);
}

const char *screen_address(struct req *r, const struct rows *space)
{
    char key[KEY_TEXT + 1];
    key_of(space, key);
    return arena_printf(r->arena, "%.*s/venue/screens/%lld/%s", STR_ARG(req_public_url(r)),
                        (long long)row_int(space, 0, "id"), key);
}

/* What is scanned there now. */
static enum err put_code(struct req *r, const struct rows *space)
{
    char code[TURNING_TEXT];
    int64_t until, now = clock_wall_ms();
    struct str svg;
    turning_now(VENUE_DOOR_USE, door_about(r->arena, row_int(space, 0, "id")), now, code, &until);
    const char *address =
        arena_printf(r->arena, "%.*s/venue/door/%.*s?code=%s", STR_ARG(req_public_url(r)),
                     STR_ARG(row_str(space, 0, "door_token")), code);
    if (!address)
        return ERR_NOMEM;
    enum err e = qr_svg(r->arena, str_of(address), req_text(r, "venue.", STR("door_scan")), &svg);
    if (e)
        return e;
    view_put_html(r->view, "svg", svg);
    view_put_int(r->view, "again_ms", until - now);
    reply_secret(r);
    return OK;
}

enum err venue_page_screen(struct req *r)
{
    struct rows space;
    int64_t id;
    char key[KEY_TEXT + 1];
    struct str given = req_param(r, "key");
    if (str_to_i64(req_param(r, "id"), &id) != OK || given.n != KEY_TEXT)
        return ERR_NOT_FOUND;
    enum err e = db_one(r->db, &q_venue_space_get, ARGS(V_INT(id)), r->arena, &space);
    if (e)
        return e;
    key_of(&space, key);
    if (!enc_equal(key, given.p, given.n)) /* or the door has another token since */
        return ERR_NOT_FOUND;
    space_put(r, view_put_object(r->view, "space"), &space, 0);
    return put_code(r, &space);
}
