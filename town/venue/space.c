/* Floors, spaces, their hours and closures. */
#include "base/enc.h"
#include "base/rnd.h"
#include "store/queries.h"
#include "town/venue/internal.h"

enum { DOOR_BYTES = 16, WEEKDAYS = 7 };

enum err venue_floor_add(struct tx *tx, struct str name_zh, struct str name_en, int64_t *floor)
{
    struct rows rs;
    enum err e =
        db_one(tx->db, &q_venue_floor_add, ARGS(V_STR(name_zh), V_STR(name_en)), tx->arena, &rs);
    if (e == OK)
        *floor = row_int(&rs, 0, "id");
    return e;
}

static void new_token(char out[DOOR_BYTES * 2 + 1])
{
    uint8_t bytes[DOOR_BYTES];
    rnd_fill(bytes, sizeof(bytes));
    enc_hex(out, bytes, sizeof(bytes));
}

enum err venue_space_add(struct tx *tx, const struct venue_space_new *n, int64_t *space)
{
    struct rows rs;
    char token[DOOR_BYTES * 2 + 1];
    const char *tags = arena_printf(tx->arena, " %.*s ", STR_ARG(n->equipment));
    new_token(token);
    if (!tags)
        return ERR_NOMEM;
    enum err e = db_one(tx->db, &q_venue_space_add,
                        ARGS(V_INT(n->floor), V_STR(n->code), V_STR(n->kind), V_STR(n->name_zh),
                             V_STR(n->name_en), V_INT(n->area_dm2), V_INT(n->seats), V_Z(tags),
                             V_INT(n->price_fen), V_STR(n->who_may),
                             n->organisation ? V_INT(n->organisation) : V_NULL,
                             V_INT(n->needs_word), V_Z(token), V_INT(tx->now_ms)),
                        tx->arena, &rs);
    for (int day = 1; e == OK && day <= WEEKDAYS && n->from < n->until; day++)
        e = db_exec(tx->db, &q_venue_hours_put,
                    ARGS(V_INT(row_int(&rs, 0, "id")), V_INT(day), V_INT(n->from), V_INT(n->until)),
                    NULL);
    if (e == OK)
        *space = row_int(&rs, 0, "id");
    return e;
}

enum err space_door(struct tx *tx, int64_t space, bool turns)
{
    char token[DOOR_BYTES * 2 + 1];
    new_token(token);
    return db_exec(tx->db, &q_venue_door_set, ARGS(V_INT(turns), V_Z(token), V_INT(space)), NULL);
}

enum err venue_is_named(struct db *db, struct str text, struct arena *arena, bool *is)
{
    struct rows rs;
    enum err e = db_select(db, &q_venue_named, ARGS(V_STR(text)), arena, &rs);
    *is = e == OK && rs.n > 0;
    return e;
}

enum err venue_close(struct tx *tx, const struct venue_closure *c, int64_t *closure)
{
    struct rows rs;
    enum err e =
        db_one(tx->db, &q_venue_close,
               ARGS(c->space ? V_INT(c->space) : V_NULL, V_INT(c->from_day), V_INT(c->until_day),
                    V_INT(c->from), V_INT(c->until), V_STR(c->reason_zh), V_STR(c->reason_en),
                    V_INT(c->by), V_INT(tx->now_ms)),
               tx->arena, &rs);
    if (e == OK)
        *closure = row_int(&rs, 0, "id");
    return e != OK ? e : tell_closed(tx, c, *closure);
}
