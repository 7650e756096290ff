/* GET /l/{code}: what a label's QR code leads to. Counts a visit (label.h) and goes on to the
 * product; a visit that cannot be written does not keep the visitor. */
#include "base/log.h"
#include "store/queries.h"
#include "town/floor/page.h"

struct scan {
    struct command cmd;
    int64_t product, stand;
};

static enum err run_visit(struct command *cmd, struct tx *tx)
{
    struct scan *s = (struct scan *)cmd;
    return floor_visit(tx, s->product, s->stand);
}

static enum err counted(struct req *r, struct command *cmd, enum err result)
{
    (void)r, (void)cmd;
    if (result)
        LOG(WARN, "floor.visit_lost", L_ERR(result));
    return OK;
}

/* People who look, that is: not a browser that looks ahead, and not one who asks for the head. */
static bool is_visit(const struct req *r, int64_t product)
{
    struct str purpose = req_header(r, "sec-purpose");
    return str_eq_z(r->method, "GET") && purpose.n == 0 && floor_scan_counts(&r->peer, product);
}

/* What was printed is gone: its hall is not. */
static enum err lead_elsewhere(struct req *r, int64_t hall)
{
    struct rows rs;
    enum err e = hall ? db_select(r->db, &q_floor_hall, ARGS(V_INT(hall)), r->arena, &rs) : OK;
    if (e)
        return e;
    reply_flash(r, "floor.label_gone");
    reply_redirect(r,
                   hall && rs.n ? arena_printf(r->arena, "/floor/%lld", (long long)hall) : "/hall");
    return OK;
}

enum err floor_scan(struct req *r)
{
    struct rows rs, there;
    int64_t product, hall;
    if (!floor_label_read(req_param(r, "code"), &product, &hall))
        return ERR_NOT_FOUND;
    enum err e = db_one(r->db, &q_floor_label, ARGS(V_INT(product)), r->arena, &rs);
    if (e)
        return e;
    if (!str_eq_z(row_str(&rs, 0, "status"), "on"))
        return lead_elsewhere(r, hall);
    e = db_select(r->db, &q_floor_label_stand, ARGS(V_INT(product), V_INT(hall)), r->arena, &there);
    if (e)
        return e;
    reply_redirect(r, arena_printf(r->arena, "/hall/products/%.*s?label=%lld",
                                   STR_ARG(row_str(&rs, 0, "slug")), (long long)hall));
    struct scan *s = ARENA_NEW(r->arena, struct scan);
    if (!s || !is_visit(r, product))
        return OK;
    s->product = product;
    s->stand = there.n ? row_int(&there, 0, "stand_id") : 0;
    s->cmd = (struct command){.name = "floor.visit", .run = run_visit};
    return web_write(r, &s->cmd, counted);
}
