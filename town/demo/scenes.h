/*
 * The pictures of the demo show: for each product one scene of 720 x 1280, drawn as two SVGs that
 * an encoder lays over each other, so that the product can move before its background.
 */
#ifndef TOWN_DEMO_SCENES_H
#define TOWN_DEMO_SCENES_H

#include "base/buf.h"
#include "base/str.h"

enum { DEMO_SCENE_W = 720, DEMO_SCENE_H = 1280, DEMO_SPRITE = 560 /* both sides */ };

struct demo_scene {
    struct str kind, colour; /* as in hall/picture.h */
    int64_t shape;
    struct str title_zh, title_en, factory_zh;
    int64_t price_fen, hall_price_fen;
    int index, count; /* from 0 */
};

/* Opaque, 720 x 1280: studio, name, price. */
void demo_scene_background(const struct demo_scene *s, struct buf *out);
/* The product alone on nothing, DEMO_SPRITE square. */
void demo_scene_sprite(const struct demo_scene *s, struct buf *out);

#endif
