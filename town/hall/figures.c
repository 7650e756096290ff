/* What the hall counts of itself: see town/figures. */
#include "store/queries.h"
#include "town/hall/hall.h"
#include "town/hand.h"

/* Of makers that have a page here anybody may know it; of others their own people and the base. */
static enum err of_maker(struct req *r, int64_t of, struct str *label, struct str *link)
{
    struct rows rs;
    enum err e = db_one(r->db, &q_hall_maker, ARGS(V_INT(of)), r->arena, &rs);
    if (e != OK)
        return e;
    struct str state = row_str(&rs, 0, "state"), slug = row_str(&rs, 0, "slug");
    bool is_own = r->who.organisation_id == of || hand_is_base(r);
    if (!is_own && !str_eq_z(state, "approved") && !str_eq_z(state, "suspended"))
        return ERR_NOT_FOUND;
    *label = row_str(&rs, 0, r->lang == LANG_EN ? "name_en" : "name_zh");
    *link = str_of(arena_printf(r->arena, "/hall/factories/%.*s", STR_ARG(slug)));
    return OK;
}

const struct figure hall_figures[] = {
    {.name = "products",
     .unit = "product",
     .is_public = true,
     .value = &q_hall_figure_products,
     .evidence = &q_hall_figure_products_rows,
     .reach = &q_hall_figure_products_reach},
    {.name = "factories",
     .unit = "factory",
     .is_public = true,
     .value = &q_hall_figure_factories,
     .evidence = &q_hall_figure_factories_rows,
     .reach = &q_hall_figure_products_reach},
    {.name = "factory_products",
     .unit = "product",
     .value = &q_hall_figure_factory_products,
     .evidence = &q_hall_figure_factory_products_rows,
     .reach = &q_hall_figure_factory_products_reach,
     .subject = of_maker},
};
const size_t hall_figures_n = sizeof(hall_figures) / sizeof(hall_figures[0]);
