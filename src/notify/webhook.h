/*
 * Webhooks: each event of the outbox is posted to one address, as Standard Webhooks says
 * (standardwebhooks.com, version 1):
 *
 *   POST URL
 *   webhook-id: evt_1042              the event's number: the receiver drops what it has had
 *   webhook-timestamp: 1764030000     seconds, of this attempt
 *   webhook-signature: v1,BASE64      HMAC-SHA256 under the key of "ID.TIMESTAMP.BODY"
 *
 *   {"type":"order.placed","timestamp":"2026-11-25T12:00:00.000Z","subject":"order:7","data":{…}}
 *
 * The key is DIR/webhook.key, made at the first start; the receiver's form of it is
 * "whsec_" and the base64 of its 32 bytes. 2xx is taken for received; no redirects are followed.
 * Delivery, order and repeats: notify/dispatch.h. A connection that fails means that nobody is
 * there; 408, 429, 5xx and no whole answer in time, that it cannot be taken now; any other answer
 * refuses the event.
 */
#ifndef NOTIFY_WEBHOOK_H
#define NOTIFY_WEBHOOK_H

#include "notify/dispatch.h"

enum { WEBHOOK_KEY_BYTES = 32, WEBHOOK_URL_MAX = 2000 };

struct webhook;

/* Once a process, before threads: libcurl's own start. */
enum err webhook_init(void) MUST_CHECK;
/* `url`: http:// or https://, without user or password: ERR_INVALID. Copies the key. */
enum err webhook_new(const char *url, const uint8_t key[WEBHOOK_KEY_BYTES], struct webhook **out,
                     struct err_info *info) MUST_CHECK;
void webhook_free(struct webhook *h);
/* For dispatch_spec.deliver, with the webhook as its arg; on one thread. */
enum err webhook_deliver(void *webhook, const struct outbox_event *e) MUST_CHECK;
/* Posts a body, JSON, that is no event, signed the same way: what became of it is said as for one.
 * `id`: shorter than 32 characters; the same at each attempt. On one thread. */
enum err webhook_post(struct webhook *h, const char *id, struct str body) MUST_CHECK;
/* For dispatch_spec.cut: ends a delivery that waits for an answer. */
void webhook_cut(void *webhook);

/* "v1,BASE64" into `out`. Exposed for receivers' tests. */
enum { WEBHOOK_SIGNATURE_MAX = 48 };
void webhook_sign(const uint8_t key[WEBHOOK_KEY_BYTES], const char *id, int64_t seconds,
                  struct str body, char out[WEBHOOK_SIGNATURE_MAX]);

#endif
