#include "town/floor/place.h"

#include <stdio.h>
#include <string.h>

#include "store/queries.h"

static enum err refuse(struct tx *tx, enum err e, const char *field, const char *key)
{
    *tx->info = (struct err_info){.code = e, .field = field, .key = key};
    return e;
}

/* ---- codes ---- */

bool floor_code(struct str typed, char out[SVG_CODE_MAX + 1])
{
    char letters[4] = "";
    size_t at = 0, n = 0;
    int number = 0, digits = 0;
    typed = str_trim(typed);
    for (; at < typed.n && n < 3; at++) {
        char c = typed.p[at];
        if (c >= 'a' && c <= 'z')
            c = (char)(c - 32);
        if (c < 'A' || c > 'Z')
            break;
        letters[n++] = c;
    }
    if (at < typed.n && typed.p[at] == '-')
        at++;
    for (; at < typed.n && digits < 4; at++, digits++) {
        if (typed.p[at] < '0' || typed.p[at] > '9')
            return false;
        number = number * 10 + (typed.p[at] - '0');
    }
    if (n == 0 || digits == 0 || digits > 3 || at < typed.n)
        return false;
    snprintf(out, SVG_CODE_MAX + 1, "%s-%0*d", letters, digits == 3 ? 3 : 2, number % 1000);
    return true;
}

static struct str zone_of(struct str code)
{
    struct str rest;
    return str_cut(code, '-', &rest);
}

/* ---- events ---- */

struct event { /* ids 0: of none */
    const char *name;
    int64_t hall, stand, from_stand, product, actor;
    struct str detail;
};

static struct val id_or_null(int64_t id)
{
    return id ? V_INT(id) : V_NULL;
}

static enum err note(struct tx *tx, const struct event *e)
{
    return db_exec(tx->db, &q_floor_event_add,
                   ARGS(V_INT(e->hall), V_INT(tx->now_ms), id_or_null(e->actor), V_Z(e->name),
                        id_or_null(e->stand), id_or_null(e->from_stand), id_or_null(e->product),
                        V_STR(e->detail.n ? e->detail : STR(""))),
                   NULL);
}

/* ---- halls ---- */

static enum err hall_of(struct tx *tx, int64_t number, int64_t *id)
{
    struct rows rs;
    enum err e = db_one(tx->db, &q_floor_hall, ARGS(V_INT(number)), tx->arena, &rs);
    if (!e)
        *id = row_int(&rs, 0, "id");
    return e;
}

enum err floor_hall_add(struct tx *tx, int64_t *number, struct str name_zh, struct str name_en,
                        int64_t actor)
{
    struct rows rs;
    struct event event = {.name = "hall_add", .actor = actor, .detail = name_zh};
    int64_t taken;
    enum err e = OK;
    if (*number == 0) {
        e = db_one(tx->db, &q_floor_hall_last, NO_ARGS, tx->arena, &rs);
        *number = e ? 0 : row_int(&rs, 0, "number") + 1;
    } else if (hall_of(tx, *number, &taken) == OK) {
        return refuse(tx, ERR_EXISTS, "number", "floor.hall_exists");
    }
    if (!e && (*number < 1 || *number > FLOOR_HALLS_MAX))
        return refuse(tx, ERR_LIMIT, "number", "floor.halls_too_many");
    if (!e)
        e = db_one(tx->db, &q_floor_hall_add,
                   ARGS(V_INT(*number), V_STR(name_zh), V_STR(name_en), V_INT(tx->now_ms)),
                   tx->arena, &rs);
    if (e)
        return e;
    event.hall = row_int(&rs, 0, "id");
    return note(tx, &event);
}

enum err floor_hall_name(struct tx *tx, int64_t hall, struct str name_zh, struct str name_en,
                         int64_t actor)
{
    struct event event = {.name = "hall_name", .actor = actor, .detail = name_zh};
    enum err e = hall_of(tx, hall, &event.hall);
    if (!e)
        e = db_exec(tx->db, &q_floor_hall_set,
                    ARGS(V_STR(name_zh), V_STR(name_en), V_INT(tx->now_ms), V_INT(event.hall)),
                    NULL);
    return e ? e : note(tx, &event);
}

/* ---- zones ---- */

static enum err zone_there(struct tx *tx, int64_t hall, struct str letters, int64_t *id)
{
    struct rows rs;
    enum err e = db_one(tx->db, &q_floor_zone, ARGS(V_INT(hall), V_STR(letters)), tx->arena, &rs);
    if (e == ERR_NOT_FOUND) /* named by its letters, until somebody names it */
        e = db_one(tx->db, &q_floor_zone_add,
                   ARGS(V_INT(hall), V_STR(letters), V_STR(letters), V_STR(letters)), tx->arena,
                   &rs);
    if (!e)
        *id = row_int(&rs, 0, "id");
    return e;
}

enum err floor_zone_name(struct tx *tx, int64_t hall, struct str code, struct str name_zh,
                         struct str name_en, int64_t actor)
{
    struct rows rs;
    struct event event = {.name = "zone_name", .actor = actor};
    enum err e = hall_of(tx, hall, &event.hall);
    if (!e)
        e = db_one(tx->db, &q_floor_zone, ARGS(V_INT(event.hall), V_STR(code)), tx->arena, &rs);
    if (!e)
        e = db_exec(tx->db, &q_floor_zone_set,
                    ARGS(V_STR(name_zh), V_STR(name_en), V_INT(row_int(&rs, 0, "id"))), NULL);
    event.detail = str_of(arena_printf(tx->arena, "%.*s %.*s", STR_ARG(code), STR_ARG(name_zh)));
    return e ? e : note(tx, &event);
}

/* ---- stands ---- */

static enum err find_stand(struct tx *tx, int64_t hall, struct str code, struct rows *rs)
{
    return db_select(tx->db, &q_floor_stand, ARGS(V_INT(hall), V_STR(code)), tx->arena, rs);
}

static enum err add_stand(struct tx *tx, int64_t hall, struct str code, struct svg_box b,
                          int64_t *stand)
{
    struct rows rs;
    int64_t zone;
    enum err e = db_one(tx->db, &q_floor_stands_n, ARGS(V_INT(hall)), tx->arena, &rs);
    if (!e && row_int(&rs, 0, "n") >= FLOOR_STANDS_MAX)
        return refuse(tx, ERR_LIMIT, "code", "floor.stands_too_many");
    if (!e)
        e = zone_there(tx, hall, zone_of(code), &zone);
    if (!e)
        e = db_one(tx->db, &q_floor_stand_add,
                   ARGS(V_INT(hall), V_INT(zone), V_STR(code), V_INT(b.left), V_INT(b.top),
                        V_INT(b.width), V_INT(b.height), V_INT(tx->now_ms)),
                   tx->arena, &rs);
    if (!e)
        *stand = row_int(&rs, 0, "id");
    return e;
}

static bool is_there(const struct rows *rs, struct svg_box b)
{
    return row_int(rs, 0, "left_x") == b.left && row_int(rs, 0, "top_y") == b.top &&
           row_int(rs, 0, "width") == b.width && row_int(rs, 0, "height") == b.height;
}

/* *stand: 0 when it is where it should be already. */
static enum err put_stand(struct tx *tx, int64_t hall, struct str code, struct svg_box b,
                          int64_t *stand, bool *is_new)
{
    struct rows rs;
    enum err e = find_stand(tx, hall, code, &rs);
    *stand = 0;
    *is_new = !e && rs.n == 0;
    if (e || *is_new)
        return e ? e : add_stand(tx, hall, code, b, stand);
    if (is_there(&rs, b))
        return OK;
    *stand = row_int(&rs, 0, "id");
    return db_exec(
        tx->db, &q_floor_stand_set,
        ARGS(V_INT(b.left), V_INT(b.top), V_INT(b.width), V_INT(b.height), V_INT(*stand)), NULL);
}

enum err floor_stand_set(struct tx *tx, int64_t hall, struct str code, struct svg_box box,
                         int64_t actor)
{
    struct event event = {.actor = actor, .detail = code};
    const int64_t most = INT64_C(100) * SVG_UNITS_MAX;
    bool is_new;
    if (!svg_is_code(code))
        return refuse(tx, ERR_INVALID, "code", "floor.bad_code");
    if (box.width <= 0 || box.height <= 0 || box.width > most || box.height > most ||
        box.left < -most || box.left > most || box.top < -most || box.top > most)
        return refuse(tx, ERR_INVALID, "box", "floor.bad_box");
    enum err e = hall_of(tx, hall, &event.hall);
    if (!e)
        e = put_stand(tx, event.hall, code, box, &event.stand, &is_new);
    if (e || !event.stand)
        return e;
    event.name = is_new ? "stand_add" : "stand_set";
    return note(tx, &event);
}

enum err floor_stand_remove(struct tx *tx, int64_t hall, struct str code, int64_t actor)
{
    struct rows rs;
    struct event event = {.name = "stand_remove", .actor = actor, .detail = code};
    enum err e = hall_of(tx, hall, &event.hall);
    if (!e)
        e = find_stand(tx, event.hall, code, &rs);
    if (!e && rs.n == 0)
        e = ERR_NOT_FOUND;
    if (e)
        return e;
    event.stand = row_int(&rs, 0, "id");
    e = db_one(tx->db, &q_floor_placed_n, ARGS(V_INT(event.stand)), tx->arena, &rs);
    if (!e && row_int(&rs, 0, "n") > 0)
        return refuse(tx, ERR_CONFLICT, "stand", "floor.stand_taken");
    if (!e)
        e = db_exec(tx->db, &q_floor_stand_remove, ARGS(V_INT(tx->now_ms), V_INT(event.stand)),
                    NULL);
    return e ? e : note(tx, &event);
}

/* ---- plans ---- */

enum err floor_plan_set(struct tx *tx, int64_t hall, const struct svg_plan *plan, int64_t actor,
                        int *added)
{
    struct rows rs;
    struct event event = {.name = "plan", .actor = actor};
    enum err e = hall_of(tx, hall, &event.hall);
    *added = 0;
    if (!e)
        e = db_one(tx->db, &q_floor_plan_add,
                   ARGS(V_INT(event.hall), V_STR(plan->body), V_INT(plan->box.left),
                        V_INT(plan->box.top), V_INT(plan->box.width), V_INT(plan->box.height),
                        V_INT(plan->is_themed), V_INT(tx->now_ms)),
                   tx->arena, &rs);
    if (!e)
        e = db_exec(tx->db, &q_floor_hall_plan,
                    ARGS(V_INT(row_int(&rs, 0, "id")), V_INT(tx->now_ms), V_INT(event.hall)), NULL);
    for (size_t i = 0; !e && i < plan->marks_n; i++) {
        int64_t stand;
        bool is_new;
        e = put_stand(tx, event.hall, plan->marks[i].code, plan->marks[i].box, &stand, &is_new);
        *added += !e && is_new;
    }
    event.detail = str_of(arena_printf(tx->arena, "%zu", plan->marks_n));
    return e ? e : note(tx, &event);
}

/* ---- placements ---- */

enum err floor_find(struct db *db, struct arena *arena, struct str words, int64_t *product,
                    struct err_info *info)
{
    struct rows rs;
    const char *key = NULL;
    enum err e = db_select(db, &q_floor_find_product, ARGS(V_STR(words)), arena, &rs);
    if (e)
        return e;
    if (rs.n == 0)
        key = "floor.no_product";
    else if (rs.n > 1)
        key = "floor.several_products";
    else if (!str_eq_z(row_str(&rs, 0, "status"), "on"))
        key = "floor.not_on_show";
    if (!key) {
        *product = row_int(&rs, 0, "id");
        return OK;
    }
    *info = (struct err_info){.code = ERR_INVALID, .field = "product", .key = key};
    return ERR_INVALID;
}

/* There is room, and somebody may see it. */
static enum err check_place(struct tx *tx, int64_t stand, int64_t product)
{
    struct rows rs;
    enum err e = db_one(tx->db, &q_floor_placed_n, ARGS(V_INT(stand)), tx->arena, &rs);
    if (!e && row_int(&rs, 0, "n") >= FLOOR_ON_STAND_MAX)
        return refuse(tx, ERR_INVALID, "stand", "floor.stand_full");
    if (!e)
        e = db_one(tx->db, &q_floor_label, ARGS(V_INT(product)), tx->arena, &rs);
    if (e == ERR_NOT_FOUND)
        return refuse(tx, ERR_INVALID, "product", "floor.no_product");
    return !e && !str_eq_z(row_str(&rs, 0, "status"), "on")
               ? refuse(tx, ERR_INVALID, "product", "floor.not_on_show")
               : e;
}

enum err floor_place(struct tx *tx, int64_t hall, struct str code, int64_t product, int64_t actor)
{
    struct rows stand, there;
    struct event event = {.name = "place", .actor = actor, .product = product};
    enum err e = hall_of(tx, hall, &event.hall);
    if (!e)
        e = find_stand(tx, event.hall, code, &stand);
    if (!e && stand.n == 0)
        return refuse(tx, ERR_INVALID, "stand", "floor.no_stand");
    if (!e)
        e = db_select(tx->db, &q_floor_placed, ARGS(V_INT(event.hall), V_INT(product)), tx->arena,
                      &there);
    if (e)
        return e;
    event.stand = row_int(&stand, 0, "id");
    if (there.n && row_int(&there, 0, "stand_id") == event.stand)
        return OK;
    e = check_place(tx, event.stand, product);
    if (!e && there.n) {
        event.name = "move";
        event.from_stand = row_int(&there, 0, "stand_id");
        e = db_exec(tx->db, &q_floor_end, ARGS(V_INT(tx->now_ms), V_INT(row_int(&there, 0, "id"))),
                    NULL);
    }
    if (!e)
        e = db_exec(tx->db, &q_floor_place,
                    ARGS(V_INT(event.hall), V_INT(event.stand), V_INT(product), V_INT(tx->now_ms)),
                    NULL);
    return e ? e : note(tx, &event);
}

enum err floor_take(struct tx *tx, int64_t hall, int64_t product, int64_t actor)
{
    struct rows there;
    struct event event = {.name = "take", .actor = actor, .product = product};
    enum err e = hall_of(tx, hall, &event.hall);
    if (!e)
        e = db_one(tx->db, &q_floor_placed, ARGS(V_INT(event.hall), V_INT(product)), tx->arena,
                   &there);
    if (e)
        return e;
    event.stand = row_int(&there, 0, "stand_id");
    e = db_exec(tx->db, &q_floor_end, ARGS(V_INT(tx->now_ms), V_INT(row_int(&there, 0, "id"))),
                NULL);
    return e ? e : note(tx, &event);
}
