/*
 * Who hears of the town's events: the webhook, when there is an address for one. Events older than
 * OUTBOX_KEEP_MS are forgotten in any case.
 */
#ifndef NOTIFY_NOTIFY_H
#define NOTIFY_NOTIFY_H

#include "base/buf.h"
#include "store/writer.h"

struct notify;

struct notify_spec {
    const char *webhook_url; /* empty: none */
    const char *data_dir;    /* of webhook.key */
    const char *store_url;
    struct writer *writer;
};

/* Between writer_open() and writer_start(). */
enum err notify_start(const struct notify_spec *spec, struct notify **out, struct arena *arena,
                      struct err_info *info) MUST_CHECK;
void notify_metrics(struct notify *n, struct buf *out); /* Prometheus text */
void notify_stop(struct notify *n);                     /* before the writer stops; NULL is fine */
void notify_free(struct notify *n);                     /* after it has */

#endif
