#include "town/demo/host.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <jansson.h>

#include "base/clock.h"
#include "base/enc.h"
#include "base/log.h"
#include "base/rnd.h"
#include "town/ask.h"
#include "town/demo/plan.h"
#include "town/demo/script.h"
#include "town/people/people.h"

enum {
    TURN_MS = 500,
    ARENA_MAX = 4 << 20,
    ANSWER_MAX = 2 << 20,
    CALL_MS = 5000,
    VIEWERS_MAX = 9,
    FIELDS_MAX = 1024,
    /* How often, with some chance in it; the first of each comes a while after the start. */
    TALK_MS = 9 * 1000,
    ANSWER_MS = 5 * 1000,
    BUY_MS = 40 * 1000,
    FLASH_MS = 240 * 1000,
    FLASH_S = 90,
    FLASH_PIECES = 20,
    DRAW_MS = 420 * 1000,
    DRAW_S = 60,
    DRAW_PRIZES = 2,
    COUPON_MS = 60 * 1000,
    COUPON_PIECES = 30,
    LOW_PIECES = 40,
    RESTOCK_PIECES = 200,
};

struct person {
    const char *login;
    char token[96]; /* of a session; never logged */
};

struct demo_host {
    struct demo_host_spec spec;
    char base[128];
    struct arena strings; /* the spec's */
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t wake;
    bool quit;      /* under lock */
    int64_t wanted; /* under lock: the item that the picture has reached */
    /* the thread's own */
    struct person host, maker, viewers[VIEWERS_MAX];
    int viewers_n;
    int64_t shown;
    int64_t talk_at, answer_at, buy_at, flash_at, draw_at, join_at, coupon_at;
    int64_t question; /* a message that waits for its answer */
    const char *answer;
    int64_t draw;
    int joined;
};

/* --- sessions, as logging in gives them --- */

struct enter {
    struct command cmd;
    struct arena arena;
    const char *login;
    struct str token;
};

static enum err run_enter(struct command *cmd, struct tx *tx)
{
    struct enter *e = (struct enter *)cmd;
    int64_t user;
    bool is_disabled;
    enum err err = people_user_find(tx->db, tx->arena, str_of(e->login), &user, &is_disabled);
    return err ? err : people_session_add(tx, user, &e->token);
}

static bool enter(struct demo_host *h, struct person *p, const char *login)
{
    struct enter e = {.login = login};
    arena_init(&e.arena, ARENA_MAX);
    e.cmd = (struct command){.name = "demo.enter", .run = run_enter, .arena = &e.arena};
    bool ok = writer_call(h->spec.writer, &e.cmd) == OK && e.token.n < sizeof(p->token);
    if (ok) {
        p->login = login;
        snprintf(p->token, sizeof(p->token), "%.*s", STR_ARG(e.token));
    }
    arena_free(&e.arena);
    return ok;
}

static bool enter_all(struct demo_host *h)
{
    bool ok = enter(h, &h->host, demo_show_now.host) && enter(h, &h->maker, "factory");
    for (int i = 0; ok && i < demo_people_n && h->viewers_n < VIEWERS_MAX; i++)
        if (demo_people[i].roles == ROLE_BUYER && !demo_people[i].password)
            h->viewers_n += enter(h, &h->viewers[h->viewers_n], demo_people[i].login);
    return ok && h->viewers_n > 0;
}

/* --- asking --- */

static char *new_key(char key[33])
{
    uint8_t bytes[16];
    rnd_fill(bytes, sizeof(bytes));
    enc_hex(key, bytes, sizeof(bytes));
    return key;
}

/* The JSON answer, or NULL when it is refused or nobody answers; the caller's. fields NULL: a GET.
 */
static json_t *call(struct demo_host *h, const struct person *who, const char *path,
                    const char *fields)
{
    struct arena arena;
    struct ask_answer answer;
    struct err_info info = {0};
    char key[33];
    json_t *json = NULL;
    arena_init(&arena, ARENA_MAX);
    const struct ask_request r = {
        .method = fields ? "POST" : "GET",
        .url = arena_printf(&arena, "%s%s", h->base, path),
        .headers = {"Accept: application/json",
                    arena_printf(&arena, "Authorization: Bearer %s", who->token),
                    arena_printf(&arena, "Idempotency-Key: %s", new_key(key)),
                    fields ? "Content-Type: application/x-www-form-urlencoded" : NULL},
        .body = fields ? str_of(fields) : STR_NONE,
        .answer_max = ANSWER_MAX,
        .deadline_ms = CALL_MS};
    if (!arena_failed(&arena) && ask_http(&r, &answer, &arena, &info) == OK &&
        answer.status / 100 == 2)
        json = json_loadb((const char *)answer.body.p, answer.body.n, 0, NULL);
    ask_answer_free(&answer);
    arena_free(&arena);
    return json;
}

static json_t *post(struct demo_host *h, const struct person *who, const char *door,
                    const char *fields)
{
    char path[128];
    snprintf(path, sizeof(path), "/shows/%lld/%s", (long long)h->spec.show, door);
    return call(h, who, path, fields);
}

static void deed(struct demo_host *h, const struct person *who, const char *door,
                 const char *fields)
{
    json_decref(post(h, who, door, fields));
}

static int64_t number_of(json_t *object, const char *name)
{
    return json_integer_value(json_object_get(object, name));
}

/* --- chance --- */

static int64_t soon(int64_t now, int64_t about_ms)
{
    return now + about_ms / 2 + (int64_t)(rnd_u64() % (uint64_t)about_ms);
}

static struct person *somebody(struct demo_host *h)
{
    return &h->viewers[rnd_u64() % (uint64_t)h->viewers_n];
}

/* --- talk --- */

static const char *kind_shown(const struct demo_host *h)
{
    for (int i = 0; i < h->spec.items_n; i++)
        if (h->spec.items[i].item == h->shown)
            return h->spec.items[i].kind;
    return "";
}

static const struct demo_question *choose_question(const struct demo_host *h)
{
    const char *kind = kind_shown(h);
    const struct demo_question *chosen = NULL;
    int seen = 0;
    for (int i = 0; i < demo_questions_n; i++) {
        const struct demo_question *q = &demo_questions[i];
        if ((!q->kind || strcmp(q->kind, kind) == 0) && rnd_u64() % (uint64_t)++seen == 0)
            chosen = q;
    }
    return chosen;
}

static const char *text_field(struct arena *arena, const char *text, int64_t reply_to)
{
    struct str escaped = enc_percent(arena, str_of(text));
    return reply_to ? arena_printf(arena, "text=%.*s&reply_to=%lld", STR_ARG(escaped),
                                   (long long)reply_to)
                    : arena_printf(arena, "text=%.*s", STR_ARG(escaped));
}

static void say(struct demo_host *h)
{
    struct arena arena;
    arena_init(&arena, ARENA_MAX);
    const struct demo_question *q = h->question == 0 && rnd_u64() % 2 ? choose_question(h) : NULL;
    const char *text = q ? q->asked : demo_remarks[rnd_u64() % (uint64_t)demo_remarks_n];
    json_t *answer = post(h, somebody(h), "chat", text_field(&arena, text, 0));
    if (q && answer) {
        h->question = number_of(json_object_get(answer, "message"), "id");
        h->answer = q->answered;
        h->answer_at = clock_mono_ms() + ANSWER_MS;
    }
    json_decref(answer);
    arena_free(&arena);
}

static void answer_it(struct demo_host *h)
{
    struct arena arena;
    arena_init(&arena, ARENA_MAX);
    deed(h, &h->host, "chat", text_field(&arena, h->answer, h->question));
    h->question = 0;
    arena_free(&arena);
}

/* --- buying --- */

static json_t *item_of(json_t *show, int64_t item)
{
    size_t i;
    json_t *one;
    json_array_foreach(json_object_get(show, "items"), i,
                       one) if (number_of(one, "id") == item) return one;
    return NULL;
}

static void pay(struct demo_host *h, const struct person *who, int64_t order)
{
    char path[64];
    snprintf(path, sizeof(path), "/cashier/%lld", (long long)order);
    json_decref(call(h, who, path, ""));
}

/* Of what is shown: one piece, sent to an address that is nobody's. */
static void buy(struct demo_host *h)
{
    static const char *const receiver =
        "name=%E6%BC%94%E7%A4%BA&phone=13800000000&province=33&address="
        "%E5%AE%81%E6%B3%A2%E5%B8%82%E6%85%88%E6%BA%AA%E5%B8%82%E6%BC%94%E7%A4%BA%E8%B7%AF1%E5%8F%"
        "B7";
    char path[64], fields[FIELDS_MAX];
    snprintf(path, sizeof(path), "/shows/%lld.json", (long long)h->spec.show);
    json_t *show = call(h, &h->host, path, NULL), *item = item_of(show, h->shown);
    if (item && number_of(item, "left") < LOW_PIECES) {
        snprintf(path, sizeof(path), "/hall/skus/%lld/stock", (long long)number_of(item, "sku_id"));
        snprintf(fields, sizeof(fields), "pieces=%d", RESTOCK_PIECES);
        json_decref(call(h, &h->host, path, fields));
    }
    const struct person *who = somebody(h);
    snprintf(fields, sizeof(fields), "sku=%lld&quantity=1&show=%lld&%s",
             (long long)number_of(item, "sku_id"), (long long)h->spec.show, receiver);
    json_t *placed = item ? call(h, who, "/orders", fields) : NULL;
    if (placed)
        pay(h, who, number_of(json_object_get(placed, "order"), "id"));
    json_decref(placed);
    json_decref(show);
}

/* --- offers --- */

/* A fifth off the show's price, in whole yuan. */
static void flash(struct demo_host *h)
{
    char path[64], fields[FIELDS_MAX];
    snprintf(path, sizeof(path), "/shows/%lld.json", (long long)h->spec.show);
    json_t *show = call(h, &h->host, path, NULL), *item = item_of(show, h->shown);
    int64_t price = number_of(json_object_get(item, "price"), "fen");
    snprintf(fields, sizeof(fields),
             "item=%lld&price=%lld&pieces=%d&per_buyer=2&seconds=%d&start=1", (long long)h->shown,
             (long long)(price * 4 / 500), FLASH_PIECES, FLASH_S);
    if (price > 500)
        deed(h, &h->host, "flash", fields);
    json_decref(show);
}

static void draw(struct demo_host *h)
{
    char fields[FIELDS_MAX];
    snprintf(fields, sizeof(fields), "item=%lld&prizes=%d&seconds=%d&start=1", (long long)h->shown,
             DRAW_PRIZES, DRAW_S);
    json_t *made = post(h, &h->host, "draws", fields);
    h->draw = made ? number_of(made, "draw") : 0;
    h->joined = 0;
    json_decref(made);
}

static void join(struct demo_host *h)
{
    char door[64];
    snprintf(door, sizeof(door), "draws/%lld/join", (long long)h->draw);
    if (h->joined < h->viewers_n)
        deed(h, &h->viewers[h->joined++], door, "");
    else
        h->draw = 0;
}

/* The maker's clerk hands the host some of a coupon that is open. */
static void ask_for_coupons(struct demo_host *h)
{
    char path[64], fields[FIELDS_MAX];
    size_t i;
    json_t *one, *all = call(h, &h->maker, "/factory/coupons.json", NULL);
    json_array_foreach(json_object_get(all, "coupons"), i, one)
    {
        json_t *state = json_object_get(one, "state");
        if (!state || strcmp(json_string_value(state), "open") != 0)
            continue;
        snprintf(path, sizeof(path), "/factory/coupons/%lld/hosts",
                 (long long)number_of(one, "id"));
        snprintf(fields, sizeof(fields), "host=%s&pieces=%d", demo_show_now.host, COUPON_PIECES);
        json_decref(call(h, &h->maker, path, fields));
        break;
    }
    json_decref(all);
}

static void coupon(struct demo_host *h)
{
    char path[64], fields[FIELDS_MAX];
    snprintf(path, sizeof(path), "/shows/%lld/desk.json", (long long)h->spec.show);
    json_t *desk = call(h, &h->host, path, NULL);
    json_t *coupons = json_object_get(json_object_get(desk, "offers"), "coupons");
    json_t *share = json_array_get(json_object_get(coupons, "shares"), 0);
    if (json_array_size(json_object_get(coupons, "pushed")) > 0) {
        json_t *pushed = json_array_get(json_object_get(coupons, "pushed"), 0);
        snprintf(path, sizeof(path), "coupons/%lld/claim", (long long)number_of(pushed, "id"));
        deed(h, somebody(h), path, "");
    } else if (share && number_of(share, "left") > 0) {
        snprintf(fields, sizeof(fields), "coupon=%lld&pieces=%lld&push=1",
                 (long long)number_of(share, "id"), (long long)number_of(share, "left"));
        deed(h, &h->host, "coupons", fields);
    } else if (desk) {
        ask_for_coupons(h);
        h->coupon_at = clock_mono_ms() + TALK_MS;
    }
    json_decref(desk);
}

/* --- the thread --- */

/* Is it time? Then the next time is set. */
static bool due(int64_t *at, int64_t now, int64_t about_ms)
{
    if (now < *at)
        return false;
    *at = soon(now, about_ms);
    return true;
}

static void turn(struct demo_host *h, int64_t wanted)
{
    char fields[64];
    int64_t now = clock_mono_ms();
    if (wanted && wanted != h->shown) {
        h->shown = wanted;
        snprintf(fields, sizeof(fields), "item=%lld", (long long)wanted);
        deed(h, &h->host, "card", fields);
    }
    if (!h->shown)
        return; /* the picture has not come yet */
    if (h->question && now >= h->answer_at)
        answer_it(h);
    if (due(&h->talk_at, now, TALK_MS))
        say(h);
    if (due(&h->buy_at, now, BUY_MS))
        buy(h);
    if (due(&h->flash_at, now, FLASH_MS))
        flash(h);
    if (due(&h->draw_at, now, DRAW_MS))
        draw(h);
    if (h->draw && due(&h->join_at, now, TALK_MS))
        join(h);
    if (due(&h->coupon_at, now, COUPON_MS))
        coupon(h);
}

/* False when it is time to go. */
static bool wait_turn(struct demo_host *h, int64_t *wanted)
{
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_nsec += TURN_MS * 1000000L;
    until.tv_sec += until.tv_nsec / 1000000000L;
    until.tv_nsec %= 1000000000L;
    pthread_mutex_lock(&h->lock);
    if (!h->quit)
        pthread_cond_timedwait(&h->wake, &h->lock, &until);
    bool go_on = !h->quit;
    *wanted = h->wanted;
    pthread_mutex_unlock(&h->lock);
    return go_on;
}

static void *host_main(void *arg)
{
    struct demo_host *h = arg;
    int64_t wanted, now = clock_mono_ms();
    if (!enter_all(h)) {
        LOG(WARN, "demo.no_host", L_I("show", h->spec.show));
        return NULL;
    }
    h->flash_at = now + FLASH_MS / 4;
    h->draw_at = now + DRAW_MS / 3;
    h->coupon_at = now + COUPON_MS / 2;
    h->buy_at = now + BUY_MS / 2;
    while (wait_turn(h, &wanted))
        turn(h, wanted);
    return NULL;
}

/* --- start and stop --- */

void demo_host_shows(struct demo_host *h, int64_t item)
{
    if (!h)
        return;
    pthread_mutex_lock(&h->lock);
    h->wanted = item;
    pthread_cond_signal(&h->wake);
    pthread_mutex_unlock(&h->lock);
}

struct demo_host *demo_host_start(const struct demo_host_spec *spec)
{
    struct demo_host *h = calloc(1, sizeof(*h));
    if (!h)
        return NULL;
    h->spec = *spec;
    arena_init(&h->strings, ARENA_MAX);
    snprintf(h->base, sizeof(h->base), "%s", spec->base);
    for (int i = 0; i < spec->items_n; i++)
        h->spec.items[i].kind = arena_strdup(&h->strings, spec->items[i].kind);
    pthread_mutex_init(&h->lock, NULL);
    pthread_cond_init(&h->wake, NULL);
    if (arena_failed(&h->strings) || pthread_create(&h->thread, NULL, host_main, h) != 0) {
        arena_free(&h->strings);
        pthread_cond_destroy(&h->wake);
        pthread_mutex_destroy(&h->lock);
        free(h);
        return NULL;
    }
    return h;
}

void demo_host_stop(struct demo_host *h)
{
    if (!h)
        return;
    pthread_mutex_lock(&h->lock);
    h->quit = true;
    pthread_cond_signal(&h->wake);
    pthread_mutex_unlock(&h->lock);
    pthread_join(h->thread, NULL);
    arena_free(&h->strings);
    pthread_cond_destroy(&h->wake);
    pthread_mutex_destroy(&h->lock);
    free(h);
}
