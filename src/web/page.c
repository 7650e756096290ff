/*
 * The workers' side of a request: identify, authorise, read the form, run the handler inside a
 * snapshot, hand its command to the writer, go on after the commit, draw the answer.
 */
#include <sodium.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/enc.h"
#include "base/list.h"
#include "base/log.h"
#include "web/exchange.h"

struct page_worker {
    struct db *db; /* opened when it is first needed: each keeps the whole schema in memory */
};

static void open_db(struct page_worker *pw, const char *url)
{
    struct arena arena;
    struct err_info info = {0};
    arena_init(&arena, 64 * 1024);
    enum err e = db_open(url, DB_READ, &pw->db, &arena, &info);
    if (e)
        LOG(ERROR, "web.no_database", L_ERR(e), L_Z("why", info.text ? info.text : ""));
    arena_free(&arena);
}

void *page_worker_new(void *arg)
{
    (void)arg;
    return calloc(1, sizeof(struct page_worker));
}

void page_worker_free(void *worker)
{
    struct page_worker *pw = worker;
    if (pw && pw->db)
        db_close(pw->db);
    free(pw);
}

enum err page_submit(struct exchange *x, enum exchange_phase phase)
{
    if (phase == EX_SOURCE) {
        x->phase = phase;
        return pool_submit(x->web->sources, &x->task);
    }
    bool own = phase == EX_PAGE && x->match.route && !x->early;
    x->phase = phase;
    return pool_submit(x->web->pools[own ? x->match.route->weight : WEB_LIGHT], &x->task);
}

static void hand_back(struct exchange *x)
{
    x->msg.run = hconn_take_back;
    loop_post(x->loop, &x->msg);
}

/* ---- the snapshot ---- */

static enum err take_db(struct exchange *x, struct page_worker *pw)
{
    if (!x->web->spec.db_url)
        return OK;
    if (pw && !pw->db)
        open_db(pw, x->web->spec.db_url);
    if (!pw || !pw->db)
        return ERR_STORE;
    x->req.db = pw->db;
    return OK;
}

static enum err begin(struct exchange *x)
{
    enum err e = x->req.db ? db_snapshot_begin(x->req.db) : OK;
    x->in_snapshot = e == OK && x->req.db;
    return e;
}

static void end(struct exchange *x)
{
    if (x->in_snapshot)
        db_snapshot_end(x->req.db);
    x->in_snapshot = false;
    x->req.db = NULL;
}

/* ---- who may ---- */

static enum err check_who(const struct req *r)
{
    unsigned who = r->route->who, roles = r->who.roles;
    if (who == WHO_ANYONE)
        return OK;
    if (r->who.user_id == 0)
        return ERR_UNAUTHORIZED;
    return who == WHO_MEMBER || roles & (who | ROLE_ADMIN) ? OK : ERR_FORBIDDEN;
}

static enum err check_csrf(struct exchange *x)
{
    const struct req *r = &x->req;
    if (r->route->csrf == CSRF_SAFE || x->is_bearer)
        return OK;
    if (!exchange_same_origin(x))
        return ERR_CSRF;
    /* Without a session there is nothing that a foreign page could act on. */
    if (r->route->csrf == CSRF_ORIGIN || r->who.user_id == 0)
        return OK;
    struct str want = r->who.csrf_token, got = req_header(r, "x-csrf-token");
    if (got.n == 0)
        got = req_field(r, "csrf");
    return want.n && got.n == want.n && enc_equal(got.p, want.p, want.n) ? OK : ERR_CSRF;
}

/* Before the snapshot: who asks is one statement, and no part of what the page shows. */
static enum err identify(struct exchange *x)
{
    return x->web->spec.identify && (x->req.db || !x->web->spec.db_url)
               ? x->web->spec.identify(&x->req)
               : OK;
}

/* Before a large body is read: is there any chance that it will be taken? */
static enum err authorise_upload(struct exchange *x, struct page_worker *pw)
{
    enum err e = take_db(x, pw);
    if (e == OK)
        e = identify(x);
    if (e == OK)
        e = check_who(&x->req);
    if (e == OK && x->req.route->csrf != CSRF_SAFE && !x->is_bearer && !exchange_same_origin(x))
        e = ERR_CSRF;
    end(x);
    return e;
}

/* ---- pages that are kept ---- */

/* By all that a page which is kept may depend on. */
static struct kept_key key_of(const struct exchange *x)
{
    const struct req *r = &x->req;
    struct kept_key key;
    crypto_generichash_state state;
    struct str parts[] = {req_public_url(r), r->path_raw};
    uint8_t form[] = {(uint8_t)r->lang, r->json};
    crypto_generichash_init(&state, NULL, 0, sizeof(key.bytes));
    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
        uint64_t n = parts[i].n;
        crypto_generichash_update(&state, (const uint8_t *)&n, sizeof(n));
        crypto_generichash_update(&state, (const uint8_t *)parts[i].p, n);
    }
    crypto_generichash_update(&state, form, sizeof(form));
    crypto_generichash_final(&state, key.bytes, sizeof(key.bytes));
    return key;
}

/* True: answered. Before the snapshot: what is drawn from it is at least of this version. */
static bool answer_kept(struct exchange *x)
{
    struct req *r = &x->req;
    struct web *w = x->web;
    struct kept_copy copy;
    bool reads = x->is_head || str_eq_z(r->method, "GET");
    if (!reads || !r->db || r->who.user_id || x->is_bearer || req_cookie(r, "flash").n ||
        !atomic_load_explicit(&w->keeps[x->match.index], memory_order_relaxed) ||
        version_now(w->versions, r->db, r->arena, &x->version) != OK)
        return false;
    x->key = key_of(x);
    x->may_keep = true;
    if (!kept_find(w->kept, x->key, x->version, &copy))
        return false;
    reply_kept(x, &copy);
    return true;
}

/* ---- the handler ---- */

static enum err read_form(struct exchange *x)
{
    if (!x->has_form)
        return OK;
    enum err e = form_feed(&x->form, x->body.p, x->body.n);
    if (e == OK)
        e = form_end(&x->form);
    buf_free(&x->body);
    if (e == ERR_SYNTAX)
        return req_refuse(&x->req, e, "body", "web.bad_body");
    if (e == ERR_LIMIT)
        return req_refuse(&x->req, ERR_TOO_LARGE, "body", NULL);
    return e;
}

static void finish(struct exchange *x, enum err e)
{
    form_free(&x->form);
    if (e == OK && arena_failed(&x->arena))
        e = ERR_NOMEM;
    reply_render(x, e);
    hand_back(x);
}

static void on_written(struct command *cmd, enum err result)
{
    struct exchange *x = LIST_OF(cmd->arena, struct exchange, arena);
    x->cmd_result = result;
    if (page_submit(x, EX_CONTINUE)) {
        reply_brief(x, ERR_CLOSED);
        hand_back(x);
    }
}

enum err web_write(struct req *r, struct command *cmd, continue_fn *then)
{
    struct exchange *x = EXCHANGE_OF_REQ(r);
    cmd->arena = &x->arena;
    cmd->done = on_written;
    x->cmd = cmd;
    x->then = then;
    return OK;
}

/* For a page, also for the one that a refusal gives back; its own error outweighs this one's. */
static enum err say_of_visitor(struct exchange *x, enum err e)
{
    const struct reply *p = &x->reply;
    struct req *r = &x->req;
    bool is_page = r->route && !x->cmd && !r->json && !p->location && !p->has_body && !p->source &&
                   (p->page || (e == OK && r->route->page));
    if (!is_page || !r->who.user_id || !r->db || !x->web->spec.frame)
        return e;
    struct err_info info = r->info;
    enum err said = x->web->spec.frame(r);
    if (e == OK)
        return said;
    r->info = info;
    return e;
}

/* After a handler or a continuation: its command goes to the writer, or its answer to the loop. The
 * exchange is somebody else's afterwards. */
static void settle(struct exchange *x, enum err e)
{
    end(x);
    if (e == OK && x->cmd) {
        e = x->web->spec.writer ? writer_submit(x->web->spec.writer, x->cmd) : ERR_STORE;
        if (e == OK)
            return;
    }
    finish(x, e);
}

static bool is_late(const struct exchange *x)
{
    return clock_mono_us() - x->queued_us > WEB_PAGE_MS * INT64_C(1000);
}

static void run_handler(struct exchange *x, struct page_worker *pw)
{
    enum err e = is_late(x) ? ERR_TIMEOUT : x->early;
    if (e == OK)
        e = read_form(x);
    enum err opened = take_db(x, pw);
    if (opened == OK)
        opened = identify(x);
    if (e == OK && opened == OK && answer_kept(x)) {
        x->req.db = NULL;
        hand_back(x);
        return;
    }
    if (opened == OK)
        opened = begin(x);
    if (e == OK)
        e = opened;
    if (e == OK)
        e = check_who(&x->req);
    if (e == OK)
        e = check_csrf(x);
    if (e == OK)
        e = x->req.route->handler(&x->req);
    settle(x, say_of_visitor(x, e));
}

static void run_continuation(struct exchange *x, struct page_worker *pw)
{
    struct command *cmd = x->cmd;
    enum err e = x->cmd_result, opened = take_db(x, pw);
    if (opened == OK)
        opened = begin(x);
    x->cmd = NULL;
    if (e)
        x->req.info = cmd->info;
    if (opened == OK && x->then)
        e = x->then(&x->req, cmd, x->cmd_result);
    else if (e == OK && x->then)
        e = opened; /* the change is made; only its page cannot be drawn */
    settle(x, opened == OK ? say_of_visitor(x, e) : e);
}

void page_run(struct pool_task *task, void *worker)
{
    struct exchange *x = LIST_OF(task, struct exchange, task);
    switch (x->phase) {
    case EX_AUTH:
        x->early = authorise_upload(x, worker);
        hand_back(x);
        break;
    case EX_SPOOL:
        x->early = form_feed(&x->form, x->body.p, x->body.n);
        buf_clear(&x->body);
        hand_back(x);
        break;
    case EX_PAGE: run_handler(x, worker); break;
    case EX_CONTINUE: run_continuation(x, worker); break;
    case EX_SOURCE:
        source_read(x);
        hand_back(x);
        break;
    case EX_DROP: exchange_free(x); break;
    case EX_READ: break;
    }
}
