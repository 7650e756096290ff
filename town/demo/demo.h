/*
 * The demo town: fills an empty store with invented people, factories and products, runs a real
 * encoder for its show, and lets a host and some viewers do there what people do. Only `guildhall
 * demo` uses it.
 */
#ifndef TOWN_DEMO_DEMO_H
#define TOWN_DEMO_DEMO_H

#include <stdio.h>

#include "store/writer.h"

struct demo_town {       /* what was filled, now or earlier; strings in the arena */
    int64_t show;        /* the show that the encoder plays */
    struct str show_key; /* its stream key */
};

/* Fills the store when it is empty, else finds what is there. */
enum err demo_fill(struct writer *w, const char *store_url, struct arena *arena,
                   struct demo_town *out, struct err_info *info) MUST_CHECK;

/* The reply to suggestion 248 is signed, drawn, sealed and sent, unless it was: once the town
 * serves, for its paper's code leads to public_url. */
enum err demo_issue(struct writer *w, const char *store_url, struct str public_url,
                    struct err_info *info) MUST_CHECK;

/* One line an account that can log in: name, password, who it is. */
void demo_print_accounts(FILE *out);

struct demo_live;
/* Starts encoder and people of the demo's show. rtmp, http: "127.0.0.1:1935". NULL on failure
 * (logged). */
struct demo_live *demo_live_start(const struct demo_town *town, struct writer *w,
                                  const char *store_url, const char *dir, const char *rtmp,
                                  const char *http);
void demo_live_stop(struct demo_live *live); /* NULL is allowed */

#endif
