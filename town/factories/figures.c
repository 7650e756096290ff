/* What factories count: see town/figures. */
#include "store/queries.h"
#include "town/factories/factories.h"

const struct figure factories_figures[] = {
    {.name = "approved_factories",
     .unit = "factory",
     .is_public = true,
     .value = &q_factories_figure_approved,
     .evidence = &q_factories_figure_approved_rows,
     .reach = &q_factories_figure_approved_reach},
};
const size_t factories_figures_n = sizeof(factories_figures) / sizeof(factories_figures[0]);
