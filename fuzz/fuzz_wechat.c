/*
 * What WeChat Pay sends: a notice whole, what is sealed in one, answers, a bill. The first byte
 * says which. Nothing of it that is taken may break the limits of what it becomes.
 */
#include <stdlib.h>
#include <string.h>

#include "town/pay/wechat_inside.h"

static struct wechat w = {.mchid = "1900000109", .appid = "wxd678efh567hg6787"};

static struct str no_header(void *arg, const char *name)
{
    (void)arg;
    return strcmp(name, "wechatpay-timestamp") == 0 ? STR("1764066600") : STR("a");
}

static void look_at(const struct pay_news *n)
{
    if (n->number.n == 0 || n->number.n > PAY_NUMBER_MAX || n->amount_fen < 0 ||
        n->merchant.n > WECHAT_ID_MAX || (n->text.n && memchr(n->text.p, '\n', n->text.n)))
        abort();
}

typedef enum err read_fn(const json_t *j, struct pay_news *out, struct arena *arena,
                         struct err_info *info);

static enum err shared(const json_t *j, struct pay_news *out, struct arena *arena,
                       struct err_info *info)
{
    return wechat_read_shared(&w, j, out, arena, info);
}

static void read_json(read_fn *read, struct str text, struct arena *arena)
{
    struct err_info info = {0};
    struct pay_news news[PAY_PARTS_MAX];
    size_t n = 1;
    json_t *j = json_loadb(text.p, text.n, JSON_REJECT_DUPLICATES, NULL);
    enum err e = read ? read(j, news, arena, &info)
                      : wechat_read_payment(&w, j, news, PAY_PARTS_MAX, &n, arena, &info);
    for (size_t i = 0; !e && i < n; i++)
        look_at(&news[i]);
    json_decref(j);
}

static void read_bill(struct str text, struct arena *arena)
{
    struct err_info info = {0};
    struct pay_line *lines;
    size_t n;
    if (wechat_read_bill(text, &lines, &n, arena, &info))
        return;
    for (size_t i = 0; i < n; i++)
        if (lines[i].number.n == 0 || lines[i].number.n > PAY_NUMBER_MAX || lines[i].amount_fen < 0)
            abort();
}

static void read_notice(struct str text, struct arena *arena)
{
    struct err_info info = {0};
    struct pay_heard heard;
    struct pay_notice in = {.body = text, .header = no_header, .now_ms = 1764066600000};
    if (wechat_notice(&w, &in, &heard, arena, &info) == OK)
        abort(); /* nobody signed it */
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    static read_fn *const reads[] = {NULL, wechat_read_refund, wechat_read_share,
                                     wechat_read_share_return, shared};
    struct arena arena;
    struct str text = str_n(p + 1, n ? n - 1 : 0), out;
    if (n == 0)
        return 0;
    arena_init(&arena, 16 << 20);
    if (p[0] % 8 < 5)
        read_json(reads[p[0] % 8], text, &arena);
    else if (p[0] % 8 == 5)
        read_bill(text, &arena);
    else if (p[0] % 8 == 6)
        read_notice(text, &arena);
    else if (wechat_open_resource(w.api_key, STR("0123456789ab"), STR("transaction"), text, &arena,
                                  &out) == OK)
        abort();
    arena_free(&arena);
    return 0;
}
