/* POST /shows/{id}/visit: a window says that it watches, still does, goes, or opened a sheet. */
#include <string.h>

#include "base/clock.h"
#include "store/queries.h"
#include "town/audience/internal.h"
#include "town/shows/shows.h"
#include "web/limit.h"

static struct limit *beacons, *starts;

enum err audience_limits_start(void)
{
    audience_limits_stop();
    beacons = limit_new(AUDIENCE_ADDRESSES, AUDIENCE_BURST, AUDIENCE_EVERY_MS);
    starts = limit_new(AUDIENCE_ADDRESSES, AUDIENCE_START_BURST, AUDIENCE_START_EVERY_MS);
    return beacons && starts ? OK : ERR_NOMEM;
}

void audience_limits_stop(void)
{
    limit_free(beacons);
    limit_free(starts);
    beacons = starts = NULL;
}

static bool may(const struct req *r, bool is_start)
{
    uint8_t key[16];
    addr_client_key(&r->peer, key);
    return beacons && limit_take(beacons, str_n(key, sizeof(key)), NULL) &&
           (!is_start || limit_take(starts, str_n(key, sizeof(key)), NULL));
}

static enum err read_visitor(struct req *r, struct beacon *b)
{
    struct str s = req_field(r, "visitor");
    bool good = s.n == AUDIENCE_VISITOR;
    for (size_t i = 0; good && i < s.n; i++)
        good = memchr("0123456789abcdef", s.p[i], 16) != NULL;
    if (!good)
        return req_refuse(r, ERR_INVALID, "visitor", "error.invalid");
    memcpy(b->visitor, s.p, s.n);
    return OK;
}

/* The item must be of this show: what is written names no other. */
static enum err read_open(struct req *r, struct beacon *b)
{
    struct rows rs;
    struct str origin = req_field(r, "origin");
    int found = -1;
    for (int i = 0; i < OPEN_ORIGINS; i++)
        if (str_eq_z(origin, audience_origin_names[i]))
            found = i;
    if (found < 0)
        return req_refuse(r, ERR_INVALID, "origin", "error.invalid");
    b->origin = (enum open_origin)found;
    enum err e = req_field_int(r, "item", 1, INT64_MAX, &b->item);
    return e != OK ? e
                   : db_one(r->db, &q_audience_item_of, ARGS(V_INT(b->item), V_INT(b->show)),
                            r->arena, &rs);
}

static enum err read_start(struct req *r, struct beacon *b)
{
    struct str from = req_field(r, "from"), ref = req_field(r, "ref");
    if (ref.n > AUDIENCE_REF_MAX)
        return req_refuse(r, ERR_INVALID, "ref", "error.invalid");
    b->from = audience_from(from, ref, req_header(r, "host"));
    return OK;
}

static enum err read_beacon(struct req *r, struct beacon *b)
{
    struct str what = req_field(r, "do");
    b->kind = str_eq_z(what, "start")  ? BEACON_START
              : str_eq_z(what, "open") ? BEACON_OPEN
                                       : BEACON_SEEN;
    if (b->kind == BEACON_SEEN && !str_eq_z(what, "seen") && !str_eq_z(what, "end"))
        return req_refuse(r, ERR_INVALID, "do", "error.invalid");
    if (!may(r, b->kind == BEACON_START))
        return ERR_LIMIT;
    if (str_to_i64(req_param(r, "id"), &b->show) != OK || b->show < 1)
        return ERR_NOT_FOUND;
    return read_visitor(r, b);
}

enum err audience_on_visit(struct req *r)
{
    struct shows_look look;
    struct beacon b = {.at_ms = clock_wall_ms(), .is_member = r->who.user_id != 0};
    enum err e = read_beacon(r, &b);
    if (e == OK)
        e = shows_look(r, b.show, &look);
    if (e == OK && b.kind == BEACON_OPEN)
        e = read_open(r, &b);
    if (e == OK && b.kind == BEACON_START)
        e = read_start(r, &b);
    if (e != OK)
        return e;
    bool counts = look.is_live && !look.is_crew;
    view_put_bool(r->view, "counts", counts);
    view_put_int(r->view, "again_ms", counts ? AUDIENCE_AGAIN_MS : 0);
    return !counts || audience_leave(&b) ? OK : ERR_BUSY;
}
