#include "notify/notify.h"

#include <sodium.h>
#include <stdlib.h>

#include "base/log.h"
#include "notify/webhook.h"
#include "store/keyfile.h"

enum { PRUNE_EVERY_MS = 5 * 1000 };

struct notify {
    struct webhook *webhook; /* NULL: nobody is told */
    struct dispatch *dispatch;
};

static enum err start_webhook(struct notify *n, const struct notify_spec *spec, struct arena *arena,
                              struct err_info *info)
{
    uint8_t key[KEYFILE_BYTES];
    struct dispatch_spec dispatch = {.consumer = "webhook",
                                     .store_url = spec->store_url,
                                     .writer = spec->writer,
                                     .deliver = webhook_deliver,
                                     .cut = webhook_cut};
    _Static_assert((int)WEBHOOK_KEY_BYTES == (int)KEYFILE_BYTES, "the key is what the file holds");
    enum err e = webhook_init();
    if (!e)
        e = keyfile_load(spec->data_dir, "webhook.key", KEYFILE_MAKE, key, arena, info);
    if (!e)
        e = webhook_new(spec->webhook_url, key, &n->webhook, info);
    sodium_memzero(key, sizeof(key));
    dispatch.arg = n->webhook;
    return e ? e : dispatch_start(&dispatch, &n->dispatch, arena, info);
}

enum err notify_start(const struct notify_spec *spec, struct notify **out, struct arena *arena,
                      struct err_info *info)
{
    struct notify *n = calloc(1, sizeof(*n));
    if (!n)
        return ERR_NOMEM;
    writer_every(spec->writer, PRUNE_EVERY_MS, "notify.prune", outbox_prune, NULL);
    enum err e = spec->webhook_url[0] ? start_webhook(n, spec, arena, info) : OK;
    if (e) {
        notify_free(n);
        return e;
    }
    *out = n;
    return OK;
}

void notify_metrics(struct notify *n, struct buf *out)
{
    struct dispatch_stats s;
    if (!n->dispatch)
        return;
    dispatch_stats(n->dispatch, &s);
    buf_printf(out,
               "# HELP guildhall_webhook_events_total Events, by what became of an attempt.\n"
               "# TYPE guildhall_webhook_events_total counter\n"
               "guildhall_webhook_events_total{fate=\"delivered\"} %llu\n"
               "guildhall_webhook_events_total{fate=\"refused\"} %llu\n"
               "guildhall_webhook_events_total{fate=\"given_up\"} %llu\n"
               "guildhall_webhook_events_total{fate=\"unreachable\"} %llu\n",
               (unsigned long long)s.delivered, (unsigned long long)s.refused,
               (unsigned long long)s.given_up, (unsigned long long)s.unreachable);
}

void notify_stop(struct notify *n)
{
    if (n)
        dispatch_stop(n->dispatch);
}

void notify_free(struct notify *n)
{
    if (!n)
        return;
    dispatch_free(n->dispatch);
    webhook_free(n->webhook);
    free(n);
}
