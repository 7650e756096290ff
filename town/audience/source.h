/* Where a visit came from: a class, and a word for what a class does not say. Pure. */
#ifndef TOWN_AUDIENCE_SOURCE_H
#define TOWN_AUDIENCE_SOURCE_H

#include "base/str.h"

enum audience_source {
    AUDIENCE_HOME,        /* the town's front page */
    AUDIENCE_HALL,        /* the hall, a product's or a maker's page */
    AUDIENCE_LABEL,       /* a shelf label's code, through the product's page */
    AUDIENCE_RESERVATION, /* it was reserved, and reminded of */
    AUDIENCE_SHARE,       /* the link that the share button makes */
    AUDIENCE_SHOWS,       /* the programme, another show */
    AUDIENCE_TOWN,        /* another page of this site */
    AUDIENCE_LINK,        /* a link that is marked: ?from=word, ?utm_source=word */
    AUDIENCE_SITE,        /* another site */
    AUDIENCE_DIRECT,      /* typed, kept, from a program that does not say */
    AUDIENCE_SOURCES,
};
extern const char *const audience_source_names[AUDIENCE_SOURCES];

enum { AUDIENCE_WORD = 32 }; /* bytes of via */
struct audience_from {
    enum audience_source source;
    char via[AUDIENCE_WORD + 1]; /* a marked link's word, or another site's host; or empty */
};
/* from: the word of the show's own address; ref: the address of the page before, as the browser
 * says it; host: this site's, as the client called it. All from outside, any of them empty. */
struct audience_from audience_from(struct str from, struct str ref, struct str host);

#endif
