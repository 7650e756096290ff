/*
 *   GET  /events/{id}/screen       the base: the code at the door, svg, address, again_ms
 *   GET  /events/{id}/door?code=   where it leads: event, party, code, is_old
 *   POST /events/{id}/door         code: one's organisation is there
 */
#include "base/clock.h"
#include "store/queries.h"
#include "town/events/internal.h"
#include "town/qr.h"
#include "town/turning.h"

static struct str about(struct arena *arena, int64_t event)
{
    return str_of(arena_printf(arena, "event:%lld", (long long)event));
}

enum err events_page_screen(struct req *r)
{
    struct rows event;
    struct str svg;
    char code[TURNING_TEXT];
    int64_t until, now = clock_wall_ms();
    enum err e = events_load(r, &event);
    if (e)
        return e;
    int64_t id = row_int(&event, 0, "id");
    turning_now("events.door", about(r->arena, id), now, code, &until);
    const char *url = arena_printf(r->arena, "%.*s/events/%lld/door?code=%s",
                                   STR_ARG(req_public_url(r)), (long long)id, code);
    e = url ? qr_svg(r->arena, str_of(url), req_text(r, "events.", STR("door_scan")), &svg)
            : ERR_NOMEM;
    if (e)
        return e;
    events_put(r, view_put_object(r->view, "event"), &event, 0);
    view_put_html(r->view, "svg", svg);
    view_put_str(r->view, "address", str_of(url));
    view_put_int(r->view, "again_ms", until - now);
    reply_secret(r);
    return OK;
}

static enum err put(struct req *r, const struct rows *event, const struct rows *party,
                    struct str code)
{
    events_put(r, view_put_object(r->view, "event"), event, 0);
    events_put_party(r, view_put_object(r->view, "party"), party, 0);
    view_put_str(r->view, "code", code);
    view_put_bool(r->view, "is_old",
                  !turning_ok("events.door", about(r->arena, row_int(event, 0, "id")),
                              clock_wall_ms(), code));
    return OK;
}

static enum err load(struct req *r, struct rows *event, struct rows *party)
{
    enum err e = events_load(r, event);
    if (!e)
        e = events_own_party(r, row_int(event, 0, "id"), party);
    return e || party->n ? e : ERR_NOT_FOUND;
}

enum err events_page_door(struct req *r)
{
    struct rows event, party;
    enum err e = load(r, &event, &party);
    return e ? e : put(r, &event, &party, req_query(r, "code"));
}

struct arriving {
    struct command cmd;
    int64_t event, party, actor;
    struct str code;
};

static enum err run_arriving(struct command *cmd, struct tx *tx)
{
    const struct arriving *a = (const struct arriving *)cmd;
    if (!turning_ok("events.door", about(tx->arena, a->event), tx->now_ms, a->code))
        return events_refuse(tx, ERR_EXPIRED, "code", "events.code_old");
    return events_party_do(tx, a->party, "arrive", EVENTS_PARTY, a->actor, STR_NONE);
}

static enum err arrived(struct req *r, struct command *cmd, enum err result)
{
    const struct arriving *a = (const struct arriving *)cmd;
    struct err_info info = r->info;
    struct rows event, party;
    if (!result) {
        reply_flash(r, "events.arrived_flash");
        reply_redirect(r, arena_printf(r->arena, "/events/%lld/timetable", (long long)a->event));
        return OK;
    }
    if (r->json)
        return result;
    r->view = view_object(r->arena);
    reply_page(r, "events/door.html");
    enum err e = load(r, &event, &party);
    if (!e)
        e = put(r, &event, &party, a->code);
    r->info = info;
    return e ? e : result;
}

enum err events_do_door(struct req *r)
{
    struct rows event, party;
    struct arriving *a = ARENA_NEW(r->arena, struct arriving);
    enum err e = a ? load(r, &event, &party) : ERR_NOMEM;
    if (e)
        return e;
    *a = (struct arriving){.cmd = {.name = "events.arrive", .run = run_arriving},
                           .event = row_int(&event, 0, "id"),
                           .party = row_int(&party, 0, "id"),
                           .actor = r->who.user_id,
                           .code = req_field(r, "code")};
    return web_write(r, &a->cmd, arrived);
}
