/*
 * replay: what is left of a show. Its recording (src/live/record.h writes it) as a replay with talk
 * and cards in time with the picture, a clip of every product that was shown, films to take away,
 * thumbnails; and how long all of it is kept.
 *
 *          first picture        end             three years later       all of it gone
 *   (none) ────────────▶ open ──────▶ kept ────────────────────▶ removing ──────▶ removed
 *      └──────────── end ─────────────▲      not while it is held
 *
 * A hold (the base's, with a reason) stops what removes, at any time before the last file is gone.
 * Messages and the crew's log of a show go with its recording, and not before: the store itself
 * refuses (migrations/0111).
 *
 * Who may: a clip and an ended show's replay, everybody; the replay of a running show, and films of
 * whole shows, its crew; holds, the base.
 *
 *   GET  /shows/{id}                   of an ended show with a recording: its replay
 *   GET  /shows/{id}/replay/index.m3u8     init-N.mp4, seg-N.m4s
 *   GET  /shows/{id}/replay/film-N.mp4     N: 1 …, one for each configuration of its encoder
 *   GET  /shows/{id}/replay/talk       from, after: messages in time
 *   GET  /shows/{id}/thumb             of a show on air the picture of some seconds ago
 *   GET  /clips/{id}                   /clips/{id}/index.m3u8, clip.mp4, thumb, …
 *   GET  /recordings                   POST /recordings/{id}/hold, /recordings/{id}/lift: why
 */
#ifndef TOWN_REPLAY_REPLAY_H
#define TOWN_REPLAY_REPLAY_H

#include "live/live.h"
#include "store/writer.h"
#include "town/transition.h"
#include "web/web.h"

enum {
    REPLAY_KEPT_DAYS = 3 * 365 + 1, /* three years, a leap day among them or not */
    REPLAY_CLIP_MIN_MS = 3000,      /* a card that was shown for less was a slip of the finger */
    REPLAY_CLIPS_MAX = 500,         /* of a show, as a list */
    REPLAY_CLIPS_SHOWN = 4,         /* on a product's page: the newest */
    REPLAY_CARDS_MAX = 2000,
    REPLAY_TALK_MS = 60 * 1000,  /* of the replay, an answer */
    REPLAY_TALK_MAX = 500,       /* messages an answer */
    REPLAY_THUMB_MS = 10 * 1000, /* how old the thumbnail of a running show gets */
    REPLAY_FILES_SLICE = 200,    /* removed at a time */
    REPLAY_ROWS_SLICE = 500,
    REPLAY_PAGE = 50,
    REPLAY_SKIP_MAX = 100000,
    REPLAY_WHY_MAX = 200, /* characters */
    REPLAY_CHECK_SAYS = 20,
};
#define REPLAY_KEPT_MS (REPLAY_KEPT_DAYS * INT64_C(24) * 3600 * 1000)

enum { REPLAY_AS_CLOCK = 1, REPLAY_AS_OPERATOR = 2 };
extern const struct transition_table replay_transitions; /* who: the bits above */
extern const struct web_module replay_module;

/* DATA/recordings; before the store is opened. */
enum err replay_load(const char *data_dir) MUST_CHECK;
void replay_prepare(struct writer *w); /* before the writer's first command */
void replay_set_live(struct live *live);
enum err replay_start(struct writer *w, const char *store_url, struct arena *arena,
                      struct err_info *info) MUST_CHECK;
void replay_rest(void); /* before the writer stops: its thread ends */

/* The newest thumbnail (JPEG) of a show that is on air, and no rehearsal, at most some
 * REPLAY_THUMB_MS old while it is recorded in this process, and when the picture in it came. From
 * memory, never blocks; the caller releases it. ERR_NOT_FOUND. For the wall of what is on air. */
enum err replay_thumb(int64_t show, struct block **jpeg, int64_t *at_ms) MUST_CHECK;

/* What becomes of a recording: "on", "full", "slow", "failed", "long", or "none" when it is not
 * being recorded here. Never blocks. For the desk. */
const char *replay_state(int64_t show);

/* For a product's page: puts clips [{id, title, show, href, hls, film, thumb, duration, at}], the
 * newest first. Depends on nothing but the product. */
enum err replay_of_product(struct req *r, struct view *v, int64_t product) MUST_CHECK;

/* ---- commands, for tests and the base's page ---- */

enum err replay_hold(struct tx *tx, int64_t show, int64_t actor, struct str why) MUST_CHECK;
enum err replay_lift(struct tx *tx, int64_t show, int64_t actor, struct str why) MUST_CHECK;
/* Jobs of the writer: follows the crew's log; removes what is due, a slice at a time. */
enum err replay_follow(struct tx *tx, void *arg) MUST_CHECK;
enum err replay_keep(struct tx *tx, void *arg) MUST_CHECK;

/* ---- for `guildhall check` ---- */

enum err replay_check(struct db *db, struct arena *arena, void (*say)(void *arg, const char *line),
                      void *arg, int *violations) MUST_CHECK;

#endif
