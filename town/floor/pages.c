/* What visitors see: the halls, a hall's plan, and what stands on a stand; and the routes. */
#include "store/queries.h"
#include "town/floor/page.h"
#include "town/hall/hall.h"

enum err floor_page_halls(struct req *r)
{
    return floor_halls_put(r, 0, true);
}

enum err floor_page_hall(struct req *r)
{
    struct floor_look look = {0};
    enum err e = floor_load(r, &look);
    if (!e)
        e = floor_look_put(r, &look);
    return e ? e : floor_halls_put(r, row_int(&look.hall, 0, "number"), false);
}

/* ---- a stand ---- */

static size_t row_of(const struct floor_look *look)
{
    size_t i = 0;
    while (i < look->stands.n && !str_eq(row_str(&look->stands, i, "code"), look->current))
        i++;
    return i;
}

/* Goods by id are found in no order: they are put in that in which they came to the stand. */
static enum err put_goods(struct req *r, int64_t stand)
{
    struct rows ids, goods;
    struct view *list = view_put_list(r->view, "products");
    enum err e = db_select(r->db, &q_floor_shown_on_stand, ARGS(V_INT(stand)), r->arena, &ids);
    if (e || ids.n == 0)
        return e;
    struct val *args = arena_array(r->arena, ids.n, sizeof(*args));
    if (!args)
        return ERR_NOMEM;
    for (size_t i = 0; i < ids.n; i++)
        args[i] = V_INT(row_int(&ids, i, "product_id"));
    e = db_select_many(r->db, &q_hall_goods, args, ids.n, r->arena, &goods);
    for (size_t i = 0; !e && i < ids.n; i++)
        for (size_t k = 0; k < goods.n; k++)
            if (row_int(&goods, k, "id") == args[i].i)
                hall_put_good(r, view_add_object(list), &goods, k);
    return e;
}

static void put_neighbour(struct req *r, const char *name, const struct floor_look *look,
                          size_t row)
{
    struct str code = row_str(&look->stands, row, "code");
    struct view *v = view_put_object(r->view, name);
    view_put_str(v, "code", code);
    view_put_z(v, "href",
               arena_printf(r->arena, "/floor/%lld/%.*s",
                            (long long)row_int(&look->hall, 0, "number"), STR_ARG(code)));
}

enum err floor_page_stand(struct req *r)
{
    struct floor_look look = {0};
    enum err e = floor_load(r, &look);
    if (!e)
        e = floor_look_put(r, &look);
    if (e)
        return e;
    size_t row = row_of(&look);
    struct view *v = view_put_object(r->view, "stand");
    struct str zone = row_str(&look.stands, row, "zone");
    struct str name = floor_name(r, &look.stands, row, "zone_zh", "zone_en");
    view_put_str(v, "code", look.current);
    view_put_str(v, "zone", zone);
    view_put_str(v, "zone_name", str_eq(zone, name) ? STR("") : name);
    view_put_bool(v, "is_taken", row_int(&look.stands, row, "placed") > 0);
    if (row > 0)
        put_neighbour(r, "prev", &look, row - 1);
    if (row + 1 < look.stands.n)
        put_neighbour(r, "next", &look, row + 1);
    return put_goods(r, row_int(&look.stands, row, "id"));
}

/* ---- routes ---- */

#define BASE ROLE_OPERATOR
#define LABELS (ROLE_OPERATOR | ROLE_FACTORY)
static const struct route routes[] = {
    {"GET", "/floor", floor_page_halls, NULL, "floor/halls.html", WHO_ANYONE, CSRF_SAFE, 0, false},
    {"GET", "/floor/desk", floor_desk, NULL, NULL, BASE, CSRF_SAFE, 0, false},
    {"GET", "/floor/desk/new", floor_desk_new, NULL, "floor/new.html", BASE, CSRF_SAFE, 0, false},
    {"POST", "/floor/desk", floor_desk_add, NULL, NULL, BASE, CSRF_TOKEN, 0, false},
    {"GET", "/floor/desk/{hall}", floor_desk_hall, NULL, "floor/desk.html", BASE, CSRF_SAFE, 0,
     false},
    {"POST", "/floor/desk/{hall}/place", floor_desk_place, NULL, NULL, BASE, CSRF_TOKEN, 0, false},
    {"POST", "/floor/desk/{hall}/take", floor_desk_take, NULL, NULL, BASE, CSRF_TOKEN, 0, false},
    {"POST", "/floor/desk/{hall}/lines", floor_desk_lines, NULL, NULL, BASE, CSRF_TOKEN, 0, false},
    {"GET", "/floor/desk/{hall}/plan", floor_desk_plan, NULL, "floor/plan.html", BASE, CSRF_SAFE, 0,
     false},
    {"POST", "/floor/desk/{hall}/plan", floor_desk_plan_set, NULL, NULL, BASE, CSRF_TOKEN,
     FLOOR_PLAN_BODY, false},
    {"POST", "/floor/desk/{hall}/names", floor_desk_names, NULL, NULL, BASE, CSRF_TOKEN, 0, false},
    {"POST", "/floor/desk/{hall}/stands", floor_desk_stand, NULL, NULL, BASE, CSRF_TOKEN, 0, false},
    {"POST", "/floor/desk/{hall}/stands/remove", floor_desk_stand_remove, NULL, NULL, BASE,
     CSRF_TOKEN, 0, false},
    {"GET", "/floor/labels", floor_labels, NULL, "floor/labels.html", LABELS, CSRF_SAFE, 0, false},
    {"POST", "/floor/labels", floor_labels_make, NULL, NULL, LABELS, CSRF_TOKEN, 0, WEB_SLOW},
    {"GET", "/floor/labels/{sheet}", floor_labels_sheet, NULL, NULL, LABELS, CSRF_SAFE, 0, false},
    {"GET", "/floor/{hall}", floor_page_hall, NULL, "floor/hall.html", WHO_ANYONE, CSRF_SAFE, 0,
     false},
    {"GET", "/floor/{hall}/{stand}", floor_page_stand, NULL, "floor/stand.html", WHO_ANYONE,
     CSRF_SAFE, 0, false},
    {"GET", "/l/{code}", floor_scan, NULL, NULL, WHO_ANYONE, CSRF_SAFE, 0, false},
};

const struct web_module floor_module = {"floor", routes, sizeof(routes) / sizeof(routes[0])};
