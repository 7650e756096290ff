/* A hall as pages show it: its plan, its zones and their stands. */
#include "store/queries.h"
#include "town/floor/page.h"
#include "town/floor/plan.h"

struct str floor_words(struct req *r, const char *name, int64_t count)
{
    const struct i18n_arg arg = {"count", i18n_number(r->lang, count, r->arena)};
    return i18n_text(r->lang, str_of(arena_printf(r->arena, "floor.%s", name)), &arg, 1, r->arena);
}

struct str floor_name(struct req *r, const struct rows *rs, size_t row, const char *zh,
                      const char *en)
{
    return row_str(rs, row, r->lang == LANG_EN ? en : zh);
}

enum err floor_load(struct req *r, struct floor_look *look)
{
    int64_t number;
    struct str stand = req_param(r, "stand").n ? req_param(r, "stand") : req_query(r, "stand");
    if (str_to_i64(req_param(r, "hall"), &number) != OK)
        return ERR_NOT_FOUND;
    enum err e = db_one(r->db, &q_floor_hall, ARGS(V_INT(number)), r->arena, &look->hall);
    if (!e)
        e = db_select(r->db, &q_floor_stands, ARGS(V_INT(row_int(&look->hall, 0, "id"))), r->arena,
                      &look->stands);
    if (e || stand.n == 0)
        return e;
    for (size_t i = 0; i < look->stands.n; i++)
        if (str_eq(row_str(&look->stands, i, "code"), stand))
            look->current = stand;
    return look->current.n ? OK : ERR_NOT_FOUND;
}

static int64_t counted(const struct floor_look *look, size_t row)
{
    return row_int(&look->stands, row, look->is_desk ? "placed" : "shown");
}

static bool is_taken(const struct floor_look *look, size_t row)
{
    return row_int(&look->stands, row, "placed") > 0;
}

static bool is_current(const struct floor_look *look, size_t row)
{
    return look->current.n && str_eq(row_str(&look->stands, row, "code"), look->current);
}

static struct str address(struct req *r, const struct floor_look *look, size_t row)
{
    long long hall = (long long)row_int(&look->hall, 0, "number");
    struct str code = row_str(&look->stands, row, "code");
    return str_of(look->is_desk ? arena_printf(r->arena, "/floor/desk/%lld?stand=%.*s#stand", hall,
                                               STR_ARG(code))
                                : arena_printf(r->arena, "/floor/%lld/%.*s", hall, STR_ARG(code)));
}

/* "3 products", "free". */
static struct str state_words(struct req *r, const struct floor_look *look, size_t row)
{
    return is_taken(look, row) ? floor_words(r, "n_products", counted(look, row))
                               : floor_words(r, "free", 0);
}

/* ---- the drawing ---- */

static struct plan_stand *plan_stands(struct req *r, const struct floor_look *look)
{
    const struct rows *rs = &look->stands;
    struct plan_stand *all = arena_array(r->arena, rs->n, sizeof(*all));
    for (size_t i = 0; all && i < rs->n; i++) {
        struct str code = row_str(rs, i, "code"), words = state_words(r, look, i);
        all[i] = (struct plan_stand){
            .code = code,
            .href = address(r, look, i),
            .label = str_of(arena_printf(r->arena, "%.*s · %.*s", STR_ARG(code), STR_ARG(words))),
            .words = words,
            .box = {row_int(rs, i, "left_x"), row_int(rs, i, "top_y"), row_int(rs, i, "width"),
                    row_int(rs, i, "height")},
            .is_taken = is_taken(look, i),
            .is_current = is_current(look, i)};
    }
    return all;
}

static enum err read_plan(struct req *r, const struct rows *hall, struct plan_drawing *d)
{
    struct rows rs;
    if (row_null(hall, 0, "plan_id")) {
        d->box = plan_box_of(d->stands, d->n);
        d->is_themed = true;
        return OK;
    }
    enum err e =
        db_one(r->db, &q_floor_plan, ARGS(V_INT(row_int(hall, 0, "plan_id"))), r->arena, &rs);
    if (e)
        return e;
    d->body = row_str(&rs, 0, "body");
    d->box = (struct svg_box){row_int(&rs, 0, "left_x"), row_int(&rs, 0, "top_y"),
                              row_int(&rs, 0, "width"), row_int(&rs, 0, "height")};
    d->is_themed = row_int(&rs, 0, "is_themed") != 0;
    return OK;
}

static enum err put_plan(struct req *r, struct view *v, const struct floor_look *look,
                         bool is_small)
{
    struct buf b;
    struct plan_drawing d = {.stands = plan_stands(r, look),
                             .n = look->stands.n,
                             .title = floor_name(r, &look->hall, 0, "name_zh", "name_en"),
                             .is_small = is_small};
    enum err e = d.stands || !d.n ? read_plan(r, &look->hall, &d) : ERR_NOMEM;
    if (e)
        return e;
    buf_init(&b, PLAN_MAX);
    plan_draw(&d, &b);
    e = buf_ok(&b) ? OK : ERR_TOO_LARGE;
    if (!e)
        view_put_html(v, "plan", arena_str(r->arena, str_n(b.p, b.n)));
    view_page_only(v, "plan");
    view_put_bool(v, "is_themed", d.is_themed);
    view_page_only(v, "is_themed");
    buf_free(&b);
    return e;
}

/* ---- the rest ---- */

static void put_stand(struct req *r, struct view *list, const struct floor_look *look, size_t row)
{
    struct view *v = view_add_object(list);
    view_put_str(v, "code", row_str(&look->stands, row, "code"));
    view_put_int(v, "products", counted(look, row));
    view_put_str(v, "words", state_words(r, look, row));
    view_page_only(v, "words");
    view_put_bool(v, "is_taken", is_taken(look, row));
    view_put_bool(v, "is_current", is_current(look, row));
    view_put_str(v, "href", address(r, look, row));
}

/* Rows come by zone. */
static void put_zones(struct req *r, const struct floor_look *look)
{
    const struct rows *rs = &look->stands;
    struct view *zones = view_put_list(r->view, "zones"), *stands = NULL;
    struct str last = STR_NONE;
    for (size_t i = 0; i < rs->n; i++) {
        struct str code = row_str(rs, i, "zone"), name = floor_name(r, rs, i, "zone_zh", "zone_en");
        if (!stands || !str_eq(code, last)) {
            struct view *v = view_add_object(zones);
            view_put_str(v, "code", code);
            view_put_str(v, "name", str_eq(name, code) ? STR("") : name);
            view_put_str(v, "name_zh", row_str(rs, i, "zone_zh"));
            view_put_str(v, "name_en", row_str(rs, i, "zone_en"));
            stands = view_put_list(v, "stands");
            last = code;
        }
        put_stand(r, stands, look, i);
    }
}

static void put_counts(struct view *v, int64_t stands, int64_t taken, int64_t products)
{
    view_put_int(v, "stands", stands);
    view_put_int(v, "taken", taken);
    view_put_int(v, "free", stands - taken);
    view_put_int(v, "products", products);
}

enum err floor_look_put(struct req *r, const struct floor_look *look)
{
    const struct rows *h = &look->hall;
    struct view *v = view_put_object(r->view, "hall");
    int64_t taken = 0, products = 0;
    for (size_t i = 0; i < look->stands.n; i++) {
        taken += is_taken(look, i);
        products += counted(look, i);
    }
    view_put_int(v, "number", row_int(h, 0, "number"));
    view_put_str(v, "name", floor_name(r, h, 0, "name_zh", "name_en"));
    view_put_str(v, "name_zh", row_str(h, 0, "name_zh"));
    view_put_str(v, "name_en", row_str(h, 0, "name_en"));
    view_put_bool(v, "has_plan", !row_null(h, 0, "plan_id"));
    put_counts(v, (int64_t)look->stands.n, taken, products);
    put_zones(r, look);
    return put_plan(r, r->view, look, false);
}

static enum err put_small_plan(struct req *r, struct view *v, const struct rows *halls, size_t row)
{
    struct floor_look look = {0};
    enum err e = db_one(r->db, &q_floor_hall, ARGS(V_INT(row_int(halls, row, "number"))), r->arena,
                        &look.hall);
    if (!e)
        e = db_select(r->db, &q_floor_stands, ARGS(V_INT(row_int(&look.hall, 0, "id"))), r->arena,
                      &look.stands);
    return e ? e : put_plan(r, v, &look, true);
}

enum err floor_halls_put(struct req *r, int64_t current, bool with_plans)
{
    struct rows rs;
    struct view *list = view_put_list(r->view, "halls");
    enum err e = db_select(r->db, &q_floor_halls, NO_ARGS, r->arena, &rs);
    for (size_t i = 0; !e && i < rs.n; i++) {
        struct view *v = view_add_object(list);
        view_put_int(v, "number", row_int(&rs, i, "number"));
        view_put_str(v, "name", floor_name(r, &rs, i, "name_zh", "name_en"));
        put_counts(v, row_int(&rs, i, "stands"), row_int(&rs, i, "taken"),
                   row_int(&rs, i, "products"));
        view_put_bool(v, "is_current", row_int(&rs, i, "number") == current);
        if (with_plans)
            e = put_small_plan(r, v, &rs, i);
    }
    return e;
}

/* ---- for other departments ---- */

enum err floor_put(struct req *r, struct view *v, int64_t product)
{
    struct rows rs;
    enum err e = db_select(r->db, &q_floor_of_product, ARGS(V_INT(product)), r->arena, &rs);
    struct view *list = view_put_list(v, "stands");
    for (size_t i = 0; !e && i < rs.n; i++) {
        struct view *s = view_add_object(list);
        struct view *hall = view_put_object(s, "hall");
        long long number = (long long)row_int(&rs, i, "number");
        struct str code = row_str(&rs, i, "code"),
                   zone = floor_name(r, &rs, i, "zone_zh", "zone_en");
        view_put_int(hall, "number", number);
        view_put_str(hall, "name", floor_name(r, &rs, i, "name_zh", "name_en"));
        view_put_str(s, "code", code);
        view_put_str(s, "zone", zone);
        view_put_z(s, "href", arena_printf(r->arena, "/floor/%lld/%.*s", number, STR_ARG(code)));
    }
    return e;
}
