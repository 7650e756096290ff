/* The drawings, by kind; private to picture*.c. */
#ifndef TOWN_HALL_PICTURE_KINDS_H
#define TOWN_HALL_PICTURE_KINDS_H

#include "town/hall/picture_pen.h"

typedef void picture_kind_fn(struct pen *p);

/* picture_kitchen.c */
picture_kind_fn draw_kettle, draw_rice_cooker, draw_air_fryer, draw_juicer, draw_blender,
    draw_induction, draw_oven, draw_microwave, draw_coffee, draw_toaster, draw_egg_cooker,
    draw_hot_pot;
/* picture_home.c */
picture_kind_fn draw_fan, draw_iron, draw_heater, draw_hair_dryer, draw_vacuum, draw_shaver,
    draw_humidifier, draw_steamer, draw_lamp, draw_socket, draw_purifier, draw_box;

#endif
