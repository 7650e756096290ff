/*
 * POST /pay/notices/{provider}: what a provider says by itself. Anybody may send it; nothing of it
 * is believed before the provider's code has verified it. The answer that ends the repeats is given
 * only once what was said is committed.
 */
#include "base/clock.h"
#include "base/log.h"
#include "town/pay/internal.h"

struct heard {
    struct command cmd;
    const struct pay_provider *provider;
    struct pay_heard said;
};

static struct str header_of(void *req, const char *lower_case_name)
{
    return req_header(req, lower_case_name);
}

static enum err take_run(struct command *cmd, struct tx *tx)
{
    struct heard *h = (struct heard *)cmd;
    enum err e = OK;
    for (size_t i = 0; !e && i < h->said.n; i++)
        e = pay_take(tx, h->provider->name, &h->said.news[i]);
    return e;
}

static enum err answer(struct req *r, int status, struct str type, struct str body)
{
    struct block *b = block_copy(body.p, body.n);
    if (!b)
        return ERR_NOMEM;
    reply_status(r, status);
    reply_body(r, type.n ? type.p : "text/plain", b, 0);
    return OK;
}

static enum err taken(struct req *r, struct command *cmd, enum err result)
{
    struct heard *h = (struct heard *)cmd;
    if (result) { /* it comes again */
        LOG(WARN, "pay.notice_not_taken", L_Z("provider", h->provider->name), L_ERR(result));
        return answer(r, h->said.no_status ? h->said.no_status : 500, h->said.no_type,
                      h->said.no_body);
    }
    return answer(r, 200, h->said.yes_type, h->said.yes_body);
}

enum err notices_post(struct req *r)
{
    struct heard *h = ARENA_NEW(r->arena, struct heard);
    if (!h)
        return ERR_NOMEM;
    h->provider = pay_provider_of(req_param(r, "provider"));
    if (!h->provider || !h->provider->notice)
        return ERR_NOT_FOUND;
    const struct pay_notice in = {
        .body = req_body(r), .header = header_of, .header_arg = r, .now_ms = clock_wall_ms()};
    enum err e = h->provider->notice(h->provider->conf, &in, &h->said, r->arena, &r->info);
    if (e) {
        LOG(WARN, "pay.notice_refused", L_Z("provider", h->provider->name), L_ERR(e),
            L_Z("why", r->info.text ? r->info.text : ""));
        return answer(r, h->said.no_status ? h->said.no_status : err_http_status(e),
                      h->said.no_type, h->said.no_body);
    }
    h->cmd = (struct command){.name = "pay.notice", .run = take_run};
    return web_write(r, &h->cmd, taken);
}
