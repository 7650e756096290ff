/* What a maker changes: a template as a whole, and which of them a product names. */
#include "store/queries.h"
#include "town/freight/internal.h"
#include "town/region.h"

enum { ZONE_COLUMNS = 7, PLACE_COLUMNS = 3 };

struct freight_command {
    struct command cmd;
    struct freight_draft draft; /* t.id: out, of a new one */
    int64_t factory_id, user_id;
    int64_t product_id; /* of freight_name */
};

static enum err refuse(struct tx *tx, enum err e, const char *field, const char *key,
                       long long limit)
{
    *tx->info = (struct err_info){.code = e, .field = field, .key = key, .limit = limit};
    return e;
}

/* --- a template --- */

static enum err write_zones(struct tx *tx, const struct freight_template *t)
{
    struct val zones[FREIGHT_ZONES_MAX * ZONE_COLUMNS];
    size_t n = 0;
    for (int i = 0; i < FREIGHT_ZONES_MAX; i++) {
        const struct freight_zone *z = &t->zones[i];
        const struct val row[ZONE_COLUMNS] = {
            V_INT(t->id),          V_INT(i),           V_INT(z->first_pieces), V_INT(z->first_fen),
            V_INT(z->next_pieces), V_INT(z->next_fen), V_INT(z->is_always)};
        if (z->is_set)
            memcpy(&zones[n++ * ZONE_COLUMNS], row, sizeof(row));
    }
    enum err e = db_exec(tx->db, &q_freight_clear_zones, ARGS(V_INT(t->id)), NULL);
    return e ? e : db_exec_many(tx->db, &q_freight_zone_add, zones, n, NULL);
}

static enum err write_places(struct tx *tx, const struct freight_template *t)
{
    struct val places[FREIGHT_CODES * PLACE_COLUMNS];
    size_t n = 0;
    for (size_t i = 0; i < regions_n; i++) {
        int zone = t->places[regions[i].code];
        const struct val row[PLACE_COLUMNS] = {V_INT(t->id), V_INT(regions[i].code),
                                               zone == FREIGHT_REFUSED ? V_NULL : V_INT(zone)};
        if (zone)
            memcpy(&places[n++ * PLACE_COLUMNS], row, sizeof(row));
    }
    enum err e = db_exec(tx->db, &q_freight_clear_places, ARGS(V_INT(t->id)), NULL);
    return e ? e : db_exec_many(tx->db, &q_freight_place_add, places, n, NULL);
}

static struct val some(int64_t n)
{
    return n ? V_INT(n) : V_NULL;
}

static enum err add(struct tx *tx, struct freight_command *c, bool is_default)
{
    struct rows rs;
    struct freight_template *t = &c->draft.t;
    enum err e =
        db_one(tx->db, &q_freight_add,
               ARGS(V_INT(c->factory_id), V_STR(c->draft.name), V_INT(is_default),
                    some(t->free_fen), some(t->free_pieces), V_INT(tx->now_ms), V_INT(c->user_id)),
               tx->arena, &rs);
    t->id = e ? 0 : row_int(&rs, 0, "id");
    return e;
}

static enum err set(struct tx *tx, const struct freight_command *c, bool is_default)
{
    const struct freight_template *t = &c->draft.t;
    return db_exec(tx->db, &q_freight_set,
                   ARGS(V_STR(c->draft.name), V_INT(is_default), some(t->free_fen),
                        some(t->free_pieces), V_INT(tx->now_ms), V_INT(c->user_id), V_INT(t->id)),
                   NULL);
}

/* A maker with templates has a default: the first becomes it, and only another one replaces it. */
static enum err run_save(struct command *cmd, struct tx *tx)
{
    struct freight_command *c = (struct freight_command *)cmd;
    struct freight_command mine = *c; /* may run again */
    struct rows count, was = {0};
    enum err e = db_one(tx->db, &q_freight_count, ARGS(V_INT(c->factory_id)), tx->arena, &count);
    if (!e && mine.draft.t.id)
        e = db_one(tx->db, &q_freight_get, ARGS(V_INT(mine.draft.t.id)), tx->arena, &was);
    if (e)
        return e;
    bool is_new = !mine.draft.t.id;
    int64_t n = row_int(&count, 0, "n");
    if (is_new && n >= FREIGHT_TEMPLATES_MAX)
        return refuse(tx, ERR_LIMIT, NULL, "freight.too_many", FREIGHT_TEMPLATES_MAX);
    bool is_default = mine.draft.is_default || (is_new ? n == 0 : row_int(&was, 0, "is_default"));
    if (is_default)
        e = db_exec(tx->db, &q_freight_no_default, ARGS(V_INT(c->factory_id)), NULL);
    if (!e)
        e = is_new ? add(tx, &mine, is_default) : set(tx, &mine, is_default);
    if (!e)
        e = write_zones(tx, &mine.draft.t);
    return e ? e : write_places(tx, &mine.draft.t);
}

static struct freight_command *command(struct req *r, const char *name,
                                       enum err (*run)(struct command *, struct tx *))
{
    struct freight_command *c = ARENA_NEW(r->arena, struct freight_command);
    if (c)
        *c = (struct freight_command){.cmd = {.name = name, .run = run},
                                      .factory_id = r->who.organisation_id,
                                      .user_id = r->who.user_id};
    return c;
}

enum err freight_save(struct req *r)
{
    struct freight_command *c = command(r, "freight.save", run_save);
    struct freight_draft kept = {0};
    if (!c)
        return ERR_NOMEM;
    if (!c->factory_id)
        return ERR_FORBIDDEN;
    enum err e = req_param(r, "id").p ? freight_own(r, &kept) : OK;
    if (e != OK)
        return e;
    c->draft.t.id = kept.t.id;
    freight_put_draft(r, &kept);
    reply_page(r, "freight/template.html");
    e = freight_form_read(r, &c->draft);
    if (e != OK)
        return e;
    reply_redirect(r, "/factory/freight");
    reply_flash(r, "freight.saved");
    return web_write(r, &c->cmd, NULL);
}

/* The default goes last: products without a template of their own go by it. */
static enum err run_remove(struct command *cmd, struct tx *tx)
{
    const struct freight_command *c = (struct freight_command *)cmd;
    struct val id = V_INT(c->draft.t.id);
    struct rows t, count;
    enum err e = db_one(tx->db, &q_freight_get, ARGS(id), tx->arena, &t);
    if (!e)
        e = db_one(tx->db, &q_freight_count, ARGS(V_INT(c->factory_id)), tx->arena, &count);
    if (!e && row_int(&t, 0, "is_default") && row_int(&count, 0, "n") > 1)
        return refuse(tx, ERR_CONFLICT, NULL, "freight.is_default", 0);
    const struct query *const steps[] = {&q_freight_clear_products, &q_freight_clear_places,
                                         &q_freight_clear_zones, &q_freight_remove};
    for (size_t i = 0; !e && i < sizeof(steps) / sizeof(steps[0]); i++)
        e = db_exec(tx->db, steps[i], ARGS(id), NULL);
    return e;
}

enum err freight_remove(struct req *r)
{
    struct freight_command *c = command(r, "freight.remove", run_remove);
    enum err e = c ? freight_own(r, &c->draft) : ERR_NOMEM;
    if (e != OK)
        return e;
    reply_redirect(r, "/factory/freight");
    reply_flash(r, "freight.removed");
    return web_write(r, &c->cmd, NULL);
}

/* --- which template a product names --- */

static enum err run_name(struct command *cmd, struct tx *tx)
{
    const struct freight_command *c = (struct freight_command *)cmd;
    struct rows rs;
    int64_t id = c->draft.t.id;
    enum err e = db_one(tx->db, &q_freight_product_of,
                        ARGS(V_INT(c->product_id), V_INT(c->factory_id)), tx->arena, &rs);
    if (!e && id)
        e = db_one(tx->db, &q_freight_get, ARGS(V_INT(id)), tx->arena, &rs);
    if (!e && id && row_int(&rs, 0, "factory_id") != c->factory_id)
        e = ERR_NOT_FOUND;
    if (e)
        return e;
    return id ? db_exec(tx->db, &q_freight_product_name, ARGS(V_INT(c->product_id), V_INT(id)),
                        NULL)
              : db_exec(tx->db, &q_freight_product_default, ARGS(V_INT(c->product_id)), NULL);
}

enum err freight_name(struct req *r)
{
    struct freight_command *c = command(r, "freight.name", run_name);
    if (!c)
        return ERR_NOMEM;
    if (!c->factory_id)
        return ERR_FORBIDDEN;
    enum err e = req_field_int(r, "product", 1, INT64_MAX, &c->product_id);
    if (e == OK)
        e = req_field_int(r, "template", 0, INT64_MAX, &c->draft.t.id);
    if (e != OK)
        return e;
    reply_redirect(r, req_next(r, "next", "/factory/freight"));
    return web_write(r, &c->cmd, NULL);
}
