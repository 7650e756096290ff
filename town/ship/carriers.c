/* The base's list of carriers. */
#include "store/queries.h"
#include "town/ship/page.h"

enum { CODE_MIN = 2, CODE_MAX = 16, NAME_MAX = 40 };

enum err carriers_page(struct req *r)
{
    struct carriers c;
    enum err e = carriers_load(r->db, r->arena, &c);
    struct view *list = view_put_list(r->view, "carriers");
    for (size_t i = 0; e == OK && i < c.rs.n; i++) {
        struct view *v = view_add_object(list);
        static const char *const texts[] = {"code", "name_zh", "name_en"};
        static const char *const numbers[] = {"number_min", "number_max", "position"};
        for (size_t k = 0; k < 3; k++) {
            view_put_str(v, texts[k], row_str(&c.rs, i, texts[k]));
            view_put_int(v, numbers[k], row_int(&c.rs, i, numbers[k]));
        }
        view_put_bool(v, "is_digits", row_int(&c.rs, i, "is_digits"));
        view_put_bool(v, "is_on", row_int(&c.rs, i, "is_on"));
    }
    return e;
}

struct change {
    struct command cmd;
    struct ship_carrier carrier;
};

static enum err run_change(struct command *cmd, struct tx *tx)
{
    return ship_carrier_set(tx, &((struct change *)cmd)->carrier);
}

static bool code_ok(struct str code)
{
    if (code.n < CODE_MIN || code.n > CODE_MAX)
        return false;
    for (size_t i = 0; i < code.n; i++)
        if (!((code.p[i] >= 'a' && code.p[i] <= 'z') || (code.p[i] >= '0' && code.p[i] <= '9')))
            return false;
    return true;
}

enum err carriers_post(struct req *r)
{
    struct change *c = ARENA_NEW(r->arena, struct change);
    if (!c)
        return ERR_NOMEM;
    c->cmd = (struct command){.name = "ship.carrier", .run = run_change};
    struct ship_carrier *k = &c->carrier;
    enum err e = req_field_text(r, "code", CODE_MIN, CODE_MAX, &k->code);
    if (e == OK && !code_ok(k->code))
        e = req_refuse(r, ERR_INVALID, "code", "ship.code_bad");
    if (e == OK)
        e = req_field_text(r, "name_zh", 1, NAME_MAX, &k->name_zh);
    if (e == OK)
        e = req_field_text(r, "name_en", 1, NAME_MAX, &k->name_en);
    if (e == OK)
        e = req_field_int(r, "number_min", 1, SHIP_NUMBER_MAX, &k->number_min);
    if (e == OK)
        e = req_field_int(r, "number_max", k->number_min, SHIP_NUMBER_MAX, &k->number_max);
    if (e == OK)
        e = req_field_int(r, "position", 0, 10000, &k->position);
    if (e != OK)
        return e;
    k->is_digits = str_eq_z(req_field(r, "is_digits"), "1");
    k->is_on = str_eq_z(req_field(r, "is_on"), "1");
    reply_redirect(r, "/ship/carriers");
    return web_write(r, &c->cmd, NULL);
}
