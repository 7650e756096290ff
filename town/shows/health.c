/* The picture's health, in numbers and in words: see health.h. */
#include "town/shows/health.h"

#include <stdio.h>

#include "town/shows/internal.h"

/* A bit for so many pixels: what is good, and from where it is too little or wasted. */
enum { GOOD_PIXELS = 12, LOW_PIXELS = 32, HIGH_PIXELS = 5, SOUND_KBPS = 128 };
enum { FPS_ASSUMED_X100 = 3000 };

const char *const advice_levels[] = {"good", "tip", "warn", "bad"};

struct lines {
    struct advice *out;
    size_t n;
    struct advice beyond; /* where those go that are too many */
};

static struct advice *add(struct lines *l, enum advice_level level, const char *key)
{
    struct advice *a = l->n < HEALTH_ADVICE_MAX ? &l->out[l->n++] : &l->beyond;
    *a = (struct advice){.level = level, .key = key};
    return a;
}

/* --- rates --- */

static int64_t pixels_a_second(const struct live_health *h)
{
    int fps_x100 = h->fps_mean_x100 > 0 ? h->fps_mean_x100 : FPS_ASSUMED_X100;
    return (int64_t)h->width * h->height * fps_x100 / 100;
}

static int kbps_for(const struct live_health *h, int pixels_a_bit)
{
    return (int)(pixels_a_second(h) / pixels_a_bit / 1000) + SOUND_KBPS;
}

int health_good_kbps(const struct live_health *h)
{
    int kbps = kbps_for(h, GOOD_PIXELS);
    return (kbps + 50) / 100 * 100;
}

static void judge_rate(const struct live_health *h, struct lines *l)
{
    struct advice *a = NULL;
    if (h->mean_kbps < kbps_for(h, LOW_PIXELS))
        a = add(l, ADVICE_WARN, "shows.advice_rate_low");
    else if (h->mean_kbps > kbps_for(h, HIGH_PIXELS))
        a = add(l, ADVICE_TIP, "shows.advice_rate_high");
    if (!a)
        return;
    a->kbps = h->mean_kbps;
    a->good_kbps = health_good_kbps(h);
}

/* --- what is missing --- */

static void judge_presence(const struct live_health *h, struct lines *l)
{
    if (h->frame_ago_ms >= HEALTH_SILENCE_MS && h->audio_ago_ms >= HEALTH_SILENCE_MS) {
        int64_t ms = h->frame_ago_ms < h->audio_ago_ms ? h->frame_ago_ms : h->audio_ago_ms;
        add(l, ADVICE_BAD, "shows.advice_nothing")->number = ms / 1000;
        return;
    }
    if (h->width == 0 || h->frame_ago_ms >= HEALTH_SILENCE_MS)
        add(l, ADVICE_BAD, "shows.advice_no_picture");
    if (h->audio_hz == 0 || h->audio_ago_ms >= HEALTH_SILENCE_MS)
        add(l, ADVICE_BAD, "shows.advice_no_sound");
}

static bool is_recent(int64_t ago_ms)
{
    return ago_ms >= 0 && ago_ms < HEALTH_RECENT_MS;
}

/* --- the picture --- */

/* The first keyframe begins the stream: with no second one since, their distance is at least its
 * age. */
static void judge_keyframes(const struct live_health *h, struct lines *l)
{
    int64_t ms = h->keyframe_ms > 0 ? h->keyframe_ms : h->up_ms;
    if (ms > HEALTH_KEYFRAME_MS)
        add(l, ADVICE_WARN, "shows.advice_keyframes")->number = (ms + 500) / 1000;
}

static void judge_frames(const struct live_health *h, struct lines *l)
{
    bool uneven = h->fps_low_x100 * 100LL < h->fps_high_x100 * (100LL - HEALTH_UNEVEN_PERCENT);
    if (h->fps_mean_x100 < HEALTH_FPS_LOW_X100)
        add(l, ADVICE_WARN, "shows.advice_fps_low")->number = h->fps_mean_x100 / 100;
    else if (uneven || h->gap_ms >= HEALTH_GAP_MS)
        add(l, ADVICE_WARN, "shows.advice_fps_uneven");
}

static void judge_picture(const struct live_health *h, struct lines *l)
{
    bool still = h->still_ms >= HEALTH_STILL_MS;
    if (still)
        add(l, ADVICE_WARN, "shows.advice_still")->number = h->still_ms / 1000;
    judge_keyframes(h, l);
    judge_frames(h, l);
    if (!still) /* of a picture that stands still it says nothing */
        judge_rate(h, l);
    if (h->width > h->height)
        add(l, ADVICE_TIP, "shows.advice_landscape");
}

size_t health_advice(const struct live_health *h, struct advice out[HEALTH_ADVICE_MAX])
{
    struct lines l = {.out = out};
    if (h->state != LIVE_ON)
        return 0;
    judge_presence(h, &l);
    if (is_recent(h->drop_ago_ms))
        add(&l, ADVICE_BAD, "shows.advice_dropped");
    if (is_recent(h->reset_ago_ms))
        add(&l, ADVICE_WARN, "shows.advice_clock");
    if (h->watched_s >= HEALTH_SETTLED_S && h->width > 0 && h->frame_ago_ms < HEALTH_SILENCE_MS)
        judge_picture(h, &l);
    if (l.n == 0 && h->watched_s >= HEALTH_SETTLED_S)
        add(&l, ADVICE_GOOD, "shows.advice_good");
    return l.n;
}

/* --- on the desk --- */

static struct str mbps_of(struct req *r, int kbps)
{
    return str_of(arena_printf(r->arena, "%d.%d", kbps / 1000, kbps / 100 % 10));
}

static void put_advice(struct req *r, struct view *of, const struct live_health *h)
{
    struct advice found[HEALTH_ADVICE_MAX];
    size_t n = h ? health_advice(h, found) : 0;
    struct view *list = view_put_list(of, "advice");
    for (size_t i = 0; i < n; i++) {
        const struct i18n_arg args[] = {
            {"count", i18n_number(r->lang, found[i].number, r->arena)},
            {"mbps", mbps_of(r, found[i].kbps)},
            {"good", mbps_of(r, found[i].good_kbps)},
            {"size", str_of(arena_printf(r->arena, "%d×%d", h->width, h->height))}};
        struct view *v = view_add_object(list);
        view_put_z(v, "level", advice_levels[found[i].level]);
        view_put_str(v, "text",
                     i18n_text(r->lang, str_of(found[i].key), args, sizeof(args) / sizeof(args[0]),
                               r->arena));
    }
}

static void put_numbers(struct view *v, const struct live_health *h)
{
    char text[24];
    view_put_bool(v, "on_air", h->state == LIVE_ON);
    view_put_int(v, "kbps", h->kbps);
    view_put_int(v, "fps_x100", h->fps_x100);
    view_put_int(v, "keyframe_ms", h->keyframe_ms);
    view_put_int(v, "width", h->width);
    view_put_int(v, "height", h->height);
    view_put_int(v, "audio_hz", h->audio_hz);
    view_put_int(v, "dropped", (int64_t)h->dropped);
    view_put_int(v, "clock_resets", (int64_t)h->resets);
    view_put_int(v, "takeovers", (int64_t)h->takeovers);
    view_put_int(v, "players", h->viewers);
    view_put_int(v, "up_ms", h->up_ms);
    view_put_z(v, "software", h->software);
    snprintf(text, sizeof(text), "%d.%d", h->fps_x100 / 100, h->fps_x100 / 10 % 10);
    view_put_z(v, "fps", text);
    snprintf(text, sizeof(text), "%d.%d", h->keyframe_ms / 1000, h->keyframe_ms / 100 % 10);
    view_put_z(v, "keyframe_s", text);
    snprintf(text, sizeof(text), "%d.%02d", h->kbps / 1000, h->kbps / 10 % 100);
    view_put_z(v, "mbps", text);
}

void shows_put_health(struct req *r, struct view *of, int64_t show)
{
    char name[SHOWS_ROOM_NAME];
    struct live_health h;
    struct view *v = view_put_object(of, "health");
    bool known = shows_live() && live_health(shows_live(), shows_stream_name(show, name), &h) == OK;
    view_put_bool(v, "known", known);
    if (known)
        put_numbers(v, &h);
    put_advice(r, of, known ? &h : NULL);
}

void shows_put_pulse(struct req *r, struct view *v, int64_t show)
{
    char name[SHOWS_ROOM_NAME];
    view_put_bool(v, "has_picture", shows_has_picture(show));
    view_put_bool(v, "rehearsal", shows_is_rehearsing(show));
    view_put_int(v, "viewers", room_followers(shows_env.rooms, shows_stream_name(show, name)));
    shows_put_health(r, v, show);
}
