/*
 * The adapters by themselves, for the tests that play the provider: provider_tool SETTINGS NAME
 * reads calls, a JSON line each, and answers with one.
 *
 *   {"call":"open","ask":{"number":…,"parts":[{"number":…,"merchant":…,"fen":…,"what":…}],…}}
 *   {"call":"carry_out","what":"refund",…}   {"call":"statement","day":…}
 *   {"call":"notice","headers":{…},"body":…}
 */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "job/job.h"
#include "town/pay/provider.h"

enum { LINE_MAX = 1024 * 1024 };

static struct pay_provider provider;
static struct arena arena;
static struct err_info info;

static struct str text(const json_t *j, const char *name)
{
    const json_t *s = json_object_get(j, name);
    return json_is_string(s) ? str_n(json_string_value(s), json_string_length(s)) : STR_NONE;
}

static int64_t number(const json_t *j, const char *name)
{
    return json_integer_value(json_object_get(j, name));
}

static json_t *json_of(struct str s)
{
    return json_stringn(s.p ? s.p : "", s.n);
}

static struct pay_ask ask_of(const json_t *j)
{
    struct str channel = text(j, "channel");
    const json_t *parts = json_object_get(j, "parts"), *p;
    size_t i;
    struct pay_ask ask = {
        .number = text(j, "number"),
        .channel = str_eq_z(channel, "h5")      ? PAY_H5
                   : str_eq_z(channel, "jsapi") ? PAY_JSAPI
                                                : PAY_NATIVE,
        .payer = text(j, "payer"),
        .client_ip = text(j, "client_ip"),
        .return_url = text(j, "return_url"),
        .notice_url = text(j, "notice_url"),
        .expires_ms = clock_wall_ms() + 540 * 1000,
    };
    json_array_foreach(parts, i, p)
    {
        if (ask.n < PAY_PARTS_MAX)
            ask.parts[ask.n++] = (struct pay_ask_part){text(p, "number"), text(p, "merchant"),
                                                       number(p, "fen"), text(p, "what")};
    }
    return ask;
}

static json_t *news_json(const struct pay_news *n)
{
    static const char *const of[] = {"payment", "refund", "share"};
    static const char *const is[] = {"open", "done", "closed", "failed"};
    return json_pack("{s:s, s:s, s:o, s:o, s:o, s:o, s:I, s:I}", "of", of[n->of], "is", is[n->is],
                     "number", json_of(n->number), "merchant", json_of(n->merchant), "no",
                     json_of(n->provider_no), "text", json_of(n->text), "fen",
                     (json_int_t)n->amount_fen, "at", (json_int_t)n->at_ms);
}

static json_t *news_list(const struct pay_news *news, size_t n)
{
    json_t *list = json_array();
    for (size_t i = 0; i < n; i++)
        json_array_append_new(list, news_json(&news[i]));
    return list;
}

static enum err call_ask(const json_t *j, struct str call, json_t *out)
{
    static const char *const go[] = {"nowhere", "url", "qr", "script"};
    struct pay_ask ask = ask_of(json_object_get(j, "ask"));
    struct pay_opened opened = {0};
    struct pay_news news[PAY_PARTS_MAX];
    enum err e;
    if (str_eq_z(call, "open")) {
        e = provider.open(provider.conf, &ask, &opened, &arena, &info);
        if (!e) {
            json_object_set_new(out, "go", json_string(go[opened.go]));
            json_object_set_new(out, "text", json_of(opened.text));
        }
        return e;
    }
    if (str_eq_z(call, "close"))
        return provider.close(provider.conf, &ask, &arena, &info);
    e = provider.look(provider.conf, &ask, news, &arena, &info);
    if (!e)
        json_object_set_new(out, "news", news_list(news, ask.n));
    return e;
}

static enum err call_do(const json_t *j, json_t *out)
{
    struct str what = text(j, "what");
    struct pay_news news;
    struct pay_do d = {
        .what = str_eq_z(what, "refund")         ? PAY_DO_REFUND
                : str_eq_z(what, "share")        ? PAY_DO_SHARE
                : str_eq_z(what, "share_return") ? PAY_DO_SHARE_RETURN
                                                 : PAY_DO_RELEASE,
        .number = text(j, "number"),
        .payment_number = text(j, "payment"),
        .provider_no = text(j, "no"),
        .merchant = text(j, "merchant"),
        .receiver = text(j, "receiver"),
        .share_number = text(j, "share"),
        .amount_fen = number(j, "fen"),
        .paid_fen = number(j, "paid"),
        .refunded_fen = number(j, "refunded"),
        .why = text(j, "why"),
        .notice_url = STR("https://town.example/pay/notices/x"),
    };
    enum err e = provider.carry_out(provider.conf, &d, &news, &arena, &info);
    if (!e)
        json_object_set_new(out, "news", news_list(&news, 1));
    return e;
}

static enum err call_statement(const json_t *j, json_t *out)
{
    struct pay_line *lines;
    size_t n;
    json_t *list = json_array();
    enum err e = provider.statement(provider.conf, json_string_value(json_object_get(j, "day")),
                                    &lines, &n, &arena, &info);
    for (size_t i = 0; !e && i < n; i++) {
        const struct pay_news as_news = {.of = lines[i].of,
                                         .is = PAY_IS_DONE,
                                         .number = lines[i].number,
                                         .merchant = lines[i].merchant,
                                         .provider_no = lines[i].provider_no,
                                         .amount_fen = lines[i].amount_fen,
                                         .at_ms = lines[i].at_ms};
        json_array_append_new(list, news_json(&as_news));
    }
    json_object_set_new(out, "lines", list);
    return e;
}

static struct str header(void *arg, const char *name)
{
    const json_t *value;
    const char *key;
    void *at = json_object_iter(arg);
    for (; at; at = json_object_iter_next(arg, at)) {
        key = json_object_iter_key(at);
        value = json_object_iter_value(at);
        if (str_ieq_z(str_of(key), name))
            return str_of(json_string_value(value));
    }
    return STR_NONE;
}

static enum err call_notice(const json_t *j, json_t *out)
{
    struct pay_heard heard;
    struct pay_notice in = {.body = text(j, "body"),
                            .header = header,
                            .header_arg = json_object_get(j, "headers"),
                            .now_ms = clock_wall_ms()};
    enum err e = provider.notice(provider.conf, &in, &heard, &arena, &info);
    json_object_set_new(out, "news", news_list(heard.news, heard.n));
    json_object_set_new(out, "yes", json_of(heard.yes_body));
    return e;
}

static void answer(const char *line)
{
    json_t *j = json_loads(line, 0, NULL), *out = json_object();
    struct str call = text(j, "call");
    info = (struct err_info){0};
    enum err e = str_eq_z(call, "carry_out")   ? call_do(j, out)
                 : str_eq_z(call, "statement") ? call_statement(j, out)
                 : str_eq_z(call, "notice")    ? call_notice(j, out)
                                               : call_ask(j, call, out);
    json_object_set_new(out, "err", json_string(err_name(e)));
    json_object_set_new(out, "why", json_string(info.text ? info.text : ""));
    json_dumpf(out, stdout, JSON_COMPACT);
    putchar('\n');
    fflush(stdout);
    json_decref(out);
    json_decref(j);
    arena_free(&arena);
}

int main(int argc, char **argv)
{
    static char line[LINE_MAX];
    if (argc != 3)
        return 2;
    log_set_level(LOG_NONE);
    job_set_program(JOB_PROGRAM);
    arena_init(&arena, 256 << 20);
    json_t *settings = json_load_file(argv[1], 0, NULL);
    const json_t *own = json_object_get(settings, argv[2]);
    enum err e = strcmp(argv[2], "wechat") == 0
                     ? wechat_provider(own, "/", &provider, &arena, &info)
                     : alipay_provider(own, "/", &provider, &arena, &info);
    json_decref(settings);
    if (e) {
        fprintf(stderr, "%s: %s\n", info.field ? info.field : "", info.text ? info.text : "");
        return 1;
    }
    while (fgets(line, sizeof(line), stdin))
        answer(line);
    provider.free(provider.conf);
    arena_free(&arena);
    return 0;
}
