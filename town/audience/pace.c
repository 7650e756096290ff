/*
 *   GET /shows/{id}/audience   samples [{at, viewers, pieces}], one each AUDIENCE_SAMPLE_MS of the
 * last ten minutes; pace {rate, stay, and each _before}: the last ten minutes, and those before:
 * rate {text, up}: of those who opened an order sheet, how many ordered; stay: how long a visit was
 * there in that time, on average
 */
#include "base/clock.h"
#include "store/queries.h"
#include "town/audience/report.h"
#include "town/shows/shows.h"

enum { WINDOW_MS = 10 * 60 * 1000, POINTS = WINDOW_MS / AUDIENCE_SAMPLE_MS };

struct pace {
    int64_t openers, buyers, visits, stayed_ms;
};

const char *audience_length(struct arena *a, int64_t seconds)
{
    long long s = seconds;
    return s >= 3600 ? arena_printf(a, "%lld:%02lld:%02lld", s / 3600, s / 60 % 60, s % 60)
                     : arena_printf(a, "%lld:%02lld", s / 60, s % 60);
}

int64_t audience_per_mille(int64_t part, int64_t whole)
{
    int64_t n = whole > 0 ? (part * 2000 + whole) / (2 * whole) : 0;
    return n > 1000 ? 1000 : n; /* who orders by an older sheet is of no window's openers */
}

const char *audience_percent(struct arena *a, int64_t part, int64_t whole)
{
    if (whole <= 0)
        return "–";
    long long n = audience_per_mille(part, whole);
    return arena_printf(a, "%lld.%lld%%", n / 10, n % 10);
}

static enum err count(struct req *r, const struct query *q, int64_t show, int64_t from,
                      int64_t until, int64_t *n)
{
    struct rows rs;
    enum err e = db_one(r->db, q, ARGS(V_INT(show), V_INT(from), V_INT(until)), r->arena, &rs);
    if (e == OK)
        *n = row_int(&rs, 0, "n");
    return e;
}

static enum err load_pace(struct req *r, int64_t show, int64_t from, int64_t until, struct pace *p)
{
    struct rows rs;
    enum err e = db_one(r->db, &q_audience_stays_between,
                        ARGS(V_INT(until), V_INT(from), V_INT(show)), r->arena, &rs);
    if (e != OK)
        return e;
    p->visits = row_int(&rs, 0, "visits");
    p->stayed_ms = row_int(&rs, 0, "stayed_ms");
    e = count(r, &q_audience_openers_between, show, from, until, &p->openers);
    return e != OK ? e : count(r, &q_audience_buyers_between, show, from, until, &p->buyers);
}

static int64_t stay_s(const struct pace *p)
{
    return p->visits ? p->stayed_ms / p->visits / 1000 : 0;
}

/* A value beside the one before: `up` and `down` say which way it went. */
static void put_pair(struct view *v, const char *name, const char *now, const char *before,
                     int64_t by)
{
    struct view *pair = view_put_object(v, name);
    view_put_z(pair, "text", now);
    view_put_z(pair, "before", before);
    view_put_bool(pair, "up", by > 0);
    view_put_bool(pair, "down", by < 0);
}

static void put_pace(struct req *r, struct view *v, const struct pace *now,
                     const struct pace *before)
{
    struct view *pace = view_put_object(v, "pace");
    put_pair(pace, "rate", audience_percent(r->arena, now->buyers, now->openers),
             audience_percent(r->arena, before->buyers, before->openers),
             now->openers && before->openers
                 ? audience_per_mille(now->buyers, now->openers) -
                       audience_per_mille(before->buyers, before->openers)
                 : 0);
    put_pair(pace, "stay", now->visits ? audience_length(r->arena, stay_s(now)) : "–",
             before->visits ? audience_length(r->arena, stay_s(before)) : "–",
             now->visits && before->visits ? stay_s(now) - stay_s(before) : 0);
}

static enum err put_samples(struct req *r, struct view *v, int64_t show, int64_t from)
{
    struct rows viewers, pieces;
    int64_t until = from + WINDOW_MS;
    enum err e =
        db_select(r->db, &q_audience_samples_since,
                  ARGS(V_INT(show), V_INT(from), V_INT(until), V_INT(POINTS)), r->arena, &viewers);
    if (e == OK)
        e = db_select(r->db, &q_audience_pieces_since,
                      ARGS(V_INT(from), V_INT(AUDIENCE_SAMPLE_MS), V_INT(show), V_INT(until)),
                      r->arena, &pieces);
    struct view *list = view_put_list(v, "samples");
    for (size_t i = 0, at = 0, sold = 0; e == OK && i < POINTS; i++) {
        struct view *point = view_add_object(list);
        int64_t t = from + (int64_t)i * AUDIENCE_SAMPLE_MS;
        bool seen = at < viewers.n && row_int(&viewers, at, "at") == t;
        bool has = sold < pieces.n && row_int(&pieces, sold, "bucket") == (int64_t)i;
        view_put_time(point, "at", t);
        view_put_int(point, "viewers", seen ? row_int(&viewers, at++, "viewers") : 0);
        view_put_int(point, "pieces", has ? row_int(&pieces, sold++, "pieces") : 0);
    }
    return e;
}

/* Of the show's last ten minutes: of an ended one, those before its end. */
static enum err put_audience(struct req *r, struct view *v, int64_t show, bool samples)
{
    struct rows rs;
    struct pace now, before;
    enum err e = db_one(r->db, &q_audience_show, ARGS(V_INT(0), V_INT(show)), r->arena, &rs);
    if (e != OK)
        return e;
    int64_t until = row_null(&rs, 0, "ended_at") ? clock_wall_ms() : row_int(&rs, 0, "ended_at");
    e = load_pace(r, show, until - WINDOW_MS, until, &now);
    if (e == OK)
        e = load_pace(r, show, until - 2 * WINDOW_MS, until - WINDOW_MS, &before);
    if (e != OK)
        return e;
    put_pace(r, v, &now, &before);
    /* The ten seconds at hand are not counted yet. */
    return samples ? put_samples(r, v, show,
                                 until / AUDIENCE_SAMPLE_MS * AUDIENCE_SAMPLE_MS - WINDOW_MS)
                   : OK;
}

/* A desk asks for its JSON every two seconds; the audience has an address of its own. */
enum err audience_desk_part(struct req *r, struct view *v, int64_t show, unsigned grants)
{
    return grants && !r->json ? put_audience(r, view_put_object(v, "audience"), show, false) : OK;
}

enum err audience_page_desk(struct req *r)
{
    int64_t show;
    struct shows_look look;
    if (str_to_i64(req_param(r, "id"), &show) != OK)
        return ERR_NOT_FOUND;
    enum err e = shows_look(r, show, &look);
    if (e == OK && !look.is_crew)
        e = ERR_FORBIDDEN;
    return e != OK ? e : put_audience(r, r->view, show, true);
}
