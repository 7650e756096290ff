/*
 * What kinds of goods the demo town makes, and of what their titles, specifications and prices are
 * put together. Pure data: goods.c makes products of it.
 */
#ifndef TOWN_DEMO_KINDS_H
#define TOWN_DEMO_KINDS_H

#include <stdbool.h>

enum { DEMO_FORMS_MAX = 3, DEMO_TRAITS_MAX = 6, DEMO_ABOUTS_MAX = 2, DEMO_SPECS_MAX = 12 };

struct demo_words {
    const char *zh, *en;
};

/* A number from low to high in steps (milli: in thousandths of the unit), or one of some words. */
struct demo_spec {
    const char *name; /* locales/: hall.spec_NAME */
    const char *unit; /* "" for a plain count */
    int low, high, step;
    bool milli;
    bool in_title;        /* "1.7 L" comes before the name */
    bool by_form;         /* the word is that of the form, not any */
    const char *words[3]; /* locales/: hall.word_WORD */
};

/* What kinds belong together, in the hall's tree. */
struct demo_group {
    const char *slug;
    struct demo_words name;
    const char *kinds[9]; /* slugs; ends with NULL */
};

struct demo_kind {
    const char *slug; /* as the hall's pictures know it */
    const char *hs;   /* Harmonized System, six digits */
    struct demo_words name;
    const char *model;                       /* letters of a type number */
    struct demo_words forms[DEMO_FORMS_MAX]; /* the noun, by the drawing's form */
    struct demo_words traits[DEMO_TRAITS_MAX];
    struct demo_words abouts[DEMO_ABOUTS_MAX]; /* of the form, counted round */
    int low_yuan, high_yuan;
    struct demo_spec specs[DEMO_SPECS_MAX]; /* ends with one without a name */
};

extern const struct demo_kind demo_kinds[];
extern const int demo_kinds_n;
extern const struct demo_group demo_groups[];
extern const int demo_groups_n;

#endif
