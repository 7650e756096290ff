/*
 * What a show's crew should change about what their encoder sends, from what live knows of it. Each
 * piece of advice is a text of locales/, shows.advice_NAME, with the arguments that its line here
 * names.
 */
#ifndef TOWN_SHOWS_HEALTH_H
#define TOWN_SHOWS_HEALTH_H

#include "live/live.h"

enum {
    HEALTH_ADVICE_MAX = 5,       /* the most pressing ones */
    HEALTH_SETTLED_S = 5,        /* so long a stream is watched before its numbers are judged */
    HEALTH_SILENCE_MS = 3000,    /* without picture or sound */
    HEALTH_STILL_MS = 20 * 1000, /* the same picture */
    HEALTH_KEYFRAME_MS = 4000,   /* longest distance of keyframes that viewers join at well */
    HEALTH_GAP_MS = 500,         /* a hole between two frames */
    HEALTH_FPS_LOW_X100 = 2000,
    HEALTH_UNEVEN_PERCENT = 30,   /* how much the worst second may be below the best one */
    HEALTH_RECENT_MS = 60 * 1000, /* jumps and drops are spoken of for so long */
};

enum advice_level { ADVICE_GOOD, ADVICE_TIP, ADVICE_WARN, ADVICE_BAD };
extern const char *const advice_levels[];

struct advice {
    enum advice_level level;
    const char *key;     /* of locales/ */
    int64_t number;      /* {count}: seconds, a rate; see the texts */
    int kbps, good_kbps; /* {mbps}, {good}: as they are and as they should be */
};

/* The worst first. Nothing while no encoder sends; what is too young to be judged gets none but of
 * what is missing altogether. */
size_t health_advice(const struct live_health *h, struct advice out[HEALTH_ADVICE_MAX]);
/* What a picture of this size and rate needs: H.264 of a person who moves. */
int health_good_kbps(const struct live_health *h);

#endif
