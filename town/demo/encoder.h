/*
 * The demo show's encoder: a real one. Draws the scenes, lets ffmpeg make a loop of them once (kept
 * in the data folder until the products change), then runs ffmpeg as any host would run an encoder,
 * publishing the loop over RTMP, and tells the host which product the picture has reached. When
 * ffmpeg dies it is started again.
 *
 *   thread: scenes ─▶ rsvg-convert ─▶ ffmpeg (scene files, once) ─▶ loop.mp4
 *                     ffmpeg -re loop.mp4 ─▶ rtmp://…/live/show-N     its -progress ─▶ reached()
 */
#ifndef TOWN_DEMO_ENCODER_H
#define TOWN_DEMO_ENCODER_H

#include "base/err.h"
#include "town/demo/scenes.h"

enum { DEMO_SCENES_MAX = 24, DEMO_SCENE_SECONDS = 10 };

struct demo_item {
    int64_t item; /* show_items.id */
    struct demo_scene scene;
};

struct demo_encoder_spec { /* copied, strings too */
    struct arena *arena;   /* of who begins it, until then */
    const char *dir;       /* scratch folder, made if need be */
    const char *rtmp_url;  /* "rtmp://127.0.0.1:1935/live/show-1?key=…": never logged */
    int64_t show;
    void (*reached)(void *arg, int64_t item); /* on the encoder's thread; must not wait */
    void *arg;
    struct demo_item items[DEMO_SCENES_MAX];
    int items_n;
};

struct demo_encoder;

struct demo_encoder *demo_encoder_start(const struct demo_encoder_spec *spec); /* NULL: no memory */
void demo_encoder_stop(struct demo_encoder *e); /* ends ffmpeg, joins, frees */

#endif
