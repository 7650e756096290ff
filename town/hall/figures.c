/* What the hall counts of itself: see town/figures. */
#include "store/queries.h"
#include "town/hall/hall.h"

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
};
const size_t hall_figures_n = sizeof(hall_figures) / sizeof(hall_figures[0]);
