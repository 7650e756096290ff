/*
 * The door: it bears a code with an address that only who stands there can know; whoever scans it
 * and has a booking checks in with one tap. On a printed sheet the code stays, until the base makes
 * another address; on a screen (screen.c) it turns, so that a photograph of it is of no use.
 *
 *   GET  /venue/spaces/{id}/door   the base: space, turns, address, code (SVG): what a sheet bears,
 *                                  or where the tablet finds what it shows
 *   POST /venue/spaces/{id}/door   turns (0, 1): a sheet or a screen, at another address
 *   GET  /venue/door/{token}       code; space, booking or nothing, is_old
 *   POST /venue/door/{token}       code; checks in
 */
#include "base/clock.h"
#include "store/queries.h"
#include "town/qr.h"
#include "town/turning.h"
#include "town/venue/internal.h"

enum { TOKEN_TEXT = 32 };

/* --- what hangs on the door --- */

struct str door_about(struct arena *arena, int64_t space)
{
    return str_of(arena_printf(arena, "space:%lld", (long long)space));
}

static enum err load_space(struct req *r, struct rows *space)
{
    int64_t id;
    if (str_to_i64(req_param(r, "id"), &id) != OK)
        return ERR_NOT_FOUND;
    return db_one(r->db, &q_venue_space_get, ARGS(V_INT(id)), r->arena, space);
}

enum err venue_page_sheet(struct req *r)
{
    struct rows space;
    struct str drawn;
    enum err e = load_space(r, &space);
    if (e != OK)
        return e;
    bool turns = row_int(&space, 0, "door_turns") != 0;
    const char *address =
        turns ? screen_address(r, &space)
              : arena_printf(r->arena, "%.*s/venue/door/%.*s", STR_ARG(req_public_url(r)),
                             STR_ARG(row_str(&space, 0, "door_token")));
    if (!address)
        return ERR_NOMEM;
    space_put(r, view_put_object(r->view, "space"), &space, 0);
    view_put_bool(r->view, "turns", turns);
    view_put_z(r->view, "address", address);
    reply_secret(r);
    e = qr_svg(r->arena, str_of(address),
               req_text(r, "venue.", turns ? STR("door_tablet") : STR("door_scan")), &drawn);
    if (e == OK)
        view_put_html(r->view, "code", drawn);
    view_page_only(r->view, "code");
    return e;
}

struct hanging {
    struct command cmd;
    int64_t space, turns;
};

static enum err run_hang(struct command *cmd, struct tx *tx)
{
    const struct hanging *h = (const struct hanging *)cmd;
    return space_door(tx, h->space, h->turns != 0);
}

enum err venue_do_sheet(struct req *r)
{
    struct rows space;
    struct hanging *h = ARENA_NEW(r->arena, struct hanging);
    enum err e = h ? load_space(r, &space) : ERR_NOMEM;
    if (e != OK)
        return e;
    *h = (struct hanging){.cmd = {.name = "venue.door", .run = run_hang},
                          .space = row_int(&space, 0, "id")};
    e = req_field_int(r, "turns", 0, 1, &h->turns);
    if (e != OK)
        return e;
    reply_redirect(r, arena_printf(r->arena, "/venue/spaces/%lld/door", (long long)h->space));
    return web_write(r, &h->cmd, NULL);
}

/* --- who scans --- */

/* The space of the door, whether its code turns, and one's booking there today: 0 when there is
 * none. */
static enum err at_door(struct req *r, int64_t *space, bool *turns, int64_t *booking)
{
    struct rows rs;
    int64_t now = clock_wall_ms();
    struct str token = req_param(r, "token");
    *booking = 0;
    if (token.n != TOKEN_TEXT)
        return ERR_NOT_FOUND;
    enum err e = db_one(r->db, &q_venue_space_by_door, ARGS(V_STR(token)), r->arena, &rs);
    if (e != OK)
        return e;
    *space = row_int(&rs, 0, "id");
    *turns = row_int(&rs, 0, "door_turns") != 0;
    e = db_select(r->db, &q_venue_at_door,
                  ARGS(V_INT(*space), V_INT(r->who.user_id), V_INT(day_of(now)), V_INT(now)),
                  r->arena, &rs);
    if (e == OK && rs.n)
        *booking = row_int(&rs, 0, "id");
    return e;
}

static enum err show(struct req *r, int64_t space, bool is_old, struct str code, int64_t booking)
{
    struct rows rs;
    enum err e = db_one(r->db, &q_venue_space_get, ARGS(V_INT(space)), r->arena, &rs);
    if (e != OK)
        return e;
    space_put(r, view_put_object(r->view, "space"), &rs, 0);
    view_put_str(r->view, "token", req_param(r, "token"));
    view_page_only(r->view, "token");
    view_put_str(r->view, "code", code);
    view_put_bool(r->view, "is_old", is_old);
    if (!booking)
        return OK;
    e = booking_get(r->db, booking, r->arena, &rs);
    if (e == OK)
        booking_put(r, view_put_object(r->view, "booking"), &rs, 0);
    return e;
}

enum err venue_page_door(struct req *r)
{
    int64_t space, booking;
    bool turns;
    struct str code = req_query(r, "code");
    enum err e = at_door(r, &space, &turns, &booking);
    if (e != OK)
        return e;
    bool is_old =
        turns && !turning_ok(VENUE_DOOR_USE, door_about(r->arena, space), clock_wall_ms(), code);
    return show(r, space, is_old, code, booking);
}

struct check_in {
    struct command cmd;
    int64_t id, user, space;
    bool turns;
    struct str code;
};

static enum err run_check_in(struct command *cmd, struct tx *tx)
{
    const struct check_in *c = (const struct check_in *)cmd;
    struct rows b;
    if (c->turns &&
        !turning_ok(VENUE_DOOR_USE, door_about(tx->arena, c->space), tx->now_ms, c->code)) {
        tx->info->field = "code";
        tx->info->key = "venue.door_old";
        return ERR_EXPIRED;
    }
    enum err e = booking_get(tx->db, c->id, tx->arena, &b);
    if (e == OK && str_eq_z(row_str(&b, 0, "state"), "checked_in"))
        return OK;                                               /* scanned twice */
    if (e == OK && str_eq_z(row_str(&b, 0, "state"), "pending")) /* who is there needs it */
        e = venue_do(tx, c->id, "confirm", VENUE_BOOKER, c->user, STR_NONE);
    return e != OK ? e : venue_do(tx, c->id, "check_in", VENUE_BOOKER, c->user, STR_NONE);
}

static enum err checked_in(struct req *r, struct command *cmd, enum err result)
{
    const struct check_in *c = (const struct check_in *)cmd;
    struct err_info info = r->info;
    if (result == OK) {
        view_put_int(r->view, "id", c->id);
        reply_redirect(r, arena_printf(r->arena, "/venue/bookings/%lld", (long long)c->id));
        return OK;
    }
    if (r->json)
        return result;
    enum err e = show(r, c->space, result == ERR_EXPIRED, c->code, c->id);
    reply_page(r, "venue/door.html");
    r->info = info;
    return e != OK ? e : result;
}

enum err venue_do_door(struct req *r)
{
    struct check_in *c = ARENA_NEW(r->arena, struct check_in);
    if (!c)
        return ERR_NOMEM;
    *c = (struct check_in){.cmd = {.name = "venue.check_in", .run = run_check_in},
                           .user = r->who.user_id,
                           .code = req_field(r, "code")};
    enum err e = at_door(r, &c->space, &c->turns, &c->id);
    if (e == OK && !c->id)
        e = req_refuse(r, ERR_CONFLICT, NULL, "venue.door_none");
    return e != OK ? e : web_write(r, &c->cmd, checked_in);
}
