/*
 * audience: who watched a show and what came of it, without knowing who. Viewers every ten seconds,
 * visits (from when to when, from where), order sheets that were opened from the card, the tray or
 * a flash sale; as figures with their rows, on the desk, and as a report afterwards.
 *
 *   the page ──beacon──▶ a queue in memory ──every AUDIENCE_FLUSH_MS, set-wise──▶ audience_visits
 *   the room's followers ──every AUDIENCE_SAMPLE_MS──▶ audience_samples
 *
 * Why a queue and not a command for each: ten thousand who join within a minute are 170 beacons a
 * second, each worth less than the order that would wait behind it. A worker checks a beacon and
 * leaves it; one job on the writer merges what came and writes it in four statements. What waits is
 * lost with the process (AUDIENCE_FLUSH_MS of it), and the visit goes on with its next sign.
 *
 * A visit is a window that shows the live room, known by a random number that the page makes for
 * this show and keeps in its session: no user, no address. The show's crew is not counted.
 *
 *   POST /shows/{id}/visit     do (start, seen, end, open), visitor (32 hex); start: from, ref;
 *                              open: item, origin (card, tray, flash) → {counts, again_ms}
 *   GET  /shows/{id}/audience  the crew's: {samples, pace}, ten minutes of it
 *   GET  /factory/shows        a maker's: the shows that had its goods
 *   GET  /shows/{id}/report    the crew's, and of their own goods the makers'; report.xlsx
 */
#ifndef TOWN_AUDIENCE_AUDIENCE_H
#define TOWN_AUDIENCE_AUDIENCE_H

#include "live/room.h"
#include "store/writer.h"
#include "town/figures/figures.h"
#include "web/web.h"

enum {
    AUDIENCE_SAMPLE_MS = 10 * 1000,
    AUDIENCE_FLUSH_MS = 1000,
    AUDIENCE_FLUSH_MAX =
        1500, /* beacons of a flush; more wait for the next. They fit a job's arena */
    AUDIENCE_QUEUE_MAX = 32768,    /* waiting; what comes beyond is refused: 503 */
    AUDIENCE_AGAIN_MS = 60 * 1000, /* a window says that often that it is still there */
    AUDIENCE_GAP_MS = 150 * 1000,  /* unseen for longer it was away, and that time is no stay */
    AUDIENCE_VISITS_MAX = 100000,  /* of a show; later ones are not counted */
    AUDIENCE_VISITOR = 32,         /* hex digits */
    AUDIENCE_VIA_MAX = 32,         /* bytes of a marked link's word, or of a host */
    AUDIENCE_REF_MAX = 2048,       /* of an address that somebody came from */
    AUDIENCE_SHOWS_MAX = ROOMS_MAX,
    /* of one address: so many at once, then one in so many ms. A works canteen watches behind one.
     */
    AUDIENCE_BURST = 600,
    AUDIENCE_EVERY_MS = 20,
    AUDIENCE_START_BURST = 600, /* the same of visits that begin: what a flood can add */
    AUDIENCE_START_EVERY_MS = 200,
    AUDIENCE_ADDRESSES = 16384, /* remembered */
    AUDIENCE_CHECK_SAYS = 20,
};

extern const struct web_module audience_module;
extern const struct figure audience_figures[];
extern const size_t audience_figures_n;

/* Before the writer's first command. */
void audience_prepare(struct writer *w);
/* Before the first request; audience_stop() after the last. */
enum err audience_start(struct rooms *rooms) MUST_CHECK;
void audience_stop(void);

/* ---- for the demo's filler: a show of the past ---- */

struct audience_past {
    int64_t show, from_ms, until_ms, visits;
    uint64_t seed;
};
enum err audience_fill(struct tx *tx, const struct audience_past *p) MUST_CHECK;

/* ---- for `guildhall check` ---- */

enum err audience_check(struct db *db, struct arena *arena,
                        void (*say)(void *arg, const char *line), void *arg,
                        int *violations) MUST_CHECK;

#endif
