/* A report's chart: drawn here, so that the page needs no script. */
#include "base/buf.h"
#include "town/audience/report.h"
#include "web/html.h"

/* The drawing's own units; the page stretches it. */
enum {
    WIDTH = 960,
    PLOT = 200, /* the height of the plot */
    TOP = 8,    /* free above the highest point */
    BARS = 90,  /* of the highest bar below a line */
    BANDS = 16, /* the strip of cards, */
    GAP = 4,    /* so far below the plot */
    CHART_MAX = 512 * 1024,
};

struct scale {
    int64_t viewers, pieces; /* the most of each, at least 1 */
};

static struct scale scale_of(const struct report *rp)
{
    struct scale s = {0, 0};
    for (size_t i = 0; i < rp->points_n; i++) {
        s.viewers = rp->points[i].viewers > s.viewers ? rp->points[i].viewers : s.viewers;
        s.pieces = rp->points[i].pieces > s.pieces ? rp->points[i].pieces : s.pieces;
    }
    return s;
}

static double x_of(const struct report *rp, int64_t at_ms)
{
    return (double)(at_ms - rp->from_ms) * WIDTH / (double)(rp->until_ms - rp->from_ms);
}

/* The middle of a step, the last one is cut short. */
static double middle(const struct report *rp, size_t i)
{
    double from = x_of(rp, rp->points[i].at_ms);
    double until = i + 1 < rp->points_n ? x_of(rp, rp->points[i + 1].at_ms) : WIDTH;
    return (from + until) / 2;
}

static void put_line(struct buf *b, const struct report *rp, const struct scale *s)
{
    for (size_t i = 0; i < rp->points_n; i++) {
        double y = PLOT - (double)rp->points[i].viewers * (PLOT - TOP) / (double)s->viewers;
        if (i == 0)
            buf_printf(b, "M0 %.1f", y);
        buf_printf(b, "L%.1f %.1f", middle(rp, i), y);
        if (i + 1 == rp->points_n)
            buf_printf(b, "L%d %.1f", WIDTH, y);
    }
}

static void put_viewers(struct buf *b, const struct report *rp, const struct scale *s)
{
    buf_z(b, "<path class=\"area\" d=\"");
    put_line(b, rp, s);
    buf_printf(b, "L%d %dL0 %dZ\"/><path class=\"line\" d=\"", WIDTH, PLOT, PLOT);
    put_line(b, rp, s);
    buf_z(b, "\"/>");
}

static void put_bars(struct buf *b, struct req *r, const struct report *rp, const struct scale *s)
{
    double wide = (double)WIDTH / (double)rp->points_n * 0.4;
    wide = wide < 2 ? 2 : wide > 10 ? 10 : wide;
    for (size_t i = 0; i < rp->points_n; i++) {
        const struct report_point *p = &rp->points[i];
        if (!p->pieces)
            continue;
        double high = (double)p->pieces * (s->viewers ? BARS : PLOT - TOP) / (double)s->pieces;
        const struct i18n_arg args[] = {
            {"at", i18n_time(r->lang, p->at_ms, "hm", r->arena)},
            {"count", i18n_number(r->lang, p->pieces, r->arena)},
            {"sum", i18n_money(r->lang, p->goods_fen, STR("CNY"), r->arena)}};
        buf_printf(b,
                   "<rect class=\"bar\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\">"
                   "<title>",
                   middle(rp, i) - wide / 2, PLOT - high, wide, high);
        html_escape(i18n_text(r->lang, STR("audience.bar"), args, 3, r->arena), b);
        buf_z(b, "</title></rect>");
    }
}

static struct str title_of(struct req *r, const struct report *rp, int64_t item)
{
    for (size_t i = 0; i < rp->products.n; i++)
        if (row_int(&rp->products, i, "id") == item)
            return report_text(r, &rp->products, i, "title_zh", "title_en");
    return STR_NONE; /* another maker's */
}

static void put_bands(struct buf *b, struct req *r, const struct report *rp)
{
    bool odd = false;
    for (size_t i = 0; i < rp->cards_n; i++) {
        const struct report_card *c = &rp->cards[i];
        struct str title = title_of(r, rp, c->item);
        double x = x_of(rp, c->from_ms), wide = x_of(rp, c->until_ms) - x;
        if (title.n == 0 || wide < 0.5)
            continue;
        odd = !odd;
        buf_printf(b,
                   "<rect class=\"band%s\" x=\"%.1f\" y=\"%d\" width=\"%.1f\" height=\"%d\">"
                   "<title>%.*s ",
                   odd ? " odd" : "", x, PLOT + GAP, wide, BANDS,
                   STR_ARG(i18n_time(r->lang, c->from_ms, "hm", r->arena)));
        html_escape(title, b);
        buf_z(b, "</title></rect>");
    }
}

struct str report_chart(struct req *r, const struct report *rp)
{
    struct buf b;
    struct scale s = scale_of(rp);
    if (!rp->has_begun || (s.viewers == 0 && s.pieces == 0 && rp->cards_n == 0))
        return STR_NONE;
    buf_init(&b, CHART_MAX);
    buf_printf(&b, "<svg viewBox=\"0 0 %d %d\" preserveAspectRatio=\"none\" aria-hidden=\"true\">",
               WIDTH, PLOT + GAP + BANDS);
    if (s.viewers)
        put_viewers(&b, rp, &s);
    if (s.pieces)
        put_bars(&b, r, rp, &s);
    put_bands(&b, r, rp);
    buf_z(&b, "</svg>");
    struct str out = buf_ok(&b) ? arena_str(r->arena, str_n(b.p, b.n)) : STR_NONE;
    buf_free(&b);
    return out;
}
