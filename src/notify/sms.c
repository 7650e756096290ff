#include "notify/sms.h"

#include <pthread.h>
#include <signal.h>
#include <sodium.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/rnd.h"
#include "notify/webhook.h"
#include "store/keyfile.h"

enum { BODY_MAX = 256, LANG_MAX = 8, TEXT_BODY_MAX = 16 * 1024 };

struct message {
    char phone[SMS_PHONE_MAX + 1], code[SMS_CODE_MAX + 1], lang[LANG_MAX];
    int minutes;
    int64_t asked_ms; /* by the monotonic clock */
};

struct sms {
    struct webhook *webhook; /* NULL: prints */
    struct webhook *texts;   /* the same of sms_text()'s caller, NULL: prints */
    atomic_bool is_cut;
    pthread_t thread;
    pthread_mutex_t lock; /* guards the rest */
    pthread_cond_t wake;  /* on CLOCK_MONOTONIC */
    bool stopping;
    struct message queue[SMS_QUEUE_MAX]; /* a ring */
    size_t first, n;
    uint64_t sent, failed, dropped;
};

/* ---- one message ---- */

static enum err print(const struct message *m)
{
    printf("SMS to %s: %s\n", m->phone, m->code);
    return fflush(stdout) == 0 ? OK : ERR_IO;
}

/* Phones and codes are digits, spaces, + and -, which JSON need not escape: sms_send() looks. */
static enum err post(struct sms *s, const struct message *m, const char *id)
{
    char body[BODY_MAX];
    int n = snprintf(body, sizeof(body),
                     "{\"type\":\"sms.code\",\"phone\":\"%s\",\"code\":\"%s\",\"lang\":\"%s\","
                     "\"minutes\":%d}",
                     m->phone, m->code, m->lang, m->minutes);
    enum err e = webhook_post(s->webhook, id, str_n(body, (size_t)n));
    sodium_memzero(body, sizeof(body));
    return e;
}

static bool is_worth_another(enum err e)
{
    return e == ERR_IO || e == ERR_BUSY || e == ERR_TIMEOUT;
}

/* False when it is to end. */
static bool pause_before_next(struct sms *s)
{
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += SMS_PAUSE_MS / 1000;
    pthread_mutex_lock(&s->lock);
    int rc = 0;
    while (!s->stopping && rc == 0)
        rc = pthread_cond_timedwait(&s->wake, &s->lock, &until);
    bool goes_on = !s->stopping;
    pthread_mutex_unlock(&s->lock);
    return goes_on;
}

static enum err deliver(struct sms *s, const struct message *m)
{
    char id[24];
    enum err e = ERR_TIMEOUT;
    if (!s->webhook)
        return print(m);
    snprintf(id, sizeof(id), "sms_%016llx", (unsigned long long)rnd_u64());
    for (int i = 0; i < SMS_ATTEMPTS_MAX; i++) {
        if (clock_mono_ms() - m->asked_ms > SMS_LATE_MS)
            break;
        e = post(s, m, id);
        if (!is_worth_another(e) || i + 1 == SMS_ATTEMPTS_MAX || !pause_before_next(s))
            break;
    }
    if (e != OK)
        LOG(ERROR, "notify.sms_failed", L_Z("id", id), L_Z("why", err_name(e)));
    return e;
}

/* ---- the thread ---- */

static bool take(struct sms *s, struct message *m)
{
    pthread_mutex_lock(&s->lock);
    while (!s->stopping && s->n == 0)
        pthread_cond_wait(&s->wake, &s->lock);
    bool has = !s->stopping;
    if (has) {
        *m = s->queue[s->first];
        sodium_memzero(&s->queue[s->first], sizeof(*m));
        s->first = (s->first + 1) % SMS_QUEUE_MAX;
        s->n--;
    }
    pthread_mutex_unlock(&s->lock);
    return has;
}

static void *run(void *arg)
{
    struct sms *s = arg;
    struct message m;
    while (take(s, &m)) {
        enum err e = deliver(s, &m);
        pthread_mutex_lock(&s->lock);
        *(e == OK ? &s->sent : &s->failed) += 1;
        pthread_mutex_unlock(&s->lock);
    }
    sodium_memzero(&m, sizeof(m));
    return NULL;
}

/* ---- what others call ---- */

static bool is_plain(struct str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (!strchr("0123456789+- ", s.p[i]) || s.p[i] == 0)
            return false;
    return s.n > 0;
}

enum err sms_send(void *sms, struct str phone, struct str code, const char *lang, int minutes)
{
    struct sms *s = sms;
    if (!is_plain(phone) || phone.n > SMS_PHONE_MAX || !is_plain(code) || code.n > SMS_CODE_MAX)
        return ERR_INVALID;
    pthread_mutex_lock(&s->lock);
    enum err e = s->n < SMS_QUEUE_MAX ? OK : ERR_BUSY;
    if (e == OK) {
        struct message *m = &s->queue[(s->first + s->n++) % SMS_QUEUE_MAX];
        snprintf(m->phone, sizeof(m->phone), "%.*s", STR_ARG(phone));
        snprintf(m->code, sizeof(m->code), "%.*s", STR_ARG(code));
        snprintf(m->lang, sizeof(m->lang), "%s", lang);
        m->minutes = minutes;
        m->asked_ms = clock_mono_ms();
        pthread_cond_broadcast(&s->wake);
    } else
        s->dropped++;
    pthread_mutex_unlock(&s->lock);
    if (e != OK)
        LOG(ERROR, "notify.sms_queue_full");
    return e;
}

static void put_json(struct buf *b, struct str text)
{
    for (size_t i = 0; i < text.n; i++) {
        unsigned char c = (unsigned char)text.p[i];
        if (c == '"' || c == '\\')
            buf_printf(b, "\\%c", c);
        else if (c < ' ')
            buf_printf(b, "\\u%04x", c);
        else
            buf_u8(b, c);
    }
}

enum err sms_text(struct sms *s, const char *id, struct str phone, struct str text,
                  const char *lang)
{
    struct buf body;
    if (!is_plain(phone) || phone.n > SMS_PHONE_MAX || !str_is_utf8(text))
        return ERR_INVALID;
    if (atomic_load(&s->is_cut))
        return ERR_IO;
    if (!s->texts) {
        printf("SMS to %.*s: %.*s\n", STR_ARG(phone), STR_ARG(text));
        return fflush(stdout) == 0 ? OK : ERR_IO;
    }
    buf_init(&body, TEXT_BODY_MAX);
    buf_printf(&body, "{\"type\":\"sms.message\",\"phone\":\"%.*s\",\"text\":\"", STR_ARG(phone));
    put_json(&body, text);
    buf_printf(&body, "\",\"lang\":\"%s\"}", lang);
    enum err e = buf_ok(&body) ? webhook_post(s->texts, id, str_n(body.p, body.n)) : ERR_LIMIT;
    buf_free(&body);
    return e;
}

void sms_cut(struct sms *s)
{
    if (!s)
        return;
    atomic_store(&s->is_cut, true);
    if (s->texts)
        webhook_cut(s->texts);
}

void sms_metrics(struct sms *s, struct buf *out)
{
    if (!s)
        return;
    pthread_mutex_lock(&s->lock);
    buf_printf(out,
               "# HELP guildhall_sms_total Codes to phones, by what became of them.\n"
               "# TYPE guildhall_sms_total counter\n"
               "guildhall_sms_total{fate=\"sent\"} %llu\n"
               "guildhall_sms_total{fate=\"failed\"} %llu\n"
               "guildhall_sms_total{fate=\"dropped\"} %llu\n",
               (unsigned long long)s->sent, (unsigned long long)s->failed,
               (unsigned long long)s->dropped);
    pthread_mutex_unlock(&s->lock);
}

static enum err open_gateway(struct sms *s, const char *url, const char *data_dir,
                             struct arena *arena, struct err_info *info)
{
    uint8_t key[KEYFILE_BYTES];
    enum err e = webhook_init();
    if (e == OK)
        e = keyfile_load(data_dir, "sms.key", KEYFILE_MAKE, key, arena, info);
    if (e == OK) {
        e = webhook_new(url, key, &s->webhook, info);
        if (e == ERR_INVALID)
            info->field = "sms-gateway";
    }
    if (e == OK)
        e = webhook_new(url, key, &s->texts, info);
    sodium_memzero(key, sizeof(key));
    return e;
}

/* Signals are for the program's main thread. */
static int start_thread(struct sms *s)
{
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int rc = pthread_create(&s->thread, NULL, run, s);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return rc;
}

enum err sms_start(const char *gateway, const char *data_dir, struct sms **out, struct arena *arena,
                   struct err_info *info)
{
    pthread_condattr_t attr;
    struct sms *s = calloc(1, sizeof(*s));
    if (!s)
        return ERR_NOMEM;
    enum err e = strcmp(gateway, "log") == 0 ? OK : open_gateway(s, gateway, data_dir, arena, info);
    if (e != OK) {
        free(s);
        return e;
    }
    pthread_mutex_init(&s->lock, NULL);
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_cond_init(&s->wake, &attr);
    pthread_condattr_destroy(&attr);
    if (start_thread(s) != 0) {
        webhook_free(s->texts);
        webhook_free(s->webhook);
        free(s);
        return ERR_NOMEM;
    }
    *out = s;
    return OK;
}

void sms_stop(struct sms *s)
{
    if (!s)
        return;
    pthread_mutex_lock(&s->lock);
    s->stopping = true;
    pthread_cond_broadcast(&s->wake);
    pthread_mutex_unlock(&s->lock);
    if (s->webhook)
        webhook_cut(s->webhook);
    pthread_join(s->thread, NULL);
    pthread_cond_destroy(&s->wake);
    pthread_mutex_destroy(&s->lock);
    webhook_free(s->texts);
    webhook_free(s->webhook);
    sodium_memzero(s->queue, sizeof(s->queue));
    free(s);
}
