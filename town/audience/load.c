/* Reads what a report says; see report.h. */
#include "base/clock.h"
#include "store/queries.h"
#include "town/audience/report.h"
#include "town/shows/shows.h"

#define MINUTE_MS (INT64_C(60) * 1000)

struct str report_text(const struct req *r, const struct rows *rs, size_t i, const char *zh,
                       const char *en)
{
    struct str s = row_str(rs, i, r->lang == LANG_EN ? en : zh);
    return s.n ? s : row_str(rs, i, zh);
}

/* ---- who may ---- */

/* The crew's is all of it. A maker's is what it sold; a show without its goods is none of its
 * business. */
static enum err who_may(struct req *r, struct report *rp)
{
    struct shows_look look;
    if (str_to_i64(req_param(r, "id"), &rp->id) != OK)
        return ERR_NOT_FOUND;
    enum err e = shows_look(r, rp->id, &look);
    if (e != OK)
        return e;
    int64_t own = r->who.roles & ROLE_FACTORY ? r->who.organisation_id : 0;
    e = db_one(r->db, &q_audience_show, ARGS(V_INT(own), V_INT(rp->id)), r->arena, &rp->show);
    if (e != OK || look.is_crew)
        return e;
    rp->factory = own;
    return own && row_int(&rp->show, 0, "own_items") > 0 ? OK : ERR_FORBIDDEN;
}

/* ---- minutes ---- */

static enum err set_points(struct req *r, struct report *rp)
{
    rp->has_begun = !row_null(&rp->show, 0, "started_at");
    if (!rp->has_begun)
        return OK;
    rp->from_ms = row_int(&rp->show, 0, "started_at");
    rp->until_ms =
        row_null(&rp->show, 0, "ended_at") ? clock_wall_ms() : row_int(&rp->show, 0, "ended_at");
    if (rp->until_ms <= rp->from_ms) /* a clock that jumped */
        rp->until_ms = rp->from_ms + 1;
    int64_t minutes = (rp->until_ms - rp->from_ms + MINUTE_MS - 1) / MINUTE_MS;
    int64_t each = (minutes + REPORT_POINTS_MAX - 1) / REPORT_POINTS_MAX;
    rp->step_ms = each * MINUTE_MS;
    rp->points_n = (size_t)((minutes + each - 1) / each);
    rp->points = arena_array(r->arena, rp->points_n, sizeof(*rp->points));
    for (size_t i = 0; rp->points && i < rp->points_n; i++)
        rp->points[i].at_ms = rp->from_ms + (int64_t)i * rp->step_ms;
    return rp->points ? OK : ERR_NOMEM;
}

static struct report_point *point_of(struct report *rp, const struct rows *rs, size_t i)
{
    int64_t at = row_int(rs, i, "bucket");
    return at >= 0 && at < (int64_t)rp->points_n ? &rp->points[at] : NULL;
}

static enum err load_minutes(struct req *r, struct report *rp)
{
    struct rows rs;
    enum err e = db_select(r->db, &q_audience_sales_by,
                           ARGS(V_INT(rp->from_ms), V_INT(rp->step_ms), V_INT(rp->id),
                                V_INT(rp->until_ms), V_INT(rp->factory)),
                           r->arena, &rs);
    for (size_t i = 0; e == OK && i < rs.n; i++) {
        struct report_point *p = point_of(rp, &rs, i);
        if (!p)
            continue;
        p->orders = row_int(&rs, i, "orders");
        p->pieces = row_int(&rs, i, "pieces");
        p->goods_fen = row_int(&rs, i, "goods_fen");
    }
    if (e == OK && !rp->factory)
        e = db_select(
            r->db, &q_audience_viewers_by,
            ARGS(V_INT(rp->from_ms), V_INT(rp->step_ms), V_INT(rp->id), V_INT(rp->until_ms)),
            r->arena, &rs);
    for (size_t i = 0; e == OK && !rp->factory && i < rs.n; i++) {
        struct report_point *p = point_of(rp, &rs, i);
        if (p)
            p->viewers = row_int(&rs, i, "viewers");
    }
    return e;
}

/* ---- cards ---- */

static enum err load_cards(struct req *r, struct report *rp)
{
    struct rows rs;
    enum err e = db_select(r->db, &q_audience_cards, ARGS(V_INT(rp->id), V_INT(REPORT_CARDS_MAX)),
                           r->arena, &rs);
    rp->cards = e == OK ? arena_array(r->arena, rs.n + 1, sizeof(*rp->cards)) : NULL;
    if (e == OK && !rp->cards)
        e = ERR_NOMEM;
    for (size_t i = 0; e == OK && i < rs.n; i++) {
        int64_t from = row_int(&rs, i, "at");
        int64_t until = i + 1 < rs.n ? row_int(&rs, i + 1, "at") : rp->until_ms;
        if (from < rp->from_ms) /* chosen before the first picture */
            from = rp->from_ms;
        if (!row_null(&rs, i, "item_id") && until > from)
            rp->cards[rp->cards_n++] =
                (struct report_card){row_int(&rs, i, "item_id"), from, until, 0};
    }
    return e;
}

/* Comings and goings, added up by short spans: how many were there between two moments is two looks
 * instead of a walk over all visits. */
struct flow {
    int64_t from_ms, step_ms;
    int64_t *begun, *gone; /* until the end of the span */
    size_t n;
};

static size_t span_of(const struct flow *f, int64_t at_ms)
{
    int64_t i = (at_ms - f->from_ms) / f->step_ms;
    return i < 0 ? 0 : i >= (int64_t)f->n ? f->n - 1 : (size_t)i;
}

static enum err add_up(struct req *r, const struct query *q, int64_t show, const struct flow *f,
                       int64_t *sums)
{
    struct rows rs;
    enum err e = db_select(
        r->db, q, ARGS(V_INT(f->from_ms), V_INT(f->step_ms), V_INT(show), V_INT(DB_ROWS_MAX)),
        r->arena, &rs);
    for (size_t i = 0; e == OK && i < rs.n; i++) {
        int64_t at = row_int(&rs, i, "bucket");
        sums[at < 0 ? 0 : at >= (int64_t)f->n ? (int64_t)f->n - 1 : at] += row_int(&rs, i, "n");
    }
    for (size_t i = 1; e == OK && i < f->n; i++)
        sums[i] += sums[i - 1];
    return e;
}

static enum err count_seen(struct req *r, struct report *rp)
{
    int64_t step = (rp->until_ms - rp->from_ms) / REPORT_SPANS + 1;
    struct flow f = {.from_ms = rp->from_ms,
                     .step_ms = step > AUDIENCE_SAMPLE_MS ? step : AUDIENCE_SAMPLE_MS};
    f.n = (size_t)((rp->until_ms - rp->from_ms) / f.step_ms + 1);
    f.begun = arena_array(r->arena, f.n, sizeof(*f.begun));
    f.gone = arena_array(r->arena, f.n, sizeof(*f.gone));
    enum err e = f.begun && f.gone ? OK : ERR_NOMEM;
    if (e == OK)
        e = add_up(r, &q_audience_starts_by, rp->id, &f, f.begun);
    if (e == OK)
        e = add_up(r, &q_audience_ends_by, rp->id, &f, f.gone);
    for (size_t i = 0; e == OK && i < rp->cards_n; i++) {
        struct report_card *c = &rp->cards[i];
        size_t first = span_of(&f, c->from_ms);
        c->seen = f.begun[span_of(&f, c->until_ms)] - (first ? f.gone[first - 1] : 0);
    }
    return e;
}

/* Who was there only between cards saw none. */
static enum err count_with_card(struct req *r, struct report *rp)
{
    int64_t since = rp->from_ms;
    enum err e = OK;
    rp->with_card = rp->cards_n ? rp->visits : 0;
    for (size_t i = 0; e == OK && rp->cards_n && i <= rp->cards_n; i++) {
        int64_t until = i < rp->cards_n ? rp->cards[i].from_ms : rp->until_ms;
        struct rows rs;
        if (until - since > AUDIENCE_SAMPLE_MS) { /* shorter ones are a blink */
            e = db_one(r->db, &q_audience_visits_within,
                       ARGS(V_INT(rp->id), V_INT(since), V_INT(until)), r->arena, &rs);
            rp->with_card -= e == OK ? row_int(&rs, 0, "n") : 0;
        }
        if (i < rp->cards_n)
            since = rp->cards[i].until_ms;
    }
    return e;
}

struct report_shown report_shown(const struct report *rp, int64_t item)
{
    struct report_shown s = {0};
    for (size_t i = 0; i < rp->cards_n; i++) {
        const struct report_card *c = &rp->cards[i];
        if (c->item != item)
            continue;
        s.n++;
        s.ms += c->until_ms - c->from_ms;
        s.seen += c->seen;
    }
    return s;
}

/* ---- the rest ---- */

static enum err load_funnel(struct req *r, struct report *rp)
{
    struct rows rs;
    enum err e = db_one(r->db, &q_audience_funnel, ARGS(V_INT(rp->id)), r->arena, &rs);
    if (e != OK)
        return e;
    rp->visits = row_int(&rs, 0, "visits");
    rp->opened = row_int(&rs, 0, "opened");
    rp->ordered = row_int(&rs, 0, "ordered");
    rp->paid = row_int(&rs, 0, "paid");
    rp->stayed_s = row_int(&rs, 0, "stayed_s");
    rp->members = row_int(&rs, 0, "members");
    return rp->has_begun ? count_with_card(r, rp) : OK;
}

/* What is not a maker's business. */
static enum err load_crews(struct req *r, struct report *rp)
{
    const struct val show = V_INT(rp->id), most = V_INT(REPORT_OFFERS);
    enum err e = load_funnel(r, rp);
    if (e == OK)
        e = db_select(r->db, &q_audience_sources, ARGS(show), r->arena, &rp->sources);
    if (e == OK)
        e = db_select(r->db, &q_audience_vias, ARGS(show, V_INT(REPORT_VIAS)), r->arena, &rp->vias);
    if (e == OK)
        e = db_select(r->db, &q_audience_flashes, ARGS(show, most), r->arena, &rp->flashes);
    if (e == OK)
        e = db_select(r->db, &q_audience_coupons, ARGS(show, most), r->arena, &rp->coupons);
    if (e == OK)
        e = db_select(r->db, &q_audience_draws, ARGS(show, most), r->arena, &rp->draws);
    if (e == OK && rp->has_begun)
        e = db_select(r->db, &q_audience_earlier,
                      ARGS(V_INT(row_int(&rp->show, 0, "host_id")), V_INT(rp->from_ms),
                           V_INT(REPORT_EARLIER)),
                      r->arena, &rp->earlier);
    return e;
}

enum err report_load(struct req *r, struct report *out)
{
    *out = (struct report){0};
    enum err e = who_may(r, out);
    if (e == OK)
        e = set_points(r, out);
    if (e == OK && out->has_begun)
        e = load_minutes(r, out);
    if (e == OK && out->has_begun)
        e = load_cards(r, out);
    if (e == OK && out->has_begun)
        e = count_seen(r, out);
    if (e == OK)
        e = db_select(r->db, &q_audience_products, ARGS(V_INT(out->id), V_INT(out->factory)),
                      r->arena, &out->products);
    return e != OK || out->factory ? e : load_crews(r, out);
}
