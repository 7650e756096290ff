/*
 * The demo show's people: a host and some viewers, who do over HTTP what anybody does there, by the
 * same addresses and with sessions of their own. The card follows the picture, questions are asked
 * and answered, a flash sale, a coupon and a draw come round, some goods are bought and paid with
 * the test cashier. What is refused is left.
 *
 *   encoder's thread ──demo_host_shows(item)──▶ host's thread ──POST──▶ 127.0.0.1
 */
#ifndef TOWN_DEMO_HOST_H
#define TOWN_DEMO_HOST_H

#include <stdint.h>

#include "store/writer.h"

enum { DEMO_HOST_ITEMS_MAX = 24 };

struct demo_host_spec { /* copied, strings too */
    const char *base;   /* "http://127.0.0.1:8080" */
    int64_t show;
    struct writer *writer; /* borrowed; for the sessions only */
    struct {
        int64_t item;
        const char *kind;
    } items[DEMO_HOST_ITEMS_MAX];
    int items_n;
};

struct demo_host;

struct demo_host *demo_host_start(const struct demo_host_spec *spec); /* NULL: no memory */
void demo_host_stop(struct demo_host *h);                             /* NULL is allowed */
/* The picture has reached an item. Any thread; does not wait. */
void demo_host_shows(struct demo_host *h, int64_t item);

#endif
