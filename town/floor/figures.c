/* What the floor counts of itself: see town/figures. */
#include "store/queries.h"
#include "town/floor/floor.h"

const struct figure floor_figures[] = {
    {.name = "stands_taken",
     .unit = "stand",
     .is_public = true,
     .value = &q_floor_figure_taken,
     .evidence = &q_floor_figure_taken_rows,
     .reach = &q_floor_figure_reach},
    {.name = "label_visits",
     .unit = "visit",
     .is_public = true,
     .is_yearly = true,
     .value = &q_floor_figure_visits,
     .evidence = &q_floor_figure_visits_rows,
     .reach = &q_floor_figure_reach},
};
const size_t floor_figures_n = sizeof(floor_figures) / sizeof(floor_figures[0]);
