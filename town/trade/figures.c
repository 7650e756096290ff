/* What orders amount to: see town/figures. */
#include "store/queries.h"
#include "town/trade/trade.h"

const struct figure trade_figures[] = {
    {.name = "orders",
     .unit = "order",
     .value = &q_trade_figure_orders,
     .evidence = &q_trade_figure_orders_rows,
     .reach = &q_trade_figure_orders_reach},
    {.name = "turnover",
     .unit = "fen",
     .value = &q_trade_figure_turnover,
     .evidence = &q_trade_figure_turnover_rows,
     .reach = &q_trade_figure_orders_reach},
};
const size_t trade_figures_n = sizeof(trade_figures) / sizeof(trade_figures[0]);
