/* A past show's audience, for the demo: who comes, stays and opens sheets, by a seed. */
#include <stdio.h>
#include <string.h>

#include "base/rnd.h"
#include "store/queries.h"
#include "town/audience/internal.h"

/* One row of a query that is for many. */
#define ROW(...) (const struct val[]){__VA_ARGS__}, 1

enum { FILL_VISITS_MAX = 4000, FILL_CARDS_MAX = 200 };

struct fill {
    struct tx *tx;
    const struct audience_past *p;
    struct rnd_seq seq;
    struct rows cards; /* audience.cards */
    int64_t *there;    /* how many are there in each ten seconds */
    size_t spans;
};

static int64_t below(struct fill *f, int64_t bound)
{
    return (int64_t)rnd_seq_below(&f->seq, (uint64_t)(bound > 0 ? bound : 1));
}

/* Most come by the town's own pages; one in three from elsewhere. */
static struct audience_from come(struct fill *f)
{
    static const struct {
        int64_t until; /* of a hundred */
        struct audience_from from;
    } ways[] = {{24, {AUDIENCE_HOME, ""}},        {44, {AUDIENCE_HALL, ""}},
                {52, {AUDIENCE_SHOWS, ""}},       {60, {AUDIENCE_SHARE, ""}},
                {66, {AUDIENCE_LABEL, ""}},       {74, {AUDIENCE_LINK, "weixin"}},
                {79, {AUDIENCE_LINK, "douyin"}},  {83, {AUDIENCE_SITE, "search.example"}},
                {86, {AUDIENCE_RESERVATION, ""}}, {100, {AUDIENCE_DIRECT, ""}}};
    int64_t dice = below(f, 100);
    size_t i = 0;
    while (ways[i].until <= dice)
        i++;
    return ways[i].from;
}

/* The smaller of two throws: most stay a short while, some for long. */
static int64_t stay(struct fill *f, int64_t most)
{
    int64_t a = below(f, most), b = below(f, most), c = below(f, most);
    a = a < b ? a : b;
    return 8000 + (a < c ? a : c);
}

/* Comes early more often than late. */
static int64_t arrive(struct fill *f, int64_t length)
{
    int64_t a = below(f, length), b = below(f, length);
    return below(f, 3) ? (a < b ? a : b) : a;
}

static enum err add_visit(struct fill *f, size_t i, int64_t *visit, int64_t *from, int64_t *until)
{
    char visitor[AUDIENCE_VISITOR + 1];
    struct rows rs;
    int64_t length = f->p->until_ms - f->p->from_ms;
    struct audience_from source = come(f);
    *from = f->p->from_ms + arrive(f, length);
    *until = *from + stay(f, length / 4);
    *until = *until < f->p->until_ms ? *until : f->p->until_ms;
    snprintf(visitor, sizeof(visitor), "%016llx%016llx", (unsigned long long)f->p->seed,
             (unsigned long long)i);
    for (int64_t t = *from; t < *until; t += AUDIENCE_SAMPLE_MS) {
        size_t span = (size_t)((t - f->p->from_ms) / AUDIENCE_SAMPLE_MS);
        if (span < f->spans)
            f->there[span]++;
    }
    enum err e = db_select_many(
        f->tx->db, &q_audience_visit_add,
        ROW(V_INT(f->p->show), V_STR(str_n(visitor, AUDIENCE_VISITOR)), V_INT(below(f, 5) < 2),
            V_Z(audience_source_names[source.source]), source.via[0] ? V_Z(source.via) : V_NULL,
            V_INT(*from), V_INT(*until), V_INT(*until - *from)),
        f->tx->arena, &rs);
    if (e == OK)
        *visit = row_int(&rs, 0, "id");
    return e;
}

/* Now and then somebody who sees a card opens the sheet from it. */
static enum err add_opens(struct fill *f, int64_t visit, int64_t from, int64_t until)
{
    enum err e = OK;
    for (size_t i = 0; e == OK && i + 1 < f->cards.n; i++) {
        int64_t at = row_int(&f->cards, i, "at"), next = row_int(&f->cards, i + 1, "at");
        at = at > from ? at : from;
        if (row_null(&f->cards, i, "item_id") || at >= until || at >= next || below(f, 9))
            continue;
        int64_t end = until < next ? until : next;
        e = db_exec_many(f->tx->db, &q_audience_open_add,
                         ROW(V_INT(f->p->show), V_INT(visit),
                             V_INT(row_int(&f->cards, i, "item_id")),
                             V_Z(audience_origin_names[below(f, 4) == 0 ? OPEN_TRAY : OPEN_CARD]),
                             V_INT(at + below(f, end - at))),
                         NULL);
    }
    return e;
}

static enum err add_samples(struct fill *f)
{
    enum err e = OK;
    for (size_t i = 0; e == OK && i < f->spans; i++)
        if (f->there[i])
            e = db_exec_many(
                f->tx->db, &q_audience_sample_put,
                ROW(V_INT(f->p->show),
                    V_INT((f->p->from_ms / AUDIENCE_SAMPLE_MS + (int64_t)i) * AUDIENCE_SAMPLE_MS),
                    V_INT(f->there[i])),
                NULL);
    return e;
}

enum err audience_fill(struct tx *tx, const struct audience_past *p)
{
    struct fill f = {.tx = tx, .p = p, .seq = {p->seed}};
    f.spans = (size_t)((p->until_ms - p->from_ms) / AUDIENCE_SAMPLE_MS + 1);
    f.there = arena_array(tx->arena, f.spans, sizeof(*f.there));
    if (!f.there)
        return ERR_NOMEM;
    enum err e = db_select(tx->db, &q_audience_cards, ARGS(V_INT(p->show), V_INT(FILL_CARDS_MAX)),
                           tx->arena, &f.cards);
    size_t visits = p->visits < FILL_VISITS_MAX ? (size_t)p->visits : FILL_VISITS_MAX;
    for (size_t i = 0; e == OK && i < visits; i++) {
        int64_t visit, from, until;
        e = add_visit(&f, i, &visit, &from, &until);
        if (e == OK)
            e = add_opens(&f, visit, from, until);
    }
    return e == OK ? add_samples(&f) : e;
}
