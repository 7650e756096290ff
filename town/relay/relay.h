/*
 * relay: other platforms that a show is pushed on to. Its crew enters a platform's address and key
 * before the show, and switches it on and off, at any time until the show has ended.
 *
 *          add         on               remove
 *   (none) ───▶ off ───────▶ on ─────────────────▶ gone
 *                ▲    off    │                      ▲
 *                └───────────┘      remove          │
 *               off ────────────────────────────────┘
 *
 * Being on is a wish, and kept; a rehearsal is pushed nowhere. Whether the platform takes the
 * picture is live/push.h's to know: one thread compares the wishes with the pushes there are, after
 * each change and now and then, so a process that begins anew goes on pushing when the encoder is
 * back.
 */
#ifndef TOWN_RELAY_RELAY_H
#define TOWN_RELAY_RELAY_H

#include "live/push.h"
#include "store/writer.h"
#include "town/transition.h"
#include "web/web.h"

enum {
    RELAY_TARGETS_MAX = 8, /* of one show */
    RELAY_NAME_MAX = 40,   /* characters of a platform's name */
    RELAY_LOOK_MS = 1000,  /* how often the wishes are read without a change known here */
    RELAY_CHECK_SAYS = 20,
};

extern const struct web_module relay_module;
extern const struct transition_table relay_table;

/* Before the first request; the desk shows its part from then on. */
void relay_prepare(void);
enum err relay_start(const char *store_url, struct pushes *pushes, struct arena *arena,
                     struct err_info *info) MUST_CHECK;
void relay_stop(void);

enum err relay_check(struct db *db, struct arena *arena, void (*say)(void *arg, const char *line),
                     void *arg, int *violations) MUST_CHECK;

#endif
