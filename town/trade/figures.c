/* What orders amount to: see town/figures. */
#include "store/queries.h"
#include "town/hand.h"
#include "town/trade/trade.h"

/* What a factory sold is for its own people and the base. */
static enum err of_factory(struct req *r, int64_t of, struct str *label, struct str *link)
{
    struct rows rs;
    if (!hand_is_maker(r, of) && !hand_is_base(r))
        return r->who.user_id ? ERR_FORBIDDEN : ERR_UNAUTHORIZED;
    enum err e = db_one(r->db, &q_trade_factory, ARGS(V_INT(of)), r->arena, &rs);
    if (e != OK)
        return e;
    *label = row_str(&rs, 0, r->lang == LANG_EN ? "name_en" : "name_zh");
    *link =
        str_of(arena_printf(r->arena, "/hall/factories/%.*s", STR_ARG(row_str(&rs, 0, "slug"))));
    return OK;
}

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
    {.name = "factory_orders",
     .unit = "order",
     .is_yearly = true,
     .value = &q_trade_figure_factory_orders,
     .evidence = &q_trade_figure_factory_orders_rows,
     .reach = &q_trade_figure_factory_reach,
     .subject = of_factory},
    {.name = "factory_turnover",
     .unit = "fen",
     .is_yearly = true,
     .value = &q_trade_figure_factory_turnover,
     .evidence = &q_trade_figure_factory_turnover_rows,
     .reach = &q_trade_figure_factory_reach,
     .subject = of_factory},
};
const size_t trade_figures_n = sizeof(trade_figures) / sizeof(trade_figures[0]);
