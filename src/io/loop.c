#include "io/loop.h"

#include <assert.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/log.h"
#include "io/loop_internal.h"

struct loops {
    int count;
    _Atomic int running;
    struct loop *at[];
};

static __thread struct loop *current;

/* ---- mailbox ---- */

void loop_post(struct loop *loop, struct loop_msg *msg)
{
    msg->next = NULL;
    pthread_mutex_lock(&loop->mailbox_lock);
    bool first = loop->mailbox_first == NULL;
    *loop->mailbox_last = msg;
    loop->mailbox_last = &msg->next;
    pthread_mutex_unlock(&loop->mailbox_lock);
    if (first)
        uv_async_send(&loop->wake);
}

static bool run_mailbox(struct loop *loop)
{
    pthread_mutex_lock(&loop->mailbox_lock);
    struct loop_msg *msg = loop->mailbox_first;
    loop->mailbox_first = NULL;
    loop->mailbox_last = &loop->mailbox_first;
    pthread_mutex_unlock(&loop->mailbox_lock);
    bool any = msg != NULL;
    while (msg) {
        struct loop_msg *next = msg->next; /* run() may free msg */
        msg->run(loop, msg);
        msg = next;
    }
    return any;
}

static void on_wake(uv_async_t *wake)
{
    struct loop *loop = wake->data;
    loop->now_ms = clock_mono_ms();
    run_mailbox(loop);
}

/* ---- timers: a hashed wheel, one list a tick ---- */

void loop_timer_init(struct loop_timer *timer, void (*fire)(struct loop_timer *timer))
{
    *timer = (struct loop_timer){.fire = fire};
    list_init(&timer->link);
}

static void on_tick(uv_timer_t *tick)
{
    struct loop *loop = tick->data;
    loop->now_ms = clock_mono_ms();
    /* After a long stall every slot is looked at once, not once for each missed tick. */
    if (loop->now_ms - loop->wheel_ms > LOOP_WHEEL_SLOTS * LOOP_TICK_MS)
        loop->wheel_ms = loop->now_ms - LOOP_WHEEL_SLOTS * LOOP_TICK_MS;
    while (loop->wheel_ms + LOOP_TICK_MS <= loop->now_ms) {
        loop->wheel_ms += LOOP_TICK_MS;
        struct list *slot = &loop->wheel[loop->wheel_ms / LOOP_TICK_MS % LOOP_WHEEL_SLOTS];
        struct list due;
        list_init(&due);
        LIST_EACH(link, slot)
        {
            struct loop_timer *timer = LIST_OF(link, struct loop_timer, link);
            if (timer->due_ms <= loop->wheel_ms) {
                list_remove(link);
                list_append(&due, link);
            }
        }
        while (!list_empty(&due)) { /* firing one may stop or restart any other */
            struct loop_timer *timer = LIST_OF(due.next, struct loop_timer, link);
            list_remove(&timer->link);
            timer->fire(timer);
        }
    }
}

static void wheel_start(struct loop *loop)
{
    loop->wheel_ms = loop->now_ms / LOOP_TICK_MS * LOOP_TICK_MS;
    uv_timer_start(&loop->tick, on_tick, LOOP_TICK_MS, LOOP_TICK_MS);
}

void loop_timer_start(struct loop *loop, struct loop_timer *timer, int64_t delay_ms)
{
    assert(loop_is_current(loop));
    list_remove(&timer->link);
    /* Rounded up to a tick, and never into the slot that is being served. */
    int64_t due = loop->now_ms + (delay_ms < LOOP_TICK_MS ? LOOP_TICK_MS : delay_ms);
    timer->due_ms = (due + LOOP_TICK_MS - 1) / LOOP_TICK_MS * LOOP_TICK_MS;
    if (!uv_is_active((uv_handle_t *)&loop->tick))
        wheel_start(loop);
    list_append(&loop->wheel[timer->due_ms / LOOP_TICK_MS % LOOP_WHEEL_SLOTS], &timer->link);
}

void loop_timer_stop(struct loop_timer *timer)
{
    list_remove(&timer->link);
}

/* ---- a turn ---- */

static void on_prepare(uv_prepare_t *prepare)
{
    conn_end_of_turn(prepare->data);
}

static void on_check(uv_check_t *check)
{
    conn_end_of_turn(check->data);
}

static void *loop_main(void *arg)
{
    struct loop *loop = arg;
    current = loop;
    loop->now_ms = clock_mono_ms();
    uv_run(&loop->uv, UV_RUN_DEFAULT);
    return NULL;
}

bool loop_is_current(const struct loop *loop)
{
    return current == loop;
}

int loop_index(const struct loop *loop)
{
    return loop->index;
}

struct loops *loop_owner(struct loop *loop)
{
    return loop->owner;
}

uv_loop_t *loop_uv(struct loop *loop)
{
    return &loop->uv;
}

int64_t loop_now_ms(const struct loop *loop)
{
    return loop->now_ms;
}

/* ---- start and stop ---- */

static struct loop *loop_new(struct loops *owner, int index)
{
    struct loop *loop = calloc(1, sizeof(*loop));
    if (!loop)
        return NULL;
    loop->owner = owner;
    loop->index = index;
    loop->mailbox_last = &loop->mailbox_first;
    list_init(&loop->conns);
    list_init(&loop->todo);
    list_init(&loop->dying);
    for (int i = 0; i < LOOP_WHEEL_SLOTS; i++)
        list_init(&loop->wheel[i]);
    pthread_mutex_init(&loop->mailbox_lock, NULL);
    if (uv_loop_init(&loop->uv) != 0) {
        free(loop);
        return NULL;
    }
    uv_async_init(&loop->uv, &loop->wake, on_wake);
    uv_timer_init(&loop->uv, &loop->tick);
    uv_prepare_init(&loop->uv, &loop->prepare);
    uv_check_init(&loop->uv, &loop->check);
    loop->wake.data = loop->tick.data = loop->prepare.data = loop->check.data = loop;
    uv_prepare_start(&loop->prepare, on_prepare);
    uv_check_start(&loop->check, on_check);
    pulse_init(loop);
    return loop;
}

static void loop_free(struct loop *loop)
{
    uv_run(&loop->uv, UV_RUN_NOWAIT);
    uv_loop_close(&loop->uv);
    pthread_mutex_destroy(&loop->mailbox_lock);
    free(loop);
}

struct loops *loops_start(int count)
{
    assert(count > 0);
    struct loops *loops = calloc(1, sizeof(*loops) + (size_t)count * sizeof(loops->at[0]));
    if (!loops)
        return NULL;
    for (int i = 0; i < count; i++) {
        struct loop *loop = loop_new(loops, i);
        if (loop && pthread_create(&loop->thread, NULL, loop_main, loop) == 0) {
            loops->at[loops->count++] = loop;
            continue;
        }
        LOG(ERROR, "loop.start_failed", L_I("index", i));
        loops_stop(loops, 0);
        loops_free(loops);
        return NULL;
    }
    return loops;
}

struct stop_msg {
    struct loop_msg msg;
    void (*act)(struct loop *loop);
};

static void close_handles(struct loop *loop)
{
    pulse_stop(loop);
    uv_close((uv_handle_t *)&loop->wake, NULL);
    uv_close((uv_handle_t *)&loop->tick, NULL);
    uv_close((uv_handle_t *)&loop->prepare, NULL);
    uv_close((uv_handle_t *)&loop->check, NULL);
}

static void begin_drain(struct loop *loop)
{
    loop->draining = true;
    conn_drain_all(loop);
}

static void begin_stop(struct loop *loop)
{
    loop->stopping = true;
    conn_close_all(loop);
    conn_end_of_turn(loop);
}

static void finish_stop(struct loop *loop)
{
    conn_end_of_turn(loop);
    close_handles(loop);
}

static void run_stop_msg(struct loop *loop, struct loop_msg *msg)
{
    struct stop_msg *stop = (struct stop_msg *)msg;
    stop->act(loop);
    free(stop);
}

static void tell_all(struct loops *loops, void (*act)(struct loop *loop))
{
    for (int i = 0; i < loops->count; i++) {
        struct stop_msg *stop = malloc(sizeof(*stop));
        if (!stop)
            abort(); /* at exit, with nothing to fall back on */
        *stop = (struct stop_msg){.msg.run = run_stop_msg, .act = act};
        loop_post(loops->at[i], &stop->msg);
    }
}

/* Connections are counted by their loops; reading a slightly old count only costs a step. */
static bool wait_empty(struct loops *loops, int ms)
{
    for (int64_t end = clock_mono_ms() + ms;;) {
        size_t open = 0;
        for (int i = 0; i < loops->count; i++)
            open += atomic_load(&loops->at[i]->open);
        if (open == 0)
            return true;
        if (clock_mono_ms() >= end)
            return false;
        uv_sleep(5);
    }
}

void loops_stop(struct loops *loops, int grace_ms)
{
    tell_all(loops, begin_drain);
    if (!wait_empty(loops, grace_ms)) {
        tell_all(loops, begin_stop);
        wait_empty(loops, 2000);
    }
    tell_all(loops, finish_stop);
    for (int i = 0; i < loops->count; i++)
        pthread_join(loops->at[i]->thread, NULL);
}

/* Late messages: whoever carries something frees it. One may be answered to any other loop, so all
 * of them must be through before the first loop goes. */
static void run_late_messages(struct loops *loops)
{
    for (bool any = true; any;) {
        any = false;
        for (int i = 0; i < loops->count; i++)
            any |= run_mailbox(loops->at[i]);
    }
}

void loops_free(struct loops *loops)
{
    run_late_messages(loops);
    for (int i = 0; i < loops->count; i++)
        loop_free(loops->at[i]);
    free(loops);
}

int loops_count(const struct loops *loops)
{
    return loops->count;
}

struct loop *loops_at(struct loops *loops, int index)
{
    return loops->at[index];
}
