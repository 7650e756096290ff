/* What came of a show, as its report and its workbook say it; see report.c. */
#ifndef TOWN_AUDIENCE_REPORT_H
#define TOWN_AUDIENCE_REPORT_H

#include "town/audience/internal.h"

enum {
    REPORT_POINTS_MAX = 240, /* of the chart; a longer show has longer steps */
    REPORT_CARDS_MAX = 2000,
    REPORT_VIAS = 12,    /* hosts and words that most came by */
    REPORT_OFFERS = 100, /* of each kind */
    REPORT_EARLIER = 6,  /* this show and those before it */
    REPORT_SPANS = 8640, /* of the fine count of comings and goings */
};

struct report_card {                       /* one showing of a card */
    int64_t item, from_ms, until_ms, seen; /* seen: visits that were there then */
};

struct report_point {
    int64_t at_ms, viewers, orders, pieces, goods_fen;
};

struct report {          /* all in the request's arena */
    struct rows show;    /* audience.show */
    int64_t id, factory; /* factory: 0, or the maker whose goods alone are told */
    int64_t from_ms, until_ms, step_ms;
    bool has_begun;
    struct report_point *points;
    size_t points_n;
    struct report_card *cards;
    size_t cards_n;
    struct rows products, sources, vias, flashes, coupons, draws, earlier;
    int64_t visits, with_card, opened, ordered, paid, stayed_s, members; /* not of a maker */
};

/* Of the show of the path, for who may: its crew and the base all of it, a maker with goods in it
 * those. ERR_NOT_FOUND, ERR_FORBIDDEN. */
enum err report_load(struct req *r, struct report *out) MUST_CHECK;
struct report_shown { /* of one item, all its showings */
    int64_t n, ms, seen;
};
struct report_shown report_shown(const struct report *rp, int64_t item);

/* The drawing: viewers as a line, pieces as bars, cards as bands. Nothing of a show that had
 * neither. */
struct str report_chart(struct req *r, const struct report *rp) MUST_CHECK;

int64_t audience_per_mille(int64_t part, int64_t whole); /* rounded; 1000 at most */
const char *audience_percent(struct arena *a, int64_t part, int64_t whole);
struct str report_text(const struct req *r, const struct rows *rs, size_t i, const char *zh,
                       const char *en);

#endif
