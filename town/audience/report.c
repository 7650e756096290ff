/*
 *   GET /shows/{id}/report   what came of a show, while it runs too: for its crew and the base; a
 * maker with goods in it sees those alone. The view is described in pages/report.html.
 */
#include "store/queries.h"
#include "town/audience/report.h"
#include "town/coupons/coupons.h"

static void put_show(struct req *r, const struct report *rp)
{
    const struct rows *rs = &rp->show;
    struct view *v = view_put_object(r->view, "show");
    view_put_int(v, "id", rp->id);
    view_put_str(v, "title", report_text(r, rs, 0, "title_zh", "title_en"));
    view_put_str(v, "room", report_text(r, rs, 0, "room_zh", "room_en"));
    view_put_str(v, "status", row_str(rs, 0, "status"));
    view_put_str(view_put_object(v, "host"), "name", row_str(rs, 0, "host_name"));
    view_put_time(v, "starts_at", row_int(rs, 0, "starts_at"));
    if (!rp->has_begun)
        return;
    view_put_time(v, "started_at", rp->from_ms);
    if (!row_null(rs, 0, "ended_at"))
        view_put_time(v, "ended_at", rp->until_ms);
    view_put_z(v, "length", audience_length(r->arena, (rp->until_ms - rp->from_ms) / 1000));
}

/* ---- headline ---- */

static const char *figure_href(struct req *r, const struct report *rp, const char *name)
{
    return arena_printf(r->arena, "/figures/%s?of=%lld", name, (long long)rp->id);
}

static enum err put_figures(struct req *r, const struct report *rp)
{
    static const char *const names[] = {"show_turnover",     "show_sold",  "show_visits",
                                        "show_viewers_peak", "show_opens", "show_orders"};
    enum err e = OK;
    struct view *list = view_put_list(r->view, "figures");
    for (size_t i = 0; e == OK && i < sizeof(names) / sizeof(names[0]); i++)
        e = figures_put(r, view_add_object(list), names[i], rp->id);
    struct view *stay = view_put_object(r->view, "stay");
    int64_t seconds = rp->visits ? rp->stayed_s / rp->visits : 0;
    view_put_int(stay, "seconds", seconds);
    view_put_z(stay, "text", rp->visits ? audience_length(r->arena, seconds) : "–");
    view_put_z(stay, "sum_href", figure_href(r, rp, "show_stay"));
    view_put_z(stay, "visits_href", figure_href(r, rp, "show_visits"));
    view_put_z(stay, "of", audience_length(r->arena, rp->stayed_s));
    view_put_int(stay, "visits", rp->visits);
    view_put_int(stay, "members", rp->members);
    return e;
}

static void put_funnel(struct req *r, const struct report *rp)
{
    const struct {
        const char *name;
        int64_t n;
    } steps[] = {{"visits", rp->visits},
                 {"card", rp->with_card},
                 {"opened", rp->opened},
                 {"ordered", rp->ordered},
                 {"paid", rp->paid}};
    struct view *list = view_put_list(r->view, "funnel");
    for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
        struct view *v = view_add_object(list);
        view_put_z(v, "step", steps[i].name);
        view_put_str(v, "title", req_text(r, "audience.step_", str_of(steps[i].name)));
        view_put_int(v, "n", steps[i].n);
        /* In twentieths, as the style sheet has widths. */
        view_put_int(v, "width", (audience_per_mille(steps[i].n, steps[0].n) + 49) / 50);
        view_page_only(v, "width");
        if (i)
            view_put_z(v, "of_before", audience_percent(r->arena, steps[i].n, steps[i - 1].n));
        else
            view_put_null(v, "of_before");
    }
}

/* ---- minutes ---- */

static void put_minutes(struct req *r, const struct report *rp)
{
    int64_t peak = 0, best = 0;
    struct view *list = view_put_list(r->view, "minutes");
    for (size_t i = 0; i < rp->points_n; i++) {
        const struct report_point *p = &rp->points[i];
        struct view *v = view_add_object(list);
        view_put_time(v, "at", p->at_ms);
        if (!rp->factory)
            view_put_int(v, "viewers", p->viewers);
        view_put_int(v, "orders", p->orders);
        view_put_int(v, "pieces", p->pieces);
        view_put_money(v, "goods", p->goods_fen, "CNY");
        view_put_bool(v, "is_quiet", p->viewers == 0 && p->orders == 0);
        view_page_only(v, "is_quiet");
        peak = p->viewers > peak ? p->viewers : peak;
        best = p->pieces > best ? p->pieces : best;
    }
    struct str svg = report_chart(r, rp);
    if (svg.n == 0)
        return;
    struct view *chart = view_put_object(r->view, "chart");
    view_put_html(chart, "svg", svg);
    view_put_int(chart, "peak", peak);
    view_put_int(chart, "best", best);
    view_put_int(chart, "minutes", rp->step_ms / 60000);
    view_put_time(chart, "from", rp->from_ms);
    view_put_time(chart, "middle", rp->from_ms + (rp->until_ms - rp->from_ms) / 2);
    view_put_time(chart, "until", rp->until_ms);
    view_page_only(r->view, "chart");
}

/* ---- goods ---- */

static void put_product(struct req *r, const struct report *rp, struct view *v, size_t i)
{
    const struct rows *rs = &rp->products;
    struct report_shown shown = report_shown(rp, row_int(rs, i, "id"));
    int64_t opened = row_int(rs, i, "opened"), orders = row_int(rs, i, "orders");
    view_put_int(v, "item", row_int(rs, i, "id"));
    view_put_int(v, "position", row_int(rs, i, "position"));
    view_put_str(v, "code", row_str(rs, i, "code"));
    view_put_str(v, "title", report_text(r, rs, i, "title_zh", "title_en"));
    view_put_str(v, "sku", report_text(r, rs, i, "sku_zh", "sku_en"));
    view_put_str(v, "slug", row_str(rs, i, "slug"));
    view_put_str(v, "factory", report_text(r, rs, i, "factory_zh", "factory_en"));
    view_put_money(v, "price", row_int(rs, i, "price_fen"), "CNY");
    view_put_int(v, "shown", shown.n);
    view_put_int(v, "shown_s", shown.ms / 1000);
    view_put_z(v, "shown_for", shown.n ? audience_length(r->arena, shown.ms / 1000) : "–");
    if (!rp->factory)
        view_put_int(v, "seen", shown.seen);
    view_put_int(v, "opened", opened);
    view_put_int(v, "orders", orders);
    view_put_z(v, "rate", audience_percent(r->arena, orders, opened));
    view_put_int(v, "paid", row_int(rs, i, "paid"));
    view_put_int(v, "pieces", row_int(rs, i, "pieces"));
    view_put_int(v, "returned", row_int(rs, i, "returned"));
    view_put_money(v, "goods", row_int(rs, i, "goods_fen"), "CNY");
}

static void put_products(struct req *r, const struct report *rp)
{
    struct view *list = view_put_list(r->view, "products");
    for (size_t i = 0; i < rp->products.n; i++)
        put_product(r, rp, view_add_object(list), i);
}

/* ---- where from ---- */

static void put_source(struct req *r, const struct report *rp, struct view *v,
                       const struct rows *rs, size_t i)
{
    int64_t visits = row_int(rs, i, "visits");
    view_put_str(v, "source", row_str(rs, i, "source"));
    view_put_str(v, "title", req_text(r, "audience.source_", row_str(rs, i, "source")));
    view_put_int(v, "visits", visits);
    view_put_z(v, "share", audience_percent(r->arena, visits, rp->visits));
    view_put_int(v, "width", (audience_per_mille(visits, rp->visits) + 49) / 50);
    view_page_only(v, "width");
    int64_t stay = visits ? row_int(rs, i, "stayed_s") / visits : 0;
    view_put_int(v, "stay_s", stay);
    view_put_z(v, "stay", audience_length(r->arena, stay));
    view_put_int(v, "opened", row_int(rs, i, "opened"));
    view_put_z(v, "rate", audience_percent(r->arena, row_int(rs, i, "opened"), visits));
}

static void put_sources(struct req *r, const struct report *rp)
{
    struct view *list = view_put_list(r->view, "sources");
    for (size_t i = 0; i < rp->sources.n; i++)
        put_source(r, rp, view_add_object(list), &rp->sources, i);
    list = view_put_list(r->view, "vias");
    for (size_t i = 0; i < rp->vias.n; i++) {
        struct view *v = view_add_object(list);
        put_source(r, rp, v, &rp->vias, i);
        view_put_str(v, "via", row_str(&rp->vias, i, "via"));
    }
}

/* ---- what the show gave ---- */

static void put_flashes(struct req *r, const struct rows *rs)
{
    struct view *list = view_put_list(r->view, "flashes");
    for (size_t i = 0; i < rs->n; i++) {
        struct view *v = view_add_object(list);
        view_put_int(v, "id", row_int(rs, i, "id"));
        view_put_str(v, "title", report_text(r, rs, i, "title_zh", "title_en"));
        view_put_money(v, "price", row_int(rs, i, "price_fen"), "CNY");
        view_put_time(v, "at", row_int(rs, i, "started_at"));
        view_put_int(v, "pieces", row_int(rs, i, "pieces"));
        view_put_int(v, "sold", row_int(rs, i, "sold"));
    }
}

static void put_coupons(struct req *r, const struct rows *rs)
{
    struct view *list = view_put_list(r->view, "coupons");
    for (size_t i = 0; i < rs->n; i++) {
        struct coupon c;
        struct view *v = view_add_object(list);
        coupon_take(&c, rs, i);
        view_put_int(v, "id", c.id);
        view_put_str(v, "name", coupon_name(r, &c));
        view_put_str(v, "factory", report_text(r, rs, i, "factory_zh", "factory_en"));
        view_put_time(v, "at", row_int(rs, i, "pushed_at"));
        view_put_int(v, "pieces", row_int(rs, i, "given"));
        view_put_int(v, "claimed", row_int(rs, i, "claimed"));
        view_put_int(v, "used", row_int(rs, i, "used"));
    }
}

static void put_draws(struct req *r, const struct rows *rs)
{
    struct view *list = view_put_list(r->view, "draws");
    for (size_t i = 0; i < rs->n; i++) {
        struct view *v = view_add_object(list);
        view_put_int(v, "id", row_int(rs, i, "id"));
        view_put_str(v, "title", report_text(r, rs, i, "title_zh", "title_en"));
        view_put_time(v, "at", row_int(rs, i, "opened_at"));
        view_put_int(v, "prizes", row_int(rs, i, "prizes"));
        view_put_int(v, "entries", row_int(rs, i, "entries"));
        view_put_int(v, "taken", row_int(rs, i, "taken"));
    }
}

/* ---- beside the host's earlier ones ---- */

static void put_earlier(struct req *r, const struct report *rp)
{
    const struct rows *rs = &rp->earlier;
    struct view *list = view_put_list(r->view, "earlier");
    for (size_t i = 0; i < rs->n; i++) {
        struct view *v = view_add_object(list);
        int64_t visits = row_int(rs, i, "visits");
        int64_t stay = visits ? row_int(rs, i, "stayed_s") / visits : 0;
        view_put_int(v, "id", row_int(rs, i, "id"));
        view_put_str(v, "title", report_text(r, rs, i, "title_zh", "title_en"));
        view_put_time(v, "at", row_int(rs, i, "started_at"));
        view_put_bool(v, "is_this", row_int(rs, i, "id") == rp->id);
        view_put_int(v, "peak", row_int(rs, i, "peak"));
        view_put_int(v, "visits", visits);
        view_put_int(v, "stay_s", stay);
        view_put_z(v, "stay", visits ? audience_length(r->arena, stay) : "–");
        view_put_int(v, "paid", row_int(rs, i, "paid"));
        view_put_money(v, "turnover", row_int(rs, i, "total_fen"), "CNY");
    }
}

enum err audience_page_report(struct req *r)
{
    struct report rp;
    enum err e = report_load(r, &rp);
    if (e != OK)
        return e;
    put_show(r, &rp);
    view_put_bool(r->view, "is_own", rp.factory != 0);
    put_minutes(r, &rp);
    put_products(r, &rp);
    if (rp.factory)
        return OK;
    e = put_figures(r, &rp);
    put_funnel(r, &rp);
    put_sources(r, &rp);
    put_flashes(r, &rp.flashes);
    put_coupons(r, &rp.coupons);
    put_draws(r, &rp.draws);
    put_earlier(r, &rp);
    return e;
}
