/*
 * Codes and texts to people's phones, by the gateway of the setting sms-gateway:
 *
 *   (none)   nobody can be sent a code
 *   log      prints "SMS to 13800000000: 123456" on standard output: a demo, a developer
 *   http…    posts to that address, signed as webhooks are (webhook.h; the key is DIR/sms.key):
 *            {"type":"sms.code","phone":"13800000000","code":"123456","lang":"zh-CN","minutes":5}
 *
 * A thread of its own sends, one after another, what a short queue holds: pages never wait for a
 * gateway. The queue is in memory only: codes lie nowhere in clear, and a code that is late is
 * worth nothing. So a message is tried SMS_ATTEMPTS_MAX times, not beyond SMS_LATE_MS after it was
 * asked for, and what is left at the end is dropped: who waits asks again.
 */
#ifndef NOTIFY_SMS_H
#define NOTIFY_SMS_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/str.h"

enum {
    SMS_QUEUE_MAX = 256, /* messages that wait */
    SMS_PHONE_MAX = 24,
    SMS_CODE_MAX = 12,
    SMS_ATTEMPTS_MAX = 3,
    SMS_PAUSE_MS = 1000, /* before the next attempt */
    SMS_LATE_MS = 60 * 1000,
};

struct sms;

/* `gateway`: as above; not empty. ERR_INVALID with info->field "sms-gateway". */
enum err sms_start(const char *gateway, const char *data_dir, struct sms **out, struct arena *arena,
                   struct err_info *info) MUST_CHECK;
/* Takes a copy and returns at once; any thread. `lang`: "zh-CN" or "en". ERR_BUSY when too many
 * wait, ERR_INVALID when something is too long. */
enum err sms_send(void *sms, struct str phone, struct str code, const char *lang,
                  int minutes) MUST_CHECK;
/* A whole text, posted at once on the caller's thread, which is always the same one; it blocks, a
 * dozen seconds at most:
 *   {"type":"sms.message","phone":"13800000000","text":"…","lang":"zh-CN"}
 * `id` is its webhook-id, the same at each attempt. What became of it as of webhook_post(). */
enum err sms_text(struct sms *s, const char *id, struct str phone, struct str text,
                  const char *lang) MUST_CHECK;
/* Ends a call of sms_text() that waits, and each later one; any thread. NULL is fine. */
void sms_cut(struct sms *s);
void sms_metrics(struct sms *s, struct buf *out); /* Prometheus text; NULL is fine */
void sms_stop(struct sms *s);                     /* NULL is fine */

#endif
