/*
 * Who is in the demo town and what its shows are: pure data, put into the store by fill.c.
 */
#ifndef TOWN_DEMO_PLAN_H
#define TOWN_DEMO_PLAN_H

#include <stdint.h>

#include "town/demo/kinds.h"

enum { DEMO_ITEMS_MAX = 8, DEMO_TALK_MAX = 6 };

struct demo_person {
    const char *login, *name;
    const char *password; /* printed at start; NULL: nobody logs in as them */
    unsigned roles;
    const char *what; /* English, for the list of accounts; NULL without a password */
};
extern const struct demo_person demo_people[];
extern const int demo_people_n;

/* One product of a show: the first of its kind and colour that has stock, and its price there. */
struct demo_pick {
    const char *kind, *colour;
    int percent; /* of the hall's price */
    struct demo_words note;
};

struct demo_show_plan {
    struct demo_words title, room;
    const char *host;      /* a login */
    int day, hour, minute; /* days from today, and the time in the town */
    int skip;              /* so that two shows do not pick the same products */
    int orders;            /* of one that was held; 0: as many as usual */
    struct demo_pick picks[DEMO_ITEMS_MAX];
};

/* The show that the encoder plays: it begins when the town is first filled. */
extern const struct demo_show_plan demo_show_now;
/* In the order of their times: held before, then planned. */
extern const struct demo_show_plan demo_shows[];
extern const int demo_shows_n;

struct demo_line {
    const char *login, *text;
};
extern const struct demo_line demo_talk[DEMO_TALK_MAX];

#endif
