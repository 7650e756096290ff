/*
 * The town: every department that this program has, what they need to start, and the work they do
 * now and then. Adding a department is adding its folder and its lines in town.c.
 */
#ifndef TOWN_TOWN_H
#define TOWN_TOWN_H

#include "live/live.h"
#include "live/push.h"
#include "live/room.h"
#include "store/writer.h"
#include "web/web.h"

extern const char *const town_public_parts[]; /* see web/server.h */

struct town_env { /* borrowed, outlive the town */
    struct writer *writer;
    struct rooms *rooms;
    const char *store_url;
    struct str rtmp_url; /* "rtmp://HOST:PORT/live", for people who paste it into an encoder */
    struct pushes *pushes;
};

extern const struct web_module *const town_modules[];
extern const size_t town_modules_n;

struct town_settings { /* borrowed, outlive the town */
    const char *data_dir;
    struct str public_url;
    bool test_cashier; /* orders can be paid without money: the demo's */
};

/* Departments' own data out of the program, and their settings; before the store is opened. */
enum err town_load(const struct town_settings *s, struct arena *arena,
                   struct err_info *info) MUST_CHECK;
/* What the hall is narrowed by and its departments know; for who indexes goods without more of a
 * town. */
void town_facets(void);
/* Before the writer's first command: periodic work and listeners are registered. */
void town_prepare(struct writer *w);
/* Before the first request. */
enum err town_start(const struct town_env *env, struct arena *arena,
                    struct err_info *info) MUST_CHECK;
/* For web_spec.frame. */
enum err town_frame(struct req *r) MUST_CHECK;
/* Between town_start() and the first connection. */
void town_set_live(struct live *live);
const struct live_hooks *town_live_hooks(void);
bool town_may_play(struct str stream); /* see live_spec.may_play */
bool town_records(struct str stream);  /* is it a show's? See record_spec.wants */
/* Before the writer stops: what runs in the background ends, and writes so. */
void town_rest(void);
void town_stop(void); /* when neither requests nor publishers come any more */

#endif
